"""Tables without rules: columns anchored on the words of a heading line, rows told by gaps and by wrapped lines.

What comes out is a good guess, not a fact of the page: the grids made of it are not exact. A table begins at a line of
at least three separate words under which other lines keep to the same columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from graph.readers.glyphs import Line, joined
from graph.readers.lattice import Box
from graph.readers.rows import Piece, Placed, goes_on, labels
from graph.readers.rows import cells as cells_of

# All in font sizes. A gap this wide separates two columns.
_APART = 1.0
# Lines closer than this cannot stand under each other in one cell: they belong to one row.
_BESIDE = 0.95
# A heading of two or three lines reaches this far up and down from its middle line.
_HEADING = 1.5
# No table goes on after a gap this high.
_END = 8.0
# Lines of a running head or a page number between the parts of a table on two pages.
_RUNNING = 2
# 第1页共5页 has so many letters; a title is at most so many sizes below the table before it.
_PAGE_NUMBER, _TITLE = 4, 2.5
_FEWEST_COLUMNS, _FEWEST_LINES = 3, 2
_HEADING_LINES = 3
# So soon after what may be the head of a form its table begins.
_HEAD_OF_FORM = 8
# The next line of a cell is among so many next lines of all cells.
_NEAR = 6
# A column with a cell in nearly every row.
_FULL = 0.9
# In font sizes: a column without a heading stands this far off.
_ASIDE = 0.5
# In points: what begins further left than everything else of a table is not of it.
_OUTSIDE = 3.0
# Share of the pieces below the heading that have to keep to its columns; share of the fullest row that makes a row.
_KEPT, _OWN_ROW = 0.8, 0.6
# A line that leaves less room than this could not hold the next word; in a column this narrow nobody can tell.
_ROOM, _NARROW = 1.3, 4.0
# The next line of a cell is at most this far below.
_PITCH = 2.0


@dataclass(frozen=True, slots=True)
class Part:
    """A cell: text, row and column from 0, box, and over how many rows it seems to be merged."""

    text: str
    row: int
    column: int
    box: Box
    rowspan: int = 1


@dataclass(frozen=True, slots=True)
class Columns:
    """A table without rules."""

    cells: list[Part]
    box: Box


_Row = list[Piece]
_Words = list[tuple[float, float]]


class Unruled:
    """Finds tables without rules page by page; one that ends a page goes on at the top of the next."""

    def __init__(self) -> None:
        self._last: _Found | None = None
        self._seen = False

    def page(self, lines: Sequence[Line], ruled: Sequence[Box]) -> Iterator[Line | Columns]:
        """``lines`` from the top down, tables put together; none reaches over a box in ``ruled``."""
        carried, self._last = self._last, None
        since = 0
        for run in _runs(lines, ruled):
            split = [_pieces(line) for line in run]
            begin = above = 0
            while begin < len(run):
                table = (_continued(split, begin, carried) if carried else None) or _first(split, begin)
                since += 1
                if table is not None:
                    yield from _labelled(run[above:begin], split[above:begin], headed=True)
                    yield _columns(split[begin : table.end], table)
                    begin, since, carried, self._last = table.end, 0, None, table
                    above, self._seen = begin, True
                else:
                    title = begin == above and self._last is not None and _is_title(run, begin)
                    since += _RUNNING if title else 0
                    begin += 1
                if since > _RUNNING:
                    carried, self._last = None, None
            headed = _headed(split, above)
            end = len(run) - (headed.heading if headed else 0)
            # The head of a form may end a page.
            form = self._seen and any(_is_field(split, index) for index in range(above, end))
            yield from _labelled(run[above:end], split[above:end], headed=False) if form else run[above:end]
            if headed:
                yield _columns(split[end:], headed)
                self._last, since = headed, 0


def _is_field(lines: list[_Row], index: int) -> bool:
    """A label and its value, soon below the line above: no foot of the page."""
    return (
        len(lines[index]) > 1
        and index > 0
        and lines[index - 1][0].y - lines[index][0].y <= _TITLE * lines[index][0].size
    )


def _is_title(lines: Sequence[Line], index: int) -> bool:
    """Words, not a page number, soon below the line above: what a table ends at, no foot of the page."""
    line = lines[index]
    words = sum(character.isalpha() for character in line.text)
    return index > 0 and words > _PAGE_NUMBER and lines[index - 1].y - line.y <= _TITLE * line.size


def _labelled(lines: list[Line], split: list[_Row], *, headed: bool) -> Iterator[Line | Columns]:
    """Lines with the labels and values of a form among them; ``headed``: the form's table follows."""
    apart = [index for index, row in enumerate(split) if len(row) > 1]
    if not apart:
        yield from lines
        return
    first, end = apart[0], len(lines) if headed else apart[-1] + 1
    # A long value begins above its label and ends below it.
    while first > 0 and any(goes_on(split[first - 1][0], piece) for row in split[first : first + 2] for piece in row):
        first -= 1
    while end < len(lines) and any(goes_on(piece, split[end][0]) for piece in split[end - 1]):
        end += 1
    yield from lines[:first]
    pieces = [piece for row in split[first:end] for piece in row]
    yield Columns([_part(cell, 0) for cell in labels(pieces)], _around(pieces))
    yield from lines[end:]


