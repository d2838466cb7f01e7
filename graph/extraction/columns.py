"""Columns of an indicator grid: the header row as roles, and each row's cells given to them.

In exact grids a cell belongs to the heading above it. In text dumps cells are lost and rows shift, so the non-empty
cells are aligned to the roles in order, by what they look like (class word, sign, unit, number) with a bonus for the
column; the best monotone alignment wins.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import lru_cache

from graph.extraction.stream import Row
from graph.extraction.targets import decimal, parse_target
from graph.readers.document import Cell
from graph.vocabulary import Vocabulary, fold, vocabulary

_IDENTIFYING = {"level1", "level2", "level3"}
_TABLE_COLUMNS = {"name", "budget", "objective", "unitName"}


@dataclass(frozen=True, slots=True)
class Column:
    """One heading: its role, the grid columns under it, its printed words, the period and the place it speaks of."""

    role: str
    start: int
    end: int
    label: str
    period: str | None = None
    target_for: str | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """The headings of a grid in order. ``flat``: projects are rows of the same grid, not tables of their own."""

    columns: tuple[Column, ...]
    cells: tuple[Cell, ...]

    @property
    def roles(self) -> tuple[str, ...]:
        """Role of each column."""
        return tuple(column.role for column in self.columns)

    @property
    def flat(self) -> bool:
        """Whether project names stand in a column."""
        return "name" in self.roles


@dataclass(eq=False, slots=True)
class Aligned:
    """A row of an indicator grid with its cells by role; several cells of one role stay apart."""

    row: Row
    cells: dict[str, list[Cell]] = field(default_factory=dict)
    labels: dict[int, str] = field(default_factory=dict)
    period: str | None = None
    target_for: str | None = None

    def text(self, role: str) -> str:
        """The words under a role, pieces joined."""
        return "".join(cell.text.strip() for cell in self.cells.get(role, ()))

    def has(self, role: str) -> bool:
        """Whether anything is printed under a role."""
        return bool(self.cells.get(role))


def find_layout(row: Row, words: Vocabulary) -> Layout | None:
    """The row as column headings of an indicator grid, or None if it is not such a row."""
    columns, unknown = [], 0
    side_period = None
    for cell in row.own:
        roles = words.heading(cell.text, "column")
        if roles:
            columns.append(
                Column(roles[0], cell.column, cell.column + cell.colspan, fold(cell.text), _period(cell.text, words))
            )
        elif words.is_furniture(cell.text):
            side_period = _period(cell.text, words)
        else:
            unknown += 1
    names = {column.role for column in columns}
    if "indicatorList" in names and "name" in names and not names & _IDENTIFYING:
        return Layout(tuple(columns), tuple(row.own))
    # Beside headings of its own levels, 绩效指标 is the side label of the grid.
    columns = [column for column in columns if column.role != "indicatorList"]
    known = len(names & _IDENTIFYING)
    if known == 0 or (known == 1 and not (names & {"value", "description"} and len(columns) >= 3)):
        return None
    if unknown > len(columns) / 2:
        return None
    settled = [replace(column, period=column.period or side_period) for column in _settled(columns, words)]
    return Layout(tuple(settled), tuple(row.own))


def implied_layout(row: Row, words: Vocabulary) -> Layout | None:
    """A grid without headings: a first-level class at the front of a row tells where it begins."""
    first = next((i for i, cell in enumerate(row.own[:2]) if words.indicator_class(cell.text, 1)), None)
    rest = row.own[first + 1 :] if first is not None else []
    if first is None or not rest or not all(words.is_furniture(cell.text) for cell in row.own[:first]):
        return None
    roles = ["level2"] if words.indicator_class(rest[0].text, 2) else []
    roles += ["level3", "value", "unit", "weight"]
    columns = [Column("level1", row.own[first].column, row.own[first].column + row.own[first].colspan, "")]
    for index, role in enumerate(roles):
        start = rest[index].column if index < len(rest) else columns[-1].end
        columns.append(
            Column(role, start, rest[index].column + rest[index].colspan if index < len(rest) else start + 1, "")
        )
    return Layout(tuple(columns), ())


def with_halves(layout: Layout, periods: tuple[str, str] | None) -> Layout:
    """Where the same headings stand twice side by side, each half gets its period (or its number)."""
    repeated = [role for role in ("level2", "level3") if layout.roles.count(role) == 2]
    if not repeated or any(column.period for column in layout.columns):
        return layout
    first = layout.roles.index(repeated[0])
    second = layout.roles.index(repeated[0], first + 1)
    names = periods or ("annual", "annual ")
    columns = [
        replace(column, period=None if index < first else names[0] if index < second else names[1])
        for index, column in enumerate(layout.columns)
    ]
    return replace(layout, columns=tuple(columns))


def _settled(columns: list[Column], words: Vocabulary) -> list[Column]:
    """A heading with two meanings takes the one that the other headings leave open (指标内容, 备注 …)."""
    taken = Counter(column.role for column in columns)
    settled = []
    for column in columns:
        # A heading of several meanings takes the first that no other heading claims.
        for other in words.roles[column.role].alternatives:
            if other not in taken:
                column = replace(column, role=other)
                taken[other] += 1
                break
        settled.append(column)
    return settled


def _period(text: str, words: Vocabulary) -> str | None:
    folded = fold(text)
    for pattern in words.patterns("Period"):
        if pattern.regex.search(folded):
            return pattern.properties.get("periodName")
    return None


def refine(layout: Layout, row: Row, words: Vocabulary) -> Layout | None:
    """A second header row that splits one column (指标参考值 → 三年均值, 2023 …): the finer layout, or None."""
    places = _places_below_value(layout, row, words)
    if places:
        return places
    found = []
    for cell in row.own:
        roles = words.heading(cell.text, "column")
        if not roles:
            return None
        found.append(Column(roles[0], cell.column, cell.column + cell.colspan, cell.text.strip()))
    kinds = {column.role for column in found}
    groups = [column for column in layout.columns if column.role in kinds]
    if len(kinds) != 1 or not groups:
        return None
    first = layout.columns.index(groups[0])
    rest = [c for c in layout.columns if c.role not in kinds]
    return Layout((*rest[:first], *found, *rest[first:]), (*layout.cells, *row.own))


def _places_below_value(layout: Layout, row: Row, words: Vocabulary) -> Layout | None:
    """Names of towns or units below one wide heading 指标值: each becomes a column of targets for that place."""
    value = next((column for column in layout.columns if column.role == "value"), None)
    if value is None or len(row.own) < 2:
        return None
    if row.exact and not all(value.start <= cell.column < value.end for cell in row.own):
        return None
    if any(not _may_be_place(cell, words) for cell in row.own):
        return None
    split = [
        Column("value", cell.column, cell.column + cell.colspan, fold(cell.text), value.period, cell.text.strip())
        for cell in row.own
    ]
    at = layout.columns.index(value)
    return Layout((*layout.columns[:at], *split, *layout.columns[at + 1 :]), (*layout.cells, *row.own))


def _may_be_place(cell: Cell, words: Vocabulary) -> bool:
    known = (
        words.heading(cell.text, "column") or words.indicator_class(cell.text, 1) or words.indicator_class(cell.text, 2)
    )
    return not known and len(fold(cell.text)) <= 10 and parse_target(cell.text, words).comparator == "qualitative"


def swap_by_content(layout: Layout, rows: list[Row], words: Vocabulary) -> Layout:
    """Columns of closed words take the role of what they hold: 指标性质 may hold signs or directions."""
    closed = {"comparator", "direction", "nature"}
    columns = list(layout.columns)
    for index, column in enumerate(columns):
        if column.role not in closed:
            continue
        votes: Counter[str] = Counter()
        for row in rows:
            # In text dumps only a full row has its cells under their headings.
            for cell in row.own if row.exact or len(row.own) >= len(columns) else ():
                if column.start <= cell.column < column.end:
                    votes.update(_closed_roles(cell.text, words))
        if votes and votes.get(column.role, 0) < votes.most_common(1)[0][1]:
            columns[index] = replace(column, role=votes.most_common(1)[0][0])
    return replace(layout, columns=tuple(columns))


def _closed_roles(text: str, words: Vocabulary) -> list[str]:
    roles = []
    # 定性 stands in columns of signs, directions and natures alike: it decides nothing.
    if words.nature(text):
        return ["nature"] if words.comparator(text) is None else []
    if words.comparator(text):
        roles.append("comparator")
    if words.direction(text):
        roles.append("direction")
    return roles


# -- giving cells to columns --------------------------------------------------------------------------------------


def align(layout: Layout, row: Row, words: Vocabulary) -> list[Aligned]:
    """The row's cells by role: one result, or two where a grid has long-term and annual halves side by side."""
    reliable = row.exact and _fits_exactly(layout, row, words)
    return _halves(layout, row, _by_position(layout, row) if reliable else _by_content(layout, row))


