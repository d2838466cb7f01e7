"""Answers that follow from the store alone: an ETag for each state of it, 304 for who has the answer, and a memory.

While the store stays as it is, an answer that was given once is given again without being worked out again (RFC 9111;
the key is the address and every header that answers vary by).
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.observe import Metrics
from api.service import Service
from graph import __version__

Key = tuple[str, bytes, bytes, bytes]

_VARY = (b"accept", b"accept-encoding", b"accept-language", b"host")
_NEEDED = frozenset((*_VARY, b"authorization", b"if-none-match"))
_VARIES = b"Accept, Accept-Encoding, Accept-Language"
_LARGEST = 8  # an answer may take one part in so many of the memory
_OVERHEAD = 1000  # bytes that an answer takes beside its body and key


@dataclass(slots=True)
class _Kept:
    state: str
    start: Message
    body: bytes
    about: dict[str, Any]  # of the scope, for whoever counts requests
    size: int


class Remembering:
    """Middleware: answers of the ``lasting`` endpoints, ``no-store`` ones apart, stay while the store does.

    Requests with credentials, and those to a store that others may change unseen, pass through.
    """

    def __init__(
        self, app: ASGIApp, service: Service, lasting: Collection[Callable[..., Any]], metrics: Metrics
    ) -> None:
        self._app, self._service, self._lasting, self._metrics = app, service, frozenset(lasting), metrics
        self._kept: OrderedDict[Key, _Kept] = OrderedDict()
        self._left = int(service.settings.remembered_mb * 2**20)
        self._largest = self._left // _LARGEST

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from memory, or pass the request on and remember what comes."""
        live = self._service.live
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD") or not live.state:
            await self._app(scope, receive, send)
            return
        headers = _needed(scope)
        if b"authorization" in headers:
            await self._app(scope, receive, send)
            return
        asked = b"\n".join([headers.get(name, b"") for name in _VARY])
        key = (scope["scheme"], scope["raw_path"], scope["query_string"], asked)
        kept, known = self._kept.get(key), headers.get(b"if-none-match")
        # Whether the store has changed is looked up for whoever needs just that; others learn it with their answer.
        if (kept or known) and live.outdated():
            await run_in_threadpool(live.current)
        state = live.state
        tag = _tag(state, key)
        if known and tag.removeprefix(b"W/") in (part.strip().removeprefix(b"W/") for part in known.split(b",")):
            await _send(send, {"status": 304, "headers": [(b"etag", tag), (b"vary", _VARIES)]}, b"")
        elif kept and kept.state == state and scope["method"] == "GET":
            self._kept.move_to_end(key)
            self._metrics.remembered.inc()
            scope.update(kept.about)
            await _send(send, kept.start, kept.body)
        else:
            await self._app(scope, receive, _Recorder(self, scope, key, state, tag, send))

    def lasting(self, scope: Scope, state: str) -> bool:
        """Whether what answers a request follows from the store alone, which still is in this state."""
        return scope.get("endpoint") in self._lasting and state == self._service.live.state

    @property
    def largest(self) -> int:
        """The most bytes that an answer may have to be kept."""
        return self._largest

    def keep(self, key: Key, state: str, start: Message, body: bytes, scope: Scope) -> None:
        """Take an answer in, unless the store has changed since it was asked for; the longest unused make room."""
        if state != self._service.live.state:
            return
        about = {name: scope[name] for name in ("route", "endpoint") if name in scope}
        size = len(body) + sum(map(len, key)) + _OVERHEAD
        if size > self._largest:
            return
        self._forget(key)
        self._kept[key] = _Kept(state, start, body, about, size)
        self._left -= size
        while self._left < 0:
            self._forget(next(iter(self._kept)))

    def _forget(self, key: Key) -> None:
        gone = self._kept.pop(key, None)
        self._left += gone.size if gone else 0


class _Recorder:
    """Passes an answer on, gives it its ETag, and has it kept when it was whole."""

    def __init__(self, memory: Remembering, scope: Scope, key: Key, state: str, tag: bytes, send: Send) -> None:
        self._memory, self._scope, self._key, self._state, self._tag = memory, scope, key, state, tag
        self._send = send
        self._start: Message | None = None
        self._parts: list[bytes] = []
        self._size = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._begin(message)
        elif self._start is not None:
            self._record(self._start, message)
        await self._send(message)

    def _begin(self, message: Message) -> None:
        if message["status"] != 200 or not self._memory.lasting(self._scope, self._state):
            return
        headers = MutableHeaders(scope=message)
        if "no-store" in headers.get("cache-control", ""):
            return
        headers.setdefault("cache-control", "no-cache")
        headers["etag"] = self._tag.decode()
        if self._scope["method"] == "GET":
            self._start = message

    def _record(self, start: Message, message: Message) -> None:
        body = message.get("body", b"")
        self._size += len(body)
        if self._size > self._memory.largest:
            self._start = None
            self._parts.clear()
            return
        self._parts.append(body)
        if not message.get("more_body"):
            self._memory.keep(self._key, self._state, start, b"".join(self._parts), self._scope)


def _needed(scope: Scope) -> dict[bytes, bytes]:
    found: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        if name in _NEEDED:
            found[name] = found[name] + b"," + value if name in found else value
    return found


def _tag(state: str, key: Key) -> bytes:
    """Weak, for compression changes the bytes."""
    scheme, *rest = key
    told = b"\0".join([__version__.encode(), state.encode(), scheme.encode(), *rest])
    return b'W/"' + hashlib.sha256(told).hexdigest()[:32].encode() + b'"'


async def _send(send: Send, start: Message, body: bytes) -> None:
    # The list is copied: whoever stands outside adds headers of the one request to it.
    await send({"type": "http.response.start", "status": start["status"], "headers": list(start["headers"])})
    await send({"type": "http.response.body", "body": body})
