"""Another SPARQL 1.1 server over HTTP: what is asked, how it is told apart from failures, who may."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, cast

import httpx

from graph.errors import LimitExceeded, QueryError, StoreError

_IN_MEMORY = 2**20
_CONNECT = 5.0  # seconds
Fields = Sequence[tuple[str, str]]


class RemoteError(StoreError):
    """The other server failed, refused, or answered what is no answer."""

    code, zh, en, status = "remote-error", "远程图谱库出错。", "The remote store failed.", 502
    remedy_zh, remedy_en = (
        "请检查远程服务器的地址与权限。",
        "Check the remote server's address and permissions.",
    )


class Server:
    """The endpoints of a server, and what says who asks."""

    def __init__(self, query_url: str, update_url: str, auth: httpx.Auth | None, token: str) -> None:
        self.query_url, self._update_url = query_url, update_url
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._client = httpx.Client(auth=auth, headers=headers, timeout=httpx.Timeout(60.0, connect=_CONNECT))

    @contextmanager
    def ask(self, fields: Fields, accept: str, seconds: float) -> Iterator[tuple[str, IO[bytes]]]:
        """Media type and bytes of the answer. Raises QueryError, LimitExceeded, StoreError and RemoteError."""
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as held:
            media_type = self._fetch(fields, accept, seconds, cast(IO[bytes], held))
            held.seek(0)
            yield media_type, cast(IO[bytes], held)

    def _fetch(self, fields: Fields, accept: str, seconds: float, into: IO[bytes]) -> str:
        deadline = time.monotonic() + seconds
        with (
            _told(self.query_url, seconds),
            self._client.stream(
                "POST", self.query_url, data=_form(fields), headers={"Accept": accept}, timeout=_limit(seconds)
            ) as response,
        ):
            _check(response)
            for chunk in response.iter_bytes():
                if time.monotonic() > deadline:
                    raise httpx.ReadTimeout("")
                into.write(chunk)
            return str(response.headers.get("content-type", "")).partition(";")[0].strip().lower()

    def update(self, text: str, seconds: float) -> None:
        """Run an update. Raises as :meth:`ask`."""
        with _told(self._update_url, seconds):
            form = {"update": text}
            with self._client.stream("POST", self._update_url, data=form, timeout=_limit(seconds)) as response:
                _check(response)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def server(url: str, environment: Mapping[str, str] = os.environ) -> Server:
    """The server whose queries go to ``url``; where updates go and who asks stands in the environment.

    JIXIAO_REMOTE_UPDATE (else …/query → …/update, else the same URL), JIXIAO_REMOTE_USER and JIXIAO_REMOTE_PASSWORD
    (digest, if JIXIAO_REMOTE_AUTH is so), or JIXIAO_REMOTE_TOKEN.
    """
    update = url.removesuffix("/query") + "/update" if url.endswith("/query") else url
    user, password = (environment.get(f"JIXIAO_REMOTE_{name}", "") for name in ("USER", "PASSWORD"))
    kind = httpx.DigestAuth if environment.get("JIXIAO_REMOTE_AUTH") == "digest" else httpx.BasicAuth
    auth = kind(user, password) if user else None
    return Server(
        url, environment.get("JIXIAO_REMOTE_UPDATE", update), auth, environment.get("JIXIAO_REMOTE_TOKEN", "")
    )


def _limit(seconds: float) -> httpx.Timeout:
    return httpx.Timeout(seconds, connect=_CONNECT)


def _form(fields: Fields) -> dict[str, list[str]]:
    form: dict[str, list[str]] = {}
    for name, value in fields:
        form.setdefault(name, []).append(value)
    return form


def _check(response: httpx.Response) -> None:
    if response.status_code < 300:
        return
    text = response.read().decode("utf-8", "replace").strip()[:500]
    if response.status_code == 400:
        raise QueryError(text)
    raise RemoteError(f"{response.status_code} {text}", place=str(response.url))


@contextmanager
def _told(place: str, seconds: float) -> Iterator[None]:
    try:
        yield
    except httpx.ConnectError as error:
        raise StoreError(
            str(error), place=place, zh="连接不到远程图谱库。", en="The remote store is not reached."
        ) from error
    except httpx.TimeoutException as error:
        zh, en = f"远程图谱库超过 {seconds:g} 秒没有答复。", f"The remote store did not answer within {seconds:g} s."
        raise LimitExceeded("time", place=place, zh=zh, en=en) from error
    except httpx.HTTPError as error:
        raise RemoteError(str(error), place=place) from error
