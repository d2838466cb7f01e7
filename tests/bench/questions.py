"""How long each question takes on a store of a million quads; the limit is one second.

python -m tests.bench.questions [QUADS]        # default: 1,000,000

The store is in memory, as the service has it. Its disclosures are the samples themselves, and the samples with another
region, department and year and with amounts and values varied, so that names and classes repeat as they do in practice.
Each question is asked twice: with nothing but what it needs, and with the example of every parameter. Times are of the
processor, so that other work on the machine counts little.
"""

from __future__ import annotations

import hashlib
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import cache
from itertools import chain

from pyoxigraph import NamedNode, Quad, RdfFormat, serialize

from graph import iris, resources
from graph.extraction.identity import regions
from graph.ingest import read_and_judge, store_reference, store_vocabulary, triples_of
from graph.model import Disclosure, Indicator, Money, TargetTable
from graph.patterns import derive, link
from graph.queries import Question, library, run
from graph.store import Store, open_store
from graph.store.image import Image
from graph.store.rows import strings

LIMIT = 1.0
QUADS = 1_000_000
RUNS = 3
_YEARS = (2024, 2025, 2026)


def variants(samples: list[Disclosure], chance: random.Random) -> Iterator[Disclosure]:
    """Made-up disclosures without end: departments of random regions, three years of each."""
    codes = [code for code in regions() if not code.endswith("00")]
    while True:
        sample, code = chance.choice(samples), chance.choice(codes)
        for year in _YEARS:
            digest = hashlib.sha256(f"{sample.source.sha256} {code} {year}".encode()).hexdigest()
            department = replace(sample.department, name=f"{regions()[code].name}{sample.department.name}", region=code)
            tables = tuple(_table(table, chance) for table in sample.target_tables)
            source = replace(sample.source, sha256=digest)
            yield replace(sample, source=source, department=department, fiscal_year=year, target_tables=tables)


def _table(table: TargetTable, chance: random.Random) -> TargetTable:
    factor = Decimal(chance.randint(50, 200)) / 100
    budget = table.budget and Money(table.budget.amount * factor, table.budget.unit, table.budget.yuan * factor)
    rows = tuple(_row(row, chance) for row in table.indicators)
    return replace(table, code=None, budget=budget, indicators=rows)


def _row(row: Indicator, chance: random.Random) -> Indicator:
    target = row.target
    if target.lower is not None and chance.random() < 0.3:
        target = replace(target, lower=target.lower * Decimal(chance.randint(80, 100)) / 100)
    name = row.level3 if chance.random() < 0.7 else f"{row.level3}{chance.randint(1, 400)}"
    return replace(row, level3=name, target=target)


def filled(quads: int) -> tuple[Store, int]:
    """A store of about so many quads, loaded from a dump as the service loads it."""
    start, written = open_store(None), 0
    store_vocabulary(start)
    store_reference(start)
    with tempfile.TemporaryFile() as file:
        start.dump(file, RdfFormat.N_QUADS)
        for disclosure in chain(samples(), variants(samples(), random.Random(1))):
            name = NamedNode(iris.disclosure(disclosure.source.sha256))
            triples = triples_of(disclosure)
            graphs = {name: triples, NamedNode(iris.derived(name.value)): derive(triples)}
            content = [Quad(*triple, graph) for graph, found in graphs.items() for triple in found]
            serialize(content, file, RdfFormat.N_QUADS)
            written += len(content)
            if written >= quads:
                break
        file.seek(0)
        store = Image(file, start.state())
    link(store)
    return store, written


@cache
def samples() -> list[Disclosure]:
    """The samples as they are read."""
    files = sorted(resources.folder("data/samples").glob("*.txt"))
    return [found for file in files for r in read_and_judge(file) if (found := r.disclosure) is not None]


def measure(store: Store, question: Question, *, everything: bool) -> tuple[float, int]:
    """Median seconds and rows of a question with its examples for what it needs, or for ``everything`` it takes."""
    values = {p.name: p.example for p in question.params if p.required or everything}
    times, rows = [], 0
    for _ in range(RUNS):
        begin = time.process_time()
        rows = len(run(store, question.name, **values).terms)
        times.append(time.process_time() - begin)
    return sorted(times)[RUNS // 2], rows


def main() -> None:
    """Print a line for each question; exit with an error where one is over the limit."""
    begin = time.perf_counter()
    store, written = filled(int(sys.argv[1]) if len(sys.argv) > 1 else QUADS)
    seconds = time.perf_counter() - begin
    print(f"{written} quads and their links, of {len(_departments(store))} departments, stored in {seconds:.0f} s")
    slow = []
    for question in library().values():
        asked = [measure(store, question, everything=everything) for everything in (False, True)]
        cells = (f"{seconds * 1000:9.0f} ms {rows:8} rows" for seconds, rows in asked)
        print(f"{question.name:34}", *cells, flush=True)
        slow += [question.name] if max(seconds for seconds, _ in asked) > LIMIT else []
    if slow:
        sys.exit(f"over {LIMIT:g} s: {', '.join(slow)}")


def _departments(store: Store) -> set[str]:
    query = "SELECT DISTINCT ?d WHERE { ?d a <https://w3id.org/jixiao/ontology#Department> }"
    return {row["d"] for row in strings(store.query(query))}


if __name__ == "__main__":
    main()
