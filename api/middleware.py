"""Around every request: a bound on its body, and headers that keep browsers safe."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import SAFE_HEADERS, problem
from graph.errors import TooLarge


class SecurityHeaders:
    """Adds :data:`api.problems.SAFE_HEADERS` to every response that does not set them itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SAFE_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


class CrossOrigin(CORSMiddleware):
    """Lets scripts of other sites ask (CORS), and see what an answer's headers tell."""

    def __init__(self, app: ASGIApp, origins: str) -> None:
        super().__init__(
            app,
            allow_origins=origins.split(),
            allow_methods=["GET", "HEAD", "POST", "PUT", "DELETE"],
            allow_headers=["Accept", "Authorization", "Content-Type", "If-None-Match"],
            expose_headers=["ETag", "Link", "Location", "Retry-After"],
            max_age=3600,
        )


class _BodyTooLarge(Exception):
    """The body has passed the bound."""


class BodyLimit:
    """Answers 413 to a body above the bound, announced or not."""

    def __init__(self, app: ASGIApp, megabytes: float) -> None:
        self._app, self._megabytes = app, megabytes
        self._most = int(megabytes * 2**20)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, counting."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request, read = Request(scope), 0

        async def counting() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._most:
                raise _BodyTooLarge
            return message

        announced = request.headers.get("content-length", "")
        try:
            if announced.isascii() and announced.isdigit() and int(announced) > self._most:
                raise _BodyTooLarge
            await self._app(scope, counting, send)
        except _BodyTooLarge:
            error = TooLarge(
                f"> {self._megabytes:g} MB", zh="请求正文过大。", en="The body of the request is too large."
            )
            error.remedy_zh, error.remedy_en = "请分几次发送。", "Send it in parts."
            await problem(request, error)(scope, receive, send)
