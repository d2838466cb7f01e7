"""A store copied into memory: it answers 5 to 30 times faster than the same store on disk."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from typing import IO

from pyoxigraph import NamedNode, QueryBoolean, QuerySolutions, QueryTriples, RdfFormat

from graph.errors import QueryError
from graph.store.embedded import EmbeddedStore


class Image(EmbeddedStore):
    """The content of a dump in N-Quads, and the state that the dumped store had. Raises what parsing raises."""

    def __init__(self, dump: IO[bytes], state: str) -> None:
        super().__init__(None)
        self._opened.load(dump, RdfFormat.N_QUADS)
        self._token = state

    def query_dataset(
        self, sparql: str, default_graphs: Sequence[str], named_graphs: Sequence[str]
    ) -> QuerySolutions | QueryBoolean | QueryTriples:
        """As :meth:`query`, over graphs chosen from outside (SPARQL 1.1 protocol, 2.1.4); FROM counts for nothing."""
        try:
            return self._opened.query(
                sparql,
                default_graph=[NamedNode(name) for name in default_graphs],
                named_graphs=[NamedNode(name) for name in named_graphs],
            )
        except (SyntaxError, ValueError) as error:
            raise QueryError(str(error)) from error


def image_of(store: EmbeddedStore) -> Image:
    """A copy of a store in memory, over a temporary file."""
    with tempfile.TemporaryFile() as file:
        store.dump(file, RdfFormat.N_QUADS)
        file.seek(0)
        return Image(file, store.state())
