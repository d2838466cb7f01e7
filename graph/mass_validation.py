"""Every disclosure of a store judged at once: in batches over processes, and compared with one another.

A batch is a few disclosures in one graph in memory, which share the cost of asking a hundred queries. No two of them
speak of the same subject, so that the rules find what :func:`graph.validation.judge` finds in each alone. Rules of the
group ``comparison`` are about several disclosures; they are asked once of a graph of all, which holds only the
properties that they name.
"""

from __future__ import annotations

import multiprocessing
import re
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from itertools import repeat

import pyoxigraph
from pyoxigraph import NamedNode, Quad, RdfFormat, Triple, serialize

from graph import iris
from graph.shapes import Rule, background, shapes
from graph.store import open_store
from graph.validation import Finding, Found, found

COMPARISON = "comparison"
_DISCLOSURE = f"{iris.BASE}id/disclosure/"
_BATCH = 60_000  # triples: larger graphs cost more a triple, smaller ones more a query
_SHARE = 20  # disclosures that a process takes at a time


def judge_store(location: str, jobs: int = 1) -> dict[str, list[Finding]]:
    """IRI of every disclosure of a store → what the rules find in it, in the order of its tables, rows and rules.

    Raises StoreError where the store cannot be opened. Nothing is written.
    """
    with closing(open_store(location, read_only=True)) as store:
        names = sorted(name.value for name in store.graphs() if _is_disclosure(name.value))
    results: dict[str, list[Found]] = {name: [] for name in names}
    for item in _results(location, names, jobs):
        results[item.disclosure].append(item)
    return {name: [item.finding for item in sorted(items, key=_order)] for name, items in results.items()}


def _is_disclosure(name: str) -> bool:
    return name.startswith(_DISCLOSURE) and "/" not in name.removeprefix(_DISCLOSURE)


def _order(item: Found) -> tuple[int, int, str, str]:
    return item.order


def _results(location: str, names: Sequence[str], jobs: int) -> Iterator[Found]:
    shares = [names[start : start + _SHARE] for start in range(0, len(names), _SHARE)]
    if jobs <= 1:
        yield from _compared(map(_share, repeat(location), shares))
        return
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield from _compared(pool.map(_share, repeat(location), shares))


def _compared(shares: Iterable[tuple[list[Found], bytes]]) -> Iterator[Found]:
    """What was found in the shares, then what comparing them finds."""
    slices = []
    for items, text in shares:
        yield from items
        slices.append(text)
    yield from _compare(b"".join(slices))


def _share(location: str, names: Sequence[str]) -> tuple[list[Found], bytes]:
    """What the rules find in some disclosures each, and the N-Triples that comparing them needs."""
    items, wanted, slices = [], _wanted(), []
    with closing(open_store(location, read_only=True)) as store:
        for batch in _batches(list(store.graph(NamedNode(name))) for name in names):
            items += _judged((Quad(*triple) for triple in batch), _rules())
            slices.append(serialize((t for t in batch if t.predicate in wanted), format=RdfFormat.N_TRIPLES) or b"")
    return items, b"".join(slices)


def _batches(graphs: Iterable[list[Triple]]) -> Iterator[list[Triple]]:
    batch: list[Triple] = []
    subjects: set[object] = set()
    for graph in graphs:
        own = {triple.subject for triple in graph}
        if batch and (len(batch) + len(graph) > _BATCH or not own.isdisjoint(subjects)):
            yield batch
            batch, subjects = [], set()
        batch = batch + graph
        subjects |= own
    if batch:
        yield batch


def _judged(quads: Iterable[Quad], rules: Sequence[Rule]) -> list[Found]:
    store = pyoxigraph.Store()
    store.bulk_extend(quads)
    store.bulk_extend(Quad(t.subject, t.predicate, t.object) for t in background(shapes().requires))
    return found(store, rules)


def _compare(text: bytes) -> list[Found]:
    store = pyoxigraph.Store()
    store.bulk_load(text, RdfFormat.N_TRIPLES)
    return found(store, _rules(COMPARISON))


def _rules(group: str | None = None) -> list[Rule]:
    """The rules of comparison, or all others."""
    return [rule for rule in shapes().rules if (rule.group == COMPARISON) == (group == COMPARISON)]


def _wanted() -> set[NamedNode]:
    """The properties that the rules of comparison ask for, and those that say where a finding is."""
    named = {"targetTable", "page", "line", "sheet", "row", "column", "box", "position", "name", "scope", "level3"}
    for rule in _rules(COMPARISON):
        named.update(*(re.findall(r"\bjx:([A-Za-z]\w*)", check.sparql) for check in rule.checks))
    return {NamedNode(iris.JX + name) for name in named}
