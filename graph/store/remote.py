"""The store on another SPARQL 1.1 server: everything above :mod:`graph.store` works on it unchanged."""

from __future__ import annotations

import secrets
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, cast

from pyoxigraph import (
    BlankNode,
    NamedNode,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Triple,
    parse_query_results,
    serialize,
)

from graph import iris
from graph.errors import QueryError, StoreError
from graph.store.asking import Asking, as_result
from graph.store.batches import batches
from graph.store.bound import bound
from graph.store.embedded import canonical
from graph.store.guard import refuse_reach
from graph.store.http import Fields, RemoteError, Server, server
from graph.store.terms import Term
from graph.store.updates import insertion

SECONDS = 60.0  # for questions of our own
ACCEPT = (
    "application/sparql-results+xml, application/sparql-results+json;q=0.8, "
    "application/n-triples, text/turtle;q=0.8, application/rdf+xml;q=0.5"
)
# Some servers (Oxigraph) take this to mean that the default graph is the union of all; to others it says nothing.
UNION: Fields = (("union-default-graph", "true"),)
_BATCH = 500  # triples an operation: servers bound the length of one (Virtuoso: 10,000 lines)
_STATE = NamedNode(f"{iris.BASE}id/state")
_TOKEN = NamedNode("http://purl.org/dc/terms/identifier")


class RemoteStore(Asking):
    """:class:`graph.store.Store` on a server. Its state tells only of changes that were made through this class."""

    def __init__(self, url: str, *, read_only: bool = False) -> None:
        self.server: Server = server(url)
        self._read_only = read_only
        self._writing = threading.Lock()
        self._check_union()

    def _check_union(self) -> None:
        """Raises StoreError for a server whose default graph leaves out the named graphs."""
        if self._answers("ASK { GRAPH ?g { ?s ?p ?o } }") and not self._answers("ASK { ?s ?p ?o }"):
            raise StoreError(
                place=self.server.query_url,
                zh="远程图谱库的缺省图须是全部命名图的并集，请修改其设置。",
                en="The remote store's default graph must be the union of all graphs: set it so.",
            )

    def _answers(self, ask: str) -> bool:
        return bool(cast(QueryBoolean, self.query(ask)))

    def query(
        self, sparql: str, *, bindings: Mapping[str, Term] | None = None
    ) -> QuerySolutions | QueryBoolean | QueryTriples:
        """See :meth:`graph.store.Store.query`."""
        return self.ask(bound(sparql, bindings or {}), UNION, SECONDS)

    def ask(self, sparql: str, fields: Fields, seconds: float) -> QuerySolutions | QueryBoolean | QueryTriples:
        """Answer a query as it is, with more fields of the protocol. Raises what :mod:`graph.store.http` raises."""
        with self.server.ask([("query", sparql), *fields], ACCEPT, seconds) as (media_type, body):
            return _result(media_type, body.read(), self.server.query_url)

    def replace(self, graphs: Mapping[NamedNode, Iterable[Triple]]) -> bool:
        """See :meth:`graph.store.Store.replace`: one request, so one transaction where the server has them.

        A server that takes no request of such a length gets one for every few hundred triples.
        """
        with self._writing:
            lists = {name: list(triples) for name, triples in graphs.items()}
            changed = {name: new for name, new in lists.items() if canonical(new) != canonical(self.graph(name))}
            if changed:
                self._change([operation for name, new in changed.items() for operation in _replacement(name, new)])
            return bool(changed)

    def remove(self, graphs: Iterable[NamedNode]) -> None:
        """See :meth:`graph.store.Store.remove`."""
        with self._writing:
            there = set(self.graphs())
            if gone := set(graphs) & there:
                self._change([f"DROP SILENT GRAPH {name}" for name in gone])

    def update(self, sparql: str, base: str | None = None) -> None:
        """Run an update from outside; the state changes afterwards. Raises what :mod:`graph.store.http` raises."""
        refuse_reach(sparql)
        with self._writing:
            self.server.update(f"BASE <{base}> {sparql}" if base else sparql, SECONDS)
            self._change([])

    def change(self, operations: list[str]) -> None:
        """Run update operations of ours."""
        with self._writing:
            self._change(operations)

    def has_graph(self, name: NamedNode) -> bool:
        """Whether a graph has triples: servers differ in whether an empty one is there."""
        return self._answers(f"ASK {{ GRAPH {name} {{ ?s ?p ?o }} }}")

    def graphs(self) -> Iterator[NamedNode]:
        """See :meth:`graph.store.Store.graphs`."""
        return (name for name in super().graphs() if name != _STATE)

    def state(self) -> str:
        """See :meth:`graph.store.Store.state`."""
        found = cast(QuerySolutions, self.query(f"SELECT ?t {{ GRAPH {_STATE} {{ {_STATE} {_TOKEN} ?t }} }}"))
        return "-".join(sorted(row["t"].value for row in found)) or "0"

    def dump(self, stream: IO[bytes], format: RdfFormat) -> None:
        """See :meth:`graph.store.Store.dump`."""
        if format.supports_datasets:
            quads = (Quad(t.subject, t.predicate, t.object, name) for name in self.graphs() for t in self.graph(name))
            serialize(quads, stream, format)
        else:
            query = "CONSTRUCT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } }"
            serialize(cast(QueryTriples, self.query(query)), stream, format)

    def close(self) -> None:
        """See :meth:`graph.store.Store.close`."""
        self.server.close()

    def _change(self, operations: list[str]) -> None:
        if self._read_only:
            raise StoreError(zh="图谱库以只读方式打开，不能写入。", en="The store was opened read-only.")
        token = f'INSERT DATA {{ GRAPH {_STATE} {{ {_STATE} {_TOKEN} "{secrets.token_hex(8)}" }} }}'
        operations = [*operations, f"DROP SILENT GRAPH {_STATE}", token]
        try:
            self.server.update(" ;\n".join(operations), SECONDS)
        except QueryError:
            # Virtuoso bounds the length of a request. Each operation may be repeated: a graph begins by its removal.
            for operation in operations:
                self.server.update(operation, SECONDS)


def _replacement(name: NamedNode, triples: list[Triple]) -> Iterator[str]:
    yield f"DROP SILENT GRAPH {name}"
    for batch in batches(triples, _BATCH):
        text = insertion(name, batch)
        if any(isinstance(term, BlankNode) for triple in batch for term in triple):
            # Not INSERT DATA: Virtuoso takes no blank nodes there.
            text = text.replace("INSERT DATA", "INSERT", 1) + " WHERE {}"
        yield text


def _result(media_type: str, body: bytes, place: str) -> QuerySolutions | QueryBoolean | QueryTriples:
    table, rdf = QueryResultsFormat.from_media_type(media_type), RdfFormat.from_media_type(media_type)
    try:
        if table is not None and media_type != "text/plain":
            if isinstance(found := parse_query_results(body, table), QuerySolutions):
                deque(found, maxlen=0)  # what is damaged shows here, not to whoever takes the rows
            return parse_query_results(body, table)
        if rdf is not None:
            return as_result(body, rdf)
    except (SyntaxError, ValueError) as error:
        raise RemoteError(str(error), place=place) from error
    raise RemoteError(media_type, place=place)
