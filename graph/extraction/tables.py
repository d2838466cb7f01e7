"""Drafts → target tables: projects of flat grids, header values, indicators with their classes, targets and weights."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from graph.extraction.citations import bases
from graph.extraction.columns import Aligned
from graph.extraction.drafts import Draft
from graph.extraction.header import Entry, Header
from graph.extraction.levels import Classified, Evidence, classify, one_level_up
from graph.extraction.segments import segments
from graph.extraction.stream import Account
from graph.extraction.targets import decimal, join_target, parse_target
from graph.extraction.words import money, organisation, split_code, tidy
from graph.model import (
    DEPARTMENT,
    PROJECT,
    BudgetUnit,
    Fund,
    HeaderField,
    Indicator,
    Money,
    PlanStep,
    Quote,
    Reference,
    Target,
    TargetTable,
    Task,
)
from graph.readers.document import Cell, Place
from graph.vocabulary import Vocabulary, fold

_FUNDS = ("fiscalFunds", "otherFunds", "carriedOver", "upperFunds", "localFunds", "ownFunds")
_KNOWN = {
    "name", "code", "budget", "budgetTotalPeriod", "objective", "objectiveLongTerm", "purpose", "planStep",
    "spendingPlan", "supervisingDepartment", "implementingUnit", "unitName", "departmentName", "departmentCode",
    *_FUNDS,
}  # fmt: skip


@dataclass(slots=True)
class Context:
    """What every table of a document is read with."""

    words: Vocabulary
    account: Account
    year: int | None


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
    scope = _scope(draft)
    name_entry = (
        header.first("name") if scope == PROJECT else header.first("departmentName") or header.first("unitName")
    )
    code, name = split_code(name_entry.text) if name_entry else (None, "")
    if scope == DEPARTMENT:
        unit = organisation(name)
        name = unit.name if unit else name
    _strays(draft, context)
    inferred: list[str] = []
    funds = _funds(header, draft, context)
    budget = _budget(header, draft, context)
    if budget is None and funds:
        budget = _sum(funds)
        inferred.append("budget")
    code_entry = header.first("code")
    return TargetTable(
        position=0,
        scope=scope,
        name=name,
        code=tidy(code_entry.text) if code_entry else code,
        kind=_kind(draft),
        budget_unit=_unit(header),
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
        indicators=indicators(draft.rows, draft, context),
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
        return "self-evaluation"
    return (draft.caption_pattern.properties.get("kind") if draft.caption_pattern else None) or "target"


def _place(draft: Draft) -> Place:
    if draft.caption is not None:
        return draft.caption.place
    return draft.members[0].place if draft.members else Place()


def _text(header: Header, role: str) -> str | None:
    entry = header.first(role)
    return tidy(entry.text) if entry else None


def _unit(header: Header) -> BudgetUnit | None:
    for role in ("unitName", "implementingUnit", "supervisingDepartment", "departmentName"):
        entry = header.first(role)
        if entry:
            unit = organisation(entry.text)
            code = header.first("departmentCode")
            return BudgetUnit(unit.name, unit.code or tidy(code.text)) if unit and code else unit
    return None


def _money(entry: Entry, header: Header, draft: Draft, context: Context) -> Money | None:
    group = next((e.label for e in header.all("fundsGroup") if "元" in e.label), "")
    return (
        money(entry.text, entry.label, None, context.words)
        if "元" in entry.label
        else money(entry.text, group, draft.money_unit, context.words)
    )


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
        label = next((e.label for e in header.all("budget") if "元" in e.label), "")
        budget = money(amount, label, draft.money_unit, context.words) if amount else None
        name = text.get("taskName") or text.get("taskContent", "")
        if name:
            tasks.append(Task(name, text.get("taskContent"), budget))
    return tuple(tasks)


def _other_fields(header: Header) -> tuple[HeaderField, ...]:
    return tuple(HeaderField(e.role, tidy(e.text)) for e in header.entries if e.text and e.role not in _KNOWN)


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
    for part in segments(rows, breaks, context.words, totals):
        start = next(index for index, row in enumerate(rows) if row is part[0])
        above = [row for index, row in headings if index <= start]
        if above and unit[0] is None:
            unit = _unit_of(above[-1])
        table = _project(part, draft, unit, context)
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
        unit = organisation(line.text)
        if unit and unit.code:
            context.account.use(line, "unitName")
            return unit, Quote("unitName", tidy(line.text), line.place)
    return None, None


def _unit_of(heading: Aligned) -> tuple[BudgetUnit | None, Quote | None]:
    """The unit that a row of its own names above its projects."""
    cell = next((cell for role in ("unitName", "name") for cell in heading.cells.get(role, ())), None)
    return (organisation(cell.text), Quote("unitName", tidy(cell.text), cell.place)) if cell else (None, None)


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
        for role in ("category", "code", "supervisingDepartment", "implementingUnit", "purpose")
        for cell in pieces(role)
    ]
    return TargetTable(
        position=0,
        scope=PROJECT,
        name=name,
        code=code or next((f.text for f in extra if f.role == "code"), None),
        kind=_kind(draft),
        budget_unit=organisation(own_unit[0].text) if own_unit else unit[0],
        budget=budget,
        objective=objective or None,
        header_fields=tuple(extra),
        indicators=indicators(part, draft, context),
        place=part[0].row.place,
        quotes=tuple(quotes),
    )


# -- indicators -----------------------------------------------------------------------------------------------------


def indicators(rows: list[Aligned], draft: Draft, context: Context) -> tuple[Indicator, ...]:
    """One indicator for each row that names one; the rest of a row that a page cut goes to the row before."""
    kept = [row for row in _joined(rows, context) if _names_something(row, context)]
    targets = [_target(row, context) for row in kept]
    evidence = one_level_up(
        [
            Evidence(row.text("level1") or None, row.text("level2") or None, row.text("level3"), target, row.row.first)
            for row, target in zip(kept, targets, strict=True)
        ],
        context.words,
    )
    classes = classify(evidence, context.words, centred=not draft.exact)
    found = [
        _indicator(position, row, target, kept, placed, context)
        for position, (row, target, placed) in enumerate(zip(kept, targets, classes, strict=True), start=1)
    ]
    return tuple(_with_missing_weight(found, context))


def _joined(rows: list[Aligned], context: Context) -> list[Aligned]:
    joined: list[Aligned] = []
    for row in rows:
        if joined and _is_remainder(row, context):
            for role, cells in row.cells.items():
                joined[-1].cells.setdefault(role, []).extend(cells)
        else:
            joined.append(row)
    return joined


def _is_remainder(row: Aligned, context: Context) -> bool:
    """Only words, in columns of words, at the top of a page: the rest of the row above."""
    if row.row.exact or not row.row.first:
        return False
    return (
        not (set(row.cells) - {"level3", "description", "basis", "remark", "objective", "name"}) and len(row.cells) == 1
    )


def _names_something(row: Aligned, context: Context) -> bool:
    """False for rows that only fill the form (……, 指标2：, a class word alone); their cells are furniture."""
    named = row.has("level3") and not context.words.is_filler(row.text("level3"))
    if not named:
        for role, cells in row.cells.items():
            for cell in cells:
                if role in ("level1", "level2", "sequence") or context.words.is_filler(cell.text):
                    context.account.furniture(cell)
                else:
                    context.account.doubt(cell, "所在行没有三级指标 its row names no indicator")
    return named


def _target(row: Aligned, context: Context) -> Target:
    comparator, value, unit = row.text("comparator"), tidy(row.text("value")), tidy(row.text("unit"))
    if context.words.is_filler(value):
        value = ""
    if not comparator and context.words.nature(row.text("direction")) == context.words.qualitative_nature:
        comparator = ""
    if comparator or unit:
        return join_target(comparator, value, unit, context.words, context.year)
    return parse_target(value, context.words, context.year)


def _indicator(
    position: int, row: Aligned, target: Target, rows: list[Aligned], placed: Classified, context: Context
) -> Indicator:
    words, account = context.words, context.account
    for role, cells in row.cells.items():
        for cell in cells:
            account.use(cell, role)
    weight_cell = row.text("weight")
    weight = decimal(fold(weight_cell)) if weight_cell else None
    if weight_cell and weight is None:
        account.doubt(row.cells["weight"][0], "权重不是数字 the weight is no number")
    direction = words.direction(row.text("direction")) if row.has("direction") else None
    nature = words.nature(row.text("nature") or row.text("direction"))
    inferred = ["level1"] if placed.level1 and placed.mark1 is None else []
    if placed.mark2 is not None and not (rows[placed.mark2].has("level2") or rows[placed.mark2].has("level1")):
        inferred.append("level2")
    return Indicator(
        position=position,
        level1=placed.level1,
        level2=placed.level2,
        level3=tidy(row.text("level3")),
        target=target,
        description=tidy(row.text("description")) or None,
        weight=weight,
        direction=direction,
        basis=bases(tidy(row.text("basis")), words),
        period=(row.period or "annual").strip(),
        target_for=row.target_for,
        actual=tidy(row.text("actual")) or None,
        score=decimal(fold(row.text("score"))) if row.has("score") else None,
        deviation_reason=tidy(row.text("deviationReason")) or None,
        remark=tidy(row.text("remark")) or None,
        data_source=tidy(row.text("dataSource")) or None,
        nature=nature,
        references=_references(row),
        inferred=tuple(inferred),
        place=row.cells["level3"][0].place,
        quotes=_quotes(row, rows, placed),
    )


def _references(row: Aligned) -> tuple[Reference, ...]:
    return tuple(Reference(row.labels[id(cell)], tidy(cell.text)) for cell in row.cells.get("reference", ()))


def _quotes(row: Aligned, rows: list[Aligned], placed: Classified) -> tuple[Quote, ...]:
    """The printed words of each field that stand on another line than the name, or differ from the value."""
    quotes = []
    home = row.cells["level3"][0].place
    for level, mark, label in (("level1", placed.mark1, placed.level1), ("level2", placed.mark2, placed.level2)):
        cells = rows[mark].cells.get(level) or rows[mark].cells.get("level1") if mark is not None else None
        if cells and (tidy(cells[0].text) != label or _line(cells[0].place) != _line(home)):
            quotes.append(Quote(level, tidy(cells[0].text), cells[0].place))
    for role in ("comparator", "value", "unit", "weight", "direction", "description", "basis", "actual", "score"):
        cells = row.cells.get(role)
        if cells and _line(cells[0].place) != _line(home):
            quotes.append(Quote(role, tidy(row.text(role)), cells[0].place))
    return tuple(quotes)


def _line(place: Place) -> tuple[object, ...]:
    return place.page, place.line, place.sheet, place.row


def _with_missing_weight(found: list[Indicator], context: Context) -> list[Indicator]:
    """Where one weight of a table is blank and the rest leave exactly one figure to the usual total, that figure."""
    blank = [item for item in found if item.weight is None]
    given = [item.weight for item in found if item.weight is not None]
    if len(blank) != 1 or len(given) < 2:
        return found
    usual = Decimal(context.words.usual_weight_total)
    rest = usual - sum(given, Decimal(0))
    if not 0 < rest <= max(given):
        return found
    return [_weighed(item, rest) if item is blank[0] else item for item in found]


def _weighed(item: Indicator, weight: Decimal) -> Indicator:
    return replace(item, weight=weight, inferred=(*item.inferred, "weight"))
