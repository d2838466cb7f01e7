"""How long from document to stored, judged graph, a document, on one core; the limit is one second.

python -m tests.bench.pipeline [FILE ...]        # default: data/samples
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from graph import resources
from graph.ingest import ingest, store_reference, store_vocabulary
from graph.store import open_store
from graph.vocabulary import vocabulary

LIMIT = 1.0
RUNS = 5


def main() -> None:
    files = [Path(a) for a in sys.argv[1:]] or sorted(resources.folder("data/samples").glob("*.txt"))
    start = time.perf_counter()
    vocabulary()
    print(f"vocabulary loaded once: {time.perf_counter() - start:.3f} s")
    print(f"{'document':32} {'median s':>9} {'limit/median':>13}")
    for file in files:
        times = []
        for _ in range(RUNS):
            with tempfile.TemporaryDirectory() as folder:
                store = open_store(Path(folder) / "store")
                # Once for each store, not for each document.
                store_vocabulary(store)
                store_reference(store)
                begin = time.perf_counter()
                outcome = next(ingest([file], store))
                times.append(time.perf_counter() - begin)
                store.close()
                assert outcome.reading.error is None, outcome.reading.error
        median = sorted(times)[RUNS // 2]
        print(f"{file.name:32} {median:9.3f} {LIMIT / median:12.1f}x")


if __name__ == "__main__":
    main()
