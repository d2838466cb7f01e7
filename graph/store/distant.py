"""Serving from another server: what :mod:`graph.store.live` and :mod:`graph.store.sandbox` are for a folder."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from functools import partial
from typing import IO, Any, cast

from pyoxigraph import RdfFormat

from graph.errors import JixiaoError
from graph.store.changes import Changes
from graph.store.guard import refuse_federation
from graph.store.http import Call, Fields, GivenUp, RemoteError
from graph.store.peer import HELD, Result, Stop, Stopped
from graph.store.remote import UNION, RemoteStore
from graph.store.results import TooManyRows, WrongKind, media_type, serialise
from graph.store.sandbox import Dataset, Limits, explained
from graph.store.tokens import has_keyword
from graph.store.writing import changed

_CHUNK = 1 << 16
_WAITING = 16  # pieces of a result that wait for a slow reader
_PATIENCE = 0.2  # seconds after which who writes a result looks whether anybody still reads it


class StreamedResult(Result):
    """A result that is made while it goes out, by a thread of its own: what reads an answer may not change threads."""

    def __init__(
        self, call: Call, stop: Stop, make: Callable[[StreamedResult, IO[bytes]], None], place: str = ""
    ) -> None:
        super().__init__()
        self._place = place
        self._call, self._stop = call, stop
        self._pieces: queue.Queue[bytes | JixiaoError | None] = queue.Queue(_WAITING)
        self._ended = self._closed = False
        stop.attach(call)
        threading.Thread(target=self._run, args=(make,), name="answer", daemon=True).start()

    @property
    def complete(self) -> bool:
        """Whether all has come."""
        return self._ended

    def collect(self) -> None:
        """Take in the result, or as much of it as is held. Raises what stopped it."""
        for piece in self._arriving():
            self.write(piece)
            if self.size >= HELD:
                return

    def close(self) -> None:
        """Give up what is still to come."""
        super().close()
        self._closed = True
        if not self._ended:
            self._stop.detach()
            self._call.kill()

    def put(self, piece: bytes | JixiaoError | None) -> None:
        """A piece of the result, why there are no more, or that this is all. Raises GivenUp when nobody reads it."""
        while not self._closed:
            with suppress(queue.Full), self._call.paused():
                self._pieces.put(piece, timeout=_PATIENCE)
                return
        raise GivenUp

    def _run(self, make: Callable[[StreamedResult, IO[bytes]], None]) -> None:
        told: JixiaoError | None = None
        out = _Pieces(self)
        try:
            make(self, cast(IO[bytes], out))
            out.send()
        except JixiaoError as error:
            told = error
            # What was raised where holds what was parsed, which must end in this thread.
            told.__traceback__ = told.__context__ = told.__cause__ = None
        except (OSError, RuntimeError, ValueError, SyntaxError) as error:
            told = RemoteError(str(error), place=self._place)
        with suppress(GivenUp):
            self.put(told)

    def _arriving(self) -> Iterator[bytes]:
        while not self._ended:
            piece = self._pieces.get()
            if isinstance(piece, bytes):
                yield piece
                continue
            self._ended = True
            self._stop.detach()
            if piece is not None:
                self.close()
                raise piece


class _Pieces:
    """A stream whose bytes go out in pieces."""

    def __init__(self, result: StreamedResult) -> None:
        self._result, self._pending = result, bytearray()

    def write(self, chunk: bytes) -> int:
        """Hold it until there is enough."""
        self._pending += chunk
        if len(self._pending) >= _CHUNK:
            self.send()
        return len(chunk)

    def flush(self) -> None:
        """What is pending goes out with the end."""

    def send(self) -> None:
        """Send what is pending."""
        if self._pending:
            self._result.put(bytes(self._pending))
            self._pending.clear()


class DistantSandbox:
    """Hands queries from outside on, as :class:`graph.store.sandbox.Sandbox` does to its workers.

    Time, rows and bytes are limited here, and a query that nobody waits for is given up; what the server does then is
    its own matter.
    """

    def __init__(self, store: RemoteStore, limits: Limits) -> None:
        self.limits = limits
        self._store = store
        self._place = store.server.query_url

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
        call = Call(self.limits.seconds)
        make = partial(self._answer, asked, _fields(sparql, dataset), (solutions, graph), call)
        return self._collected(StreamedResult(call, stop or Stop(), make, self._place))

    def _answer(
        self,
        sparql: str,
        fields: Fields,
        media_types: tuple[str | None, str | None],
        call: Call,
        result: StreamedResult,
        out: IO[bytes],
    ) -> None:
        try:
            with closing(self._store.ask(sparql, fields, call, self._most_bytes)) as reply:
                found = self._store.stream(reply, sparql)
                result.media_type = media_type(found, *media_types)
                if result.media_type == media_types[1]:
                    self._store.check_whole(sparql, fields, call)
                serialise(found, result.media_type, self.limits.rows, out, lambda: self._again(sparql, fields, call))
        except TooManyRows:
            raise explained(Stopped({"error": "rows"}), self.limits) from None
        except WrongKind as error:
            raise explained(Stopped({"error": "kind", "detail": str(error)}), self.limits) from None

    def _again(self, sparql: str, fields: Fields, call: Call) -> Iterator[Any]:
        with closing(self._store.ask(sparql, fields, call, self._most_bytes)) as reply:
            yield from cast(Iterable[Any], self._store.stream(reply, sparql))

    @property
    def _most_bytes(self) -> int:
        return self.limits.memory_mb * 2**20

    def ask(self, request: dict[str, Any], limits: Limits, stop: Stop | None = None) -> Result:
        """A ``dump`` or a ``write``, see :mod:`graph.store.worker`."""
        if request["op"] == "write":
            result = Result()
            result.told = changed(self._store, request["change"])
            return result

        def dump(result: StreamedResult, out: IO[bytes]) -> None:
            result.media_type = request["graph"]
            self._store.dump(out, cast(RdfFormat, RdfFormat.from_media_type(request["graph"])))

        return self._collected(StreamedResult(Call(limits.seconds), stop or Stop(), dump, self._place))

    def _collected(self, result: StreamedResult) -> Result:
        try:
            result.collect()
        except BaseException:
            result.close()
            raise
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
        self.store = RemoteStore(url, seconds=limits.seconds, most_bytes=limits.memory_mb * 2**20)
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
