"""Clients that are programs of their own, against the samples as the service serves them."""

import hashlib
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest
from rdflib import Graph

from api.settings import Settings
from graph import resources
from graph.ingest import ingest
from graph.store import open_store
from tests import jena
from tests.serving import served

TOKEN = "token of the tests"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
COMUNICA = Path(__file__).parent / "comunica"
JX = "PREFIX jx: <https://w3id.org/jixiao/ontology#> "


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("programs") / "store"
    store = open_store(folder)
    assert all(outcome.changed for outcome in ingest(sorted(resources.folder("data/samples").glob("*.txt")), store))
    store.close()
    with served(Settings(store=str(folder), update=True, token=TOKEN)) as opened:
        yield opened


def run(command: list[str], folder: Path | None = None) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


# -- Comunica ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def comunica(pytestconfig: pytest.Config) -> Path:
    """A folder with Comunica as its lock file pins it; made once, and kept between runs."""
    lock = (COMUNICA / "package-lock.json").read_bytes()
    assert pytestconfig.cache is not None
    folder = pytestconfig.cache.mkdir(f"comunica-{hashlib.sha256(lock).hexdigest()[:8]}")
    if not (folder / "ready").exists():
        for name in ("package.json", "package-lock.json"):
            shutil.copy(COMUNICA / name, folder)
        run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder)
        (folder / "ready").touch()
    return folder


@pytest.mark.node
def test_comunica_asks_joins_and_writes(client: httpx.Client, comunica: Path) -> None:
    told = run(["node", str(COMUNICA / "clients.mjs"), str(client.base_url), TOKEN], comunica)
    assert told.splitlines() == [
        "select: a basic pattern",
        "select: an aggregate",
        "select: an optional and a filter",
        "select: graphs",
        "select: a path",
        "ask",
        "construct",
        "a join of its own",
        "an error",
        "updates",
    ]


# -- Jena --------------------------------------------------------------------------------------------------------------


def asked(client: httpx.Client, folder: Path, query: str, results: str, *more: str) -> str:
    """What rsparql tells of a query in a file: arguments of Java are in the encoding of the system."""
    file = folder / "query.rq"
    file.write_text(JX + query, "utf-8")
    service = f"--service={client.base_url}/sparql"
    return run([*jena.command("rsparql", folder), service, f"--results={results}", f"--file={file}", *more])


@pytest.mark.jena
@pytest.mark.parametrize("way", [[], ["--post"]], ids=["GET", "POST"])
def test_rsparql_selects_constructs_and_describes(client: httpx.Client, tmp_path: Path, way: list[str]) -> None:
    where = '{ ?d a jx:Department ; jx:name ?n FILTER(CONTAINS(?n, "达川")) }'
    told = asked(client, tmp_path, f"SELECT ?n {where}", "csv", *way)
    assert told.split() == ["n", "达州市达川区医疗保障局"]
    made = Graph().parse(data=asked(client, tmp_path, f"CONSTRUCT {{ ?d jx:name ?n }} {where}", "ntriples", *way))
    assert [str(name) for name in made.objects()] == ["达州市达川区医疗保障局"]
    described = Graph().parse(data=asked(client, tmp_path, f"DESCRIBE ?d {where}", "ttl", *way))
    assert set(made) < set(described)


@pytest.mark.jena
def test_rsparql_asks_and_is_told_what_is_wrong(client: httpx.Client, tmp_path: Path) -> None:
    assert asked(client, tmp_path, 'ASK { ?d jx:name "新华区医疗保障局" }', "text").split() == ["Ask", "=>", "Yes"]
    with pytest.raises(AssertionError, match="400 Bad Request"):
        asked(client, tmp_path, "SELECT ?x { SERVICE <http://example.org/> { ?x ?y ?z } }", "csv")


@pytest.mark.jena
def test_rupdate_writes_through_a_proxy_that_adds_the_token(client: httpx.Client, tmp_path: Path) -> None:
    # Jena's programs cannot send a token.
    file = tmp_path / "update.ru"
    file.write_text('INSERT DATA { GRAPH <http://example.org/写> { <a:甲> <a:p> "引号\\" 与 🌱" } }', "utf-8")
    with adding_token(client) as address:
        run([*jena.command("rupdate", tmp_path), f"--service={address}/update", f"--update={file}"])
    answer = client.get("/graphs", params={"graph": "http://example.org/写", "format": "nt"})
    assert answer.text.strip() == '<a:甲> <a:p> "引号\\" 与 🌱" .'
    gone = client.delete("/graphs", params={"graph": "http://example.org/写"}, headers=BEARER)
    assert gone.status_code == 204


@contextmanager
def adding_token(client: httpx.Client) -> Iterator[str]:
    """The address of something that passes one request on as it comes, with the token in its head."""

    def passed() -> None:
        theirs, _ = listener.accept()
        ours = socket.create_connection((client.base_url.host, client.base_url.port or 80))
        with theirs, ours:
            first, rest = theirs.recv(2**16).split(b"\r\n", 1)
            ours.sendall(first + f"\r\nAuthorization: {BEARER['Authorization']}\r\n".encode() + rest)
            theirs.settimeout(0.2)
            with suppress(TimeoutError):
                while piece := theirs.recv(2**16):
                    ours.sendall(piece)
            theirs.sendall(ours.recv(2**16))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=passed)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread.join()
