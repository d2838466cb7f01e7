"""Drafts → target tables: the projects of flat grids, and what the labelled cells of a form say."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from graph.extraction.columns import Aligned
from graph.extraction.drafts import Draft
from graph.extraction.header import Entry, Header
from graph.extraction.indicators import Context, indicators
from graph.extraction.official import form_of
from graph.extraction.segments import segments
from graph.extraction.targets import decimal
from graph.extraction.words import money, organisation, split_code, tidy
from graph.model import (
    DEPARTMENT,
    PROJECT,
    SELF_EVALUATION,
    BudgetUnit,
    Fund,
    HeaderField,
    Money,
    PlanStep,
    Quote,
    TargetTable,
    Task,
)
from graph.readers.document import Cell, Place
from graph.spelling import fold
from graph.vocabulary import Vocabulary

_FUNDS = ("fiscalFunds", "otherFunds", "carriedOver", "upperFunds", "localFunds", "ownFunds")
_KNOWN = {
    "name", "code", "budget", "budgetTotalPeriod", "objective", "objectiveLongTerm", "purpose", "planStep",
    "spendingPlan", "supervisingDepartment", "implementingUnit", "unitName", "departmentName", "departmentCode",
    *_FUNDS,
}  # fmt: skip


def tables(draft: Draft, context: Context) -> list[TargetTable]:
    """The target tables of one draft, positions still to be given. A blank form gives none: all of it is furniture."""
    if draft.is_empty_form:
        for item in draft.members:
            context.account.furniture(item)
        return []
    if draft.layout and any(layout.flat for layout in draft.layouts):
        return _flat(draft, context)
    return [_form(draft, context)]


# -- forms ----------------------------------------------------------------------------------------------------------


def _form(draft: Draft, context: Context) -> TargetTable:
    header = draft.header
    header.settle()
    scope = _scope(draft)
    name_entry = (
        header.first("name") if scope == PROJECT else header.first("departmentName") or header.first("unitName")
    )
    code, name = split_code(name_entry.text) if name_entry else (None, "")
    if scope == DEPARTMENT:
        unit = organisation(name, context.words)
        name = unit.name if unit else name
    _strays(draft, context)
    inferred: list[str] = []
    funds = _funds(header, draft, context)
    budget = _budget(header, draft, context)
    if budget is None and funds:
        budget = _sum(funds)
        inferred.append("budget")
    code_entry = header.first("code")
    kind = _kind(draft)
    return TargetTable(
        position=0,
        scope=scope,
        name=name,
        code=tidy(code_entry.text) if code_entry else code,
        kind=kind,
        form=form_of(draft, scope, kind, context.words),
        budget_unit=_unit(header, context.words),
        supervising_department=_text(header, "supervisingDepartment"),
        implementing_unit=_text(header, "implementingUnit"),
        budget=budget,
        funds=funds,
        objective=_text(header, "objective"),
        objective_long_term=_text(header, "objectiveLongTerm"),
        purpose=_text(header, "purpose"),
        spending_plan=_plan(header),
        plan_heading=_plan_heading(header),
        tasks=_tasks(header, draft, context),
        header_fields=_other_fields(header),
        indicators=indicators(draft.rows, draft.exact, context),
        inferred=tuple(inferred),
        place=_place(draft),
        quotes=_header_quotes(header),
    )


def _scope(draft: Draft) -> str:
    """What the form's own labels say, else its caption."""
    if draft.header.has("name") or any(layout.flat for layout in draft.layouts):
        return PROJECT
    if draft.header.has("departmentName"):
        return DEPARTMENT
    return (draft.caption_pattern.properties.get("scope") if draft.caption_pattern else None) or PROJECT


def _kind(draft: Draft) -> str:
    if any("score" in layout.roles or "actual" in layout.roles for layout in draft.layouts):
        return SELF_EVALUATION
    return (draft.caption_pattern.properties.get("kind") if draft.caption_pattern else None) or "target"


def _place(draft: Draft) -> Place:
    if draft.caption is not None:
        return draft.caption.place
    return draft.members[0].place if draft.members else Place()


def _text(header: Header, role: str) -> str | None:
    entry = header.first(role)
    return tidy(entry.text) if entry else None


def _unit(header: Header, words: Vocabulary) -> BudgetUnit | None:
    for role in ("unitName", "implementingUnit", "supervisingDepartment", "departmentName"):
        entry = header.first(role)
        if entry:
            unit = organisation(entry.text, words)
            code = header.first("departmentCode")
            return BudgetUnit(unit.name, unit.code or tidy(code.text)) if unit and code else unit
    return None


