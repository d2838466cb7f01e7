"""Another SPARQL 1.1 server over HTTP: what is asked, how it is told apart from failures, who may."""

from __future__ import annotations

import asyncio
import os
import re
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager
from typing import Any, TypeVar
from urllib.parse import unquote

import httpx

from graph.errors import LimitExceeded, QueryError, ResultTooLarge, StoreError

CONNECT = 5.0  # seconds
_TOLD = 2**16  # bytes of an error page that are read
_CHUNK = 1 << 16
Fields = Sequence[tuple[str, str]]
T = TypeVar("T")


class RemoteError(StoreError):
    """The other server failed, refused, or answered what is no answer."""

    code, zh, en, status = "remote-error", "远程图谱库出错。", "The remote store failed.", 502
    remedy_zh, remedy_en = (
        "请检查远程服务器的地址与权限。",
        "Check the remote server's address and permissions.",
    )


class GivenUp(StoreError):
    """Nobody waits for the answer any more."""

    code, zh, en = "given-up", "请求已放弃。", "The request was given up."
    remedy_zh, remedy_en = "请重试。", "Try again."


class Call:
    """One request from its beginning to its end: it has so many seconds, and any thread may give it up before."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._deadline = time.monotonic() + seconds
        self._lock = threading.Lock()
        self._future: Future[Any] | None = None
        self._killed = False

    def kill(self) -> None:
        """Nobody waits for it: the connection is closed, whatever is going on in it."""
        with self._lock:
            self._killed = True
            if self._future is not None:
                self._future.cancel()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """The clock stands while something else is waited for."""
        before = time.monotonic()
        try:
            yield
        finally:
            self._deadline += time.monotonic() - before

    def run(self, loop: asyncio.AbstractEventLoop, step: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Do a step of it in the loop. Raises TimeoutError, GivenUp and what the step raises."""
        with self._lock:
            if self._killed:
                raise GivenUp
            self._future = future = asyncio.run_coroutine_threadsafe(self._in_time(step()), loop)
        try:
            return future.result()
        except CancelledError as error:
            raise GivenUp from error

    async def _in_time(self, step: Awaitable[T]) -> T:
        async with asyncio.timeout(self._deadline - time.monotonic()):
            return await step


class Reply:
    """What a server answers, as a stream that is read while it comes. Raises as :meth:`Server.ask`."""

    def __init__(self, server: Server, response: httpx.Response, call: Call, most: int | None) -> None:
        self.headers = response.headers
        self.media_type = str(response.headers.get("content-type", "")).partition(";")[0].strip().lower()
        self._server, self._response, self._call = server, response, call
        self._left = most
        self._most = most
        self._chunks: AsyncIterator[bytes] = response.aiter_bytes(_CHUNK)
        self._held = b""

    def read(self, size: int = -1) -> bytes:
        """So many bytes, or all, as a stream gives them."""
        with self._server.told(self._call.seconds):
            if size < 0:
                held, self._held = self._held, b""
                return held + self._call.run(self._server.loop, self._rest)
            if not self._held:
                self._held = self._call.run(self._server.loop, self._next)
        part, self._held = self._held[:size], self._held[size:]
        return part

    def chunks(self) -> Iterator[bytes]:
        """The bytes in pieces."""
        while part := self.read(_CHUNK):
            yield part

    def close(self) -> None:
        """Give up what is still to come."""
        self._server.run(self._response.aclose())

    async def _next(self) -> bytes:
        chunk = await anext(self._chunks, b"")
        if self._left is not None:
            self._left -= len(chunk)
            if self._left < 0:
                raise _too_large(self._most)
        return chunk

    async def _rest(self) -> bytes:
        parts = []
        while chunk := await self._next():
            parts.append(chunk)
        return b"".join(parts)


def _too_large(most: int | None) -> ResultTooLarge:
    megabytes = f"{(most or 0) / 2**20:g}"
    return ResultTooLarge(
        "bytes", zh=f"远程图谱库的答复超过 {megabytes} MB，已停止。", en=f"The answer has more than {megabytes} MB."
    )


