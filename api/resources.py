"""Departments, projects, indicators, findings and documents: JSON, or the same as a page where a browser asks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import unquote, urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, BeforeValidator, Field

from api import records, schemas
from api.html import render
from api.links import decode_next, encode_next, sent_segments
from api.negotiation import wants_page
from api.service import Service
from graph import __version__, iris
from graph.errors import BadParameter, NotFound
from graph.queries import Answer, run
from graph.store import Store

JSON = "application/json"
Record = TypeVar("Record", bound=BaseModel)

router = APIRouter(tags=["资源 Resources"])


def service(request: Request) -> Service:
    """What the application holds."""
    held: Service = request.app.state.service
    return held


def store(request: Request) -> Store:
    """The store as it is now."""
    return service(request).live.current().store


StoreNow = Annotated[Store, Depends(store)]
# A form sends its empty fields too. Bounds stand inside: None has no length.
_blank = BeforeValidator(lambda value: None if value == "" else value)
Text = Annotated[Annotated[str, Field(max_length=500)] | None, _blank]
Q = Annotated[Text, Query(description="名称中的文字 words in the name", examples=["医疗"])]
Region = Annotated[Text, Query(description="区划代码，含下级 region code with what lies in it", examples=["510000"])]
Year = Annotated[
    Annotated[Annotated[int, Field(ge=1990, le=2100)] | None, _blank], Query(description="预算年度 fiscal year")
]
DepartmentId = Annotated[
    Text, Query(description="部门标识 id of a department", examples=["511703/达州市达川区医疗保障局"])
]
Limit = Annotated[
    Annotated[Annotated[int, Field(ge=1)] | None, _blank], Query(description="一页的项数 items on a page")
]
Next = Annotated[Text, Query(description="上一页给出的 next the token of the page before")]
Format = Annotated[
    Annotated[Literal["json", "html"] | None, _blank], Query(description="代替 Accept 头 in place of the Accept header")
]
PAGE: dict[int | str, dict[str, Any]] = {200: {"content": {"text/html": {"schema": {"type": "string"}}}}}


def respond(request: Request, model: BaseModel, page: str, **values: Any) -> Response:
    """A model as JSON, or as a page, by ``format`` or the Accept header."""
    asked = request.query_params.get("format")
    as_page = asked == "html" or (not asked and wants_page(request.headers.get("accept"), JSON))
    headers = {"Vary": "Accept"}
    if as_page:
        return render(page, headers=headers, data=model, **values)
    return Response(model.model_dump_json(), headers=headers, media_type=JSON)


def page_limit(request: Request, limit: int | None) -> int:
    """How many items a page has. Raises BadParameter."""
    settings = service(request).settings
    if limit is not None and limit > settings.max_page_size:
        raise BadParameter(
            f"limit={limit}",
            zh=f"limit 至多 {settings.max_page_size}。",
            en=f"limit is at most {settings.max_page_size}.",
        )
    return limit or settings.page_size


def page_of(request: Request, answer: Answer, items: Sequence[Record], key: str) -> schemas.Page[Record]:
    """A page of a list; ``key`` is the column by which it is ordered."""
    token = encode_next(str(records.text(answer.terms[-1], key))) if answer.more else None
    url = None
    if token:
        kept = [(name, value) for name, value in request.query_params.multi_items() if name != "next"]
        url = f"{request.url.path}?{urlencode([*kept, ('next', token)])}"
    return schemas.Page(items=list(items), next=token, next_url=url)


def id_from(kind: str, count: int | None = None) -> Callable[[Request], str]:
    """A dependency that gives the id in the path of a thing, its first ``count`` segments."""

    def dependency(request: Request) -> str:
        segments = sent_segments(request, f"/{kind}s/")[:count]
        if segments == [""]:
            raise NotFound(request.url.path)
        return "/".join(map(iris.segment, segments))

    return dependency


DepartmentPath = Annotated[str, Depends(id_from("department"))]
ProjectPath = Annotated[str, Depends(id_from("project", 4))]
TablePath = Annotated[str, Depends(id_from("table"))]
IndicatorPath = Annotated[str, Depends(id_from("indicator"))]

# -- departments ------------------------------------------------------------------------------------------------------


@router.get("/departments", response_model=schemas.Page[schemas.Department], responses=PAGE)
def departments(
    request: Request, source: StoreNow, q: Q = None, region: Region = None, limit: Limit = None, next: Next = None,
    format: Format = None,
) -> Response:  # fmt: skip
    """部门，按区划排列。Departments in the order of their regions."""
    answer = run(source, "departments", page_limit(request, limit), q=q, region=region, after=decode_next(next))
    items = [records.department(row) for row in answer.terms]
    return respond(request, page_of(request, answer, items, "owner"), "departments.html", q=q or "")


@router.get("/departments/{id:path}", response_model=schemas.DepartmentDetail, responses=PAGE)
def department(request: Request, source: StoreNow, id: str, known: DepartmentPath, format: Format = None) -> Response:
    """一个部门及其整体绩效目标表。A department with its overall target tables."""
    found = records.department_detail(source, known)
    if not _is_page(request):
        return respond(request, found, "department.html")
    listed = [records.project(row) for row in run(source, "projects", department=known).terms]
    overall = {table.id: records.indicators_of(source, table.iri) for table in found.overall_tables}
    remarks = records.findings_about(source, (table.source.id for table in found.overall_tables))
    return respond(request, found, "department.html", projects=listed, overall=overall, findings=remarks)


def _is_page(request: Request) -> bool:
    return request.query_params.get("format") == "html" or wants_page(request.headers.get("accept"), JSON)


# -- projects ---------------------------------------------------------------------------------------------------------


@router.get("/projects", response_model=schemas.Page[schemas.Project], responses=PAGE)
def projects(
    request: Request, source: StoreNow, q: Q = None, department: DepartmentId = None, region: Region = None,
    year: Year = None, limit: Limit = None, next: Next = None, format: Format = None,
) -> Response:  # fmt: skip
    """项目，按部门与年度排列。Projects in the order of department and year."""
    filters = {"q": q, "department": department, "region": region, "year": year}
    answer = run(source, "projects", page_limit(request, limit), **filters, after=decode_next(next))
    items = [records.project(row) for row in answer.terms]
    return respond(request, page_of(request, answer, items, "project"), "projects.html", filters=filters)


@router.get("/projects/{id:path}/indicators", response_model=schemas.Page[schemas.Indicator], responses=PAGE)
def project_indicators(
    request: Request, source: StoreNow, id: str, known: ProjectPath, format: Format = None
) -> Response:
    """一个项目的全部指标，按表中次序，附出处。All indicators of a project in their order, each with its place."""
    if len(sent_segments(request, "/projects/")) != 5:  # a project that is called "indicators"
        return project(request, source, id, known)
    tables = records.tables_of_project(source, known)
    items = [item for table in tables for item in records.indicators_of(source, table)]
    return respond(request, schemas.Page[schemas.Indicator](items=items), "indicators.html", filters={})


@router.get("/projects/{id:path}", response_model=schemas.ProjectDetail, responses=PAGE)
def project(request: Request, source: StoreNow, id: str, known: ProjectPath, format: Format = None) -> Response:
    """一个项目：表头。A project: the heads of its target tables."""
    found = records.project_detail(source, known)
    if not _is_page(request):
        return respond(request, found, "project.html")
    rows = {table.id: records.indicators_of(source, table.iri) for table in found.tables}
    remarks = records.findings_about(source, (table.source.id for table in found.tables))
    return respond(request, found, "project.html", rows=rows, findings=remarks)


# -- tables and indicators --------------------------------------------------------------------------------------------


@router.get("/tables/{id:path}", response_model=schemas.TargetTableDetail, responses=PAGE)
def table(request: Request, source: StoreNow, id: str, known: TablePath, format: Format = None) -> Response:
    """一张绩效目标表：表头与各行。A target table: its head and its rows."""
    found = records.table_detail(source, iris.thing("table", *map(unquote, known.split("/"))))
    remarks = records.findings_about(source, [found.source.id]) if _is_page(request) else []
    return respond(request, found, "table.html", findings=remarks)


@router.get("/indicators", response_model=schemas.Page[schemas.Indicator], responses=PAGE)
def indicators(
    request: Request, source: StoreNow, q: Q = None,
    level1: Annotated[Text, Query(description="一级指标 first-level class", examples=["满意度指标"])] = None,
    level2: Annotated[Text, Query(description="二级指标 second-level class", examples=["质量指标"])] = None,
    department: DepartmentId = None, region: Region = None, year: Year = None, limit: Limit = None, next: Next = None,
    format: Format = None,
) -> Response:  # fmt: skip
    """查找指标，每个附出处与原文。Find indicators, each with its place and its printed words."""
    filters = {
        "q": q, "level1": level1, "level2": level2, "department": department, "region": region, "year": year,
    }  # fmt: skip
    answer = run(source, "indicators", page_limit(request, limit), **filters, after=decode_next(next))
    items = records.indicators_at(source, answer.terms)
    return respond(request, page_of(request, answer, items, "row"), "indicators.html", filters=filters)


@router.get("/indicators/{id:path}", response_model=schemas.Indicator, responses=PAGE)
def indicator(request: Request, source: StoreNow, id: str, known: IndicatorPath, format: Format = None) -> Response:
    """一个指标：取值、出处与原文。An indicator: its values, its place and the printed words."""
    found = records.indicator(source, known)
    remarks = records.findings_about(source, [found.source.id]) if _is_page(request) else []
    return respond(request, found, "indicator.html", findings=remarks)


# -- findings and documents -------------------------------------------------------------------------------------------


@router.get("/findings", response_model=schemas.Page[schemas.Finding], responses=PAGE)
def findings(
    request: Request, source: StoreNow,
    disclosure: Annotated[Text, Query(description="公开文件标识 id of a disclosure")] = None,
    rule: Annotated[Text, Query(description="规则编号 number of a rule", examples=["R24"])] = None,
    severity: Annotated[Annotated[Literal["violation", "warning", "info"] | None, _blank], Query()] = None,
    limit: Limit = None, next: Next = None, format: Format = None,
) -> Response:  # fmt: skip
    """校验结果。What the rules found."""
    filters = {"rule": rule, "severity": severity}
    answer = run(
        source, "findings", page_limit(request, limit), report=disclosure, **filters, after=decode_next(next)
    )  # fmt: skip
    items = [records.finding(row) for row in answer.terms]
    page = page_of(request, answer, items, "key")
    return respond(request, page, "findings.html", filters={"disclosure": disclosure, **filters})


@router.get("/disclosures", response_model=schemas.Page[schemas.Disclosure], responses=PAGE)
def disclosures(
    request: Request, source: StoreNow, limit: Limit = None, next: Next = None, format: Format = None
) -> Response:
    """读入的公开文件。The documents that were read."""
    answer = run(source, "disclosures", page_limit(request, limit), after=decode_next(next))
    items = [records.disclosure(source, row) for row in answer.terms]
    return respond(request, page_of(request, answer, items, "document"), "disclosures.html")


@router.get("/disclosures/{id}", response_model=schemas.Disclosure, responses=PAGE)
def disclosure(request: Request, source: StoreNow, id: str, format: Format = None) -> Response:
    """一份公开文件。One document."""
    found = records.disclosure_by_id(source, id)
    if _is_page(request):  # the list with this one alone
        return respond(request, schemas.Page[schemas.Disclosure](items=[found]), "disclosures.html")
    return respond(request, found, "disclosures.html")


@router.get("/health", tags=["服务 Service"])
async def health(request: Request) -> schemas.Health:
    """服务是否正常，及所答的图谱库状态。Whether the service answers, and on which state of the store."""
    return schemas.Health(status="ok", version=__version__, state=service(request).live.state)
