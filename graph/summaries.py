"""Summaries: what questions over the whole store would have to count, counted when a disclosure is stored.

Each is a SPARQL CONSTRUCT: those of ``queries/summaries/`` are asked of one disclosure with what follows from it; their
triples are the graph ``<disclosure>/summary``, marked with the queries and written in one transaction with it. Those of
``queries/totals/`` are asked of the store, summaries included; their triples are the graph ``id/summary``, dated and
marked too.

Summaries are never read back and can be dropped: without the mark, questions are answered from the disclosures
themselves (see :mod:`graph.queries`), and :func:`renew` makes what is missing. So who changes a disclosure without
summing it up anew takes its summary or its mark away, and the totals, in the same transaction; writes from outside do
so (:mod:`graph.store.stale`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import cast

import pyoxigraph
from pyoxigraph import Literal, NamedNode, Quad, QueryTriples, Triple

from graph import iris
from graph.iris import JX, RDF_TYPE
from graph.queries import TOTALS, summary_library, summary_mark, totals_library
from graph.store import Store
from graph.store.rows import strings

PROV = "http://www.w3.org/ns/prov#"
_IDENTIFIER = NamedNode("http://purl.org/dc/terms/identifier")
_MADE = NamedNode(f"{PROV}generatedAtTime")
_DATE_TIME = NamedNode("http://www.w3.org/2001/XMLSchema#dateTime")
_DISCLOSURES = f"SELECT ?g WHERE {{ GRAPH ?g {{ ?g a <{JX}Disclosure> }} }}"
_SUMMARISED = f"""SELECT ?g ?mark WHERE {{
  GRAPH ?summary {{ ?summary <http://purl.org/dc/terms/identifier> ?mark ; <{PROV}wasDerivedFrom> ?g }}
}}"""
_BATCH = 200


def summarise(name: str, triples: Iterable[Triple]) -> list[Triple]:
    """The summary of a disclosure, marked, from its triples and what follows from them."""
    memory = pyoxigraph.Store()
    memory.bulk_extend(Quad(*triple) for triple in triples)
    asked = (memory.query(question.sparql) for question in summary_library().values())
    mark = Triple(NamedNode(iris.summary(name)), _IDENTIFIER, Literal(summary_mark()))
    return [mark, *(triple for found in asked for triple in cast(QueryTriples, found))]


def renew(store: Store) -> None:
    """Make the summaries that are missing or come from other queries, and the totals, if they are not as stored."""
    stored = list(store.graph(TOTALS))
    mark = Triple(TOTALS, _IDENTIFIER, Literal(summary_mark()))
    present = {row["g"] for row in strings(store.query(_DISCLOSURES))}
    known = {row["g"] for row in strings(store.query(_SUMMARISED)) if row["mark"] == summary_mark()}
    _summarise_again(store, sorted(present - known))
    kept = [triple for triple in stored if triple.predicate != _MADE]
    found = [mark, Triple(TOTALS, NamedNode(RDF_TYPE), NamedNode(f"{JX}Summary")), *_totals(store)]
    if set(found) != set(kept):
        now = datetime.now(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")
        store.replace({TOTALS: [*found, Triple(TOTALS, _MADE, Literal(now, datatype=_DATE_TIME))]})


def _totals(store: Store) -> Iterator[Triple]:
    for question in totals_library().values():
        yield from cast(QueryTriples, store.query(question.sparql))


def _summarise_again(store: Store, names: Iterable[str]) -> None:
    left = iter(names)
    while batch := list(islice(left, _BATCH)):
        store.replace({NamedNode(iris.summary(name)): summarise(name, _of(store, name)) for name in batch})


def _of(store: Store, name: str) -> Iterator[Triple]:
    yield from store.graph(NamedNode(name))
    yield from store.graph(NamedNode(iris.derived(name)))
