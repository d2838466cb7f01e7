"""How long the rules take: a store of a million quads, one draft table, and pySHACL over one graph.

python -m tests.bench.validation [--quads N] [--reference N] [--jobs N]

The store is made of the samples with varied names. ``--reference``: size of the graph that pySHACL gets as a whole;
0 leaves it out.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from itertools import cycle
from pathlib import Path

import pyoxigraph
from pyoxigraph import Quad

from graph import resources
from graph.extraction import extract
from graph.mass_validation import judge_store
from graph.model import PROJECT, Disclosure
from graph.rdf import to_quads
from graph.readers import read
from graph.reference import processor_time, reference
from graph.validation import judge
from graph.vocabulary import vocabulary


def samples() -> list[Disclosure]:
    return [extract(read(path)) for path in sorted(resources.folder("data/samples").glob("*.txt"))]


def varied(disclosure: Disclosure, number: int) -> Disclosure:
    """The disclosure of another department, whose projects and indicators have other names now and then."""
    tables = tuple(
        replace(
            table,
            name=f"{table.name}{number % 7 or ''}",
            indicators=tuple(
                replace(row, level3=f"{row.level3}{number % 50}") if row.position % 3 == 0 else row
                for row in table.indicators
            ),
        )
        for table in disclosure.target_tables
    )
    return replace(
        disclosure,
        source=replace(disclosure.source, sha256=f"{number:016x}" + disclosure.source.sha256[16:]),
        department=replace(disclosure.department, name=f"{disclosure.department.name}{number}"),
        target_tables=tables,
    )


def graphs(quads: int) -> Iterator[tuple[Disclosure, list[Quad]]]:
    """Varied samples until there are so many quads."""
    total = 0
    for number, sample in enumerate(cycle(samples())):
        if total >= quads:
            return
        disclosure = varied(sample, number)
        found = to_quads(disclosure, vocabulary())
        total += len(found)
        yield disclosure, found


def mass(quads: int, jobs: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store"
        tables = size = 0
        store = pyoxigraph.Store(path)
        for disclosure, found in graphs(quads):
            store.bulk_extend(found)
            tables += len(disclosure.target_tables)
            size += len(found)
        store.optimize()
        del store
        # In a process of its own, so that its memory and its processor time are those of judging alone.
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
            seconds, processor, memory, disclosures, findings = pool.submit(judged, str(path), jobs).result()
    print(
        f"store: {size:,} quads, {tables:,} tables of {disclosures} disclosures, {findings:,} findings: "
        f"{seconds:.1f} s, {processor:.1f} s of processor time over {jobs} processes, at most {memory:.2f} GB"
    )


def judged(location: str, jobs: int) -> tuple[float, float, float, int, int]:
    """Seconds, processor time and gigabytes that judging a store takes; its disclosures and findings."""
    begin = time.perf_counter()
    results = judge_store(location, jobs)
    seconds = time.perf_counter() - begin
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    processor = sum(usage.ru_utime + usage.ru_stime for usage in used)
    memory = (used[0].ru_maxrss + jobs * used[1].ru_maxrss) / 1024**2
    return seconds, processor, memory, len(results), sum(map(len, results.values()))


def draft() -> None:
    """One table as the service gets it: read before, judged alone, everything loaded."""
    times = []
    for sample in samples():
        for table in sample.target_tables:
            if table.scope == PROJECT:
                found = to_quads(replace(sample, target_tables=(table,)), vocabulary())
                begin = time.perf_counter()
                judge(found)
                times.append(time.perf_counter() - begin)
    times = sorted(1000 * seconds for seconds in times[1:])
    print(f"one draft table: median {times[len(times) // 2]:.0f} ms, longest {times[-1]:.0f} ms of {len(times)}")


def against_pyshacl(size: int) -> None:
    found = [quad for _, graph in graphs(size) for quad in graph]
    begin, wall = time.process_time(), time.perf_counter()
    ours = {(finding.rule, finding.focus, finding.value) for finding in judge(found)}
    seconds, waited = time.process_time() - begin, time.perf_counter() - wall
    begin, wall = processor_time(), time.perf_counter()
    theirs = reference(found)
    slow, long = processor_time() - begin, time.perf_counter() - wall
    print(
        f"one graph of {len(found):,} triples, processor time: {seconds:.2f} s, pySHACL {slow:.0f} s, "
        f"{slow / seconds:.0f} times ({waited:.1f} s and {long:.0f} s by the clock); "
        f"{len(ours)} findings, {'the same' if ours == theirs else f'{len(ours ^ theirs)} differ'}"
    )
    for item in sorted(ours ^ theirs, key=str)[:20]:
        print("  ", "ours" if item in ours else "theirs", *item)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quads", type=int, default=1_000_000)
    parser.add_argument("--reference", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    draft()
    mass(options.quads, options.jobs)
    if options.reference:
        against_pyshacl(options.reference)


if __name__ == "__main__":
    main()
