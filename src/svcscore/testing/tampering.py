"""What somebody does who may change the tables, and wants the audit log to say something else."""

from __future__ import annotations

from sqlalchemy import Connection


def open_log(connection: Connection) -> None:
    """Take away what keeps rows of the audit log from being altered or removed."""
    sqlite = connection.dialect.name == "sqlite"
    for change in ("update", "delete"):
        where = "" if sqlite else " ON audit_log"
        connection.exec_driver_sql(f"DROP TRIGGER audit_log_{change}{where}")
