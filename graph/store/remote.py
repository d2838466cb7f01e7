"""The store on another SPARQL 1.1 server: everything above :mod:`graph.store` works on it unchanged."""

from __future__ import annotations

import secrets
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import cached_property
from typing import IO, cast

from pyoxigraph import (
    NamedNode,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Triple,
    parse,
    parse_query_results,
    serialize,
)

from graph import iris
from graph.errors import StoreError
from graph.store.asking import Asking, as_result
from graph.store.bound import bound
from graph.store.embedded import canonical
from graph.store.guard import refuse_reach
from graph.store.habits import (
    MANY_ROWS,
    MOST_ROWS,
    ROW_OF_ASK,
    SYSTEM,
    Habits,
    Standard,
    beyond,
    boolean,
    joined,
    part,
    too_many,
)
from graph.store.http import Call, Fields, RemoteError, Reply, Server, server
from graph.store.results import Rows
from graph.store.terms import Term
from graph.store.updates import followed_by, insertions

SECONDS = 60.0  # for questions of our own, unless the service says otherwise
MOST_BYTES = 2**30  # of an answer
ACCEPT = (
    "application/sparql-results+xml, application/sparql-results+json;q=0.8, "
    "application/n-triples, text/turtle;q=0.8, application/rdf+xml;q=0.5"
)
# Some servers (Oxigraph) take this to mean that the default graph is the union of all; to others it says nothing.
UNION: Fields = (("union-default-graph", "true"),)
_STATE = NamedNode(f"{iris.BASE}id/state")
_TOKEN = NamedNode("http://purl.org/dc/terms/identifier")
Answer = QuerySolutions | QueryBoolean | QueryTriples


