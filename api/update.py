"""``/update``: the SPARQL 1.1 protocol for updates; off unless the service was started with ``--update``."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request, Response

from api.authorisation import may_write
from api.resources import service
from api.sparql import body, graphs, only, posted
from graph.store.guard import refuse_reach
from graph.store.updates import over

router = APIRouter(tags=["SPARQL"])
_EXAMPLE = """INSERT DATA {
  GRAPH <https://example.org/notes> { <https://example.org/a> <http://www.w3.org/2000/01/rdf-schema#label> "甲" }
}"""
_DONE: dict[int | str, dict[str, Any]] = {204: {"description": "已更新 done"}}


@router.post(
    "/update", operation_id="update_sparql", summary="SPARQL 更新 SPARQL update", status_code=204, responses=_DONE,
    openapi_extra=body("update", _EXAMPLE, "using-graph-uri", "using-named-graph-uri"),
    dependencies=[Depends(may_write)],
)  # fmt: skip
async def update(request: Request) -> Response:
    """SPARQL 更新，须有令牌；整体成功或不变。A SPARQL update; needs the token; all of it is done, or nothing."""
    pairs = await posted(request, "update")
    text = only(pairs, "update")
    refuse_reach(text)
    dataset = graphs(pairs, "using-graph-uri", "using-named-graph-uri")
    if dataset:
        text = over(text, *dataset)
    base = str(request.url.replace(query=""))
    await service(request).write(request, {"kind": "update", "sparql": text, "base": base})
    return Response(status_code=204)
