"""Rows and merged cells that a page cut in two, made whole: Word breaks inside rows, Excel inside merged cells.

Only for the parts of ruled tables that are drawn as going on (:mod:`graph.readers.continued`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from graph.extraction.targets import QUALITATIVE, parse_target
from graph.readers.document import Cell
from graph.vocabulary import Vocabulary

if TYPE_CHECKING:
    from graph.extraction.stream import Row

# A line that leaves room for more characters than this was not broken for want of room.
_ROOM = 2.5


@dataclass(eq=False, slots=True)
class Cut(Cell):
    """A cell whole again; ``pieces``: the cells as printed."""

    pieces: tuple[Cell, ...] = ()


_Pair = tuple[Cell, Cell]


def join_cut(above: list[Row], below: list[Row], words: Vocabulary) -> list[Row]:
    """The rows of a table before a page break and after it, without a first row that was only the rest of the last."""
    if not above or not below:
        return below
    first = below[0]
    pairs = _facing(above[-1], first)
    rest = _is_rest(pairs, above, words)
    for a, b in pairs if rest else _merged(pairs, words):
        if rest or a.rowspan + b.rowspan > 2:
            _join(a, b, above, below)
    return below if first.own else below[1:]


def _facing(last: Row, first: Row) -> list[_Pair]:
    """The cells that meet at the break, between the same borders."""
    pairs = {
        id(b): (a, b)
        for column, b in first.slots.items()
        if (a := last.slots.get(column)) and (a.column, a.colspan) == (b.column, b.colspan)
    }
    return list(pairs.values())


def _merged(pairs: list[_Pair], words: Vocabulary) -> Iterable[_Pair]:
    """Those that are one merged cell.

    Merged cells side by side begin and end together, so where one of them has its words on one page only, all go on.
    """

    def extent(pair: _Pair) -> tuple[int, int, int]:
        return _printed(pair[0])[0].place.page or 0, pair[0].row, pair[1].rowspan

    for _, group in groupby(sorted(pairs, key=extent), key=extent):
        side_by_side = list(group)
        one_sided = [(a, b) for a, b in side_by_side if bool(a.text) != bool(b.text) and a.rowspan + b.rowspan > 2]
        # Words flow on; a class or an amount on both pages is another cell.
        if any(a.text and (_is_class(b.text, words) or _is_target(b.text, words)) for a, b in side_by_side if b.text):
            yield from one_sided
        elif one_sided:
            yield from side_by_side


def _is_rest(pairs: list[_Pair], above: list[Row], words: Vocabulary) -> bool:
    """Whether the row below is the rest of the row above: it completes a word, or has only the ends of long texts."""
    single = [(a, b) for a, b in pairs if b.rowspan == 1]
    filled = [(a, b) for a, b in single if b.text]
    if not filled or not all(a.text for a, _ in filled):
        return False
    if any(_completes(a.text, b.text, words) for a, b in filled):
        return True
    if any(_is_closed(b.text, words) or _is_target(b.text, words) for _, b in filled):
        return False
    size = _character(above)
    if any(_room(a, size) > _ROOM * size for a, _ in filled):
        return False
    lacking = [a for a, b in single if a.text and not b.text]
    return len(lacking) >= len(filled) or any(_is_target(a.text, words) for a in lacking)


def _completes(begin: str, end: str, words: Vocabulary) -> bool:
    """社会效益指 + 标, 反向 + 指标."""
    whole = _is_class(begin + end, words) or bool(words.direction(begin + end))
    return whole and not _is_closed(begin, words) and not _is_closed(end, words)


def _is_class(text: str, words: Vocabulary) -> bool:
    return bool(words.indicator_class(text, 1) or words.indicator_class(text, 2))


def _is_closed(text: str, words: Vocabulary) -> bool:
    """A class, a sign, a direction or a heading."""
    known = words.comparator(text) or words.direction(text) or words.heading(text, "header")
    return bool(known or words.heading(text, "column")) or _is_class(text, words)


def _is_target(text: str, words: Vocabulary) -> bool:
    return parse_target(text, words).comparator != QUALITATIVE


def _width(line: str) -> float:
    """In characters as wide as a Chinese one."""
    return sum(1.0 if char >= "\u2e80" else 0.5 for char in line)


def _character(rows: list[Row]) -> float:
    """How wide a character is, at most: some cell whose text had to wrap is full."""
    wrapped = [cell for row in rows for cell in row.own if "\n" in cell.text and cell.place.box]
    sizes = [_breadth(cell) / longest for cell in wrapped if (longest := max(map(_width, cell.text.split("\n"))))]
    return min(sizes, default=0.0)


def _breadth(cell: Cell) -> float:
    return cell.place.box[2] - cell.place.box[0] if cell.place.box else 0.0


def _room(cell: Cell, size: float) -> float:
    """What the last line of a cell leaves free."""
    return _breadth(cell) - size * _width(cell.text.split("\n")[-1])


def _join(a: Cell, b: Cell, above: list[Row], below: list[Row]) -> None:
    """Put one cell in the place of two, in every row that it covers; its words stand where they begin."""
    text = "\n".join(part.text for part in (a, b) if part.text)
    place = a.place if a.text else b.place
    pieces = (*_printed(a), *_printed(b))
    whole = Cut(text, a.row, a.column, place, a.rowspan + b.rowspan, a.colspan, _least(a, b), pieces)
    for row in (*above, *below):
        for column, cell in row.slots.items():
            if cell is a or cell is b:
                row.slots[column] = whole
        row.own = [whole if cell is (a if a.text else b) else cell for cell in row.own if not (a.text and cell is b)]


def _printed(cell: Cell) -> tuple[Cell, ...]:
    return cell.pieces if isinstance(cell, Cut) else (cell,)


def _least(a: Cell, b: Cell) -> float | None:
    return min((cell.confidence for cell in (a, b) if cell.confidence is not None), default=None)