def _runs(lines: Sequence[Line], ruled: Sequence[Box]) -> list[list[Line]]:
    """Lines between the ruled tables."""
    tops = sorted((box[3] for box in ruled), reverse=True)
    return [list(run) for _, run in groupby(lines, key=lambda line: sum(top > line.y for top in tops))]


def _pieces(line: Line) -> _Row:
    # Each piece has its own baseline: words of two rows may stand nearly level.
    pieces = [Piece([line.glyphs[0]], line.glyphs[0].y, line.size)]
    for before, after in pairwise(line.glyphs):
        if after.x - before.x - before.advance > _APART * line.size:
            pieces.append(Piece([], after.y, line.size))
        pieces[-1].glyphs.append(after)
    return pieces


@dataclass(frozen=True, slots=True)
class _Heading:
    """Where the words of a heading stand, and what is printed, by which it is known again on the next page."""

    words: _Words
    printed: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Found:
    """A table among lines: index after its last line, number of lines in its heading, x between its columns.

    ``left``: where it begins; ``alone``: only its heading stands on the page.
    """

    end: int
    heading: int
    borders: list[float]
    left: float
    head: _Heading
    alone: bool = False


def _first(lines: list[_Row], begin: int) -> _Found | None:
    """The table whose heading is at ``begin``; a row with figures heads none if a line of words soon heads one."""
    table = _new(lines, begin)
    if table is None or not any(_is_figure(piece) for line in lines[begin : begin + table.heading] for piece in line):
        return table
    for later in range(begin + 1, min(table.end + _HEAD_OF_FORM, len(lines))):
        other = _new(lines, later) if len(lines[later]) > _FEWEST_COLUMNS else None
        if other and not any(_is_figure(piece) for line in lines[later : later + other.heading] for piece in line):
            return None
    return table


def _is_figure(piece: Piece) -> bool:
    return _has_figure(piece) and not any(glyph.text.isalpha() for glyph in piece.glyphs)


def _new(lines: list[_Row], begin: int) -> _Found | None:
    """The table whose heading is at ``begin``."""
    words, below = _heading(lines, begin)
    if len(words) < _FEWEST_COLUMNS:
        return None
    printed = frozenset(joined(piece.glyphs) for line in lines[begin:below] for piece in line)
    return _under(_Heading(words, printed), lines, begin, below)


def _under(heading: _Heading, lines: list[_Row], begin: int, below: int) -> _Found | None:
    """The table under a heading whose lines, if it stands on this page, are those from ``begin`` to ``below``."""
    words = heading.words
    end = _under_words(lines, below, words)
    # A line of more words heads a table of its own, but for a label beside; one word over several columns is a caption.
    own = [sum(piece.x1 > words[0][0] for piece in line) for line in lines]
    end = next((index for index in range(below, end) if own[index] > len(words)), end)
    borders = _borders(words, [piece for line in lines[begin:end] for piece in line])
    end = _caption(lines, below, end, words[0][0], lambda piece: _crossed(piece, borders) > 0)
    if not _fits(lines[below:end], borders):
        return None
    pieces = [piece for line in lines[begin:end] for piece in line]
    borders = _borders(words, pieces)
    borders = [*_beside_heading(lines[below:end], words, borders), *borders]
    return _Found(end, below - begin, borders, min(words[0][0], *(piece.x0 for piece in pieces)), heading)


def _under_words(lines: list[_Row], below: int, words: _Words) -> int:
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


def _is_whole(lines: list[_Row], index: int, end: int) -> bool:
    """Whether a line alone, with those alone that go on from it, is no part of a cell beside which a row stands."""
    y, near = lines[index][0].y, _BESIDE * lines[index][0].size
    if lines[index - 1][0].y - y < near or (index + 1 < end and y - lines[index + 1][0].y < near):
        return False  # beside the lines of cells that have two
    last = index
    while last + 1 < end and len(lines[last + 1]) == 1 and goes_on(lines[last][0], lines[last + 1][0]):
        last += 1
    above = [piece for line in lines[max(index - _NEAR, 0) : index] for piece in line]
    under = [piece for line in lines[last + 1 : last + 1 + _NEAR] for piece in line]
    begun = any(goes_on(piece, lines[index][0]) for piece in above)
    return not begun and not any(goes_on(lines[last][0], piece) for piece in under)


