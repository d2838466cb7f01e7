"""The budget tables of a disclosure: function items with basic and project expenditure, projects with amounts, totals.

Codes of the function classification may stand in one cell (2101502) or in three (210 | 15 | 02). Amounts are found by
their distance from the name, because merged headings lose a column in text dumps; how many columns were lost is told by
the rows themselves: with the right shift, basic and project expenditure add up to the total.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from graph.extraction.words import money, tidy
from graph.model import Budget, BudgetUnit, FunctionLine, Money, ProjectLine
from graph.readers.document import Cell, Document, Paragraph
from graph.spelling import fold
from graph.vocabulary import Vocabulary

_ITEM = re.compile(r"\d{7}")
_UNIT_CODE = re.compile(r"\d{3}|\d{6}|\d{9}")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_SHIFTS = (0, -1, 1, -2, 2, -3, 3)


@dataclass(slots=True)
class _Line:
    """A row with a name: codes before it, amounts behind it."""

    code: str | None
    unit_code: str | None
    name: Cell
    cells: list[Cell]


@dataclass(slots=True)
class _Table:
    """One budget table. ``heads``: role of a column by its distance from the name; ``unit``: of its money."""

    kind: str
    unit: str | None
    heads: dict[int, str] = field(default_factory=dict)
    lines: list[_Line] = field(default_factory=list)

    def has_parts(self) -> bool:
        """Whether basic and project expenditure stand side by side."""
        roles = set(self.heads.values())
        return "project" in roles and bool(roles & {"basic", "basicPart"})


def read_budget(document: Document, words: Vocabulary) -> Budget:
    """What the budget tables say; empty where a document has none."""
    functions: dict[str, FunctionLine] = {}
    projects: list[ProjectLine] = []
    totals: dict[str, Money] = {}
    for table in _tables(document, words, totals):
        shift = _shift(table, words)
        if table.kind == "projects":
            projects += _projects(table, shift, words)
        elif table.has_parts():
            for line in table.lines:
                _take(line, table, shift, words, functions, totals)
    return Budget(
        income=totals.get("income"),
        expenditure=totals.get("total"),
        basic=totals.get("basic"),
        project=totals.get("project"),
        functions=tuple(functions.values()),
        projects=tuple(projects),
    )


# -- tables ---------------------------------------------------------------------------------------------------------


def _tables(document: Document, words: Vocabulary, totals: dict[str, Money]) -> Iterator[_Table]:
    """Tables in order. A caption or a row of headings begins one; headings repeated on a page go on with it."""
    table = _Table("", None)
    for own in _rows(document):
        caption = _caption(own[0].text, words) if len(own) == 1 else None
        if caption is not None:
            yield table
            table = _Table(caption, table.unit)
        elif (unit := _money_unit(own, words)) is not None:
            table.unit = unit
        elif heads := _heads(own, words):
            if heads != table.heads:
                yield table
                table = _Table(table.kind, table.unit, heads)
        elif not _grand_income(own, table, words, totals) and (line := _line(own)) is not None:
            table.lines.append(line)
    yield table


def _rows(document: Document) -> Iterator[list[Cell]]:
    """Rows of non-empty cells; a line of text is a row of one cell."""
    for block in document.blocks:
        rows = [[Cell(block.text, 0, 0, block.place)]] if isinstance(block, Paragraph) else block.rows()
        for cells in rows:
            own = [cell for cell in cells if cell.text.strip()]
            if own:
                yield own


def _caption(text: str, words: Vocabulary) -> str | None:
    """The kind of budget table that a line announces; "" for a table of another sort; None for any other line."""
    folded = fold(text)
    if len(folded) >= 60:
        return None
    for pattern in words.patterns("BudgetCaption"):
        if pattern.regex.fullmatch(folded):
            return pattern.properties["budgetKind"]
    return "" if any(p.regex.fullmatch(folded) for p in words.patterns("Caption")) else None


def _money_unit(own: list[Cell], words: Vocabulary) -> str | None:
    for cell in own:
        folded = fold(cell.text)
        for pattern in words.patterns("MoneyCaption"):
            match = pattern.regex.search(folded) if len(folded) < 60 else None
            if match and match.group(1) in words.money_factors:
                return match.group(1)
    return None


def _heads(own: list[Cell], words: Vocabulary) -> dict[int, str]:
    """A row of headings as roles by their distance from the name; empty for any other row."""
    roles = [(cell, words.budget_columns.get(fold(cell.text))) for cell in own]
    name = next((cell for cell, role in roles if role == "name"), None)
    if name is None:
        return {}
    end = name.column + name.colspan - 1
    return {cell.column - end: role for cell, role in roles if role and role != "name"}


# -- rows -----------------------------------------------------------------------------------------------------------


def _line(own: list[Cell]) -> _Line | None:
    digits: list[str] = []
    for index, cell in enumerate(own):
        text = fold(cell.text)
        if re.fullmatch(r"\d{1,9}", text):
            digits.append(text)
            continue
        return _Line(*_codes(digits), cell, own[index + 1 :]) if _CHINESE.search(text) else None
    return None


def _codes(digits: list[str]) -> tuple[str | None, str | None]:
    """The item of the function classification and the code of the unit among the numbers before a name."""
    item = next((d for d in digits if _ITEM.fullmatch(d)), None)
    parts = digits[:3]
    if item is None and [len(part) for part in parts] == [3, 2, 2]:
        item, digits = "".join(parts), digits[3:]
    return item, next((d for d in digits if d != item and _UNIT_CODE.fullmatch(d)), None)


def _shift(table: _Table, words: Vocabulary) -> int:
    """By how many columns the amounts stand off their headings: the shift with which most rows make sense."""
    votes: Counter[int] = Counter()
    for line in table.lines:
        votes.update(shift for shift in _SHIFTS if _fits(_amounts(line, table, shift, words), table))
    return max(_SHIFTS, key=lambda shift: votes[shift])


def _fits(amounts: dict[str, Money], table: _Table) -> bool:
    if not table.has_parts():
        return bool(amounts)
    parts = [amounts[role].amount for role in ("basic", "project") if role in amounts]
    return "total" in amounts and bool(parts) and sum(parts) == amounts["total"].amount


def _amounts(line: _Line, table: _Table, shift: int, words: Vocabulary) -> dict[str, Money]:
    found: dict[str, Money] = {}
    for cell in line.cells:
        role = table.heads.get(cell.column - line.name.column - shift)
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


def _take(
    line: _Line,
    table: _Table,
    shift: int,
    words: Vocabulary,
    functions: dict[str, FunctionLine],
    totals: dict[str, Money],
) -> None:
    """A function item, or the row 合计; the first table that has it counts, later ones hold parts of it."""
    if words.budget_columns.get(fold(line.name.text)) == "total":
        # 合计 may stand in another column than the names below it, so that its amounts are another way off.
        ways = [_amounts(line, table, way, words) for way in (shift, *_SHIFTS)]
        for role, amount in next((amounts for amounts in ways if _fits(amounts, table)), {}).items():
            totals.setdefault(role, amount)
    elif line.code:
        amounts = _amounts(line, table, shift, words)
        basic, project = amounts.get("basic"), amounts.get("project")
        total = amounts.get("total") or (_plus(basic, project) if project else basic)
        if total and (basic or project):
            item = FunctionLine(line.code, tidy(line.name.text), total, basic, project, line.name.place)
            functions.setdefault(line.code, item)


def _grand_income(own: list[Cell], table: _Table, words: Vocabulary, totals: dict[str, Money]) -> bool:
    """收入总计 | 5,570.67 | 支出总计 | …: the amount behind its label."""
    for index, cell in enumerate(own[:-1]):
        if words.budget_columns.get(fold(cell.text)) == "income":
            amount = money(own[index + 1].text, "", table.unit, words)
            if amount is not None:
                totals.setdefault("income", amount)
            return True
    return False


def _projects(table: _Table, shift: int, words: Vocabulary) -> Iterator[ProjectLine]:
    """Projects of a list, each under its function code or under the unit that heads it."""
    unit: BudgetUnit | None = None
    for line in table.lines:
        amounts = _amounts(line, table, shift, words)
        amount = amounts.get("amount") or amounts.get("total") or amounts.get("project")
        name = tidy(line.name.text)
        if amount is None:
            continue
        if line.code is None and line.unit_code:
            unit = BudgetUnit(name, line.unit_code)
        elif line.code or unit is not None:
            owner = unit or (BudgetUnit("", line.unit_code) if line.unit_code else None)
            note = next((tidy(cell.text) for cell in line.cells if _CHINESE.search(cell.text)), None)
            yield ProjectLine(name, amount, line.code, owner, note, line.name.place)
