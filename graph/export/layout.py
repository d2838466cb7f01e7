"""A form, blank or filled, as placed cells: what the Excel and the Word writer have in common."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from graph.errors import BadParameter
from graph.export.printed import Printed, row_text
from graph.forms import ROW_ROLES, Form, FormCell, FormColumn, place
from graph.model import DEPARTMENT, PROJECT, Indicator, TargetTable
from graph.vocabulary import Vocabulary

_BLANK_YEAR = "    "
# XML 1.0, production 2: everything else can stand in no office file.
_UNWRITABLE = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
ANNUAL = "annual"


@dataclass(slots=True)
class Box:
    """A cell with the slots that it covers. ``kind``: title, line, label, head, side, class, input or note."""

    text: str
    row: int
    column: int
    kind: str
    rowspan: int = 1
    colspan: int = 1
    role: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class GridRow:
    """The words of one row of the grid by role, and a note on them."""

    cells: dict[str, str]
    note: str = ""


@dataclass(slots=True)
class Layout:
    """Placed cells. ``top``: first row of the table itself; ``head``: heading rows of the grid, ``body``: its rows."""

    form: Form
    boxes: list[Box] = field(default_factory=list)
    top: int = 0
    head: range = range(0)
    body: range = range(0)

    @property
    def height(self) -> int:
        """Number of rows."""
        return max(box.row + box.rowspan for box in self.boxes)

    def column(self, role: str) -> int | None:
        """The first grid column under a role."""
        at = 0
        for column in self.form.columns:
            if column.role == role:
                return at
            at += len(column.widths)
        return None


def writable(text: str) -> str:
    """Text without the characters that no office file can hold."""
    return _UNWRITABLE.sub("", text)


def blank_rows(form: Form) -> list[GridRow]:
    """The rows of a form that nobody has filled in: the classes that it offers, each with its usual rows."""
    return [GridRow({"level1": item.level1, "level2": item.heading}) for item in form.classes for _ in range(item.rows)]


def filled_rows(indicators: Sequence[Indicator], form: Form, words: Vocabulary, year: int | None) -> list[GridRow]:
    """A row for each indicator; of a table with targets of the year, those of other periods have no place here."""
    annual = [item for item in indicators if item.period == ANNUAL]
    return [GridRow(row_text(item, form, words, year)) for item in annual or indicators]


def lay_out(
    form: Form,
    words: Vocabulary,
    *,
    table: TargetTable | None = None,
    rows: Sequence[GridRow] = (),
    year: int | None = None,
) -> Layout:
    """The form with the words of a table and the rows of its grid; blank without either.

    Raises BadParameter where the table is of a project and the form of a department, or the other way round.
    """
    if table is not None and table.scope != form.scope:
        raise BadParameter(
            form.name,
            zh=f"“{table.name}”是{_SCOPE[table.scope]}的表，此表样用于{_SCOPE[form.scope]}。",
            en="A project's form cannot hold a department's table, nor the other way round.",
        )
    empty = TargetTable(position=1, scope=form.scope, name="")
    builder = _Builder(form, Printed(table or empty, form, words), year, words.roles["unitName"].label)
    return builder.build(rows or blank_rows(form))


_SCOPE = {PROJECT: "项目", DEPARTMENT: "部门整体"}


class _Builder:
    def __init__(self, form: Form, printed: Printed, year: int | None, unit_label: str) -> None:
        self.form, self.printed, self.unit_label = form, printed, unit_label
        self.year = str(year) if year else _BLANK_YEAR
        self.layout = Layout(form)
        self.row = 0

    def build(self, rows: Sequence[GridRow]) -> Layout:
        self._above()
        self.layout.top = self.row
        self._head()
        first = self.row
        self._headings()
        self.layout.head = range(first, self.row)
        self._grid(rows)
        self.layout.body = range(self.layout.head.stop, self.row)
        self._side(first)
        if self.form.footnote:
            self._put(self.form.footnote, 0, "note", colspan=len(self.form.widths))
        return self.layout

    def _put(self, text: str, column: int, kind: str, **more: object) -> Box:
        box = Box(text, self.row, column, kind, **more)  # type: ignore[arg-type]
        self.layout.boxes.append(box)
        return box

    def _words(self, pattern: str) -> str:
        name = self.printed.table.name
        return pattern.replace("{year}", self.year).replace("{name}", name)

    def _above(self) -> None:
        """Title, year and money unit, filling unit: above the table, without a frame."""
        form, width = self.form, len(self.form.widths)
        self._put(self._words(form.title), 0, "title", colspan=width)
        self.row += 1
        beside = 2 if form.unit_note and width > 2 else 0
        if form.subtitle:
            self._put(self._words(form.subtitle), 0, "line", colspan=width - beside)
        if form.unit_note:
            self._put(form.unit_note, width - beside, "line", colspan=beside, role="unitNote")
        self.row += bool(form.subtitle or form.unit_note)
        unit = self.printed.unit_above()
        if form.unit_line or unit:
            self._put(form.unit_line or self.unit_label, 0, "line", role="label")
            words = unit or self.printed.field("unitName", "", "")
            self._put(words, 1, "line", colspan=width - 1, role="unitName")
            self.row += 1

    def _head(self) -> None:
        for number, cells in enumerate(place(self._with_tasks())):
            task = number - self._task_row() if self._task_row() <= number < self._task_row() + self._tasks() else None
            for cell, column in cells:
                spans = {"rowspan": cell.rowspan, "colspan": cell.colspan}
                kind = "label" if not cell.field or cell.part == "label" else "input"
                box = self._put(self._cell(cell, task), column, kind, role=cell.field or "", **spans)
                box.kind = "input" if kind == "label" and not cell.text and not box.text else kind
            self.row += 1

    def _cell(self, cell: FormCell, task: int | None) -> str:
        if not cell.field:
            return cell.text
        if task is not None and cell.field in ("taskName", "taskContent", "budget"):
            return self.printed.task(task, cell.field)
        return self.printed.field(cell.field, cell.part, cell.text)

    def _task_row(self) -> int:
        found = (n for n, row in enumerate(self.form.head) if any(cell.field == "taskName" for cell in row))
        return next(found, len(self.form.head) + 1)

    def _tasks(self) -> int:
        return max(len(self.printed.table.tasks) or self.form.task_rows, 1)

    def _with_tasks(self) -> tuple[tuple[FormCell, ...], ...]:
        """The rows of the head with as many rows as there are tasks; cells that stand beside them grow."""
        at, more = self._task_row(), self._tasks() - 1
        rows = []
        for number, row in enumerate(self.form.head):
            beside = tuple(
                replace(cell, rowspan=cell.rowspan + more) if number < at < number + cell.rowspan else cell
                for cell in row
            )
            rows += [beside] * (self._tasks() if number == at else 1)
        return tuple(rows)

    # -- the grid ---------------------------------------------------------------------------------------------------

    def _headings(self) -> None:
        """One row of headings, or two where columns share a heading above theirs."""
        deep = 2 if any(column.group for column in self.form.columns) else 1
        at = 0
        for group, members in groupby(self.form.columns, key=lambda column: column.group):
            columns = list(members)
            if group:
                self._put(group, at, "head", colspan=sum(len(column.widths) for column in columns))
            for column in columns:
                width = len(column.widths)
                if column.role:
                    spans = {"colspan": width, "rowspan": 1 if group else deep}
                    self._put(column.heading, at, "head", role=column.role, **spans).row += bool(group)
                at += width
        self.row += deep

    def _grid(self, rows: Sequence[GridRow]) -> None:
        first = self.row
        for number, row in enumerate(rows):
            self.row = first + number
            at = 0
            for column in self.form.columns:
                if column.role in ROW_ROLES:
                    self._row_cell(column, at, row, rows[number - 1] if number else None)
                elif column.role and number == 0:
                    text = self.printed.field(column.role, "", "")
                    self._put(text, at, "input", colspan=len(column.widths), rowspan=len(rows), role=column.role)
                at += len(column.widths)
        self.row = first + len(rows)

    def _row_cell(self, column: FormColumn, at: int, row: GridRow, above: GridRow | None) -> None:
        role = column.role or ""
        is_class = role in ("level1", "level2")
        if is_class and self.form.merged_classes and above is not None and _same_class(row, above, role):
            owner = next(box for box in reversed(self.layout.boxes) if box.column == at and box.kind == "class")
            owner.rowspan += 1
            return
        kind = "class" if is_class else "input"
        note = row.note if role == "level3" else ""
        self._put(row.cells.get(role, ""), at, kind, colspan=len(column.widths), role=role, note=note)

    def _side(self, first: int) -> None:
        """Columns without a role hold their heading beside the whole grid."""
        at = 0
        for column in self.form.columns:
            if column.role is None:
                box = Box(column.heading, first, at, "side", self.row - first, len(column.widths))
                self.layout.boxes.append(box)
            at += len(column.widths)


def _same_class(row: GridRow, above: GridRow, role: str) -> bool:
    """Whether the class cell of a row is that of the row above: both levels agree, and something is printed."""
    levels = ("level1",) if role == "level1" else ("level1", "level2")
    same = all(row.cells.get(level, "") == above.cells.get(level, "") for level in levels)
    return same and bool(row.cells.get(role))
