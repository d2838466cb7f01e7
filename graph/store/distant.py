"""Serving from another server: what :mod:`graph.store.live` and :mod:`graph.store.sandbox` are for a folder."""

from __future__ import annotations

from typing import IO, Any, cast

from pyoxigraph import RdfFormat

from graph.errors import JixiaoError
from graph.store.changes import Changes
from graph.store.guard import refuse_federation
from graph.store.http import Fields
from graph.store.peer import Result, Stop, Stopped
from graph.store.remote import UNION, RemoteStore
from graph.store.results import Rows, TooManyRows, WrongKind, media_type, serialise
from graph.store.sandbox import Dataset, Limits, explained
from graph.store.tokens import has_keyword
from graph.store.writing import changed


class DistantSandbox:
    """Hands queries from outside on, as :class:`graph.store.sandbox.Sandbox` does to its workers.

    Time and rows are limited here; memory, and the end of a query that nobody waits for, are the other server's matter.
    """

    def __init__(self, store: RemoteStore, limits: Limits) -> None:
        self.limits = limits
        self._store = store

    def query(
        self,
        sparql: str,
        *,
        solutions: str | None,
        graph: str | None,
        dataset: Dataset | None = None,
        base: str | None = None,
        stop: Stop | None = None,
    ) -> Result:
        """See :meth:`graph.store.sandbox.Sandbox.query`."""
        refuse_federation(sparql)
        asked = f"BASE <{base}> {sparql}" if base else sparql
        result, fields = Result(), _fields(sparql, dataset)
        try:
            told = self._evaluate(asked, fields, solutions, graph, result)
            if told:
                raise explained(Stopped(told), self.limits)
        except JixiaoError:
            result.close()
            raise
        return result

    def _evaluate(
        self, sparql: str, fields: Fields, solutions: str | None, graph: str | None, into: Result
    ) -> dict[str, str]:
        """What went wrong, told and not raised: an error would hold the result, which must end in its own thread."""

        def evaluate() -> Rows:
            return self._store.ask(sparql, fields, self.limits.seconds)

        found = evaluate()
        try:
            into.media_type = media_type(found, solutions, graph)
            serialise(found, into.media_type, self.limits.rows, cast(IO[bytes], into), evaluate)
        except TooManyRows:
            return {"error": "rows"}
        except WrongKind as error:
            return {"error": "kind", "detail": str(error)}
        return {}

    def ask(self, request: dict[str, Any], limits: Limits, stop: Stop | None = None) -> Result:
        """A ``dump`` or a ``write``, see :mod:`graph.store.worker`."""
        result = Result()
        if request["op"] == "write":
            result.told = changed(self._store, request["change"])
        else:
            format = cast(RdfFormat, RdfFormat.from_media_type(request["graph"]))
            result.media_type = request["graph"]
            self._store.dump(cast(IO[bytes], result), format)
        return result


def _fields(sparql: str, dataset: Dataset | None) -> list[tuple[str, str]]:
    if dataset is None:
        return [] if has_keyword(sparql, "from") else list(UNION)
    default, named = dataset
    fields = [("default-graph-uri", name) for name in default if name]
    return fields + [("named-graph-uri", name) for name in named]


class Distant:
    """The store on a server as :class:`graph.store.live.Live` is for a folder: there is nothing to follow.

    Others may write there unseen, so there is no state by which an answer could be known to be the same.
    """

    state = ""

    def __init__(self, url: str, limits: Limits) -> None:
        self.store = RemoteStore(url)
        self.sandbox = DistantSandbox(self.store, limits)

    def current(self) -> Distant:
        """The store and its sandbox."""
        return self

    def outdated(self) -> bool:
        """Never: nothing is copied."""
        return False

    def renew(self, changes: Changes | None = None) -> None:
        """What is written there is seen there."""

    def close(self) -> None:
        """Close the connections."""
        self.store.close()
