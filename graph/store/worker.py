"""A process that answers requests on the store which it saw at its fork; made by :mod:`graph.store.host`.

Its memory is bounded, it can open no file or socket, and the kernel ends it when its alarm rings. It answers one
request after another over its socket (:mod:`graph.store.frames`) and retires when a query has left it large.

One request is different: ``write`` opens the folder of the store, changes it in one transaction, and ends.
"""

from __future__ import annotations

import json
import resource
import signal
import socket
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from pyoxigraph import RdfFormat

from graph.errors import JixiaoError, QueryError, StoreError
from graph.store import frames
from graph.store.image import Image
from graph.store.results import Rows, TooManyRows, WrongKind, media_type, serialise
from graph.store.terms import from_json
from graph.store.writing import write

OUT_OF_MEMORY = 3  # exit code
GROWTH_KB = 64 * 1024  # a worker that a query made larger by this is not used again
PATIENCE = 60  # seconds that whoever reads a result may take nothing of it
DISK_STORE_MB = 2048  # addresses, not memory, that the threads of a store on disk reserve
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Limits:
    """What one query may use: seconds, rows (or triples) of its result, MiB of memory beside the store."""

    seconds: float = 10.0
    rows: int | None = 100_000
    memory_mb: int = 512


class Worker:
    """The loop of the process."""

    def __init__(self, conversation: socket.socket, store: Image, memory_mb: int) -> None:
        self._socket, self._store, self._memory_mb = conversation, store, memory_mb
        # Not settimeout: it polls, which no process may that may open no file.
        conversation.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("@ll", PATIENCE, 0))
        self._requests = conversation.makefile("rb")
        self._first_peak = _peak()
        self._confined = False

    def run(self) -> int:
        """Until the other end closes or this process is worn; its exit code."""
        while True:
            try:
                request = json.loads(frames.read(self._requests)[1])
            except EOFError:
                return 0
            out = _Out(self._socket, request["seconds"])
            try:
                end = self._answered(request, out)
            except MemoryError:
                return OUT_OF_MEMORY
            worn = request["op"] == "write" or _peak() - self._first_peak > GROWTH_KB
            try:
                out.end({**end, "last": worn})
            except OSError:  # nobody listens
                return 0
            if worn:
                return 0

    def _answered(self, request: dict[str, Any], out: _Out) -> dict[str, Any]:
        if request["op"] == "write":
            _bound_memory(self._memory_mb + DISK_STORE_MB)
        elif not self._confined:
            _bound_memory(self._memory_mb)
            resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
            self._confined = True
        out.arm()
        try:
            return _OPERATIONS[request["op"]](self._store, request, out) or {}
        except TooManyRows:
            return {"error": "rows"}
        except WrongKind as error:
            return {"error": "kind", "detail": str(error)}
        except StoreError as error:
            return {"error": "store", "detail": error.detail, "place": error.place, "zh": error.zh, "en": error.en}
        except JixiaoError as error:
            return {"error": "query", "detail": error.detail, "zh": error.zh, "en": error.en}
        except (OSError, RuntimeError, ValueError, SyntaxError) as error:
            return {"error": "query", "detail": str(error), "zh": QueryError.zh, "en": QueryError.en}
        finally:
            out.disarm()


class _Out:
    """The way of a result: a stream that sends what is written; the alarm is silent while a slow reader takes it."""

    def __init__(self, conversation: socket.socket, seconds: float) -> None:
        self._socket, self._seconds = conversation, seconds
        self._pending = bytearray()
        self._messages = bytearray()

    def arm(self) -> None:
        """Start the clock: its alarm ends this process, whatever it does."""
        signal.setitimer(signal.ITIMER_REAL, self._seconds)

    def disarm(self) -> None:
        """Stop the clock."""
        self._seconds = max(0.001, signal.setitimer(signal.ITIMER_REAL, 0)[0])

    def head(self, media_type: str) -> None:
        self._messages += frames.frame(frames.HEAD, media_type.encode())

    def write(self, chunk: bytes) -> int:
        self._pending += chunk
        if len(self._pending) >= _CHUNK:
            self._pack()
            self.disarm()
            self._send()
            self.arm()
        return len(chunk)

    def flush(self) -> None:
        """What is pending goes out with the end."""

    def end(self, told: dict[str, Any]) -> None:
        self._pack()
        self._messages += frames.frame(frames.END, json.dumps(told).encode())
        self._send()

    def _pack(self) -> None:
        if self._pending:
            self._messages += frames.frame(frames.DATA, bytes(self._pending))
            self._pending.clear()

    def _send(self) -> None:
        self._socket.sendall(self._messages)
        self._messages.clear()


def _query(store: Image, request: dict[str, Any], out: _Out) -> None:
    bindings = {name: from_json(term) for name, term in (request.get("bindings") or {}).items()}

    def evaluate() -> Rows:
        return store.query(
            request["sparql"], bindings=bindings, dataset=request.get("dataset"), base=request.get("base")
        )

    result = evaluate()
    chosen = media_type(result, request["solutions"], request["graph"])
    out.head(chosen)
    serialise(result, chosen, request["rows"], cast(IO[bytes], out), evaluate)


def _dump(store: Image, request: dict[str, Any], out: _Out) -> None:
    out.head(request["graph"])
    store.dump(cast(IO[bytes], out), cast(RdfFormat, RdfFormat.from_media_type(request["graph"])))


def _write(store: Image, request: dict[str, Any], out: _Out) -> dict[str, Any]:
    out.head("application/json")
    return write(request)


_OPERATIONS: dict[str, Callable[[Image, dict[str, Any], _Out], dict[str, Any] | None]] = {
    "query": _query,
    "dump": _dump,
    "write": _write,
}


def _peak() -> int:
    """The most memory that this process has had, in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _bound_memory(megabytes: int) -> None:
    """No more memory beside what is there already; elsewhere than on Linux RLIMIT_AS does not hold."""
    if sys.platform == "linux":
        size = int(Path("/proc/self/statm").read_bytes().split()[0]) * resource.getpagesize()
        most = size + megabytes * 2**20
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def become(conversation: int, store: Image, memory_mb: int) -> int:
    """Run as a worker on a socket; the exit code."""
    # os.fork has left the parent's handlers here; the alarm is to end this process.
    for number in (signal.SIGALRM, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    with socket.socket(fileno=conversation) as opened:
        return Worker(opened, store, memory_mb).run()
