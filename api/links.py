"""Between IRIs, ids and paths: ``…/id/project/511703/某局/2026/名称`` has the id ``511703/某局/2026/名称``.

An id is what stands behind ``id/<kind>/`` in the IRI. Every thing has the path of its IRI (``/id/project/…``; terms
``/ontology/<name>`` and ``/shapes/<name>``); those with a page of their own are linked as ``/<kind>s/<id>``. A slash
inside a name is ``%2F`` in both, which a server undoes before it routes: so ids are read from the path as it was sent.
"""

from __future__ import annotations

import base64
import binascii
from urllib.parse import quote, unquote

from fastapi import Request

from graph import iris
from graph.errors import BadParameter

# Kinds with a page of their own, and how many segments their ids have.
_OWN_PAGE = {"department": 2, "project": 4, "table": 4, "indicator": 5, "disclosure": 1}
_TERMS = ("ontology#", "shapes#")
_SAFE = "/%:@!$&'()*+,;=~"


def id_of(iri: str) -> str:
    """The id in an IRI; of a term, its name."""
    if "#" in iri:
        return iri.rpartition("#")[2]
    return iri.removeprefix(f"{iris.BASE}id/").partition("/")[2]


def path_of(iri: str) -> str:
    """The path under which this service shows a thing, as a URI."""
    name = iri.removeprefix(f"{iris.BASE}id/")
    kind, _, rest = name.partition("/")
    if _OWN_PAGE.get(kind) == rest.count("/") + 1:
        return quote(f"/{kind}s/{rest}", safe=_SAFE)
    return quote(f"/{iri.removeprefix(iris.BASE).replace('#', '/')}", safe=_SAFE)


def is_ours(iri: str) -> bool:
    """Whether this service shows the thing."""
    return iri.removeprefix(iris.BASE).startswith(("id/", *_TERMS)) and iri.startswith(iris.BASE)


def sent_segments(request: Request, prefix: str) -> list[str]:
    """The segments behind a prefix of the path, each decoded by itself. Raises BadParameter for what is no UTF-8."""
    sent: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    path = sent.decode("latin-1").removeprefix(request.scope.get("root_path", ""))
    try:
        return [unquote(part, errors="strict") for part in path.removeprefix(prefix).strip("/").split("/")]
    except UnicodeDecodeError as error:
        raise BadParameter(path, zh="路径不是 UTF-8 编码。", en="The path is not UTF-8.") from error


def iri_at(request: Request) -> str:
    """The IRI whose path was asked for: the inverse of :func:`path_of` outside the pages of their own."""
    first, *rest = sent_segments(request, "/")
    path = "/".join(map(iris.segment, rest))
    return f"{iris.BASE}{first}{'/' if first == 'id' else '#'}{path}"


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
