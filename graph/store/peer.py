"""The other end of a worker: a request goes, a result comes, whole or piece by piece."""

from __future__ import annotations

import json
import os
import select
import socket
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import IO, Any, Protocol, cast

from graph.errors import JixiaoError, StoreError
from graph.store import frames

# A result up to this size is complete before its first byte goes out, so that a limit it meets can be told as an error.
HELD = 64 * 2**20
IN_MEMORY = 256 * 2**20  # bytes of all results that are held at once; what comes beyond stands in temporary files
_GRACE = 5.0  # seconds for a worker that was killed to be reported


class Gone(StoreError):
    """The host has died."""

    code, zh, en = "query-process-gone", "查询进程已停止。", "The query process has died."
    remedy_zh, remedy_en = "请重试。", "Try again."


class Stopped(Exception):
    """No (whole) answer: what the worker told, or the code it ended with."""

    def __init__(self, told: dict[str, Any], code: int = 0) -> None:
        super().__init__(told, code)
        self.told, self.code = told, code


class Peer:
    """One worker, as seen from the process that asks it."""

    def __init__(self, conversation: socket.socket, status: int, age: int, give_back: Callable[[Peer], None]) -> None:
        self._socket, self._status, self._give_back = conversation, status, give_back
        self.age = age  # of the store that it sees
        self._stream = conversation.makefile("rb")
        self._lock = threading.Lock()

    def alive(self) -> bool:
        """Whether the worker still waits for a request: nothing is to be read then, not even an end."""
        return not select.select([self._socket], [], [], 0)[0]

    def send(self, message: bytes, seconds: float) -> None:
        """Ask. A worker that dies meanwhile is told of by :meth:`read`."""
        self._socket.settimeout(seconds + _GRACE)
        try:
            self._socket.sendall(frames.frame(frames.ASK, message))
        except OSError:
            return

    def read(self) -> tuple[bytes, bytes]:
        """The next message. Raises Stopped, and Gone."""
        try:
            return frames.read(self._stream)
        except (EOFError, OSError) as error:
            raise Stopped({}, self._code()) from error

    def rest(self) -> None:
        """The answer is read: the worker may have another request."""
        self._give_back(self)

    def kill(self) -> None:
        """The worker is ended by its host, which sees the pipe close."""
        with self._lock:
            if self._status >= 0:
                os.close(self._status)
                self._status = -1

    def close(self) -> None:
        """Give it up; a worker that waits ends by itself."""
        self._stream.close()
        self._socket.close()
        self.kill()

    def _code(self) -> int:
        with self._lock:
            if self._status < 0:
                return -9
            ready, _, _ = select.select([self._status], [], [], _GRACE)
            line = os.read(self._status, 4096) if ready else b""
        if not line:
            raise Gone
        return cast(int, json.loads(line)["code"])


class Killable(Protocol):
    """What evaluates a request."""

    def kill(self) -> None:
        """End it, from any thread."""


class Stop:
    """Given with a request, ends its evaluation when called, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._peer: Killable | None = None
        self._called = False

    def attach(self, peer: Killable) -> None:
        """This worker is evaluating."""
        with self._lock:
            self._peer = peer
            if self._called:
                peer.kill()

    def detach(self) -> None:
        """The worker has answered, and may soon have another request."""
        with self._lock:
            self._peer = None

    def __call__(self) -> None:
        """Nobody waits for the answer any more."""
        with self._lock:
            self._called = True
            if self._peer is not None:
                self._peer.kill()


class _Memory:
    """How many bytes the results of this process may still hold in memory."""

    def __init__(self, left: int) -> None:
        # A result that is forgotten gives back wherever that happens to be noticed, be it in here.
        self._lock, self._left = threading.RLock(), left

    def take(self, size: int) -> bool:
        """Whether there is room for so many more, which are taken then."""
        with self._lock:
            room = self._left >= size
            self._left -= size if room else 0
            return room

    def give_back(self, size: int) -> None:
        """So many are free again."""
        with self._lock:
            self._left += size


_memory = _Memory(IN_MEMORY)


class Result:
    """A result as it goes out. Its bytes come once; what is not read to the end is to be closed."""

    def __init__(self) -> None:
        self.media_type = ""
        self.size = 0  # bytes that are held: all, once it is complete
        self.told: dict[str, Any] = {}
        self._parts: deque[bytes] = deque()
        self._file: IO[bytes] | None = None  # what follows the parts

    @property
    def complete(self) -> bool:
        """Whether nothing can go wrong any more."""
        return True

    def write(self, chunk: bytes) -> int:
        """Hold some more, as a stream does."""
        self.size += len(chunk)
        if self._file is None and _memory.take(len(chunk)):
            self._parts.append(chunk)
            return len(chunk)
        if self._file is None:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with this
        return self._file.write(chunk)

    def flush(self) -> None:
        """Nothing is to be done."""

    def chunks(self) -> Iterator[bytes]:
        """The bytes in pieces. Raises what stopped the query, if it had not ended when this was made."""
        try:
            while self._parts:
                part = self._parts.popleft()
                _memory.give_back(len(part))
                yield part
            if self._file is not None:
                self._file.seek(0)
                while part := self._file.read(1 << 16):
                    yield part
            yield from self._arriving()
        finally:
            self.close()

    @property
    def body(self) -> bytes:
        """All the bytes at once."""
        return b"".join(self.chunks())

    def close(self) -> None:
        """Give up what is still to come."""
        _memory.give_back(sum(map(len, self._parts)))
        self._parts.clear()
        if self._file is not None:
            self._file.close()
            self._file = None

    def __del__(self) -> None:
        self.close()

    def _arriving(self) -> Iterator[bytes]:
        return iter(())


class WorkerResult(Result):
    """The result that a worker is sending."""

    def __init__(self, peer: Peer, explain: Callable[[Stopped], JixiaoError], stop: Stop) -> None:
        super().__init__()
        stop.attach(peer)
        self._peer: Peer | None = peer
        self._stop = stop
        self._explain = explain

    @property
    def complete(self) -> bool:
        """Whether the worker has sent all."""
        return self._peer is None

    def collect(self) -> None:
        """Take in the result, or as much of it as is held. Raises what stopped it."""
        for part in self._arriving():
            self.write(part)
            if self.size >= HELD:
                return

    def close(self) -> None:
        """Give up what is still to come."""
        super().close()
        if self._peer is not None:
            self._stop.detach()
            peer, self._peer = self._peer, None
            peer.close()

    def _arriving(self) -> Iterator[bytes]:
        peer = self._peer
        while peer is not None:
            try:
                kind, payload = peer.read()
                if kind == frames.HEAD:
                    self.media_type = payload.decode()
                elif kind == frames.DATA:
                    yield payload
                else:
                    self._ended(peer, json.loads(payload))
                    return
            except Stopped as stopped:
                self.close()
                raise self._explain(stopped) from None
            except Gone:
                self.close()
                raise

    def _ended(self, peer: Peer, told: dict[str, Any]) -> None:
        self._stop.detach()
        self._peer, self.told = None, told
        if told["last"]:
            peer.close()
        else:
            peer.rest()
        if "error" in told:
            raise Stopped(told)
