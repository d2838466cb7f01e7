"""Every disclosure of a store judged at once: in batches over processes, and compared with one another.

A batch is a few disclosures in one small graph in memory: the cost of asking a hundred queries is shared, and the graph
is small enough for each of them to stay fast. No two disclosures of a batch speak of the same subject, so that what the
rules find is what :func:`graph.validation.judge` finds in each alone. Rules of the group ``comparison`` are about several
disclosures; they are asked once of a graph of all, which holds only the properties that they name.
"""

from __future__ import annotations

import multiprocessing
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor

import pyoxigraph
from pyoxigraph import DefaultGraph, Quad, RdfFormat

from graph import iris
from graph.shapes import Rule, background, shapes
from graph.store import Store
from graph.validation import Finding, Order, found

COMPARISON = "comparison"
_BATCH = 3_000_000  # bytes of N-Triples, about 15,000 triples: faster than smaller and larger ones
_PREFIX = f"{iris.BASE}id/disclosure/".encode()

Found = list[tuple[str, Order, Finding]]


def judge_store(store: Store, jobs: int = 1) -> dict[str, list[Finding]]:
    """IRI of every disclosure of the store → what the rules find in it, in the order of its tables, rows and rules."""
    graphs = _Graphs()
    store.dump(graphs, RdfFormat.N_QUADS)  # type: ignore[arg-type]  # of a stream, only write is used
    together = [(_slice(graphs.texts), True)] if len(graphs.texts) > 1 else []
    tasks = [*together, *((batch, False) for batch in _batches(graphs.texts))]
    results: dict[str, Found] = {iri: [] for iri in graphs.texts}
    for items in _run(tasks, jobs):
        for item in items:
            results[item[0]].append(item)
    return {iri: [finding for *_, finding in sorted(items, key=lambda i: i[1])] for iri, items in results.items()}


def _run(tasks: list[tuple[bytes, bool]], jobs: int) -> Iterator[Found]:
    if jobs <= 1:
        yield from map(_judge, tasks)
        return
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(_judge, tasks)


def _judge(task: tuple[bytes, bool]) -> Found:
    """What the rules find in N-Triples; the second of the pair: those of comparison, or all others."""
    text, comparison = task
    store = pyoxigraph.Store()
    store.bulk_load(text, RdfFormat.N_TRIPLES)
    known = background(shapes().requires)
    store.extend(Quad(t.subject, t.predicate, t.object, DefaultGraph()) for t in known)
    return found(store, _rules(comparison))


def _rules(comparison: bool) -> list[Rule]:
    return [rule for rule in shapes().rules if (rule.group == COMPARISON) == comparison]


class _Graphs:
    """A stream of N-Quads that keeps the N-Triples of each disclosure's graph."""

    def __init__(self) -> None:
        self.texts: dict[str, bytearray] = defaultdict(bytearray)
        self._rest = b""

    def write(self, data: bytes) -> int:
        """Take the next bytes; lines may be broken anywhere."""
        *lines, self._rest = (self._rest + bytes(data)).split(b"\n")
        for line in lines:
            triple, _, graph = line.rpartition(b" <")
            name = graph[:-3]
            if name.startswith(_PREFIX) and not name.endswith(b"/findings"):
                self.texts[name.decode()] += triple + b" .\n"
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""


def _batches(texts: Mapping[str, bytearray]) -> Iterator[bytes]:
    batch, subjects = bytearray(), set[bytes]()
    for text in texts.values():
        own = {line.split(b" ", 1)[0] for line in bytes(text).splitlines()}
        if batch and (len(batch) + len(text) > _BATCH or not own.isdisjoint(subjects)):
            yield bytes(batch)
            batch, subjects = bytearray(), set()
        batch += text
        subjects |= own
    if batch:
        yield bytes(batch)


def _slice(texts: Mapping[str, bytearray]) -> bytes:
    """The triples that the rules of comparison ask for, and those that say where a finding is."""
    named = {"targetTable", "position", "page", "line", "sheet", "row", "column", "box"}
    for rule in _rules(comparison=True):
        named.update(*(re.findall(r"\bjx:([A-Za-z]\w*)", check.sparql) for check in rule.checks))
    wanted = {f"<{iris.JX}{name}>".encode() for name in named}
    return b"".join(line for text in texts.values() for line in bytes(text).splitlines(keepends=True) if _asks(wanted, line))


def _asks(wanted: set[bytes], line: bytes) -> bool:
    return line.split(b" ", 2)[1] in wanted
