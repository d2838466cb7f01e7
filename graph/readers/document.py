"""What a reader gives back: blocks in reading order, cells with their places. Nothing here knows the field."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(unsafe_hash=True, slots=True)
class Place:
    """Where something is printed. Numbers count from 1; what a format does not have is None.

    ``line``: line of a text file; ``sheet``/``row``/``column``: workbook or table cell; ``box``: (x0, y0, x1, y1) in
    PDF points, origin bottom left. A value, never changed: not declared frozen, because every cell has one and a
    frozen one takes six times as long to make.
    """

    page: int | None = None
    line: int | None = None
    sheet: str | None = None
    row: int | None = None
    column: int | None = None
    box: tuple[float, float, float, float] | None = None

    def __str__(self) -> str:
        parts = []
        if self.sheet is not None:
            parts.append(f"工作表 {self.sheet}")
        if self.page is not None:
            parts.append(f"第{self.page}页")
        if self.line is not None:
            parts.append(f"第{self.line}行")
        if self.line is None and self.row is not None:
            parts.append(f"第{self.row}行")
        if self.column is not None:
            parts.append(f"第{self.column}列")
        return " ".join(parts)


@dataclass(eq=False, slots=True)
class Cell:
    """One cell as printed. ``row``/``column`` from 0 within its grid; spans count the grid slots it covers.

    Two cells are equal only if they are the same cell: extraction keeps its account of them by identity.
    """

    text: str
    row: int
    column: int
    place: Place
    rowspan: int = 1
    colspan: int = 1
    confidence: float | None = None


@dataclass(eq=False, slots=True)
class Grid:
    """A table: cells in reading order (row, then column); a covered slot of a merged cell has no cell of its own.

    ``exact``: rows, columns and spans are those of the source (Word, Excel, HTML, ruled PDF); False where a text dump
    only suggests them, so that a row may be shifted or cells may be missing. ``continues``: drawn as the rest of the
    table before it, which a page cut.
    """

    cells: list[Cell]
    exact: bool = False
    place: Place = field(default_factory=Place)
    continues: bool = False

    def rows(self) -> list[list[Cell]]:
        """The cells by row, empty rows included as empty lists."""
        height = max((cell.row for cell in self.cells), default=-1) + 1
        rows: list[list[Cell]] = [[] for _ in range(height)]
        for cell in self.cells:
            rows[cell.row].append(cell)
        return rows

    @property
    def width(self) -> int:
        """Number of grid columns."""
        return max((cell.column + cell.colspan for cell in self.cells), default=0)


@dataclass(eq=False, slots=True)
class Paragraph:
    """A run of text outside every table: one printed line or one paragraph."""

    text: str
    place: Place


Block = Paragraph | Grid


@dataclass(eq=False, slots=True)
class Document:
    """A file as read. ``path`` as given, ``sha256`` of its bytes, ``media_type`` by content, ``pages`` if any."""

    path: str
    sha256: str
    media_type: str
    blocks: list[Block]
    pages: int | None = None
    warnings: list[str] = field(default_factory=list)

    def grids(self) -> Iterator[Grid]:
        """The tables in reading order."""
        return (block for block in self.blocks if isinstance(block, Grid))
