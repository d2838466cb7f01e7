"""The triples of one disclosure, looked up by subject and property."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from pyoxigraph import Literal, NamedNode, Triple

from graph.iris import JX, RDF_TYPE

XSD = "http://www.w3.org/2001/XMLSchema#"


class Facts:
    """What a disclosure's graph says; names are local names of ``jx:``."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self._values: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._instances: dict[str, list[str]] = defaultdict(list)
        for triple in triples:
            subject, value = triple.subject, triple.object
            if isinstance(subject, NamedNode) and isinstance(value, NamedNode | Literal):
                self._values[subject.value, triple.predicate.value].append(value.value)
                if triple.predicate.value == RDF_TYPE:
                    self._instances[value.value].append(subject.value)

    def instances(self, name: str) -> list[str]:
        """IRIs of the things of a class, in order."""
        return sorted(self._instances.get(JX + name, ()))

    def values(self, subject: str, name: str) -> list[str]:
        """IRIs or texts under a property, in order."""
        return sorted(self._values.get((subject, JX + name), ()))

    def value(self, subject: str | None, name: str) -> str | None:
        """The one value of a property, or None."""
        return next(iter(self._values.get((subject, JX + name), ())), None) if subject else None


def about(subject: str, name: str, value: str | Literal) -> Triple:
    """``subject jx:name value``; a str is an IRI."""
    term = NamedNode(value) if isinstance(value, str) else value
    return Triple(NamedNode(subject), NamedNode(name if ":" in name else JX + name), term)


def decimal(text: object) -> Literal:
    """An xsd:decimal as a store keeps it: 80.00 is 80."""
    plain = format(text, "f") if not isinstance(text, str) else text
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return Literal(plain, datatype=NamedNode(XSD + "decimal"))
