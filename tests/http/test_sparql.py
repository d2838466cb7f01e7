import csv
import io
import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from httpx import Client
from pyoxigraph import RdfFormat, parse

from api.formats import GRAPHS, SOLUTIONS
from api.settings import Settings
from graph.store import peer
from tests.http.conftest import Served

COUNT = "SELECT (COUNT(*) AS ?n) { ?s a <https://w3id.org/jixiao/ontology#Project> }"
CROSS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
GRAPH = "CONSTRUCT { ?s ?p ?o } WHERE { ?s a <https://w3id.org/jixiao/ontology#Project> ; ?p ?o }"
HOG = f"SELECT (GROUP_CONCAT(CONCAT(STR(?c), '{'x' * 3000}')) AS ?x) {{ ?a ?b ?c . ?d ?e ?f }}"
FORM = "application/x-www-form-urlencoded"


def test_a_query_may_come_in_three_ways(client: Client) -> None:
    for response in (
        client.get("/sparql", params={"query": COUNT}),
        client.post("/sparql", data={"query": COUNT}),
        client.post("/sparql", content=COUNT, headers={"content-type": "application/sparql-query"}),
        client.post("/sparql", content=COUNT, headers={"content-type": "application/sparql-query; charset=utf-8"}),
    ):
        assert response.status_code == 200, response.text
        assert response.headers["content-type"] == "application/sparql-results+json"
        assert response.json()["results"]["bindings"][0]["n"]["value"] == "37"


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("", "application/sparql-results+json"),
        ("*/*", "application/sparql-results+json"),
        ("application/json", "application/json"),
        ("application/sparql-results+xml", "application/sparql-results+xml"),
        ("text/csv", "text/csv; charset=utf-8"),
        ("text/tab-separated-values", "text/tab-separated-values; charset=utf-8"),
        ("text/csv;q=0.5, text/tab-separated-values;q=0.9", "text/tab-separated-values; charset=utf-8"),
        ("text/*", "text/csv; charset=utf-8"),
        ("text/turtle, application/sparql-results+xml;q=0.1", "application/sparql-results+xml"),
        ("text/turtle, */*;q=0.1", "application/sparql-results+json"),
        ("application/*;q=0, text/csv;q=0.1", "text/csv; charset=utf-8"),
    ],
)
def test_solutions_in_the_format_that_is_wanted_most(client: Client, accept: str, content_type: str) -> None:
    response = client.get("/sparql", params={"query": COUNT}, headers={"accept": accept})
    assert response.status_code == 200
    assert response.headers["content-type"] == content_type
    assert "37" in response.text
    assert response.headers["vary"].startswith("Accept")


@pytest.mark.parametrize(
    ("accept", "rdf"),
    [
        ("*/*", RdfFormat.TURTLE),
        ("text/turtle", RdfFormat.TURTLE),
        ("application/n-triples", RdfFormat.N_TRIPLES),
        ("application/rdf+xml", RdfFormat.RDF_XML),
        ("application/sparql-results+json, application/n-triples;q=0.2", RdfFormat.N_TRIPLES),
    ],
)
def test_graphs_in_the_format_that_is_wanted_most(client: Client, accept: str, rdf: RdfFormat) -> None:
    response = client.get("/sparql", params={"query": GRAPH}, headers={"accept": accept})
    assert response.status_code == 200
    assert response.headers["content-type"].partition(";")[0] == rdf.media_type
    assert len({quad.subject for quad in parse(response.content, rdf)}) == 37


@pytest.mark.parametrize("name", ["json", "xml", "csv", "tsv"])
def test_the_format_parameter_goes_before_the_header(client: Client, name: str) -> None:
    response = client.get("/sparql", params={"query": COUNT, "format": name}, headers={"accept": "text/html"})
    assert response.status_code == 200
    assert name in response.headers["content-type"] or "tab" in response.headers["content-type"]
    assert client.post("/sparql", data={"query": COUNT, "format": name}).text == response.text


def test_values_come_back_as_they_are(client: Client) -> None:
    query = "SELECT ('逗号,\"引号\"\\n换行' AS ?x) {}"
    assert client.get("/sparql", params={"query": query}).json()["results"]["bindings"][0]["x"]["value"] == (
        '逗号,"引号"\n换行'
    )
    rows = list(csv.reader(io.StringIO(client.get("/sparql", params={"query": query, "format": "csv"}).text)))
    assert rows == [["x"], ['逗号,"引号"\n换行']]
    assert client.get("/sparql", params={"query": "ASK {}"}).json()["boolean"] is True


