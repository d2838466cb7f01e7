"""Where the graph is kept: one interface, whatever stands behind it. Terms are pyoxigraph's everywhere."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Protocol, cast

from pyoxigraph import NamedNode, Quad, QueryBoolean, QuerySolutions, QueryTriples, RdfFormat, Triple

from graph.store.embedded import EmbeddedStore, Term
from graph.store.remote import RemoteStore

__all__ = ["EmbeddedStore", "RemoteStore", "Store", "Term", "is_remote", "open_store"]


class Store(Protocol):
    """Named graphs that are replaced as wholes. Every method raises StoreError when the store cannot be reached."""

    def query(
        self, sparql: str, *, bindings: Mapping[str, Term] | None = None
    ) -> QuerySolutions | QueryBoolean | QueryTriples:
        """Answer SPARQL over the union of all named graphs; a triple that stands in two of them is found twice.

        ``bindings`` gives values to variables, which the outermost SELECT must project. Raises QueryError.
        """

    def replace(self, graphs: Mapping[NamedNode, Iterable[Triple]]) -> bool:
        """Put each named graph in the place of what the store has under its name, all in one transaction.

        A graph without triples is removed. Returns whether anything changed; what is equal is not written again.
        """

    def remove(self, graphs: Iterable[NamedNode]) -> None:
        """Remove named graphs in one transaction; those that do not exist are passed over."""

    def graph(self, name: NamedNode) -> Iterator[Triple]:
        """The triples of one named graph, none if it does not exist."""

    def quads(
        self, subject: NamedNode | None, predicate: NamedNode | None, object: NamedNode | None, name: NamedNode | None
    ) -> Iterator[Quad]:
        """The quads that match; None matches anything."""

    def graphs(self) -> Iterator[NamedNode]:
        """The names of all graphs, in no particular order."""

    def state(self) -> str:
        """A token that changes whenever the content changes, and only then; it survives closing and opening."""

    def dump(self, stream: IO[bytes], format: RdfFormat) -> None:
        """Write everything; a format without named graphs gets each triple once."""

    def close(self) -> None:
        """Give the store back, everything on disk. Nothing but close() may be called afterwards."""


def is_remote(location: str | os.PathLike[str] | None) -> bool:
    """Whether a location is the query URL of a SPARQL 1.1 server."""
    return location is not None and os.fspath(location).startswith(("http://", "https://"))


def open_store(location: str | os.PathLike[str] | None, *, read_only: bool = False) -> Store:
    """The store in a folder, made where there is none, or on the SPARQL 1.1 server that has this query URL.

    In memory, for as long as it is held, if ``location`` is None.

    A store opened read-only keeps the state of that moment, whatever another process writes. Raises StoreError.
    """
    if is_remote(location):
        return RemoteStore(os.fspath(cast(str, location)), read_only=read_only)
    return EmbeddedStore(location, read_only=read_only)
