"""Rows of a table without rules, told by how the words stand in them.

The lines of one cell stand closer than the lines of two. The cells of a row share their middle (or their first, or
their last line, whichever the table keeps to); a cell merged over several rows shares its middle with all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median

from graph.readers.glyphs import Glyph
from graph.readers.lattice import Box

# Lines of a cell are at most so many times as far apart as the closest ones of all; rows are further apart.
_SAME_CELL, _WIDER = 1.12, 1.17
# A gap is so many lines high, give or take this share of a line.
_UNEVEN = 0.15
# In font sizes: lines of a cell are no further apart.
_LEADING = 1.6
# Shares of that distance: so near, middles are the same; so far off, a merged cell may end beside the end of a row.
_TOGETHER, _BESIDE_END = 0.45, 1.0
# Words less than this apart, in font sizes, stand on one line.
_ONE_LINE = 0.5
# Lines of a label are at most this far apart, in font sizes, and begin within so many points.
_LINE, _EDGE = 1.4, 2.0
# A column with a cell for nearly every row; only columns left of the first such hold merged cells.
_FULL = 0.9
# Columns with cells for so many of the rows tell them; so many of those columns have a cell in each row.
_DENSE, _IN_ROW = 0.6, 0.4
# What a row in no merged cell costs, as a share of that distance too.
_UNFILLED = 0.3


@dataclass(slots=True)
class Piece:
    """A run of characters without a gap as wide as one between columns."""

    glyphs: list[Glyph]
    y: float
    size: float
    column: int = -1

    @property
    def x0(self) -> float:
        """Where the first character begins."""
        return self.glyphs[0].x

    @property
    def x1(self) -> float:
        """Where the last character ends."""
        return self.glyphs[-1].x + self.glyphs[-1].advance

    @property
    def box(self) -> Box:
        """(x0, y0, x1, y1), descenders included."""
        return self.x0, self.y - 0.2 * self.size, self.x1, self.y + 0.85 * self.size


@dataclass(slots=True)
class Placed:
    """The pieces of a cell, its first row, its column, and over how many rows it is merged."""

    row: int
    column: int
    pieces: list[Piece]
    rowspan: int = 1


_Span = tuple[int, int]  # first row, row after the last


@dataclass(slots=True)
class _Block:
    """The lines of one cell; heights count downwards."""

    pieces: list[Piece]

    @property
    def x0(self) -> float:
        """Where it begins."""
        return min(piece.x0 for piece in self.pieces)

    def at(self, share: float) -> float:
        """Height of the first line (0), the middle (0.5) or the last line (1)."""
        first, last = -self.pieces[0].y, -self.pieces[-1].y
        return first + share * (last - first)


def cells(pieces: Sequence[Piece]) -> list[Placed] | None:
    """Row, column and pieces of each cell; None where rows stand no further apart than the lines of one cell."""
    columns = {column: _lines(found) for column, found in _by_column(pieces)}
    near = _leading(list(columns.values()))
    if near is None:
        return None
    blocks = {column: _blocks(lines, _SAME_CELL * near) for column, lines in columns.items()}
    table = _Table(blocks, near)
    return table.cells() if table.rows else None


def labels(pieces: Sequence[Piece]) -> list[Placed]:
    """The labels and values of a form, row by row: their order counts, not their columns."""
    blocks: list[_Block] = []
    for piece in sorted(pieces, key=lambda piece: -piece.y):
        above = next((block for block in reversed(blocks) if goes_on(block.pieces[-1], piece)), None)
        if above:
            above.pieces.append(piece)
        else:
            blocks.append(_Block([piece]))
    rows: list[list[_Block]] = []
    for block in sorted(blocks, key=lambda block: block.at(0.5)):
        if rows and block.at(0.5) - rows[-1][0].at(0.5) <= _ONE_LINE * block.pieces[0].size:
            rows[-1].append(block)
        else:
            rows.append([block])
    ordered = _with_labels(rows, min((block.x0 for block in blocks), default=0.0) + _EDGE)
    return [Placed(r, c, block.pieces) for r, row in enumerate(ordered) for c, block in enumerate(row)]


def _with_labels(rows: list[list[_Block]], edge: float) -> list[list[_Block]]:
    """Rows from left to right; a label alone, in the middle of what it heads, comes first in the row above it."""
    found: list[list[_Block]] = []
    for row in rows:
        row.sort(key=lambda block: block.x0)
        label = len(row) == 1 and row[0].x0 <= edge
        if label and found and found[-1][0].x0 > edge:
            found[-1].insert(0, row[0])
        else:
            found.append(row)
    return found


def goes_on(above: Piece, below: Piece) -> bool:
    """Whether two pieces are lines of one cell: one close under the other, from one edge or about one middle."""
    close = 0 < above.y - below.y <= _LINE * above.size
    middle = (above.x0 + above.x1 - below.x0 - below.x1) / 2
    return close and (abs(above.x0 - below.x0) <= _EDGE or abs(middle) <= _EDGE)


def _leading(columns: Sequence[list[list[Piece]]]) -> float | None:
    """How far apart the lines of one cell are; None if that may be the distance of rows.

    It may be where most columns are set as close, and all wider gaps are so many lines high, as rows left empty are.
    """
    gaps = [[a[0].y - b[0].y for a, b in pairwise(lines)] for lines in columns if len(lines) > 1]
    least = min((min(column) for column in gaps), default=0.0)
    wider = sum(min(column) > _WIDER * least for column in gaps)
    size = max((piece.size for lines in columns for line in lines for piece in line), default=0.0)
    if not gaps or least > _LEADING * size:
        return None
    others = [gap / least for column in gaps for gap in column if gap > _SAME_CELL * least]
    uneven = sum(abs(gap - round(gap)) > _UNEVEN for gap in others)
    if 2 * wider < len(gaps) and (2 * uneven < len(others) or not others):
        return None
    return median(gap for column in gaps for gap in column if gap <= _SAME_CELL * least)


def _by_column(pieces: Iterable[Piece]) -> list[tuple[int, list[Piece]]]:
    ordered = sorted(pieces, key=lambda piece: piece.column)
    return [(column, list(found)) for column, found in groupby(ordered, key=lambda piece: piece.column)]


def _lines(pieces: Iterable[Piece]) -> list[list[Piece]]:
    """The lines of a column from the top down."""
    lines: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda piece: -piece.y):
        if lines and lines[-1][0].y - piece.y <= _ONE_LINE * piece.size:
            lines[-1].append(piece)
        else:
            lines.append([piece])
    return [sorted(line, key=lambda piece: piece.x0) for line in lines]


def _blocks(lines: list[list[Piece]], most: float) -> list[_Block]:
    blocks: list[_Block] = []
    for line in lines:
        if blocks and blocks[-1].pieces[-1].y - line[0].y <= most:
            blocks[-1].pieces += line
        else:
            blocks.append(_Block(list(line)))
    return blocks


class _Table:
    """Blocks by column; ``near``: how far apart the lines of a cell are; ``rows``: heights that their cells share."""

    def __init__(self, blocks: dict[int, list[_Block]], near: float) -> None:
        self._blocks, self._near = blocks, near
        most = max(len(column) for column in blocks.values())
        self._dense = [column for column in sorted(blocks) if len(blocks[column]) >= _DENSE * most]
        full = [column for column in sorted(blocks) if len(blocks[column]) >= _FULL * most]
        self._merged = [column for column in blocks if column < full[0]]
        # The fewer heights the cells have, the more of them share each.
        self._share = min((0.5, 0.0, 1.0), key=lambda share: len(self._heights(share)))
        least = max(min(2, len(self._dense)), _IN_ROW * len(self._dense))
        shared = [group for group in self._heights(self._share) if len({column for _, column in group}) >= least]
        self.rows = [sum(height for height, _ in group) / len(group) for group in shared]

    def _heights(self, share: float) -> list[list[tuple[float, int]]]:
        """Heights of the cells, with their columns; what is nearly one height together."""
        cells = [(block.at(share), column) for column in self._dense for block in self._blocks[column]]
        groups: list[list[tuple[float, int]]] = []
        for cell in sorted(cells):
            if groups and cell[0] - groups[-1][0][0] <= _TOGETHER * self._near:
                groups[-1].append(cell)
            else:
                groups.append([cell])
        return groups

    def cells(self) -> list[Placed]:
        """Every block with its row, merged ones with their first."""
        placed: dict[tuple[int, int], Placed] = {}
        tiled = {count: self._tiled(columns) for count, columns in self._side_by_side().items()}
        for column, blocks in self._blocks.items():
            spans = tiled.get(len(blocks)) if column in self._merged else None
            spans = spans or [(row, row + 1) for row in map(self._nearest, blocks)]
            for block, (row, end) in zip(blocks, spans, strict=True):
                cell = placed.setdefault((row, column), Placed(row, column, [], end - row))
                cell.pieces += block.pieces
        return [placed[slot] for slot in sorted(placed)]

    def _nearest(self, block: _Block) -> int:
        height = block.at(self._share)
        return min(range(len(self.rows)), key=lambda row: abs(self.rows[row] - height))

    def _is_off(self, block: _Block) -> bool:
        return abs(self.rows[self._nearest(block)] - block.at(self._share)) > _TOGETHER * self._near

    # -- merged cells -----------------------------------------------------------------------------------------------

    def _side_by_side(self) -> dict[int, list[list[_Block]]]:
        """Columns with as many merged cells each: those begin and end together."""
        found: dict[int, list[list[_Block]]] = {}
        for column in self._merged:
            found.setdefault(len(self._blocks[column]), []).append(self._blocks[column])
        return found

    def _tiled(self, columns: list[list[_Block]]) -> list[_Span] | None:
        """Rows of merged cells that fill their columns one after the other; None where they do not fit."""
        if self._share != 0.5:
            return None
        starts = range(len(self.rows))
        off, rows = min(self._tiling(blocks, start) for blocks in columns for start in starts)
        if off == float("inf"):
            return None
        # Words beside the first of their rows look the same as words in the middle of one row.
        middle = any(self._is_off(block) for blocks in columns for block in blocks)
        return rows if middle or (rows[0][0] == 0 and self._nearest(columns[0][0]) > 0) else None

    def _tiling(self, blocks: list[_Block], start: int) -> tuple[float, list[_Span]]:
        """How far off the ends are when the first cell begins at row ``start``, and the rows of all.

        Rows above ``start`` belong to a cell of the page before; the last cell may go on on the next page.
        """
        borders = self._borders()
        rows: list[_Span] = []
        off = _UNFILLED * self._near * start
        for block in blocks:
            if start >= len(self.rows) or block.at(0.0) < borders[start] - self._near:
                return float("inf"), []
            end = 2 * block.at(0.5) - borders[start]
            following = min(range(start + 1, len(borders)), key=lambda index: abs(borders[index] - end))
            beyond = abs(borders[following] - end)
            if beyond > _BESIDE_END * self._near and not (block is blocks[-1] and following == len(self.rows)):
                return float("inf"), []
            rows.append((start, following))
            off, start = off + beyond, following
        return off + _UNFILLED * self._near * (len(self.rows) - start), rows

    def _borders(self) -> list[float]:
        """Heights between the rows, and of the first row's top and the last one's bottom."""
        own: list[list[_Block]] = [[] for _ in self.rows]
        for column in self._dense:
            for block in self._blocks[column]:
                if not self._is_off(block):
                    own[self._nearest(block)].append(block)
        tops = [min(block.at(0.0) for block in blocks) for blocks in own]
        ends = [max(block.at(1.0) for block in blocks) for blocks in own]
        between = list(zip(ends, tops[1:], strict=False))
        margin = min((top - end for end, top in between), default=self._near) / 2
        return [tops[0] - margin, *((end + top) / 2 for end, top in between), ends[-1] + margin]
