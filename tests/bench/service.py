"""The service beside other SPARQL servers over HTTP: same data, same queries, same clients; ratios of one run.

python -m tests.bench.service [--quads N] [--seconds S] [--store FOLDER] [oxigraph] [attack] [rdflib]

oxigraph: ``oxigraph serve-read-only`` (package ``oxigraph``) over the very folder of the service: small lookups, 1,000
rows, 50,000 rows. "New": no query was asked before, "again": each was; only the service remembers its answers.
attack: 100 clients look things up for a minute, without and with five others that ask hostile queries without end, and
what is left behind.
rdflib: ``rdflib-endpoint`` where that program is on the PATH (``pip install rdflib-endpoint[cli,web]``), with the
SPARQL of every question of the library that counts, sums or averages, beside the service's answer to that question
(``/queries/…``); it reads a million quads in some minutes and takes GBs.

Without names, all three. The clients (:mod:`tests.bench.load`) are a process of their own on the same machine; CPU is
what a server's processes used for an answer, which other work on the machine does not change.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import httpx
import pyoxigraph
from pyoxigraph import RdfFormat

from api.settings import Settings
from graph.queries import library
from graph.store.bound import bound
from tests.bench import dump, questions
from tests.bench.load import Measured, generator, load
from tests.bench.processes import use
from tests.servers import free_port, oxigraph_command, running

JX = "https://w3id.org/jixiao/ontology#"
CLIENTS, CROWD, ROUNDS = 8, 100, 3
MANY = 50_000  # rows
LIMIT_SECONDS = Settings().query_seconds  # of a hostile query
THROUGHPUT, TAIL = 0.8, 1.3  # what is aimed at, as ratios to oxigraph
FASTER = 20  # what is aimed at, as ratio to rdflib-endpoint
QUICK = 5  # seconds; what rdflib-endpoint answers in less is asked thrice, and the median counts
PATIENCE, LATE = 300, 0  # seconds for an answer of rdflib-endpoint, and the status of none in that time
START = "import sys; from api.serve import serve; serve(sys.argv[1], '127.0.0.1', int(sys.argv[2]), query_seconds=%g)"
ROWS = f"SELECT ?s ?p ?o {{ ?s a <{JX}Indicator> ; ?p ?o }} LIMIT %d"
AGGREGATE = re.compile(r"\b(COUNT|SUM|AVG|GROUP BY)\b")
JSON = {"Accept": "application/sparql-results+json"}
HOSTILE = (
    "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f",
    "SELECT (COUNT(*) AS ?n) { ?a (!<urn:x>)* ?b }",
    "SELECT (GROUP_CONCAT(?all) AS ?text) { ?a ?b ?all . ?d ?e ?f }",
    'SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f FILTER(REGEX(CONCAT(STR(?c), STR(?f)), "(x+x+)+y")) }',
)


@dataclass(frozen=True)
class Server:
    """One that runs: its name, its query URL and its process."""

    name: str
    url: str
    pid: int

    def target(self, query: str) -> str:
        """The target of a GET with a query."""
        return f"/{self.url.split('/', 3)[3]}?query={quote(query, safe='')}"


@contextmanager
def jixiao(folder: Path, seconds: float = 60) -> Iterator[Server]:
    """The service over a folder, with a bound on a query's seconds."""
    port = free_port()
    command = [sys.executable, "-c", START % seconds, str(folder), str(port)]
    with running(command, f"http://127.0.0.1:{port}/health", 300) as process:
        yield Server("jixiao", f"http://127.0.0.1:{port}/sparql", process.pid)


@contextmanager
def oxigraph(folder: Path) -> Iterator[Server]:
    """The server of the engine that the service has inside."""
    port = free_port()
    command = oxigraph_command(folder, port, "serve-read-only", "--union-default-graph")
    with running(command, f"http://127.0.0.1:{port}/", 60) as process:
        yield Server("oxigraph", f"http://127.0.0.1:{port}/query", process.pid)


def lookups(server: Server) -> list[str]:
    """Queries for all that is said of one thing, for things all over the store."""
    query = f"SELECT DISTINCT ?s {{ ?s a <{JX}Indicator> }} LIMIT 50000"
    answer = httpx.get(server.url, params={"query": query}, headers=JSON, timeout=60).raise_for_status()
    found = [row["s"]["value"] for row in answer.json()["results"]["bindings"]]
    return [f"SELECT ?p ?o {{ <{iri}> ?p ?o }}" for iri in found]


# -- beside oxigraph ---------------------------------------------------------------------------------------------------