class Server:
    """The endpoints of a server, and what says who asks. Safe to use from several threads."""

    def __init__(self, query_url: str, update_url: str, graphs_url: str, auth: httpx.Auth | None, token: str) -> None:
        self.query_url, self.update_url, self.graphs_url = query_url, update_url, graphs_url
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        # Requests run in a loop of their own: that alone can end one at any moment, whatever it waits for.
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name="remote", daemon=True)
        self._thread.start()
        self._client = httpx.AsyncClient(auth=auth, headers=headers, timeout=httpx.Timeout(None, connect=CONNECT))

    def ask(self, fields: Fields, accept: str, call: Call, most: int | None = None) -> Reply:
        """The answer to a query, which is to be closed; ``most``: bytes that it may have.

        Raises QueryError, LimitExceeded, StoreError and RemoteError.
        """
        request = self._client.build_request("POST", self.query_url, data=_form(fields), headers={"Accept": accept})
        return Reply(self, self._opened(request, call), call, most)

    def update(self, text: str, call: Call) -> None:
        """Run an update. Raises as :meth:`ask`."""
        request = self._client.build_request("POST", self.update_url, data={"update": text})
        self.run(self._opened(request, call).aclose())

    def put(self, graph: str, triples: bytes, call: Call) -> None:
        """Put N-Triples in the place of a graph (SPARQL 1.1 Graph Store Protocol). Raises as :meth:`ask`."""
        headers = {"Content-Type": "application/n-triples"}
        request = self._client.build_request(
            "PUT", self.graphs_url, params={"graph": graph}, content=triples, headers=headers
        )
        self.run(self._opened(request, call).aclose())

    def run(self, step: Coroutine[Any, Any, T]) -> T:
        """Do something in the loop."""
        return asyncio.run_coroutine_threadsafe(step, self.loop).result()

    def close(self) -> None:
        """Close the connections."""
        if self.loop.is_closed():
            return
        self.run(self._client.aclose())
        self.run(self.loop.shutdown_asyncgens())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()

    @contextmanager
    def told(self, seconds: float) -> Iterator[None]:
        """Failures of the way there as errors for people."""
        try:
            yield
        except httpx.ConnectError as error:
            raise _unreached(error, self.query_url) from error
        except (TimeoutError, httpx.TimeoutException) as error:
            zh, en = (
                f"远程图谱库超过 {seconds:g} 秒没有答复。",
                f"The remote store did not answer within {seconds:g} s.",
            )
            raise LimitExceeded("time", place=self.query_url, zh=zh, en=en) from error
        except httpx.HTTPError as error:
            raise RemoteError(str(error) or type(error).__name__, place=self.query_url) from error

    def _opened(self, request: httpx.Request, call: Call) -> httpx.Response:
        async def send() -> httpx.Response:
            response = await self._client.send(request, stream=True)
            if response.status_code >= 300:
                try:
                    raise failure(response, await _beginning(response))
                finally:
                    await response.aclose()
            return response

        with self.told(call.seconds):
            return call.run(self.loop, send)


def server(url: str, environment: Mapping[str, str] = os.environ) -> Server:
    """The server whose queries go to ``url``; where updates go and who asks stands in the environment.

    JIXIAO_REMOTE_UPDATE and JIXIAO_REMOTE_GRAPHS (else as :func:`customary` has them), JIXIAO_REMOTE_USER and
    JIXIAO_REMOTE_PASSWORD (digest, if JIXIAO_REMOTE_AUTH is so), or JIXIAO_REMOTE_TOKEN. Raises StoreError for what is
    no URL.
    """
    url, *inside = without_password(url)
    user, password = (environment.get(f"JIXIAO_REMOTE_{name}", "") for name in ("USER", "PASSWORD"))
    user, password = (user, password) if user else (inside[0], inside[1])
    kind = httpx.DigestAuth if environment.get("JIXIAO_REMOTE_AUTH") == "digest" else httpx.BasicAuth
    named = (environment.get(f"JIXIAO_REMOTE_{name}", "") for name in ("UPDATE", "GRAPHS"))
    update, graphs = (without_password(given)[0] or usual for given, usual in zip(named, customary(url), strict=True))
    auth = kind(user, password) if user else None
    return Server(url, update, graphs, auth, environment.get("JIXIAO_REMOTE_TOKEN", ""))


