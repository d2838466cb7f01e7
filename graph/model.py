"""The domain model: what one published document says about budgets, projects, indicators and targets.

Plain frozen dataclasses. Every field has a property of the same name (camelCase) in ``ontology/jixiao.ttl``;
:mod:`graph.rdf` maps the whole tree to quads and back without loss. Text is as printed, damage repaired; what was
derived and not printed is named in ``inferred``. Money and weights are decimals, never binary floats.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from graph.readers.document import Place

PROJECT = "project"
DEPARTMENT = "department"
SELF_EVALUATION = "self-evaluation"


@dataclass(frozen=True, slots=True)
class Quote:
    """The printed words of one field, where they do not stand on the row's own line or differ from the value."""

    field: str
    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Money:
    """An amount as printed with its unit (元, 万元, 亿元 …), and the same in yuan (Budget Law, art. 19)."""

    amount: Decimal
    unit: str
    yuan: Decimal


@dataclass(frozen=True, slots=True)
class Target:
    """What an indicator promises: the printed words, and what they mean as a set of values.

    ``comparator``: ``=`` ``>=`` ``<=`` ``>`` ``<`` ``by`` ``qualitative``, or None for a bare value.
    ``value``: the number as printed without thousands separators, or the text of a grade or deadline. ``unit`` as
    printed. ``lower``/``upper``: bounds in the base unit of ``quantity_kind`` (1, yuan, second, m², …).
    ``frequency``: times a year.
    """

    text: str = ""
    comparator: str | None = None
    value: str | None = None
    unit: str | None = None
    lower: Decimal | None = None
    upper: Decimal | None = None
    lower_inclusive: bool | None = None
    upper_inclusive: bool | None = None
    quantity_kind: str | None = None
    grade: str | None = None
    deadline: date | None = None
    frequency: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Basis:
    """One ground of a target: its words, its kind (a concept of ``ontology/bases.ttl``) and document numbers in it.

    ``citations`` are canonical, ``邯医保规〔2022〕1号`` (GB/T 9704-2012, 7.2.5).
    """

    text: str
    kind: str | None = None
    citations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reference:
    """An earlier value printed beside a target: 三年均值, 2023, 上年指标值 …"""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Indicator:
    """One row of a target table. ``level1``/``level2`` are canonical labels, ``level3`` is the printed name."""

    position: int
    level3: str
    level1: str | None = None
    level2: str | None = None
    target: Target = field(default_factory=Target)
    description: str | None = None
    weight: Decimal | None = None
    direction: str | None = None
    basis: tuple[Basis, ...] = ()
    period: str = "annual"
    target_for: str | None = None
    parent: str | None = None
    actual: str | None = None
    score: Decimal | None = None
    deviation_reason: str | None = None
    remark: str | None = None
    data_source: str | None = None
    nature: str | None = None
    references: tuple[Reference, ...] = ()
    inferred: tuple[str, ...] = ()
    place: Place = field(default_factory=Place)
    quotes: tuple[Quote, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One step of 资金支出计划: by when, the printed share or amount, and the number in it."""

    by: str
    printed: str
    number: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Fund:
    """A source of a project's money (a role of ``ontology/forms.ttl`` such as ``fiscalFunds``), with its amount."""

    source: str
    money: Money


@dataclass(frozen=True, slots=True)
class Task:
    """A main task of a department's year (年度主要任务) with the amount planned for it."""

    name: str
    content: str | None = None
    budget: Money | None = None


@dataclass(frozen=True, slots=True)
class SubGoal:
    """One item of 分项绩效目标: its title and its objective, both prose."""

    item: str
    objective: str


@dataclass(frozen=True, slots=True)
class BudgetUnit:
    """A budget unit: local code of the finance office (136001) and name."""

    name: str
    code: str | None = None


@dataclass(frozen=True, slots=True)
class HeaderField:
    """A labelled cell of a form that has no field of its own here: its role and its words."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class TargetTable:
    """The targets of one project, or of the department as a whole.

    ``kind``: ``target``, ``self-evaluation`` or ``prose`` (the objective stands in running text).
    """

    position: int
    scope: str
    name: str
    other_names: tuple[str, ...] = ()
    code: str | None = None
    kind: str = "target"
    form: str | None = None
    budget_unit: BudgetUnit | None = None
    supervising_department: str | None = None
    implementing_unit: str | None = None
    budget: Money | None = None
    funds: tuple[Fund, ...] = ()
    functions: tuple[str, ...] = ()
    objective: str | None = None
    objective_long_term: str | None = None
    purpose: str | None = None
    spending_plan: tuple[PlanStep, ...] = ()
    plan_heading: str | None = None
    tasks: tuple[Task, ...] = ()
    sub_goals: tuple[SubGoal, ...] = ()
    header_fields: tuple[HeaderField, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    prose_indicators: tuple[Indicator, ...] = ()
    inferred: tuple[str, ...] = ()
    place: Place = field(default_factory=Place)
    quotes: tuple[Quote, ...] = ()


@dataclass(frozen=True, slots=True)
class FunctionLine:
    """Expenditure under one item (项) of the function classification."""

    code: str
    name: str
    total: Money
    basic: Money | None = None
    project: Money | None = None
    place: Place = field(default_factory=Place)


@dataclass(frozen=True, slots=True)
class ProjectLine:
    """A project as the budget tables list it."""

    name: str
    money: Money
    function: str | None = None
    unit: BudgetUnit | None = None
    note: str | None = None
    place: Place = field(default_factory=Place)


@dataclass(frozen=True, slots=True)
class Budget:
    """The department's budget tables, as far as names and amounts are reconciled with them."""

    income: Money | None = None
    expenditure: Money | None = None
    basic: Money | None = None
    project: Money | None = None
    functions: tuple[FunctionLine, ...] = ()
    projects: tuple[ProjectLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Department:
    """A publishing department: name, code of its finance office, region (GB/T 2260, six digits)."""

    name: str
    code: str | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """The file: path as given, SHA-256 of its bytes, media type by content, number of pages if the format has any."""

    path: str
    sha256: str
    media_type: str
    pages: int | None = None


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A cell that was not understood: its words, its place, and why."""

    text: str
    place: Place
    why: str


@dataclass(frozen=True, slots=True)
class Disclosure:
    """All that one document says."""

    source: Source
    department: Department
    fiscal_year: int | None
    target_tables: tuple[TargetTable, ...] = ()
    budget: Budget = field(default_factory=Budget)
    unplaced: tuple[Unplaced, ...] = ()
