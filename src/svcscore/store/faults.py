"""What a database's driver has against us, told with its remedy."""

from __future__ import annotations

from svcscore.errors import StoreError

_REMEDIES = {
    "store.locked": "wait until the other process ends, and run the same command again",
    "store.readonly": "give this user the right to write it, or name another database",
    "store.full": "free some space and run the same command again; what was committed is kept",
    "store.damaged": "keep this database, and restore the last backup (`svcscore db import`)",
    "store.unreachable": "check the address, that the server runs, and the user's rights",
}
_SQLITE = {
    3: "store.readonly",  # PERM
    5: "store.locked",  # BUSY
    6: "store.locked",  # LOCKED
    8: "store.readonly",  # READONLY
    10: "store.damaged",  # IOERR
    11: "store.damaged",  # CORRUPT
    13: "store.full",  # FULL
    26: "store.damaged",  # NOTADB
}
"""By SQLite's primary result code."""
_POSTGRESQL = {
    "25006": "store.readonly",  # read_only_sql_transaction
    "42501": "store.readonly",  # insufficient_privilege
    "55P03": "store.locked",  # lock_not_available
    "40P01": "store.locked",  # deadlock_detected
    "53100": "store.full",  # disk_full
    "58030": "store.damaged",  # io_error
    "XX001": "store.damaged",  # data_corrupted
    "XX002": "store.damaged",  # index_corrupted
}
"""By SQLSTATE."""
_REFUSED = ("22", "23", "42")
"""Classes of SQLSTATE that speak of our own rows and statements; SQLite: CONSTRAINT and MISMATCH."""


def store_error(where: str, fault: BaseException) -> StoreError:
    """An error of the driver as one of ours.

    Args:
        where: the database, without its password.
        fault: what sqlite3, psycopg or SQLAlchemy raised.
    """
    code = _code(fault)
    told = str(fault).strip().splitlines()
    first = told[0] if told else type(fault).__name__
    return StoreError(code, f"the database cannot be used ({first})", _REMEDIES[code], where)


def _code(fault: BaseException) -> str:
    result = getattr(fault, "sqlite_errorcode", None)
    if result is not None:
        if result & 0xFF in {1, 19, 20}:  # ERROR, CONSTRAINT, MISMATCH
            return "store.damaged"
        return _SQLITE.get(result & 0xFF, "store.unreachable")
    state = getattr(fault, "sqlstate", None) or ""
    found = _POSTGRESQL.get(state)
    if found is None:
        return "store.damaged" if state.startswith(_REFUSED) else "store.unreachable"
    return found
