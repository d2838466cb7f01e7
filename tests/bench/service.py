"""The service beside other SPARQL servers over HTTP: same data, same queries, same clients; ratios of one run.

python -m tests.bench.service [QUADS [SECONDS]]        # default: 1,000,000 quads, 10 s a measurement

First ``oxigraph serve-read-only`` (package ``oxigraph``) over the very folder of the service. Then 100 clients look
things up while five others ask hostile queries without end. Last, over 20,000 quads, ``rdflib-endpoint`` where that
program is on the PATH (``pip install rdflib-endpoint``), with two aggregates. The clients are threads of one process on
the same machine: their own work draws every ratio towards one.
"""

from __future__ import annotations

import http.client
import itertools
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import httpx
import pyoxigraph
from pyoxigraph import RdfFormat

from tests.bench.dump import filled
from tests.servers import free_port, oxigraph, running

JX = "https://w3id.org/jixiao/ontology#"
QUADS, SECONDS, FEW = 1_000_000, 10.0, 20_000
CLIENTS, LIMIT_SECONDS = 100, 2
START = "import sys; from api.serve import serve; serve(sys.argv[1], '127.0.0.1', int(sys.argv[2]), query_seconds=%g)"
AGGREGATES = {
    "count by class": "SELECT ?c (COUNT(?s) AS ?n) { ?s a ?c } GROUP BY ?c ORDER BY DESC(?n)",
    "mean of amounts": "SELECT ?p (AVG(?o) AS ?mean) { ?s ?p ?o FILTER(isNumeric(?o)) } GROUP BY ?p",
}
HOSTILE = (
    "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f",
    "SELECT (COUNT(*) AS ?n) { ?a (!<urn:x>)* ?b }",
    "SELECT (GROUP_CONCAT(?all) AS ?text) { ?a ?b ?all . ?d ?e ?f }",
    'SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f FILTER(REGEX(CONCAT(STR(?c), STR(?f)), "(x+x+)+y")) }',
)


@dataclass
class Measured:
    """What the clients of one measurement saw."""

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int | str] = field(default_factory=Counter)
    lasted: float = 0.0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.statuses[200] / self.lasted

    @property
    def p95(self) -> float:
        """Milliseconds within which 95 of 100 answers came."""
        return sorted(self.seconds)[int(len(self.seconds) * 0.95)] * 1000 if self.seconds else float("nan")

    @property
    def failed(self) -> dict[int | str, int]:
        """How many answers were not 200, by status or kind of error."""
        return {status: count for status, count in self.statuses.items() if status != 200}


def load(url: str, queries: Iterator[str], clients: int, seconds: float, patience: float = 60) -> Measured:
    """Ask from so many threads for so long; ``queries`` is shared by them."""
    found, lock, place = Measured(), threading.Lock(), urlsplit(url)
    begin = time.perf_counter()

    def client() -> None:
        connection = http.client.HTTPConnection(place.netloc, timeout=patience)
        while time.perf_counter() < begin + seconds:
            with lock:
                path = f"{place.path}?{urlencode({'query': next(queries)})}"
            asked, status = time.perf_counter(), _status(connection, path)
            with lock:
                found.seconds.append(time.perf_counter() - asked)
                found.statuses[status] += 1

    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found.lasted = time.perf_counter() - begin
    return found


def _status(connection: http.client.HTTPConnection, path: str) -> int | str:
    try:
        connection.request("GET", path, headers={"Accept": "application/sparql-results+json"})
        response = connection.getresponse()
        response.read()
        return response.status
    except (OSError, http.client.HTTPException) as error:  # counted: the measurement is of these too
        connection.close()
        return type(error).__name__


@contextmanager
def jixiao(folder: Path, seconds: float = 60) -> Iterator[str]:
    """The service over a folder, with a bound on a query's seconds; its query URL."""
    port = free_port()
    command = [sys.executable, "-c", START % seconds, str(folder), str(port)]
    with running(command, f"http://127.0.0.1:{port}/health", 300):
        yield f"http://127.0.0.1:{port}/sparql"


def lookups(url: str) -> list[str]:
    """Queries for all that is said of one thing, for a thousand things of the store."""
    query = f"SELECT ?s {{ ?s a <{JX}Indicator> }} LIMIT 1000"
    answer = httpx.get(url, params={"query": query}, headers={"Accept": "application/sparql-results+json"}, timeout=60)
    found = [row["s"]["value"] for row in answer.raise_for_status().json()["results"]["bindings"]]
    return [f"SELECT ?p ?o {{ <{iri}> ?p ?o }}" for iri in found]


