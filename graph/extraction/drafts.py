"""From the stream of rows and lines to drafts: each a caption, a header and the rows of one form or one flat grid."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from graph.extraction.align import align
from graph.extraction.columns import (
    Aligned,
    Layout,
    below,
    find_layout,
    heads_from_above,
    implied_layout,
    in_period,
    is_upper_heading,
    list_layout,
    refine,
    swap_by_content,
    with_halves,
)
from graph.extraction.expand import expand
from graph.extraction.header import Header, header_roles, is_inline_row, is_year_line
from graph.extraction.stream import Account, Row
from graph.extraction.targets import QUALITATIVE, parse_target
from graph.readers.document import Cell, Paragraph
from graph.spelling import fold
from graph.statements import Pattern
from graph.vocabulary import Vocabulary

_TABLE_NAME = {"name", "departmentName"}
_SHORT = 40
_SUBJECTS = ("name", "departmentName")


@dataclass(eq=False, slots=True)
class Draft:
    """What was read of one form before it is interpreted."""

    caption: Paragraph | Cell | None = None
    caption_pattern: Pattern | None = None
    header: Header = field(default_factory=Header)
    layout: Layout | None = None
    layouts: list[Layout] = field(default_factory=list)
    rows: list[Aligned] = field(default_factory=list)
    breaks: set[int] = field(default_factory=set)
    lines: list[tuple[int, Paragraph | Cell]] = field(default_factory=list)
    members: list[Cell | Paragraph] = field(default_factory=list)
    money_unit: str | None = None
    exact: bool = False

    @property
    def is_performance(self) -> bool:
        """Whether this is a performance table at all: it has indicator rows, or its headings for them."""
        return bool(self.layout) or bool(self.header.first("objective") and self.header.first("name"))

    @property
    def is_empty_form(self) -> bool:
        """Headings without a name and without a named indicator: a blank form printed for completeness."""
        named = any(row.has("level3") for row in self.rows)
        return not named and not any(self.header.first(role) for role in (*_SUBJECTS, "objective", "unitName"))


class Drafter:
    """Reads the stream once and yields finished drafts. ``account`` learns what each cell was used for."""

    def __init__(self, words: Vocabulary, account: Account) -> None:
        self.words, self.account = words, account
        self.draft = Draft()
        self._waiting: list[Paragraph] = []

    def read(self, items: Iterable[Row | Paragraph]) -> Iterator[Draft]:
        """Drafts in document order; those that are no performance table are left out."""
        for grid_rows in _by_grid(items):
            if isinstance(grid_rows, Paragraph):
                yield from self._line(grid_rows)
            else:
                yield from self._grid(grid_rows)
        yield from self._finish()

    def _finish(self) -> Iterator[Draft]:
        draft, self.draft, self._waiting = self.draft, Draft(), []
        if draft.is_performance:
            yield draft

    # -- lines ------------------------------------------------------------------------------------------------------

    def _line(self, line: Paragraph) -> Iterator[Draft]:
        caption = self._caption(line.text)
        if caption:
            yield from self._finish()
            self.draft.caption, self.draft.caption_pattern = line, caption
            self._member(line)
            self.account.furniture(line)
            self.draft.money_unit = self._money_unit(line.text)
            return
        unit = self._money_unit(line.text)
        if unit and len(fold(line.text)) < _SHORT:
            self.draft.money_unit = unit
            self._member(line)
            self.account.furniture(line)
        elif is_year_line(line.text, self.words) or self.words.is_furniture(line.text):
            self._member(line)
            self.account.furniture(line)
        elif self.draft.header.take_line(line, self.account, self.words):
            self._member(line)
        else:
            self._waiting.append(line)

    def _caption(self, text: str) -> Pattern | None:
        folded = fold(text)
        if len(folded) > 120:
            return None
        return next((p for p in self.words.patterns("Caption") if p.regex.fullmatch(folded)), None)

    def _money_unit(self, text: str) -> str | None:
        folded = fold(text)
        for pattern in self.words.patterns("MoneyCaption"):
            match = pattern.regex.search(folded)
            if match and match.group(1) in self.words.money_factors:
                return match.group(1)
        return None

    # -- grids ------------------------------------------------------------------------------------------------------

    def _grid(self, rows: list[Row]) -> Iterator[Draft]:
        if not self.draft.layout and not self.draft.header.entries:
            # Whatever stood above without a label or a heading of a form was another table.
            self.draft.members = [item for item in self.draft.members if self.account.role(item)]
        carries_on = bool(self.draft.layout) and self._continues(rows)
        if not self.draft.layout and self._waiting and not self._same_form(rows):
            yield from self._finish()
        if self.draft.rows and not carries_on:
            yield from self._finish()
        if self.draft.rows:
            self.draft.breaks.add(len(self.draft.rows))
        if carries_on or not self.draft.rows:
            self._keep_waiting(bool(carries_on))
        fresh_layout: Layout | None = None
        upper: Row | None = None
        for index, row in enumerate(rows):
            if index + 1 < len(rows) and is_upper_heading(row, rows[index + 1], self.words):
                upper = row
                self._furnish(row)
                continue
            layout = find_layout(row, self.words) or list_layout(row, rows[index + 1 :], self.words)
            if layout:
                layout = below(fresh_layout, layout) if fresh_layout and row.exact else layout
                layout, upper = heads_from_above(layout, row, upper, self.words), None
                layout = swap_by_content(layout, _until_next_layout(rows[index + 1 :], self.words), self.words)
                self._begin_grid(layout, row)
                self._period_above(rows[index - 1] if index else None)
                fresh_layout = self.draft.layout
                continue
            if fresh_layout and (finer := refine(fresh_layout, row, self.words)):
                self.draft.layout = self.draft.layouts[-1] = finer
                self._furnish(row)
                fresh_layout = None
                continue
            fresh_layout = None
            yield from self._row(row, carries_on)
        self._waiting = []

    def _begin_grid(self, layout: Layout, row: Row, *, furnish: bool = True) -> None:
        both = self.draft.header.has("objectiveLongTerm") and self.draft.header.has("objective")
        layout = with_halves(layout, ("long-term", "annual") if both else None)
        self.draft.layout = layout
        self.draft.layouts.append(layout)
        self.draft.header.end()
        self.draft.exact = row.exact
        if furnish:
            self._furnish(row)

    def _period_above(self, above: Row | None) -> None:
        """The period that a caption inside the grid gives to the headings below it: 长期绩效目标表."""
        if self.draft.layout and above is not None and len(above.own) == 1 and self._caption(above.own[0].text):
            self.draft.layout = self.draft.layouts[-1] = in_period(self.draft.layout, above.own[0], self.words)

    def _furnish(self, row: Row) -> None:
        for cell in row.own:
            self._member(cell)
            self.account.furniture(cell)

    def _row(self, row: Row, carries_on: bool) -> Iterator[Draft]:
        if not self.draft.header.awaits(row) and self._single(row):
            return
        draft = self.draft
        roles = header_roles(row, self.words)
        if draft.layout and self._is_indicator_row(row, roles):
            self._take_indicators(row)
            return
        if roles and self._begins_form(roles):
            yield from self._finish()
        if not draft.layout and draft.header.has("name") and (implied := implied_layout(row, self.words)):
            self._begin_grid(implied, row, furnish=False)
            self._take_indicators(row)
            return
        for cell in row.own:
            self._member(cell)
            if len(fold(cell.text)) < _SHORT:
                self.draft.money_unit = self.draft.money_unit or self._money_unit(cell.text)
        if self.draft.layout and not roles and not is_inline_row(row, self.words):
            self._take_indicators(row)
        elif not self.draft.header.take(row, self.account, self.words):
            for cell in row.own:
                self.account.doubt(cell, "不在任何栏目之下 stands under no heading")

    def _single(self, row: Row) -> bool:
        """A row of nothing but captions, money units, years, notes and fillers."""
        captions = [self._caption(cell.text) for cell in row.own]
        units = [self._money_unit(cell.text) if len(fold(cell.text)) < _SHORT else None for cell in row.own]
        plain = [self._is_plain(cell) or self._is_publisher(row) for cell in row.own]
        if not all(a or b or c for a, b, c in zip(captions, units, plain, strict=True)):
            return False
        for cell, caption, unit in zip(row.own, captions, units, strict=True):
            if caption and not self.draft.rows and self.draft.caption is None:
                self.draft.caption, self.draft.caption_pattern = cell, caption
            self.draft.money_unit = self.draft.money_unit or unit
        return self._discard(row)

    def _is_plain(self, cell: Cell) -> bool:
        return (
            is_year_line(cell.text, self.words) or self.words.is_furniture(cell.text) or self.words.is_filler(cell.text)
        )

    def _is_publisher(self, row: Row) -> bool:
        """A department's name alone in a row above every form."""
        if len(row.own) > 1 or self.draft.header.entries or self.draft.layout:
            return False
        name = fold(row.own[0].text)
        return any(pattern.regex.search(name) for pattern in self.words.patterns("OrganisationName"))

    def _discard(self, row: Row) -> bool:
        self._furnish(row)
        return True

    def _is_indicator_row(self, row: Row, roles: list[str]) -> bool:
        if any(self._is_class(cell) for cell in row.own):
            return True
        if not roles:
            return not is_inline_row(row, self.words)
        # A label at the front begins another form or its footer; a label elsewhere may be an indicator's own words.
        columns = self.draft.layout.columns if self.draft.layout else ()
        names = [column.start for column in columns if column.role == "level3"]
        behind = bool(names) and 0 < names[0] <= row.own[0].column
        return behind or not self.words.heading(row.own[0].text, "header")

    def _is_class(self, cell: Cell) -> bool:
        return bool(self.words.indicator_class(cell.text, 1) or self.words.indicator_class(cell.text, 2))

    def _take_indicators(self, row: Row) -> None:
        layout = self.draft.layout
        if layout is None:
            return
        for cell in row.own:
            self._member(cell)
        found = expand(align(layout, row, self.words), self.words, self.account)
        self.draft.rows.extend(found)
        taken = {id(cell) for aligned in found for cells in aligned.cells.values() for cell in cells}
        for cell in row.own:
            # A class word printed twice, or a piece of the side label, is in no column and says nothing new.
            if id(cell) not in taken and (self._is_class(cell) or self.words.is_furniture(cell.text)):
                self.account.furniture(cell)

    def _begins_form(self, roles: list[str]) -> bool:
        header = self.draft.header
        if self.draft.rows or self.draft.layout:
            return bool(_TABLE_NAME & set(roles)) or (not self.draft.rows and False)
        return "name" in roles and header.first("name") is not None

    def _continues(self, rows: list[Row]) -> bool:
        """Whether a new grid goes on with the open one: drawn so, or beginning with class words or its headings."""
        head = rows[:12]
        again = find_layout(head[0], self.words)
        if again and self.draft.layout and again.roles == self.draft.layout.roles:
            return True
        if any(_TABLE_NAME & set(header_roles(row, self.words)) for row in head[:1]):
            return False
        if rows[0].grid.continues or any(find_layout(row, self.words) for row in head[:3]):
            return True
        return any(self._is_classified(row) for row in head)

    def _is_classified(self, row: Row) -> bool:
        """A class word and a target in one row; 数量 alone also heads columns of other tables."""
        classes = [cell for cell in row.own if self._is_class(cell)]
        rest = [cell for cell in row.own if cell not in classes]
        return bool(classes) and any(parse_target(cell.text, self.words).comparator != QUALITATIVE for cell in rest)

    def _same_form(self, rows: list[Row]) -> bool:
        """Whether a header that other lines interrupt goes on: it is captioned and named, and no new name begins."""
        if self.draft.header.first("name") is None or self.draft.caption is None:
            return self.draft.caption is not None
        return not any("name" in header_roles(row, self.words) for row in rows[:2])

    # -- membership -------------------------------------------------------------------------------------------------

    def _keep_waiting(self, inside: bool) -> None:
        """Lines between two parts of one grid belong to it: a cell that the converter broke out, or furniture."""
        if inside:
            for line in self._waiting:
                self.draft.lines.append((len(self.draft.rows), line))
                self._member(line)
        self._waiting = []

    def _member(self, item: Cell | Paragraph) -> None:
        self.draft.members.append(item)


def _by_grid(items: Iterable[Row | Paragraph]) -> Iterator[list[Row] | Paragraph]:
    rows: list[Row] = []
    for item in items:
        if isinstance(item, Row) and rows and item.grid is rows[0].grid:
            rows.append(item)
            continue
        if rows:
            yield rows
            rows = []
        if isinstance(item, Row):
            rows = [item]
        else:
            yield item
    if rows:
        yield rows


def _until_next_layout(rows: list[Row], words: Vocabulary) -> list[Row]:
    body = []
    for row in rows:
        if find_layout(row, words):
            break
        body.append(row)
    return body
