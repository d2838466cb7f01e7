"""Terms as JSON, for messages between processes."""

from __future__ import annotations

from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

Term = NamedNode | BlankNode | Literal | Triple


def to_json(term: Term) -> list[Any]:
    """A term as a list that :func:`from_json` reads."""
    if isinstance(term, NamedNode):
        return ["iri", term.value]
    if isinstance(term, BlankNode):
        return ["blank", term.value]
    if isinstance(term, Literal):
        return ["literal", term.value, term.language, None if term.language else term.datatype.value]
    return ["triple", *(to_json(part) for part in term)]


def from_json(parts: list[Any]) -> Term:
    """The inverse of :func:`to_json`."""
    kind, *rest = parts
    if kind == "iri":
        return NamedNode(rest[0])
    if kind == "blank":
        return BlankNode(rest[0])
    if kind == "literal":
        value, language, datatype = rest
        return Literal(value, language=language) if language else Literal(value, datatype=NamedNode(datatype))
    subject, predicate, object = map(from_json, rest)
    return Triple(subject, predicate, object)  # type: ignore[arg-type]
