"""Changes of a store that come from outside: an update, or one graph put, added to or deleted; each one transaction."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any, Protocol

from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from graph.errors import BadParameter, StoreError
from graph.store import stale
from graph.store.embedded import EmbeddedStore
from graph.store.updates import clearing, insertions

_PATIENCE = 3.0  # seconds to wait for another writer


def write(request: dict[str, Any]) -> dict[str, Any]:
    """Do what a request says in the folder ``location``; what comes back: see :func:`changed`, and the changes."""
    with closing(_opened(request["location"])) as store:
        return {**changed(store, request["change"]), "changes": store.changes.as_json()}


class Changeable(Protocol):
    """A store that can be changed so."""

    def update(self, sparql: str, base: str | None = None, also: Sequence[str] = ()) -> None:
        """Run an update, and operations of ours after it, in one transaction."""

    def change(self, operations: list[str]) -> None:
        """Run update operations of ours in one transaction."""

    def has_graph(self, name: NamedNode) -> bool:
        """Whether a graph is there."""


def changed(store: Changeable, change: dict[str, Any]) -> dict[str, Any]:
    """Change a store. ``kind``: update, put, post or delete; tells whether the graph was there before.

    In the same transaction the summaries that it puts out of date are taken away.

    Raises QueryError for an update that is wrong, BadParameter for triples that are, and StoreError.
    """
    if change["kind"] == "update":
        store.update(change["sparql"], change["base"], stale.by_update())
        return {}
    name = NamedNode(change["graph"]) if change["graph"] else None
    existed = name is None or store.has_graph(name)
    if change["kind"] == "delete":
        if existed:
            store.change(["CLEAR DEFAULT" if name is None else f"DROP GRAPH {name}", *stale.by_graph(name)])
    else:
        triples = [triple for part in change["parts"] for triple in _triples(part, change["base"])]
        operations = clearing(name) if change["kind"] == "put" or not existed else []
        store.change([*operations, *insertions(name, triples), *stale.by_graph(name)])
    return {"existed": existed}


def _triples(part: dict[str, str], base: str) -> Iterator[Triple]:
    """The triples of a body; blank nodes of different bodies stay different."""
    format = RdfFormat.from_media_type(part["media_type"])
    try:
        found = parse(
            base64.b64decode(part["data"]),
            format,
            base_iri=base,
            without_named_graphs=True,
            rename_blank_nodes=True,
        )
        yield from (quad.triple for quad in found)
    except (SyntaxError, ValueError) as error:
        raise BadParameter(str(error), zh="正文不是合格的 RDF。", en="The body is no proper RDF.") from error


def _opened(location: str) -> EmbeddedStore:
    """The store for writing; another writer is waited for. Raises StoreError."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            return EmbeddedStore(location)
        except StoreError as error:
            if "lock" not in error.detail or time.monotonic() > deadline:
                raise
            time.sleep(0.1)