class RemoteStore(Asking):
    """:class:`graph.store.Store` on a server. Its state tells only of changes that were made through this class.

    A request may take ``seconds`` and have an answer of ``most_bytes``.
    """

    def __init__(
        self, url: str, *, read_only: bool = False, seconds: float = SECONDS, most_bytes: int = MOST_BYTES
    ) -> None:
        self.server: Server = server(url)
        self._read_only = read_only
        self._seconds, self._most_bytes = seconds, most_bytes
        self._writing = threading.Lock()
        self._habits = Habits()
        try:
            self._habits = self._observed()
            self._check_union()
        except BaseException:
            self.server.close()
            raise

    def _observed(self) -> Habits:
        with closing(self.ask("ASK {}", (), Call(self._seconds))) as reply:
            body = reply.read()
        if ROW_OF_ASK.encode() in body:
            return Habits(own=True)
        if not isinstance(_parsed(reply.media_type, body, self.server.query_url), QueryBoolean):
            raise RemoteError("ASK {}", place=self.server.query_url)
        return Habits()

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

    def query(self, sparql: str, *, bindings: Mapping[str, Term] | None = None) -> Answer:
        """See :meth:`graph.store.Store.query`. What a server gives in parts only is asked for part by part."""
        text = bound(sparql, bindings or {})
        with closing(self.ask(text, UNION, Call(self._seconds), self._most_bytes)) as reply:
            body, partial = self.standard(reply).read(), self._habits.partial(reply, text)
        if partial:
            body = self._whole(text, reply.media_type, body)
        found = _parsed(reply.media_type, body, self.server.query_url)
        if isinstance(found, QueryTriples):
            self.check_whole(text, UNION, Call(self._seconds))
        return found

    def _whole(self, sparql: str, media_type: str, first: bytes) -> bytes:
        found = cast(QuerySolutions, _opened(media_type, first, self.server.query_url))
        columns = [variable.value for variable in found.variables]
        rows, partial = cast(int, self._most_rows), True
        parts: list[bytes] = []
        while partial:
            text = part(sparql, columns, rows * len(parts), rows)
            with closing(self.ask(text, UNION, Call(self._seconds), self._most_bytes)) as reply:
                parts.append(self.standard(reply).read())
                partial = MOST_ROWS in reply.headers
        return joined(parts)

    def ask(self, sparql: str, fields: Fields, call: Call, most_bytes: int | None = None) -> Reply:
        """The answer to a query as it is, with more fields of the protocol; it is to be closed.

        Raises what :mod:`graph.store.http` raises.
        """
        told = [("query", sparql), *fields, *self._habits.fields(call.seconds)]
        return self.server.ask(told, ACCEPT, call, most_bytes)

    def standard(self, reply: Reply) -> Reply | Standard:
        """The bytes of an answer as the standard would have them."""
        return Standard(reply) if self._habits.own and reply.media_type.endswith("results+xml") else reply

    def stream(self, reply: Reply, sparql: str) -> Rows:
        """An answer that is parsed as it is read. Raises LimitExceeded where the server left something off."""
        if self._habits.partial(reply, sparql):
            raise too_many(int(reply.headers[MOST_ROWS]))
        body, format = cast(IO[bytes], self.standard(reply)), RdfFormat.from_media_type(reply.media_type)
        if format is not None and reply.media_type != "text/plain":
            return (quad.triple for quad in parse(body, format))
        return cast(Rows, _opened(reply.media_type, body, self.server.query_url))

    def check_whole(self, sparql: str, fields: Fields, call: Call) -> None:
        """Raises LimitExceeded where the triples of a query may be made of a part of its solutions only."""
        rows = self._most_rows
        more = None if rows is None else beyond(sparql, rows)
        if more is None:
            return
        with closing(self.ask(more, fields, call)) as reply:
            found = _parsed(reply.media_type, self.standard(reply).read(), self.server.query_url)
        if next(iter(cast(QuerySolutions, found)), None) is not None:
            raise too_many(cast(int, rows))

    @cached_property
    def _most_rows(self) -> int | None:
        """How many rows the server returns of any answer, None where it has no bound or tells of none."""
        if not self._habits.own:
            return None
        with closing(self.ask(MANY_ROWS, (), Call(self._seconds))) as reply:
            most = reply.headers.get(MOST_ROWS)
        return int(most) if most else None

    def graph(self, name: NamedNode) -> Iterator[Triple]:
        """See :meth:`graph.store.Store.graph`."""
        if not self._habits.own:
            return super().graph(name)
        return (quad.triple for quad in self.quads(None, None, None, name))

    def replace(self, graphs: Mapping[NamedNode, Iterable[Triple]]) -> bool:
        """See :meth:`graph.store.Store.replace`: one request, so one transaction where the server has them.

        A server that takes no request of such a length gets each graph by itself.
        """
        with self._writing:
            lists = {name: list(triples) for name, triples in graphs.items()}
            changed = {name: new for name, new in lists.items() if canonical(new) != canonical(self.graph(name))}
            if changed and self._habits.own and self.server.graphs_url:
                self._put(changed)
            elif changed:
                self._change([operation for name, new in changed.items() for operation in _replacement(name, new)])
            return bool(changed)

    def _put(self, graphs: Mapping[NamedNode, list[Triple]]) -> None:
        self._check_writable()
        for name, triples in graphs.items():
            if triples:
                body = serialize(triples, format=RdfFormat.N_TRIPLES) or b""
                self.server.put(name.value, body, Call(self._seconds))
        self._change([f"DROP SILENT GRAPH {name}" for name, triples in graphs.items() if not triples])

    def remove(self, graphs: Iterable[NamedNode]) -> None:
        """See :meth:`graph.store.Store.remove`."""
        with self._writing:
            if gone := {name for name in graphs if self.has_graph(name)}:
                self._change([f"DROP SILENT GRAPH {name}" for name in gone])

    def update(self, sparql: str, base: str | None = None, also: Sequence[str] = ()) -> None:
        """Run an update from outside and operations of ours after it; the state changes afterwards.

        Raises what :mod:`graph.store.http` raises.
        """
        refuse_reach(sparql)
        text = followed_by(f"BASE <{base}> {sparql}" if base else sparql, also)
        with self._writing:
            # In one request where that is one transaction; the text may end in a comment or in a semicolon.
            self._send([text, *_renewal()] if self._habits.own else [followed_by(text, _renewal())])

    def change(self, operations: list[str]) -> None:
        """Run update operations of ours."""
        with self._writing:
            self._change(operations)

    def has_graph(self, name: NamedNode) -> bool:
        """Whether a graph has triples: servers differ in whether an empty one is there."""
        return self._answers(f"ASK {{ GRAPH {name} {{ ?s ?p ?o }} }}")

    def graphs(self) -> Iterator[NamedNode]:
        """See :meth:`graph.store.Store.graphs`."""
        theirs = SYSTEM if self._habits.own else ()
        return (name for name in super().graphs() if name != _STATE and name.value not in theirs)

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
        operations = [*operations, *_renewal()]
        # Virtuoso bounds the length of a request. Each operation may be repeated: a graph begins by its removal.
        self._send(operations if self._habits.own else [" ;\n".join(operations)])

    def _send(self, requests: list[str]) -> None:
        self._check_writable()
        for request in requests:
            self.server.update(request, Call(self._seconds))

    def _check_writable(self) -> None:
        if self._read_only:
            raise StoreError(zh="图谱库以只读方式打开，不能写入。", en="The store was opened read-only.")


def _renewal() -> list[str]:
    """Operations after which the state is another."""
    token = f'INSERT DATA {{ GRAPH {_STATE} {{ {_STATE} {_TOKEN} "{secrets.token_hex(8)}" }} }}'
    return [f"DROP SILENT GRAPH {_STATE}", token]


def _replacement(name: NamedNode, triples: list[Triple]) -> list[str]:
    return [f"DROP SILENT GRAPH {name}", *insertions(name, triples)]


def _parsed(media_type: str, body: bytes, place: str) -> Answer:
    """A whole answer. Raises RemoteError for what is none, or damaged."""
    found = _opened(media_type, body, place)
    try:
        if isinstance(found, QuerySolutions):
            deque(found, maxlen=0)  # what is damaged shows here, not to whoever takes the rows
            found = _opened(media_type, body, place)
    except (SyntaxError, ValueError) as error:
        raise RemoteError(str(error), place=place) from error
    return found


def _opened(media_type: str, body: IO[bytes] | bytes, place: str) -> Answer:
    table, rdf = QueryResultsFormat.from_media_type(media_type), RdfFormat.from_media_type(media_type)
    try:
        if table is not None and media_type != "text/plain":
            return boolean(parse_query_results(body, table))
        if rdf is not None:
            return as_result(body, rdf)
    except (SyntaxError, ValueError) as error:
        raise RemoteError(str(error), place=place) from error
    raise RemoteError(media_type, place=place)
