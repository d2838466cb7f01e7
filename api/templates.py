"""Official forms over HTTP: the list of them, and each as a file: blank, with proposals, or filled from a table."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, BeforeValidator, Field

from api.resources import PAGE, Format, StoreNow, respond
from graph.errors import BadParameter
from graph.export.lookup import find_table
from graph.export.official import MEDIA_TYPES, Converted, convert, template
from graph.export.prefill import proposals
from graph.forms import Form, forms
from graph.forms import form as form_of
from graph.vocabulary import vocabulary

router = APIRouter(tags=["表样 Forms"])

_blank = BeforeValidator(lambda value: None if value == "" else value)
_Text = Annotated[Annotated[str, Field(max_length=200)] | None, _blank]
Like = Annotated[
    _Text,
    Query(description="某类项目：名称中的文字、功能科目编码或标准指标名 a kind of project", examples=["医疗救助"]),
]
Project = Annotated[
    _Text,
    Query(
        description="用库中一个项目的表填写：名称、编码或标识 fill in from the table of a stored project",
        examples=["13010526P00000110081N"],
    ),
]
Year = Annotated[
    Annotated[Annotated[int, Field(ge=1990, le=2100)] | None, _blank],
    Query(description="预算年度 fiscal year", examples=[2026]),
]
FileFormat = Annotated[
    Literal["xlsx", "docx", "json"],
    Query(
        alias="as",
        description="文件格式；json 说明表样放不下什么，须有 project "
        "format; json tells what the form cannot hold, and needs project",
        examples=["json"],
    ),
]
_FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "文件 the file",
        "content": {media: {"schema": {"type": "string", "format": "binary"}} for media in MEDIA_TYPES.values()},
    }
}


class FormField(BaseModel):
    """A column of a form: its role and heading."""

    role: str
    heading: str
    label: str


class OfficialForm(BaseModel):
    """A form: what it is for, where it is known from, whether that was verified, its columns and other fields."""

    name: str
    label_zh: str
    label_en: str
    scope: str
    region: str
    since: str
    verified: bool
    source: str
    weights_total: str | None
    columns: list[FormField]
    fields: list[str]
    url: str


class OfficialForms(BaseModel):
    """All forms."""

    items: list[OfficialForm]


class LossReport(BaseModel):
    """Values of a table that a form cannot hold."""

    form: str
    table: str
    losses: list[dict[str, str]]


@router.get(
    "/templates", operation_id="list_forms", summary="官方表样 Official forms", response_model=OfficialForms,
    responses={**PAGE, 303: {"description": "给出 form 时转到其文件 with form: on to its file"}},
)  # fmt: skip
def templates(
    request: Request,
    form: Annotated[
        _Text, Query(description="给出则转到该表样的文件 with it: on to the file of that form", examples=["sn-project"])
    ] = None,
    like: Like = None,
    project: Project = None,
    year: Year = None,
    file: FileFormat = "xlsx",
    format: Format = None,
) -> Response:
    """官方表样：版式、出处、是否核实。The official forms: layout, source, and whether it was verified."""
    if form:
        asked = {"as": file, "like": like, "project": project, "year": year}
        given = urlencode({name: value for name, value in asked.items() if value is not None})
        return RedirectResponse(f"/templates/{quote(form_of(form).name)}?{given}", 303)
    return respond(request, OfficialForms(items=[_described(one) for one in forms().values()]), "templates.html")


@router.get(
    "/templates/{form}", operation_id="get_form", summary="一份表样 A form", response_model=LossReport,
    responses=_FILES,
)  # fmt: skip
def template_file(
    source: StoreNow,
    form: Annotated[str, Path(description="表样名 name of a form", examples=["sn-project"])],
    like: Like = None,
    project: Project = None,
    year: Year = None,
    file: FileFormat = "xlsx",
) -> Response:
    """表样文件：空表、按同类项目建议，或用一张表填写。The form as a file: blank, with proposals, or filled in."""
    made = form_of(form)
    if project and not like:
        return _filled(made, source, project, year, file)
    if project or file == "json":
        raise BadParameter(
            zh="like 与 project 只能用一个；json 需要 project。", en="like or project; json needs project."
        )
    rows = proposals(source, like, made) if like else ()
    return _download(template(made, file, year=year, rows=rows), f"{form}.{file}", file)


def _filled(made: Form, source: StoreNow, project: str, year: int | None, file: str) -> Response:
    found = find_table(source, project)
    asked = "xlsx" if file == "json" else file
    done = convert(found.table, made, asked, year=year or found.disclosure.fiscal_year)
    if file == "json":
        return Response(_report(made, found.table.name, done).model_dump_json(), media_type="application/json")
    response = _download(done.data, f"{found.table.name}.{file}", file)
    response.headers["Jixiao-Losses"] = str(len(done.losses))
    return response


def _report(made: Form, table: str, done: Converted) -> LossReport:
    listed = [
        {
            "field": loss.field, "label": loss.label_zh, "indicator": loss.row, "value": loss.value, "why": loss.why,
            "back": loss.back, "message": loss.line(),
        }
        for loss in done.losses
    ]  # fmt: skip
    return LossReport(form=made.name, table=table, losses=listed)


def _download(data: bytes, name: str, file: str) -> Response:
    disposition = f"attachment; filename=\"form.{file}\"; filename*=UTF-8''{quote(name, safe='')}"
    return Response(data, media_type=MEDIA_TYPES[file], headers={"Content-Disposition": disposition})


def _described(made: Form) -> OfficialForm:
    roles = vocabulary().roles
    return OfficialForm(
        name=made.name,
        label_zh=made.label_zh,
        label_en=made.label_en,
        scope=made.scope,
        region=" ".join(made.region),
        since=made.since,
        verified=made.verified,
        source=made.source,
        weights_total=str(made.total) if made.total is not None else None,
        columns=[
            FormField(role=column.role, heading="".join(column.heading.split()), label=roles[column.role].label)
            for column in made.columns
            if column.role
        ],
        fields=sorted(made.fields - set(made.roles)),
        url=f"/templates/{made.name}",
    )
