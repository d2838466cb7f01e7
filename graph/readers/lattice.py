"""Tables from their rules: where horizontal and vertical rules cross, and no rule lies between, there is a cell.

Pure geometry, in any unit with the origin at the bottom left; used for drawn pages (points) and scanned ones alike.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

Box = tuple[float, float, float, float]

# In points. Pieces of one rule lie at most this far from its line, and this far apart along it (dots and dashes).
_OFF_LINE, _GAP = 1.5, 4.0
# A rule that stops this short of another still meets it.
_REACH = 3.0
# Nothing narrower can hold text: two rules closer than this are one, drawn double.
_NARROWEST = 3.5
_SHORTEST = 4.0
# The share of a cell's side that has to be ruled.
_RULED = 0.5


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight piece of a line: at ``at`` across, from ``start`` to ``end`` along."""

    at: float
    start: float
    end: float


@dataclass(slots=True)
class Slot:
    """A cell of a lattice: its first row and column, its spans, and its box (x0, y0, x1, y1)."""

    row: int
    column: int
    rowspan: int
    colspan: int
    box: Box


@dataclass(slots=True)
class Lattice:
    """A table: x of the column borders ascending, y of the row borders descending, and the cells between them."""

    xs: list[float]
    ys: list[float]
    slots: list[Slot]
    _at: dict[tuple[int, int], int] = field(default_factory=dict)
    _down: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._down = [-border for border in self.ys]
        for index, slot in enumerate(self.slots):
            for row in range(slot.row, slot.row + slot.rowspan):
                for column in range(slot.column, slot.column + slot.colspan):
                    self._at[row, column] = index

    @property
    def box(self) -> Box:
        """The whole table."""
        return self.xs[0], self.ys[-1], self.xs[-1], self.ys[0]

    def find(self, x: float, y: float) -> int | None:
        """Index of the slot around a point, None outside."""
        if not (self.xs[0] <= x <= self.xs[-1] and self.ys[-1] <= y <= self.ys[0]):
            return None
        column = min(bisect_right(self.xs, x), len(self.xs) - 1) - 1
        row = min(bisect_right(self._down, -y), len(self.ys) - 1) - 1
        return self._at.get((row, column))


def lattices(horizontal: Iterable[Rule], vertical: Iterable[Rule], most: int) -> list[Lattice]:
    """Tables in reading order, from the top of the page down; those beyond ``most`` elementary cells are left out."""
    across, down = join(horizontal), join(vertical)
    found = []
    for rows, columns in _connected(across, down):
        xs = _borders([rule.at for rule in columns], [end for rule in rows for end in (rule.start, rule.end)])
        ys = _borders([rule.at for rule in rows], [end for rule in columns for end in (rule.start, rule.end)])[::-1]
        if len(xs) > 1 and len(ys) > 1 and len(xs) * len(ys) <= most:
            found.append(Lattice(xs, ys, _slots(xs, ys, rows, columns)))
    return sorted(found, key=lambda lattice: (-lattice.ys[0], lattice.xs[0]))


def join(rules: Iterable[Rule]) -> list[Rule]:
    """Pieces on one line joined where they touch or nearly do; what stays too short for a rule is dropped."""
    joined: list[Rule] = []
    line: list[Rule] = []

    def close() -> None:
        at = sum(rule.at * (rule.end - rule.start + 0.1) for rule in line) / sum(r.end - r.start + 0.1 for r in line)
        first, *rest = sorted(line, key=lambda rule: rule.start)
        start, end = first.start, first.end
        for rule in rest:
            if rule.start > end + _GAP:
                joined.append(Rule(at, start, end))
                start = rule.start
            end = max(end, rule.end) if rule.start <= end + _GAP else rule.end
        joined.append(Rule(at, start, end))

    for rule in sorted(rules, key=lambda rule: rule.at):
        if line and rule.at - line[0].at > _OFF_LINE:
            close()
            line = []
        line.append(rule)
    if line:
        close()
    return [rule for rule in joined if rule.end - rule.start >= _SHORTEST]


