"""The process in which queries from outside run; started by :class:`graph.store.sandbox.Sandbox`.

It reads a dump into memory, stays single-threaded, and forks a child for every query: the child sees the store as it is
(memory is shared, nothing is copied), may use so much memory and no file or socket, and is killed at the time limit.

Over the control socket comes one byte a query with two descriptors: a socket, over which the child reads the request
and answers, and a pipe, into which this process writes how the child ended, as one line of JSON. It ends when the
control socket is closed and the last child is gone.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import select
import signal
import socket
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from graph.errors import JixiaoError
from graph.store.image import Image
from graph.store.results import TooManyRows, WrongKind, serialise

READY = b"R"
OUT_OF_MEMORY = 3  # exit code of a child


@dataclass(frozen=True, slots=True)
class Limits:
    """What one query may use: seconds, rows (or triples) of its result, MiB of memory beside the store."""

    seconds: float = 10.0
    rows: int = 100_000
    memory_mb: int = 512


@dataclass(slots=True)
class _Child:
    pid: int
    status: int
    deadline: float
    killed: str = ""


class Host:
    """The loop of the process: accept, watch the clock, report."""

    def __init__(self, control: socket.socket, store: Image, limits: Limits) -> None:
        self._control, self._store, self._limits = control, store, limits
        self._children: dict[int, _Child] = {}
        self._open = True
        self._silence = os.open(os.devnull, os.O_WRONLY)
        self._wake, wake = os.pipe()
        for end in (self._wake, wake):
            os.set_blocking(end, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        self._poll = select.poll()
        self._poll.register(control, select.POLLIN)
        self._poll.register(self._wake, select.POLLIN)

    def serve(self) -> None:
        """Until the control socket is closed and no child is left."""
        while self._open or self._children:
            for descriptor, _ in self._poll.poll(self._pause()):
                if descriptor == self._control.fileno():
                    self._accept()
                elif descriptor == self._wake:
                    os.read(self._wake, 4096)
                else:
                    self._abandoned(descriptor)
            self._kill_late()
            self._reap()

    def _pause(self) -> float | None:
        """Milliseconds until the next deadline."""
        deadlines = [child.deadline for child in self._children.values() if not child.killed]
        return max(0.0, min(deadlines) - time.monotonic()) * 1000 + 1 if deadlines else None

    def _accept(self) -> None:
        data, descriptors, _, _ = socket.recv_fds(self._control, 1, 2)
        if not data:
            self._open = False
            self._poll.unregister(self._control)
            return
        conversation, status = descriptors
        pid = os.fork()
        if pid == 0:
            self._become_child(conversation, status)
        os.close(conversation)
        self._children[status] = _Child(pid, status, time.monotonic() + self._limits.seconds)
        self._poll.register(status, 0)  # only whether the reader has gone

    def _become_child(self, conversation: int, status: int) -> NoReturn:
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            os.dup2(self._silence, 2)  # the last words of an engine that runs out of memory
            for descriptor in (self._control.fileno(), self._wake, status, *self._children):
                os.close(descriptor)
            answer(socket.socket(fileno=conversation), self._store, self._limits)
            code = 0
        except MemoryError:
            code = OUT_OF_MEMORY
        finally:
            os._exit(code)

    def _abandoned(self, status: int) -> None:
        child = self._children.get(status)
        if child is not None and not child.killed:
            self._kill(child, "abandoned")

    def _kill_late(self) -> None:
        now = time.monotonic()
        for child in self._children.values():
            if child.deadline <= now and not child.killed:
                self._kill(child, "time")

    def _kill(self, child: _Child, why: str) -> None:
        child.killed = why
        self._poll.unregister(child.status)
        os.kill(child.pid, signal.SIGKILL)

    def _reap(self) -> None:
        for child in list(self._children.values()):
            pid, wait_status = os.waitpid(child.pid, os.WNOHANG)
            if pid == 0:
                continue
            if not child.killed:
                self._poll.unregister(child.status)
            line = json.dumps({"code": os.waitstatus_to_exitcode(wait_status), "killed": child.killed}) + "\n"
            with suppress(BrokenPipeError):  # nobody waits for it any more
                os.write(child.status, line.encode())
            os.close(child.status)
            del self._children[child.status]


def answer(conversation: socket.socket, store: Image, limits: Limits) -> None:
    """Read the request, evaluate it, send a line of JSON and the result; runs in the child."""
    request = json.loads(_read_all(conversation))
    _confine(limits)
    head, body = _evaluate(store, request, limits.rows)
    head["length"] = len(body)
    conversation.sendall(json.dumps(head).encode() + b"\n" + body)
    conversation.close()


def _read_all(conversation: socket.socket) -> bytes:
    parts = []
    while part := conversation.recv(1 << 16):
        parts.append(part)
    return b"".join(parts)


def _confine(limits: Limits) -> None:
    """Memory beside what is there already; no new file or socket; the clock once more, should the parent die."""
    if sys.platform == "linux":  # elsewhere RLIMIT_AS does not hold
        size = int(Path("/proc/self/statm").read_bytes().split()[0]) * resource.getpagesize()
        most = size + limits.memory_mb * 2**20
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    seconds = int(limits.seconds) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def _evaluate(store: Image, request: dict[str, Any], rows: int) -> tuple[dict[str, Any], bytes]:
    try:
        dataset = request["dataset"]
        result = store.query_dataset(request["sparql"], *dataset) if dataset else store.query(request["sparql"])
        media_type, body = serialise(result, request["solutions"], request["graph"], rows)
    except TooManyRows:
        return {"error": "rows"}, b""
    except WrongKind as error:
        return {"error": "kind", "detail": str(error)}, b""
    except JixiaoError as error:
        return {"error": "query", "detail": error.detail}, b""
    except (OSError, RuntimeError, ValueError) as error:
        return {"error": "query", "detail": str(error)}, b""
    return {"media_type": media_type}, body


def main(arguments: list[str]) -> None:
    """``<control descriptor> <state> <limits as JSON>``; the dump comes on standard input."""
    os.nice(5)
    control = socket.socket(fileno=int(arguments[0]))
    store = Image(sys.stdin.buffer, arguments[1])
    sys.stdin.close()
    gc.disable()  # a collection in a child would copy the pages that it shares
    host = Host(control, store, Limits(**json.loads(arguments[2])))
    control.sendall(READY)
    host.serve()


if __name__ == "__main__":
    main(sys.argv[1:])
