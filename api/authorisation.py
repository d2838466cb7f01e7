"""Who may write: whoever sends a token of the service, and only where writing is switched on.

``JIXIAO_TOKEN`` holds one token, or several with the names of those who hold them: ``张三:<token>,李四:<token>``.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping

from fastapi import Request

from graph.errors import JixiaoError

UNNAMED = "token"  # who writes with a token that has no name


class WritingOff(JixiaoError):
    """The service was started without ``--update``, or without a token."""

    code, zh, en, status = "writing-off", "此服务只读。", "This service is read-only.", 403
    remedy_zh, remedy_en = (
        "请设置环境变量 JIXIAO_TOKEN；SPARQL 更新还须以 jixiao serve --update 启动。",
        "Set JIXIAO_TOKEN; SPARQL updates need jixiao serve --update besides.",
    )


class Unauthorised(JixiaoError):
    """No token, or a wrong one."""

    code, zh, en, status = "unauthorised", "需要正确的令牌。", "A valid token is needed.", 401
    headers: Mapping[str, str] = {"WWW-Authenticate": "Bearer"}
    remedy_zh, remedy_en = (
        "请求头应为 Authorization: Bearer <令牌>。",
        "Send the header Authorization: Bearer <token>.",
    )


def holders(tokens: str) -> dict[str, str]:
    """Token → the name of who holds it."""
    pairs = [part.strip().rpartition(":") for part in tokens.split(",") if part.strip()]
    return {token.strip(): name.strip() or UNNAMED for name, _, token in pairs if token.strip()}


def may_write(request: Request) -> None:
    """Pass only a request that may write, as a dependency of a route. Raises WritingOff and Unauthorised."""
    if not request.app.state.service.settings.update:
        raise WritingOff(f"{request.method} {request.url.path}")
    writer(request)


def writer(request: Request, typed: str | None = None) -> str:
    """The name of who writes, by the token in the header, or by one typed into a form.

    Forms send the token with every request, there is no cookie: a page of another site has nothing to misuse.
    Raises WritingOff and Unauthorised.
    """
    known = holders(request.app.state.service.settings.token)
    if not known:
        raise WritingOff(f"{request.method} {request.url.path}")
    scheme, _, sent = request.headers.get("authorization", "").partition(" ")
    token = sent.strip() if scheme.lower() == "bearer" else (typed or "").strip()
    # Compared as bytes, in constant time and with every one: how long it takes tells nothing of the tokens.
    found = [name for held, name in known.items() if hmac.compare_digest(token.encode(), held.encode())]
    if not found:
        raise Unauthorised()
    return found[0]
