"""A document as one stream of printed rows and lines, in reading order; the account of what became of every cell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from graph.extraction.pages import Cut, join_cut
from graph.model import Unplaced
from graph.readers.document import Cell, Document, Grid, Paragraph, Place
from graph.vocabulary import Vocabulary, vocabulary


@dataclass(eq=False, slots=True)
class Row:
    """One printed row. ``own``: its cells; ``slots``: in exact grids the cell in every grid column, merged ones too."""

    own: list[Cell]
    grid: Grid
    slots: dict[int, Cell] = field(default_factory=dict)
    first: bool = False

    @property
    def place(self) -> Place:
        """Where the row begins."""
        return self.own[0].place if self.own else self.grid.place

    @property
    def exact(self) -> bool:
        """Whether columns and spans can be relied on."""
        return self.grid.exact


def stream(document: Document, words: Vocabulary | None = None) -> list[Row | Paragraph]:
    """Rows with at least one non-empty cell of their own, and paragraphs; what a page break cut is whole again."""
    words = words or vocabulary()
    items: list[Row | Paragraph] = []
    table: list[Row] = []
    for block in document.blocks:
        if isinstance(block, Paragraph):
            items.append(block)
            continue
        rows = list(_rows(block))
        if block.continues:
            rows = join_cut(table, rows, words)
        else:
            table = []
        table += rows
        items += rows
    return items


def _rows(grid: Grid) -> Iterator[Row]:
    covering: dict[int, dict[int, Cell]] = {}
    if grid.exact:
        for cell in grid.cells:
            for row in range(cell.row, cell.row + cell.rowspan):
                slots = covering.setdefault(row, {})
                for column in range(cell.column, cell.column + cell.colspan):
                    slots[column] = cell
    first = True
    for number, cells in enumerate(grid.rows()):
        own = [cell for cell in cells if cell.text.strip()]
        if own:
            yield Row(own, grid, covering.get(number, {}), first)
            first = False


class Account:
    """What became of each cell and line of the performance tables: used for a field, furniture, or not understood."""

    def __init__(self) -> None:
        self._use: dict[int, str] = {}
        self._kept: list[Cell | Paragraph] = []
        self._why: dict[int, str] = {}

    def use(self, item: Cell | Paragraph, role: str) -> None:
        """The item ended in the model as ``role``."""
        for piece in (item, *_pieces(item)):
            self._use[id(piece)] = role
        self._kept.append(item)

    def furniture(self, item: Cell | Paragraph) -> None:
        """The item is a heading, caption, label, note or page number."""
        if id(item) not in self._use:
            self.use(item, "furniture")

    def doubt(self, item: Cell | Paragraph, why: str) -> None:
        """The item was seen and not understood; ``why`` is told if nothing else claims it."""
        for piece in (item, *_pieces(item)):
            self._why[id(piece)] = why

    def role(self, item: Cell | Paragraph) -> str | None:
        """What the item was used for, or None."""
        return self._use.get(id(item))

    def unplaced(self, items: list[Cell | Paragraph]) -> list[Unplaced]:
        """The items that nothing claimed."""
        return [
            Unplaced(item.text.strip(), item.place, self._why.get(id(item), "没有对应的栏目 no field for it"))
            for whole in items
            for item in _pieces(whole)
            if id(item) not in self._use and item.text.strip()
        ]


def _pieces(item: Cell | Paragraph) -> tuple[Cell | Paragraph, ...]:
    """The item, or the cells as printed of one that a page cut."""
    return item.pieces if isinstance(item, Cut) else (item,)
