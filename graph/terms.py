"""What the ontology says about its own classes and properties: names and definitions in both languages."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from graph import resources
from graph.iris import JX

_LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
_DEFINITION = "http://www.w3.org/2004/02/skos/core#definition"


@dataclass(frozen=True, slots=True)
class Term:
    """A class or property: its name and its definition, Chinese and English; empty where the ontology has none."""

    label_zh: str = ""
    label_en: str = ""
    definition_zh: str = ""
    definition_en: str = ""


@cache
def terms() -> dict[str, Term]:
    """Every class and property of ``ontology/jixiao.ttl`` by its IRI."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    names = {_LABEL: "label", _DEFINITION: "definition"}
    for quad in parse(path=resources.folder("ontology") / "jixiao.ttl", format=RdfFormat.TURTLE):
        name, value = names.get(quad.predicate.value), quad.object
        if name and isinstance(quad.subject, NamedNode) and isinstance(value, Literal) and value.language:
            found[quad.subject.value][f"{name}_{value.language}"] = value.value
    return {iri: Term(**texts) for iri, texts in found.items()}


def term(name: str) -> Term:
    """A term by its IRI or by its local name in ``jx:``; an empty one where the ontology has none."""
    return terms().get(name if ":" in name else JX + name, Term())


def column_term(column: str) -> Term:
    """The property that a column is called after: fiscal_year → jx:fiscalYear, department_name → jx:department."""
    for name in (column, column.removesuffix("_name")):
        head, *rest = name.split("_")
        found = term(head + "".join(word.capitalize() for word in rest))
        if found.label_zh:
            break
    return found
