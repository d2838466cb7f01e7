"""The store in memory as a :class:`graph.store.Store` for this process, though another holds it."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any, NoReturn, cast

from pyoxigraph import (
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Triple,
    parse_query_results,
)

from graph.errors import StoreError
from graph.store.asking import Asking, as_result
from graph.store.embedded import Term
from graph.store.sandbox import Limits, Sandbox
from graph.store.terms import to_json

WORKERS = 8  # lookups that run at once
SECONDS = 60.0  # for questions of our own, which are known to be fast
_SOLUTIONS = QueryResultsFormat.JSON


class Lookups(Asking):
    """Read-only :class:`graph.store.Store` over a sandbox, with workers that queries from outside cannot take."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._limits = Limits(SECONDS, None, sandbox.limits.memory_mb)
        self._workers = threading.BoundedSemaphore(WORKERS)

    def query(
        self, sparql: str, *, bindings: Mapping[str, Term] | None = None
    ) -> QuerySolutions | QueryBoolean | QueryTriples:
        """See :meth:`graph.store.Store.query`."""
        media_type, body = self._ask(
            op="query",
            sparql=sparql,
            bindings={name: to_json(term) for name, term in (bindings or {}).items()},
            solutions=_SOLUTIONS.media_type,
            graph=RdfFormat.N_TRIPLES.media_type,
        )
        return parse_query_results(body, _SOLUTIONS) if media_type == _SOLUTIONS.media_type else as_result(body)

    def replace(self, graphs: Mapping[NamedNode, Iterable[Triple]]) -> bool:
        """Raises StoreError: what is in memory is a copy."""
        _refuse()

    def remove(self, graphs: Iterable[NamedNode]) -> None:
        """Raises StoreError: what is in memory is a copy."""
        _refuse()

    def graphs(self) -> Iterator[NamedNode]:
        """See :meth:`graph.store.Store.graphs`."""
        found = cast(QuerySolutions, self.query("SELECT ?g { GRAPH ?g {} }"))  # the empty ones too
        return (cast(NamedNode, row["g"]) for row in found)

    def state(self) -> str:
        """See :meth:`graph.store.Store.state`."""
        return self._sandbox.state

    def dump(self, stream: IO[bytes], format: RdfFormat) -> None:
        """See :meth:`graph.store.Store.dump`."""
        with self._workers:
            for chunk in self._sandbox.ask({"op": "dump", "graph": format.media_type}, self._limits).chunks():
                stream.write(chunk)

    def close(self) -> None:
        """The sandbox is closed by whoever made it."""

    def _ask(self, **request: Any) -> tuple[str, bytes]:
        with self._workers:
            result = self._sandbox.ask(request, self._limits)
            return result.media_type, result.body


def _refuse() -> NoReturn:
    raise StoreError(zh="图谱库以只读方式打开，不能写入。", en="The store was opened read-only.")