def _halves(layout: Layout, row: Row, pairs: list[tuple[Cell, Column]]) -> list[Aligned]:
    places = [c.target_for for c in layout.columns if c.target_for]
    if places:
        return [
            replace_place(_collect(row, [p for p in pairs if p[1].target_for in (None, place)], None), place)
            for place in places
        ]
    periods = list(dict.fromkeys(c.period for c in layout.columns if c.period and c.role in ("level3", "value")))
    repeated = layout.roles.count("level3") > 1 or (layout.roles.count("value") > 1)
    if len(periods) < 2 or not repeated:
        return [_collect(row, pairs, periods[0] if len(periods) == 1 else None)]
    return [_collect(row, [p for p in pairs if p[1].period in (None, period)], period) for period in periods]


def replace_place(aligned: Aligned, place: str) -> Aligned:
    """The same row with the place that its target is for."""
    aligned.target_for = place
    return aligned


def _collect(row: Row, pairs: list[tuple[Cell, Column]], period: str | None) -> Aligned:
    aligned = Aligned(row, period=period)
    for cell, column in pairs:
        aligned.cells.setdefault(column.role, []).append(cell)
        aligned.labels[id(cell)] = column.label
    return aligned


def _fits_exactly(layout: Layout, row: Row, words: Vocabulary) -> bool:
    """False when a class word stands under a heading that is not a class, or a class heading over other words."""
    for cell, column in _by_position(layout, row):
        level = {"level1": 1, "level2": 2}.get(column.role)
        is_class = bool(words.indicator_class(cell.text, 1) or words.indicator_class(cell.text, 2))
        if level and not is_class:
            return False
        if is_class and column.role in ("value", "comparator", "unit", "weight"):
            return False
    return True


