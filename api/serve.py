"""Run the service until it is stopped."""

from __future__ import annotations

import os
import resource
import socket
import sys
from contextlib import suppress
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from api.app import create_app
from api.connection import Connection
from api.observe import log_as_json
from api.settings import Settings
from graph.errors import JixiaoError


class AddressError(JixiaoError):
    """The address cannot be listened on."""

    code, zh, en = "address-error", "无法监听该地址。", "The address cannot be listened on."
    remedy_zh, remedy_en = "请换一个 --port，或停止占用它的程序。", "Take another --port, or stop what uses it."


def serve(store: str, host: str, port: int, **others: Any) -> None:
    """Serve a store; ``others`` are more settings. Raises StoreError and AddressError before anything is served."""
    token = os.environ.get("JIXIAO_TOKEN", "")
    settings = Settings(store=store, host=host, port=port, token=token, **others)
    if settings.log_json:
        log_as_json()
    _open_files(settings)
    with _listen(settings) as listener:
        app = create_app(settings)
        url = f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}/"
        print(f"绩效 Jixiao → {url}（Ctrl-C 停止 to stop）", file=sys.stderr, flush=True)
        with suppress(KeyboardInterrupt):  # uvicorn stops in good order and raises it again
            uvicorn.Server(configured(app, settings)).run(sockets=[listener])


def configured(app: ASGIApp, settings: Settings, log_level: str = "warning") -> uvicorn.Config:
    """How uvicorn serves the application."""
    return uvicorn.Config(
        app,
        http=Connection,
        ws="none",
        log_level=log_level,
        server_header=False,
        timeout_graceful_shutdown=5,
        limit_concurrency=settings.max_connections + 1,  # connections that are busy; Connection sees to the others
    )


def _open_files(settings: Settings) -> None:
    """Allow as many open files as connections and workers need: many systems begin with 1,024."""
    wanted = settings.max_connections + 4 * settings.query_workers + 500
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted and soft != resource.RLIM_INFINITY:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _listen(settings: Settings) -> socket.socket:
    try:
        family = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((settings.host, settings.port), family=family, backlog=2048)
        # asyncio forgets it for such a socket, and then every second part of an answer waits 40 ms.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listener
    except OSError as error:
        raise AddressError(str(error), place=f"{settings.host}:{settings.port}") from error
