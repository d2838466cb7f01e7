"""``/sparql``: the SPARQL 1.1 protocol for queries, and a page to write them on."""

from __future__ import annotations

import json
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Query, Request, Response

from api.html import render
from api.negotiation import preferred, wants_page
from api.resources import service
from graph.errors import BadParameter, JixiaoError, QueryError
from graph.queries import library
from graph.store.sandbox import Dataset

SOLUTIONS = {
    "application/sparql-results+json": "json",
    "application/json": "json",
    "application/sparql-results+xml": "xml",
    "application/xml": "xml",
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
    "text/xml": "xml",
}
GRAPHS = {
    "text/turtle": "ttl",
    "application/turtle": "ttl",
    "application/n-triples": "nt",
    "text/plain": "nt",
    "application/rdf+xml": "rdf",
    "application/xml": "rdf",
    "text/xml": "rdf",
}
# What ?format= asks for: a format for solutions and one for graphs.
FORMATS: dict[str, tuple[str | None, str | None]] = {
    "json": ("application/sparql-results+json", None),
    "xml": ("application/sparql-results+xml", "application/rdf+xml"),
    "csv": ("text/csv", None),
    "tsv": ("text/tab-separated-values", None),
    "ttl": (None, "text/turtle"),
    "nt": (None, "application/n-triples"),
    "rdf": (None, "application/rdf+xml"),
}
SHOWN_ROWS = 500  # on the page; the links give all

router = APIRouter(tags=["SPARQL"])
_TYPES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "结果 results",
        "content": {media_type: {"schema": {"type": "string"}} for media_type in [*SOLUTIONS, *GRAPHS, "text/html"]},
    }
}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/sparql-query": {"schema": {"type": "string"}},
            "application/x-www-form-urlencoded": {
                "schema": {"type": "object", "required": ["query"], "properties": {"query": {"type": "string"}}}
            },
        },
    }
}
Format = Annotated[str | None, Query(description="json xml csv tsv ttl nt rdf html，代替 Accept 头 in place of Accept")]


@router.get("/sparql", response_class=Response, responses=_TYPES)
async def get_sparql(
    request: Request,
    query: Annotated[str | None, Query(description="SPARQL 1.1", examples=["ASK { ?s ?p ?o }"])] = None,
    default_graph: Annotated[
        list[str] | None, Query(alias="default-graph-uri", description="缺省图，代替 FROM in place of FROM")
    ] = None,
    named_graph: Annotated[
        list[str] | None, Query(alias="named-graph-uri", description="命名图，代替 FROM NAMED in place of FROM NAMED")
    ] = None,
    example: Annotated[str | None, Query(description="网页上的示例 an example on the page")] = None,
    format: Format = None,
) -> Response:
    """SPARQL 查询；不带 query 时是写查询的网页。A SPARQL query; without one, the page to write it on."""
    if query is None and (example is not None or _as_page(request, format)):
        return _page(_example(example))
    return await _answer(request, *_parameters(list(request.query_params.multi_items())), format)


@router.post("/sparql", response_class=Response, responses=_TYPES, openapi_extra=_BODY)
async def post_sparql(request: Request, format: Format = None) -> Response:
    """SPARQL 查询，以表单或正文提交。A SPARQL query as a form or as the body itself."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = _decoded(await request.body())
    if kind == "application/sparql-query":
        pairs = [*request.query_params.multi_items(), ("query", body)]
    elif kind == "application/x-www-form-urlencoded":
        pairs = parse_qsl(body, keep_blank_values=True, max_num_fields=100)
    elif kind == "application/sparql-update":
        raise _refused("UPDATE")
    else:
        raise _unsupported(kind)
    return await _answer(request, *_parameters(pairs), format or dict(pairs).get("format"))


def _decoded(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise QueryError(str(error), zh="查询须用 UTF-8 编码。", en="The query must be UTF-8.") from error


def _parameters(pairs: list[tuple[str, str]]) -> tuple[str, Dataset | None]:
    """Query and dataset among the parameters of a request. Raises QueryError and BadParameter."""
    names = [name for name, _ in pairs]
    if "update" in names:
        raise _refused("UPDATE")
    if names.count("query") != 1:
        raise BadParameter("query", zh="须有且只有一个 query 参数。", en="Exactly one parameter query is needed.")
    default, named = ([v for name, v in pairs if name == wanted] for wanted in ("default-graph-uri", "named-graph-uri"))
    return dict(pairs)["query"], (default, named) if default or named else None


def _refused(what: str) -> JixiaoError:
    error = QueryError(
        what, zh="此服务只回答查询，不接受更新。", en="This service answers queries and takes no updates."
    )
    error.status = 403
    return error


def _unsupported(kind: str) -> JixiaoError:
    error = BadParameter(
        kind or "Content-Type",
        zh="正文须为 application/sparql-query 或 application/x-www-form-urlencoded。",
        en="The body is application/sparql-query or application/x-www-form-urlencoded.",
    )
    error.status = 415
    return error


def _as_page(request: Request, format: str | None) -> bool:
    return format == "html" or (not format and wants_page(request.headers.get("accept"), *SOLUTIONS, *GRAPHS))


async def _answer(request: Request, query: str, dataset: Dataset | None, format: str | None) -> Response:
    if _as_page(request, format):
        return await _shown(request, query, dataset)
    if format is not None and format not in FORMATS:
        raise BadParameter(f"format={format}", zh=f"格式须为 {' '.join(FORMATS)} html 之一。", en="No such format.")
    accept = request.headers.get("accept")
    asked = preferred(accept, list(SOLUTIONS)), preferred(accept, list(GRAPHS))
    solutions, graph = FORMATS[format] if format else asked
    result = await service(request).ask(query, solutions, graph, dataset)
    charset = "; charset=utf-8" if result.media_type.startswith("text/") else ""
    return Response(result.body, headers={"Vary": "Accept", "Content-Type": result.media_type + charset})


# -- the page ---------------------------------------------------------------------------------------------------------


async def _shown(request: Request, query: str, dataset: Dataset | None) -> Response:
    """The result below the query; an error of the query too, so that it can be mended."""
    try:
        result = await service(request).ask(query, "application/sparql-results+json", "text/turtle", dataset)
    except JixiaoError as error:
        return _page(query, error.status, error=error)
    if result.media_type == "text/turtle":
        return _page(query, turtle=result.body.decode())
    answer = json.loads(result.body)
    if "boolean" in answer:
        return _page(query, boolean=answer["boolean"])
    rows = answer["results"]["bindings"]
    return _page(query, columns=answer["head"]["vars"], rows=rows[:SHOWN_ROWS], total=len(rows))


def _example(name: str | None) -> str:
    question = library().get(name or "weight-totals")
    if question is None:
        raise BadParameter(f"example={name}", zh="没有这个示例。", en="No such example.")
    return question.text(())


def _page(query: str, status: int = 200, **result: Any) -> Response:
    shown = {"error": None, "turtle": None, "boolean": None, "columns": None, "rows": [], "total": 0, **result}
    examples = [question for question in library().values() if not question.params]
    return render("sparql.html", status, {"Vary": "Accept"}, query=query, examples=examples, **shown)