def _by_position(layout: Layout, row: Row) -> list[tuple[Cell, Column]]:
    pairs: list[tuple[Cell, Column]] = []
    for column in layout.columns:
        seen: list[Cell] = []
        for slot in range(column.start, column.end):
            cell = row.slots.get(slot)
            if cell is None or not cell.text.strip() or any(cell is other for other in seen):
                continue
            if any(cell is used for used, _ in pairs):
                continue
            seen.append(cell)
            pairs.append((cell, column))
    return pairs


def _by_content(layout: Layout, row: Row) -> list[tuple[Cell, Column]]:
    cells = row.own
    best: tuple[float, list[int]] = (float("-inf"), [])
    # Where covered cells were dropped, the row's end still stands under the header's end.
    ends = cells[-1].column - layout.columns[-1].start
    for shift in dict.fromkeys((0, -1, 1, -2, 2, ends)):
        score, choice = _best_alignment(cells, layout.columns, shift)
        score -= 0.3 * min(abs(shift), 3)
        if score > best[0]:
            best = (score, choice)
    return [(cell, layout.columns[i]) for cell, i in zip(cells, best[1], strict=True) if i >= 0]


def _best_alignment(cells: list[Cell], columns: tuple[Column, ...], shift: int) -> tuple[float, list[int]]:
    """Dynamic programme over cells × columns; -1 marks a cell that no column takes."""
    width = len(columns)
    table = [[0.0] * (width + 1) for _ in range(len(cells) + 1)]
    step: list[list[str]] = [["skip"] * (width + 1) for _ in range(len(cells) + 1)]
    for i in range(1, len(cells) + 1):
        table[i][0], step[i][0] = table[i - 1][0] - 3.0, "drop"
        for j in range(1, width + 1):
            options = (
                (table[i - 1][j - 1] + _score(cells[i - 1], columns[j - 1], shift), "take"),
                (table[i][j - 1], "skip"),
                (table[i - 1][j] - 3.0, "drop"),
            )
            table[i][j], step[i][j] = max(options)
    choice, i, j = [-1] * len(cells), len(cells), width
    while i > 0:
        match step[i][j]:
            case "take":
                i, j = i - 1, j - 1
                choice[i] = j
            case "skip" if j > 0:
                j -= 1
            case _:
                i -= 1
    return table[-1][-1], choice


