"""``/sparql``: the SPARQL 1.1 protocol for queries, and a page to write them on."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, cast
from urllib.parse import parse_qsl

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from fastapi.routing import APIRoute
from pydantic import Field
from pyoxigraph import NamedNode

from api import formats
from api.answers import SparqlResults, described_by
from api.description import description
from api.formats import GRAPHS, SOLUTIONS, UnsupportedMediaType, chosen, media_types
from api.html import render
from api.negotiation import wants_page
from api.resources import service
from api.service import Answer
from graph.errors import BadParameter, JixiaoError, NotAcceptable, QueryError
from graph.queries import library
from graph.store.sandbox import Dataset, Result, Stop
from graph.store.tokens import has_keyword

FORM = "application/x-www-form-urlencoded"
SHOWN_ROWS = 500  # on the page; the links give all
EXAMPLE = """PREFIX jx: <https://w3id.org/jixiao/ontology#>
SELECT ?name ?weight { ?indicator jx:level3 ?name ; jx:weight ?weight } ORDER BY DESC(?weight) ?name LIMIT 2"""
GRAPH = "https://w3id.org/jixiao/id/disclosure/22270535d1295005"
Pairs = list[tuple[str, str]]
Graph = Annotated[str, Field(json_schema_extra={"format": "iri"})]


class _Direct(APIRoute):
    """A route that reads the request itself: for OpenAPI its parameters are declared, but not parsed a second time."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The endpoint as it is."""
        return cast(Callable[[Request], Coroutine[Any, Any, Response]], self.endpoint)


router = APIRouter(tags=["SPARQL"], route_class=_Direct)
_ALL = [*media_types(SOLUTIONS), *media_types(GRAPHS)]
_TYPES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "结果 results",
        "content": {
            media_type: {"schema": {} if media_type.endswith("json") else {"type": "string"}}
            for media_type in [*_ALL, "text/html"]
        }
        | {name: {"schema": described_by(SparqlResults)} for name in SOLUTIONS[0].media_types},
    }
}


def body(operation: str, text: str, *graphs: str) -> dict[str, Any]:
    """A body that is a query (or update) or a form that holds it, for OpenAPI; ``graphs`` name its dataset."""
    language: dict[str, Any] = {"type": "string", "format": f"sparql-{operation}"}
    form = {"type": "object", "required": [operation], "properties": {operation: language}}
    content = {
        f"application/sparql-{operation}": {"schema": language, "example": text},
        FORM: {"schema": form, "example": {operation: text}},
    }
    chosen = [
        {
            "name": name, "in": "query", "required": False, "example": [GRAPH],
            "schema": {"type": "array", "items": {"type": "string", "format": "iri"}},
            "description": "正文是语句本身时所用的图 graphs to be used, where the body is the text itself",
        }
        for name in graphs
    ]  # fmt: skip
    return {"parameters": chosen, "requestBody": {"required": True, "content": content}}


Format = Annotated[
    str | None,
    Query(
        description="代替 Accept 头；也可写媒体类型 in place of the Accept header; a media type is taken too",
        examples=["json"],
        json_schema_extra={"enum": [f.name for f in (*SOLUTIONS, *GRAPHS)] + ["html"]},
    ),
]


@router.get(
    "/sparql",
    operation_id="query_sparql",
    summary="SPARQL 查询 SPARQL query",
    response_class=Response,
    responses=_TYPES,
)
async def get_sparql(
    request: Request,
    query: Annotated[
        str | None, Query(description="SPARQL 1.1", examples=[EXAMPLE], json_schema_extra={"format": "sparql-query"})
    ] = None,
    default_graph: Annotated[
        list[Graph] | None,
        Query(alias="default-graph-uri", description="缺省图，代替 FROM in place of FROM", examples=[[GRAPH]]),
    ] = None,
    named_graph: Annotated[
        list[Graph] | None,
        Query(
            alias="named-graph-uri", description="命名图，代替 FROM NAMED in place of FROM NAMED", examples=[[GRAPH]]
        ),
    ] = None,
    example: Annotated[
        str | None,
        Query(
            description="网页上先写好的问题 a question that the page begins with",
            examples=["weight-totals"],
            json_schema_extra={"enum": [question.name for question in library().values()]},
        ),
    ] = None,
    format: Format = None,
) -> Response:
    """SPARQL 查询；不带参数时是服务说明或写查询的网页。

    A SPARQL query; without parameters, the service description, or the page to write queries on.
    """
    asked = request.query_params
    if "query" not in asked and ("example" in asked or _as_page(request, asked.get("format"))):
        return _page(example_text(asked.get("example")))
    if not asked:
        return _described(request)
    return await _answer(request, list(asked.multi_items()), asked.get("format"))


@router.post(
    "/sparql", operation_id="post_sparql", summary="提交 SPARQL 查询 SPARQL query, posted", response_class=Response,
    responses=_TYPES, openapi_extra=body("query", EXAMPLE, "default-graph-uri", "named-graph-uri"),
)  # fmt: skip
async def post_sparql(request: Request, format: Format = None) -> Response:
    """SPARQL 查询，以表单或正文提交。A SPARQL query as a form or as the body itself."""
    pairs = await posted(request, "query")
    return await _answer(request, pairs, dict(pairs).get("format"))


