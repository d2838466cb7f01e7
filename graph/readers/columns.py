"""Tables without rules: columns anchored on the words of a heading line, rows told by gaps and by wrapped lines.

What comes out is a good guess, not a fact of the page: the grids made of it are not exact. A table begins at a line of
at least three separate words under which other lines keep to the same columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from graph.readers.glyphs import Line, joined
from graph.readers.headings import BESIDE, FEWEST_COLUMNS, Found, Row, continued, has_figures, headed, new
from graph.readers.lattice import Box
from graph.readers.rows import Piece, Placed, goes_on, labels
from graph.readers.rows import cells as cells_of

# All in font sizes. A gap this wide separates two columns.
_APART = 1.0
# Lines of a running head or a page number between the parts of a table on two pages.
_RUNNING = 2
# 第1页共5页 has so many letters; a title is at most so many sizes below the table before it.
_PAGE_NUMBER, _TITLE = 4, 2.5
# So soon after what may be the head of a form its table begins.
_HEAD_OF_FORM = 8
# Share of the fullest row that makes a row.
_OWN_ROW = 0.6
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


class Unruled:
    """Finds tables without rules page by page; one that ends a page goes on at the top of the next."""

    def __init__(self) -> None:
        self._last: Found | None = None
        self._seen = False

    def page(self, lines: Sequence[Line], ruled: Sequence[Box]) -> Iterator[Line | Columns]:
        """``lines`` from the top down, tables put together; none reaches over a box in ``ruled``."""
        carried, self._last = self._last, None
        since = 0
        for run in _runs(lines, ruled):
            split = [_pieces(line) for line in run]
            begin = above = 0
            while begin < len(run):
                table = (continued(split, begin, carried) if carried else None) or self._first(split, begin)
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
            ending = headed(split, above)
            end = len(run) - (ending.heading if ending else 0)
            # The head of a form may end a page.
            form = self._seen and any(_is_field(split, index) for index in range(above, end))
            yield from _labelled(run[above:end], split[above:end], headed=False) if form else run[above:end]
            if ending:
                yield _columns(split[end:], ending)
                self._last, since = ending, 0

    def _first(self, lines: list[Row], begin: int) -> Found | None:
        """The table whose heading is at ``begin``.

        A row with figures heads none where a line of words soon does, or where one did before; but for the first row
        of a page, whose heading may be lost.
        """
        table = new(lines, begin)
        if table is None or not has_figures(lines[begin : begin + table.heading]):
            return table
        if self._seen and begin > _RUNNING:
            return None
        for later in range(begin + 1, min(table.end + _HEAD_OF_FORM, len(lines))):
            other = new(lines, later) if len(lines[later]) > FEWEST_COLUMNS else None
            if other and not has_figures(lines[later : later + other.heading]):
                return None
        return table


def _is_field(lines: list[Row], index: int) -> bool:
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


def _labelled(lines: list[Line], split: list[Row], *, headed: bool) -> Iterator[Line | Columns]:
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


def _pieces(line: Line) -> Row:
    # Each piece has its own baseline: words of two rows may stand nearly level.
    pieces = [Piece([line.glyphs[0]], line.glyphs[0].y, line.size)]
    for before, after in pairwise(line.glyphs):
        if after.x - before.x - before.advance > _APART * line.size:
            pieces.append(Piece([], after.y, line.size))
        pieces[-1].glyphs.append(after)
    return pieces


def _columns(lines: list[Row], table: Found) -> Columns:
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


def _side_label(body: list[Row], table: Found) -> list[Piece]:
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


def _by_row(rows: list[Row]) -> list[Placed]:
    return [
        Placed(index, column, [piece for piece in row if piece.column == column])
        for index, row in enumerate(rows)
        for column in sorted({piece.column for piece in row})
    ]


def _around(pieces: Sequence[Piece]) -> Box:
    boxes = [piece.box for piece in pieces]
    return min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)


def _beside(lines: list[Row]) -> list[Row]:
    """Lines too close to stand under each other joined: words of one row centred at different heights."""
    joined_lines: list[Row] = []
    for line in lines:
        above = joined_lines[-1] if joined_lines else []
        close = bool(above) and above[-1].y - line[0].y < BESIDE * line[0].size
        if close and not {piece.column for piece in above} & {piece.column for piece in line}:
            above.extend(line)
        else:
            joined_lines.append(list(line))
    return joined_lines


def _rows(lines: list[Row]) -> list[Row]:
    """Lines gathered into rows: wrapped lines join the row above, lines of few words the nearer row."""
    if not lines:
        return []
    widths: dict[int, float] = {}
    for piece in (piece for line in lines for piece in line):
        widths[piece.column] = max(widths.get(piece.column, 0.0), piece.x1 - piece.x0)
    fullest = max(len({piece.column for piece in line}) for line in lines)
    rows: list[Row] = [[]]
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


def _compare(above: Row, line: Row, widths: dict[int, float]) -> tuple[set[int], set[int]]:
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
