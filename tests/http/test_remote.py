"""What another SPARQL server may do wrong, by one that does it: each fault is one error with code and place."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast

import httpx
import pytest
from pyoxigraph import Literal, NamedNode, QuerySolutions

from api.settings import Settings
from graph.errors import JixiaoError, LimitExceeded, QueryError, ResultTooLarge, StoreError
from graph.store import RemoteStore, open_store
from graph.store import distant as distant_module
from graph.store.bound import bound
from graph.store.habits import beyond, joined, outer, part
from graph.store.http import RemoteError, customary, server
from tests.servers import free_port
from tests.serving import served

ROW = '{"x":{"type":"literal","value":"值"},"t":{"type":"literal","value":"1"}}'
HEAD = '{"head":{"vars":["x","t"]},"results":{"bindings":['
YES = json.dumps({"head": {}, "boolean": True})
QUERY = "SELECT ?x { ?s ?p ?x }"


class Faulty(ThreadingHTTPServer):
    """Answers ASK with yes and everything else as its ``fault`` says."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.fault: Callable[[_Handler], None] = lambda handler: handler.tell(200, f"{HEAD}{ROW}]}}}}")
        self.asks = self.fault
        self.seen: list[tuple[str, dict[str, str], bytes]] = []
        self.left = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/query"

    def handle_error(self, *_: object) -> None:
        """A client that has gone."""
        self.left.set()


class _Handler(BaseHTTPRequestHandler):
    server: Faulty

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.seen.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
        if b"query=ASK" in body and self.server.asks is not self.server.fault:
            self.tell(200, YES)
        else:
            self.server.fault(self)

    def tell(self, status: int, body: str, media_type: str = "application/sparql-results+json", **more: str) -> None:
        self.begin(status, media_type, **more, **{"content-length": str(len(body.encode()))})
        self.wfile.write(body.encode())

    def begin(self, status: int, media_type: str = "application/sparql-results+json", **more: str) -> None:
        self.send_response(status)
        for name, value in {"content-type": media_type, **more}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


def silent(handler: _Handler) -> None:
    """Answers nothing until the client has gone."""
    while handler.connection.recv(1, socket.MSG_PEEK):
        time.sleep(0.01)
    handler.server.left.set()


def trickle(handler: _Handler) -> None:
    handler.begin(200)
    while True:
        handler.wfile.write(b" ")
        time.sleep(0.02)


def endless(handler: _Handler) -> None:
    handler.begin(200)
    handler.wfile.write((HEAD + ROW).encode())
    while True:
        handler.wfile.write(f",{ROW}".encode() * 1000)


def broken_off(handler: _Handler) -> None:
    handler.begin(200, content_length="100000")
    handler.wfile.write((HEAD + ROW).encode())


def telling(status: int, body: str, media_type: str = "text/plain", **more: str) -> Callable[[_Handler], None]:
    return lambda handler: handler.tell(status, body, media_type, **more)


@pytest.fixture
def faulty() -> Iterator[Faulty]:
    made = Faulty()
    made.asks = silent
    thread = threading.Thread(target=made.serve_forever, args=(0.01,))
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


PAGE = "<html><head><title>x</title></head><body><h1>Bad</h1> gateway &c.</body></html>"
TIMED = "Virtuoso S1T00 Error SR171: Transaction timed out\n\nSPARQL query:\nSELECT"
SORTED = "Virtuoso 22023 Error SR353: Sorted TOP clause specifies more then 20000 rows to sort."


@pytest.mark.parametrize(
    ("fault", "kind", "status", "words"),
    [
        (telling(400, "no such prefix"), QueryError, 400, "no such prefix"),
        (telling(502, PAGE, "text/html"), RemoteError, 502, "502 Bad gateway"),
        (telling(503, "starting"), RemoteError, 502, "503 starting"),
        (telling(401, ""), RemoteError, 502, "401"),
        (telling(404, ""), RemoteError, 502, "404"),
        (telling(500, TIMED), LimitExceeded, 504, "SR171"),
        (telling(500, SORTED), ResultTooLarge, 413, "SR353"),
        (telling(200, PAGE, "text/html"), RemoteError, 502, "text/html"),
        (telling(200, "{", "application/sparql-results+json"), RemoteError, 502, "line 1"),
        (telling(200, "<", "application/sparql-results+xml"), RemoteError, 502, ""),
        (telling(302, "", location="http://u:geheim@127.0.0.1:1/x"), RemoteError, 502, "302 → http://127.0.0.1:1/x"),
        (broken_off, RemoteError, 502, ""),
        (trickle, LimitExceeded, 504, ""),
        (silent, LimitExceeded, 504, ""),
        (endless, ResultTooLarge, 413, "0.25 MB"),
    ],
)
def test_each_fault_is_one_error(
    faulty: Faulty, fault: Callable[[_Handler], None], kind: type[JixiaoError], status: int, words: str
) -> None:
    place = faulty.url.replace("//", "//li:geheim@")
    store = RemoteStore(place, seconds=0.4 if status == 504 else 20, most_bytes=2**18)
    faulty.fault = fault
    with pytest.raises(kind) as raised:
        store.query(QUERY)
    store.close()
    told = raised.value.line()
    assert raised.value.status == status
    assert words in told
    assert "geheim" not in told
    assert "SPARQL query" not in told
    assert {path for path, _, _ in faulty.seen} == {"/query"}
    assert {headers["authorization"].split()[0] for _, headers, _ in faulty.seen} == {"Basic"}