def _without_titles(lines: list[_Row], begin: int, end: int) -> int:
    """Index of the first of the lines alone that end there and go on from nothing above them."""
    while end > begin and len(lines[end - 1]) == 1:
        above = [piece for line in lines[max(begin, end - 1 - _NEAR) : end - 1] for piece in line]
        if any(goes_on(piece, lines[end - 1][0]) for piece in above if len(above) > 1):
            break
        end -= 1
    return end


def _beside_heading(body: list[_Row], words: _Words, borders: list[float]) -> list[float]:
    """The border of a column on the left that has no heading, if something stands in one."""
    first = [piece for line in body for piece in line if piece.x1 <= borders[0]]
    left = min([words[0][0], *(piece.x0 for piece in first if _touched(piece, words[:1]))])
    beside = [piece.x1 for piece in first if piece.x1 + _ASIDE * piece.size <= left]
    return [(max(beside) + left) / 2] if beside else []


def _headed(lines: list[_Row], above: int) -> _Found | None:
    """The heading that ends a page, of a table that begins on the next one: words without a figure among them."""
    for begin in range(max(above, len(lines) - _HEADING_LINES), len(lines)):
        words, below = _heading(lines, begin)
        pieces = [piece for line in lines[begin:] for piece in line]
        if below < len(lines) or len(words) <= _FEWEST_COLUMNS or any(_has_figure(piece) for piece in pieces):
            continue
        printed = frozenset(joined(piece.glyphs) for piece in pieces)
        heading = _Heading(words, printed)
        return _Found(len(lines), len(lines) - begin, _borders(words, pieces), words[0][0], heading, alone=True)
    return None


def _has_figure(piece: Piece) -> bool:
    return any(glyph.text.isdecimal() for glyph in piece.glyphs)


def _continued(lines: list[_Row], begin: int, table: _Found) -> _Found | None:
    """The rest of a table of the page before, which may repeat its heading; or all of it but that."""
    if table.alone:
        return _under(table.head, lines, begin, begin)
    end = _end(lines, begin, lambda piece: _crossed(piece, table.borders) <= 1)
    end = _caption(lines, begin, end, table.left, lambda piece: _crossed(piece, table.borders) > 1)
    heading = 0
    while begin + heading < end and all(joined(piece.glyphs) in table.head.printed for piece in lines[begin + heading]):
        heading += 1
    return replace(table, end=end, heading=heading) if _fits(lines[begin:end], table.borders) else None


def _end(lines: list[_Row], begin: int, keeps: Callable[[Piece], bool]) -> int:
    """Index of the first line that is too far below the one before, or does not keep to the columns."""
    end = begin
    while end < len(lines) and all(keeps(piece) for piece in lines[end]):
        if end and lines[end - 1][0].y - lines[end][0].y > _END * lines[end][0].size:
            break
        end += 1
    return end


def _caption(lines: list[_Row], begin: int, end: int, left: float, crosses: Callable[[Piece], bool]) -> int:
    """Index of the first line alone that is no cell: it lies over borders, or begins outside and reaches in."""
    for index in range(begin, end):
        piece = lines[index][0]
        if len(lines[index]) == 1 and (crosses(piece) or (piece.x0 < left - _OUTSIDE and piece.x1 > left)):
            return index
        left = min(left, *(piece.x0 for piece in lines[index]))
    return end


def _fits(body: list[_Row], borders: list[float]) -> bool:
    pieces = [piece for line in body for piece in line]
    wide = sum(len(line) >= _FEWEST_COLUMNS for line in body)
    kept = sum(not _crossed(piece, borders) for piece in pieces)
    return wide >= _FEWEST_LINES and kept >= _KEPT * len(pieces)


def _heading(lines: list[_Row], begin: int) -> tuple[_Words, int]:
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


def _is_over(line: _Row, heading: _Row) -> bool:
    """Whether a line is one word over several of a heading: what stands above a table, such as its unit."""
    return len(line) == 1 and _touched(line[0], [(piece.x0, piece.x1) for piece in heading]) > 1


def _touched(piece: Piece, words: _Words) -> int:
    return sum(piece.x0 < x1 and x0 < piece.x1 for x0, x1 in words)


