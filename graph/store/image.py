"""A store copied into memory: it answers 5 to 30 times faster than the same store on disk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import IO, Any

from pyoxigraph import DefaultGraph, NamedNode, QueryBoolean, QuerySolutions, QueryTriples, RdfFormat, Variable

from graph.errors import QueryError
from graph.store.embedded import EmbeddedStore, Term
from graph.store.tokens import has_keyword

Dataset = Sequence[Sequence[str]]


class Image(EmbeddedStore):
    """The content of a dump in N-Quads, and what a dump does not tell: the state, and the graphs that are empty."""

    def __init__(self, dump: IO[bytes], state: str, empty: Iterable[str] = ()) -> None:
        super().__init__(None)
        self._opened.bulk_load(dump, RdfFormat.N_QUADS)
        for name in empty:
            self._opened.add_graph(NamedNode(name))
        self._token = state

    def query(
        self,
        sparql: str,
        *,
        bindings: Mapping[str, Term] | None = None,
        dataset: Dataset | None = None,
        base: str | None = None,
    ) -> QuerySolutions | QueryBoolean | QueryTriples:
        """As everywhere, and over graphs chosen from outside (SPARQL 1.1 protocol, 2.1.4): FROM counts for nothing.

        Without a name a graph is the store's default graph.
        """
        values = {Variable(name): value for name, value in (bindings or {}).items()}
        default: list[Any] = [_graph(name) for name in dataset[0]] if dataset else []
        named: list[Any] = [NamedNode(name) for name in dataset[1]] if dataset else []
        try:
            return self._opened.query(
                sparql,
                base_iri=base,
                use_default_graph_as_union=dataset is None and not has_keyword(sparql, "from"),
                default_graph=default if dataset else None,
                named_graphs=named if dataset else None,
                substitutions=values,
            )
        except (SyntaxError, ValueError, RuntimeError) as error:
            raise QueryError(str(error)) from error

    def repeat(self, updates: Iterable[tuple[str, str | None]]) -> None:
        """Do what was done to the store. Raises what the engine raises."""
        for text, base in updates:
            self._opened.update(text, base_iri=base)
        self._token = self._stored_token()


def _graph(name: str) -> NamedNode | DefaultGraph:
    return NamedNode(name) if name else DefaultGraph()
