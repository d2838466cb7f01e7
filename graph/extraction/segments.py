"""Flat grids: which rows belong to which project, when names stand mid-block and pages cut blocks in two.

A dynamic programme over the rows: a project has one name, one amount, one objective, and weights that total 90 or 100.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from graph.extraction.columns import Aligned
from graph.extraction.targets import decimal
from graph.readers.document import Cell
from graph.spelling import fold
from graph.vocabulary import Vocabulary

_LONGEST = 80


@dataclass(slots=True)
class Marks:
    """What the columns of a row say about its project; ``broken``: a page or another block ended just before it."""

    name: bool
    budget: bool
    objective: bool
    weight: Decimal | None
    broken: bool


def segments(
    rows: list[Aligned], breaks: set[int], words: Vocabulary, totals: frozenset[Decimal]
) -> list[list[Aligned]]:
    """Consecutive runs of rows, one for each project."""
    if not rows:
        return []
    known = _by_merged_cells(rows) or _by_heights(rows)
    if known is not None:
        return known
    marks = [_marks(row, rows[index - 1] if index else None, index in breaks) for index, row in enumerate(rows)]
    return [rows[start:end] for start, end in _best_cuts(marks, totals)]


def _by_merged_cells(rows: list[Aligned]) -> list[list[Aligned]] | None:
    """Exact grids whose merged cells put a name beside every row: a new name cell begins a new project."""
    if not all(row.row.exact and row.has("name") for row in rows):
        return None
    runs: list[list[Aligned]] = []
    for row in rows:
        same = runs and _subject(runs[-1][-1]) == _subject(row)
        if same:
            runs[-1].append(row)
        else:
            runs.append([row])
    return runs


def _by_heights(rows: list[Aligned]) -> list[list[Aligned]] | None:
    """Grids that are not exact, but tell how high their names are: the rows beside a name, and those at the top of a
    page, are of the project above. None where a row is beside no name.
    """
    if any(row.row.exact for row in rows) or not any(c.rowspan > 1 for row in rows for c in row.cells.get("name", ())):
        return None
    runs: list[list[Aligned]] = []
    grid, end = None, 0
    for row in rows:
        here = row.row.own[0].row
        if row.has("name"):
            grid, end = row.row.grid, here + row.cells["name"][-1].rowspan
            runs.append([])
        elif not runs or (row.row.grid is grid and here >= end):
            return None
        runs[-1].append(row)
    return runs


def _subject(row: Aligned) -> tuple[str, str, str]:
    return fold(row.text("unitName")), fold(row.text("name")), fold(row.text("budget"))


def _marks(row: Aligned, above: Aligned | None, broken: bool) -> Marks:
    def new(role: str) -> bool:
        # Several indicators of one printed row share its cells, and so do the rows that a merged cell covers.
        shared = above is not None and (row.row is above.row or _same(row.cells.get(role), above.cells.get(role)))
        return row.has(role) and not shared

    weight = decimal(fold(row.text("weight"))) if row.has("weight") else None
    return Marks(new("name"), new("budget"), new("objective"), weight, broken)


def _same(cells: list[Cell] | None, others: list[Cell] | None) -> bool:
    return cells is not None and others is not None and bool(cells and others) and cells[-1] is others[-1]


def _best_cuts(marks: list[Marks], totals: frozenset[Decimal]) -> list[tuple[int, int]]:
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(marks) + 1):
        options = [
            (best[start][0] + _cost(marks[start:end], totals), start) for start in range(max(0, end - _LONGEST), end)
        ]
        best.append(min(options))
    cuts, end = [], len(marks)
    while end > 0:
        start = best[end][1]
        cuts.append((start, end))
        end = start
    return cuts[::-1]


def _cost(part: list[Marks], totals: frozenset[Decimal]) -> float:
    names = sum(1 for mark in part if mark.name and not _continues(mark))
    pieces = sum(1 for mark in part if mark.name and _continues(mark))
    budgets = sum(1 for mark in part if mark.budget)
    objectives = sum(1 for mark in part if mark.objective)
    cost = 4.0 * abs(names - 1) if names + pieces != 1 else 0.0
    cost += 0.5 * pieces + 3.0 * abs(budgets - 1) + 0.4 * max(0, objectives - 1) + (1.0 if objectives == 0 else 0.0)
    first = part[0]
    if not (first.name or first.objective or first.budget):
        cost += 1.5
    elif not first.name:
        cost += 0.5
    weights = [mark.weight for mark in part if mark.weight is not None]
    if weights:
        total = sum(weights, Decimal(0))
        cost += -3.0 if total in totals else 1.0
    return cost


def _continues(mark: Marks) -> bool:
    """A name just after a break, without an amount beside it, may be the rest of a name that the page cut."""
    return mark.broken and not mark.budget
