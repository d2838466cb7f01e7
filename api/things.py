"""Every thing of the graph at the path of its IRI: a page, JSON-LD or other RDF; and the JSON-LD context."""

from __future__ import annotations

import json
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import RedirectResponse
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, serialize

from api.answers import Thing as ThingModel
from api.answers import described_by
from api.html import render
from api.links import iri_at, path_of
from api.openapi import HTML, format_of
from api.parameters import chosen
from api.resources import StoreNow
from graph import iris
from graph.errors import NotFound
from graph.export.jsonld import NAMES, PREFIXES, XSD, compact, context, describe, document, labels, neighbours
from graph.iris import JX, RDF_TYPE
from graph.queries import text_of
from graph.queries.lists import lists
from graph.store import Store

router = APIRouter(tags=["资源 Resources"])
FORMATS = {
    "jsonld": "application/ld+json",
    "json": "application/json",
    "ttl": "text/turtle",
    "nt": "application/n-triples",
    "rdf": "application/rdf+xml",
    "html": "text/html",
}
_TEXT = {"schema": {"type": "string"}}
_OBJECT = {"schema": described_by(ThingModel)}
RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "该事物 the thing",
        "content": {
            "application/ld+json": _OBJECT, "application/json": _OBJECT, "text/turtle": _TEXT,
            "application/n-triples": _TEXT, "application/rdf+xml": _TEXT, **HTML,
        },
    },
    303: {"description": "有专页的，转到该页 to its own page, where it has one"},
}  # fmt: skip
_CONTEXT = {"type": "object", "required": ["@context"], "properties": {"@context": {"type": "object"}}}
# What a class is called where a list filters by it.
_SH, _PROV = PREFIXES["sh"], PREFIXES["prov"]
# What the terms of other vocabularies are called that have no label in the store.
_ELSEWHERE = {
    f"{_SH}NodeShape": "校验规则", f"{_SH}PropertyGroup": "规则组", f"{_SH}ValidationResult": "校验结果",
    f"{_SH}Violation": "不合规", f"{_SH}Warning": "存疑", f"{_SH}Info": "提示", f"{_PROV}Activity": "活动",
    f"{_PROV}Agent": "经手人", f"{_PROV}endedAtTime": "何时", f"{_PROV}wasAssociatedWith": "何人",
    f"{_PROV}generated": "存入", f"{_PROV}invalidated": "移出",
}  # fmt: skip
_BOOLEANS = {"true": "是", "false": "否"}
_FILTERS = {"Unit": "unit", "CanonicalIndicator": "concept", "CitedDocument": "basis", "Region": "region"}


@router.get(
    "/context.jsonld", operation_id="get_context", summary="JSON-LD 上下文 JSON-LD context", response_class=Response,
    responses={200: {"description": "上下文 the context", "content": {"application/ld+json": {"schema": _CONTEXT}}}},
)  # fmt: skip
def jsonld_context() -> Response:
    """JSON-LD 上下文：字段名与本体的对应。The JSON-LD context: what the names in documents mean."""
    return Response(json.dumps(context(), ensure_ascii=False), media_type="application/ld+json")


_PATH = Annotated[
    str,
    Path(
        description="IRI 中 id/ 之后的部分，其中的斜杠不编码 what follows id/ in the IRI, its slashes not encoded",
        examples=["region/130105"],
    ),
]
_TERM = Annotated[str, Path(description="词的名称 name of the term", examples=["unit-percent"])]
_RULE = Annotated[str, Path(description="规则编号 id of the rule", examples=["R01"])]
_EXTRA = {"parameters": [format_of(*FORMATS)]}


@router.get(
    "/id/{path:path}", operation_id="get_thing", summary="任何事物 Any thing", response_class=Response,
    responses=RESPONSES, openapi_extra=_EXTRA,
)  # fmt: skip
def by_iri(request: Request, source: StoreNow, path: _PATH) -> Response:
    """任何事物，按其 IRI 的路径。Any thing by the path of its IRI, as a page, JSON-LD or other RDF."""
    return _thing(request, source)


@router.get(
    "/ontology/{name}", operation_id="get_term", summary="本体中的词 A term of the ontology", response_class=Response,
    responses=RESPONSES, openapi_extra=_EXTRA,
)  # fmt: skip
def term(request: Request, source: StoreNow, name: _TERM) -> Response:
    """本体中的一个词：类、属性、单位、指标类别。A term of the ontology: class, property, unit, indicator class."""
    return _thing(request, source)


@router.get(
    "/shapes/{name}", operation_id="get_rule", summary="校验规则 A rule", response_class=Response,
    responses=RESPONSES, openapi_extra=_EXTRA,
)  # fmt: skip
def rule(request: Request, source: StoreNow, name: _RULE) -> Response:
    """一条校验规则。A rule."""
    return _thing(request, source)


@router.get(
    "/ontology", operation_id="get_ontology", summary="本体 The ontology", response_class=Response,
    responses={200: {"description": "本体全文 the ontology as a whole", "content": {"text/turtle": _TEXT}}},
)  # fmt: skip
def ontology(source: StoreNow) -> Response:
    """本体全文（Turtle）。The ontology as a whole, in Turtle."""
    return _rdf(list(source.graph(NamedNode(f"{iris.BASE}ontology"))), RdfFormat.TURTLE)


