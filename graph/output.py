"""A Disclosure as the JSON that ``jixiao extract --format json`` prints: amounts and numbers as exact strings."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from graph.model import BudgetUnit, Disclosure, Fund, Indicator, Money, ProjectLine, TargetTable
from graph.readers.document import Place

Json = dict[str, Any]


def as_json(disclosure: Disclosure) -> Json:
    """Plain dictionaries and lists, in the order of the document."""
    source, department = disclosure.source, disclosure.department
    return {
        "source": {
            "path": source.path, "sha256": source.sha256, "media_type": source.media_type, "pages": source.pages,
        },
        "department": {"name": department.name, "code": department.code, "region": department.region},
        "fiscal_year": disclosure.fiscal_year,
        "target_tables": [table_as_json(table) for table in disclosure.target_tables],
        "budget": _budget(disclosure),
        "unplaced": [{"text": item.text, **place(item.place), "why": item.why} for item in disclosure.unplaced],
    }  # fmt: skip


def place(where: Place) -> Json:
    """The parts of a place that the format has."""
    parts = {
        "page": where.page, "line": where.line, "sheet": where.sheet, "row": where.row, "column": where.column,
        "box": list(where.box) if where.box else None,
    }  # fmt: skip
    return {name: value for name, value in parts.items() if value is not None}


def number(value: Decimal | None) -> str | None:
    """A decimal in plain notation."""
    return None if value is None else format(value, "f")


def _money(amount: Money | None) -> Json | None:
    return (
        None if amount is None else {"amount": number(amount.amount), "unit": amount.unit, "yuan": number(amount.yuan)}
    )


def _unit(unit: BudgetUnit | None) -> Json | None:
    return None if unit is None else {"code": unit.code, "name": unit.name}


def _fund(fund: Fund) -> Json:
    return {"source": fund.source, **(_money(fund.money) or {})}


def table_as_json(table: TargetTable) -> Json:
    """One target table, as in ``target_tables`` of the extraction contract."""
    return {
        "position": table.position,
        "scope": table.scope,
        "kind": table.kind,
        "form": table.form,
        "name": table.name,
        "other_names": list(table.other_names),
        "code": table.code,
        "budget_unit": _unit(table.budget_unit),
        "supervising_department": table.supervising_department,
        "implementing_unit": table.implementing_unit,
        "budget": _money(table.budget),
        "funds": [_fund(fund) for fund in table.funds],
        "functions": list(table.functions),
        "objective": table.objective,
        "objective_long_term": table.objective_long_term,
        "purpose": table.purpose,
        "spending_plan": [{"by": step.by, "printed": step.printed} for step in table.spending_plan],
        "tasks": [{"name": task.name, "content": task.content, "budget": _money(task.budget)} for task in table.tasks],
        "sub_goals": [{"item": goal.item, "objective": goal.objective} for goal in table.sub_goals],
        "header_fields": [{"role": field.role, "text": field.text} for field in table.header_fields],
        "indicators": [indicator(item) for item in table.indicators],
        "prose_indicators": [indicator(item) for item in table.prose_indicators],
        "inferred": list(table.inferred),
        "place": place(table.place),
        "quotes": _quotes(table),
    }


def _quotes(owner: TargetTable | Indicator) -> list[Json]:
    return [{"field": quote.field, "text": quote.text, **place(quote.place)} for quote in owner.quotes]


def indicator(item: Indicator) -> Json:
    """One row of a target table."""
    target = item.target
    printed = {quote.field: quote.text for quote in item.quotes}
    return {
        "position": item.position,
        "level1": item.level1,
        "level2": item.level2,
        "level3": item.level3,
        "printed": {
            "level1": printed.get("level1", item.level1),
            "level2": printed.get("level2", item.level2),
            "target": target.text,
        },
        "description": item.description,
        "comparator": target.comparator,
        "value": target.value,
        "unit": target.unit,
        "lower": number(target.lower),
        "upper": number(target.upper),
        "quantity_kind": target.quantity_kind,
        "grade": target.grade,
        "deadline": target.deadline.isoformat() if target.deadline else None,
        "frequency": number(target.frequency),
        "weight": number(item.weight),
        "direction": item.direction,
        "basis": [basis.text for basis in item.basis],
        "citations": [number for basis in item.basis for number in basis.citations],
        "period": item.period,
        "target_for": item.target_for,
        "parent": item.parent,
        "actual": item.actual,
        "score": number(item.score),
        "deviation_reason": item.deviation_reason,
        "remark": item.remark,
        "data_source": item.data_source,
        "nature": item.nature,
        "reference": {reference.label: reference.value for reference in item.references},
        "inferred": list(item.inferred),
        "place": place(item.place),
        "quotes": _quotes(item),
    }


def _budget(disclosure: Disclosure) -> Json:
    budget = disclosure.budget
    return {
        "income": _money(budget.income),
        "expenditure": _money(budget.expenditure),
        "basic": _money(budget.basic),
        "project": _money(budget.project),
        "functions": [
            {
                "code": line.code, "name": line.name, "total": _money(line.total), "basic": _money(line.basic),
                "project": _money(line.project), "place": place(line.place),
            }
            for line in budget.functions
        ],
        "projects": [_project_line(line) for line in budget.projects],
    }  # fmt: skip


def _project_line(line: ProjectLine) -> Json:
    return {
        "name": line.name, "function": line.function, "unit": _unit(line.unit), "amount": _money(line.money),
        "note": line.note, "place": place(line.place),
    }  # fmt: skip
