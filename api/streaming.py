"""A file that is made while it is sent: bounded in memory, in number, and with a name in any script."""

from __future__ import annotations

import io
import queue
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import IO, cast
from urllib.parse import quote

from fastapi import Response
from fastapi.responses import StreamingResponse

from graph.errors import JixiaoError

_CHUNK, _CHUNKS = 1 << 16, 8
_PLAIN = re.compile(r"[\w.-]+", re.ASCII)


class Busy(JixiaoError):
    """As many exports as allowed are under way."""

    headers: Mapping[str, str] = {"Retry-After": "5"}
    code, zh, en, status = "exports-busy", "正在进行的导出过多。", "Too many exports are under way.", 503
    remedy_zh, remedy_en = "请稍后再试。", "Try again in a while."


class Exports:
    """Writes files in threads of their own, so many at once."""

    def __init__(self, at_once: int) -> None:
        self._places = threading.BoundedSemaphore(at_once)

    def send(self, write: Callable[[IO[bytes]], object], media_type: str, name: str) -> Response:
        """What ``write`` writes, under a file name. Raises Busy, and what it raises before its first bytes."""
        if not self._places.acquire(blocking=False):
            raise Busy
        pipe = _Pipe()
        threading.Thread(target=self._run, args=(write, pipe), daemon=True).start()
        chunks = _Chunks(pipe)  # an error before anything is sent is a problem, not half a file
        return StreamingResponse(chunks, headers={"Content-Disposition": disposition(name)}, media_type=media_type)

    def _run(self, write: Callable[[IO[bytes]], object], pipe: _Pipe) -> None:
        failure: BaseException | None = None
        try:
            write(cast(IO[bytes], pipe))
        except BaseException as error:  # whoever reads is told
            failure = error
        self._places.release()
        pipe.finish(failure)


def disposition(name: str) -> str:
    """Content-Disposition for a download (RFC 6266): an ASCII name for old programs, the name itself for others."""
    ending = name.rpartition(".")[2]
    plain = name if _PLAIN.fullmatch(name) else f"jixiao.{ending}"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


class _Abandoned(Exception):
    """The reader has gone."""


class _Pipe(io.RawIOBase):
    """Written by one thread, read by another, a few chunks apart."""

    def __init__(self) -> None:
        super().__init__()
        self._chunks: queue.Queue[bytes | BaseException | None] = queue.Queue(_CHUNKS)
        self._buffer = bytearray()
        self._abandoned = threading.Event()

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: object) -> int:
        """Hand on what makes a chunk; waits while the reader is behind."""
        self._buffer += memoryview(data)  # type: ignore[arg-type]
        if len(self._buffer) >= _CHUNK:
            self._hand_on()
        return len(data)  # type: ignore[arg-type]

    def finish(self, error: BaseException | None) -> None:
        """The end, or why there is none."""
        try:
            if error is None and self._buffer:
                self._hand_on()
            self._put(error)
        except _Abandoned:
            pass

    def next(self) -> bytes:
        """The next chunk, nothing at the end. Raises what the writer raised."""
        chunk = self._chunks.get()
        if isinstance(chunk, BaseException):
            raise chunk
        return chunk or b""

    def abandon(self) -> None:
        """Nobody reads any more."""
        self._abandoned.set()

    def _hand_on(self) -> None:
        self._put(bytes(self._buffer))
        self._buffer.clear()

    def _put(self, chunk: bytes | BaseException | None) -> None:
        while not self._abandoned.is_set():
            try:
                self._chunks.put(chunk, timeout=0.5)
                return
            except queue.Full:
                continue
        raise _Abandoned


class _Chunks:
    """What is read from a pipe. Whoever drops it, having begun to read or not, stops the writing."""

    def __init__(self, pipe: _Pipe) -> None:
        self._pipe = pipe
        self._first: bytes | None = pipe.next()

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        chunk, self._first = self._first, None
        chunk = self._pipe.next() if chunk is None else chunk
        if not chunk:
            raise StopIteration
        return chunk

    def __del__(self) -> None:
        self._pipe.abandon()