def _thing(request: Request, store: Store) -> Response:
    iri = iri_at(request)
    triples = describe(store, iri)
    if not triples:
        raise NotFound(iri, zh="图谱中没有这个事物。", en="The graph holds no such thing.")
    media_type = chosen(request, FORMATS)
    own = path_of(iri)
    if media_type == "text/html":
        if not own.startswith(("/id/", "/ontology/", "/shapes/")):
            return RedirectResponse(own, 303, {"Vary": "Accept"})
        return _page(iri, triples, store)
    if "json" in media_type:
        names = labels(store, neighbours(triples))
        body = {"@context": "/context.jsonld", **document(iri, triples, names), "url": own}
        return Response(json.dumps(body, ensure_ascii=False), headers={"Vary": "Accept"}, media_type=media_type)
    rdf = RdfFormat.from_media_type(media_type)
    return _rdf(triples, rdf or RdfFormat.TURTLE)


def _rdf(triples: list[Triple], format: RdfFormat) -> Response:
    known = {name: iri for name, iri in PREFIXES.items() if name != "jxs"}
    body = serialize(sorted(triples, key=str), format=format, prefixes=known) or b""
    charset = "; charset=utf-8" if format.media_type.startswith("text/") else ""
    return Response(body, headers={"Vary": "Accept", "Content-Type": format.media_type + charset})


# -- the page ---------------------------------------------------------------------------------------------------------


def _page(iri: str, triples: list[Triple], store: Store) -> Response:
    kinds = [t.object.value for t in triples if t.predicate.value == RDF_TYPE and isinstance(t.object, NamedNode)
             and t.subject == NamedNode(iri)]  # fmt: skip
    terms = {t.predicate.value for t in triples if t.predicate.value.startswith(JX)}
    known = _names([*triples, *labels(store, [*neighbours(triples), *terms, *kinds])])
    return render(
        "thing.html",
        headers={"Vary": "Accept"},
        iri=iri,
        name=known.get(iri) or iris.text_of(iri),
        facts=_facts(iri, triples, known),
        kinds=[known.get(kind) or compact(kind) for kind in _telling(kinds)],
        related=_related(iri, kinds),
        path=path_of(iri),
    )


def _telling(kinds: list[str]) -> list[str]:
    """Those that say something: ours where there are any, else all."""
    return [kind for kind in kinds if kind.startswith(JX)] or kinds


def _last(iri: str) -> str:
    """An IRI of ours by its last part, any other by what the vocabulary calls it or in full."""
    return iris.text_of(iri) if iri.startswith(f"{iris.BASE}id/") else text_of(NamedNode(iri))


def _names(triples: list[Triple]) -> dict[str, str]:
    """What things are called, in Chinese where there is a choice."""
    names = dict(_ELSEWHERE)
    for triple in triples:
        if triple.predicate.value in NAMES and isinstance(triple.object, Literal):
            iri = str(triple.subject)[1:-1]
            if iri not in names or triple.object.language != "en":
                names[iri] = triple.object.value
    return names


def _order(triple: Triple) -> tuple[bool, str, bool, str]:
    """Names first, properties together, Chinese before English."""
    english = isinstance(triple.object, Literal) and triple.object.language == "en"
    return triple.predicate.value not in NAMES, triple.predicate.value, english, str(triple.object)


def _facts(iri: str, triples: list[Triple], known: dict[str, str]) -> list[tuple[str, list[Any]]]:
    """Headings with values: text, (text, path) for another thing, or the facts of a part."""
    inside = {t.subject.value for t in triples if isinstance(t.subject, NamedNode)} - {iri}
    found: dict[str, list[Any]] = {}
    for triple in sorted(triples, key=_order):
        if (
            not isinstance(triple.subject, NamedNode)
            or triple.subject.value != iri
            or triple.predicate.value == RDF_TYPE
        ):
            continue
        value = triple.object
        heading = known.get(triple.predicate.value) or compact(triple.predicate.value)
        if isinstance(value, NamedNode) and value.value in inside and value.value.startswith(f"{iri}/"):
            shown: Any = {"facts": _facts(value.value, triples, known)}
        elif isinstance(value, NamedNode):
            shown = {"text": known.get(value.value) or _last(value.value), "iri": value.value}
        elif isinstance(value, Literal):
            text = _BOOLEANS.get(value.value, value.value) if value.datatype.value == f"{XSD}boolean" else value.value
            shown = {"text": text, "language": value.language}
        else:
            shown = {"text": str(value)}
        found.setdefault(heading, []).append(shown)
    return list(found.items())


def _related(iri: str, kinds: list[str]) -> list[tuple[str, str, str]]:
    """The lists that can be asked for what has to do with a thing: title in both languages and path."""
    names = {_FILTERS.get(kind.removeprefix(JX), "") for kind in kinds}
    if iri.startswith(f"{iris.BASE}shapes#"):
        names.add("rule")
    value = iris.text_of(iri).rpartition("#")[2] if names & {"basis", "region", "rule"} else iri
    return [
        (question.title_zh, question.title_en, f"/{name}?{parameter.name}={quote(value, safe='')}")
        for name, question in lists().items()
        for parameter in question.params
        if parameter.name in names
    ]
