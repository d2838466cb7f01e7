"""Who may write: whoever sends the token of the service, and only where writing is switched on."""

from __future__ import annotations

import hmac
from collections.abc import Mapping

from fastapi import Request

from graph.errors import JixiaoError


class WritingOff(JixiaoError):
    """The service was started without ``--update``."""

    code, zh, en, status = "writing-off", "此服务只读。", "This service is read-only.", 403
    remedy_zh, remedy_en = "请以 jixiao serve --update 启动。", "Start it with jixiao serve --update."


class Unauthorised(JixiaoError):
    """No token, or a wrong one."""

    code, zh, en, status = "unauthorised", "需要正确的令牌。", "A valid token is needed.", 401
    headers: Mapping[str, str] = {"WWW-Authenticate": "Bearer"}
    remedy_zh, remedy_en = (
        "请求头应为 Authorization: Bearer <令牌>。",
        "Send the header Authorization: Bearer <token>.",
    )


def may_write(request: Request) -> None:
    """Pass only a request that may write, as a dependency of a route. Raises WritingOff and Unauthorised."""
    settings = request.app.state.service.settings
    if not settings.update:
        raise WritingOff(f"{request.method} {request.url.path}")
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    # Compared as bytes and in constant time: how long it takes tells nothing of the token.
    right = hmac.compare_digest(token.strip().encode(), settings.token.encode())
    if scheme.lower() != "bearer" or not right:
        raise Unauthorised()