@pytest.mark.parametrize(
    ("status", "request_"),
    [
        (400, {"method": "GET", "params": {"format": "csv"}}),
        (400, {"method": "GET", "params": {"query": "SELECT"}}),
        (400, {"method": "GET", "params": [("query", COUNT), ("query", COUNT)]}),
        (400, {"method": "GET", "params": {"query": COUNT, "format": "pdf"}}),
        (400, {"method": "GET", "params": {"query": COUNT, "default-graph-uri": "no IRI"}}),
        (400, {"method": "GET", "params": {"query": "SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }"}}),
        (400, {"method": "GET", "params": {"query": "LOAD <http://127.0.0.1/>"}}),
        (400, {"method": "GET", "params": {"query": "DROP ALL"}}),
        (400, {"method": "GET", "params": {"query": "ASK {}", "example": "x", "format": "?"}}),
        (400, {"method": "POST", "content": b"\xff", "headers": {"content-type": "application/sparql-query"}}),
        (400, {"method": "POST", "data": {"update": "DROP ALL"}}),
        (415, {"method": "POST", "content": "DROP ALL", "headers": {"content-type": "application/sparql-update"}}),
        (405, {"method": "PUT", "content": "x"}),
        (406, {"method": "GET", "params": {"query": COUNT}, "headers": {"accept": "text/turtle"}}),
        (406, {"method": "GET", "params": {"query": COUNT}, "headers": {"accept": "image/png"}}),
        (406, {"method": "GET", "params": {"query": GRAPH, "format": "csv"}}),
        (415, {"method": "POST", "content": COUNT, "headers": {"content-type": "text/plain"}}),
        (415, {"method": "POST", "content": COUNT}),
        (413, {"method": "POST", "data": {"query": "#" * 200_000}}),
        (413, {"method": "GET", "params": {"query": "SELECT * { ?s ?p ?o }"}}),
        (413, {"method": "GET", "params": {"query": HOG}}),
        (504, {"method": "GET", "params": {"query": CROSS}}),
    ],
)
def test_what_cannot_be_answered_is_told_as_a_problem(client: Client, status: int, request_: dict) -> None:
    response = client.request(url="/sparql", **request_)
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == status
    assert problem["title"]
    assert problem["title_en"]
    assert problem["code"]


def test_graphs_may_be_chosen_beside_the_query(client: Client) -> None:
    graph = client.get("/disclosures").json()["items"][0]
    number = {"query": "SELECT (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g { ?s ?p ?o } }", "format": "csv"}
    tables = {
        "query": "SELECT (COUNT(*) AS ?n) { ?s a <https://w3id.org/jixiao/ontology#TargetTable> }",
        "format": "csv",
    }
    assert client.get("/sparql", params={**number, "named-graph-uri": graph["iri"]}).text.split() == ["n", "1"]
    assert client.get("/sparql", params={**number, "default-graph-uri": graph["iri"]}).text.split() == ["n", "0"]
    for response in (
        client.get("/sparql", params={**tables, "default-graph-uri": graph["iri"]}),
        client.post("/sparql", data={**tables, "default-graph-uri": [graph["iri"], "http://example.org/none"]}),
    ):
        assert response.text.split() == ["n", str(graph["tables"])]


def test_limits_are_told_in_a_sentence(client: Client) -> None:
    problem = client.get("/sparql", params={"query": CROSS}).json()
    assert problem["code"] == "limit-exceeded"
    assert problem["title"] == "查询超过 1 秒，已停止。"
    assert problem["title_en"] == "The query ran longer than 1 s."
    rows = client.get("/sparql", params={"query": "SELECT * { ?s ?p ?o }"}).json()
    assert "2000" in rows["title"]


def test_lookups_answer_while_hostile_queries_run(sample_store: Path, served: Served) -> None:
    with served(Settings(store=str(sample_store), query_seconds=4)) as client, ThreadPoolExecutor(6) as pool:
        hostile = [pool.submit(client.get, "/sparql", params={"query": CROSS}) for _ in range(6)]
        time.sleep(0.2)
        for path in ("/health", "/projects", "/sparql?query=ASK{}"):
            assert client.get(path).status_code == 200
        assert not any(query.done() for query in hostile)
        assert {query.result().status_code for query in hostile} == {504}
        assert client.get("/sparql", params={"query": "ASK {}"}).status_code == 200


def test_long_bodies_without_a_length_are_refused_too(client: Client) -> None:
    def chunks() -> object:
        for _ in range(300):
            yield b"#" * 1000

    response = client.post("/sparql", content=chunks(), headers={"content-type": "application/sparql-query"})
    assert response.status_code == 413
    assert response.json()["code"] == "file-too-large"


def test_the_page_shows_rows_errors_and_examples(client: Client) -> None:
    html = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
    empty = client.get("/sparql", headers=html)
    assert empty.status_code == 200
    assert "<textarea" in empty.text
    assert "/sparql?example=cost-above-budget" in empty.text
    example = client.get("/sparql?example=cost-above-budget", headers=html).text
    assert "jx:budgetYuan" in example
    shown = client.get("/sparql", params={"query": COUNT}, headers=html)
    assert shown.headers["content-type"] == "text/html; charset=utf-8"
    assert "<td>37</td>" in shown.text
    wrong = client.get("/sparql", params={"query": "SELECT <b>"}, headers=html)
    assert wrong.status_code == 400
    assert "查询语句有误" in wrong.text
    assert "SELECT &lt;b&gt;" in wrong.text
    assert "jx:Project" in client.get("/sparql", params={"query": GRAPH}, headers=html).text
    assert "是 yes" in client.get("/sparql", params={"query": "ASK {}"}, headers=html).text
    assert client.get("/sparql?example=none", headers=html).status_code == 400


