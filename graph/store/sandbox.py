"""Queries from outside, run where they can be stopped: a time, a row and a memory limit that hold for any query.

The store is held in memory once, by a process of its own (:mod:`graph.store.host`); its workers are used again.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import weakref
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import IO, Any, cast

from pyoxigraph import RdfFormat

from graph.errors import JixiaoError, LimitExceeded, NotAcceptable, QueryError, ResultTooLarge, StoreError
from graph.store.changes import Changes
from graph.store.embedded import EmbeddedStore
from graph.store.guard import refuse_federation
from graph.store.host import CHANGES, READY, WORKER
from graph.store.peer import Gone, Peer, Result, Stop, Stopped, WorkerResult
from graph.store.worker import OUT_OF_MEMORY, Limits

__all__ = ["Dataset", "Limits", "Result", "Sandbox", "Stop"]

Dataset = tuple[list[str], list[str]]
Source = Callable[[], AbstractContextManager[EmbeddedStore]]

_ROOT = Path(__file__).resolve().parents[2]
_GRACE = 5.0  # seconds for the process to end
WEAR = 64 * 2**20  # characters of changes


class Sandbox:
    """Evaluates queries on a store as it is when the sandbox is made. Safe to use from several threads.

    ``source`` opens the store to copy it; should the process die, the next query copies it again. The process ends when
    the sandbox is closed or forgotten.
    """

    def __init__(self, source: Source, limits: Limits) -> None:
        self.limits = limits
        self._source = source
        self._starting = threading.Lock()
        self._process = _Process(source, limits)

    @property
    def state(self) -> str:
        """The state of the store that was copied."""
        return self._process.state

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
        """Evaluate; ``solutions`` and ``graph`` are the media types for the two kinds of result, None where none fits.

        ``dataset``: IRIs of default and of named graphs, in place of FROM and of the union of all graphs. ``base``:
        what relative IRIs are relative to. Raises QueryError for what does not parse or is refused, LimitExceeded,
        and StoreError.
        """
        refuse_federation(sparql)
        asked = {"sparql": sparql, "solutions": solutions, "graph": graph, "dataset": dataset, "base": base}
        return self.ask({"op": "query", **asked}, self.limits, stop)

    def ask(self, request: dict[str, Any], limits: Limits, stop: Stop | None = None) -> Result:
        """The answer of a worker to a request (:mod:`graph.store.worker`). Raises as :meth:`query`."""
        message = json.dumps({**request, "seconds": limits.seconds, "rows": limits.rows}).encode()
        process = self._process
        try:
            return _asked(process, message, limits, stop or Stop(), request["op"] == "write")
        except Gone:
            return _asked(self._restarted(process), message, limits, stop or Stop(), request["op"] == "write")

    def repeat(self, changes: Changes) -> bool:
        """Do to the copy what was done to the store, if it can be done; queries that run still see it as it was."""
        return self._process.repeat(changes)

    @property
    def worn(self) -> bool:
        """Whether what changes have left behind in memory makes a new copy worth while."""
        return self._process.worn

    def close(self) -> None:
        """End the process; queries that are running still end by themselves."""
        self._process.close()

    def _restarted(self, dead: _Process) -> _Process:
        with self._starting:
            if self._process is dead:
                dead.close()
                self._process = _Process(self._source, self.limits)
            return self._process


def _asked(process: _Process, message: bytes, limits: Limits, stop: Stop, fresh: bool) -> Result:
    peer = process.fork() if fresh else process.take()  # one that has answered can open no file any more
    result = WorkerResult(peer, lambda stopped: explained(stopped, limits), stop)
    peer.send(message, limits.seconds)
    result.collect()
    return result


def explained(stopped: Stopped, limits: Limits) -> JixiaoError:
    """Why a request has no (whole) answer, as an error for people."""
    told, code, rows, memory = stopped.told, stopped.code, limits.rows, limits.memory_mb
    match told.get("error"):
        case "rows":
            return _limit(ResultTooLarge, "rows", rows, "结果超过 {} 行，已停止。", "The result has more than {} rows.")
        case "kind":
            return _unacceptable(told["detail"])
        case "store":
            return StoreError(told["detail"], place=told["place"], zh=told["zh"], en=told["en"])
        case "query":
            return QueryError(told["detail"], zh=told["zh"], en=told["en"])
    if code == -signal.SIGALRM:
        seconds = f"{limits.seconds:g}"
        return _limit(LimitExceeded, "time", seconds, "查询超过 {} 秒，已停止。", "The query ran longer than {} s.")
    # An allocation that fails aborts the process.
    if code in (OUT_OF_MEMORY, -signal.SIGABRT, -signal.SIGKILL):
        return _limit(
            ResultTooLarge, "memory", memory, "查询所需内存超过 {} MB，已停止。", "The query needed more than {} MB."
        )
    name = signal.Signals(-code).name if code < 0 else f"exit {code}"
    return QueryError(name, zh="查询使求值进程崩溃；服务不受影响。", en="The query crashed its process; nothing else.")


def _limit(kind: type[LimitExceeded], what: str, value: object, zh: str, en: str) -> LimitExceeded:
    return kind(what, zh=zh.format(value), en=en.format(value))


def _unacceptable(kind: str) -> NotAcceptable:
    return NotAcceptable(
        kind,
        zh="所要求的格式不能表示这种结果。",
        en="No format that was asked for can hold this kind of result.",
    )


class _Process:
    """One host, the socket that commands it, and its workers that wait for work."""

    def __init__(self, source: Source, limits: Limits) -> None:
        self._sending = threading.Lock()
        self._idle: list[Peer] = []
        self._age = 0  # how often the copy has been changed
        self._loaded = self._repeated = 0
        with source() as store:
            self.state = store.state()
            told = {"state": self.state, "empty": store.empty_graphs(), "memory_mb": limits.memory_mb}
            self._control, theirs = socket.socketpair()
            with theirs:
                self._process = _started(theirs, json.dumps(told))
            self._close = weakref.finalize(self, _end, self._control, self._process, self._idle)
            self._load(store)

    def _load(self, store: EmbeddedStore) -> None:
        with suppress(BrokenPipeError), cast(Any, self._process.stdin) as stream:
            counted = _Counted(stream)
            store.dump(cast(IO[bytes], counted), RdfFormat.N_QUADS)
            self._loaded = counted.size
        if self._control.recv(1) != READY:
            self.close()
            raise StoreError(zh="查询进程没有启动。", en="The query process did not start.")

    def take(self) -> Peer:
        """A worker that waits, or a new one; it comes back when its result has been read. Raises Gone."""
        while True:
            try:
                peer = self._idle.pop()
            except IndexError:
                return self.fork()
            if peer.age == self._age and peer.alive():
                return peer
            peer.close()

    def fork(self) -> Peer:
        """A new worker. Raises Gone."""
        ours, theirs = socket.socketpair()
        reading, writing = os.pipe()
        try:
            with theirs, self._sending:
                socket.send_fds(self._control, [WORKER], [theirs.fileno(), writing])
                age = self._age
        except OSError as error:
            ours.close()
            os.close(reading)
            raise Gone from error
        finally:
            os.close(writing)
        return Peer(ours, reading, age, self._rest)

    @property
    def worn(self) -> bool:
        """The engine keeps what was removed in memory for good."""
        return self._repeated > max(WEAR, self._loaded // 4)

    def repeat(self, changes: Changes) -> bool:
        """Change the copy; whether it could be done. Workers that saw it before get no more requests."""
        if changes.updates is None or changes.before != self.state:
            return False
        if not changes.updates:
            return True
        with tempfile.TemporaryFile("w+", encoding="utf-8") as file:
            json.dump(changes.updates, file)
            file.seek(0)
            try:
                with self._sending:
                    socket.send_fds(self._control, [CHANGES], [file.fileno()])
                    if self._control.recv(1) != READY:
                        return False
                    # In this order: who reads the new state never gets a worker from before.
                    self._age += 1
                    self.state = changes.after
            except OSError:  # it has died: the next query is told
                return False
        self._repeated += changes.length
        _dismiss(self._idle)
        return True

    def _rest(self, peer: Peer) -> None:
        self._idle.append(peer)
        if not self._close.alive:
            _dismiss(self._idle)

    def close(self) -> None:
        """End the process."""
        self._close()


class _Counted:
    """A stream that knows how much has passed."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self.size = stream, 0

    def write(self, chunk: bytes) -> int:
        self.size += len(chunk)
        return self._stream.write(chunk)

    def flush(self) -> None:
        self._stream.flush()


def _started(control: socket.socket, told: str) -> subprocess.Popen[bytes]:
    path = os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH")]))
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "graph.store.host", str(control.fileno()), told],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        pass_fds=[control.fileno()],
        start_new_session=True,  # Ctrl-C in a terminal is for the service, which closes the socket
        env={**os.environ, "PYTHONPATH": path},
    )


def _dismiss(idle: list[Peer]) -> None:
    with suppress(IndexError):
        while True:
            idle.pop().close()


def _end(control: socket.socket, process: subprocess.Popen[bytes], idle: list[Peer]) -> None:
    """Closing the socket ends the process as soon as its last worker has ended."""
    control.close()
    _dismiss(idle)
    if process.stdin is not None:
        with suppress(BrokenPipeError):
            process.stdin.close()
    try:
        process.wait(_GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
