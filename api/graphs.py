"""``/graphs``: the SPARQL 1.1 Graph Store Protocol; whole graphs read, and, with the token, put, added to and deleted.

A graph is named by ``?graph=``, is the default graph with ``?default``, or has the IRI under which it is asked for.
Without a name, ``/graphs`` is the store as a whole (TriG, N-Quads), and where a POST makes a new graph.
"""

from __future__ import annotations

import base64
import json
import uuid
from typing import Annotated, Any
from urllib.parse import quote, urljoin

from fastapi import APIRouter, Depends, Query, Request, Response
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, serialize
from starlette.datastructures import UploadFile

from api import formats
from api.authorisation import may_write
from api.formats import DATASETS, GRAPHS, chosen, media_types, parsed_as
from api.resources import service
from api.sparql import respond, streamed
from graph.errors import BadParameter, NotAcceptable, NotFound
from graph.store import is_remote
from graph.store.sandbox import Result, Stop

router = APIRouter(tags=["SPARQL"])
_ALL = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
_READ: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            name: {"schema": {} if name.endswith("json") else {"type": "string"}}
            for name in media_types((*GRAPHS, *DATASETS))
        }
    }
}
_EXAMPLE = Triple(
    NamedNode("https://example.org/a"), NamedNode("http://www.w3.org/2000/01/rdf-schema#label"), Literal("甲")
)


def _body() -> dict[str, Any]:
    """The bodies that are taken, each with the same triple as its example."""
    content: dict[str, Any] = {}
    for format in GRAPHS:
        written = serialize([_EXAMPLE], format=RdfFormat.from_media_type(format.media_type)) or b""
        shown, schema = written.decode(), {"type": "string", "format": f"rdf-{format.name}"}
        if format.name == "jsonld":
            shown, schema = json.loads(shown), {"description": "JSON-LD 1.1"}
        content |= {name: {"schema": schema, "example": shown} for name in format.media_types}
    return {"requestBody": {"required": True, "content": content}}


_BODY = _body()
_WRITTEN: dict[int | str, dict[str, Any]] = {201: {"description": "新建 made"}, 204: {"description": "已改 changed"}}
_IN_URI = "%/:=&?~#+!$,;'@()*[]"
_WRITING = [Depends(may_write)]

Named = Annotated[
    str | None,
    Query(
        alias="graph",
        description="图的 IRI the IRI of the graph",
        examples=["https://w3id.org/jixiao/id/disclosure/22270535d1295005/findings"],
        json_schema_extra={"format": "iri-reference"},
    ),
]
Default = Annotated[
    str | None,
    Query(
        description="缺省图，不带值 the default graph, without a value",
        examples=[""],
        json_schema_extra={"maxLength": 0},
    ),
]
Format = Annotated[
    str | None,
    Query(
        description="代替 Accept 头 in place of the Accept header",
        examples=["ttl"],
        json_schema_extra={"enum": [f.name for f in (*GRAPHS, *DATASETS)]},
    ),
]


class _Whole:
    """The store as a whole."""


def _target(request: Request, graph: str | None, default: str | None) -> NamedNode | _Whole | None:
    """What a request is about: a graph, the default graph (None) or everything. Raises BadParameter."""
    direct = request.url.path.removeprefix("/graphs").strip("/")
    named = [name for name, _ in request.query_params.multi_items() if name in ("graph", "default")]
    if len(named) + bool(direct) > 1:
        raise BadParameter("graph, default", zh="只能指明一个图。", en="Only one graph can be named.")
    if default:
        raise BadParameter(f"default={default[:40]}", zh="default 不带值。", en="default has no value.")
    if default is not None:
        return None
    if graph is None and not direct:
        return _Whole()
    here = str(request.url.replace(query="", fragment=""))
    try:
        return NamedNode(here if graph is None else urljoin(here, graph))
    except ValueError as error:
        raise BadParameter(f"graph={graph}", zh="图的名称须是 IRI。", en="A graph's name is an IRI.") from error


@router.get(
    "/graphs", operation_id="get_graph", summary="取一个图 Get a graph", response_class=Response, responses=_READ
)
@router.get("/graphs/{path:path}", response_class=Response, include_in_schema=False)
async def get_graph(request: Request, graph: Named = None, default: Default = None, format: Format = None) -> Response:
    """一个图；不指明时是整个图谱库（TriG、N-Quads）。A graph; without a name the store as a whole (TriG, N-Quads)."""
    formats.known(format)
    target = _target(request, graph, default)
    offers = DATASETS if isinstance(target, _Whole) else GRAPHS
    media_type = chosen(offers, request.headers.get("accept"), format)
    if media_type is None:
        raise NotAcceptable(format or request.headers.get("accept", ""))
    if isinstance(target, _Whole):
        return await _dump(request, media_type)
    await _require(request, target)
    return await respond(request, _ALL, (None, media_type), ([target.value if target else ""], []))


