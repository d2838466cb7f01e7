"""Our findings against pySHACL's, over thousands of generated tables, the samples, and all of them compared.

python -m tests.bench.differential [--tables N] [--batch N] [--seed N] [--samples]

Ends with 1 where anything differs.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from itertools import islice

from pyoxigraph import Triple

from graph.ingest import triples_of
from graph.model import Disclosure
from graph.reference import processor_time, reference
from graph.shapes import shapes
from graph.validation import judge
from tests.bench.validation import samples
from tests.generated import Found, disclosures, graph_of


def compared(triples: list[Triple]) -> tuple[Found, Found]:
    """What we find and what pySHACL finds in one graph."""
    return {(finding.rule, finding.focus, finding.value) for finding in judge(triples)}, reference(triples)


def batches(tables: int, size: int, seed: int) -> list[list[Disclosure]]:
    """Generated disclosures until there are so many tables, some to a batch."""
    made, total = [], 0
    for disclosure in disclosures(seed):
        if total >= tables:
            break
        made.append(disclosure)
        total += len(disclosure.target_tables)
    iterator = iter(made)
    return list(iter(lambda: list(islice(iterator, size)), []))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=int, default=3000)
    parser.add_argument("--batch", type=int, default=25)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--samples", action="store_true")
    options = parser.parse_args()
    fired: Counter[str] = Counter()
    tables = differ = 0
    begin, ours_took = time.perf_counter(), 0.0
    graphs = [(len_of(batch), graph_of(batch)) for batch in batches(options.tables, options.batch, options.seed)]
    if options.samples:
        graphs += [(len(sample.target_tables), triples_of(sample)) for sample in samples()]
    for count, triples in graphs:
        started = time.process_time()
        ours, theirs = compared(triples)
        ours_took += time.process_time() - started
        tables += count
        fired.update(rule for rule, *_ in theirs)
        differ += len(ours ^ theirs)
        for item in sorted(ours ^ theirs, key=str):
            print("ours " if item in ours else "theirs", *item)
        print(
            f"{tables} tables, {fired.total()} findings, {differ} differ, {time.perf_counter() - begin:.0f} s",
            file=sys.stderr,
        )
    never = [rule.id for rule in shapes().rules if rule.id not in fired]
    print(
        f"{tables:,} tables, {fired.total():,} findings of {len(fired)} rules, {differ} differ; processor time: "
        f"pySHACL {processor_time():.0f} s, this {ours_took:.1f} s"
    )
    print("rules without a finding:", *never or ["none"])
    sys.exit(1 if differ else 0)


def len_of(batch: list[Disclosure]) -> int:
    return sum(len(disclosure.target_tables) for disclosure in batch)


if __name__ == "__main__":
    main()
