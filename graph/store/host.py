"""The process that holds the store in memory; started by :class:`graph.store.sandbox.Sandbox`.

It reads a dump, stays single-threaded, and forks workers (:mod:`graph.store.worker`): a worker sees the store as it is,
memory is shared, nothing is copied.

Over the control socket comes a byte for each worker that is wanted, with two descriptors: the socket of the worker,
and a pipe, into which this process writes how the worker ended, as one line of JSON. Who closes the pipe's other end
wants the worker killed. Another byte comes with a file of changes: workers that are forked after the answer see the
store with them. This process ends when the control socket is closed and the last worker is gone.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import NoReturn

from graph.store.image import Image
from graph.store.worker import OUT_OF_MEMORY, become

WORKER, CHANGES = b"W", b"C"
READY, FAILED = b"R", b"F"


@dataclass(slots=True)
class _Child:
    pid: int
    killed: bool = False


class Host:
    """The loop of the process: fork, watch, report."""

    def __init__(self, control: socket.socket, store: Image, memory_mb: int) -> None:
        self._control, self._store, self._memory_mb = control, store, memory_mb
        self._children: dict[int, _Child] = {}  # by the descriptor of the pipe
        self._open = True
        self._silence = os.open(os.devnull, os.O_WRONLY)
        self._wake, self._waker = os.pipe()
        for end in (self._wake, self._waker):
            os.set_blocking(end, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._waker, warn_on_full_buffer=False)
        self._poll = select.poll()
        self._poll.register(control, select.POLLIN)
        self._poll.register(self._wake, select.POLLIN)

    def serve(self) -> None:
        """Until the control socket is closed and no worker is left."""
        while self._open or self._children:
            for descriptor, _ in self._poll.poll():
                if descriptor == self._control.fileno():
                    self._accept()
                elif descriptor == self._wake:
                    os.read(self._wake, 4096)
                else:
                    self._kill(descriptor)
            self._reap()

    def _accept(self) -> None:
        data, descriptors, _, _ = socket.recv_fds(self._control, 1, 2)
        if not data:
            self._open = False
            self._poll.unregister(self._control)
            return
        if data == CHANGES:
            self._repeat(*descriptors)
            return
        conversation, status = descriptors
        pid = os.fork()
        if pid == 0:
            self._become_worker(conversation, status)
        os.close(conversation)
        self._children[status] = _Child(pid)
        self._poll.register(status, 0)  # only whether the reader has gone

    def _repeat(self, changes: int) -> None:
        with open(changes, encoding="utf-8") as file:
            updates = json.load(file)
        try:
            self._store.repeat(updates)
        except (OSError, RuntimeError, SyntaxError, ValueError):  # whoever asked takes another copy of the store
            self._control.sendall(FAILED)
        else:
            self._control.sendall(READY)

    def _become_worker(self, conversation: int, status: int) -> NoReturn:
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            os.dup2(self._silence, 2)  # the last words of an engine that runs out of memory
            for descriptor in (self._control.fileno(), self._wake, self._waker, status, *self._children):
                os.close(descriptor)
            code = become(conversation, self._store, self._memory_mb)
        except MemoryError:
            code = OUT_OF_MEMORY
        finally:
            os._exit(code)

    def _kill(self, status: int) -> None:
        child = self._children.get(status)
        if child is not None and not child.killed:
            child.killed = True
            self._poll.unregister(status)
            os.kill(child.pid, signal.SIGKILL)

    def _reap(self) -> None:
        for status, child in list(self._children.items()):
            pid, wait_status = os.waitpid(child.pid, os.WNOHANG)
            if pid == 0:
                continue
            if not child.killed:
                self._poll.unregister(status)
            with suppress(BrokenPipeError):  # nobody waits for it any more
                os.write(status, json.dumps({"code": os.waitstatus_to_exitcode(wait_status)}).encode() + b"\n")
            os.close(status)
            del self._children[status]


def main(arguments: list[str]) -> None:
    """``<control descriptor> <what a dump does not tell, as JSON>``; the dump comes on standard input."""
    os.nice(5)
    control, told = socket.socket(fileno=int(arguments[0])), json.loads(arguments[1])
    store = Image(sys.stdin.buffer, told["state"], told["empty"])
    sys.stdin.close()
    gc.disable()  # a collection in a child would copy the pages that it shares
    gc.freeze()
    host = Host(control, store, told["memory_mb"])
    control.sendall(READY)
    host.serve()


if __name__ == "__main__":
    main(sys.argv[1:])
