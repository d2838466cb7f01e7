"""A thing of the graph as JSON-LD, and the context that says what the names in it mean.

The names are those of the ontology: a property ``jx:fiscalYear`` is ``fiscalYear``, others carry their prefix
(``skos:prefLabel``). What exists only within a thing (its target, its quotes) stands inside it; another thing is named
with its IRI and label. Expanded, a document says triples of the store and nothing else.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from graph import iris, resources
from graph.iris import JX, RDF_TYPE, RDFS_LABEL
from graph.mapping import classes, fields_of
from graph.store import Store, Term
from graph.store.rows import solutions

XSD = "http://www.w3.org/2001/XMLSchema#"
PREFIXES = {
    "jx": JX,
    "jxs": f"{iris.BASE}shapes#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "dcterms": "http://purl.org/dc/terms/",
    "prov": "http://www.w3.org/ns/prov#",
    "sh": "http://www.w3.org/ns/shacl#",
    "schema": "https://schema.org/",
    "owl": "http://www.w3.org/2002/07/owl#",
    "qb": "http://purl.org/linked-data/cube#",
    "xsd": XSD,
}
_ABOUT = "SELECT DISTINCT ?thing ?property ?value WHERE { ?thing ?property ?value }"
NAMES = (RDFS_LABEL, f"{PREFIXES['skos']}prefLabel", f"{JX}name")
_PLAIN_INTEGER = re.compile(r"-?(?:0|[1-9]\d{0,14})")  # as JSON and every reader of it can hold exactly
_COERCED = ("decimal", "date", "dateTime", "anyURI")
_LANGUAGED = (
    RDFS_LABEL, f"{PREFIXES['rdfs']}comment", f"{PREFIXES['skos']}prefLabel", f"{PREFIXES['skos']}altLabel",
    f"{PREFIXES['skos']}hiddenLabel", f"{PREFIXES['skos']}definition", f"{PREFIXES['dcterms']}source",
    f"{PREFIXES['sh']}message", f"{PREFIXES['sh']}resultMessage", f"{JX}method",
)  # fmt: skip
_RANGE = f"{PREFIXES['rdfs']}range"

Json = dict[str, Any]


def describe(store: Store, iri: str) -> list[Triple]:
    """The triples about a thing and about what exists only within it; none where it does not exist."""
    found: dict[Triple, None] = {}
    todo, seen = [NamedNode(iri)], {iri}
    while todo:
        node = todo.pop()
        for row in solutions(store.query(_ABOUT, bindings={"thing": node})):
            predicate, value = row["property"], row["value"]
            if isinstance(predicate, NamedNode):
                found[Triple(node, predicate, value)] = None
            if isinstance(value, NamedNode) and value.value not in seen and value.value.startswith(f"{iri}/"):
                seen.add(value.value)
                todo.append(value)
    return list(found)


def labels(store: Store, things: Iterable[str]) -> list[Triple]:
    """What things are called: the triples that name them."""
    found = []
    for iri in dict.fromkeys(things):
        about = solutions(store.query(_ABOUT, bindings={"thing": NamedNode(iri)}))
        known = {(row["property"], row["value"]) for row in about}
        names = [(p, v) for name in NAMES for p, v in known if isinstance(p, NamedNode) and p.value == name]
        first = [(p, v) for p, v in names if p == names[0][0]]
        found += [Triple(NamedNode(iri), p, v) for p, v in sorted(first, key=lambda pair: str(pair[1]))]
    return found


def neighbours(triples: Iterable[Triple]) -> list[str]:
    """The things of this graph that triples point at and do not describe, in order."""
    triples = list(triples)
    described = {t.subject for t in triples}
    values = (t.object for t in triples if t.predicate.value != RDF_TYPE and t.object not in described)
    return sorted({v.value for v in values if isinstance(v, NamedNode) and v.value.startswith(iris.BASE)})


def document(iri: str, triples: Iterable[Triple], names: Iterable[Triple] = ()) -> Json:
    """The thing as JSON-LD without its ``@context``; ``names``: labels of what it points at."""
    known: dict[str, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
    for triple in (*triples, *names):
        if isinstance(triple.subject, NamedNode):
            known[triple.subject.value][triple.predicate.value].append(triple.object)
    return _node(iri, known, set())


def _node(iri: str, known: Mapping[str, Mapping[str, list[Term]]], above: set[str]) -> Json:
    node: Json = {"iri": iri}
    if iri in above or iri not in known:
        return node
    for predicate, values in sorted(known[iri].items(), key=lambda item: (item[0] != RDF_TYPE, item[0])):
        name = "type" if predicate == RDF_TYPE else compact(predicate)
        ordered = sorted(values, key=lambda term: _position(term, known))
        if predicate in _LANGUAGED and any(isinstance(term, Literal) and term.language for term in ordered):
            node[name] = _by_language(ordered)
            continue
        encoded = [_value(term, predicate, known, {*above, iri}) for term in ordered]
        node[name] = encoded[0] if len(encoded) == 1 and predicate not in _lists() else encoded
    return node


def _by_language(terms: Iterable[Term]) -> dict[str, str | list[str]]:
    """``{"zh": …, "en": …}``; several values of a language as a list."""
    found: dict[str, list[str]] = defaultdict(list)
    for term in terms:
        if isinstance(term, Literal):
            found[term.language or "@none"].append(term.value)
    return {language: values[0] if len(values) == 1 else values for language, values in found.items()}


def _position(term: Term, known: Mapping[str, Mapping[str, list[Term]]]) -> tuple[int, str]:
    """In the order of positions where there are some."""
    facts = known.get(term.value, {}) if isinstance(term, NamedNode) else {}
    place = next(iter(facts.get(f"{JX}position", ())), None)
    return int(place.value) if isinstance(place, Literal) else 0, str(term)


def _value(term: Term, predicate: str, known: Mapping[str, Mapping[str, list[Term]]], above: set[str]) -> Any:
    if isinstance(term, NamedNode):
        return compact(term.value) if predicate == RDF_TYPE else _node(term.value, known, above)
    if isinstance(term, BlankNode | Triple):
        return {"iri": str(term)}
    if term.language:
        return {"@value": term.value, "@language": term.language}
    kind, coerced = term.datatype.value, _coercions().get(predicate, f"{XSD}string")
    if kind == coerced:
        return term.value
    if kind == f"{XSD}integer" and coerced == f"{XSD}string" and _PLAIN_INTEGER.fullmatch(term.value):
        return int(term.value)
    if kind == f"{XSD}boolean" and coerced == f"{XSD}string" and term.value in ("true", "false"):
        return term.value == "true"
    return {"@value": term.value, "@type": kind} if kind != f"{XSD}string" else {"@value": term.value}


def compact(iri: str) -> str:
    """The name of a property or class: of the ontology's own, the bare name."""
    if iri == RDFS_LABEL:
        return "label"
    for prefix, namespace in PREFIXES.items():
        local = iri.removeprefix(namespace)
        if local != iri and local.isidentifier():
            return local if prefix == "jx" and local not in ("iri", "type", "url", "label") else f"{prefix}:{local}"
    return iri