def _score(cell: Cell, column: Column, shift: int) -> float:
    distance = abs(cell.column - shift - column.start)
    return _likeness(cell.text, column.role) + (1.5 if distance == 0 else 0.5 if distance == 1 else 0.0)


_CODED = re.compile(r"[\[(]?\d{3,9}[\])]?[-–—]?(?!年|\d)[一-鿿]")


@lru_cache(maxsize=65536)
def _likeness(text: str, role_name: str) -> float:
    """How much a cell looks like what a role holds; about -6 (impossible) to 6 (certain)."""
    words = vocabulary()
    folded = fold(text)
    is_class = bool(words.indicator_class(text, 1) or words.indicator_class(text, 2))
    number = decimal(folded)
    match words.roles[role_name].content:
        case "class1":
            # Forms of two levels print second-level classes in the first column.
            return 6.0 if words.indicator_class(text, 1) else 2.0 if words.indicator_class(text, 2) else -6.0
        case "class2":
            return 6.0 if words.indicator_class(text, 2) else -6.0
        case "comparator":
            return 5.0 if words.comparator(text) else -6.0
        case "direction":
            return 5.0 if words.direction(text) or words.nature(text) else -6.0
        case "unit":
            if words.unit(text):
                return 4.0
            return -6.0 if number is not None and "," not in folded else (-0.5 if len(folded) <= 6 else -5.0)
        case "weight":
            return 3.0 if number is not None and 0 < number <= 100 else (1.0 if number == 0 else -6.0)
        case "target":
            return _target_likeness(folded, is_class, words)
        case "money":
            return _money_likeness(text, folded, number)
        case "number":
            return 2.0 if number is not None else -4.0
        case "organisation":
            return _organisation_likeness(folded, is_class or number is not None, words)
        case "code":
            return 3.0 if re.fullmatch(r"[0-9a-z]{8,}", folded) else -4.0
    return _text_likeness(role_name, folded, is_class, number is not None)


def _target_likeness(folded: str, is_class: bool, words: Vocabulary) -> float:
    target = parse_target(folded, words)
    if target.comparator != "qualitative":
        return 3.0
    if target.grade:
        return 2.5
    return -3.0 if is_class else (1.0 if len(folded) <= 16 else 0.0)


def _organisation_likeness(folded: str, impossible: bool, words: Vocabulary) -> float:
    if impossible:
        return -5.0
    if _CODED.match(folded):
        return 3.0
    return 1.2 if any(p.regex.search(folded) for p in words.patterns("OrganisationName")) else -0.5


def _money_likeness(text: str, folded: str, number: object) -> float:
    if number is None:
        return 2.0 if re.fullmatch(r"[\d,.]+(万|亿|千)?元?", folded) else -5.0
    return 4.0 if re.search(r"\d[,.]\d", text) else 1.0


def _text_likeness(role_name: str, folded: str, is_class: bool, is_number: bool) -> float:
    if is_class:
        return -1.0 if role_name == "level3" else -4.0
    if is_number:
        return -4.0
    if role_name == "level3":
        return 2.0
    if role_name in ("objective", "purpose"):
        return 1.5 if len(folded) > 15 else 0.6
    return 1.0
