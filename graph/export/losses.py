"""What a form cannot hold of a table: told field by field, by reading the written form again and comparing.

Reading again is the measure, so the report is right for every value: a field without a place on the form is named as
such, and one that has a place but comes back otherwise is named with both values.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from graph.forms import Form
from graph.model import BudgetUnit, Indicator, Money, TargetTable
from graph.output import number
from graph.vocabulary import Vocabulary

NO_PLACE, OTHERWISE = "no-place", "otherwise"
# Marks labelled cells that have no field of the model, or are a second value of one.
FURTHER = "+"
_OTHER_NAMES = {
    "name": ("name", "departmentName", "unitName"),
    "budget": ("budget", "budgetTotalPeriod", "total"),
    "tasks": ("taskName",),
    "spendingPlan": ("planStep",),
}
_LABELS = {
    "tasks": ("年度主要任务", "Main tasks of the year"),
    "subGoals": ("分项绩效目标", "Objectives by item"),
    "proseIndicators": ("文字叙述中的指标", "Indicators in running text"),
    "period": ("期间", "Period"),
    "targetFor": ("适用地区或单位", "Place that the target is for"),
    "parent": ("所属指标", "Indicator that it is a part of"),
}


@dataclass(frozen=True, slots=True)
class Loss:
    """A value that does not come back. ``row``: name of the indicator, empty for the table as a whole."""

    field: str
    label_zh: str
    label_en: str
    row: str
    value: str
    why: str
    back: str = ""

    def line(self) -> str:
        """The loss as one line in Chinese and English."""
        where = f"{self.row}：" if self.row else ""
        if self.why == NO_PLACE:
            return (
                f"{where}{self.label_zh}“{self.value}”在此表样中没有位置。 The form has no place for {self.label_en}."
            )
        back = f"“{self.back}”" if self.back else "空"
        return (
            f"{where}{self.label_zh}“{self.value}”读回为{back}。 "
            f"{self.label_en} reads back as {self.back or 'nothing'}."
        )


def losses(table: TargetTable, back: TargetTable | None, form: Form, words: Vocabulary) -> list[Loss]:
    """What of ``table`` is missing or different in ``back``, the written form read again; None: nothing was read."""
    found = []
    read = facts(back) if back else {}
    for name, value in facts(table).items():
        if read.get(name) != value:
            found.append(_loss(name, "", value, read.get(name), form, words))
    for item, other in _pairs(table.indicators, back.indicators if back else ()):
        known = row_facts(other) if other else {}
        if other is None:
            found.append(_loss("level3", item.level3, item.level3, None, form, words))
            continue
        for name, value in row_facts(item).items():
            if known.get(name) != value:
                found.append(_loss(name, item.level3, value, known.get(name), form, words))
    return found


def facts(table: TargetTable) -> dict[str, Any]:
    """What a target table says above its rows: by field, empty ones left out. Amounts keep their unit."""
    found: dict[str, Any] = {
        "name": table.name,
        "code": table.code,
        "unitName": table.budget_unit,
        "supervisingDepartment": table.supervising_department,
        "implementingUnit": table.implementing_unit,
        "budget": table.budget,
        "objective": table.objective,
        "objectiveLongTerm": table.objective_long_term,
        "purpose": table.purpose,
        # A plan whose steps are all empty plans nothing.
        "spendingPlan": tuple((step.by, step.printed) for step in table.spending_plan)
        if any(step.printed for step in table.spending_plan) else (),
        "tasks": table.tasks,
        "subGoals": tuple(goal.item for goal in table.sub_goals),
        "proseIndicators": tuple(item.level3 for item in table.prose_indicators),
    }  # fmt: skip
    found |= {fund.source: fund.money for fund in table.funds}
    for item in table.header_fields:
        found[item.role + FURTHER] = (*found.get(item.role + FURTHER, ()), item.text)
    return {name: value for name, value in found.items() if value not in (None, "", ())}


def row_facts(item: Indicator) -> dict[str, Any]:
    """What a row says: by field, empty ones left out."""
    found: dict[str, Any] = {
        "level1": item.level1,
        "level2": item.level2,
        "level3": item.level3,
        "value": replace(item.target, text=""),
        "weight": item.weight,
        "direction": item.direction,
        "nature": item.nature,
        "description": item.description,
        "basis": tuple(basis.text for basis in item.basis),
        "dataSource": item.data_source,
        "actual": item.actual,
        "score": item.score,
        "deviationReason": item.deviation_reason,
        "remark": item.remark,
        "period": None if item.period == "annual" else item.period,
        "targetFor": item.target_for,
        "parent": item.parent,
        "reference": tuple((one.label, one.value) for one in item.references),
    }
    return {name: value for name, value in found.items() if value not in (None, "", ())}


def _pairs(rows: tuple[Indicator, ...], back: tuple[Indicator, ...]) -> Iterator[tuple[Indicator, Indicator | None]]:
    """Each row with the row read back for it, in order."""
    at = 0
    for row in rows:
        same = next((n for n in range(at, len(back)) if back[n].level3 == row.level3), None)
        if same is None and len(rows) == len(back) and at < len(back):
            same = at
        yield row, None if same is None else back[same]
        at = at if same is None else same + 1


def _loss(name: str, row: str, value: Any, back: Any, form: Form, words: Vocabulary) -> Loss:
    base = name.removesuffix(FURTHER)
    role = words.roles.get(base)
    zh, en = _LABELS.get(name) or ((role.label, words.name_of(role.iri, "en")) if role else (base, base))
    has_place = any(one in form.fields for one in _OTHER_NAMES.get(name, (name,))) or name in form.further
    return Loss(base, zh, en, row, shown(value), OTHERWISE if has_place else NO_PLACE, shown(back) if has_place else "")


def shown(value: Any) -> str:
    """A value of the model in a few words."""
    match value:
        case None:
            return ""
        case Money():
            return f"{number(value.amount)}{value.unit}"
        case BudgetUnit():
            return f"{value.code}-{value.name}" if value.code else value.name
        case tuple():
            return "；".join(shown(one) for one in value)
        case _ if hasattr(value, "comparator"):
            parts = (value.comparator if value.comparator not in ("by", "qualitative") else "", value.value, value.unit)
            return "".join(part for part in parts if part)
        case _ if hasattr(value, "content"):
            return str(value.name)
    return str(value)