async def _require(request: Request, name: NamedNode | None) -> None:
    """Raises NotFound for a graph that is not there."""
    held = service(request)

    def asked(stop: Stop) -> Result:
        sandbox = held.live.current().sandbox
        # Another server may know no empty graphs, or say of any name that there is such a graph.
        query = f"ASK {{ GRAPH {name} {{ {'?s ?p ?o' if is_remote(held.settings.store) else ''} }} }}"
        return sandbox.query(query, solutions="text/csv", graph=None, stop=stop)

    if name is not None and b"true" not in ((await held.ask(request, asked)).body or b""):
        raise NotFound(name.value)


async def _dump(request: Request, media_type: str) -> Response:
    held = service(request)

    def dumped(stop: Stop) -> Result:
        sandbox = held.live.current().sandbox
        return sandbox.ask({"op": "dump", "graph": media_type}, sandbox.limits, stop)

    return streamed(await held.ask(request, dumped))


@router.put(
    "/graphs", operation_id="put_graph", summary="替换一个图 Replace a graph", status_code=204, responses=_WRITTEN,
    openapi_extra=_BODY, dependencies=_WRITING,
)  # fmt: skip
@router.put("/graphs/{path:path}", include_in_schema=False, dependencies=_WRITING)
async def put_graph(request: Request, graph: Named = None, default: Default = None) -> Response:
    """换掉一个图的全部内容，须有令牌。Put triples in the place of all that a graph holds; needs the token."""
    target = _one(_target(request, graph, default))
    return await _write(request, "put", target)


@router.post(
    "/graphs", operation_id="post_graph", summary="向图添加 Add to a graph", status_code=204, responses=_WRITTEN,
    openapi_extra=_BODY, dependencies=_WRITING,
)  # fmt: skip
@router.post("/graphs/{path:path}", include_in_schema=False, dependencies=_WRITING)
async def post_graph(request: Request, graph: Named = None, default: Default = None) -> Response:
    """向一个图添加三元组，须有令牌；不指明时新建一个图。Add triples to a graph; without a name make a new one."""
    target = _target(request, graph, default)
    if not isinstance(target, _Whole):
        return await _write(request, "post", target)
    made = NamedNode(str(request.url.replace(path=f"/graphs/{uuid.uuid4()}", query="")))
    return await _write(request, "post", made)


@router.delete(
    "/graphs", operation_id="delete_graph", summary="删除一个图 Delete a graph", status_code=204,
    responses={204: {"description": "已删除 deleted"}}, dependencies=_WRITING,
)  # fmt: skip
@router.delete("/graphs/{path:path}", include_in_schema=False, dependencies=_WRITING)
async def delete_graph(request: Request, graph: Named = None, default: Default = None) -> Response:
    """删除一个图，须有令牌。Delete a graph; needs the token."""
    target = _one(_target(request, graph, default))
    told = await service(request).write(
        request, {"kind": "delete", "graph": target.value if target else None, "base": str(request.url)}
    )
    if not told["existed"]:
        raise NotFound(target.value if target else "")
    return Response(status_code=204)


def _one(target: NamedNode | _Whole | None) -> NamedNode | None:
    if isinstance(target, _Whole):
        raise BadParameter("graph", zh="须指明 graph 或 default。", en="Name a graph, or default.")
    return target


async def _write(request: Request, kind: str, target: NamedNode | None) -> Response:
    name = target.value if target else None
    change = {"kind": kind, "graph": name, "parts": await _parts(request), "base": name or str(request.url)}
    told = await service(request).write(request, change)
    if told["existed"]:
        return Response(status_code=204)
    return Response(status_code=201, headers={"Location": quote(name or "", safe=_IN_URI)})


async def _parts(request: Request) -> list[dict[str, str]]:
    """The triples that a body brings, in one part or, as a form, in several."""
    kind = request.headers.get("content-type", "")
    if not kind.lower().startswith("multipart/form-data"):
        return [_part(parsed_as(kind), await request.body())]
    async with request.form(max_files=1000, max_fields=1000) as form:
        return [await _field(name, part) for name, part in form.multi_items()]


async def _field(name: str, part: UploadFile | str) -> dict[str, str]:
    if isinstance(part, UploadFile):
        return _part(parsed_as(part.content_type or ""), await part.read())
    raise formats.UnsupportedMediaType(name, zh="表单的各部分须是文件。", en="The parts of a form are to be files.")


def _part(media_type: str, data: bytes) -> dict[str, str]:
    return {"media_type": media_type, "data": base64.b64encode(data).decode()}
