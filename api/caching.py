"""Answers that need not be sent again: an ETag for each state of the store and each way of asking."""

from __future__ import annotations

import hashlib

from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from api.resources import service
from graph import __version__
from graph.store.tokens import has_keyword


async def etag(request: Request, query: str, *asked: str | None) -> str | None:
    """The tag of the answer to a query; None where the same store may give another answer.

    Weak, for compression changes the bytes.
    """
    if has_keyword(query, "now", "rand", "uuid", "bnode"):
        return None
    live = service(request).live
    # Whether the store has changed is looked up for whoever asks just that; others learn it with their answer.
    if live.state and "if-none-match" in request.headers:
        await run_in_threadpool(live.current)
    state = live.state
    if not state:  # of a store that others may change unseen
        return None
    told = [__version__, state, str(request.url.replace(query="")), query, *(part or "" for part in asked)]
    return f'W/"{hashlib.sha256(chr(0).join(told).encode()).hexdigest()[:32]}"'


def unchanged(request: Request, tag: str | None) -> bool:
    """Whether the client has said (If-None-Match) that it has what the tag stands for."""
    known = request.headers.get("if-none-match", "")
    return tag is not None and tag.removeprefix("W/") in (part.strip().removeprefix("W/") for part in known.split(","))
