"""Every disclosure of a store judged at once: in batches over processes, and compared with one another.

A batch is a few disclosures in one graph in memory, which share the cost of asking a hundred queries. No two of them
are of one department, so that they speak of different things, and the rules find what :func:`graph.validation.judge`
finds in each alone. Only what the rules ask for is read: that is half of a store.

Rules of the group ``comparison`` are about several disclosures: of one department, or of one city (the first four
digits of a region). They are asked of a district: one or more cities as wholes.
"""

from __future__ import annotations

import multiprocessing
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import closing
from functools import cache
from itertools import groupby
from typing import Any

import pyoxigraph
from pyoxigraph import NamedNode, Quad, RdfFormat, Triple, serialize

from graph import iris
from graph.iris import JX, RDF_TYPE
from graph.shapes import Rule, background, named, shapes
from graph.store import Store, open_store
from graph.store.rows import strings
from graph.validation import COMPARISON, Finding, Found, Look, found, recompared, report_triples

_BATCH = 40_000  # quads: larger graphs cost more a quad, smaller ones more a query
_SHARE = 20  # disclosures that a process takes at a time
_HELD = """PREFIX jx: <https://w3id.org/jixiao/ontology#>
SELECT ?g ?department ?region WHERE {
  GRAPH ?g { ?g jx:department ?department . OPTIONAL { ?department jx:region ?region } }
}"""
_WHERE = {f"{JX}{name}" for name in ("targetTable", "inTable", "position", "name", "level3")}  # of a finding

Held = tuple[str, str]
"""IRIs of a disclosure and of its department."""
District = list[list[Held]]
"""Disclosures that are compared with one another, in the shares that one process judges."""


def judge_store(location: str, jobs: int = 1) -> dict[str, list[Finding]]:
    """IRI of every disclosure of a store → what the rules find in it, in the order of its tables, rows and rules.

    Raises StoreError where the store cannot be opened. Nothing is written.
    """
    with closing(open_store(location, read_only=True)) as store:
        if jobs <= 1:
            return judge_all(store)
        districts = _districts(store)
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=spawn, initializer=_open, initargs=(location,)) as pool:
        return _collected(districts, _results(districts, pool.submit))


def judge_all(store: Store) -> dict[str, list[Finding]]:
    """As :func:`judge_store`, in this process, of a store that is open; an image in memory is the fastest."""
    districts = _districts(store)
    return _collected(districts, (item for district in districts for item in _in_district(store, district)))


def refresh(store: Store, changed: Iterable[str]) -> None:
    """Compare anew the disclosures of every city in which some have changed, and store what is found beside each."""
    names = set(changed)
    for city in _cities(store):
        if any(name in names for name, _ in city):
            text = b"".join(_slice(list(_read(store, NamedNode(name), COMPARISON))) for name, _ in city)
            found: dict[str, list[Finding]] = {name: [] for name, _ in city}
            for item in _compared(store, text):
                found[item.disclosure].append(item.finding)
            store.replace(dict(_reports(store, found)))


def peers(store: Store, name: str) -> list[str]:
    """IRIs of the disclosures that one is compared with: what they are told changes when it goes."""
    cities = [[other for other, _ in city] for city in _cities(store)]
    return [other for city in cities if name in city for other in city if other != name]


def _reports(store: Store, found: Mapping[str, Sequence[Finding]]) -> Iterator[tuple[NamedNode, list[Triple]]]:
    """The findings graphs that are not as they should be."""
    for name, findings in found.items():
        graph = NamedNode(iris.findings(name))
        stored = list(store.graph(graph))
        report = recompared(name, stored, report_triples(name, findings))
        if set(report) != set(stored):
            yield graph, report


def _collected(districts: Iterable[District], items: Iterable[Found]) -> dict[str, list[Finding]]:
    found: dict[str, list[Found]] = {}
    for name in sorted(name for district in districts for share in district for name, _ in share):
        found[name] = []
    for item in items:
        found[item.disclosure].append(item)
    return {name: [item.finding for item in sorted(items, key=_order)] for name, items in found.items()}


def _order(item: Found) -> tuple[int, int, str, str]:
    return item.order


# -- who is compared with whom ----------------------------------------------------------------------------------------


def _districts(store: Store) -> list[District]:
    districts: list[list[Held]] = []
    for city in _cities(store):
        # Small cities are judged together: a query costs something even where there is nothing.
        if districts and len(districts[-1]) + len(city) <= _SHARE:
            districts[-1] += city
        else:
            districts.append(city)
    return [[held[start : start + _SHARE] for start in range(0, len(held), _SHARE)] for held in districts]


