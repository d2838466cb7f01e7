"""A large store as practice would fill it: made-up departments whose tables are put together from those of the samples.

A department has about eight projects, the same in three years with values that change; names of indicators, documents
cited and function codes are drawn so that few are frequent and most are rare (the n-th is drawn 1/n as often as the
first). So an answer about one thing is large for what everybody uses and small for the rest, as it is in practice.
"""

from __future__ import annotations

import hashlib
import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from itertools import chain
from typing import IO

from pyoxigraph import NamedNode, Quad, RdfFormat, serialize

from graph import iris, resources
from graph.extraction.identity import regions
from graph.ingest import read_and_judge, store_reference, store_vocabulary, triples_of
from graph.model import Disclosure, Indicator, Money, TargetTable
from graph.patterns import derive, link
from graph.store import Store, open_store
from graph.store.image import Image
from graph.summaries import renew, summarise
from tests.bench.search import names

YEARS = (2024, 2025, 2026)
_TABLES = 8  # of a department
_NAMES, _DOCUMENTS, _FUNCTIONS = 40_000, 2_000, 200
_BUREAUS = ("医疗保障", "教育", "卫生健康", "交通运输", "水利", "农业农村", "民政", "公安", "司法", "财政", "自然资源")


@cache
def samples() -> list[Disclosure]:
    """The samples as they are read."""
    files = sorted(resources.folder("data/samples").glob("*.txt"))
    return [found for file in files for r in read_and_judge(file) if (found := r.disclosure) is not None]


@dataclass(frozen=True, slots=True)
class _Pools:
    """What is drawn from, the most frequent first."""

    tables: Sequence[TargetTable]
    names: Sequence[str]
    documents: Sequence[str]
    functions: Sequence[str]


@cache
def _pools() -> _Pools:
    tables = [table for sample in samples() for table in sample.target_tables]
    rows = [row for table in tables for row in table.indicators]
    printed = dict.fromkeys(row.level3 for row in rows)
    cited = dict.fromkeys(number for row in rows for basis in row.basis for number in basis.citations)
    issued = (f"{number.split('〔')[0]}〔{2015 + n % 11}〕{n}号" for n in range(1, _DOCUMENTS) for number in cited)
    known = dict.fromkeys(code for table in tables for code in table.functions)
    codes = (str(2010101 + 100 * n) for n in range(_FUNCTIONS))
    return _Pools(
        tables,
        list(dict.fromkeys(chain(printed, names(_NAMES)))),
        list(dict.fromkeys(chain(cited, issued)))[:_DOCUMENTS],
        list(dict.fromkeys(chain(known, codes)))[:_FUNCTIONS],
    )


def _drawn(pool: Sequence[str], chance: random.Random) -> str:
    """One of a pool, the n-th 1/n as often as the first."""
    return pool[int((len(pool) + 1) ** chance.random()) - 1]


def variants(chance: random.Random) -> Iterator[Disclosure]:
    """Made-up disclosures without end: departments of random regions, three years of each."""
    codes = [code for code in regions() if not code.endswith("00")]
    known: set[tuple[str, str]] = set()
    while True:
        code, bureau = chance.choice(codes), chance.choice(_BUREAUS)
        name = f"{regions()[code].name}{bureau}局"
        if (code, bureau) in known:  # a large town has several of one sort
            name += f"第{len(known)}分局"
        known.add((code, bureau))
        sample = chance.choice(samples())
        department = replace(sample.department, name=name, region=code, code=None)
        tables = tuple(_table(number, chance) for number in range(1, _TABLES + 1))
        for year in YEARS:
            digest = hashlib.sha256(f"{code} {name} {year}".encode()).hexdigest()
            source = replace(sample.source, sha256=digest, path=f"{name}{year}.txt")
            changed = tuple(_changed(table, chance) for table in tables)
            yield replace(sample, source=source, department=department, fiscal_year=year, target_tables=changed)


def _table(position: int, chance: random.Random) -> TargetTable:
    """A table of the samples under another name and function, with other rows."""
    pools = _pools()
    table = chance.choice(pools.tables)
    rows = tuple(_row(row, chance) for row in table.indicators)
    name = f"{table.name}{position}" if chance.random() < 0.5 else f"{_drawn(pools.names, chance)}项目{position}"
    functions = (_drawn(pools.functions, chance),)
    return replace(
        table, scope="project", name=name, position=position, code=None, functions=functions, indicators=rows
    )


def _row(row: Indicator, chance: random.Random) -> Indicator:
    pools = _pools()
    basis = tuple(
        replace(each, citations=tuple(_drawn(pools.documents, chance) for _ in each.citations)) for each in row.basis
    )
    return replace(row, level3=_drawn(pools.names, chance), basis=basis)


def _changed(table: TargetTable, chance: random.Random) -> TargetTable:
    """The table of another year."""
    factor = Decimal(chance.randint(50, 200)) / 100
    budget = table.budget and Money(table.budget.amount * factor, table.budget.unit, table.budget.yuan * factor)
    rows = tuple(_changed_row(row, chance) for row in table.indicators)
    return replace(table, budget=budget, indicators=rows)


def _changed_row(row: Indicator, chance: random.Random) -> Indicator:
    if row.target.lower is None or chance.random() > 0.3:
        return row
    lower = (row.target.lower * Decimal(chance.randint(80, 100)) / 100).normalize()
    return replace(row, target=replace(row.target, lower=Decimal(f"{lower:f}")))


def quads_of(disclosure: Disclosure) -> list[Quad]:
    """What a disclosure is stored as, but for the findings."""
    name = NamedNode(iris.disclosure(disclosure.source.sha256))
    triples = triples_of(disclosure)
    follows = derive(triples)
    graphs = {
        name: triples,
        NamedNode(iris.derived(name.value)): follows,
        NamedNode(iris.summary(name.value)): summarise(name.value, [*triples, *follows]),
    }
    return [
        Quad(triple.subject, triple.predicate, triple.object, graph)
        for graph, found in graphs.items()
        for triple in found
    ]


def dumped(quads: int, file: IO[bytes]) -> int:
    """Write a store of about so many quads to a file, as N-Quads, without what :func:`loaded` works out."""
    start, written = open_store(None), 0
    store_vocabulary(start)
    store_reference(start)
    start.dump(file, RdfFormat.N_QUADS)
    for disclosure in chain(samples(), variants(random.Random(1))):
        content = quads_of(disclosure)
        serialize(content, file, RdfFormat.N_QUADS)
        written += len(content)
        if written >= quads:
            break
    return written


def loaded(file: IO[bytes]) -> Image:
    """The store of a dump in memory, as the service has it, with links and totals."""
    store = Image(file, "filled")
    link(store)
    renew(store)
    return store


def filled(quads: int) -> tuple[Store, int]:
    """A store in memory of about so many quads, loaded from a dump as the service loads it; and how many they are."""
    with tempfile.TemporaryFile() as file:
        written = dumped(quads, file)
        file.seek(0)
        return loaded(file), written
