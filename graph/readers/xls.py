"""Excel 97–2003 workbooks (XLS) with xlrd: each visible sheet's used range as one grid, numbers as they are printed."""

from __future__ import annotations

import io
from functools import cache, partial
from typing import Any

import xlrd

from graph.errors import DamagedFile, EmptyFile
from graph.readers.cells import CellCounter
from graph.readers.document import Block
from graph.readers.limits import LIMITS, Limits
from graph.readers.number_format import BUILTIN, GENERAL, format_number, format_text
from graph.readers.result import ReadResult
from graph.readers.sheets import Area, hidden_sheet, sheet_grid

_BLANK = (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK)


def read(data: bytes, path: str, limits: Limits = LIMITS) -> ReadResult:
    """One exact grid for each visible sheet with something in it; places have sheet, row and column.

    Raises EmptyFile, TooLarge or DamagedFile.
    """
    limits.check_file(data, path)
    counter = CellCounter(limits, path)
    try:
        # ragged_rows: a single cell far away must not fill the rows with empty ones.
        book = xlrd.open_workbook(file_contents=data, formatting_info=True, ragged_rows=True, logfile=io.StringIO())
    except Exception as error:  # xlrd meets broken records with whatever they lead to, from AssertionError on
        raise DamagedFile(str(error) or type(error).__name__, place=path) from error
    blocks: list[Block] = []
    warnings: list[str] = []
    for sheet in book.sheets():
        if sheet.visibility:
            warnings.append(hidden_sheet(sheet.name))
            continue
        texts = _texts(book, sheet, counter)
        merged = [Area(top, left, bottom - 1, right - 1) for top, bottom, left, right in sheet.merged_cells]
        grid, said = sheet_grid(sheet.name, texts, merged, counter)
        warnings += said
        if grid is not None:
            blocks.append(grid)
    if not blocks and not warnings:
        raise EmptyFile(place=path)
    return ReadResult(blocks, warnings=warnings)


def _texts(book: Any, sheet: Any, counter: CellCounter) -> dict[tuple[int, int], str]:
    texts: dict[tuple[int, int], str] = {}
    pattern = cache(partial(_pattern, book))
    for row in range(sheet.nrows):
        types = sheet.row_types(row)
        counter.count(len(types))
        filled = [column for column, kind in enumerate(types) if kind not in _BLANK]
        values = sheet.row_values(row) if filled else []
        for column in filled:
            shown = _text(book, types[column], values[column], pattern(sheet.cell_xf_index(row, column)))
            if text := counter.tidied(shown, f"{sheet.name} {row + 1}"):
                texts[row, column] = text
    return texts


def _text(book: Any, kind: int, value: Any, pattern: str) -> str:
    if kind == xlrd.XL_CELL_TEXT:
        return format_text(str(value), pattern)
    if kind in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE):
        return format_number(value, pattern, since_1904=bool(book.datemode))
    if kind == xlrd.XL_CELL_BOOLEAN:
        return "TRUE" if value else "FALSE"
    return str(xlrd.error_text_from_code.get(value, "#ERROR"))


def _pattern(book: Any, style: int | None) -> str:
    """Number format of a cell style; xlrd does not know the Chinese formats that a file names by number only."""
    if style is None or not 0 <= style < len(book.xf_list):
        return GENERAL
    key = book.xf_list[style].format_key
    stated = book.format_map.get(key)
    if stated is None or (key in BUILTIN and stated.format_str.lower() == GENERAL.lower()):
        return BUILTIN.get(key, GENERAL)
    return str(stated.format_str)