def _money(entry: Entry, header: Header, draft: Draft, context: Context) -> Money | None:
    yuan = context.words.wording("yuan")
    if yuan.search(entry.label):
        return money(entry.text, entry.label, None, context.words)
    group = next((e.label for e in header.all("fundsGroup") if yuan.search(e.label)), "")
    return money(entry.text, group, draft.money_unit, context.words)


def _budget(header: Header, draft: Draft, context: Context) -> Money | None:
    for role in ("expenditureBudget", "budget", "budgetTotalPeriod", "total"):
        for entry in header.all(role):
            amount = _money(entry, header, draft, context) if entry.text else None
            if amount is not None:
                return amount
    return None


def _funds(header: Header, draft: Draft, context: Context) -> tuple[Fund, ...]:
    found = []
    for role in _FUNDS:
        entry = header.first(role)
        amount = _money(entry, header, draft, context) if entry else None
        if amount is not None:
            found.append(Fund(role, amount))
    return tuple(found)


def _sum(funds: tuple[Fund, ...]) -> Money:
    unit = funds[0].money.unit
    same = [fund.money for fund in funds if fund.money.unit == unit]
    return Money(sum((m.amount for m in same), Decimal(0)), unit, sum((m.yuan for m in same), Decimal(0)))


def _plan(header: Header) -> tuple[PlanStep, ...]:
    """The steps in order; a step whose cell is empty is kept, because it says that nothing is planned by then."""
    steps: dict[str, PlanStep] = {}
    for entry in header.all("planStep"):
        by = tidy(entry.label)
        printed = tidy(entry.text)
        if by not in steps or printed:
            steps[by] = PlanStep(by, printed, decimal(fold(printed).rstrip("%")) if printed else None)
    return tuple(steps.values())


def _plan_heading(header: Header) -> str | None:
    entry = next((e for e in header.all("spendingPlan")), None)
    return tidy(entry.label) if entry else None


def _tasks(header: Header, draft: Draft, context: Context) -> tuple[Task, ...]:
    tasks = []
    for cells in header.tasks:
        text = {role: tidy("".join(cell.text for cell in found)) for role, found in cells.items()}
        amount = next((text[role] for role in ("budget", "total", "fiscalFunds") if text.get(role)), None)
        label = next((e.label for e in header.all("budget") if context.words.wording("yuan").search(e.label)), "")
        budget = money(amount, label, draft.money_unit, context.words) if amount else None
        name = text.get("taskName") or text.get("taskContent", "")
        if name:
            tasks.append(Task(name, text.get("taskContent"), budget))
    return tuple(tasks)


def _other_fields(header: Header) -> tuple[HeaderField, ...]:
    """Labelled values without a field of their own, and further values of roles that have one."""
    first = {role: header.first(role) for role in _KNOWN - {"planStep"}}
    return tuple(
        HeaderField(entry.role, tidy(entry.text))
        for entry in header.entries
        if entry.text and entry.role and entry.role != "planStep" and entry is not first.get(entry.role)
    )


def _header_quotes(header: Header) -> tuple[Quote, ...]:
    quotes, seen = [], set()
    for entry in header.entries:
        if entry.text and entry.role in _KNOWN and entry.role not in seen and entry.cells:
            seen.add(entry.role)
            quotes.append(Quote(entry.role, tidy(entry.text), entry.cells[0].place))
    return tuple(quotes)


def _strays(draft: Draft, context: Context) -> None:
    """Lines between the parts of a form: notes, or words that no field takes."""
    for _, line in draft.lines:
        context.account.doubt(line, "表格中断处的文字 words where the table was cut")


# -- flat grids -----------------------------------------------------------------------------------------------------


def _flat(draft: Draft, context: Context) -> list[TargetTable]:
    rows, breaks, headings = _without_unit_rows(draft, context)
    unit = _broken_out_unit(draft, context)
    totals = frozenset(Decimal(t) for t in context.words.weight_totals)
    found = []
    seen = 0
    form = form_of(draft, PROJECT, _kind(draft), context.words)
    for part in segments(rows, breaks, context.words, totals):
        start = next(index for index, row in enumerate(rows) if row is part[0])
        above = [row for index, row in headings if index <= start]
        if above and unit[0] is None:
            unit = _unit_of(above, context.words)
        table = _project(part, draft, unit, context)
        totals_above = tuple(_unit_total(row) for index, row in headings if seen <= index <= start)
        table, seen = replace(table, form=form, header_fields=(*table.header_fields, *totals_above)), start + 1
        # A unit printed once stands for the projects below it.
        quote = next((q for q in table.quotes if q.field == "unitName"), None)
        unit = (table.budget_unit, quote) if table.budget_unit else unit
        found.append(table)
    _strays(draft, context)
    return found


