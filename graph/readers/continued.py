"""Ruled tables that run over pages: their parts are found, and their columns counted in the borders of all parts.

Pure geometry, by the boxes of the cells. A part whose rows never split a wide column has one border fewer than the
others, and one whose first column is empty may begin further in.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from graph.readers.document import Block, Cell, Grid, Paragraph

# In points: how far apart the same border may lie on two pages.
_NEAR = 3.5


def join_pages(blocks: Sequence[Block]) -> None:
    """Mark the parts of tables that go on from the page before, and let them share their columns."""
    running = _running(blocks)
    parts: list[Grid] = []
    for block in blocks:
        if isinstance(block, Paragraph):
            if _plain(block) not in running:
                _share(parts)
                parts = []
        elif not block.exact or (parts and not _goes_on(parts[-1], block)):
            _share(parts)
            parts = [block] if block.exact else []
        else:
            block.continues = bool(parts)
            parts.append(block)
    _share(parts)


def _running(blocks: Sequence[Block]) -> set[str]:
    """Lines that stand on several pages, the same but for their numbers: running heads and page numbers."""
    pages: dict[str, set[int | None]] = defaultdict(set)
    for block in blocks:
        if isinstance(block, Paragraph):
            pages[_plain(block)].add(block.place.page)
    return {line for line, found in pages.items() if len(found) > 1}


def _plain(line: Paragraph) -> str:
    return re.sub(r"[\d\s]+", "", line.text)


def _goes_on(above: Grid, below: Grid) -> bool:
    """On the next page between the same outer edges, or with one of them and no border of its own."""
    if above.place.page is None or below.place.page != above.place.page + 1:
        return False
    a, b = _borders(above.cells), _borders(below.cells)
    same = [abs(a[0] - b[0]) <= _NEAR, abs(a[-1] - b[-1]) <= _NEAR]
    fewer, more = sorted((a, b), key=len)
    return all(same) or (any(same) and all(abs(_at(more, x) - x) <= _NEAR for x in fewer))


def _share(parts: list[Grid]) -> None:
    if len(parts) < 2:
        return
    cells = [cell for part in parts for cell in part.cells]
    borders = _borders(cells)
    for cell in cells:
        left, right = (borders.index(_at(borders, x)) for x in _sides(cell))
        cell.column, cell.colspan = left, max(1, right - left)
        cell.place = replace(cell.place, column=left + 1)


def _borders(cells: Sequence[Cell]) -> list[float]:
    borders: list[float] = []
    for x in sorted(x for cell in cells for x in _sides(cell)):
        if not borders or x - borders[-1] > _NEAR:
            borders.append(x)
    return borders


def _sides(cell: Cell) -> tuple[float, float]:
    box = cell.place.box
    return (box[0], box[2]) if box else (0.0, 0.0)


def _at(borders: list[float], x: float) -> float:
    """The border that a side lies on: the nearest one not far beyond it."""
    index = bisect_right(borders, x)
    near = borders[max(index - 1, 0) : index + 1]
    return min(near, key=lambda border: abs(border - x))
