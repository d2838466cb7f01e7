"""The graph as tables with keys: what a data package and other relational files are made of.

The classes of :mod:`graph.model` are the tables, their fields the columns; names and definitions are those of the
ontology, as in the data dictionary. What a class has once stands in its row (``budget_yuan``); what it has many times
is a table of its own that points back. Within a disclosure an IRI names one thing, so most keys are the disclosure and
the IRI; departments, projects and canonical indicators are shared, and their IRI alone is the key.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from graph import model
from graph.iris import JX, RDFS_LABEL
from graph.mapping import Field, class_iri, fields_of
from graph.terms import Term, term

_QB, _SH = "http://purl.org/linked-data/cube#", "http://www.w3.org/ns/shacl#"
_DIMENSION = "http://data.openbudgets.eu/ontology/dsd/dimension/"
_AMOUNT = "http://data.openbudgets.eu/ontology/dsd/measure/amount"
_TYPES = {str: "string", int: "integer", Decimal: "number", bool: "boolean", date: "date"}
_ID = Term("标识", "id", "该行所述事物的 IRI。", "The IRI of what the row is about.")
# Of classes that other vocabularies define.
_FINDING = _SH + "ValidationResult"
_SAID = {_FINDING: Term("校验结果", "finding", "规则对一份文件的一条意见。", "What a rule says about a document.")}
_SHARED = ("departments", "projects", "concepts")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a relation.

    ``path``: the properties that lead from the thing of the row to the value; none for the thing itself.
    ``form``: how the value is told: ``value``, ``label`` (of a concept), ``code`` (the last part of an IRI), ``list``
    and ``codes`` (several, with ；between them), ``each`` (several, a row each), ``iri``, ``owner`` (what has it),
    ``disclosure``, ``zh`` and ``en`` (in that language), ``name`` and ``listed`` (of a concept).
    ``refers``: the relation whose key it holds.
    """

    name: str
    term: Term
    path: tuple[str, ...] = ()
    form: str = "value"
    type: str = "string"
    required: bool = False
    refers: str | None = None


@dataclass(frozen=True, slots=True)
class Relation:
    """A table: its name, the class of the things in its rows, its columns and the columns of its key."""

    name: str
    of: str
    term: Term
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    @property
    def shared(self) -> bool:
        """Whether several disclosures tell of the same thing, which has one row then."""
        return self.name in _SHARED


@cache
def relations() -> dict[str, Relation]:
    """Every relation by its name; each stands behind those it points at."""
    found = (
        _of("departments", model.Department),
        _relation("projects", JX + "Project", _column("name", RDFS_LABEL, of="name"), _department(), _year()),
        _concepts(),
        _of("disclosures", model.Disclosure, _department("department")),
        _of("tables", model.TargetTable, _project(), _department(), _year()),
        _of("indicators", model.Indicator, _link("table", "inTable", "tables"), _concept()),
        _of("targets", model.Target, _owner("indicator", "indicators", "target"), _unit()),
        _of("bases", model.Basis, _owner("indicator", "indicators", "indicator")),
        _citations(),
        _of("references", model.Reference, _owner("indicator", "indicators", "indicator")),
        _of("funds", model.Fund, _owner("table", "tables", "targetTable")),
        _of("plan_steps", model.PlanStep, _owner("table", "tables", "targetTable")),
        _of("tasks", model.Task, _owner("table", "tables", "targetTable")),
        _of("sub_goals", model.SubGoal, _owner("table", "tables", "targetTable")),
        _of("header_fields", model.HeaderField, _owner("table", "tables", "targetTable")),
        _of("budget_functions", model.FunctionLine),
        _of("budget_projects", model.ProjectLine, _project(required=False)),
        _budget_facts(),
        _of("quotes", model.Quote, _owner("owner", None, "quote")),
        _of("unplaced", model.Unplaced),
        _findings(),
    )  # fmt: skip
    return {relation.name: relation for relation in found}


# -- from the model ---------------------------------------------------------------------------------------------------


def _of(name: str, kind: type, *links: Column) -> Relation:
    return _relation(name, class_iri(kind), *links, *_columns(kind))


def _relation(name: str, of: str, *columns: Column) -> Relation:
    keys = [Column("id", _ID, form="iri", required=True)]
    alone = name in _SHARED or name == "disclosures"
    if not alone:
        said = term("Disclosure")
        keys.insert(0, Column("disclosure", said, form="disclosure", required=True, refers="disclosures"))
    unique = {column.name: column for column in (*keys, *columns)}
    return Relation(
        name, of, _SAID.get(of, term(of)), tuple(unique.values()), ("id",) if alone else ("disclosure", "id")
    )


