"""``/search``: names, goals and bases by any piece of their text."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from markupsafe import Markup, escape

from api.answers import Hits, described_by
from api.html import render
from api.links import path_of
from api.openapi import HTML, LONGEST, format_of, query
from api.parameters import chosen, integer
from api.resources import service
from graph.errors import BadParameter
from graph.search import KINDS, Hit, fold

router = APIRouter(tags=["资源 Resources"])
LABELS = {
    "department": ("部门", "department"), "project": ("项目", "project"), "concept": ("标准指标", "concept"),
    "indicator": ("指标", "indicator"), "basis": ("依据", "basis"), "goal": ("绩效目标", "goal"),
}  # fmt: skip
_AROUND = 40  # characters of a goal before and behind the words
Json = dict[str, Any]

_PARAMETERS = [
    query(
        "q", {"type": "string", "maxLength": LONGEST}, "要找的文字，一个字也可以 words, of one character too", "满意"
    ),
    query("kind", {"type": "string", "enum": list(KINDS)}, "只找这一类 only this kind", "project"),
    query("limit", {"type": "integer", "minimum": 1, "maximum": 500}, "至多几项 items at most", 20),
    format_of("json", "html"),
]


@router.get(
    "/search",
    operation_id="search",
    summary="查找 Search",
    response_class=Response,
    responses={200: {"description": "按相符程度排列 best first", "content": {
        "application/json": {"schema": described_by(Hits)}, **HTML}}},
    openapi_extra={"parameters": _PARAMETERS},
)  # fmt: skip
def search(request: Request) -> Response:
    """查找部门、项目、指标、标准指标、依据、绩效目标。Find names, bases and goals by any piece of their text."""
    words, kind = request.query_params.get("q", ""), request.query_params.get("kind") or None
    if kind is not None and kind not in KINDS:
        raise BadParameter(
            f"kind={kind[:40]}", zh=f"kind 应为 {'、'.join(KINDS)} 之一。", en=f"kind is one of {KINDS}."
        )
    if len(words) > LONGEST:
        raise BadParameter("q", zh=f"q 至多 {LONGEST} 个字符。", en=f"q holds at most {LONGEST} characters.")
    limit = integer(request, "limit", 1, service(request).settings.max_page_size) or 50
    as_page = chosen(request, {"json": "application/json", "html": "text/html"}) == "text/html"
    state, index = service(request).index()
    hits = index.search(words, [kind] if kind else KINDS, limit)
    headers = {"Vary": "Accept"}
    if state != service(request).live.current().store.state():
        headers["Cache-Control"] = "no-store"  # what the old index gives is not to stay
    if as_page:
        shown = [{**_item(hit, words), "marked": _marked(_piece(hit, words), words)} for hit in hits]
        told = {"q": words, "kind": kind or "", "hits": shown, "labels": LABELS}
        return render("search.html", 200, headers, **told)
    body = {"q": words, "items": [_item(hit, words) for hit in hits]}
    return Response(json.dumps(body, ensure_ascii=False), headers=headers, media_type="application/json")


def _item(hit: Hit, words: str) -> Json:
    entry = hit.entry
    url = path_of(entry.iri) if entry.iri else f"/indicators?q={quote(entry.text)}"
    return {
        "kind": entry.kind, "text": _piece(hit, words), "iri": entry.iri, "url": url, "context": entry.context,
        "count": entry.count, "exact": hit.exact,
    }  # fmt: skip


def _piece(hit: Hit, words: str) -> str:
    """A name as a whole; of a goal the part around the first word."""
    text = hit.entry.text
    if hit.entry.kind != "goal" or len(text) <= 3 * _AROUND:
        return text
    first = (fold(words).split() or [""])[0]
    start = max(0, fold(text).find(first) - _AROUND)
    end = start + 2 * _AROUND + len(first)
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"


def _marked(text: str, words: str) -> Markup:
    """The text with what was searched for marked, everything escaped."""
    folded, shown, position = fold(text), Markup(), 0
    if len(folded) != len(text):  # ㎡ and its like fold to more characters than one
        return escape(text)
    spans = sorted((i, i + len(w)) for w in fold(words).split() if (i := folded.find(w)) >= 0)
    for start, end in spans:
        if start >= position:
            shown += escape(text[position:start]) + Markup("<mark>") + escape(text[start:end]) + Markup("</mark>")
            position = end
    return shown + escape(text[position:])
