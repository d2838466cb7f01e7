"""The graph itself as a file: Turtle, TriG, N-Quads, N-Triples, JSON-LD, RDF/XML; of everything or of a selection.

Triples are written as they are read, so memory does not grow with their number. A format without named graphs names
a triple that stands in two graphs twice, which says nothing new.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from pyoxigraph import Quad, RdfFormat, Triple, serialize

from graph.errors import BadParameter
from graph.export.selection import Graphs, Selection, graphs
from graph.store import Store
from graph.store.results import PREFIXES

FORMATS = {
    "ttl": RdfFormat.TURTLE,
    "trig": RdfFormat.TRIG,
    "nq": RdfFormat.N_QUADS,
    "nt": RdfFormat.N_TRIPLES,
    "jsonld": RdfFormat.JSON_LD,
    "rdf": RdfFormat.RDF_XML,
}
_PREFIXED = (RdfFormat.TURTLE, RdfFormat.TRIG, RdfFormat.JSON_LD, RdfFormat.RDF_XML)


def rdf_format(name: str) -> RdfFormat:
    """One of :data:`FORMATS`. Raises BadParameter."""
    found = FORMATS.get(name)
    if found is None:
        raise BadParameter(
            name, zh=f"格式应为 {'、'.join(FORMATS)} 之一。", en=f"The format is one of {', '.join(FORMATS)}."
        )
    return found


def write(store: Store, selection: Selection, format: str, stream: IO[bytes], *, piecewise: bool = False) -> None:
    """What is selected, with the graphs that it stands in where the format has them.

    ``piecewise``: ask the store for one graph after the other, never for everything at once, which takes as long as the
    reader of the stream does. Raises NotFound and BadParameter before anything is written.
    """
    rdf = rdf_format(format)
    if not selection and rdf.supports_datasets and not piecewise:
        store.dump(stream, rdf)  # the store's own is faster than any reading of its triples
        return
    found = graphs(store, selection)
    statements = _quads(found) if rdf.supports_datasets else _triples(found)
    serialize(statements, stream, format=rdf, prefixes=PREFIXES if rdf in _PREFIXED else None)


def _quads(found: Graphs) -> Iterator[Quad]:
    return (Quad(t.subject, t.predicate, t.object, name) for name, triples in found for t in triples)


def _triples(found: Graphs) -> Iterator[Triple]:
    return (triple for _, triples in found for triple in triples)
