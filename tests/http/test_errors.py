"""Every kind of error is met where users meet it, over HTTP or on the command line, and is told whole."""

import json
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from httpx import Client, Response

import api.cli
import api.connection
from api import downloads, records
from api.problems import kinds
from api.settings import Settings
from graph import ingest, resources
from graph.errors import VocabularyError
from graph.shapes import NotSupported
from graph.store import open_store
from graph.store.peer import Gone
from graph.store.sandbox import Sandbox
from tests.conftest import Printed
from tests.http.conftest import Served

CROSS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
TOKEN = {"authorization": "Bearer a-token-of-these-tests"}
NO_MORE = {"connection": "close"}  # the server closes the connection after a defect
SAMPLE = next(iter(sorted(resources.folder("data/samples").glob("*.txt"))))
Jixiao = Callable[..., Printed]


@pytest.fixture(scope="module")
def writable(tmp_path_factory: pytest.TempPathFactory, served: Served) -> Iterator[Client]:
    folder = tmp_path_factory.mktemp("errors") / "store"
    open_store(folder).close()
    with served(Settings(store=str(folder), token="a-token-of-these-tests", read_workers=1, update=True)) as opened:
        yield opened


def asked(client: Client, text: str) -> Response:
    return client.get("/sparql", params={"query": text, "format": "csv"})


def replaced(client: Client, content: bytes, name: str = "x.txt") -> Response:
    return client.put("/disclosures/0123456789abcdef", files={"file": (name, content)}, headers=TOKEN)


PLAIN: dict[str, Callable[[Client], Response]] = {
    "bad-parameter": lambda client: client.get("/projects?year=x"),
    "not-found": lambda client: client.get("/nothing"),
    "method-not-allowed": lambda client: client.delete("/projects"),
    "not-acceptable": lambda client: client.get("/projects", headers={"accept": "image/png"}),
    "unsupported-media-type": lambda client: client.post("/sparql", content="ASK {}"),
    "file-too-large": lambda client: client.post("/sparql", data={"query": "#" * 200_000}),
    "query-error": lambda client: asked(client, "SELECT"),
    "result-too-large": lambda client: asked(client, "SELECT * { ?s ?p ?o }"),
    "limit-exceeded": lambda client: asked(client, CROSS),
    "writing-off": lambda client: client.post("/update", data={"update": "CLEAR ALL"}),
}
WRITING: dict[str, Callable[[Client], Response]] = {
    "unauthorised": lambda client: client.post("/update", data={"update": "CLEAR ALL"}),
    "file-empty": lambda client: replaced(client, b""),
    "file-damaged": lambda client: replaced(client, b"%PDF-1.7 and nothing more", "x.pdf"),
    "unknown-format": lambda client: replaced(client, b"\x7fELF\x02\x01\x01" + bytes(100), "x.bin"),
    "no-performance-table": lambda client: replaced(client, "没有表格。".encode()),
}
RAW = {
    "malformed-request": b"GET /sea rch HTTP/1.1\r\nHost: x\r\n\r\n",
    "address-too-long": b"GET /" + b"a" * 300_000,
    "head-too-large": b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 300_000,
    "too-slow": b"GET / HTTP/1.1\r\nHost: x\r\n",
}
PATCHED = ("internal-error", "query-process-gone", "not-installed", "exports-busy", "busy")
COMMANDS = (
    "address-error", "file-missing", "read-error", "vocabulary-error", "shape-not-supported", "store-error",
    "remote-error",
)  # fmt: skip


def whole(code: str, problem: dict[str, str]) -> None:
    kind = kinds()[code]
    assert (problem["code"], problem["status"]) == (code, kind.status)
    assert problem["type"].endswith(f"/problem/{code}")
    assert all(problem[name] for name in ("title", "title_en", "remedy", "remedy_en"))


def test_every_kind_of_error_is_met_here() -> None:
    nobody = {"given-up"}  # the client has gone
    assert {*PLAIN, *WRITING, *RAW, *PATCHED, *COMMANDS} == set(kinds()) - nobody


def test_every_kind_of_error_says_what_to_do_in_both_languages() -> None:
    for code, kind in kinds().items():
        assert all((kind.zh, kind.en, kind.remedy_zh, kind.remedy_en)), code
        assert 400 <= kind.status < 600, code


