"""A table as a Parquet file, for DuckDB, pandas, Spark; needs the optional component ``jixiao[parquet]`` (pyarrow)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from graph.errors import NotInstalled
from graph.export.relations import Relation
from graph.export.rows import Value

_BATCH = 20_000


def _arrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise NotInstalled(
            str(error),
            zh="导出 Parquet 需要可选组件：pip install 'jixiao[parquet]'。",
            en="Parquet needs an optional component: pip install 'jixiao[parquet]'.",
        ) from error
    return pyarrow, pyarrow.parquet


class ParquetTable:
    """Rows are written in batches. Decimals have 18 places, as many as the store keeps. Raises NotInstalled."""

    def __init__(self, path: Path, relation: Relation) -> None:
        self._arrow, parquet = _arrow()
        kinds = {
            "string": self._arrow.string(),
            "integer": self._arrow.int64(),
            "number": self._arrow.decimal128(38, 18),
            "boolean": self._arrow.bool_(),
            "date": self._arrow.date32(),
        }
        fields = [
            self._arrow.field(
                column.name,
                kinds[column.type],
                nullable=not column.required,
                metadata={"title": column.term.label_zh, "title_en": column.term.label_en},
            )
            for column in relation.columns
        ]
        self._schema = self._arrow.schema(fields)
        self._rows: list[list[Value]] = []
        self._writer = parquet.ParquetWriter(path, self._schema, compression="zstd")

    def __enter__(self) -> ParquetTable:
        return self

    def __exit__(self, *_: object) -> None:
        self._flush()
        self._writer.close()

    def write(self, row: list[Value]) -> None:
        """One row."""
        self._rows.append(row)
        if len(self._rows) >= _BATCH:
            self._flush()

    def _flush(self) -> None:
        if self._rows:
            columns = zip(*self._rows, strict=True)
            arrays = [
                self._arrow.array(values, type=field.type) for values, field in zip(columns, self._schema, strict=True)
            ]
            self._writer.write_batch(self._arrow.record_batch(arrays, schema=self._schema))
            self._rows = []
