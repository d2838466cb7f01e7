"""Columns of an indicator grid: the header row as roles; halves, towns and periods among them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from graph.extraction.stream import Row
from graph.extraction.targets import parse_target
from graph.readers.document import Cell
from graph.spelling import fold
from graph.vocabulary import Vocabulary

_IDENTIFYING = {"level1", "level2", "level3"}
# A column whose heading the vocabulary does not know, among headings that it does.
_OTHER = "otherColumn"


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
    columns, unknown = [], []
    side_period = None
    for cell in row.own:
        roles = words.heading(cell.text, "column")
        if roles:
            columns.append(_column(cell, roles[0], words))
        elif words.is_furniture(cell.text):
            side_period = _period(cell.text, words)
        else:
            unknown.append(cell)
    names = {column.role for column in columns}
    if "indicatorList" in names and "name" in names and not names & _IDENTIFYING:
        return Layout(tuple(columns), tuple(row.own))
    # Beside headings of its own levels, 绩效指标 is the side label of the grid.
    columns = [column for column in columns if column.role != "indicatorList"]
    known = len(names & _IDENTIFYING)
    if known == 0 or (known == 1 and not (names & {"value", "description"} and len(columns) >= 3)):
        return None
    if known == len(_IDENTIFYING) and "value" not in names and _are_places(unknown, row, words):
        columns += [replace(_column(cell, "value", words), target_for=cell.text.strip()) for cell in unknown]
    elif known == len(_IDENTIFYING) and len(unknown) <= len(columns):
        # In front of the classes stands the side label of the grid, whatever it says.
        first = min(column.start for column in columns if column.role in _IDENTIFYING)
        others = [_column(cell, _OTHER, words) for cell in unknown if cell.column > first]
        columns = sorted((*columns, *others), key=lambda column: column.start)
    elif len(unknown) > len(columns) / 2:
        return None
    settled = [replace(column, period=column.period or side_period) for column in _settled(columns, words)]
    return Layout(tuple(settled), tuple(row.own))


def _column(cell: Cell, role: str, words: Vocabulary) -> Column:
    return Column(role, cell.column, cell.column + cell.colspan, fold(cell.text), _period(cell.text, words))


def _are_places(cells: list[Cell], row: Row, words: Vocabulary) -> bool:
    """Towns or units that end a row of headings, each above the targets set for it."""
    last = row.own[-len(cells) :] if cells else []
    return (
        len(cells) > 1
        and all(a is b for a, b in zip(cells, last, strict=True))
        and all(_may_be_place(cell, words) for cell in cells)
    )


def heads_from_above(layout: Layout, row: Row, above: Row | None, words: Vocabulary) -> Layout:
    """The layout with the headings that reach down into its row, or stood only in the row above (分值, 得分 …)."""
    if above is None:
        return layout
    reaching = [cell for cell in above.own if not row.exact or any(cell is slot for slot in row.slots.values())]
    found = [(cell, roles[0]) for cell in reaching if (roles := words.heading(cell.text, "column"))]
    new = [(cell, role) for cell, role in found if role not in (*layout.roles, "indicatorList")]
    columns = [_column(cell, role, words) for cell, role in new]
    taken = {slot for column in layout.columns for slot in range(column.start, column.end)}
    if not row.exact and any(column.start in taken for column in columns):
        # The dump dropped the cells that merged headings cover: what stands before the group, and what behind.
        group = next((cell.column for cell in above.own if not any(cell is other for other, _ in new)), 0)
        front = [column for column in columns if column.start < group]
        width = max(column.end for column in layout.columns) + len(front)
        behind = [column for column in columns if column.start >= group]
        columns = front + [replace(column, start=width + n, end=width + n + 1) for n, column in enumerate(behind)]
        layout = replace(
            layout,
            columns=tuple(replace(c, start=c.start + len(front), end=c.end + len(front)) for c in layout.columns),
        )
    ordered = sorted((*layout.columns, *columns), key=lambda column: column.start)
    return Layout(tuple(ordered), (*(cell for cell, _ in found), *layout.cells))


def is_upper_heading(row: Row, below: Row, words: Vocabulary) -> bool:
    """Whether a row only groups or completes the headings of the next: 绩效指标 | 年度指标值 | 实际完成值 | 分值."""
    known = [bool(words.heading(cell.text, "column")) for cell in row.own]
    plain = [words.is_furniture(cell.text) for cell in row.own]
    if sum(known) < 2 or not all(a or b for a, b in zip(known, plain, strict=True)):
        return False
    own = {role for cell in row.own for role in words.heading(cell.text, "column")[:1]}
    return not own & _IDENTIFYING and find_layout(below, words) is not None


def list_layout(row: Row, below: list[Row], words: Vocabulary) -> Layout | None:
    """Headings of projects one to a row, in a column of which 【产出指标-数量指标】… stand; None for other rows."""
    notation = words.patterns("BracketNotation")
    columns = [_column(cell, roles[0], words) for cell in row.own if (roles := words.heading(cell.text, "column"))]
    if not notation or "name" not in {column.role for column in columns}:
        return None
    holds = {
        cell.column
        for other in below
        for cell in other.own
        if any(words.indicator_class(mark["level1"], 1) for mark in notation[0].regex.finditer(cell.text))
    }
    kept = [
        replace(column, role="indicatorList") if column.start in holds else column
        for column in columns
        if column.start in holds or column.role not in ("indicatorList", *_IDENTIFYING)
    ]
    return Layout(tuple(kept), tuple(row.own)) if any(column.start in holds for column in columns) else None


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


def in_period(layout: Layout, caption: Cell, words: Vocabulary) -> Layout:
    """The layout with the period that the caption names, where no heading names one itself."""
    if any(column.period for column in layout.columns):
        return layout
    period = _period(caption.text, words)
    return replace(layout, columns=tuple(replace(column, period=period) for column in layout.columns))


def _settled(columns: list[Column], words: Vocabulary) -> list[Column]:
    """A heading with two meanings takes the one that the other headings leave open (指标内容, 备注 …)."""
    first = next((n for n, column in enumerate(columns) if column.role in _IDENTIFYING), len(columns))
    # 单位 is a unit of measure among the indicators, and an organisation in front of them.
    columns = [
        replace(column, role=words.roles[column.role].alternatives[0])
        if n < first and column.role == "unit" and words.roles["unit"].alternatives
        else column
        for n, column in enumerate(columns)
    ]
    taken = {column.role for column in columns}
    chosen: dict[str, str] = {}
    for role in dict.fromkeys(column.role for column in columns):
        free = [other for other in words.roles[role].alternatives if other not in taken]
        chosen[role] = free[0] if free and role not in ("unit",) else role
        taken.add(chosen[role])
    return [replace(column, role=chosen[column.role]) for column in columns]


def _period(text: str, words: Vocabulary) -> str | None:
    folded = fold(text)
    for pattern in words.patterns("Period"):
        if pattern.regex.search(folded):
            return pattern.properties.get("periodName")
    return None


def below(upper: Layout, lower: Layout) -> Layout:
    """A second row of headings under a first one: the columns of the upper row that none of the lower stands under."""
    kept = [c for c in upper.columns if not any(c.start < d.end and d.start < c.end for d in lower.columns)]
    columns = sorted((*kept, *lower.columns), key=lambda column: column.start)
    return Layout(tuple(columns), (*upper.cells, *lower.cells))


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
    if (kinds - {"reference", "actual"} != {"value"} and len(kinds) != 1) or not groups:
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
