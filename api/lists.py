"""Lists of things, one a query of ``graph/queries/service`` that has columns: JSON, or a page where a browser asks."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from api.choices import choices
from api.html import render
from api.items import item
from api.links import decode_next, encode_next
from api.openapi import common, described, list_schema
from api.parameters import chosen, given, integer
from api.resources import JSON, StoreNow, service
from graph.errors import BadParameter
from graph.export.relations import relations
from graph.queries import Parameter, Question
from graph.queries.lists import columns, keys, lists, sort_of
from graph.store import Store, is_remote

router = APIRouter(tags=["资源 Resources"])
_TOKEN = re.compile(r"(\d{1,9}) (\S+)")
EXPORTED = {"department", "region", "year", "disclosure"}  # filters that lists as files have too
Json = dict[str, Any]


def page(request: Request, store: Store, name: str, whole: bool = False) -> Json:
    """One page of a list by the parameters of the request; ``whole``: with every field. Raises BadParameter."""
    question, settings = lists()[name], service(request).settings
    values = given(request, [p for p in question.params if p.name != "item"])
    order = request.query_params.get("sort") or None
    sort_of(question, order)
    limit = integer(request, "limit", 1, settings.max_page_size) or settings.page_size
    wanted = _fields(request, question)
    # A server of its own may bound what it sorts (Virtuoso: 10,000 rows).
    most = min(settings.max_listed, settings.max_listed_remote) if is_remote(settings.store) else settings.max_listed
    known = (store.state(), name, tuple(sorted(values.items())), order)
    found = service(request).keys.of(known, lambda: keys(store, question, values, order, most + 1))
    listed = found[:most]
    start = _start(request, listed)
    shown = listed[start : start + limit]
    items = [item(question, iri, columns(store, question, iri), None if whole else wanted) for iri in shown]
    token = encode_next(f"{start + limit} {shown[-1]}") if start + limit < len(listed) else None
    return {
        "items": items, "total": len(listed), "total_capped": len(found) > most, "next": token,
        "next_url": _next_url(request, token),
    }  # fmt: skip


def _start(request: Request, listed: list[str]) -> int:
    """Where the page begins: behind the last item of the one before, though the list may have changed since."""
    token = decode_next(request.query_params.get("next"))
    if token is None:
        return 0
    match = _TOKEN.fullmatch(token)
    if match is None:
        raise BadParameter("next", zh="next 须取自上一页。", en="next is to be taken from the page before.")
    position, last = int(match[1]), match[2]
    if 0 < position <= len(listed) and listed[position - 1] == last:
        return position
    return listed.index(last) + 1 if last in listed else min(position, len(listed))


def _position(request: Request) -> int:
    """The number of the first item of a page, for people; the list may have changed since the page before."""
    match = _TOKEN.fullmatch(decode_next(request.query_params.get("next")) or "")
    return int(match[1]) + 1 if match else 1


def _file(name: str, filters: list[Parameter], request: Request) -> str | None:
    """Where the whole list can be had as Excel; None where a filter is set that the export does not know."""
    given = {p.name: value for p in filters if (value := request.query_params.get(p.name))}
    if name not in relations() or not set(given) <= EXPORTED:
        return None
    return f"/export/list/{name}?{urlencode({**given, 'format': 'xlsx'})}"


def _next_url(request: Request, token: str | None) -> str | None:
    return None if token is None else f"{request.url.path}?{urlencode([*_kept(request), ('next', token)])}"


def _first_url(request: Request) -> str:
    return f"{request.url.path}?{urlencode(_kept(request))}"


def _kept(request: Request) -> list[tuple[str, str]]:
    """What was asked for, without the page."""
    return [(key, value) for key, value in request.query_params.multi_items() if key != "next" and value]


def _fields(request: Request, question: Question) -> list[str] | None:
    asked = request.query_params.get("fields")
    if not asked:
        return None
    known = dict.fromkeys(
        ["id", "iri", "name", "url", *(column.name.partition("__")[0] for column in question.columns)]
    )
    wanted = [part.strip() for part in asked.split(",") if part.strip()]
    unknown = [part for part in wanted if part not in known]
    if unknown:
        raise BadParameter(
            f"fields={unknown[0][:40]}", zh=f"fields 可取 {'、'.join(known)}。", en=f"fields are of {', '.join(known)}."
        )
    return wanted


# -- the routes -------------------------------------------------------------------------------------------------------


def _route(name: str, question: Question) -> None:
    def listing(request: Request, source: StoreNow) -> Response:
        as_page = chosen(request, {"json": JSON, "html": "text/html"}) == "text/html"
        found = page(request, source, name, whole=as_page)  # a row of a page links by fields that nobody asks for
        headers = {"Vary": "Accept"}
        if not as_page:
            return Response(json.dumps(found, ensure_ascii=False), headers=headers, media_type=JSON)
        shown = [p for p in question.params if p.name != "item"]
        values = {p.name: request.query_params.get(p.name) or p.default for p in shown}
        values["sort"] = request.query_params.get("sort")
        return render(
            "list.html", headers=headers, name=name, question=question, filters=shown, values=values, data=found,
            known=choices(request, source, {p.name: p.type for p in shown}), first=_position(request),
            file=_file(name, shown, request),
            set_names={p.name for p in shown if values[p.name] != p.default}, start_url=_first_url(request),
        )  # fmt: skip

    router.add_api_route(
        f"/{name}",
        listing,
        methods=["GET"],
        name=name,
        operation_id=f"list_{name}",
        summary=f"{question.title_zh} {question.title_en}",
        description=f"{question.description_zh}{question.description_en}",
        response_class=Response,
        responses=list_schema(name, question),
        openapi_extra={
            "parameters": [
                *(described(p) for p in question.params if p.name != "item"),
                *common(question.sorts, question.columns),
            ]
        },
    )


for _name, _question in lists().items():
    _route(_name, _question)
