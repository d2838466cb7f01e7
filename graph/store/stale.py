"""What a write from outside puts out of date: the summaries (:mod:`graph.summaries`), taken away with the write."""

from __future__ import annotations

import re

from pyoxigraph import NamedNode

from graph import iris

_TOTALS = f"DROP SILENT GRAPH <{iris.TOTALS}>"
_ALL_MARKS = """DELETE { GRAPH ?summary { ?summary <http://purl.org/dc/terms/identifier> ?mark } } WHERE {
  GRAPH ?summary { ?summary a <https://w3id.org/jixiao/ontology#Summary> ; <http://purl.org/dc/terms/identifier> ?mark }
}"""
_OF_DISCLOSURE = re.compile(f"{re.escape(iris.BASE)}id/disclosure/[^/]+")


def by_update() -> list[str]:
    """Operations to run after an update, which may have changed any disclosure."""
    return [_ALL_MARKS, _TOTALS]


def by_graph(name: NamedNode | None) -> list[str]:
    """Operations to run after a change of one graph; the default graph is no part of what questions are asked of."""
    if name is None:
        return []
    match = _OF_DISCLOSURE.match(name.value)
    own = [f"DROP SILENT GRAPH <{iris.summary(match[0])}>"] if match else []
    return [*own, _TOTALS]