def _cities(store: Store) -> Iterator[list[Held]]:
    """The disclosures of one city after the other."""
    rows = sorted((_city(row), row["g"], row["department"]) for row in strings(store.query(_HELD)))
    for _, members in groupby(rows, key=lambda row: row[0]):
        yield [(name, department) for _, name, department in members]


def _city(row: dict[str, str]) -> str:
    """The first four digits of the region; a department without one is on its own."""
    return row["region"][:-2] if row.get("region") else row["department"]


# -- one process ------------------------------------------------------------------------------------------------------

_here: Store


def _open(location: str) -> None:
    """Open the store in a process of the pool, for as long as that lives."""
    global _here
    _here = open_store(location, read_only=True)


def _share_here(share: Sequence[Held]) -> tuple[list[Found], bytes]:
    return _judged(_here, share)


def _compare_here(text: bytes) -> list[Found]:
    return _compared(_here, text)


def _results(districts: Iterable[District], submit: Callable[..., Future[Any]]) -> Iterator[Found]:
    """What is found by the pool: shares first, and each district as soon as its shares are done."""
    judged = [[submit(_share_here, share) for share in district] for district in districts]
    compared = []
    for district in judged:
        slices = []
        for future in district:
            items, text = future.result()
            slices.append(text)
            yield from items
        compared.append(submit(_compare_here, b"".join(slices)))
    for future in compared:
        yield from future.result()


def _in_district(store: Store, district: District) -> Iterator[Found]:
    slices = []
    for share in district:
        items, text = _judged(store, share)
        slices.append(text)
        yield from items
    yield from _compared(store, b"".join(slices))


def _judged(store: Store, share: Sequence[Held]) -> tuple[list[Found], bytes]:
    """What the rules find in some disclosures each, and the N-Triples that comparing them needs."""
    items: list[Found] = []
    slices = []
    for batch in _batches(store, share):
        memory = pyoxigraph.Store()
        memory.bulk_extend(batch)
        memory.bulk_extend(Quad(*triple) for triple in background(shapes().requires))
        items += found(memory, _rules(None), _places(store))
        slices.append(_slice(batch))
    return items, b"".join(slices)


def _batches(store: Store, share: Sequence[Held]) -> Iterator[list[Quad]]:
    batch: list[Quad] = []
    departments: set[str] = set()
    for name, department in share:
        graph = list(_read(store, NamedNode(name), None))
        if batch and (len(batch) + len(graph) > _BATCH or department in departments):
            yield batch
            batch, departments = [], set()
        batch = batch + graph
        departments.add(department)
    if batch:
        yield batch


def _read(store: Store, name: NamedNode, group: str | None) -> Iterator[Quad]:
    """What the rules of comparison, or all rules, may ask for of a disclosure."""
    for predicate in _wanted(group):
        yield from store.quads(None, predicate, None, name)
    for kind in _classes():
        yield from store.quads(None, NamedNode(RDF_TYPE), kind, name)


def _slice(batch: Iterable[Quad]) -> bytes:
    """What comparing needs of a batch, as N-Triples."""
    wanted = {*_wanted(COMPARISON), NamedNode(RDF_TYPE)}
    return serialize((quad.triple for quad in batch if quad.predicate in wanted), format=RdfFormat.N_TRIPLES) or b""


def _compared(store: Store, text: bytes) -> list[Found]:
    memory = pyoxigraph.Store()
    memory.bulk_load(text, RdfFormat.N_TRIPLES)
    return found(memory, _rules(COMPARISON), _places(store))


def _places(store: Store) -> Look:
    """Places are read of what was found alone."""

    def look(iri: str, name: str, disclosure: str) -> str | None:
        quads = store.quads(NamedNode(iri), NamedNode(name), None, NamedNode(disclosure))
        return next((quad.object.value for quad in quads if not isinstance(quad.object, Triple)), None)

    return look


@cache
def _rules(group: str | None) -> list[Rule]:
    """The rules of comparison, or all others."""
    return [rule for rule in shapes().rules if (rule.group == COMPARISON) == (group == COMPARISON)]


@cache
def _wanted(group: str | None) -> list[NamedNode]:
    """The properties that the rules of comparison, or all rules, may ask for, and those that say where a finding is."""
    rules = _rules(group) if group else shapes().rules
    return [NamedNode(iri) for iri in sorted(named(rules) | _WHERE)]


@cache
def _classes() -> list[NamedNode]:
    """What the rules ask the type of."""
    queries = "".join(check.sparql for rule in shapes().rules for check in rule.checks)
    return [NamedNode(iri) for iri in sorted(set(re.findall(r"subClassOf>\* <([^>]+)>", queries)))]
