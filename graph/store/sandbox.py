"""Queries from outside, run where they can be stopped: a time, a row and a memory limit that hold for any query."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import weakref
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from pyoxigraph import RdfFormat

from graph.errors import LimitExceeded, QueryError, StoreError
from graph.store.embedded import EmbeddedStore
from graph.store.guard import refuse_federation
from graph.store.host import OUT_OF_MEMORY, READY, Limits

__all__ = ["Dataset", "Limits", "Result", "Sandbox"]

Dataset = tuple[list[str], list[str]]

_ROOT = Path(__file__).resolve().parents[2]
_GRACE = 5.0  # seconds for a child to be killed and for its parent to say so


@dataclass(frozen=True, slots=True)
class Result:
    """A result as it goes out."""

    media_type: str
    body: bytes


class Sandbox:
    """Evaluates queries on a store as it is when the sandbox is made. Safe to use from several threads.

    The evaluating process ends when the sandbox is closed or forgotten; should it die, the next query starts another.
    """

    def __init__(self, store: EmbeddedStore, limits: Limits) -> None:
        self.limits = limits
        self._store = store
        self._starting = threading.Lock()
        self._process = _Process(store, limits)

    def query(self, sparql: str, *, solutions: str | None, graph: str | None, dataset: Dataset | None = None) -> Result:
        """Evaluate; ``solutions`` and ``graph`` are the media types for the two kinds of result, None where none fits.

        ``dataset``: IRIs of default and of named graphs, in place of FROM and of the union of all graphs.
        Raises QueryError for what does not parse or is refused, LimitExceeded, and StoreError.
        """
        refuse_federation(sparql)
        asked = {"sparql": sparql, "solutions": solutions, "graph": graph, "dataset": dataset}
        request = json.dumps(asked).encode()
        process = self._process
        try:
            head, body, end = process.ask(request)
        except _Gone:
            head, body, end = self._restarted(process).ask(request)
        return self._result(head, body, end)

    def close(self) -> None:
        """End the process; queries that are running still end by themselves."""
        self._process.close()

    def _restarted(self, dead: _Process) -> _Process:
        with self._starting:
            if self._process is dead:
                dead.close()
                self._process = _Process(self._store, self.limits)
            return self._process

    def _result(self, head: dict[str, str], body: bytes, end: dict[str, Any]) -> Result:
        if end["killed"] or end["code"] != 0:
            raise self._stopped(end)
        match head.get("error"):
            case "rows":
                raise _limit(
                    413, "rows", self.limits.rows, "结果超过 {} 行，已停止。", "The result has more than {} rows."
                )
            case "kind":
                raise _unacceptable(head["detail"])
            case "query":
                raise QueryError(head["detail"])
        return Result(head["media_type"], body)

    def _stopped(self, end: dict[str, Any]) -> LimitExceeded | QueryError:
        code, seconds = end["code"], self.limits.seconds
        if end["killed"] == "time" or code == -signal.SIGXCPU:
            return _limit(504, "time", f"{seconds:g}", "查询超过 {} 秒，已停止。", "The query ran longer than {} s.")
        # An allocation that fails aborts the process.
        if code in (OUT_OF_MEMORY, -signal.SIGABRT, -signal.SIGKILL):
            memory = self.limits.memory_mb
            return _limit(
                413, "memory", memory, "查询所需内存超过 {} MB，已停止。", "The query needed more than {} MB."
            )
        name = signal.Signals(-code).name if code < 0 else f"exit {code}"
        return QueryError(
            name, zh="查询使求值进程崩溃；服务不受影响。", en="The query crashed its process; nothing else."
        )


def _limit(status: int, what: str, value: object, zh: str, en: str) -> LimitExceeded:
    error = LimitExceeded(what, zh=zh.format(value), en=en.format(value))
    error.status = status
    return error


def _unacceptable(kind: str) -> QueryError:
    error = QueryError(
        kind,
        zh="所要求的格式不能表示这种结果。",
        en="No format that was asked for can hold this kind of result.",
    )
    error.status = 406
    return error


class _Gone(Exception):
    """The process has died."""


class _Process:
    """One evaluating process and the socket that commands it."""

    def __init__(self, store: EmbeddedStore, limits: Limits) -> None:
        self._control, theirs = socket.socketpair()
        path = os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH")]))
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603
                [
                    sys.executable,
                    "-m",
                    "graph.store.host",
                    str(theirs.fileno()),
                    store.state(),
                    json.dumps(asdict(limits)),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # Ctrl-C in a terminal is for the service, which closes the socket
                env={**os.environ, "PYTHONPATH": path},
            )
        self._sending = threading.Lock()
        self._patience = limits.seconds + _GRACE
        self._close = weakref.finalize(self, _end, self._control, self._process)
        self._load(store)

    def _load(self, store: EmbeddedStore) -> None:
        with suppress(BrokenPipeError), cast(Any, self._process.stdin) as stream:
            store.dump(stream, RdfFormat.N_QUADS)
        if self._control.recv(1) != READY:
            self.close()
            raise StoreError(zh="查询进程没有启动。", en="The query process did not start.")

    def ask(self, request: bytes) -> tuple[dict[str, str], bytes, dict[str, Any]]:
        """Head and body of the answer, and how the child ended. Raises _Gone."""
        ours, theirs = socket.socketpair()
        reading, writing = os.pipe()
        try:
            with ours:
                self._send(theirs, writing)
                ours.settimeout(self._patience)
                head, _, body = _converse(ours, request).partition(b"\n")
            if head.endswith(b"}") and (answer := json.loads(head))["length"] == len(body):
                return answer, body, {"code": 0, "killed": ""}
            return {}, b"", _line(reading, self._patience)
        finally:
            os.close(reading)

    def _send(self, conversation: socket.socket, status: int) -> None:
        try:
            with conversation, self._sending:
                socket.send_fds(self._control, [b"Q"], [conversation.fileno(), status])
        except OSError as error:
            raise _Gone from error
        finally:
            os.close(status)

    def close(self) -> None:
        """End the process."""
        self._close()


def _converse(ours: socket.socket, request: bytes) -> bytes:
    parts = []
    # A child that was killed, or never was, has closed its end: how it ended tells why.
    with suppress(ConnectionError, TimeoutError):
        ours.sendall(request)
        ours.shutdown(socket.SHUT_WR)
        while part := ours.recv(1 << 20):
            parts.append(part)
    return b"".join(parts)


def _line(descriptor: int, seconds: float) -> dict[str, Any]:
    ready, _, _ = select.select([descriptor], [], [], seconds)
    line = os.read(descriptor, 4096) if ready else b""
    if not line:
        raise _Gone
    end: dict[str, Any] = json.loads(line)
    return end


def _end(control: socket.socket, process: subprocess.Popen[bytes]) -> None:
    """Closing the socket ends the process as soon as its last child has ended."""
    control.close()
    if process.stdin is not None:
        with suppress(BrokenPipeError):
            process.stdin.close()
    try:
        process.wait(_GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
