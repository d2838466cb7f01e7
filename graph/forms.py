"""The forms of ``ontology/templates.ttl`` as data: rows of labelled cells, columns of the grid, classes offered.

Rows are written as in HTML: each lists its own cells, and a cell that a taller one above covers is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from graph.errors import NotFound, VocabularyError
from graph.statements import SKOS
from graph.vocabulary import Vocabulary, vocabulary

# Roles that a row of the grid fills; a column of any other role holds what is said once of the whole table.
ROW_ROLES = frozenset(
    {
        "sequence", "level1", "level2", "level3", "description", "comparator", "value", "unit", "weight", "direction",
        "nature", "basis", "dataSource", "actual", "score", "deviationReason", "remark",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FormCell:
    """A cell above the grid: words, or the field to fill; ``part``: ``label`` or ``further`` value of the field."""

    text: str
    field: str | None
    part: str
    rowspan: int
    colspan: int


@dataclass(frozen=True, slots=True)
class FormColumn:
    """A column of the grid: its role (None for a side label), heading, heading above it, widths of its grid columns."""

    role: str | None
    heading: str
    group: str
    widths: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class FormClass:
    """A second-level class that a blank form offers, as the form prints it, and its usual number of rows."""

    iri: str
    level1: str
    level2: str
    heading: str
    rows: int


@dataclass(frozen=True, slots=True)
class Form:
    """One official layout. ``total``: what the weights add up to; ``unit_line``: label of a line above the table."""

    iri: str
    name: str
    label_zh: str
    label_en: str
    scope: str
    kind: str
    region: tuple[str, str]
    since: str
    verified: bool
    source: str
    title: str
    subtitle: str
    unit_note: str
    unit_line: str
    footnote: str
    landscape: bool
    merged_classes: bool
    task_rows: int
    total: Decimal | None
    profile: str
    head: tuple[tuple[FormCell, ...], ...]
    columns: tuple[FormColumn, ...]
    classes: tuple[FormClass, ...]

    @property
    def widths(self) -> tuple[int, ...]:
        """Widths of the grid columns in characters."""
        return tuple(width for column in self.columns for width in column.widths)

    @property
    def roles(self) -> tuple[str, ...]:
        """Roles of the columns in order: what a table of the form is recognised by."""
        return tuple(column.role for column in self.columns if column.role)

    @property
    def fields(self) -> frozenset[str]:
        """Every role that the form has a place for."""
        inside = {cell.field for row in self.head for cell in row if cell.field and cell.part != "further"}
        return frozenset(inside | set(self.roles) | ({"unitName"} if self.unit_line else set()))

    @property
    def further(self) -> frozenset[str]:
        """Every role of which the form has more places than the model has fields, marked ``+``."""
        return frozenset(f"{cell.field}+" for row in self.head for cell in row if cell.field and cell.part != "label")


@cache
def forms(words: Vocabulary | None = None) -> dict[str, Form]:
    """The forms by their name, in the order of the file. Raises VocabularyError with the form at fault."""
    words = words or vocabulary()
    found = [_form(words, iri) for iri in words.instances("Form") if words.value(iri, "columns")]
    return {form.name: form for form in found}


def form(name: str, words: Vocabulary | None = None) -> Form:
    """The form of a name. Raises NotFound that lists the names."""
    known = forms(words)
    if name not in known:
        raise NotFound(
            name, zh=f"没有这个表样；有 {'、'.join(known)}。", en=f"No such form; there are {', '.join(known)}."
        )
    return known[name]


def _form(words: Vocabulary, iri: str) -> Form:
    def text(name: str) -> str:
        return words.value(iri, name) or ""

    region = [*words.values(iri, "regionName"), "", ""]
    profile = text("profile")
    total = words.value(profile, "total") if profile else None
    made = Form(
        iri=iri,
        name=words.value(iri, SKOS + "notation") or words.name_of(iri),
        label_zh=words.name_of(iri, "zh"),
        label_en=words.name_of(iri, "en"),
        scope=text("scope"),
        kind=text("kind"),
        region=(region[0], region[1]),
        since=text("sinceYear"),
        verified=text("verified") == "true",
        source=text("sourceNote"),
        title=text("title"),
        subtitle=text("subtitle"),
        unit_note=text("unitNote"),
        unit_line=text("unitLine"),
        footnote=text("footnote"),
        landscape=text("landscape") == "true",
        merged_classes=text("mergedClasses") == "true",
        task_rows=int(text("taskRows") or 0),
        total=Decimal(total) if total else None,
        profile=profile,
        head=tuple(tuple(_cell(words, cell) for cell in words.members(row)) for row in words.sequence(iri, "headRows")),
        columns=tuple(_column(words, column) for column in words.sequence(iri, "columns")),
        classes=tuple(_class(words, item) for item in words.sequence(iri, "classes")),
    )
    _check(made)
    return made


def _role(words: Vocabulary, node: str) -> str | None:
    role = words.value(node, "role")
    if role is None:
        return None
    name = words.value(role, SKOS + "notation")
    if name is None:
        raise VocabularyError(f"{role}: 没有这个栏目 no such role", place=node)
    return name


def _cell(words: Vocabulary, node: str) -> FormCell:
    return FormCell(
        words.value(node, "text") or "",
        _role(words, node),
        words.value(node, "part") or "",
        int(words.value(node, "rowSpan") or 1),
        int(words.value(node, "columnSpan") or 1),
    )


def _column(words: Vocabulary, node: str) -> FormColumn:
    widths = tuple(int(width) for width in words.sequence(node, "widths")) or (12,)
    role = _role(words, node)
    heading = words.value(node, "heading") or (words.roles[role].label if role else "")
    return FormColumn(role, heading, words.value(node, "groupHeading") or "", widths)


def _class(words: Vocabulary, node: str) -> FormClass:
    iri = words.value(node, "indicatorClass") or ""
    known = words.classes.get(iri)
    if known is None or known.level != 2:
        raise VocabularyError(f"{iri}: 不是二级指标类别 no second-level class", place=node)
    heading = words.value(node, "heading") or known.label
    level1 = words.value(node, "underClass")
    first = words.name_of(level1) if level1 else known.broader[0]
    return FormClass(iri, first, known.label, heading, int(words.value(node, "blankRows") or 1))


def _check(made: Form) -> None:
    """The cells of the head fill the width of the grid, none lies over another. Raises VocabularyError."""
    covered = sorted(
        (row, column)
        for number, cells in enumerate(place(made.head))
        for cell, start in cells
        for row in range(number, number + cell.rowspan)
        for column in range(start, start + cell.colspan)
    )
    if covered != [(row, column) for row in range(len(made.head)) for column in range(len(made.widths))]:
        raise VocabularyError("表头各行与列数不符 rows of the head do not fill the width", place=made.name)


def place(rows: tuple[tuple[FormCell, ...], ...]) -> list[list[tuple[FormCell, int]]]:
    """The cells of each row with the column they begin in."""
    free_from: dict[int, int] = {}
    placed = []
    for number, row in enumerate(rows):
        column, found = 0, []
        for cell in row:
            while free_from.get(column, 0) > number:
                column += 1
            found.append((cell, column))
            for covered in range(column, column + cell.colspan):
                free_from[covered] = number + cell.rowspan
            column += cell.colspan
        placed.append(found)
    return placed
