"""Excel workbooks (XLSX, XLSM): each visible sheet's used range as one grid, numbers as they are printed.

The XML is read as a stream (ECMA-376 part 1, 18.3): values, number formats and merged areas are all that counts here,
and a stray style or a formatted cell in the last row, on which loading a whole workbook fails, does no harm.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from graph.errors import DamagedFile, EmptyFile, UnknownFormat
from graph.readers.cells import CellCounter
from graph.readers.document import Block
from graph.readers.limits import LIMITS, Limits
from graph.readers.number_format import BUILTIN, GENERAL, format_number, format_text
from graph.readers.package import Element, Package, attribute, first, local, value
from graph.readers.result import ReadResult
from graph.readers.sheets import Area, hidden_sheet, sheet_grid
from graph.readers.symbols import unicode

_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([1-9]\d{0,6})")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_MIDNIGHT = re.compile(r"T00:00(:00(\.0+)?)?Z?$")
_MOST_ROWS = 1_048_576
_LISTED = 5  # addresses named in a warning


@dataclass(slots=True)
class _Book:
    package: Package
    counter: CellCounter
    strings: list[str]
    formats: list[str]
    since_1904: bool
    uncalculated: list[str]

    def sheet(self, name: str, part: str) -> tuple[dict[tuple[int, int], str], list[Area]]:
        """Texts by (row, column) from 0, and the merged areas."""
        texts: dict[tuple[int, int], str] = {}
        merged: list[Area] = []
        row = -1
        for element in self.package.elements(part, "row", "mergeCell"):
            if local(element) == "mergeCell":
                merged += _area(element.get("ref", ""))
                continue
            row = int(element.get("r", row + 2)) - 1
            if not 0 <= row < _MOST_ROWS:
                raise ValueError(f"{name}: r={row + 1}")
            for column, cell in _cells(element):
                self.counter.count(1)
                if text := self.text(cell, f"{name}!{_letters(column)}{row + 1}"):
                    texts[row, column] = text
        return texts, merged

    def text(self, cell: Element, address: str) -> str:
        """What the cell shows. A formula that was never calculated shows itself."""
        kind = cell.get("t", "n")
        style = int(cell.get("s", 0))
        pattern = self.formats[style] if 0 <= style < len(self.formats) else GENERAL
        if kind == "inlineStr":
            shown = format_text(_string(first(cell, "is")), pattern)
        else:
            stored = first(cell, "v")
            text = (stored.text or "") if stored is not None else ""
            formula = first(cell, "f")
            if formula is not None and not text and kind != "str":
                self.uncalculated.append(address)
                text, kind = f"={formula.text}" if formula.text else "", "str"
            shown = self._value(text, kind, pattern) if text else ""
        return self.counter.tidied(shown, address)

    def _value(self, text: str, kind: str, pattern: str) -> str:
        if kind == "s":
            return format_text(self.strings[int(text)], pattern)
        if kind == "n":
            return format_number(float(text), pattern, since_1904=self.since_1904)
        if kind == "b":
            return "TRUE" if text in ("1", "true") else "FALSE"
        if kind == "d":
            return _MIDNIGHT.sub("", text)
        return _unescaped(text)


def read(data: bytes, path: str, limits: Limits = LIMITS) -> ReadResult:
    """One exact grid for each visible sheet with something in it; places have sheet, row and column.

    Raises EmptyFile, TooLarge, UnknownFormat (XLSB) or DamagedFile.
    """
    package = Package(data, path, limits)
    main = package.main_part()
    if main.endswith(".bin"):
        raise UnknownFormat("XLSB", place=path)
    root = package.xml(main)
    if local(root) != "workbook":
        raise DamagedFile(f"不是工作簿 not a workbook: {local(root)}", place=path)
    try:
        blocks, warnings = _sheets(package, root, package.relationships(main), CellCounter(limits, path))
    except (ValueError, IndexError) as error:
        raise DamagedFile(str(error), place=path) from error
    if not blocks and not warnings:
        if not package.has_images():
            raise EmptyFile(place=path)
        warnings.append("工作簿中只有图片，没有数据。 The workbook holds pictures only, no data.")
    return ReadResult(blocks, warnings=package.warnings() + warnings)


def _sheets(
    package: Package, root: Element, parts: dict[str, tuple[str, str]], counter: CellCounter
) -> tuple[list[Block], list[str]]:
    by_kind = dict(parts.values())
    strings = package.elements(by_kind["sharedStrings"], "si") if "sharedStrings" in by_kind else ()
    properties = first(root, "workbookPr")
    book = _Book(
        package,
        counter,
        [_string(item) for item in strings],
        _formats(package.xml(by_kind["styles"])) if "styles" in by_kind else [],
        properties is not None and properties.get("date1904") in ("1", "true"),
        [],
    )
    blocks: list[Block] = []
    warnings: list[str] = []
    seen: set[str] = set()
    for sheet in first(root, "sheets") if first(root, "sheets") is not None else ():
        name = sheet.get("name", "")
        kind, part = parts.get(attribute(sheet, "id") or "", ("", ""))
        # A part is the content of one sheet: named again and again, it would make a small file a long read.
        if kind != "worksheet" or part in seen:
            continue
        seen.add(part)
        if sheet.get("state", "visible") != "visible":
            warnings.append(hidden_sheet(name))
            continue
        grid, said = sheet_grid(name, *book.sheet(name, part), counter)
        warnings += said
        if grid is not None:
            blocks.append(grid)
    if book.uncalculated:
        listed = "、".join(book.uncalculated[:_LISTED])
        warnings.append(
            f"{len(book.uncalculated)} 个公式没有保存结果，按公式原文读取：{listed}。 "
            "Formulas without a stored result are read as written."
        )
    return blocks, warnings


def _formats(styles: Element) -> list[str]:
    """The number format of each cell style (cellXfs)."""
    own = first(styles, "numFmts")
    codes = dict(BUILTIN)
    for stated in own if own is not None else ():
        codes[int(stated.get("numFmtId", 0))] = stated.get("formatCode", GENERAL)
    cells = first(styles, "cellXfs")
    return [codes.get(int(style.get("numFmtId", 0)), GENERAL) for style in (cells if cells is not None else ())]


def _cells(row: Element) -> Iterator[tuple[int, Element]]:
    """Cells of a row with their columns from 0; a cell without a reference stands right of the one before."""
    column = -1
    for cell in row:
        if local(cell) == "c":
            reference = _REFERENCE.fullmatch(cell.get("r", ""))
            column = _column(reference[1]) if reference else column + 1
            yield column, cell


def _area(reference: str) -> list[Area]:
    begin, _, end = reference.partition(":")
    corners = _REFERENCE.fullmatch(begin), _REFERENCE.fullmatch(end or begin)
    if corners[0] is None or corners[1] is None:
        return []
    return [Area(int(corners[0][2]) - 1, _column(corners[0][1]), int(corners[1][2]) - 1, _column(corners[1][1]))]


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _letters(column: int) -> str:
    letters = ""
    while column >= 0:
        column, rest = divmod(column, 26)
        letters, column = chr(65 + rest) + letters, column - 1
    return letters


def _string(item: Element) -> str:
    """Text of a string item: its own, or that of its runs; readings (rPh) are not printed in the cell."""
    if item is None:
        return ""
    pieces = []
    for part in item:
        if local(part) == "t":
            pieces.append(part.text or "")
        elif local(part) == "r":
            text = first(part, "t")
            pieces.append(unicode((text.text or "") if text is not None else "", value(first(part, "rPr"), "rFont")))
    return _unescaped("".join(pieces))


def _unescaped(text: str) -> str:
    """Characters that XML cannot hold are written _x000D_ (ECMA-376 part 1, 22.9.2.19)."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text
