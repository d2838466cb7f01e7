"""A table as an Excel workbook: typed cells, a header that stays in view, filters, widths, ready for A4."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from graph.export.rows import Column, Row, Table, Value

MOST_ROWS = 1_048_576
"""Rows of a sheet (Excel specifications and limits); further rows go to a further sheet."""
_MOST_CHARACTERS = 32_767
_CUT = "……（原文超过 Excel 单元格的长度，已截断 cut: longer than a cell of Excel）"
# A cell of Excel is a binary float: beyond fifteen digits a number would lose some.
_MOST_DIGITS = 15
# What XML cannot hold is written _xHHHH_ (ECMA-376, 22.4.2.4), and so is what looks like that.
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_SAMPLE = 200
_NARROWEST, _WIDEST = 8, 50
_LINE_HEIGHT, _HIGHEST = 15, 409
_HEAD = PatternFill("solid", fgColor="EEF3F8")
_TOP = Alignment(vertical="top", wrap_text=True)
_SHEET_NAME = re.compile(r"[\[\]:*?/\\']")


def write_xlsx(table: Table, stream: IO[bytes]) -> None:
    """The table; rows are written as they come, so memory does not grow with them."""
    book = Workbook(write_only=True)
    rows = iter(table.rows)
    sample = list(islice(rows, _SAMPLE))
    rest: Iterator[Row] = chain(sample, rows)
    number, following = 1, [*islice(rest, 1)]
    while number == 1 or following:
        sheet, count = _sheet(book, table, sample, number), 1
        widths = [sheet.column_dimensions[get_column_letter(n + 1)].width for n in range(len(table.columns))]
        for row in islice(chain(following, rest), MOST_ROWS - 1):
            count += 1
            sheet.row_dimensions[count].height = height(row, widths)
            sheet.append(_row(sheet, row, table))
            del sheet.row_dimensions[count]  # written
        sheet.auto_filter.ref = f"A1:{get_column_letter(max(1, len(table.columns)))}{count}"
        number, following = number + 1, [*islice(rest, 1)]
    book.save(stream)


def _sheet(book: Workbook, table: Table, sample: Sequence[Row], number: int) -> Any:
    name = _SHEET_NAME.sub(" ", table.title)[:25].strip() or "数据 data"
    sheet = book.create_sheet(name if number == 1 else f"{name} {number}")
    for index, column in enumerate(table.columns):
        sheet.column_dimensions[get_column_letter(index + 1)].width = column.width or _width(column, sample, index)
    sheet.freeze_panes = "A2"
    for_paper(sheet)
    sheet.append([_heading(sheet, column) for column in table.columns])
    return sheet


def for_paper(sheet: Any) -> None:
    """A4 across, as wide as the page, the first row on every page, pages numbered."""
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"
    sheet.oddFooter.center.text = "&P / &N"


def _heading(sheet: Any, column: Column) -> Any:
    head = text_cell(sheet, column.heading or column.name)
    head.font, head.fill, head.alignment = Font(bold=True), _HEAD, Alignment(vertical="center", wrap_text=True)
    return head


def _row(sheet: Any, row: Row, table: Table) -> list[Any]:
    cells = [cell(sheet, value, column.name) for value, column in zip(row, table.columns, strict=True)]
    for index, colour in (table.fills(row) if table.fills else {}).items():
        cells[index].fill = PatternFill("solid", fgColor=colour)
    return cells


def cell(sheet: Any, value: Value, name: str = "") -> Any:
    """A cell with a value of its own type, for a sheet that is written as it comes."""
    return put(WriteOnlyCell(sheet, None), value, name)


def text_cell(sheet: Any, text: str) -> Any:
    """A cell of text."""
    return put(WriteOnlyCell(sheet, None), text)


def put(made: Any, value: Value, name: str = "") -> Any:
    """Give a cell a value; a number of more digits than Excel keeps is text.

    Text is marked as such, so that it stays text when somebody edits it.
    """
    if value is None:
        return made
    made.alignment = _TOP if isinstance(value, str) else Alignment(vertical="top")
    if isinstance(value, str) or not _fits(value):
        made.value = writable(value if isinstance(value, str) else _plain(value))
        made.data_type, made.quotePrefix = "s", True
        return made
    made.value = value.replace(tzinfo=None) if isinstance(value, datetime) else value  # Excel knows no time zones
    if isinstance(value, datetime):
        made.number_format = "yyyy-mm-dd hh:mm:ss"
    elif isinstance(value, date):
        made.number_format = "yyyy-mm-dd"
    elif name.endswith("yuan"):
        made.number_format = "#,##0.00"
    return made


def writable(text: str) -> str:
    """Text as a cell can hold it."""
    escaped = _UNWRITABLE.sub(lambda match: f"_x{ord(match[0]):04X}_", text)
    return escaped if len(escaped) <= _MOST_CHARACTERS else escaped[: _MOST_CHARACTERS - len(_CUT)] + _CUT


def _fits(value: Value) -> bool:
    match value:
        case bool():
            return True
        case int():
            return len(str(abs(value)).rstrip("0")) <= _MOST_DIGITS
        case Decimal():
            return value.is_finite() and len(value.normalize().as_tuple().digits) <= _MOST_DIGITS
        case float():
            return math.isfinite(value)
        case date():
            return value.year >= 1900
    return True


def _plain(value: Value) -> str:
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _width(column: Column, sample: Iterable[Row], index: int) -> float:
    """Wide enough for the first rows; a Chinese character takes two places."""
    texts = [column.heading or column.name, *(str(row[index]) for row in sample if row[index] is not None)]
    widest = max(max(map(_places, text.split("\n") or [""])) for text in texts)
    return min(_WIDEST, max(_NARROWEST, widest + 3))


def height(row: Row, widths: Sequence[float]) -> float:
    """Points that a row needs, so that all its lines are seen; programs differ in whether they see to it themselves."""
    lines = 1
    for value, width in zip(row, widths, strict=True):
        if isinstance(value, str):
            parts = (math.ceil(_places(part) / max(1, width - 1)) or 1 for part in value.split("\n"))
            lines = max(lines, sum(parts))
    return min(_HIGHEST, _LINE_HEIGHT * lines + 1)


def _places(text: str) -> int:
    """A Chinese character is two bytes in this encoding and two places wide."""
    return len(text.encode("gb18030", "replace"))
