"""The library of questions: a list of them, and each with its parameters as JSON, CSV, Excel or a page."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import chain
from typing import Any

from fastapi import APIRouter, Request, Response

from api.answers import Answer as AnswerModel
from api.answers import Questions, described_by
from api.choices import choices
from api.html import render
from api.openapi import HTML, described, format_of
from api.parameters import chosen, given
from api.resources import StoreNow, service
from graph.export.rows import of_answer
from graph.export.tabular import as_bytes
from graph.queries import Answer, Question, library, run
from graph.store import Store

router = APIRouter(tags=["问题 Questions"])
FORMATS = {
    "json": "application/json",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "html": "text/html",
}
_LISTED = {"json": FORMATS["json"], "html": FORMATS["html"]}
Json = dict[str, Any]


def about(question: Question) -> Json:
    """What a question asks and needs."""
    return {
        "name": question.name,
        "url": f"/queries/{question.name}",
        "title_zh": question.title_zh,
        "title_en": question.title_en,
        "description_zh": question.description_zh,
        "description_en": question.description_en,
        "parameters": [
            {
                "name": p.name, "type": p.type, "zh": p.zh, "en": p.en, "required": p.required, "default": p.default,
                "example": p.example, "minimum": p.minimum, "maximum": p.maximum, "choices": list(p.choices) or None,
            }
            for p in question.params
        ],
    }  # fmt: skip


_LIST_RESPONSES: dict[int | str, Json] = {
    200: {
        "description": "全部问题 all questions",
        "content": {"application/json": {"schema": described_by(Questions)}, **HTML},
    }
}


@router.get(
    "/queries", operation_id="list_questions", summary="问题库 The library of questions", response_class=Response,
    responses=_LIST_RESPONSES,
    openapi_extra={"parameters": [format_of("json", "html")]},
)  # fmt: skip
def questions(request: Request) -> Response:
    """问题库：可以直接问的问题及其参数。The library: questions that can be asked, and their parameters."""
    items = [about(question) for question in library().values()]
    if chosen(request, _LISTED) == FORMATS["html"]:
        return render("questions.html", headers={"Vary": "Accept"}, questions=list(library().values()))
    return _json({"items": items, "total": len(items)})


def _json(body: Json) -> Response:
    return Response(json.dumps(body, ensure_ascii=False), headers={"Vary": "Accept"}, media_type=FORMATS["json"])


# -- one question -----------------------------------------------------------------------------------------------------


def _ask(request: Request, store: Store, question: Question) -> Response:
    values = given(request, question.params)
    media_type = chosen(request, FORMATS)
    asked = values or not any(parameter.required for parameter in question.params)
    if media_type == FORMATS["html"] and not asked:  # the form, to be filled in
        return _page(request, store, question, values, None)
    answer = run(store, question.name, service(request).settings.query_rows, **values)
    if media_type == FORMATS["html"]:
        return _page(request, store, question, values, answer)
    if media_type == FORMATS["json"]:
        rows = [{name: row.get(name) for name in answer.columns} for row in answer.rows]
        return _json({**about(question), "columns": answer.columns, "rows": rows, "total": len(rows),
                      "total_capped": answer.more})  # fmt: skip
    kind = "csv" if media_type == FORMATS["csv"] else "xlsx"
    table = of_answer(answer, question.title_zh)
    if answer.more and kind == "xlsx":  # CSV is for programs, which read the header
        told = f"只列出前 {len(answer.terms)} 行，还有更多。Only the first {len(answer.terms)} rows; there are more."
        table = replace(table, rows=chain(table.rows, [[told, *[None] * (len(table.columns) - 1)]]))
    body = as_bytes(table, kind, bom=True)
    charset = "; charset=utf-8" if kind == "csv" else ""
    headers = {
        "Vary": "Accept", "Content-Type": media_type + charset,
        "Content-Disposition": f'attachment; filename="{question.name}.{kind}"',
        "Jixiao-Total-Capped": str(answer.more).lower(),
    }  # fmt: skip
    return Response(body, headers=headers)


def _page(
    request: Request, store: Store, question: Question, values: dict[str, str], answer: Answer | None
) -> Response:
    shown = {p.name: p.default or p.example for p in question.params if p.required or p.default} | values
    return render(
        "question.html", headers={"Vary": "Accept"}, question=question, values=shown, answer=answer, most=SHOWN,
        known=choices(request, store, {p.name: p.type for p in question.params}),
    )  # fmt: skip


SHOWN = 500  # rows on the page; the files hold all


_HEADERS = {
    "Jixiao-Total-Capped": {
        "description": "CSV、Excel：是否还有更多行 CSV, Excel: whether rows were left off",
        "schema": {"type": "string", "enum": ["true", "false"]},
    }
}


def _route(question: Question) -> None:
    def ask(request: Request, source: StoreNow) -> Response:
        return _ask(request, source, question)

    text = {"schema": {"type": "string"}}
    binary = {"schema": {"type": "string", "contentMediaType": FORMATS["xlsx"]}}
    content = {
        "application/json": {"schema": described_by(AnswerModel)},
        "text/csv": text,
        FORMATS["xlsx"]: binary,
        **HTML,
    }
    router.add_api_route(
        f"/queries/{question.name}",
        ask,
        methods=["GET"],
        name=question.name,
        operation_id=f"ask_{question.name.replace('-', '_')}",
        summary=f"{question.title_zh} {question.title_en}",
        description=f"{question.description_zh}{question.description_en}",
        response_class=Response,
        responses={
            200: {"description": f"{question.title_zh} {question.title_en}", "content": content, "headers": _HEADERS}
        },
        openapi_extra={"parameters": [*(described(p) for p in question.params), format_of(*FORMATS)]},
    )


for _question in library().values():
    _route(_question)
