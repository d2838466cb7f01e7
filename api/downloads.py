"""``/export``: what can be taken away, and the files themselves, written while they are sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, BeforeValidator, Field

from api.choices import choices
from api.openapi import REGION
from api.resources import PAGE, Format, StoreNow, respond, service
from api.streaming import Exports, disposition
from graph.errors import ResultTooLarge
from graph.export import comparison_book, graphs, package, tabular
from graph.export.comparison import compare
from graph.export.lookup import find_table
from graph.export.projection import listing
from graph.export.relations import relations
from graph.export.rows import Row, Table
from graph.export.selection import Selection
from graph.export.tables import export_table

router = APIRouter(prefix="/export", tags=["导出 Export"])

# A form sends its empty fields too.
_blank = BeforeValidator(lambda value: None if value == "" else value)
_Text = Annotated[Annotated[str, Field(max_length=500)] | None, _blank]
_Year = Annotated[
    Annotated[Annotated[int, Field(ge=1990, le=2100)] | None, _blank],
    Query(description="预算年度 fiscal year", examples=[2026]),
]
_Project = Annotated[
    _Text,
    Query(
        description="项目名称（或其一部分）、编码或标识 name, code or id of a project",
        examples=["13010526P00000110081N"],
    ),
]
_Department = Annotated[
    _Text, Query(description="部门名称（或其一部分）或标识 name or id of a department", examples=["新华区医疗保障局"])
]
_Region = Annotated[
    _Text,
    Query(
        description="区划代码，含下级 region code with what lies in it",
        examples=["130000"],
        json_schema_extra={"pattern": REGION},
    ),
]
_Document = Annotated[_Text, Query(description="公开文件标识 id of a disclosure", examples=["22270535d1295005"])]
_Rows = Annotated[Literal["csv", "xlsx", "json", "md"], Query(description="文件格式 format of the file")]
_List = Annotated[
    str,
    Path(
        description="列表的名称，见 /export name of the list, see /export",
        json_schema_extra={"enum": list(relations())},
        examples=["indicators"],
    ),
]
_Bom = Annotated[bool, Query(description="CSV 带 BOM，Excel 可直接打开 CSV begins with a BOM, as Excel wants it")]
_Graph = Annotated[
    Literal["ttl", "trig", "nq", "nt", "jsonld", "rdf"], Query(description="文件格式 format of the file")
]
_TABLES = {**{name: tabular.FORMATS[name] for name in ("csv", "xlsx", "json")}, "ttl": "text/turtle; charset=utf-8"}


def _file(*media_types: str) -> dict[int | str, dict[str, Any]]:
    """A file in one of these media types, for OpenAPI. JSON is a list of rows, JSON-LD an object."""
    kinds = dict.fromkeys(media_type.partition(";")[0] for media_type in media_types)
    content = {kind: {"schema": {} if kind.endswith("json") else {"type": "string"}} for kind in kinds}
    return {200: {"description": "文件 the file", "content": content}}


class Offer(BaseModel):
    """One thing to take away."""

    name: str
    title: str
    title_en: str
    description: str = ""
    url: str
    formats: list[str]
    parameters: list[str] = []


class Offers(BaseModel):
    """Everything that can be taken away; answers of questions stand under ``/queries``."""

    files: list[Offer]
    lists: list[Offer]


def _exports(request: Request) -> Exports:
    held: Exports = request.app.state.exports
    return held


_Exports = Annotated[Exports, Depends(_exports)]


@router.get(
    "", operation_id="list_exports", summary="可导出的内容 What can be exported", response_model=Offers, responses=PAGE
)
def offers(request: Request, source: StoreNow, format: Format = None) -> Response:
    """可以导出的全部内容。Everything that can be taken away."""
    filters = ["department", "region", "year", "disclosure"]
    files = [
        Offer(name="graph", title="图", title_en="the graph", url="/export/graph", formats=list(graphs.FORMATS),
              parameters=["project", *filters]),
        Offer(name="package", title="数据包", title_en="data package", url="/export/package",
              formats=list(package.FORMATS), parameters=filters),
        Offer(name="table", title="绩效目标表", title_en="target table", url="/export/table", formats=list(_TABLES),
              parameters=["table"]),
        Offer(name="comparison", title="对照表", title_en="comparison", url="/export/comparison", formats=["xlsx"],
              parameters=["project", "indicator", "function", "region", "year"]),
    ]  # fmt: skip
    lists = [
        Offer(
            name=relation.name,
            title=relation.term.label_zh,
            title_en=relation.term.label_en,
            description=relation.term.definition_zh,
            url=f"/export/list/{relation.name}",
            formats=list(tabular.FORMATS),
            parameters=filters,
        )
        for relation in relations().values()
    ]
    known = choices(request, source, {"department": "department", "region": "region"})
    return respond(request, Offers(files=files, lists=lists), "export.html", known=known)


@router.get(
    "/graph", operation_id="export_graph", summary="导出图 Export a graph", response_class=Response,
    responses=_file(*(known.media_type for known in graphs.FORMATS.values())),
)  # fmt: skip
def graph(
    source: StoreNow, exports: _Exports, project: _Project = None, department: _Department = None,
    region: _Region = None, year: _Year = None, disclosure: _Document = None,
    format: _Graph = "ttl",
) -> Response:  # fmt: skip
    """图：一个项目、部门、区划、年度，或全部。The graph of a project, department, region or year, or all of it."""
    selection = Selection(project, department, region, year, disclosure)
    media_type = graphs.FORMATS[format].media_type
    name = f"绩效图谱-{_safe(selection.name())}.{format}"

    def write(stream: IO[bytes]) -> None:
        graphs.write(source, selection, format, stream, piecewise=True)

    return exports.send(write, media_type, name)


@router.get(
    "/package", operation_id="export_package", summary="导出数据包 Export a data package", response_class=Response,
    responses=_file("application/zip"),
)  # fmt: skip
def data_package(
    source: StoreNow, exports: _Exports, department: _Department = None, region: _Region = None, year: _Year = None,
    disclosure: _Document = None,
    format: Annotated[Literal["csv", "parquet"], Query(description="表的格式 format of the tables")] = "csv",
) -> Response:  # fmt: skip
    """Frictionless 数据包（ZIP）。A Frictionless data package (ZIP)."""
    selection = Selection(None, department, region, year, disclosure)
    name = f"绩效数据包-{_safe(selection.name())}-{format}.zip"
    return exports.send(lambda stream: package.write(source, selection, format, stream), "application/zip", name)


@router.get(
    "/comparison", operation_id="export_comparison", summary="导出对照表 Export a comparison", response_class=Response,
    responses=_file(tabular.FORMATS["xlsx"]),
)  # fmt: skip
def comparison(
    source: StoreNow, exports: _Exports,
    project: Annotated[_Text, Query(description="项目名称中的词，以 | 分隔 words", examples=["医疗救助"])] = None,
    indicator: Annotated[_Text, Query(description="标准指标 a canonical indicator", examples=["群众满意度"])] = None,
    function: Annotated[_Text, Query(description="支出功能科目编码 function code", examples=["2101301"])] = None,
    region: _Region = None, year: _Year = None,
) -> Response:  # fmt: skip
    """各部门同类项目的指标对照表（Excel）。Indicators of one kind of project across departments (Excel)."""
    found = compare(source, project=project, indicator=indicator, function=function, region=region, year=year)
    name = f"{_safe(found.title)}-指标对照表.xlsx"
    return exports.send(lambda stream: comparison_book.write(found, stream), tabular.FORMATS["xlsx"], name)


@router.get(
    "/table", operation_id="export_table", summary="导出一张目标表 Export a target table", response_class=Response,
    responses=_file(*_TABLES.values()),
)  # fmt: skip
def table(
    source: StoreNow,
    table: Annotated[
        Annotated[str, Field(min_length=1, max_length=500)],
        Query(
            description="目标表或项目的标识、名称、编码 id, name or code of a target table or of its project",
            examples=["车补"],
        ),
    ],
    format: Annotated[Literal["csv", "xlsx", "json", "ttl"], Query(description="文件格式 format of the file")] = "csv",
) -> Response:
    """一张绩效目标表；Excel 与 CSV 可再读入。One target table; Excel and CSV can be read in again."""
    found = find_table(source, table)
    headers = {"Content-Disposition": disposition(f"{_safe(found.table.name)}-绩效目标表.{format}")}
    return Response(export_table(found, source, format), headers=headers, media_type=_TABLES[format])


@router.get(
    "/list/{name}", operation_id="export_list", summary="导出列表 Export a list", response_class=Response,
    responses=_file(*tabular.FORMATS.values()),
)  # fmt: skip
def listed(
    request: Request, source: StoreNow, exports: _Exports, name: _List, department: _Department = None,
    region: _Region = None, year: _Year = None, disclosure: _Document = None, format: _Rows = "csv", bom: _Bom = False,
) -> Response:  # fmt: skip
    """一张列表：部门、项目、指标、校验结果等。A list: departments, projects, indicators, findings and others."""
    selection = Selection(None, department, region, year, disclosure)
    table = listing(source, selection, name)
    title = f"{table.title}-{_safe(selection.name())}"
    return _rows(request, exports, table, title, format, bom)


def _rows(request: Request, exports: Exports, table: Table, title: str, format: str, bom: bool) -> Response:
    """A table as a file. A workbook is built before it is sent, so it has as many rows as a query may have."""
    if format == "xlsx":
        limited = _limited(request, table.rows)
        table = Table(table.columns, limited, table.title, table.fills)
    media_type = tabular.FORMATS[format]
    return exports.send(lambda stream: tabular.write(table, format, stream, bom=bom), media_type, f"{title}.{format}")


def _limited(request: Request, rows: Any) -> Iterator[Row]:
    most = service(request).settings.query_rows
    for number, row in enumerate(rows):
        if number >= most:
            raise _too_many(request)
        yield row


def _too_many(request: Request) -> ResultTooLarge:
    most = service(request).settings.query_rows
    return ResultTooLarge(
        zh=f"结果超过 {most} 行；请缩小范围，或以 CSV 导出列表。",
        en=f"More than {most} rows; narrow it, or take a list as CSV.",
    )


def _safe(text: str) -> str:
    """Text as part of the name of a file."""
    return "".join("_" if character in '\\/:*?"<>|\r\n\t' else character for character in text)[:80]
