"""``python -m tests.bench.search``: search over 100,000 names against a plain scan of the same list, in one run.

Names are put together from those of the samples. Times are processor time, the median of several rounds.
"""

from __future__ import annotations

import itertools
import random
import statistics
import time
from collections.abc import Callable, Iterator

from graph import resources
from graph.ingest import read_and_judge
from graph.search import Entry, Index, fold

NAMES = 100_000
ROUNDS = 7
LIMIT_MS = 5.0
ASKED = ("参保", "满意", "救助", "率", "医", "城乡居民", "服务对象满意度", "2026", "医疗 补助", "没有这样的名称")


def names(count: int) -> Iterator[str]:
    """Distinct names that look like those of published tables."""
    chance = random.Random(1)
    files = sorted(resources.folder("data/samples").glob("*.txt"))
    disclosures = [r.disclosure for file in files for r in read_and_judge(file) if r.disclosure]
    tables = [table for disclosure in disclosures for table in disclosure.target_tables]
    words = [row.level3 for table in tables for row in table.indicators] + [table.name for table in tables]
    seen: set[str] = set()
    while len(seen) < count:
        first, second = chance.choice(words), chance.choice(words)
        cut = chance.randint(1, max(1, len(first) - 1))
        name = first[:cut] + second[chance.randint(0, max(0, len(second) - 2)) :]
        if name not in seen:
            seen.add(name)
            yield name


def median_ms(work: Callable[[], object]) -> float:
    """Milliseconds of processor time."""
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return statistics.median(times) * 1000


def scanned(texts: list[str], parts: list[str]) -> list[str]:
    """The plain scan: one pass for each word."""
    for part in parts:
        texts = [text for text in texts if part in text]
    return texts


def main() -> None:
    found = list(names(NAMES))
    kinds = itertools.cycle(("indicator", "project", "concept"))
    start = time.process_time()
    index = Index(Entry(next(kinds), name, None) for name in found)
    print(f"{len(index)} names indexed in {time.process_time() - start:.1f} s")
    folded = [fold(name) for name in found]
    worst = 0.0
    print("| asked | hits in all | search, ms | scan, ms | ratio |\n| --- | --- | --- | --- | --- |")
    for asked in ASKED:
        parts = fold(asked).split()
        hits = len(scanned(folded, parts))
        scan = median_ms(lambda parts=parts: scanned(folded, parts))
        quick = median_ms(lambda asked=asked: index.search(asked))
        worst = max(worst, quick)
        print(f"| {asked} | {hits} | {quick:.2f} | {scan:.2f} | {scan / quick:.1f} |")
    print(f"slowest: {worst:.2f} ms (limit {LIMIT_MS:g} ms)")
    raise SystemExit(worst > LIMIT_MS)


if __name__ == "__main__":
    main()
