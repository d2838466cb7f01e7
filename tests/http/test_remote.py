"""The store on another server: the whole service, against Oxigraph's own."""

import io
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from api.settings import Settings
from graph.errors import LimitExceeded, QueryError, StoreError
from graph.queries import library, run
from graph.store import RemoteStore, Store, open_store
from graph.store.bound import bound
from graph.store.http import Call, RemoteError, server
from tests.servers import free_port, oxigraph
from tests.serving import served

TOKEN = "token of the tests"
G = NamedNode("http://example.org/g")
TRIPLES = [Triple(NamedNode(f"http://example.org/{n}"), NamedNode("a:p"), Literal(f'值 "{n}"\n')) for n in range(2500)]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with oxigraph(tmp_path_factory.mktemp("oxigraph")) as query_url:
        yield query_url


@pytest.fixture(scope="module")
def remote(url: str, sample_store: Path) -> Iterator[Store]:
    """The samples on the server."""
    source = open_store(sample_store, read_only=True)
    store = open_store(url)
    assert isinstance(store, RemoteStore)
    assert store.replace({name: source.graph(name) for name in source.graphs()})
    source.close()
    yield store
    store.close()


@pytest.fixture(scope="module")
def client(remote: Store, url: str) -> Iterator[httpx.Client]:
    settings = Settings(store=url, update=True, token=TOKEN, query_rows=2000, query_seconds=2)
    with served(settings) as opened:
        yield opened


def test_graphs_are_those_of_the_folder(remote: Store, sample_store: Path) -> None:
    source = open_store(sample_store, read_only=True)
    assert set(remote.graphs()) == set(source.graphs())
    name = next(source.graphs())
    assert set(remote.graph(name)) == set(source.graph(name))
    assert set(remote.quads(None, None, None, name)) == set(source.quads(None, None, None, name))
    assert not remote.replace({name: source.graph(name)})
    dumped = io.BytesIO()
    remote.dump(dumped, RdfFormat.N_QUADS)
    assert name in {quad.graph_name for quad in parse(dumped.getvalue(), RdfFormat.N_QUADS)}
    source.close()


def test_every_question_has_the_answer_that_the_folder_gives(remote: Store, sample_store: Path) -> None:
    source = open_store(sample_store, read_only=True)
    for question in library().values():
        values = {parameter.name: parameter.example for parameter in question.params if parameter.required}
        theirs, ours = run(remote, question.name, **values), run(source, question.name, **values)
        assert theirs.columns == ours.columns, question.name
        assert sorted(map(str, theirs.rows)) == sorted(map(str, ours.rows)), question.name
    source.close()


def test_graphs_are_replaced_and_removed_and_the_state_tells(remote: Store) -> None:
    before = remote.state()
    assert remote.replace({G: TRIPLES})
    assert set(remote.graph(G)) == set(TRIPLES)
    assert not remote.replace({G: reversed(TRIPLES)})
    middle = remote.state()
    remote.remove([G, NamedNode("http://example.org/none")])
    assert G not in set(remote.graphs())
    assert len({before, middle, remote.state()}) == 3


def test_the_service_runs_on_it(client: httpx.Client) -> None:
    assert client.get("/health").status_code == 200
    assert client.get("/departments").json()["items"]
    assert client.get("/", headers={"accept": "text/html"}).status_code == 200
    count = {"query": "SELECT (COUNT(*) AS ?n) { ?s a <https://w3id.org/jixiao/ontology#Project> }", "format": "csv"}
    response = client.get("/sparql", params=count)
    assert response.text.split() == ["n", "37"]
    assert "etag" not in response.headers
    graph = {"query": "CONSTRUCT WHERE { ?s a <https://w3id.org/jixiao/ontology#Project> }"}
    turtle = client.get("/sparql", params=graph, headers={"accept": "text/turtle"})
    assert len(list(parse(turtle.content, RdfFormat.TURTLE))) == 37


