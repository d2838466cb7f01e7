"""Headings of tables without rules, and how far the tables under them reach."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from graph.readers.glyphs import joined
from graph.readers.rows import Piece, goes_on

# All in font sizes. Lines closer than this cannot stand under each other in one cell: they belong to one row.
BESIDE = 0.95
# A heading of two or three lines reaches this far up and down from its middle line.
_HEADING = 1.5
# No table goes on after a gap this high.
_END = 8.0
# The next line of a cell is among so many next lines of all cells.
_NEAR = 6
# A column with a cell in nearly every row.
_FULL = 0.9
# In font sizes: a column without a heading stands this far off.
_ASIDE = 0.5
# In points: what begins further left than everything else of a table is not of it.
_OUTSIDE = 3.0
FEWEST_COLUMNS, _FEWEST_LINES = 3, 2
_HEADING_LINES = 3
# Share of the pieces below the heading that have to keep to its columns.
_KEPT = 0.8

Row = list[Piece]
_Words = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Heading:
    """Where the words of a heading stand, and what is printed, by which it is known again on the next page."""

    words: _Words
    printed: frozenset[str]


@dataclass(frozen=True, slots=True)
class Found:
    """A table among lines: index after its last line, number of lines in its heading, x between its columns.

    ``left``: where it begins; ``alone``: only its heading stands on the page.
    """

    end: int
    heading: int
    borders: list[float]
    left: float
    head: Heading
    alone: bool = False


def _is_figure(piece: Piece) -> bool:
    return _has_figure(piece) and not any(glyph.text.isalpha() for glyph in piece.glyphs)


def new(lines: list[Row], begin: int) -> Found | None:
    """The table whose heading is at ``begin``."""
    words, below = _heading(lines, begin)
    if len(words) < FEWEST_COLUMNS:
        return None
    printed = frozenset(joined(piece.glyphs) for line in lines[begin:below] for piece in line)
    return _under(Heading(words, printed), lines, begin, below)


def _under(heading: Heading, lines: list[Row], begin: int, below: int) -> Found | None:
    """The table under a heading whose lines, if it stands on this page, are those from ``begin`` to ``below``."""
    words = heading.words
    end = _under_words(lines, below, words)
    # A line of more words heads a table of its own, but for a label beside; one word over several columns is a caption.
    own = [sum(piece.x1 > words[0][0] for piece in line) for line in lines]
    end = next((index for index in range(below, end) if own[index] > len(words)), end)
    borders = _borders(words, [piece for line in lines[begin:end] for piece in line])
    end = _caption(lines, below, end, words[0][0], lambda piece: _crossed(piece, borders) > 0)
    # What a page has room for below a heading may be one row.
    least = 1 if end == len(lines) and len(words) > FEWEST_COLUMNS else _FEWEST_LINES
    if not _fits(lines[below:end], borders, least):
        return None
    pieces = [piece for line in lines[begin:end] for piece in line]
    borders = _borders(words, pieces)
    borders = [*_beside_heading(lines[below:end], words, borders), *borders]
    return Found(end, below - begin, borders, min(words[0][0], *(piece.x0 for piece in pieces)), heading)


def _under_words(lines: list[Row], below: int, words: _Words) -> int:
    """Index of the first line that does not stand under the heading.

    Its words lie under several columns at once, or it is alone, no part of a cell of several lines, and in a column
    that every row has a cell in. A column is as wide as what has stood in it so far.
    """
    extents, filled = list(words), [0] * len(words)
    end = _end(lines, below, lambda piece: _touched(piece, words) <= 2)
    for index in range(below, end):
        under = [[n for n, (x0, x1) in enumerate(extents) if piece.x0 < x1 and x0 < piece.x1] for piece in lines[index]]
        if 2 * sum(len(found) > 1 for found in under) >= len(under):
            return _without_titles(lines, below, index)
        full = next(n for n, count in enumerate(filled) if count >= _FULL * max(filled))
        alone = len(lines[index]) == 1 and index > below + 1 and min(under[0], default=-1) >= full
        if alone and _is_whole(lines, index, end):
            return index
        for piece, found in zip(lines[index], under, strict=True):
            if len(found) == 1:
                x0, x1 = extents[found[0]]
                extents[found[0]] = min(x0, piece.x0), max(x1, piece.x1)
                filled[found[0]] += 1
    return end


def _is_whole(lines: list[Row], index: int, end: int) -> bool:
    """Whether a line alone, with those alone that go on from it, is no part of a cell beside which a row stands."""
    y, near = lines[index][0].y, BESIDE * lines[index][0].size
    if lines[index - 1][0].y - y < near or (index + 1 < end and y - lines[index + 1][0].y < near):
        return False  # beside the lines of cells that have two
    last = index
    while last + 1 < end and len(lines[last + 1]) == 1 and goes_on(lines[last][0], lines[last + 1][0]):
        last += 1
    above = [piece for line in lines[max(index - _NEAR, 0) : index] for piece in line]
    under = [piece for line in lines[last + 1 : last + 1 + _NEAR] for piece in line]
    begun = any(goes_on(piece, lines[index][0]) for piece in above)
    return not begun and not any(goes_on(lines[last][0], piece) for piece in under)


def _without_titles(lines: list[Row], begin: int, end: int) -> int:
    """Index of the first of the lines alone that end there and go on from nothing above them."""
    while end > begin and len(lines[end - 1]) == 1:
        above = [piece for line in lines[max(begin, end - 1 - _NEAR) : end - 1] for piece in line]
        if any(goes_on(piece, lines[end - 1][0]) for piece in above if len(above) > 1):
            break
        end -= 1
    return end


def _beside_heading(body: list[Row], words: _Words, borders: list[float]) -> list[float]:
    """The border of a column on the left that has no heading, if something stands in one."""
    first = [piece for line in body for piece in line if piece.x1 <= borders[0]]
    left = min([words[0][0], *(piece.x0 for piece in first if _touched(piece, words[:1]))])
    beside = [piece.x1 for piece in first if piece.x1 + _ASIDE * piece.size <= left]
    return [(max(beside) + left) / 2] if beside else []


def headed(lines: list[Row], above: int) -> Found | None:
    """The heading that ends a page, of a table that begins on the next one: words without a figure among them."""
    for begin in range(max(above, len(lines) - _HEADING_LINES), len(lines)):
        words, below = _heading(lines, begin)
        pieces = [piece for line in lines[begin:] for piece in line]
        if below < len(lines) or len(words) <= FEWEST_COLUMNS or any(_has_figure(piece) for piece in pieces):
            continue
        printed = frozenset(joined(piece.glyphs) for piece in pieces)
        heading = Heading(words, printed)
        return Found(len(lines), len(lines) - begin, _borders(words, pieces), words[0][0], heading, alone=True)
    return None


def _has_figure(piece: Piece) -> bool:
    return any(glyph.text.isdecimal() for glyph in piece.glyphs)


def continued(lines: list[Row], begin: int, table: Found) -> Found | None:
    """The rest of a table of the page before, which may repeat its heading; or all of it but that."""
    if table.alone:
        return _under(table.head, lines, begin, begin)
    end = _end(lines, begin, lambda piece: _crossed(piece, table.borders) <= 1)
    end = _caption(lines, begin, end, table.left, lambda piece: _crossed(piece, table.borders) > 1)
    heading = 0
    while begin + heading < end and all(joined(piece.glyphs) in table.head.printed for piece in lines[begin + heading]):
        heading += 1
    return replace(table, end=end, heading=heading) if _fits(lines[begin:end], table.borders) else None


def _end(lines: list[Row], begin: int, keeps: Callable[[Piece], bool]) -> int:
    """Index of the first line that is too far below the one before, or does not keep to the columns."""
    end = begin
    while end < len(lines) and all(keeps(piece) for piece in lines[end]):
        if end and lines[end - 1][0].y - lines[end][0].y > _END * lines[end][0].size:
            break
        end += 1
    return end


def _caption(lines: list[Row], begin: int, end: int, left: float, crosses: Callable[[Piece], bool]) -> int:
    """Index of the first line alone that is no cell: it lies over borders, or begins outside and reaches in."""
    for index in range(begin, end):
        piece = lines[index][0]
        if len(lines[index]) == 1 and (crosses(piece) or (piece.x0 < left - _OUTSIDE and piece.x1 > left)):
            return index
        left = min(left, *(piece.x0 for piece in lines[index]))
    return end


def _fits(body: list[Row], borders: list[float], least: int = _FEWEST_LINES) -> bool:
    pieces = [piece for line in body for piece in line]
    wide = sum(len(line) >= FEWEST_COLUMNS for line in body)
    kept = sum(not _crossed(piece, borders) for piece in pieces)
    return wide >= least and kept >= _KEPT * len(pieces)


def _heading(lines: list[Row], begin: int) -> tuple[_Words, int]:
    """Extents of the heading's words by column, and the index of the first line below; the heading may wrap."""
    top = lines[begin][0]
    near = [i for i in range(begin, len(lines)) if top.y - lines[i][0].y <= 2 * _HEADING * top.size]
    # The heading is the fullest line near the top and what stands within its reach.
    middle = max(near, key=lambda index: len(lines[index]))
    center, reach = lines[middle][0].y, _HEADING * lines[middle][0].size
    if top.y - center > reach or (begin < middle and _is_over(lines[begin], lines[middle])):
        return [], begin
    fullest = len(lines[middle])
    rest = [i for i in near if i > middle and center - lines[i][0].y <= reach and 2 * len(lines[i]) < fullest]
    within = [*range(begin, middle + 1), *rest[:1]]
    words: _Words = []
    for x0, x1 in sorted((piece.x0, piece.x1) for index in within for piece in lines[index]):
        if words and x0 < words[-1][1]:
            words[-1] = words[-1][0], max(words[-1][1], x1)
        else:
            words.append((x0, x1))
    return words, within[-1] + 1


