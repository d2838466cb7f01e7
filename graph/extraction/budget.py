"""The budget tables of a disclosure: function items with basic and project expenditure, projects with amounts, totals.

Codes of the function classification may stand in one cell (2101502) or in three (210 | 15 | 02); amounts are found by
their distance from the name column, because merged headings lose a column in text dumps.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal

from graph.extraction.words import money, tidy
from graph.model import Budget, BudgetUnit, FunctionLine, Money, ProjectLine
from graph.readers.document import Cell, Document, Grid, Paragraph
from graph.vocabulary import Vocabulary, fold

_ITEM = re.compile(r"\d{7}")
_PART = re.compile(r"\d{2,3}")
_UNIT_CODE = re.compile(r"\d{3}|\d{6}|\d{9}")


@dataclass(slots=True)
class _Table:
    kind: str
    unit: str | None
    heads: dict[int, str] = field(default_factory=dict)
    name_column: int | None = None


@dataclass(slots=True)
class _Line:
    code: str | None
    unit_code: str | None
    name: str
    cells: list[Cell]
    name_cell: Cell


def read_budget(document: Document, words: Vocabulary) -> Budget:
    """What the budget tables say; empty where a document has none."""
    functions: dict[str, FunctionLine] = {}
    projects: list[ProjectLine] = []
    totals: dict[str, Money] = {}
    table = _Table("", None)
    for block in document.blocks:
        if isinstance(block, Paragraph):
            table = _captioned(block, table, words)
        else:
            _read_grid(block, table, words, functions, projects, totals)
    return Budget(
        income=totals.get("income"),
        expenditure=totals.get("total"),
        basic=totals.get("basic"),
        project=totals.get("project"),
        functions=tuple(functions.values()),
        projects=tuple(projects),
    )


def _captioned(line: Paragraph, table: _Table, words: Vocabulary) -> _Table:
    folded = fold(line.text)
    for pattern in words.patterns("MoneyCaption"):
        match = pattern.regex.search(folded)
        if match and match.group(1) in words.money_factors:
            table.unit = match.group(1)
            return table
    if len(folded) < 60:
        for pattern in words.patterns("BudgetCaption"):
            if pattern.regex.fullmatch(folded):
                return _Table(pattern.properties["budgetKind"], table.unit)
        if any(p.regex.fullmatch(folded) for p in words.patterns("Caption")):
            return _Table("", table.unit)
    return table


def _read_grid(
    grid: Grid,
    table: _Table,
    words: Vocabulary,
    functions: dict[str, FunctionLine],
    projects: list[ProjectLine],
    totals: dict[str, Money],
) -> None:
    unit: BudgetUnit | None = None
    for cells in grid.rows():
        own = [cell for cell in cells if cell.text.strip()]
        if _unit_line(own, table, words) or _heads(own, table, words):
            continue
        line = _line(own)
        if line is None or table.name_column is None:
            _grand_total(own, table, words, totals)
            continue
        amounts = _amounts(line, table, words)
        if table.kind == "projects":
            unit = _take_project(line, amounts, unit, projects)
        elif {"basic", "project"} & set(amounts) and line.code and _ITEM.fullmatch(line.code):
            functions.setdefault(line.code, _function(line, amounts))


def _unit_line(own: list[Cell], table: _Table, words: Vocabulary) -> bool:
    if len(own) != 1:
        return False
    _captioned(Paragraph(own[0].text, own[0].place), table, words)
    return False


def _heads(own: list[Cell], table: _Table, words: Vocabulary) -> bool:
    """Take a row of headings: the columns of amounts by their distance from the name."""
    roles = [(cell, words.budget_columns.get(fold(cell.text))) for cell in own]
    known = [(cell, role) for cell, role in roles if role]
    if len(known) < 2 or not any(role != "name" for _, role in known):
        return False
    name = next((cell for cell, role in known if role == "name"), None)
    if name is None:
        return False
    end = name.column + name.colspan - 1 if name.colspan > 1 else name.column
    table.name_column = end
    table.heads = {cell.column - end: role for cell, role in known if role != "name"}
    return True


def _line(own: list[Cell]) -> _Line | None:
    """Code, unit code, name and the cells after the name; None where there is no name."""
    digits: list[str] = []
    for index, cell in enumerate(own):
        text = fold(cell.text)
        if re.fullmatch(r"\d{1,9}", text):
            digits.append(text)
            continue
        if re.search(r"[一-鿿]", text):
            code, unit_code = _codes(digits)
            return _Line(code, unit_code, tidy(cell.text), own[index + 1 :], cell)
        return None
    return None


def _codes(digits: list[str]) -> tuple[str | None, str | None]:
    item = next((d for d in digits if _ITEM.fullmatch(d)), None)
    parts = digits[:3]
    if item is None and len(parts) == 3 and len(parts[0]) == 3 and all(len(p) == 2 for p in parts[1:]):
        item, digits = "".join(parts), digits[3:]
    unit = next((d for d in digits if d != item and _UNIT_CODE.fullmatch(d) and len(d) >= 3), None)
    return item, unit


def _amounts(line: _Line, table: _Table, words: Vocabulary) -> dict[str, Money]:
    found: dict[str, Money] = {}
    offset_of_name = line.name_cell.column
    for cell in line.cells:
        role = table.heads.get(cell.column - offset_of_name)
        amount = money(cell.text, "", table.unit, words) if role and role != "note" else None
        if role == "basicPart" and amount is not None:
            found["basic"] = _plus(found.get("basic"), amount)
        elif role and amount is not None:
            found.setdefault(role, amount)
    return found


def _plus(first: Money | None, second: Money) -> Money:
    if first is None:
        return second
    return Money(first.amount + second.amount, second.unit, first.yuan + second.yuan)


def _function(line: _Line, amounts: dict[str, Money]) -> FunctionLine:
    total = (
        amounts.get("total") or _plus(amounts.get("basic"), amounts["project"])
        if "project" in amounts
        else amounts["basic"]
    )
    return FunctionLine(
        line.code or "",
        line.name,
        amounts.get("total", total),
        amounts.get("basic"),
        amounts.get("project"),
        line.name_cell.place,
    )


def _take_project(
    line: _Line, amounts: dict[str, Money], unit: BudgetUnit | None, projects: list[ProjectLine]
) -> BudgetUnit | None:
    """A project, or the heading of a unit or of a function; returns the unit that later lines belong to."""
    amount = amounts.get("amount") or amounts.get("total") or amounts.get("project")
    if amount is None:
        return unit
    if line.code is None and line.unit_code:
        return BudgetUnit(line.name, line.unit_code)
    if line.code or unit is not None:
        note = next((tidy(c.text) for c in line.cells if re.search(r"[一-鿿]", c.text)), None)
        owner = unit if unit is not None else (BudgetUnit("", line.unit_code) if line.unit_code else None)
        projects.append(ProjectLine(line.name, amount, line.code, owner, note, line.name_cell.place))
    return unit


def _grand_total(own: list[Cell], table: _Table, words: Vocabulary, totals: dict[str, Money]) -> None:
    """The row 合计 of the expenditure table: total, basic and project expenditure of the department."""
    if table.name_column is None or table.kind != "expenditure" or not own:
        return
    label = next((cell for cell in own if words.budget_columns.get(fold(cell.text)) == "total"), None)
    if label is None:
        return
    line = _Line(None, None, "", [c for c in own if c.column > label.column], label)
    shifted = [c for c in line.cells if money(c.text, "", table.unit, words)]
    amounts = _amounts(line, table, words)
    if {"basic", "project"} & set(amounts) and shifted:
        for role, amount in amounts.items():
            totals.setdefault(role, amount)


def zero() -> Decimal:
    """The empty sum."""
    return Decimal(0)
