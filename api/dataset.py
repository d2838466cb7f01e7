"""``/.well-known/void``: what the graph holds and how to ask it, as VoID and DCAT (VoID guide, section 7.2)."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Header, Query, Request, Response
from pyoxigraph import RdfFormat, Triple, serialize

from api.formats import GRAPHS, chosen, content_type
from api.resources import StoreNow
from graph.errors import NotAcceptable
from graph.export.describe import DCAT, DCTERMS, VOID, describe
from graph.iris import JX

router = APIRouter(tags=["服务 Service"])
_PREFIXES = {"void": VOID, "dcat": DCAT, "dcterms": DCTERMS, "jx": JX}
# Counting takes seconds at a million quads: the last description is kept until the store changes.
_last: dict[tuple[str, str], list[Triple]] = {}


@router.get(
    "/.well-known/void",
    operation_id="describe_dataset",
    summary="数据集描述 The dataset",
    response_class=Response,
    responses={
        200: {"content": {f.media_type: {"schema": {} if f.name == "jsonld" else {"type": "string"}} for f in GRAPHS}}
    },
)
def void(
    request: Request,
    source: StoreNow,
    format: Annotated[
        Literal["ttl", "nt", "jsonld", "rdf", ""] | None,
        Query(description="代替 Accept in place of Accept", examples=["ttl"]),
    ] = None,
    accept: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> Response:
    """数据集描述（VoID、DCAT）：规模、类与属性、查询入口。The dataset: size, classes, properties, where to ask."""
    media_type = chosen(GRAPHS, accept, format)
    if media_type is None:
        raise NotAcceptable(format or accept or "")
    base = str(request.base_url)
    triples = _last.get((source.state(), base))
    if triples is None:
        triples = describe(source, service=base)
        _last.clear()
        _last[source.state(), base] = triples
    body = serialize(triples, format=RdfFormat.from_media_type(media_type), prefixes=_PREFIXES) or b""
    return Response(body, headers={"Content-Type": content_type(media_type), "Vary": "Accept"})
