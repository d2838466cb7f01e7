"""What a store that is only asked by SPARQL can tell, whatever answers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import IO, cast

from pyoxigraph import NamedNode, Quad, QueryBoolean, QuerySolutions, QueryTriples, RdfFormat, Triple
from pyoxigraph import Store as Memory

from graph.store.terms import Term


class Asking(ABC):
    """The reading part of :class:`graph.store.Store`, over its method ``query``."""

    @abstractmethod
    def query(
        self, sparql: str, *, bindings: Mapping[str, Term] | None = None
    ) -> QuerySolutions | QueryBoolean | QueryTriples:
        """See :meth:`graph.store.Store.query`."""

    def graph(self, name: NamedNode) -> Iterator[Triple]:
        """See :meth:`graph.store.Store.graph`."""
        found = self.query(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH {name} {{ ?s ?p ?o }} }}")
        return iter(cast(QueryTriples, found))

    def quads(
        self, subject: NamedNode | None, predicate: NamedNode | None, object: NamedNode | None, name: NamedNode | None
    ) -> Iterator[Quad]:
        """See :meth:`graph.store.Store.quads`; of named graphs."""
        wanted = {"s": subject, "p": predicate, "o": object, "g": name}
        given = {variable: term for variable, term in wanted.items() if term is not None}
        found = self.query("SELECT ?s ?p ?o ?g { GRAPH ?g { ?s ?p ?o } }", bindings=given)
        return (Quad(row["s"], row["p"], row["o"], row["g"]) for row in cast(QuerySolutions, found))

    def graphs(self) -> Iterator[NamedNode]:
        """See :meth:`graph.store.Store.graphs`."""
        # Not DISTINCT: that takes Virtuoso a hundred times longer.
        found = self.query("SELECT ?g { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g")
        return (cast(NamedNode, row["g"]) for row in cast(QuerySolutions, found))


def as_result(triples: IO[bytes] | bytes, format: RdfFormat = RdfFormat.N_TRIPLES) -> QueryTriples:
    """Triples as the result of a query."""
    store = Memory()
    store.bulk_load(triples, format)
    return cast(QueryTriples, store.query("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"))