def _crossed(piece: Piece, borders: list[float]) -> int:
    return sum(piece.x0 < border < piece.x1 for border in borders)


def _columns(lines: list[_Row], table: _Found) -> Columns:
    heading, body = lines[: table.heading], lines[table.heading :]
    for piece in (piece for line in lines for piece in line):
        piece.column = sum(border < (piece.x0 + piece.x1) / 2 for border in table.borders)
    label = _side_label(body, table)
    if label:
        body = [row for line in body if (row := [piece for piece in line if piece not in label])]
    head = _by_row([[piece for line in heading for piece in line]]) if heading else []
    rows = cells_of([piece for line in body for piece in line]) or _by_row(_rows(_beside(body)))
    parts = [_part(cell, 0) for cell in head] + [_part(cell, 1 if heading else 0) for cell in rows]
    if label:
        height = max((part.row + part.rowspan for part in parts), default=1)
        parts.insert(0, _part(Placed(0, 0, label, height), 0))
    return Columns(parts, _around([piece for line in lines for piece in line]))


def _side_label(body: list[_Row], table: _Found) -> list[Piece]:
    """The lines of the one label that stands beside the whole table, in a column without a heading."""
    if not table.borders or table.head.words[0][0] < table.borders[0]:
        return []
    label = [piece for line in body for piece in line if piece.column == 0]
    whole = all(goes_on(above, below) for above, below in pairwise(label))
    return label if whole else []


def _part(cell: Placed, down: int) -> Part:
    pieces = sorted(cell.pieces, key=lambda piece: (-piece.y, piece.x0))
    text = "\n".join(joined(piece.glyphs) for piece in pieces)
    return Part(text, cell.row + down, cell.column, _around(pieces), cell.rowspan)


def _by_row(rows: list[_Row]) -> list[Placed]:
    return [
        Placed(index, column, [piece for piece in row if piece.column == column])
        for index, row in enumerate(rows)
        for column in sorted({piece.column for piece in row})
    ]


def _around(pieces: Sequence[Piece]) -> Box:
    boxes = [piece.box for piece in pieces]
    return min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)


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


def _beside(lines: list[_Row]) -> list[_Row]:
    """Lines too close to stand under each other joined: words of one row centred at different heights."""
    joined_lines: list[_Row] = []
    for line in lines:
        above = joined_lines[-1] if joined_lines else []
        close = bool(above) and above[-1].y - line[0].y < _BESIDE * line[0].size
        if close and not {piece.column for piece in above} & {piece.column for piece in line}:
            above.extend(line)
        else:
            joined_lines.append(list(line))
    return joined_lines


def _rows(lines: list[_Row]) -> list[_Row]:
    """Lines gathered into rows: wrapped lines join the row above, lines of few words the nearer row."""
    if not lines:
        return []
    widths: dict[int, float] = {}
    for piece in (piece for line in lines for piece in line):
        widths[piece.column] = max(widths.get(piece.column, 0.0), piece.x1 - piece.x0)
    fullest = max(len({piece.column for piece in line}) for line in lines)
    rows: list[_Row] = [[]]
    waiting: list[Piece] = []  # words of the row below that stand higher than its middle
    for index, line in enumerate(lines):
        above = lines[index - 1] if index else []
        wrapped, fresh = _compare([*rows[-1], *waiting], line, widths)
        own = len({piece.column for piece in line}) >= _OWN_ROW * fullest
        if len(wrapped) == len(line) and not waiting:
            rows[-1].extend(line)
        elif own or len(fresh) > 1:
            rows.append([*waiting, *line])
            waiting = []
        else:
            up = above[-1].y - line[0].y if rows[-1] else float("inf")
            down = line[-1].y - lines[index + 1][0].y if index + 1 < len(lines) else float("inf")
            (rows[-1] if up <= down and not waiting else waiting).extend(line)
    rows.append(waiting)
    return [row for row in rows if row]


def _compare(above: _Row, line: _Row, widths: dict[int, float]) -> tuple[set[int], set[int]]:
    """Columns of ``line`` that may go on with a full line just above, and those where that ended short or earlier."""
    over = {piece.column: piece for piece in above}
    wrapped: set[int] = set()
    fresh: set[int] = set()
    for piece in line:
        if (before := over.get(piece.column)) is not None:
            room = widths[piece.column] - (before.x1 - before.x0)
            full = room < _ROOM * piece.size and widths[piece.column] > _NARROW * piece.size
            next_line = before.y - piece.y <= _PITCH * piece.size
            (wrapped if full and next_line else fresh).add(piece.column)
    return wrapped, fresh
