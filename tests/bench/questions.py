"""How long each question takes on a store of a million quads; the limit is one second.

python -m tests.bench.questions [QUADS]        # default: 1,000,000

The store is in memory, as the service has it; :mod:`tests.bench.filling` says what is in it.
Each question is asked twice: with nothing but what it needs, and with the example of every parameter. Times are of the
processor, so that other work on the machine counts little.
"""

from __future__ import annotations

import sys
import time

from graph.queries import Question, library, run
from graph.store import Store
from graph.store.rows import strings
from tests.bench.filling import filled

LIMIT = 1.0
QUADS = 1_000_000
RUNS = 3


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
