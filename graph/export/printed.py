"""What a table prints in the fields of a form: the reader's work turned round.

A target is printed in the way that reads as the same set of values; nothing is converted or rounded.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from graph.extraction.targets import join_target, parse_target
from graph.extraction.words import organisation as organisation_in
from graph.forms import Form
from graph.model import DEPARTMENT, BudgetUnit, Indicator, Money, Target, TargetTable
from graph.output import number
from graph.statements import SKOS
from graph.vocabulary import Vocabulary

_TOTALS = ("budget", "budgetTotalPeriod", "total")
_TEXTS = {
    "code": "code", "supervisingDepartment": "supervising_department", "implementingUnit": "implementing_unit",
    "objective": "objective", "objectiveLongTerm": "objective_long_term", "purpose": "purpose",
}  # fmt: skip
Cells = tuple[str, str, str]


class Printed:
    """The words of one table by role, in the order in which a form asks for them."""

    def __init__(self, table: TargetTable, form: Form, words: Vocabulary) -> None:
        self.table, self._form, self._words = table, form, words
        self._unit = money_unit(form, words)
        self._further = self._of_header_fields()
        self._steps = iter(table.spending_plan)
        self._labels = iter(step.by for step in table.spending_plan)

    def _of_header_fields(self) -> dict[str, Iterator[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for item in self.table.header_fields:
            found[item.role].append(item.text)
        return {role: iter(texts) for role, texts in found.items()}

    def field(self, role: str, part: str, usual: str) -> str:
        """The words of a field; ``part`` and ``usual`` words as the form gives them."""
        if part == "label":
            return self._label(role, usual)
        if part != "further" and (own := self._own(role)) is not None:
            return own
        return next(self._further.get(role, iter(())), "")

    def _label(self, role: str, usual: str) -> str:
        if role == "spendingPlan":
            return self.table.plan_heading or usual
        return next(self._labels, "") if self.table.spending_plan else usual

    def _own(self, role: str) -> str | None:
        """The field of the model for a role; None where the model has none for it."""
        table = self.table
        if role in ("name", "departmentName"):
            return self._name(role)
        if role == "unitName":
            return self._name(role) if table.scope == DEPARTMENT else organisation(table.budget_unit)
        if role in _TOTALS:
            return self._money(table.budget)
        if role == "planStep":
            step = next(self._steps, None)
            return step.printed if step else ""
        if role in _TEXTS:
            return getattr(table, _TEXTS[role]) or ""
        fund = next((fund for fund in table.funds if fund.source == role), None)
        return self._money(fund.money) if fund else None

    def _name(self, role: str) -> str:
        """A department's name with its code, where the code is that of the unit of this name."""
        unit = self.table.budget_unit
        coded = role != "name" and unit and unit.code and unit.name == self.table.name
        return organisation(unit) if coded else self.table.name

    def _money(self, money: Money | None) -> str:
        if money is None:
            return ""
        return (number(money.amount) or "") + ("" if money.unit == self._unit else money.unit)

    def unit_above(self) -> str:
        """The budget unit, where the form asks for none and no other organisation on it says the same."""
        table = self.table
        said = [getattr(table, _TEXTS[role]) for role in ("implementingUnit", "supervisingDepartment")
                if role in self._form.fields]  # fmt: skip
        first = next((organisation_in(text, self._words) for text in said if text), None)
        known = "unitName" in self._form.fields or table.scope == DEPARTMENT or first == table.budget_unit
        return "" if known else organisation(table.budget_unit)

    def task(self, index: int, role: str) -> str:
        """The words of one of the main tasks."""
        if index >= len(self.table.tasks):
            return ""
        task = self.table.tasks[index]
        match role:
            case "taskName":
                return task.name
            case "taskContent":
                return task.content or ""
        return self._money(task.budget)


def money_unit(form: Form, words: Vocabulary) -> str:
    """The unit in which a form wants its amounts: by its note, else by a label of its head, else 万元."""
    labels = [form.unit_note, *(cell.text for row in form.head for cell in row)]
    known = sorted((unit for unit in words.money_factors if unit.endswith("元")), key=len, reverse=True)
    return next((unit for label in labels for unit in known if unit in label), "万元")


def organisation(unit: BudgetUnit | None) -> str:
    """A budget unit as it is printed, ``136001-某局``."""
    return "" if unit is None else f"{unit.code}-{unit.name}" if unit.code else unit.name


def row_text(item: Indicator, form: Form, words: Vocabulary, year: int | None) -> dict[str, str]:
    """What an indicator prints in each column of a form."""
    sign, value, unit = target_cells(item.target, form, words, year)
    headings = {one.level2: one.heading for one in form.classes}
    return {
        "sequence": str(item.position),
        "level1": item.level1 or "",
        "level2": headings.get(item.level2 or "", item.level2 or ""),
        "level3": item.level3,
        "comparator": sign,
        "value": value,
        "unit": unit,
        "weight": number(item.weight) or "",
        "direction": item.direction or "",
        "nature": item.nature or "",
        "description": item.description or "",
        "basis": "、".join(basis.text for basis in item.basis),
        "dataSource": item.data_source or "",
        "actual": item.actual or "",
        "score": number(item.score) or "",
        "deviationReason": item.deviation_reason or "",
        "remark": item.remark or "",
    }


def sign_of(comparator: str | None, words: Vocabulary) -> str:
    """The sign that forms print for a comparator: ≥, and 定性 or 不晚于 where there is no sign."""
    if comparator is None:
        return ""
    iri = words.concept("comparator", comparator)
    if iri is None:
        return comparator
    first = words.value(iri, SKOS + "altLabel") or ""
    return first if first and not first[0].isalnum() else words.name_of(iri)


def target_cells(target: Target, form: Form, words: Vocabulary, year: int | None) -> Cells:
    """Comparator, value and unit cell of a target: the first way of printing it that reads as the same target."""
    ways = list(dict.fromkeys(_ways(target, form, words)))
    wanted = replace(target, text="")
    for way in ways:
        if replace(_read(way, words, year), text="") == wanted:
            return way
    return ways[-1] if target.comparator == "qualitative" else ways[0]


def _ways(target: Target, form: Form, words: Vocabulary) -> Iterator[Cells]:
    sign, value, unit = sign_of(target.comparator, words), target.value or "", target.unit or ""
    bare = "" if target.comparator in ("qualitative", "by") else sign
    apart = "comparator" in form.roles, "unit" in form.roles
    if all(apart):
        yield sign, value, unit
    elif " " not in target.text:
        yield "", target.text, ""
    one = (
        ("" if apart[0] else bare, value, "" if apart[1] else unit),
        (bare if apart[0] else "", value, unit if apart[1] else ""),
    )
    yield one[1][0], one[0][0] + one[0][1] + one[0][2], one[1][2]
    yield "", target.text, ""
    yield "", value + (unit if not apart[1] else ""), unit if apart[1] else ""
    yield "", value, ""


def _read(way: Cells, words: Vocabulary, year: int | None) -> Target:
    """What the reader makes of three cells (as ``graph.extraction.indicators`` does)."""
    if words.is_filler(way[1]):
        way = (way[0], "", way[2])
    if way[0] or way[2]:
        return join_target(*way, words, year)
    return parse_target(way[1], words, year)