@pytest.mark.parametrize("code", sorted(kinds()))
def test_every_kind_of_error_has_its_page(client: Client, code: str) -> None:
    told = client.get(f"/problem/{code}").json()
    assert (told["code"], told["status"]) == (code, kinds()[code].status)


@pytest.mark.parametrize("code", [*PLAIN, *WRITING])
def test_what_is_asked_wrongly(client: Client, writable: Client, code: str) -> None:
    response = PLAIN[code](client) if code in PLAIN else WRITING[code](writable)
    assert response.headers["content-type"] == "application/problem+json"
    whole(code, response.json())
    assert response.status_code == response.json()["status"]


@pytest.mark.parametrize("code", RAW)
def test_what_is_hardly_http(client: Client, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    if code == "too-slow":
        monkeypatch.setattr(api.connection, "PATIENCE", 0.3)
    with socket.create_connection((client.base_url.host, client.base_url.port or 80), timeout=20) as opened:
        opened.sendall(RAW[code])
        answer = opened.makefile("rb").read()
    whole(code, json.loads(answer.partition(b"\r\n\r\n")[2]))


def test_a_body_that_comes_after_its_answer_is_no_request(client: Client) -> None:
    body = "甲乙丙".encode()
    with socket.create_connection((client.base_url.host, client.base_url.port or 80), timeout=20) as opened:
        stream = opened.makefile("rb")
        opened.sendall(b"GET /update HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body))
        assert b" 405 " in stream.readline()
        opened.sendall(body + b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        rest = stream.read()
    assert b"HTTP/1.1 200" in rest
    assert b"malformed" not in rest


def test_chinese_that_is_not_percent_encoded_is_understood(client: Client) -> None:
    with socket.create_connection((client.base_url.host, client.base_url.port or 80), timeout=20) as opened:
        opened.sendall("GET /search?q=满意&limit=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        answer = opened.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 200")
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["q"] == "满意"


def test_a_defect(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "counts", lambda store: 1 / 0)
    whole("internal-error", client.get("/", headers={**NO_MORE, "accept": "application/json;q=0.9"}).json())


def test_the_process_of_queries_dies(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object, **__: object) -> None:
        raise Gone()

    monkeypatch.setattr(Sandbox, "query", gone)
    whole("query-process-gone", asked(client, "ASK { <a:unasked> ?p ?o }").json())


def test_an_optional_component_is_missing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    whole("not-installed", client.get("/export/package?format=parquet").json())


def test_more_exports_than_may_be(sample_store: Path, served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, ended = threading.Event(), threading.Event()

    def slow(*_: object, **__: object) -> None:
        begun.set()
        ended.wait(20)

    monkeypatch.setattr(downloads.graphs, "write", slow)
    with served(Settings(store=str(sample_store), max_exports=1)) as one, ThreadPoolExecutor(1) as pool:
        first = pool.submit(one.get, "/export/graph")
        begun.wait(20)
        refused = one.get("/export/graph?format=nt")
        ended.set()
        assert first.result().status_code == 200
    whole("exports-busy", refused.json())
    assert refused.headers["retry-after"]


def test_more_queries_than_may_be(sample_store: Path, served: Served) -> None:
    settings = Settings(store=str(sample_store), query_workers=1, query_seconds=0.5)
    with served(settings) as one, ThreadPoolExecutor(5) as pool:
        problems = [response.json() for response in pool.map(lambda _: asked(one, CROSS), range(5))]
    whole("busy", next(problem for problem in problems if problem["code"] == "busy"))


class _Failing(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.send_error(500)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture
def failing() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), _Failing) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/query"
        server.shutdown()
        thread.join()


def refusing(error: Exception) -> Callable[..., None]:
    def refuse(*_: object, **__: object) -> None:
        raise error

    return refuse


@pytest.mark.parametrize("code", COMMANDS)
def test_what_commands_tell(
    jixiao: Jixiao, failing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    ask, where = ("sparql", "ASK {}", "--store"), failing.rpartition(":")[2].partition("/")[0]
    arguments: dict[str, tuple[object, ...]] = {
        "address-error": ("serve", "--store", tmp_path, "--port", where),
        "file-missing": ("extract", tmp_path / "none.txt"),
        "read-error": ("extract", SAMPLE),
        "store-error": (*ask, tmp_path / "none"),
        "remote-error": (*ask, failing),
    }
    patches = {
        "read-error": (Path, "read_bytes", OSError("no")),
        "vocabulary-error": (ingest, "judge", VocabularyError("x")),
        "shape-not-supported": (ingest, "judge", NotSupported("x")),
    }
    if code in patches:
        owner, name, error = patches[code]
        monkeypatch.setattr(owner, name, refusing(error))
    printed = jixiao(*arguments.get(code, ("validate", SAMPLE)))
    assert printed.code != 0
    assert f"[{code}]" in printed.err
    assert kinds()[code].remedy_zh in printed.err


# -- the language of an error -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        (None, "zh"), ("en", "en"), ("en-GB,en;q=0.9", "en"), ("zh-CN,en;q=0.8", "zh"), ("en;q=0.4,zh;q=0.5", "zh"),
        ("zh;q=0.1,en;q=0.2", "en"), ("fr", "zh"), ("fr,en;q=0.3", "en"), ("en;q=0", "zh"), ("*", "zh"),
    ],
)  # fmt: skip
def test_an_error_is_told_in_the_language_that_is_wanted_most(
    client: Client, accepted: str | None, language: str
) -> None:
    headers = {"accept-language": accepted} if accepted else {}
    response = client.get("/projects?year=x", headers=headers)
    problem = response.json()
    assert response.headers["content-language"] == language
    assert (problem["title"] == problem["title_en"]) == (language == "en")
    assert "Accept-Language" in response.headers["vary"]


# -- methods, parameters and formats ----------------------------------------------------------------------------------


def paths(client: Client) -> Iterator[tuple[str, dict[str, dict]]]:
    """Every path of the document with its examples filled in, and its operations."""
    for path, methods in client.get("/openapi.json").json()["paths"].items():
        for operation in methods.values():
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "path":
                    path = path.replace(f"{{{parameter['name']}}}", parameter["example"])
        yield path, methods


def test_every_path_has_options_and_head_where_it_has_get(client: Client) -> None:
    for path, methods in paths(client):
        allowed = client.options(path)
        told = set(allowed.headers["allow"].split(", "))
        assert allowed.status_code == 204
        assert {method.upper() for method in methods} <= told, path
        assert ("HEAD" in told) == ("GET" in told), path
        if "get" not in methods:
            assert client.head(path).status_code == 405, path


@pytest.mark.parametrize("path", ["/", "/projects", "/style.css", "/health", "/export/list/projects", "/nothing"])
def test_head_is_get_without_its_body(client: Client, path: str) -> None:
    head, got = client.head(path), client.get(path)
    assert (head.status_code, head.content) == (got.status_code, b"")
    for name in ("content-type", "etag", "content-disposition"):
        assert head.headers.get(name) == got.headers.get(name)


def test_what_an_operation_has_no_parameter_for_is_refused(client: Client) -> None:
    for path, methods in paths(client):
        for method, operation in methods.items():
            if operation["tags"] != ["SPARQL"]:
                response = client.request(method, path, params={"no-such": "1"})
                assert (response.status_code, response.json()["code"]) == (400, "bad-parameter"), path
                assert "no-such" in response.json()["title"]
    assert client.get("/sparql?query=ASK%7B%7D&output=json&timeout=5").status_code == 200
    assert client.get("/projects?year=2026&year=2025").json()["code"] == "bad-parameter"


def test_formats_that_are_not_on_offer_are_refused_where_there_is_a_choice(client: Client) -> None:
    for path, methods in paths(client):
        if "get" not in methods or path in ("/disclosures/preview/Zk3vYt0cQnB5mXwR8sHaLd2e", "/sparql", "/graphs"):
            continue
        required = {
            p["name"]: p["example"]
            for p in methods["get"].get("parameters", ())
            if p["in"] == "query" and p["required"]
        }
        response = client.get(path, params=required, headers={"accept": "image/png"})
        assert (response.status_code == 406) == ("406" in methods["get"]["responses"]), path


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/disclosures/preview"), ("PUT", "/disclosures/0123456789abcdef"),
        ("POST", "/disclosures/preview/Zk3vYt0cQnB5mXwR8sHaLd2e/accept"), ("POST", "/sparql"), ("POST", "/update"),
        ("PUT", "/graphs?default"), ("POST", "/graphs?default"),
    ],
)  # fmt: skip
def test_bodies_in_formats_that_are_not_taken_are_refused(writable: Client, method: str, path: str) -> None:
    response = writable.request(method, path, content="a: b", headers={**TOKEN, "content-type": "application/yaml"})
    assert (response.status_code, response.json()["code"]) == (415, "unsupported-media-type")
