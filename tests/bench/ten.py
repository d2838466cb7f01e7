"""Ten questions that everybody asks, over a million or ten million quads in memory; the limit is a tenth of a second.

python -m tests.bench.ten [QUADS [FOLDER]]        # default: 1,000,000; 10,000,000 need 6 GB of memory and 3 GB of disk

The store is in memory, as the service has it (:mod:`tests.bench.filling` says what is in it); FOLDER keeps the dump for
the next time. Each question is answered by the library of questions or by the search index, as the service does it; the
second time shows the same in the form that knows no summaries, or, for a project's indicators, written with an OPTIONAL
of two patterns, or, for all names, as the question that counts them too. What is asked about (an indicator, a document,
a function) is one that a thousandth of the rows or tables have, and once more the most frequent one of the store. Times
are of the processor, medians of several runs.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import NamedNode

from graph.queries import library, run
from graph.search import Index, entries
from graph.store import Store, Term
from graph.store.rows import strings
from tests.bench.filling import dumped, loaded

LIMIT_MS = 100.0
QUADS, RUNS = 1_000_000, 5
WORD = "满意"
_USUAL, _FIRST = 0.001, 1.0  # shares of all rows that the thing asked about has
_JX = "PREFIX jx: <https://w3id.org/jixiao/ontology#>\n"
_TWO_PATTERNS = f"""{_JX}SELECT ?project ?level3 ?target ?weight WHERE {{
  ?table jx:ofProject ?project .
  ?indicator jx:inTable ?table ; jx:position ?position ; jx:level3 ?level3 .
  OPTIONAL {{ ?indicator jx:target ?node . ?node jx:text ?target }}
  OPTIONAL {{ ?indicator jx:weight ?weight }}
}} ORDER BY ?table ?position"""
_NAMES = f'{_JX}SELECT DISTINCT ?name WHERE {{ ?row jx:level3 ?name FILTER(CONTAINS(?name, "{WORD}")) }}'
Ask = Callable[[], int]
"""Asks, and tells how many rows came back."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One of the ten: how the service answers it, and how it would be answered otherwise."""

    title: str
    ask: Ask
    otherwise: Ask | None = None
    judged: bool = True


def questions(store: Store, index: Index) -> list[Asked]:
    """The ten, with what they are asked about."""
    project = _of(store, "?t jx:ofProject ?thing", _FIRST)
    department = _of(store, "?t jx:ofDepartment ?thing", _FIRST)
    found = [
        Asked("indicators of a project, in order", _by(store, "indicators-of-project", project=project),
              _plain(store, _TWO_PATTERNS, project=project)),
        Asked("indicators of a department", _by(store, "indicators-of-department", department=department)),
        Asked("top 50 indicators by departments", _by(store, "most-used-indicators"),
              _direct(store, "most-used-indicators")),
    ]  # fmt: skip
    for about, name, pattern, parameter in (
        ("values of one indicator everywhere", "values-of-indicator", "?r jx:canonicalIndicator ?thing", "indicator"),
        ("projects citing one basis", "impact-of-repeal", "?r jx:cites ?thing", "basis"),
        (
            "co-occurring indicators of one function",
            "co-occurring-indicators",
            "?t jx:ofProject ?p ; jx:function ?thing",
            "function",
        ),
    ):
        for place, told in ((_USUAL, ""), (_FIRST, ", the most frequent")):
            value = _of(store, pattern, place)
            found.append(Asked(about + told, _by(store, name, **{parameter: value}), judged=not told))
    return [
        *found,
        Asked(f"names with {WORD}, first 100", lambda: len(index.search(WORD, ["indicator"], 100)),
              _plain(store, _NAMES + " LIMIT 100")),
        Asked(f"names with {WORD}, all", lambda: len(index.search(WORD, ["indicator"], len(index))),
              _by(store, "names-containing", word=WORD)),
        Asked("tables whose weights do not total 90 or 100", _by(store, "weight-totals"),
              _direct(store, "weight-totals")),
    ]  # fmt: skip


def _of(store: Store, pattern: str, place: float) -> str:
    """The thing that has about such a share of what the pattern finds, or the most frequent."""
    query = f"{_JX}SELECT ?thing (COUNT(*) AS ?n) WHERE {{ {pattern} }} GROUP BY ?thing ORDER BY DESC(?n) ?thing"
    found = [(row["thing"], int(row["n"])) for row in strings(store.query(query))]
    total = sum(count for _, count in found)
    return found[0][0] if place == _FIRST else min(found, key=lambda pair: abs(pair[1] - place * total))[0]


def _by(store: Store, name: str, **values: str) -> Ask:
    return lambda: len(run(store, name, None, **values).terms)


def _direct(store: Store, name: str) -> Ask:
    """A question in the form that knows no summaries."""
    return lambda: sum(1 for _ in strings(store.query(library()[name].text(()))))


def _plain(store: Store, query: str, **values: str) -> Ask:
    bindings: dict[str, Term] = {name: NamedNode(value) for name, value in values.items()}
    return lambda: sum(1 for _ in strings(store.query(query, bindings=bindings)))


def measured(ask: Ask) -> tuple[float, int]:
    """Median milliseconds of the processor, and rows; what takes long is asked once."""
    times, rows = [], 0
    for _ in range(RUNS):
        begin = time.process_time()
        rows = ask()
        times.append((time.process_time() - begin) * 1000)
        if times[0] > 20 * LIMIT_MS:
            break
    return statistics.median(times), rows


def main() -> None:
    """Print a line for each question; exit with an error where one is over the limit."""
    quads = int(sys.argv[1]) if len(sys.argv) > 1 else QUADS
    with tempfile.TemporaryDirectory() as temporary:
        file = Path(sys.argv[2] if len(sys.argv) > 2 else temporary) / f"{quads}.nq"
        if not file.exists():
            with file.open("wb") as stream:
                dumped(quads, stream)
        begin = time.process_time()
        with file.open("rb") as stream:
            store = loaded(stream)
    print(f"about {quads:,} quads, loaded, linked and totalled in {time.process_time() - begin:.0f} s")
    begin = time.process_time()
    index = Index(entries(store))
    print(f"{len(index):,} entries of the search index made in {time.process_time() - begin:.0f} s", flush=True)
    slow = []
    for asked in questions(store, index):
        ms, rows = measured(asked.ask)
        told = f"{asked.title:58} {ms:8.1f} ms {ms / LIMIT_MS:6.2f} × limit {rows:7} rows"
        if asked.otherwise is not None:
            other, _ = measured(asked.otherwise)
            told += f"; otherwise {other:8.1f} ms, {other / ms:6.1f} × as long"
        print(told, flush=True)
        slow += [asked.title] if asked.judged and ms > LIMIT_MS else []
    if slow:
        sys.exit(f"over {LIMIT_MS:g} ms: {'; '.join(slow)}")


if __name__ == "__main__":
    main()