async def posted(request: Request, operation: str) -> Pairs:
    """The parameters of a POST, as a form or beside a body that is the query (or update) itself.

    Raises UnsupportedMediaType, and QueryError for what is not UTF-8.
    """
    kind, _, parameters = request.headers.get("content-type", "").partition(";")
    kind, outside = kind.strip().lower(), list(request.query_params.multi_items())
    charset = parameters.lower().replace(" ", "").replace('"', "").partition("charset=")[2].partition(";")[0]
    if charset not in ("", "utf-8", "utf8", "us-ascii"):
        raise _not_utf8(charset)
    if kind == f"application/sparql-{operation}":
        return [*outside, (operation, _decoded(await request.body()))]
    if kind == FORM:
        try:
            inside = parse_qsl(_decoded(await request.body()), True, errors="strict", max_num_fields=1000)
        except ValueError as error:
            raise BadParameter(str(error)) from error
        return [*outside, *inside]
    raise UnsupportedMediaType(
        kind or "Content-Type",
        zh=f"正文须为 application/sparql-{operation} 或 {FORM}。",
        en=f"The body is application/sparql-{operation} or {FORM}.",
    )


def _decoded(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise _not_utf8(str(error)) from error


def _not_utf8(detail: str) -> JixiaoError:
    return QueryError(detail, zh="语句须用 UTF-8 编码。", en="The text must be UTF-8.")


def only(pairs: Pairs, operation: str) -> str:
    """The one query (or update) among the parameters. Raises BadParameter, also for one of the other kind."""
    other = "query" if operation == "update" else "update"
    names = [name for name, _ in pairs]
    if other in names:
        raise BadParameter(other, zh=f"此路径不接受 {other} 参数。", en=f"This path takes no parameter {other}.")
    if names.count(operation) != 1:
        raise BadParameter(
            operation, zh=f"须有且只有一个 {operation} 参数。", en=f"Exactly one parameter {operation} is needed."
        )
    return dict(pairs)[operation]


def graphs(pairs: Pairs, default: str, named: str) -> Dataset | None:
    """The dataset that two kinds of parameters choose."""
    found = [[value for name, value in pairs if name == wanted] for wanted in (default, named)]
    for value in found[0] + found[1]:
        try:
            NamedNode(value)
        except ValueError as error:
            raise BadParameter(value[:200], zh="图的名称须是 IRI。", en="A graph's name is an IRI.") from error
    return (found[0], found[1]) if any(found) else None


def _as_page(request: Request, format: str | None) -> bool:
    return format == "html" or (not format and wants_page(request.headers.get("accept"), *_ALL))


def _described(request: Request) -> Response:
    media_type = chosen(GRAPHS, request.headers.get("accept"), None)
    if media_type is None:
        raise NotAcceptable(request.headers.get("accept", ""))
    update = str(request.url.replace(path="/update")) if service(request).settings.update else None
    body = description(str(request.url), update, media_type)
    return Response(body, headers={"Vary": "Accept", "Content-Type": formats.content_type(media_type)})


async def _answer(request: Request, pairs: Pairs, format: str | None) -> Response:
    query, dataset = only(pairs, "query"), graphs(pairs, "default-graph-uri", "named-graph-uri")
    if _as_page(request, format):
        return await _shown(request, query, dataset)
    formats.known(format)
    accept = request.headers.get("accept")
    asked = chosen(SOLUTIONS, accept, format), chosen(GRAPHS, accept, format)
    return await respond(request, query, asked, dataset)


async def respond(
    request: Request, query: str, media_types: tuple[str | None, str | None], dataset: Dataset | None
) -> Response:
    """The result of a query as a response."""
    answer = await _asked(request, query, media_types, dataset)
    lasting = not has_keyword(query, "now", "rand", "uuid", "bnode")
    return streamed(answer, lasting)


def streamed(answer: Answer, lasting: bool = True) -> Response:
    """A result as a response, in one piece or as it comes; ``lasting`` if the same store always gives the same."""
    headers = {
        "Vary": "Accept",
        "Cache-Control": "no-cache" if lasting else "no-store",
        "Content-Type": formats.content_type(answer.media_type),
    }
    body = answer.body
    return StreamingResponse(answer.chunks(), headers=headers) if body is None else Response(body, headers=headers)


async def _asked(
    request: Request, query: str, media_types: tuple[str | None, str | None], dataset: Dataset | None
) -> Answer:
    held, (solutions, graph) = service(request), media_types
    base = str(request.url.replace(query="", fragment=""))

    def evaluate(stop: Stop) -> Result:
        sandbox = held.live.current().sandbox
        return sandbox.query(query, solutions=solutions, graph=graph, dataset=dataset, base=base, stop=stop)

    return await held.ask(request, evaluate)


# -- the page ---------------------------------------------------------------------------------------------------------


async def _shown(request: Request, query: str, dataset: Dataset | None) -> Response:
    """The result below the query; an error of the query too, so that it can be mended."""
    try:
        result = await _asked(request, query, (SOLUTIONS[0].media_type, GRAPHS[0].media_type), dataset)
    except JixiaoError as error:
        return _page(query, error.status, error=error)
    body = b"".join([chunk async for chunk in result.chunks()])
    if result.media_type == GRAPHS[0].media_type:
        return _page(query, turtle=body.decode())
    answer = json.loads(body)
    if "boolean" in answer:
        return _page(query, boolean=answer["boolean"])
    rows = answer["results"]["bindings"]
    return _page(query, columns=answer["head"]["vars"], rows=rows[:SHOWN_ROWS], total=len(rows))


def example_text(name: str | None) -> str:
    """The text of a question of the library to begin with. Raises BadParameter where there is none of the name."""
    question = library().get(name or "weight-totals")
    if question is None:
        raise BadParameter(f"example={name}", zh="没有这个示例。", en="No such example.")
    return question.text(())


def _page(query: str, status: int = 200, **result: Any) -> Response:
    shown = {"error": None, "turtle": None, "boolean": None, "columns": None, "rows": [], "total": 0, **result}
    examples = [question for question in library().values() if not question.params]
    return render("sparql.html", status, {"Vary": "Accept"}, query=query, examples=examples, **shown)
