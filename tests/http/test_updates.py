"""Writing over HTTP: SPARQL update and the Graph Store Protocol."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from httpx import Client
from pyoxigraph import NamedNode, RdfFormat, parse

from api.settings import Settings
from graph.errors import BadParameter
from graph.store import open_store
from tests.serving import served

TOKEN = "token of the tests"
BEARER = {"authorization": f"Bearer {TOKEN}"}
TURTLE = {**BEARER, "content-type": "text/turtle"}
G = "http://example.org/g"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("updates") / "store"
    open_store(path).close()
    return path


@pytest.fixture(scope="module")
def writable(folder: Path) -> Iterator[Client]:
    settings = Settings(
        store=str(folder), update=True, token=TOKEN, query_seconds=2, max_upload_mb=1, allowed_origins="https://a.example"
    )  # fmt: skip
    with served(settings) as client:
        yield client


@pytest.fixture(autouse=True)
def emptied(request: pytest.FixtureRequest) -> None:
    if "writable" in request.fixturenames:
        update(request.getfixturevalue("writable"), "DROP ALL")


def update(client: Client, text: str) -> None:
    response = client.post("/update", data={"update": text}, headers=BEARER)
    assert response.status_code == 204, response.text


def rows(client: Client, query: str) -> list[str]:
    response = client.get("/sparql", params={"query": query, "format": "csv"})
    assert response.status_code == 200, response.text
    return response.text.split()[1:]


# -- who may ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/update"), ("PUT", "/graphs?default"), ("POST", "/graphs"), ("DELETE", f"/graphs?graph={G}")],
)
def test_writing_needs_the_token_and_a_service_that_takes_it(
    client: Client, writable: Client, method: str, path: str
) -> None:
    assert client.request(method, path, headers=TURTLE).status_code == 403
    assert client.request(method, path, headers=TURTLE).json()["code"] == "writing-off"
    for value in (None, "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer 错误"):
        headers = {} if value is None else {b"authorization": value.encode()}
        response = writable.request(method, path, headers=headers)
        assert response.status_code == 401
        assert response.headers["www-authenticate"] == "Bearer"


def test_a_service_that_takes_writing_has_a_token() -> None:
    for token in ("", "short"):
        with pytest.raises(BadParameter, match="JIXIAO_TOKEN"):
            Settings(update=True, token=token)
    assert TOKEN not in repr(Settings(update=True, token=TOKEN))


# -- update -----------------------------------------------------------------------------------------------------------


def test_an_update_is_seen_by_the_next_query_and_stands_on_disk(writable: Client, folder: Path) -> None:
    update(writable, f"INSERT DATA {{ GRAPH <{G}> {{ <a:s> <a:p> '甲' }} <a:s> <a:p> '乙' }}; # ends in a comment")
    assert sorted(rows(writable, "SELECT ?o { ?s ?p ?o }")) == ["乙", "甲"]
    body = "DELETE { GRAPH ?g { ?s ?p ?o } } WHERE { GRAPH ?g { ?s ?p ?o } }"
    response = writable.post("/update", content=body, headers={**BEARER, "content-type": "application/sparql-update"})
    assert response.status_code == 204
    assert rows(writable, "SELECT ?o { ?s ?p ?o }") == ["乙"]
    store = open_store(folder, read_only=True)
    assert store.state() == writable.get("/health").json()["state"]
    assert list(store.graphs()) == [NamedNode(G)]
    store.close()


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (400, "INSERT DATA { <a:s> }"),
        (400, "CREATE GRAPH <a:g> ; CREATE GRAPH <a:g>"),
        (400, "LOAD <http://127.0.0.1:1/> INTO GRAPH <a:g>"),
        (400, "INSERT DATA { <a:s> <a:p> 1 } ; lOaD SILENT <http://127.0.0.1:1/>"),
        (400, "INSERT { ?s ?p ?o } WHERE { SERVICE SILENT <http://127.0.0.1:1/> { ?s ?p ?o } }"),
    ],
)
def test_a_wrong_update_changes_nothing(writable: Client, status: int, text: str) -> None:
    update(writable, "INSERT DATA { <a:s> <a:p> 0 }")
    before = writable.get("/health").json()["state"]
    response = writable.post("/update", data={"update": f"INSERT DATA {{ <a:s> <a:p> 9 }} ; {text}"}, headers=BEARER)
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert rows(writable, "SELECT ?o { ?s ?p ?o }") == ["0"]
    assert writable.get("/health").json()["state"] == before


def test_an_endless_update_is_stopped_whole_while_queries_are_answered(writable: Client) -> None:
    values = " ".join(map(str, range(400)))
    update(writable, f"INSERT {{ <a:s> <a:p> ?n }} WHERE {{ VALUES ?n {{ {values} }} }}")
    endless = (
        "INSERT { <a:s> <a:q> ?n } WHERE { SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l } }"
    )
    response = writable.post("/update", data={"update": f"INSERT DATA {{ <a:s> <a:r> 1 }} ; {endless}"}, headers=BEARER)
    assert response.status_code == 504
    assert response.json()["title_en"] == "The query ran longer than 2 s."
    assert rows(writable, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") == ["400"]
    update(writable, "INSERT DATA { <a:s> <a:r> 2 }")
    assert rows(writable, "SELECT ?o { ?s <a:r> ?o }") == ["2"]


def test_graphs_may_be_chosen_beside_the_update(writable: Client) -> None:
    update(writable, "INSERT DATA { GRAPH <a:g> { <a:s> <a:p> 1 } GRAPH <a:h> { <a:s> <a:p> 2 } }")
    copied = "INSERT { GRAPH <a:new> { ?s ?p ?o } } WHERE { ?s ?p ?o }"
    parameters = {"using-graph-uri": "a:g"}
    response = writable.post("/update", data={"update": copied, **parameters}, headers=BEARER)
    assert response.status_code == 204, response.text
    assert rows(writable, "SELECT ?o { GRAPH <a:new> { ?s ?p ?o } }") == ["1"]
    for clause in ("USING <a:h>", "USING NAMED <a:h>"):
        text = copied.replace("WHERE", f"{clause} WHERE")
        assert writable.post("/update", data={"update": text, **parameters}, headers=BEARER).status_code == 400
    assert (
        writable.post("/update", data={"update": f"WITH <a:h> {copied}", **parameters}, headers=BEARER).status_code
        == 400
    )


@pytest.mark.parametrize(
    ("status", "arguments"),
    [
        (400, {"data": {"other": "x"}}),
        (400, {"data": {"update": ["DROP ALL", "DROP ALL"]}}),
        (400, {"data": {"update": "DROP ALL", "query": "ASK {}"}}),
        (400, {"content": "DROP ALL", "type": "application/sparql-update; charset=utf-16"}),
        (415, {"content": "DROP ALL", "type": "application/sparql-query"}),
        (415, {"content": "DROP ALL"}),
        (413, {"content": "#" * 2_000_000, "type": "application/sparql-update"}),
    ],
)
def test_what_is_no_update_is_told(writable: Client, status: int, arguments: dict) -> None:
    headers = {**BEARER, **({"content-type": arguments.pop("type")} if "type" in arguments else {})}
    assert writable.post("/update", headers=headers, **arguments).status_code == status
    assert writable.get("/update", headers=BEARER).status_code == 405


# -- graphs -----------------------------------------------------------------------------------------------------------


def test_a_graph_is_put_read_added_to_and_deleted(writable: Client) -> None:
    place = f"/graphs?graph={G}"
    assert writable.get(place).status_code == writable.head(place).status_code == 404
    assert writable.put(place, content="<s> <p> '甲' .", headers=TURTLE).status_code == 201
    assert writable.put(place, content="<s> <p> '乙' .", headers=TURTLE).status_code == 204
    assert writable.post(place, content="<s> <p> '丙' .", headers=TURTLE).status_code == 204
    read = writable.get(place, headers={"accept": "application/n-triples"})
    assert read.headers["content-type"] == "application/n-triples"
    base = "http://example.org"
    assert sorted(read.text.splitlines()) == sorted(f'<{base}/s> <{base}/p> "{word}" .' for word in "乙丙")
    head = writable.head(place)
    assert (head.status_code, head.text) == (200, "")
    assert writable.delete(place, headers=BEARER).status_code == 204
    assert writable.delete(place, headers=BEARER).status_code == 404
    assert writable.get(place).status_code == 404


def test_a_graph_may_be_empty_or_the_default_graph_or_have_the_name_of_its_place(writable: Client) -> None:
    assert writable.put(f"/graphs?graph={G}", content="", headers=TURTLE).status_code == 201
    assert writable.get(f"/graphs?graph={G}").status_code == 200
    assert writable.put("/graphs?default", content="<a:s> <a:p> 1 .", headers=TURTLE).status_code == 204
    assert "<a:s>" in writable.get("/graphs?default").text
    assert writable.delete("/graphs?default", headers=BEARER).status_code == 204
    assert "<a:s>" not in writable.get("/graphs?default").text
    made = writable.post("/graphs", content="<> <a:p> 1 .", headers=TURTLE)
    assert made.status_code == 201
    where = made.headers["location"]
    assert where.startswith(f"{writable.base_url}/graphs/")
    assert where in writable.get(where).text
    assert rows(writable, f"SELECT ?o {{ GRAPH <{where}> {{ <{where}> ?p ?o }} }}") == ["1"]


def test_several_files_are_added_at_once_or_not_at_all(writable: Client) -> None:
    place = f"/graphs?graph={G}"
    files = [
        ("one", ("1.ttl", "_:b <a:p> '甲' .", "text/turtle; charset=utf-8")),
        ("two", ("2.nt", '_:b <a:p> "乙" .', "application/n-triples")),
        ("three", ("3.jsonld", '{"a:p": "丙"}', "application/ld+json")),
    ]
    assert writable.post(place, files=files, headers=BEARER).status_code == 201
    assert rows(writable, "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }") == ["3"]
    damaged = [*files, ("four", ("4.ttl", "<a:s> <a:p>", "text/turtle"))]
    assert writable.post(place, files=damaged, headers=BEARER).status_code == 400
    assert (
        writable.post(place, files=[("one", ("1.pdf", "%PDF", "application/pdf"))], headers=BEARER).status_code == 415
    )
    assert rows(writable, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") == ["3"]


@pytest.mark.parametrize(
    ("status", "method", "path", "arguments"),
    [
        (400, "PUT", "/graphs", {}),
        (400, "PUT", f"/graphs?default&graph={G}", {}),
        (400, "PUT", "/graphs?graph=http://[", {}),
        (400, "DELETE", "/graphs", {}),
        (400, "PUT", f"/graphs?graph={G}", {"content": "<s> <p>"}),
        (415, "PUT", f"/graphs?graph={G}", {"type": "text/csv"}),
        (406, "GET", "/graphs?default", {"accept": "image/png"}),
        (406, "GET", "/graphs", {"accept": "text/turtle"}),
        (405, "PATCH", "/graphs", {}),
    ],
)
def test_what_cannot_be_done_with_a_graph_is_told(
    writable: Client, status: int, method: str, path: str, arguments: dict
) -> None:
    headers = {**BEARER, "content-type": arguments.pop("type", "text/turtle"), "accept": arguments.pop("accept", "*/*")}
    response = writable.request(method, path, headers=headers, **arguments)
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("rdf", [RdfFormat.TURTLE, RdfFormat.N_TRIPLES, RdfFormat.JSON_LD, RdfFormat.RDF_XML])
def test_every_format_goes_out_and_in(writable: Client, rdf: RdfFormat) -> None:
    triples = "<http://example.org/s> <http://example.org/p> '甲&<乙>'@zh , 1.50 , _:b ."
    assert writable.put(f"/graphs?graph={G}", content=triples, headers=TURTLE).status_code == 201
    read = writable.get(f"/graphs?graph={G}", headers={"accept": rdf.media_type})
    assert len(list(parse(read.content, rdf))) == 3
    copied = {**BEARER, "content-type": read.headers["content-type"]}
    assert writable.put("/graphs?graph=a:copy", content=read.content, headers=copied).status_code == 201
    assert rows(writable, "SELECT (COUNT(*) AS ?n) { GRAPH <a:copy> { ?s ?p ?o } }") == ["3"]


def test_the_whole_store_goes_out_with_its_graphs(writable: Client) -> None:
    update(writable, f"INSERT DATA {{ GRAPH <{G}> {{ <a:s> <a:p> 1 }} <a:s> <a:p> 2 }}")
    for media_type, rdf in (("application/trig", RdfFormat.TRIG), ("application/n-quads", RdfFormat.N_QUADS)):
        response = writable.get("/graphs", headers={"accept": media_type})
        assert response.headers["content-type"] == media_type
        assert {str(quad.graph_name) for quad in parse(response.content, rdf)} == {f"<{G}>", "DEFAULT"}
        again = writable.get("/graphs", headers={"accept": media_type, "if-none-match": response.headers["etag"]})
        assert again.status_code == 304


def test_the_description_tells_of_updates_and_scripts_of_allowed_sites_may_ask(writable: Client) -> None:
    told = writable.get("/sparql", headers={"accept": "text/turtle", "origin": "https://a.example"})
    assert f"<{writable.base_url}/update>" in told.text
    assert told.headers["access-control-allow-origin"] == "https://a.example"
    asked = {"origin": "https://a.example", "access-control-request-method": "POST"}
    before = writable.options("/sparql", headers={**asked, "access-control-request-headers": "content-type"})
    assert before.status_code == 200
    assert "access-control-allow-origin" not in writable.get("/health", headers={"origin": "https://b.example"}).headers


@pytest.mark.parametrize("name", ["using-graph-uri", "using-named-graph-uri", "default-graph-uri", "named-graph-uri"])
@pytest.mark.parametrize("graph", ["", "null", "a b", "urn:x> {} #"])
def test_graphs_that_are_no_iris_are_refused(writable: Client, name: str, graph: str) -> None:
    path, form = ("/update", "update") if name.startswith("using") else ("/sparql", "query")
    text = "INSERT { <a:a> <a:b> 1 } WHERE {}" if form == "update" else "ASK {}"
    response = writable.post(path, data={form: text, name: graph}, headers=BEARER)
    assert (response.status_code, response.json()["code"]) == (400, "bad-parameter")
