"""HEAD and OPTIONS on every path: the one is GET without its body, the other tells the methods of the path."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import Response
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send


def allowed(scope: Scope, routes: Sequence[BaseRoute]) -> str:
    """The methods of a path for the header Allow; several routes may share it. Empty where there is no such path."""
    found = {
        method
        for route in routes
        if route.matches(scope)[0] is not Match.NONE
        for method in getattr(route, "methods", None) or ()
    }
    return ", ".join(sorted(found | ({"HEAD"} if "GET" in found else set()) | {"OPTIONS"})) if found else ""


class Methods:
    """Answers HEAD and OPTIONS in the place of the routes."""

    def __init__(self, app: ASGIApp, routes: Sequence[BaseRoute]) -> None:
        self._app, self._routes = app, routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, HEAD as GET."""
        method = scope["method"] if scope["type"] == "http" else ""
        if method == "OPTIONS" and (methods := allowed(scope, self._routes)):
            await Response(status_code=204, headers={"Allow": methods})(scope, receive, send)
            return
        if method != "HEAD":
            await self._app(scope, receive, send)
            return
        inside = {**scope, "method": "GET"}

        async def without_body(message: Message) -> None:
            if message["type"] == "http.response.start":  # whoever stands outside asks what answers
                scope.update({name: inside[name] for name in ("route", "endpoint") if name in inside})
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        await self._app(inside, receive, without_body)
