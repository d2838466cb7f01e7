"""A client's connection over HTTP/1.1: what uvicorn leaves open.

A client may offer another protocol: Java's own offers HTTP/2 with whatever it sends. The offer is passed over and the
request answered (RFC 9110, 7.8), where uvicorn loses its body (issue 2722). And a connection has bounds: on the length
of a head, and on how slowly a client may send what it has begun or take what it has asked for.
"""

from __future__ import annotations

import asyncio
import re
from http import HTTPStatus
from typing import Any

import httptools
from starlette.requests import Request
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.negotiation import accepts_gzip
from api.problems import problem
from graph.errors import JixiaoError

PATIENCE = 30.0  # seconds
SLOWEST = 1000  # bytes that a client moves in that time
LONGEST_HEAD = 256 * 1024  # bytes of a request before its body
_NOT_ASCII = re.compile(rb"[\x80-\xff]")


class MalformedRequest(JixiaoError):
    """What came is not HTTP."""

    code, zh, en, status = "malformed-request", "不是有效的 HTTP 请求。", "This is no valid HTTP request.", 400
    remedy_zh, remedy_en = (
        "地址中的汉字须作百分号编码；curl 可用 -G --data-urlencode。",
        "Percent-encode what is not ASCII in the address; curl does with -G --data-urlencode.",
    )


class HeadTooLarge(JixiaoError):
    """The address or the headers of a request never end."""

    code, zh, en, status = (
        "head-too-large",
        "请求的地址或头部过长。",
        "The request's address or headers are too long.",
        431,
    )
    remedy_zh, remedy_en = "长的查询请用 POST 提交。", "Send long queries with POST."


class AddressTooLong(JixiaoError):
    """The address of a request never ends."""

    code, zh, en, status = "address-too-long", "请求的地址过长。", "The address of the request is too long.", 414
    remedy_zh, remedy_en = "长的查询请用 POST 提交。", "Send long queries with POST."


class TooSlow(JixiaoError):
    """The client has begun a request and does not go on."""

    code, zh, en, status = "too-slow", "请求没有及时发完。", "The request did not arrive in time.", 408
    remedy_zh, remedy_en = "请检查网络后重发。", "Check the network and send it again."


class Connection(HttpToolsProtocol):
    """A connection that passes over offers of other protocols, and ends when the client stalls."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self._waiting_since = self.loop.time()  # for a request
        self._moved = self._unsent = 0  # bytes: both ways since the last look; to go out then
        self._inside = False  # a request
        self._barren = 0  # bytes since the last that made a head or a body
        self._watch: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin, and look after it from now on; where there are too many, whoever has idled longest makes room."""
        if self.limit_concurrency is not None and len(self.connections) + 1 >= self.limit_concurrency:
            self._make_room()
        super().connection_made(transport)
        self._watch = self.loop.call_later(PATIENCE, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        if self._watch is not None:
            self._watch.cancel()
        super().connection_lost(exc)

    def _make_room(self) -> None:
        idle = [other for other in self.connections if isinstance(other, Connection) and other._idle()]
        if idle:
            longest = min(idle, key=lambda other: other._waiting_since)
            self.connections.discard(longest)
            longest.transport.close()

    # -- what comes in

    def data_received(self, data: bytes) -> None:
        """Parse; a request with an offer once more without it."""
        self._unset_keepalive_if_required()
        if not data.isascii() and not self._inside:  # the body of a request may come after its answer
            data = _escaped(data)
        self._moved += len(data)
        self._barren += len(data)
        while data and not self.transport.is_closing():
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as offer:
                data = self._without_offer() + data[offer.args[0] :]
            except httptools.HttpParserError:
                return self._refuse(MalformedRequest())
            else:
                break
        if self._barren > LONGEST_HEAD:
            self._refuse(AddressTooLong() if len(self.url) > LONGEST_HEAD // 2 else HeadTooLarge())

    def _without_offer(self) -> bytes:
        """The head of the request, for a new parser."""
        method = self.parser.get_method()
        if method == b"CONNECT":  # is an offer in itself
            self._refuse(MalformedRequest("CONNECT"))
            return b""
        headers = [b"%s: %s\r\n" % header for header in self.headers if header[0] != b"upgrade"]
        version = self.parser.get_http_version().encode()
        self.parser = httptools.HttpRequestParser(self)
        return b"%s %s HTTP/%s\r\n%s\r\n" % (method, self.url, version, b"".join(headers))

    def _should_upgrade(self) -> bool:
        return True  # to uvicorn: leave this request alone, it comes again without the offer

    def on_message_begin(self) -> None:
        """A request begins."""
        self._inside = True
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, that of codings as one of the two that the service has."""
        if name.lower() == b"accept-encoding":
            value = b"gzip" if accepts_gzip(value.decode("latin-1")) else b"identity"
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """A head is whole."""
        self._barren = 0
        super().on_headers_complete()
        if not self.parser.should_upgrade():
            self.headers = []  # what follows a body in chunks is not among them

    def on_body(self, body: bytes) -> None:
        """A piece of a body has come."""
        self._barren = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """A request is whole."""
        self._inside, self._barren = False, 0
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """The client's turn again."""
        self._waiting_since = self.loop.time()
        super().on_response_complete()

    # -- how fast

    def resume_writing(self) -> None:
        """What was to go out has gone."""
        self._moved += SLOWEST
        super().resume_writing()

    def _look(self) -> None:
        """End the connection when it was the client's turn and next to nothing has moved since the last look."""
        self._watch = self.loop.call_later(PATIENCE, self._look)
        unsent = self.transport.get_write_buffer_size()
        moved, self._moved = self._moved + max(self._unsent - unsent, 0), 0
        self._unsent = unsent
        if moved < SLOWEST and (self.flow.write_paused or self.transport.is_closing()):
            self.transport.abort()
        elif self._idle():
            if self.loop.time() - self._waiting_since > PATIENCE * 0.9:
                self._give_up()
        elif moved < SLOWEST and self.cycle.more_body and not self.flow.read_paused:
            self._give_up()

    def _idle(self) -> bool:
        """Whether no request is under way."""
        return self.cycle is None or self.cycle.response_complete

    def _give_up(self) -> None:
        if self._idle() and not self._barren:
            self.transport.close()
        else:
            self._refuse(TooSlow())

    # -- what goes out where the application does not answer

    def _refuse(self, error: JixiaoError) -> None:
        """Answer with a problem, unless another answer is on its way, and end."""
        if self._idle() or not self.cycle.response_started:
            self.transport.write(_answer(error))
        self.transport.close()


def _escaped(data: bytes) -> bytes:
    """The beginning of a request, its address as it should be where a person has typed Chinese into one."""
    line, end, rest = data.partition(b"\r\n")
    return _NOT_ASCII.sub(lambda found: b"%%%02X" % found[0][0], line) + end + rest


def _answer(error: JixiaoError) -> bytes:
    response = problem(Request({"type": "http", "path": "", "query_string": b"", "headers": []}), error)
    status = f"HTTP/1.1 {error.status} {HTTPStatus(error.status).phrase}\r\nconnection: close\r\n"
    headers = b"".join(b"%s: %s\r\n" % header for header in response.raw_headers)
    return b"%s%s\r\n%s" % (status.encode(), headers, response.body)