def without_password(url: str) -> tuple[str, str, str]:
    """A URL without who asks, the user and the password that stood in it. Raises StoreError for what is no URL."""
    try:
        parts = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise StoreError(str(error), zh="远程图谱库的地址有误。", en="The remote store's URL is wrong.") from error
    if not parts.userinfo:
        return url, "", ""
    return str(parts.copy_with(userinfo=b"")), unquote(parts.username), unquote(parts.password)


def customary(url: str) -> tuple[str, str]:
    """Where updates go and, "" where it is not known, whole graphs, by the custom of servers.

    …/query → …/update (Oxigraph); …/repositories/x → …/statements (RDF4J); …/sparql,
    …/sparql-auth → the same, …/sparql-graph-crud, …/sparql-graph-crud-auth (Virtuoso); else the same URL.
    """
    if url.endswith("/query"):
        return url.removesuffix("/query") + "/update", ""
    if re.search(r"/repositories/[^/]+$", url):
        return f"{url}/statements", ""
    if virtuoso := re.fullmatch(r"(.*/sparql)(-auth)?", url):
        return url, f"{virtuoso[1]}-graph-crud{virtuoso[2] or ''}"
    return url, ""


def _form(fields: Fields) -> dict[str, list[str]]:
    form: dict[str, list[str]] = {}
    for name, value in fields:
        form.setdefault(name, []).append(value)
    return form


async def _beginning(response: httpx.Response) -> str:
    body = b""
    async for chunk in response.aiter_bytes(_TOLD):
        body += chunk
        if len(body) >= _TOLD:
            break
    return body.decode("utf-8", "replace")


# What servers say of their own limits: Virtuoso's error codes.
_LIMITS = (
    (re.compile(r"\b(S1TAT|S1T00|SR171)\b|estimated execution time"), LimitExceeded, "time"),
    (re.compile(r"\bSR353\b"), ResultTooLarge, "rows"),
    (re.compile(r"\bFRVEC\b|memory limit|memory pool", re.I), ResultTooLarge, "memory"),
)


def failure(response: httpx.Response, body: str) -> LimitExceeded | QueryError | RemoteError:
    """What a status that is none of success means, told without the markup of a page and without the query."""
    if "html" in response.headers.get("content-type", ""):
        body = re.sub(r"(?s)<(style|script|head)\b.*?</\1>|<[^>]*>", " ", body)
    detail = " ".join(body.partition("SPARQL query:")[0].split())[:300]  # Virtuoso repeats the query
    for pattern, kind, what in _LIMITS:
        if pattern.search(detail):
            en = f"The remote store met a limit of its own: {detail}"
            return kind(what, place=_place(response), zh=f"远程图谱库到了自身的限度：{detail}", en=en)
    if response.status_code == 400:
        return QueryError(detail)
    if response.is_redirect:
        detail = f"→ {without_password(response.headers.get('location', ''))[0]}"
    return RemoteError(f"{response.status_code} {detail}", place=_place(response))


def _place(response: httpx.Response) -> str:
    return str(response.url.copy_with(query=None))


def _unreached(error: httpx.ConnectError, place: str) -> StoreError:
    if "SSL" in str(error) or "certificate" in str(error).lower():
        return RemoteError(
            str(error), place=place, zh="与远程图谱库的 TLS 连接失败；证书可用 SSL_CERT_FILE 指定。",
            en="The TLS connection to the remote store failed; SSL_CERT_FILE may name its certificates.",
        )  # fmt: skip
    return StoreError(str(error), place=place, zh="连接不到远程图谱库。", en="The remote store is not reached.")
