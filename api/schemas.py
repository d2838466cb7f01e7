"""What the JSON of the service looks like. Amounts, weights and bounds are exact decimals, written as strings."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Place(_Model):
    """Where something is printed; only what the format has."""

    page: int | None = None
    line: int | None = None
    sheet: str | None = None
    row: int | None = None
    column: int | None = None
    box: list[float] | None = Field(default=None, description="x0 y0 x1 y1, PDF points")


class Link(_Model):
    """A thing by its id, its IRI, its name and its path in this service."""

    id: str
    iri: str
    name: str | None = None
    url: str


class Money(_Model):
    """An amount as printed, and the same in yuan."""

    amount: str
    unit: str
    yuan: str


class Department(Link):
    """A publishing department."""

    code: str | None = None
    region: str | None = Field(default=None, description="GB/T 2260, six digits")
    region_name: str | None = None
    projects: int


class Source(Link):
    """The document that something was read from."""

    path: str | None = None
    sha256: str | None = None


class Project(Link):
    """A project of one department and year."""

    code: str | None = None
    department: Link
    fiscal_year: int | None = None
    budget_yuan: str | None = None


class Quote(Place):
    """The printed words of a field and where they stand."""

    field: str
    text: str


class Printed(_Model):
    """The printed words behind the canonical classes and the parsed target."""

    level1: str | None = None
    level2: str | None = None
    target: str | None = None


class Indicator(Link):
    """A row of a target table."""

    table: Link
    project: Link | None = Field(default=None, description="null for a department's overall table")
    department: Link
    fiscal_year: int | None = None
    position: int
    level1: str | None = None
    level2: str | None = None
    level3: str
    printed: Printed
    description: str | None = None
    comparator: str | None = Field(default=None, description="= >= <= > < by qualitative")
    value: str | None = None
    unit: str | None = None
    lower: str | None = Field(default=None, description="lower bound in the base unit of quantity_kind")
    upper: str | None = None
    quantity_kind: str | None = None
    grade: str | None = None
    deadline: str | None = None
    frequency: str | None = Field(default=None, description="times a year")
    weight: str | None = None
    direction: str | None = None
    basis: list[str] = []
    citations: list[str] = []
    period: str
    target_for: str | None = None
    parent: str | None = None
    actual: str | None = None
    score: str | None = None
    deviation_reason: str | None = None
    remark: str | None = None
    data_source: str | None = None
    nature: str | None = None
    reference: dict[str, str] = {}
    inferred: list[str] = Field(default=[], description="fields that were not printed but derived")
    place: Place
    quotes: list[Quote] = []
    source: Source


class ProjectIndicators(_Model):
    """The rows of a project's tables, all of them: ``next`` and ``next_url`` are null, as at the end of a list."""

    items: list[Indicator]
    next: None = None
    next_url: None = None


class BudgetUnit(_Model):
    """A budget unit with its local code."""

    code: str | None = None
    name: str


class Fund(Money):
    """An amount of one source of funds."""

    source: str


class PlanStep(_Model):
    """A step of the spending plan, as printed."""

    by: str
    printed: str


class Task(_Model):
    """A main task of the year."""

    name: str
    content: str | None = None
    budget: Money | None = None


class SubGoal(_Model):
    """A partial objective."""

    item: str
    objective: str


class HeaderField(_Model):
    """A labelled cell of the head without a field of its own."""

    role: str
    text: str


class TargetTable(Link):
    """The head of a target table."""

    position: int
    scope: str
    kind: str
    form: str | None = None
    other_names: list[str] = []
    code: str | None = None
    budget_unit: BudgetUnit | None = None
    supervising_department: str | None = None
    implementing_unit: str | None = None
    budget: Money | None = None
    funds: list[Fund] = []
    functions: list[str] = []
    objective: str | None = None
    objective_long_term: str | None = None
    purpose: str | None = None
    spending_plan: list[PlanStep] = []
    tasks: list[Task] = []
    sub_goals: list[SubGoal] = []
    header_fields: list[HeaderField] = []
    inferred: list[str] = []
    place: Place
    quotes: list[Quote] = []
    project: Link | None = None
    department: Link
    fiscal_year: int | None = None
    source: Source


class TargetTableDetail(TargetTable):
    """A target table with its rows."""

    indicators: list[Indicator]


class DepartmentDetail(Department):
    """A department and its overall target tables."""

    overall_tables: list[TargetTable] = []


class ProjectDetail(Project):
    """A project and its target tables, usually one."""

    tables: list[TargetTable]
    indicators_url: str


class Remark(_Model):
    """What a rule found, as shown beside what it is about."""

    rule: str
    severity: str = Field(description="violation, warning or info")
    message_zh: str | None = None
    message_en: str | None = None
    focus: str = Field(description="IRI of the indicator, table or disclosure")


class Disclosure(Source):
    """A document that was read, and how much was read from it."""

    media_type: str | None = None
    pages: int | None = None
    department: Link
    fiscal_year: int | None = None
    tables: int
    indicators: int
    unplaced: int = Field(description="cells that were not understood")
    findings: int = Field(description="what the rules found")


class Counts(_Model):
    """The size of the graph."""

    departments: int
    projects: int
    indicators: int
    disclosures: int
    findings: int


class Health(_Model):
    """Whether the service answers, and on which state of the store."""

    status: str
    version: str
    state: str


class Kind(BaseModel):
    """A kind of error: what it means and what to do."""

    code: str
    type: str
    status: int
    title: str
    title_en: str
    remedy: str
    remedy_en: str


class Problem(_Model):
    """An error (RFC 9457)."""

    type: str
    title: str = Field(description="in the language of Accept-Language, Chinese unless English is preferred")
    title_en: str
    status: int
    code: str
    detail: str
    place: str
    remedy: str
    remedy_en: str
    instance: str