def test_updates_and_graphs_pass_through(client: httpx.Client) -> None:
    headers = {"authorization": f"Bearer {TOKEN}"}
    turtle = {**headers, "content-type": "text/turtle"}
    place = "/graphs?graph=http://example.org/h"
    assert client.put(place, content="<s> <p> '甲' .", headers=turtle).status_code == 201
    assert client.post(place, content="<s> <p> '乙' .", headers=turtle).status_code == 204
    update = "DELETE WHERE { GRAPH <http://example.org/h> { ?s ?p '甲' } }"
    assert client.post("/update", data={"update": update}, headers=headers).status_code == 204
    assert '"乙"' in client.get(place, headers={"accept": "application/n-triples"}).text
    asked = {"query": "SELECT ?o { ?s ?p ?o }", "default-graph-uri": "http://example.org/h", "format": "csv"}
    assert client.get("/sparql", params=asked).text.split() == ["o", "乙"]
    assert client.delete(place, headers=headers).status_code == 204
    assert client.get(place).status_code == 404


@pytest.mark.parametrize(
    ("status", "query"),
    [
        (400, "SELECT"),
        (400, "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }"),
        (406, "CONSTRUCT WHERE { ?s ?p ?o }"),
        (413, "SELECT * { ?s ?p ?o }"),
        (504, "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"),
    ],
)
def test_limits_and_errors_are_told_as_for_a_folder(client: httpx.Client, status: int, query: str) -> None:
    response = client.get("/sparql", params={"query": query, "format": "csv"})
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"


class _Odd(BaseHTTPRequestHandler):
    """Answers what its path names: a status, or a page."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(int(self.path.strip("/")))
        self.send_header("content-type", "text/html")
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"no")

    def log_message(self, *_: object) -> None:
        """Nothing."""


def test_what_a_server_may_fail_by_is_told_apart() -> None:
    with pytest.raises(StoreError) as unreachable:
        open_store(f"http://127.0.0.1:{free_port()}/query")
    assert unreachable.value.status == 503
    odd = HTTPServer(("127.0.0.1", 0), _Odd)
    thread = threading.Thread(target=odd.serve_forever)
    thread.start()
    for status in (500, 503, 401, 404, 200):
        with pytest.raises(RemoteError) as failed:
            open_store(f"http://127.0.0.1:{odd.server_port}/{status}")
        assert failed.value.status == 502
    with pytest.raises(QueryError):
        open_store(f"http://127.0.0.1:{odd.server_port}/400")
    odd.shutdown()
    thread.join()
    odd.server_close()


def test_a_server_that_does_not_answer_in_time_is_given_up(remote: Store, url: str) -> None:
    asked = server(url)
    cross = [("query", "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"), ("union-default-graph", "true")]
    with pytest.raises(LimitExceeded) as raised:
        asked.ask(cross, "*/*", Call(0.3)).read()
    assert raised.value.status == 504
    asked.close()


def test_who_asks_is_told_to_the_server() -> None:
    headers = {}
    for environment in (
        {"JIXIAO_REMOTE_USER": "甲", "JIXIAO_REMOTE_PASSWORD": "x"},
        {"JIXIAO_REMOTE_TOKEN": "t"},
    ):
        made = server("http://127.0.0.1:1/query", environment)
        request = made._client.build_request("GET", "http://127.0.0.1:1/")
        auth = made._client.auth
        request = next(auth.auth_flow(request)) if auth else request
        headers[next(iter(environment))] = request.headers["authorization"].split()[0]
        assert made.update_url == "http://127.0.0.1:1/update"
        made.close()
    assert headers == {"JIXIAO_REMOTE_USER": "Basic", "JIXIAO_REMOTE_TOKEN": "Bearer"}


def test_values_are_bound_as_whole_tokens() -> None:
    text = Literal('a" ?q } # \\')
    sparql = """SELECT DISTINCT ?q (STR(?q) AS ?x) ?qq WHERE { # ?q
  ?s a:q ?o . FILTER(CONTAINS(?o, ?q) && BOUND(?q) && ?o != "?q") } ORDER BY ?q LIMIT 1"""
    assert bound(sparql, {"q": text}) == (
        f"SELECT DISTINCT ({text} AS ?q) (STR({text}) AS ?x) ?qq WHERE {{ # ?q\n"
        f'  ?s a:q ?o . FILTER(CONTAINS(?o, {text}) && BOUND(true) && ?o != "?q") }} ORDER BY ({text}) LIMIT 1'
    ).replace("BOUND(true)", "(true)")
    within = bound("SELECT ?q { { SELECT ?q { ?s <a?q> $q } GROUP BY ?q } }", {"q": text})
    assert within.startswith(f"SELECT ({text} AS ?q) {{ {{ SELECT ({text} AS ?q_")
    assert within.endswith(f") {{ ?s <a?q> {text} }} GROUP BY ({text}) }} }}")
