"""Between IRIs, ids and paths: ``…/id/project/511703/某局/2026/名称`` has the id ``511703/某局/2026/名称``.

An id is what stands behind ``id/<kind>/`` in the IRI; the path of a thing is ``/<kind>s/<id>``. A slash inside a name
is ``%2F`` in both, which a server undoes before it routes: so ids are read from the path as it was sent.
"""

from __future__ import annotations

import base64
import binascii
from urllib.parse import quote, unquote

from fastapi import Request

from graph import iris
from graph.errors import BadParameter

_SAFE = "/%:@!$&'()*+,;=~"


def id_of(iri: str) -> str:
    """The id in an IRI."""
    return iri.removeprefix(f"{iris.BASE}id/").partition("/")[2]


def path_of(iri: str) -> str:
    """The path under which this service shows a thing, as a URI."""
    kind = iri.removeprefix(f"{iris.BASE}id/").partition("/")[0]
    return quote(f"/{kind}s/{id_of(iri)}", safe=_SAFE)


def sent_segments(request: Request, prefix: str) -> list[str]:
    """The segments behind a prefix of the path, each decoded by itself. Raises BadParameter for what is no UTF-8."""
    sent: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    path = sent.decode("latin-1").removeprefix(request.scope.get("root_path", ""))
    try:
        return [unquote(part, errors="strict") for part in path.removeprefix(prefix).strip("/").split("/")]
    except UnicodeDecodeError as error:
        raise BadParameter(path, zh="路径不是 UTF-8 编码。", en="The path is not UTF-8.") from error


def encode_next(key: str) -> str:
    """An opaque token for the item that a page ends with."""
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def decode_next(token: str | None) -> str | None:
    """The inverse of :func:`encode_next`. Raises BadParameter."""
    if not token:
        return None
    try:
        return base64.b64decode(token.encode() + b"=" * (-len(token) % 4), b"-_", validate=True).decode()
    except (binascii.Error, UnicodeError) as error:
        raise BadParameter(
            f"next={token[:40]}", zh="next 须取自上一页。", en="next is to be taken from the page before."
        ) from error