def _without_unit_rows(draft: Draft, context: Context) -> tuple[list[Aligned], set[int], list[tuple[int, Aligned]]]:
    """Rows of indicators, and apart from them, with the row they stand before, rows that only name or total a unit."""
    rows: list[Aligned] = []
    headings: list[tuple[int, Aligned]] = []
    breaks: set[int] = set()
    for index, row in enumerate(draft.rows):
        if index in draft.breaks:
            breaks.add(len(rows))
        if _names_a_unit(row, context):
            headings.append((len(rows), row))
            for role, cells in row.cells.items():
                for cell in cells:
                    context.account.use(cell, "unitTotal" if role == "budget" else "unitName")
        else:
            rows.append(row)
    return rows, breaks, headings


def _names_a_unit(row: Aligned, context: Context) -> bool:
    if any(row.has(role) for role in ("level1", "level2", "level3", "indicatorList", "value")):
        return False
    if row.has("budget"):
        return True
    names = row.text("unitName") or row.text("name")
    return set(row.cells) <= {"unitName", "name"} and any(
        p.regex.search(fold(names)) for p in context.words.patterns("OrganisationName")
    )


def _broken_out_unit(draft: Draft, context: Context) -> tuple[BudgetUnit | None, Quote | None]:
    """The unit whose cell the converter printed as a line between the rows."""
    for _, line in draft.lines:
        unit = organisation(line.text, context.words)
        if unit and unit.code:
            context.account.use(line, "unitName")
            return unit, Quote("unitName", tidy(line.text), line.place)
    return None, None


def _unit_total(heading: Aligned) -> HeaderField:
    """A row that only names or totals a unit, kept with the first project below it."""
    words = (heading.text("unitName") or heading.text("name"), heading.text("budget"))
    return HeaderField("unitTotal", tidy(" ".join(word for word in words if word)))


def _unit_of(headings: list[Aligned], words: Vocabulary) -> tuple[BudgetUnit | None, Quote | None]:
    """The unit that the nearest row of its own names above its projects; 本级项目 and the like name none."""
    cells = [cell for heading in headings for role in ("unitName", "name") for cell in heading.cells.get(role, ())[:1]]
    for cell in reversed(cells):
        unit = organisation(cell.text, words)
        if unit and (unit.code or any(p.regex.search(unit.name) for p in words.patterns("OrganisationName"))):
            return unit, Quote("unitName", tidy(cell.text), cell.place)
    return None, None


def _project(
    part: list[Aligned], draft: Draft, unit: tuple[BudgetUnit | None, Quote | None], context: Context
) -> TargetTable:
    def pieces(role: str) -> list[Cell]:
        found: list[Cell] = []
        for row in part:
            for cell in row.cells.get(role, ()):
                if not any(cell is other or fold(cell.text) == fold(other.text) for other in found):
                    found.append(cell)
        for row in part:
            for cell in row.cells.get(role, ()):
                context.account.use(cell, role)
        return found

    code, name = split_code("".join(tidy(cell.text) for cell in pieces("name")))
    amounts = pieces("budget")
    label = next((c.label for layout in draft.layouts for c in layout.columns if c.role == "budget"), "")
    budget = money(amounts[0].text, label, draft.money_unit, context.words) if amounts else None
    objective = "".join(tidy(cell.text) for cell in pieces("objective"))
    own_unit = pieces("unitName")
    quotes = [
        Quote(role, tidy("".join(c.text for c in cells)), cells[0].place)
        for role, cells in (("name", pieces("name")), ("budget", amounts), ("objective", pieces("objective")))
        if cells
    ]
    if own_unit:
        quotes.append(Quote("unitName", tidy(own_unit[0].text), own_unit[0].place))
    elif unit[1]:
        quotes.append(unit[1])
    extra = [
        HeaderField(role, tidy(cell.text))
        for role in ("category", "code", "supervisingDepartment", "implementingUnit", "purpose", "departmentCode")
        for cell in pieces(role)
    ]
    return TargetTable(
        position=0,
        scope=PROJECT,
        name=name,
        code=code or next((f.text for f in extra if f.role == "code"), None),
        kind=_kind(draft),
        budget_unit=organisation(own_unit[0].text, context.words) if own_unit else unit[0],
        budget=budget,
        objective=objective or None,
        header_fields=tuple(extra),
        indicators=indicators(part, draft.exact, context),
        place=part[0].row.place,
        quotes=tuple(quotes),
    )