def test_a_server_that_is_not_there_or_speaks_no_tls_is_told_apart(faulty: Faulty) -> None:
    with pytest.raises(StoreError) as unreachable:
        open_store(f"http://li:geheim@127.0.0.1:{free_port()}/query")
    with pytest.raises(RemoteError) as plain:
        open_store(faulty.url.replace("http://", "https://li:geheim@"))
    with pytest.raises(StoreError) as wrong:
        open_store("http://[/query")
    assert [error.value.status for error in (unreachable, plain, wrong)] == [503, 502, 503]
    assert "TLS" in plain.value.en
    assert not any("geheim" in error.value.line() for error in (unreachable, plain, wrong))


def test_what_is_wrong_meanwhile_is_told_by_ready_and_passes(faulty: Faulty) -> None:
    good = faulty.fault
    with served(Settings(store=faulty.url, query_seconds=1)) as client:
        assert client.get("/ready").status_code == 200
        faulty.fault = faulty.asks = telling(500, "no memory")
        told = client.get("/ready")
        assert (told.status_code, told.json()["code"]) == (502, "remote-error")
        assert told.json()["place"] == faulty.url
        faulty.fault = faulty.asks = silent
        assert client.get("/ready").status_code == 504
        faulty.fault, faulty.asks = good, silent
        assert client.get("/ready").status_code == 200


def test_a_query_that_nobody_waits_for_is_given_up(faulty: Faulty) -> None:
    with served(Settings(store=faulty.url, query_seconds=60)) as client:
        faulty.fault = silent
        with pytest.raises(httpx.ReadTimeout):
            client.get("/sparql", params={"query": QUERY}, timeout=0.3)
        assert faulty.left.wait(10)


def test_a_long_answer_passes_through_and_breaks_off_at_its_bound(
    faulty: Faulty, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(distant_module, "HELD", 2**16)
    rows = 20_000
    faulty.fault = lambda handler: handler.tell(200, f"{HEAD}{','.join([ROW] * rows)}]}}}}")
    with served(Settings(store=faulty.url, query_rows=rows)) as client:
        whole = client.get("/sparql", params={"query": QUERY, "format": "csv"})
        assert whole.text.count("值") == rows
        faulty.fault = endless
        with pytest.raises(httpx.RemoteProtocolError):  # the status has gone out
            client.get("/sparql", params={"query": QUERY, "format": "csv"})
        assert faulty.left.wait(10)
    with served(Settings(store=faulty.url, query_rows=10)) as client:
        refused = client.get("/sparql", params={"query": QUERY, "format": "csv"})
        assert (refused.status_code, refused.json()["code"]) == (413, "result-too-large")


# -- who asks, and where ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environment", "sent"),
    [
        ({"JIXIAO_REMOTE_USER": "li", "JIXIAO_REMOTE_PASSWORD": "x"}, "Basic bGk6eA=="),
        ({"JIXIAO_REMOTE_TOKEN": "t"}, "Bearer t"),
        ({}, "None"),
    ],
)
def test_who_asks_is_told_to_the_server(
    faulty: Faulty, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], sent: str
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("JIXIAO_REMOTE_UPDATE", faulty.url.replace("/query", "/other"))
    store = cast(RemoteStore, open_store(faulty.url))
    store.update("INSERT DATA { <a:s> <a:p> <a:o> }")
    store.close()
    assert {str(headers.get("authorization")) for _, headers, _ in faulty.seen} == {sent}
    assert faulty.seen[-1][0] == "/other"
    assert b"INSERT" in faulty.seen[-1][2]


