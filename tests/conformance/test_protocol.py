"""The sentences of SPARQL 1.1 Protocol and Graph Store Protocol that a server must obey, each as a case of our own."""

from collections.abc import Iterator

import httpx
import pytest

from api.settings import Settings
from graph.store import open_store
from tests.serving import served

TOKEN = "token of the tests"
ONE, TWO, THREE = (f"http://example.org/{name}" for name in ("甲", "乙", "丙"))
SUBJECTS = "SELECT ?s { ?s ?p ?o }"
NAMED = "SELECT ?s { GRAPH ?g { ?s ?p ?o } }"
QUERY = {"content-type": "application/sparql-query"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
Pairs = list[tuple[str, str]]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("protocol") / "store"
    open_store(folder).close()
    with served(Settings(store=str(folder), update=True, token=TOKEN)) as opened:
        opened.headers["authorization"] = f"Bearer {TOKEN}"
        for name in (ONE, TWO, THREE):
            turtle = {"content-type": "text/turtle"}
            put = opened.put("/graphs", params={"graph": name}, content=f"<{name}#s> <a:p> 1 .", headers=turtle)
            assert put.status_code == 201
        yield opened


def sent(client: httpx.Client, way: str, query: str, chosen: Pairs) -> httpx.Response:
    accept = {"accept": "text/csv"}
    if way == "get":
        return client.get("/sparql", params=[("query", query), *chosen], headers=accept)
    if way == "form":
        fields = {"query": query, **{name: [v for n, v in chosen if n == name] for name, _ in chosen}}
        return client.post("/sparql", data=fields, headers=accept)
    kind = {"content-type": "application/sparql-query; charset=UTF-8"}
    return client.post("/sparql", params=chosen, content=query, headers={**accept, **kind})


@pytest.mark.parametrize("way", ["get", "form", "direct"])
@pytest.mark.parametrize(
    ("query", "chosen", "found"),
    [
        (SUBJECTS, [], [ONE, TWO, THREE]),
        (SUBJECTS, [("default-graph-uri", ONE)], [ONE]),
        (SUBJECTS, [("default-graph-uri", ONE), ("default-graph-uri", THREE)], [ONE, THREE]),
        (SUBJECTS, [("default-graph-uri", "http://example.org/none")], []),
        (SUBJECTS, [("named-graph-uri", ONE)], []),
        (NAMED, [("named-graph-uri", ONE), ("named-graph-uri", TWO)], [ONE, TWO]),
        (NAMED, [("default-graph-uri", ONE), ("named-graph-uri", TWO)], [TWO]),
        (SUBJECTS.replace("{", f"FROM <{TWO}> {{", 1), [("default-graph-uri", ONE)], [ONE]),
        (SUBJECTS.replace("{", f"FROM <{TWO}> {{", 1), [], [TWO]),
        (NAMED.replace("{", f"FROM <{ONE}> FROM NAMED <{TWO}> {{", 1), [], [TWO]),
    ],
)
def test_a_dataset_is_chosen_by_the_request_before_the_query(
    client: httpx.Client, way: str, query: str, chosen: Pairs, found: list[str]
) -> None:
    response = sent(client, way, query, chosen)
    assert response.status_code == 200, response.text
    assert sorted(response.text.split()[1:]) == sorted(f"{name}#s" for name in found)


def test_relative_iris_are_relative_to_the_endpoint_and_base_goes_before(client: httpx.Client) -> None:
    def told(query: str) -> list[str]:
        return client.get("/sparql", params={"query": query, "format": "csv"}).text.split()[1:]

    assert told("SELECT (STR(<x>) AS ?i) {}") == [f"{client.base_url}/x"]
    assert told("BASE <http://example.org/a/> SELECT (STR(<x>) AS ?i) {}") == ["http://example.org/a/x"]
    update = "INSERT DATA { GRAPH <http://example.org/based> { <a:s> <a:p> <x> } }"
    assert client.post("/update", data={"update": update}).status_code == 204
    assert told("SELECT ?o { GRAPH <http://example.org/based> { ?s ?p ?o } }") == [f"{client.base_url}/x"]
    assert client.delete("/graphs", params={"graph": "http://example.org/based"}).status_code == 204


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ("SELECT (1 AS ?x) {}", {"application/sparql-results+json", "application/sparql-results+xml", "text/csv"}),
        ("ASK {}", {"application/sparql-results+json", "application/sparql-results+xml"}),
        ("DESCRIBE <a:s>", {"text/turtle", "application/rdf+xml", "application/n-triples", "application/ld+json"}),
        ("CONSTRUCT WHERE { ?s ?p ?o }", {"text/turtle", "application/rdf+xml", "application/ld+json"}),
    ],
)
def test_each_form_of_query_has_formats_of_its_kind(client: httpx.Client, query: str, kinds: set[str]) -> None:
    for kind in kinds:
        response = client.get("/sparql", params={"query": query}, headers={"accept": kind})
        assert response.status_code == 200
        assert response.headers["content-type"].partition(";")[0] == kind
    assert client.get("/sparql", params={"query": query}).headers["content-type"].partition(";")[0] in kinds