def _is_over(line: Row, heading: Row) -> bool:
    """Whether a line is one word over several of a heading: what stands above a table, such as its unit."""
    return len(line) == 1 and _touched(line[0], [(piece.x0, piece.x1) for piece in heading]) > 1


def _touched(piece: Piece, words: _Words) -> int:
    return sum(piece.x0 < x1 and x0 < piece.x1 for x0, x1 in words)


def _crossed(piece: Piece, borders: list[float]) -> int:
    return sum(piece.x0 < border < piece.x1 for border in borders)


def has_figures(lines: Sequence[Row]) -> bool:
    """Whether there is a figure that stands alone."""
    return any(_is_figure(piece) for line in lines for piece in line)


def _borders(words: _Words, pieces: Sequence[Piece]) -> list[float]:
    """Between the middles of two heading words, the middle of the widest strip that the fewest pieces cross."""
    borders = []
    for (a0, a1), (b0, b1) in pairwise(words):
        low, high = (a0 + a1) / 2, (b0 + b1) / 2
        near = [piece for piece in pieces if piece.x1 > low and piece.x0 < high]
        edges = sorted({low, high, *(x for piece in near for x in (piece.x0, piece.x1) if low < x < high)})

        def crossing(strip: tuple[float, float], near: Sequence[Piece] = near) -> tuple[int, float]:
            middle = (strip[0] + strip[1]) / 2
            return sum(piece.x0 < middle < piece.x1 for piece in near), strip[0] - strip[1]

        left, right = min(pairwise(edges), key=crossing)
        borders.append((left + right) / 2)
    return borders