def test_openapi_describes_the_endpoint(client: Client) -> None:
    operation = client.get("/openapi.json").json()["paths"]["/sparql"]["post"]
    assert set(operation["requestBody"]["content"]) == {"application/sparql-query", FORM}
    assert json.dumps(operation)


def test_the_description_offers_what_negotiation_offers(client: Client) -> None:
    told = client.get("/sparql", headers={"accept": "text/turtle"})
    assert told.headers["content-type"] == "text/turtle; charset=utf-8"
    formats = {f.iri for f in (*SOLUTIONS, *GRAPHS)}
    triples = {
        (quad.predicate.value.partition("#")[2], str(quad.object)) for quad in parse(told.content, RdfFormat.TURTLE)
    }
    assert {object.strip("<>") for predicate, object in triples if predicate == "resultFormat"} == formats
    assert ("endpoint", f"<{client.base_url}/sparql>") in triples
    assert "SPARQL11Update" not in told.text
    assert client.get("/sparql", headers={"accept": "application/ld+json"}).json()
    assert client.get("/sparql", headers={"accept": "image/png"}).status_code == 406


def test_an_answer_is_not_sent_again_while_the_store_stays(client: Client) -> None:
    first = client.get("/sparql", params={"query": COUNT})
    known = {"if-none-match": f'"other", {first.headers["etag"]}'}
    again = client.get("/sparql", params={"query": COUNT}, headers=known)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    for changed in (
        {"params": {"query": COUNT + " "}},
        {"params": {"query": COUNT, "default-graph-uri": "a:g"}},
        {"params": {"query": COUNT, "format": "csv"}},
    ):
        assert client.get("/sparql", headers=known, **changed).status_code == 200
    assert client.get("/sparql", params={"query": COUNT}, headers={**known, "accept": "text/csv"}).status_code == 200
    assert "etag" not in client.get("/sparql", params={"query": "SELECT (NOW() AS ?x) {}"}).headers


def test_a_query_is_ended_when_its_client_goes(sample_store: Path, served: Served) -> None:
    settings = Settings(store=str(sample_store), query_seconds=60, query_workers=1)
    with served(settings) as client:
        with pytest.raises(httpx.ReadTimeout):
            client.get("/sparql", params={"query": CROSS}, timeout=0.5)
        started = time.monotonic()
        assert client.get("/sparql", params={"query": "ASK {}"}).status_code == 200
        assert time.monotonic() - started < 20


def test_a_long_result_goes_out_while_it_is_made_and_compressed(
    sample_store: Path, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peer, "HELD", 100_000)
    settings = Settings(store=str(sample_store), query_seconds=9, query_rows=100_000, query_workers=1)
    with served(settings) as client:
        everything = {"query": "SELECT * { ?s ?p ?o }", "format": "csv"}
        count = client.get("/sparql", params={"query": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "format": "csv"})
        whole = client.get("/sparql", params=everything, headers={"accept-encoding": "gzip"})
        assert whole.headers["content-encoding"] == "gzip"
        assert len(list(csv.reader(io.StringIO(whole.text)))) == int(count.text.split()[1]) + 1
        endless = {"query": "SELECT * { ?a ?b ?c . ?d ?e ?f }", "format": "csv"}
        with pytest.raises(httpx.RemoteProtocolError):  # the limit is met when the status has gone out
            client.get("/sparql", params=endless)
        with client.stream("GET", "/sparql", params=endless) as response:
            next(response.iter_bytes())
        assert client.get("/sparql", params={"query": "ASK {}"}).status_code == 200


def test_who_finds_every_worker_taken_is_told_to_come_back(sample_store: Path, served: Served) -> None:
    settings = Settings(store=str(sample_store), query_seconds=1, query_workers=1)
    with served(settings) as client, ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda _: client.get("/sparql", params={"query": CROSS}), range(8)))
        assert {response.status_code for response in told} == {503, 504}
        busy = next(response for response in told if response.status_code == 503)
        assert busy.json()["code"] == "busy"
        assert busy.headers["retry-after"]


@pytest.mark.parametrize(
    "hostile",
    [
        CROSS,
        "SELECT (COUNT(*) AS ?n) { ?a (<a:x>|!<a:y>)+ ?b . ?c (<a:x>|!<a:y>)+ ?d . ?e (<a:x>|!<a:y>)+ ?f }",
        "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f FILTER REGEX(CONCAT(STR(?c), STR(?f)), '(.*a){9}b(.*c){9}d') }",
        "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f ?a",
        "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    ],
)
def test_hostile_queries_are_stopped_with_a_sentence(client: Client, hostile: str) -> None:
    response = client.get("/sparql", params={"query": hostile})
    problem = response.json()
    assert (response.status_code, problem["code"]) in ((413, "result-too-large"), (504, "limit-exceeded"))
    assert response.json()["title"].endswith("已停止。")