def _columns(kind: type, path: tuple[str, ...] = (), before: str = "") -> list[Column]:
    """A column for each field that a thing has once; of what stands in its row, the columns of that."""
    found: list[Column] = []
    for field in fields_of(kind):
        if field.flattened:
            found += _columns(field.kind, path, before)
        elif field.is_node:
            if not field.many and field.kind in (model.Money, model.BudgetUnit, model.Budget):
                found += _columns(field.kind, (*path, field.iri), f"{before}{field.name}_")
        else:
            found.append(_plain(field, path, before))
    return found


def _plain(field: Field, path: tuple[str, ...], before: str) -> Column:
    form = "list" if field.many else "label" if field.concept else "code" if field.thing else "value"
    if field.thing and field.many:
        form = "codes"
    said = term(field.iri)
    if path:  # the budget of a table: 预算金额 · 金额（元）
        outer = term(path[-1])
        said = Term(
            f"{outer.label_zh} · {said.label_zh}", f"{outer.label_en}: {said.label_en}",
            said.definition_zh, said.definition_en,
        )  # fmt: skip
    kind = "string" if field.many else _TYPES.get(field.kind, "string")
    # Words may be empty, which is as good as absent in a table.
    required = field.required and not path and kind != "string"
    return Column(f"{before}{field.name}", said, (*path, field.iri), form, kind, required)


# -- what points at other tables, and what follows from disclosures ---------------------------------------------------


def _column(name: str, path: str, *, of: str = "", **more: Any) -> Column:
    iri = path if ":" in path else JX + path
    return Column(name, term(of or iri), (iri,), **more)


def _link(name: str, path: str, refers: str, *, required: bool = True) -> Column:
    return _column(name, path, form="iri", refers=refers, required=required)


def _owner(name: str, refers: str | None, of: str) -> Column:
    return Column(name, term(of), form="owner", refers=refers, required=True)


def _department(path: str = "ofDepartment") -> Column:
    return _link("department", path, "departments")


def _project(*, required: bool = False) -> Column:
    return _link("project", "ofProject", "projects", required=required)


def _concept() -> Column:
    return _link("concept", "canonicalIndicator", "concepts", required=False)


def _unit() -> Column:
    return _column("unit_listed", "hasUnit", form="label")


def _year() -> Column:
    return _column("fiscal_year", "fiscalYear", type="integer")


def _concepts() -> Relation:
    return _relation(
        "concepts", JX + "CanonicalIndicator",
        Column("name", term("level3"), form="name", required=True),
        _column("level2", "usualClass", form="label"),
        _column("unit", "usualUnit", form="label"),
        Column("listed", Term("在指标库中", "listed", "指标库收有这个标准指标。", "The library lists this indicator."),
               form="listed", type="boolean", required=True),
    )  # fmt: skip


def _citations() -> Relation:
    basis = Column("basis", term("basis"), form="iri", required=True, refers="bases")
    number = _column("number", "citation", form="each", required=True)
    disclosure = Column("disclosure", term("Disclosure"), form="disclosure", required=True, refers="disclosures")
    columns = (disclosure, basis, number)
    return Relation("citations", class_iri(model.Basis), term("citation"), columns, tuple(c.name for c in columns))


def _budget_facts() -> Relation:
    return _relation(
        "budget_facts", JX + "BudgetAmount",
        _column("cube", _QB + "dataSet", of="BudgetAmount", form="code", required=True),
        _column("department", _DIMENSION + "administrativeClassification", of="ofDepartment", form="iri",
                refers="departments", required=True),
        _column("fiscal_year", _DIMENSION + "fiscalYear", of="fiscalYear", form="code", type="integer", required=True),
        _column("function", _DIMENSION + "functionalClassification", of="function", form="code"),
        _column("part", "budgetPart", form="label"),
        _column("amount_of", "amountOf", form="iri", required=True),
        _column("yuan", _AMOUNT, of="yuan", type="number", required=True),
    )  # fmt: skip


def _findings() -> Relation:
    return _relation(
        "findings", _FINDING,
        Column("rule", Term("规则", "rule"), (_SH + "sourceShape",), "code", required=True),
        Column("severity", Term("程度", "severity"), (_SH + "resultSeverity",), "code", required=True),
        Column("focus", Term("所指", "focus"), (_SH + "focusNode",), "iri", required=True),
        Column("value", Term("发现的值", "value found"), (_SH + "value",)),
        Column("message_zh", Term("说明", "message in Chinese"), (_SH + "resultMessage",), "zh"),
        Column("message_en", Term("英文说明", "message in English"), (_SH + "resultMessage",), "en"),
    )  # fmt: skip