@pytest.mark.parametrize(
    ("method", "path", "arguments"),
    [
        ("PUT", "/sparql?query=ASK%7B%7D", {}),
        ("GET", "/sparql?query=ASK%7B%7D&query=ASK%7B%7D", {}),
        ("GET", "/sparql?query=ASK%7B", {}),
        ("GET", "/sparql?query=ASK%7B%7D&default-graph-uri=", {}),
        ("POST", "/sparql", {"content": "ASK {}", "headers": {"content-type": "text/plain"}}),
        ("POST", "/sparql", {"content": "query=ASK%7B%7D"}),
        ("POST", "/sparql", {"content": "ASK {}".encode("utf-16"), "headers": QUERY}),
        ("POST", "/sparql", {"content": b"query=%ff", "headers": FORM}),
        ("GET", "/update?update=CLEAR%20ALL", {}),
        ("POST", "/update", {"data": {"update": ["CLEAR NAMED", "CLEAR DEFAULT"]}}),
        ("POST", "/update", {"data": {"update": "CLEAR SOME"}}),
        ("POST", "/update", {"content": "CLEAR ALL", "headers": {"content-type": "text/plain"}}),
        ("POST", "/update?using-graph-uri=a:g", {"data": {"update": "WITH <a:g> DELETE { ?s ?p 1 } WHERE { }"}}),
    ],
)
def test_what_the_protocol_forbids_is_the_clients_fault(
    client: httpx.Client, method: str, path: str, arguments: dict
) -> None:
    response = client.request(method, path, **arguments)
    assert 400 <= response.status_code < 500, response.text
    assert len(client.get("/sparql", params={"query": SUBJECTS, "format": "csv"}).text.split()) == 4


def test_delete_where_works_over_graphs_of_the_request(client: httpx.Client) -> None:
    def count(graph: str) -> str:
        params = {"query": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "default-graph-uri": graph, "format": "csv"}
        return client.get("/sparql", params=params).text.split()[1]

    insert = "INSERT DATA { GRAPH <a:g> { <a:s> <a:p> 1 } GRAPH <a:h> { <a:s> <a:p> 1 } }"
    assert client.post("/update", data={"update": insert}).status_code == 204
    delete = "DELETE WHERE { GRAPH ?g { ?s ?p ?o } }"
    chosen = {"using-named-graph-uri": "a:h"}
    assert client.post("/update", data={"update": delete, **chosen}).status_code == 204
    assert (count("a:g"), count("a:h")) == ("1", "0")
    assert client.post("/update", data={"update": "DROP GRAPH <a:g> ; DROP SILENT GRAPH <a:h>"}).status_code == 204