@cache
def _ontology() -> tuple[Triple, ...]:
    files = sorted(resources.folder("ontology").glob("*.ttl"))
    return tuple(quad.triple for file in files for quad in parse(path=str(file), format=RdfFormat.TURTLE))


@cache
def _coercions() -> dict[str, str]:
    """Properties whose values are written as plain strings of a datatype: exact decimals and dates."""
    ranges = {
        t.subject.value: t.object.value
        for t in _ontology()
        if t.predicate.value == _RANGE and isinstance(t.subject, NamedNode) and isinstance(t.object, NamedNode)
    }
    return {p: kind for p, kind in ranges.items() if p.startswith(JX) and kind.removeprefix(XSD) in _COERCED}


@cache
def _lists() -> frozenset[str]:
    """Properties that are lists also where they have one value."""
    return frozenset(field.iri for kind in classes() for field in fields_of(kind) if field.many)


@cache
def context() -> Json:
    """The JSON-LD context, made from the ontology."""
    own = sorted({t.subject.value for t in _ontology() if isinstance(t.subject, NamedNode) and _is_property(t)})
    terms: Json = {"@version": 1.1, "@vocab": JX, "iri": "@id", "type": "@type", "url": None, "name": f"{JX}name"}
    terms |= PREFIXES | {compact(iri): {"@id": iri, "@container": "@language"} for iri in _LANGUAGED}
    for iri in own:
        name = compact(iri)
        kind = _coercions().get(iri)
        terms.setdefault(name, {"@id": iri, "@type": kind} if kind else {"@id": iri})
    return {"@context": terms}


def _is_property(triple: Triple) -> bool:
    kinds = ("ObjectProperty", "DatatypeProperty", "SymmetricProperty", "Property")
    subject, kind = triple.subject, triple.object
    return (
        triple.predicate.value == RDF_TYPE
        and isinstance(subject, NamedNode)
        and subject.value.startswith(JX)
        and isinstance(kind, NamedNode)
        and re.split("[#/]", kind.value)[-1] in kinds
    )
