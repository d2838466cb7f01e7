"""From the cells of a worksheet to a grid; shared by the readers of XLSX and XLS."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from graph.readers.cells import HIDDEN_BY_MERGE, CellCounter, finish
from graph.readers.document import Cell, Grid, Place


@dataclass(frozen=True, slots=True)
class Area:
    """Merged cells: first and last row and column, all within, counted from 0."""

    top: int
    left: int
    bottom: int
    right: int

    def slots(self) -> Iterator[tuple[int, int]]:
        """Every (row, column)."""
        return product(range(self.top, self.bottom + 1), range(self.left, self.right + 1))


def hidden_sheet(name: str) -> str:
    """The warning for a sheet that is not read because it is hidden."""
    return f"隐藏的工作表“{name}”未读取。 The hidden sheet “{name}” is not read."


def sheet_grid(
    name: str, texts: Mapping[tuple[int, int], str], merged: Iterable[Area], counter: CellCounter
) -> tuple[Grid | None, list[str]]:
    """The used range of a sheet as one grid, or None where nothing is printed; and warnings.

    ``texts``: tidied text by (row, column) from 0, empty ones may be missing. The grid begins at the first row and
    column with text; places count from 1 in the sheet. Empty cells are left out unless they are merged.
    """
    used = {slot for slot, text in texts.items() if text}
    if not used:
        return None, []
    top, left = min(row for row, _ in used), min(column for _, column in used)
    bottom, right = max(row for row, _ in used), max(column for _, column in used)
    spans: dict[tuple[int, int], Area] = {}
    covered: set[tuple[int, int]] = set()
    for area in merged:
        # Whole rows and columns get merged; only what lies in the used range counts.
        area = Area(area.top, area.left, min(area.bottom, bottom), min(area.right, right))
        if area.top < top or area.left < left or area.bottom < area.top or area.right < area.left:
            continue
        counter.count((area.bottom - area.top + 1) * (area.right - area.left + 1) - 1)
        slots = set(area.slots())
        if slots & covered or not slots.isdisjoint(spans):
            continue  # overlapping areas: no office program writes them, the first one counts
        spans[area.top, area.left] = area
        covered |= slots - {(area.top, area.left)}
    cells = []
    for row, column in sorted((used | spans.keys()) - covered):
        place = Place(None, None, name, row + 1, column + 1)
        cell = Cell(texts.get((row, column), ""), row - top, column - left, place)
        if span := spans.get((row, column)):
            cell.rowspan, cell.colspan = span.bottom - row + 1, span.right - column + 1
        cells.append(cell)
    warnings = [f"{name}: {HIDDEN_BY_MERGE}"] if used & covered else []
    return finish(cells, bottom - top + 1, Place(sheet=name, row=top + 1, column=left + 1)), warnings
