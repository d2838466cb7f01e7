"""Departments, projects, tables, indicators and documents: JSON, or the same as a page where a browser asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal
from urllib.parse import unquote

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, BeforeValidator
from starlette.convertors import StringConvertor, register_url_convertor

from api import records, schemas
from api.html import render
from api.items import rows, thing
from api.links import sent_segments
from api.parameters import chosen
from api.service import Service
from graph import iris
from graph.errors import JixiaoError, NotFound
from graph.model import DEPARTMENT
from graph.store import Store

JSON = "application/json"

router = APIRouter(tags=["资源 Resources"])


class _Digest(StringConvertor):
    """The id of a disclosure: /disclosures/preview is none."""

    regex = "[0-9a-f]{16}"


register_url_convertor("digest", _Digest())


def service(request: Request) -> Service:
    """What the application holds."""
    held: Service = request.app.state.service
    return held


def store(request: Request) -> Store:
    """The store as it is now."""
    return service(request).live.current().store


StoreNow = Annotated[Store, Depends(store)]
Format = Annotated[
    Literal["json", "html", ""] | None,
    BeforeValidator(lambda value: None if value == "" else value),  # a form sends its empty fields too
    Query(description="代替 Accept 头 in place of the Accept header", examples=["json"]),
]
DisclosureId = Annotated[
    str,
    Path(description="公开文件标识 id of the document", pattern="^[0-9a-f]{16}$", examples=["22270535d1295005"]),
]
PAGE: dict[int | str, dict[str, Any]] = {
    200: {"description": "JSON 或网页 JSON, or a page", "content": {"text/html": {"schema": {"type": "string"}}}}
}
_OFFERS = {"json": JSON, "html": "text/html"}


def respond(request: Request, model: BaseModel, page: str, **values: Any) -> Response:
    """A model as JSON, or as a page, by ``format`` or the Accept header. Raises NotAcceptable."""
    headers = {"Vary": "Accept"}
    if _is_page(request):
        return render(page, headers=headers, data=model, **values)
    return Response(model.model_dump_json(), headers=headers, media_type=JSON)


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


@router.get(
    "/departments/{id:path}", operation_id="get_department", summary="一个部门 A department",
    response_model=schemas.DepartmentDetail, responses=PAGE,
)  # fmt: skip
def department(request: Request, source: StoreNow, id: str, known: DepartmentPath, format: Format = None) -> Response:
    """一个部门及其整体绩效目标表。A department with its overall target tables."""
    found = records.department_detail(source, known)
    if not _is_page(request):
        return respond(request, found, "department.html")
    tables, documents = (rows(source, name, department=known) for name in ("tables", "disclosures"))
    overall = {table.id: records.indicators_of(source, table.iri) for table in found.overall_tables}
    told = {
        "tables": sorted(tables, key=lambda table: (-(table["fiscal_year"] or 0), table["scope"] != DEPARTMENT)),
        "documents": documents, "overall": overall,
        "findings": records.findings_about(source, (document["id"] for document in documents)),
    }  # fmt: skip
    return respond(request, found, "department.html", **told)


def _is_page(request: Request) -> bool:
    return chosen(request, _OFFERS) == "text/html"


# -- projects ---------------------------------------------------------------------------------------------------------


@router.get(
    "/projects/{id:path}/indicators", operation_id="list_project_indicators",
    summary="一个项目的指标 Indicators of a project", response_model=schemas.ProjectIndicators, responses=PAGE,
)  # fmt: skip
def project_indicators(
    request: Request, source: StoreNow, id: str, known: ProjectPath, format: Format = None
) -> Response:
    """一个项目的全部指标，按表中次序，附出处。All indicators of a project in their order, each with its place."""
    # A project may be called "indicators"; and the page of a project shows them all.
    if len(sent_segments(request, "/projects/")) != 5 or _is_page(request):
        return project(request, source, id, known)
    tables = records.tables_of_project(source, known)
    items = [item for table in tables for item in records.indicators_of(source, table)]
    return respond(request, schemas.ProjectIndicators(items=items), "project.html")


@router.get(
    "/projects/{id:path}", operation_id="get_project", summary="一个项目 A project",
    response_model=schemas.ProjectDetail, responses=PAGE,
)  # fmt: skip
def project(request: Request, source: StoreNow, id: str, known: ProjectPath, format: Format = None) -> Response:
    """一个项目：表头。A project: the heads of its target tables."""
    found = records.project_detail(source, known)
    if not _is_page(request):
        return respond(request, found, "project.html")
    rows = {table.id: records.indicators_of(source, table.iri) for table in found.tables}
    remarks = records.findings_about(source, (table.source.id for table in found.tables))
    return respond(request, found, "project.html", rows=rows, findings=remarks)


# -- tables and indicators --------------------------------------------------------------------------------------------


@router.get(
    "/tables/{id:path}", operation_id="get_table", summary="一张绩效目标表 A target table",
    response_model=schemas.TargetTableDetail, responses=PAGE,
)  # fmt: skip
def table(request: Request, source: StoreNow, id: str, known: TablePath, format: Format = None) -> Response:
    """一张绩效目标表：表头与各行。A target table: its head and its rows."""
    found = records.table_detail(source, iris.thing("table", *map(unquote, known.split("/"))))
    remarks = records.findings_about(source, [found.source.id]) if _is_page(request) else []
    return respond(request, found, "table.html", findings=remarks)


@router.get(
    "/indicators/{id:path}", operation_id="get_indicator", summary="一个指标 An indicator",
    response_model=schemas.Indicator, responses=PAGE,
)  # fmt: skip
def indicator(request: Request, source: StoreNow, id: str, known: IndicatorPath, format: Format = None) -> Response:
    """一个指标：取值、出处与原文。An indicator: its values, its place and the printed words."""
    found = records.indicator(source, known)
    remarks = records.findings_about(source, [found.source.id]) if _is_page(request) else []
    return respond(request, found, "indicator.html", findings=remarks)


# -- documents -------------------------------------------------------------------------------------------


@router.get(
    "/disclosures/{id:digest}", operation_id="get_disclosure", summary="一份公开文件 A document",
    response_model=schemas.Disclosure, responses=PAGE,
)  # fmt: skip
def disclosure(request: Request, source: StoreNow, id: DisclosureId, format: Format = None) -> Response:
    """一份公开文件：来源、读出的表与校验结果。One document: where it is from, what was read, what was found."""
    if _is_page(request):
        return disclosure_page(request, id)
    return respond(request, _disclosure(source, id), "disclosure.html")


def _disclosure(source: Store, id: str) -> schemas.Disclosure:
    return schemas.Disclosure(**thing(source, "disclosures", iris.thing("disclosure", id)))


def disclosure_page(request: Request, id: str, error: JixiaoError | None = None) -> Response:
    """The page of a document, with what went wrong when somebody wanted to change it. Raises NotFound."""
    source = store(request)
    told = {
        "data": _disclosure(source, id), "error": error, "open": bool(service(request).settings.token),
        "tables": rows(source, "tables", disclosure=id), "findings": records.findings_about(source, [id]),
    }  # fmt: skip
    return render("disclosure.html", error.status if error else 200, {"Vary": "Accept"}, **told)
