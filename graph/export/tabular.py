"""Rows as a file: CSV, Excel, JSON or Markdown. Every command, list and page that gives rows away writes them here.

Numbers stay numbers and dates dates. Text never becomes a formula: in Excel it is typed as text and marked as such, in
CSV it is marked by :func:`graph.formulas.guarded`. Rows are written as they come; none are held back.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import IO

from graph.errors import BadParameter
from graph.export.rows import Table, Value
from graph.export.workbook import write_xlsx
from graph.formulas import guarded

BOM = b"\xef\xbb\xbf"
_MARKDOWN = str.maketrans({"|": "\\|", "\n": "<br>", "\r": "", "\\": "\\\\", "<": "&lt;", "&": "&amp;"})


def write(table: Table, format: str, stream: IO[bytes], *, bom: bool = False) -> None:
    """The table in one of :data:`FORMATS`. ``bom``: CSV begins with the mark by which Excel knows UTF-8.

    Raises BadParameter for another format.
    """
    if format not in FORMATS:
        names = list(FORMATS)
        raise BadParameter(
            format, zh=f"格式应为 {'、'.join(names)} 之一。", en=f"The format is one of {', '.join(names)}."
        )
    if bom and format == "csv":
        stream.write(BOM)
    _WRITERS[format](table, stream)


def as_bytes(table: Table, format: str, *, bom: bool = False) -> bytes:
    """As :func:`write`."""
    out = io.BytesIO()
    write(table, format, out, bom=bom)
    return out.getvalue()


def text(value: Value) -> str:
    """A value as CSV and Markdown have it."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Decimal():
            return format(value, "f")
        case date():
            return value.isoformat()
    return str(value)


def _csv(table: Table, stream: IO[bytes]) -> None:
    def field(value: Value) -> str:
        return guarded(value) if isinstance(value, str) else text(value)

    with _characters(stream) as out:
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow([guarded(column.name) for column in table.columns])
        for row in table.rows:
            writer.writerow([field(value) for value in row])


def _json(table: Table, stream: IO[bytes]) -> None:
    """A list of objects. Decimals are numbers with all their digits; what is not there is null."""
    names = [json.dumps(column.name, ensure_ascii=False) for column in table.columns]
    with _characters(stream) as out:
        before = "[\n"
        for row in table.rows:
            fields = (f"{name}: {_token(value)}" for name, value in zip(names, row, strict=True))
            out.write(f"{before}  {{{', '.join(fields)}}}")
            before = ",\n"
        out.write("\n]\n" if before == ",\n" else "[]\n")


def _token(value: Value) -> str:
    if isinstance(value, Decimal) and value.is_finite():
        return format(value, "f")
    if value is None or isinstance(value, bool | int) or (isinstance(value, float) and abs(value) < float("inf")):
        return json.dumps(value)
    return json.dumps(text(value), ensure_ascii=False)


def _markdown(table: Table, stream: IO[bytes]) -> None:
    with _characters(stream) as out:
        out.write("| " + " | ".join(_cell(column.heading or column.name) for column in table.columns) + " |\n")
        out.write("|" + " --- |" * len(table.columns) + "\n")
        for row in table.rows:
            out.write("| " + " | ".join(map(_cell, row)) + " |\n")


def _cell(value: Value) -> str:
    return text(value).translate(_MARKDOWN)


class _characters(io.TextIOWrapper):
    """Characters into a stream of bytes that stays open."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__(stream, "utf-8", newline="", write_through=False)

    def __exit__(self, *_: object) -> None:
        self.flush()
        self.detach()


_WRITERS: dict[str, Callable[[Table, IO[bytes]], None]] = {
    "csv": _csv,
    "xlsx": write_xlsx,
    "json": _json,
    "md": _markdown,
}
FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "md": "text/markdown; charset=utf-8",
}
"""Each format with its media type."""