def against_oxigraph(folder: Path, seconds: float) -> None:
    """Print a line for each kind of query, new and again."""
    with jixiao(folder) as ours, oxigraph(folder) as theirs:
        small = lookups(ours)
        few = small[:: max(len(small) // 1000, 1)][:1000]
        kinds = {"small lookups, new": (small, True), "small lookups, again": (few, False)}
        for rows in (1000, MANY):
            kinds |= {f"{rows:,} rows, {way}": ([ROWS % rows], way == "new") for way in ("new", "again")}
        for name, (queries, new) in kinds.items():
            _compare(name, (ours, theirs), queries, new, seconds)


def _compare(name: str, servers: tuple[Server, Server], queries: list[str], new: bool, seconds: float) -> None:
    """Measure in turns, so that a machine that slows down slows both."""
    found: dict[str, list[tuple[Measured, float]]] = {server.name: [] for server in servers}
    for _ in range(ROUNDS):
        for server in servers:
            targets = [server.target(query) for query in queries]
            if not new:
                load(server.url, targets, 1, 1, new=False)
            before = use(server.pid).cpu
            # wrk leaves out the answers that it cuts off at the end: of large ones there may be no other.
            measured = load(server.url, targets, CLIENTS, seconds / ROUNDS, new=new, own=ROWS % MANY in queries)
            cpu = (use(server.pid).cpu - before) / max(sum(measured.statuses.values()), 1)
            found[server.name].append((measured, cpu * 1000))
    middle = {server: _middle(runs) for server, runs in found.items()}
    cells = (
        f"{server:9} {rate:8.1f}/s p50 {p50:7.1f} p95 {p95:7.1f} p99 {p99:7.1f} ms CPU {cpu:6.2f} ms"
        for server, (rate, p50, p95, p99, cpu) in middle.items()
    )
    one, other = middle.values()
    faster, slower = one[0] / other[0], one[2] / other[2]
    verdict = "met" if faster >= THROUGHPUT and slower <= TAIL else "NOT met"
    failed = [measured.failed for runs in found.values() for measured, _ in runs if measured.failed]
    print(f"{name}\n  " + "\n  ".join(cells))
    limits = f"(aims ≥ {THROUGHPUT:g}, ≤ {TAIL:g}: {verdict})"
    print(f"  throughput {faster:.2f} × p95 {slower:.2f} × {limits}; errors {failed or 0}", flush=True)


def _middle(runs: list[tuple[Measured, float]]) -> list[float]:
    """The medians of rate, p50, p95, p99 and CPU."""
    return [statistics.median(column) for column in zip(*((m.rate, *m.ms, cpu) for m, cpu in runs), strict=True)]


# -- under attack ------------------------------------------------------------------------------------------------------


def under_attack(folder: Path, seconds: float) -> None:
    """Print what a hundred clients see, without and with hostile queries beside them, and what these leave behind."""
    with ExitStack() as stack:
        temporary = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        os.environ["TMPDIR"] = str(temporary)  # the service's, which inherits it
        server = stack.enter_context(jixiao(folder, LIMIT_SECONDS))
        del os.environ["TMPDIR"]
        small = [server.target(query) for query in lookups(server)]
        calm = load(server.url, small, CROWD, 10, new=True, own=True)
        before = use(server.pid)
        rough, hostile, health = _attacked(server, small, seconds)
        time.sleep(LIMIT_SECONDS + 1)
        after, left = use(server.pid), sorted(path.name for path in temporary.rglob("*"))
    for name, measured in (("calm", calm), ("with hostile", rough)):
        p50, p95, p99 = measured.ms
        told = f"{measured.rate:8.1f}/s p50 {p50:6.1f} p95 {p95:6.1f} p99 {p99:6.1f} ms"
        print(f"{CROWD} clients, {name:12} {measured.seconds:3.0f} s {told} errors {measured.failed or 0}")
    print(f"hostile queries, bound {LIMIT_SECONDS:g} s: {dict(hostile.statuses)}, p95 {hostile.ms[1]:.0f} ms")
    print(f"/health meanwhile, {len(health)} times: median {statistics.median(health):.0f}, most {max(health):.0f} ms")
    print(f"before: {before}\nafter:  {after}; temporary files {left or 0}", flush=True)


def _attacked(server: Server, small: list[str], seconds: float) -> tuple[Measured, Measured, list[float]]:
    hostile: list[Measured] = []
    health: list[float] = []
    over = threading.Event()

    def attack() -> None:
        targets = [server.target(query) for query in HOSTILE]
        hostile.append(load(server.url, targets, len(HOSTILE), seconds, new=True, own=True))

    def watch() -> None:
        with httpx.Client(timeout=60) as client:
            while not over.wait(0.5):
                begin = time.perf_counter()
                client.get(server.url.replace("/sparql", "/health")).raise_for_status()
                health.append((time.perf_counter() - begin) * 1000)

    threads = [threading.Thread(target=attack), threading.Thread(target=watch)]
    for thread in threads:
        thread.start()
    rough = load(server.url, small, CROWD, seconds, new=True, own=True)
    over.set()
    for thread in threads:
        thread.join()
    return rough, hostile[0], health


# -- beside rdflib-endpoint --------------------------------------------------------------------------------------------


def against_rdflib(quads: int, temporary: Path) -> None:
    """Print a line for each question of the library that counts, sums or averages."""
    program = shutil.which("rdflib-endpoint")
    if program is None:
        print("rdflib-endpoint is not on the PATH: not compared")
        return
    folder, file = temporary / "questions", temporary / "questions.nq"
    print(f"{_stored(folder, file, quads):,} quads of departments made up", flush=True)
    port = free_port()
    command = [program, "serve", "--host", "127.0.0.1", "--port", str(port), str(file)]
    alive, ratios, stuck = f"http://127.0.0.1:{port}/?query=ASK%20%7B%7D", list[float](), True
    with ExitStack() as stack:
        ours, client = stack.enter_context(jixiao(folder)), stack.enter_context(httpx.Client(timeout=PATIENCE))
        theirs = stack.enter_context(ExitStack())
        for name, (given, query) in _aggregates().items():
            if stuck:  # at the first, and after one that has no end
                theirs.close()
                begin = time.perf_counter()
                theirs.enter_context(running(command, alive, 3600))
                print(f"rdflib-endpoint has read them in {time.perf_counter() - begin:.0f} s", flush=True)
            route = ours.url.replace("/sparql", f"/queries/{name}")
            first = statistics.median(_asked(client, route, given, str(number))[0] for number in range(ROUNDS))
            again = _asked(client, route, given, "0")[0]
            their, status = _asked(client, f"http://127.0.0.1:{port}/", {"query": query})
            stuck = status == LATE
            if their < QUICK:
                twice = (_asked(client, f"http://127.0.0.1:{port}/", {"query": query})[0] for _ in range(2))
                their = statistics.median([their, *twice])
            times = f"jixiao {first * 1000:7.1f} ms, again {again * 1000:5.1f} ms; rdflib-endpoint"
            if status not in (200, LATE):
                print(f"{name:28} {times} cannot answer it ({status})", flush=True)
                continue
            ratios.append(their / first)
            more = "≥ " if stuck else ""
            print(f"{name:28} {times} {more}{their:.1f} s; {more}{their / first:,.0f} ×", flush=True)
    least = min(ratios)
    print(f"least {least:,.0f} × (aim ≥ {FASTER}: {'met' if least >= FASTER else 'NOT met'})")


def _stored(folder: Path, file: Path, quads: int) -> int:
    """The store that the questions are measured on, in a folder and as a file."""
    made, _ = questions.filled(quads)
    with closing(made) as source, file.open("wb") as stream:
        source.dump(stream, RdfFormat.N_QUADS)
    store = pyoxigraph.Store(folder)
    store.bulk_load(path=file, format=RdfFormat.N_QUADS)
    store.flush()
    return len(store)


def _aggregates() -> dict[str, tuple[dict[str, str], str]]:
    """What the parameters are that each needs, by an example, and its plain SPARQL with them."""
    found = {}
    for name, question in library().items():
        if AGGREGATE.search(question.sparql):
            given = {p.name: p.example for p in question.params if p.required}
            terms = question.bindings(given)
            found[name] = given, bound(question.text(terms), terms)
    return found


def _asked(client: httpx.Client, url: str, given: dict[str, str], language: str = "zh") -> tuple[float, int]:
    """Seconds until the answer was there, and its status; LATE where it did not come.

    The service remembers an answer under the language that is asked for, whatever it is.
    """
    begin = time.perf_counter()
    try:
        accept = "application/json" if "/queries/" in url else JSON["Accept"]
        status = client.get(url, params=given, headers={"Accept": accept, "Accept-Language": language}).status_code
    except httpx.ReadTimeout:
        status = LATE
    return time.perf_counter() - begin, status


def main() -> None:
    """Fill the stores, then print what is asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quads", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=60.0, help="of an attack; a quarter of it a measurement")
    parser.add_argument("--store", type=Path, help="a folder to copy, in place of filling one")
    parser.add_argument("parts", nargs="*")
    asked = parser.parse_args()
    parts = asked.parts or ["oxigraph", "attack", "rdflib"]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "store"
        if {"oxigraph", "attack"} & {*parts}:
            if asked.store:
                shutil.copytree(asked.store, folder)
            quads = len(pyoxigraph.Store.read_only(str(folder))) if asked.store else dump.filled(folder, asked.quads)
            print(f"{quads:,} quads; {os.cpu_count()} processors; clients: {generator()}", flush=True)
        if "oxigraph" in parts:
            against_oxigraph(folder, asked.seconds / 4)
        if "attack" in parts:
            under_attack(folder, asked.seconds)
        if "rdflib" in parts:
            against_rdflib(asked.quads, Path(temporary))


if __name__ == "__main__":
    main()