def _connected(across: Sequence[Rule], down: Sequence[Rule]) -> list[tuple[list[Rule], list[Rule]]]:
    """Groups of rules that meet; a group without a crossing is no table."""
    parent = list(range(len(across) + len(down)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    heights = [rule.at for rule in across]
    for offset, rule in enumerate(down, start=len(across)):
        first = bisect_right(heights, rule.start - _REACH)
        last = bisect_right(heights, rule.end + _REACH)
        for index in range(first, last):
            if across[index].start - _REACH <= rule.at <= across[index].end + _REACH:
                parent[root(index)] = root(offset)
    groups: dict[int, tuple[list[Rule], list[Rule]]] = {}
    for index in range(len(parent)):
        rows, columns = groups.setdefault(root(index), ([], []))
        if index < len(across):
            rows.append(across[index])
        else:
            columns.append(down[index - len(across)])
    return [group for group in groups.values() if group[0] and group[1]]


def _borders(rules: list[float], ends: list[float]) -> list[float]:
    """Positions of the borders, ascending. A side without a rule lies where the rules across it end."""
    borders: list[float] = []
    for position in sorted(rules):
        if not borders or position - borders[-1] > _NARROWEST:
            borders.append(position)
    if min(ends) < borders[0] - _NARROWEST:
        borders.insert(0, min(ends))
    if max(ends) > borders[-1] + _NARROWEST:
        borders.append(max(ends))
    return borders


def _slots(xs: list[float], ys: list[float], rows: Sequence[Rule], columns: Sequence[Rule]) -> list[Slot]:
    """Elementary rectangles united where no rule lies between them."""
    width, height = len(xs) - 1, len(ys) - 1
    parent = list(range(width * height))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    right = _ruled(xs[1:-1], [(ys[i + 1], ys[i]) for i in range(height)], columns)
    below = _ruled(ys[1:-1], [(xs[j], xs[j + 1]) for j in range(width)], rows)
    for row in range(height):
        for column in range(width):
            here = row * width + column
            if column + 1 < width and not right[column][row]:
                parent[root(here + 1)] = root(here)
            if row + 1 < height and not below[row][column]:
                parent[root(here + width)] = root(here)
    groups: dict[int, list[int]] = {}
    for index in range(width * height):
        groups.setdefault(root(index), []).append(index)
    slots = []
    for group in groups.values():
        for top, left, bottom, last in _rectangles([divmod(index, width) for index in group]):
            box = (xs[left], ys[bottom + 1], xs[last + 1], ys[top])
            slots.append(Slot(top, left, bottom - top + 1, last - left + 1, box))
    return sorted(slots, key=lambda slot: (slot.row, slot.column))


def _ruled(borders: list[float], sides: list[tuple[float, float]], rules: Sequence[Rule]) -> list[list[bool]]:
    """For each inner border and each of its sides (low, high) whether rules cover it."""
    result = []
    for border in borders:
        near = [rule for rule in rules if abs(rule.at - border) <= _NARROWEST]
        result.append([_covered(near, low, high) for low, high in sides])
    return result


def _covered(rules: Sequence[Rule], low: float, high: float) -> bool:
    length = sum(max(0.0, min(rule.end, high) - max(rule.start, low)) for rule in rules)
    return length >= _RULED * (high - low)


def _rectangles(places: list[tuple[int, int]]) -> list[tuple[int, int, int, int]]:
    """Places (row, column) as rectangles (top, left, bottom, right): one, unless a missing rule left them ragged."""
    rows: dict[int, list[int]] = {}
    for row, column in places:
        rows.setdefault(row, []).append(column)
    done: list[tuple[int, int, int, int]] = []
    growing: dict[tuple[int, int], tuple[int, int]] = {}
    for row in sorted(rows):
        runs: set[tuple[int, int]] = set()
        first = last = rows[row][0]
        for column in rows[row][1:]:
            if column > last + 1:
                runs.add((first, last))
                first = column
            last = column
        runs.add((first, last))
        for run in [run for run in growing if run not in runs or growing[run][1] != row - 1]:
            top, bottom = growing.pop(run)
            done.append((top, run[0], bottom, run[1]))
        for run in runs:
            growing[run] = (growing[run][0] if run in growing else row, row)
    done += [(top, left, bottom, right) for (left, right), (top, bottom) in growing.items()]
    return done