def compare(urls: dict[str, str], queries: dict[str, list[str]], clients: int, seconds: float) -> None:
    """Print each query's throughput and p95 on two servers, and the first's as a ratio of the second's."""
    for name, texts in queries.items():
        found = {server: load(url, itertools.cycle(texts), clients, seconds) for server, url in urls.items()}
        one, other = found.values()
        cells = (f"{server} {m.rate:8.1f}/s p95 {m.p95:7.1f} ms" for server, m in found.items())
        ratios = f"throughput {one.rate / other.rate:5.2f} × p95 {one.p95 / other.p95:5.2f} ×"
        print(f"{name:18} {'; '.join(cells)}; {ratios}; errors {one.failed} {other.failed}", flush=True)


def against_oxigraph(folder: Path, seconds: float) -> None:
    """The service beside the server of the engine that it has inside."""
    with jixiao(folder) as ours, oxigraph(folder, "serve-read-only", "--union-default-graph") as theirs:
        rows = "SELECT ?s ?p ?o {{ ?s a <%sIndicator> ; ?p ?o }} LIMIT {}" % JX  # noqa: UP031
        queries = {"small lookup": lookups(ours), "medium, 1,000 rows": [rows.format(1000)]}
        queries["large, 50,000 rows"] = [rows.format(50_000)]
        compare({"jixiao": ours, "oxigraph": theirs}, queries, 8, seconds)


def against_rdflib(folder: Path, file: Path, seconds: float) -> None:
    """The service beside a SPARQL server written in Python."""
    program = shutil.which("rdflib-endpoint")
    if program is None:
        print("rdflib-endpoint is not on the PATH: not compared")
        return
    port = free_port()
    command = [program, "serve", "--host", "127.0.0.1", "--port", str(port), str(file)]
    with jixiao(folder) as ours, running(command, f"http://127.0.0.1:{port}/?query=ASK%20%7B%7D", 120):
        queries = {name: [text] for name, text in AGGREGATES.items()}
        compare({"jixiao": ours, "rdflib-endpoint": f"http://127.0.0.1:{port}/"}, queries, 2, seconds)


def under_attack(folder: Path, seconds: float) -> None:
    """A hundred clients look things up, without and with five that ask what has no end."""
    with jixiao(folder, LIMIT_SECONDS) as url:
        small = itertools.cycle(lookups(url))
        calm = load(url, small, CLIENTS, seconds)
        hostile: list[Measured] = []
        ask: Callable[[], None] = lambda: hostile.append(load(url, itertools.cycle(HOSTILE), len(HOSTILE), seconds))  # noqa: E731
        attack = threading.Thread(target=ask)
        attack.start()
        rough = load(url, small, CLIENTS, seconds)
        attack.join()
        alive = httpx.get(url.replace("/sparql", "/health"), timeout=60).status_code
    for name, m in (("calm", calm), ("with hostile", rough)):
        print(f"{CLIENTS} clients, {name:12} {m.rate:8.1f}/s p95 {m.p95:7.1f} ms errors {m.failed}")
    print(f"with hostile / calm: throughput {rough.rate / calm.rate:.2f} × p95 {rough.p95 / calm.p95:.2f} ×")
    told = f"{dict(hostile[0].statuses)}, p95 {hostile[0].p95:.0f} ms"
    print(f"hostile queries, bound {LIMIT_SECONDS} s: {told}; /health {alive}")


def main() -> None:
    """Fill the stores, then print a line for each measurement."""
    quads = int(sys.argv[1]) if len(sys.argv) > 1 else QUADS
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else SECONDS
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "store"
        print(f"{filled(folder, quads):,} quads", flush=True)
        against_oxigraph(folder, seconds)
        under_attack(folder, seconds)
        small, file = Path(temporary) / "few" / "store", Path(temporary) / "few.nt"
        small.parent.mkdir()
        print(f"{_some(folder, small, file):,} quads, as few as rdflib can bear", flush=True)
        against_rdflib(small, file, seconds)


def _some(folder: Path, small: Path, file: Path) -> int:
    """The first quads of a store as a store of their own, and as triples in a file."""
    some = list(itertools.islice(pyoxigraph.Store.read_only(str(folder)), FEW))
    store = pyoxigraph.Store(small)
    store.bulk_extend(some)
    store.flush()
    pyoxigraph.serialize((quad.triple for quad in some), str(file), RdfFormat.N_TRIPLES)
    return len(some)


if __name__ == "__main__":
    main()
