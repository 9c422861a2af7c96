"""Everything as Parquet, for analysts: a folder with one file a table (`columns`).

Rows are written in groups as they come, so that a year of history needs little memory. The same
records in the same order give the same bytes. Each file is there whole or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

from svcscore.decisions import Review
from svcscore.records import Scored
from svcscore.reports.exchange.columns import TABLES, Table
from svcscore.reports.exchange.rows import ROWS, Row
from svcscore.reports.whole import whole

GROUP = 65_536
"""Rows of a group: what is held of each table before it is written."""


class ParquetFolder:
    """A folder of Parquet files while it is written; earlier files of these names are replaced.

    ::

        with ParquetFolder(Path("analysis")) as folder:
            for scored in recordings:
                folder.add(scored, reviews)
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._stack = ExitStack()
        self._files: tuple[_File, ...] = ()

    def __enter__(self) -> Self:
        """Begin.

        Raises:
            OSError: where the folder cannot be made or written.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            # all drafts before all writers: a writer that cannot end takes every draft with it
            drafts = [
                stack.enter_context(whole(self.folder / f"{table.name}.parquet"))
                for table in TABLES
            ]
            self._files = tuple(
                _File(table, stack.enter_context(_writer(draft, table)))
                for table, draft in zip(TABLES, drafts, strict=True)
            )
            stack.push(self._ended)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End; where anything went wrong so far, the folder is as it was.

        Raises:
            OSError: where the last rows cannot be written.
        """
        self._stack.__exit__(kind, error, trace)

    def add(self, scored: Scored, reviews: Iterable[Review] = ()) -> None:
        """Write a recording, and the reviews of its findings.

        Raises:
            OSError: where it cannot be written.
        """
        of = tuple(reviews)
        for file in self._files:
            for row in ROWS[file.table.name](scored, of):
                file.add(row)

    def _ended(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            for file in self._files:
                file.flush()


class _File:
    def __init__(self, table: Table, writer: pq.ParquetWriter) -> None:
        self.table = table
        self._writer = writer
        self._schema = table.schema
        self._rows: list[Row] = []

    def add(self, row: Row) -> None:
        self._rows.append(row)
        if len(self._rows) == GROUP:
            self.flush()

    def flush(self) -> None:
        if not self._rows:
            return
        values = zip(*self._rows, strict=True)
        arrays = [
            _array(column, field.type) for column, field in zip(values, self._schema, strict=True)
        ]
        self._rows = []
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))


def _writer(draft: Path, table: Table) -> pq.ParquetWriter:
    return pq.ParquetWriter(draft, table.schema, compression="zstd")


def _array(values: tuple[object, ...], kind: pa.DataType) -> pa.Array:
    if pa.types.is_dictionary(kind):
        return pa.array(values, kind.value_type).dictionary_encode()
    return pa.array(values, kind)