@pytest.mark.parametrize(
    ("url", "update", "graphs"),
    [
        ("http://h/query", "http://h/update", ""),
        ("http://h/ds/query", "http://h/ds/update", ""),
        ("http://h/repositories/x", "http://h/repositories/x/statements", ""),
        ("http://h/sparql", "http://h/sparql", "http://h/sparql-graph-crud"),
        ("http://h/sparql-auth", "http://h/sparql-auth", "http://h/sparql-graph-crud-auth"),
        ("http://h/any", "http://h/any", ""),
    ],
)
def test_where_updates_go_is_known_by_custom(url: str, update: str, graphs: str) -> None:
    assert customary(url) == (update, graphs)
    made = server(url, {"JIXIAO_REMOTE_UPDATE": "http://u:p@h/mine"})
    made.close()
    assert (made.query_url, made.update_url, made.graphs_url) == (url, "http://h/mine", graphs)


def test_a_store_that_is_opened_to_read_writes_nothing(faulty: Faulty) -> None:
    store = cast(RemoteStore, open_store(faulty.url, read_only=True))
    before = len(faulty.seen)
    for write in (lambda: store.update("CLEAR ALL"), lambda: store.change(["CLEAR ALL"])):
        with pytest.raises(StoreError):
            write()
    store.close()
    assert len(faulty.seen) == before


# -- the text of queries ----------------------------------------------------------------------------------------------


def test_values_are_bound_as_whole_tokens() -> None:
    text = Literal('a" ?q } # \\')
    sparql = """SELECT DISTINCT ?q (STR(?q) AS ?x) ?qq WHERE { # ?q
  ?s a:q ?o . FILTER(CONTAINS(?o, ?q) && BOUND(?q) && ?o != "?q") } ORDER BY ?q LIMIT 1"""
    assert bound(sparql, {"q": text}) == (
        f"SELECT DISTINCT ({text} AS ?q) (STR({text}) AS ?x) ?qq WHERE {{ # ?q\n"
        f'  ?s a:q ?o . FILTER(CONTAINS(?o, {text}) && BOUND(true) && ?o != "?q") }} ORDER BY ({text}) LIMIT 1'
    ).replace("BOUND(true)", "(true)")
    decimal = Literal("1.5", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#decimal"))
    assert bound("SELECT ?q { }", {"q": decimal}) == f'SELECT (STRDT("1.5", {decimal.datatype}) AS ?q) {{ }}'
    within = bound("SELECT ?q { { SELECT ?q { ?s <a?q> $q } GROUP BY ?q } }", {"q": text})
    assert within.startswith(f"SELECT ({text} AS ?q) {{ {{ SELECT ({text} AS ?q_")
    assert within.endswith(f") {{ ?s <a?q> {text} }} GROUP BY ({text}) }} }}")


def test_a_query_is_asked_in_parts_by_what_stands_outside_its_braces() -> None:
    made = outer("PREFIX a: <b:limit> SELECT ?x { { SELECT ?x { } LIMIT 3 } } # LIMIT 4\nOFFSET 2 LIMIT 5")
    assert (made.limit, made.offset, made.ordered) == (5, 2, False)
    assert part("PREFIX a: <b:> SELECT ?x { ?x a:p 1 }", ["x"], 20, 10) == (
        "PREFIX a: <b:> SELECT * { { SELECT ?x { ?x a:p 1 }\nORDER BY ?x \n} } OFFSET 20 LIMIT 10"
    )
    assert "ORDER BY ?x \n" not in part("SELECT ?x { } ORDER BY DESC(?x)", ["x"], 0, 10)
    assert beyond("CONSTRUCT { ?s a ?o } WHERE { ?s ?p ?o } ORDER BY ?s", 10) == (
        "SELECT *  WHERE { ?s ?p ?o } \nOFFSET 10 LIMIT 1 "
    )
    assert beyond("CONSTRUCT WHERE { ?s ?p ?o } LIMIT 10", 10) is None
    assert beyond("DESCRIBE <a:s>", 10) is None
    body = '<sparql><head><variable name="x"/></head>\n<results a="b">{}</results></sparql>'
    parts = joined([body.format("<result>1</result>").encode(), body.format("<result>2</result>").encode()])
    assert parts.count(b"<result>") == 2
    assert parts.endswith(b"<result>2</result></results></sparql>")


def test_rows_come_whole(faulty: Faulty) -> None:
    store = open_store(faulty.url)
    found = cast(QuerySolutions, store.query(QUERY))
    assert [row["x"].value for row in found] == ["值"]
    store.close()
