"""Cell texts and the placing of spanning cells, shared by the readers."""

from __future__ import annotations

import re
from operator import attrgetter

from graph.readers.document import Cell, Grid, Place
from graph.readers.limits import Limits

# Control characters, zero-width marks, the byte order mark, unpaired surrogates and non-characters: nothing printed.
_NOTHING = "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060\ufeff\ud800-\udfff\ufffe\uffff"
_UNPRINTED = re.compile(f"[{_NOTHING}]")
_BREAKS = re.compile("\r\n|[\r\n\v\f\x85\u2028\u2029]")
_WHOLE = re.compile(r"\s*\+?(\d{1,9})")
# White space within a line; the ideographic space stays because it is printed as a character.
_SPACES = re.compile("[ \t\xa0\u2000-\u200a\u202f]+")

HIDDEN_BY_MERGE = "合并单元格中未显示的文字未读取。 Text hidden under a merged cell is not read."


def tidy(text: str) -> str:
    """``text`` with one kind of line break and of space; no empty lines, nothing at the ends, nothing unprintable."""
    # Printable is what is neither white space nor control nor format character, but for the plain space.
    if text.isprintable() and " " not in text:
        return text
    lines = (_SPACES.sub(" ", line).strip() for line in _BREAKS.split(text))
    joined = "\n".join(line for line in lines if line)
    return _UNPRINTED.sub("", joined).strip() if _UNPRINTED.search(joined) else joined


class CellCounter:
    """Holds a file to its limits on the number of cells and the length of their text."""

    def __init__(self, limits: Limits, path: str) -> None:
        self._limits, self._path, self._count = limits, path, 0
        self._longest = limits.cell_chars

    def text(self, text: str, place: object) -> str:
        """``text`` tidied and counted as one cell; raises TooLarge, naming ``place``."""
        self.count(1)
        return self.tidied(text, place)

    def tidied(self, text: str, place: object) -> str:
        """``text`` tidied; raises TooLarge if it is too long for a cell."""
        if not text.isprintable() or " " in text:
            text = tidy(text)
        if len(text) > self._longest:
            self._limits.check("cell_chars", len(text), f"{self._path} {place}")
        return text

    def count(self, cells: int) -> None:
        """Count ``cells`` slots; raises TooLarge."""
        self._count += cells
        if self._count > self._limits.cells:
            self._limits.check("cells", self._count, self._path)


class SpanningRows:
    """Places cells that state spans but no positions (HTML): each goes to the next slot no cell above reaches into."""

    def __init__(self) -> None:
        self._free_from: dict[int, int] = {}  # column → first row in which nothing from above covers it

    def place(self, row: int, column: int, rowspan: int, colspan: int) -> tuple[int, int]:
        """First free column of ``row`` at or after ``column``, and how many columns the cell really gets there."""
        free_from = self._free_from
        while free_from.get(column, 0) > row:
            column += 1
        width = 1
        while width < colspan and free_from.get(column + width, 0) <= row:
            width += 1
        if rowspan > 1:
            free_from.update((covered, row + rowspan) for covered in range(column, column + width))
        return column, width


def finish(cells: list[Cell], height: int, place: Place) -> Grid:
    """An exact grid in reading order. Spans end at the last row and at the last column in which a cell begins."""
    width = max([cell.column for cell in cells], default=-1) + 1
    for cell in cells:
        if cell.rowspan != 1:
            cell.rowspan = max(1, min(cell.rowspan, height - cell.row))
        if cell.colspan != 1:
            cell.colspan = max(1, min(cell.colspan, width - cell.column))
    cells.sort(key=attrgetter("row", "column"))
    return Grid(cells, exact=True, place=place)


def whole(value: str | None, default: int, most: int) -> int:
    """An attribute that should hold a whole number: ``default`` if it does not, at most ``most``."""
    if not value:
        return default
    if value == "1":
        return 1
    digits = _WHOLE.match(value)
    return min(int(digits[1]), most) if digits else default
