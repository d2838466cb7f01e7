import csv
import io
import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from httpx import Client
from pyoxigraph import RdfFormat, parse

COUNT = "SELECT (COUNT(*) AS ?n) { ?s a <https://w3id.org/jixiao/ontology#Project> }"
CROSS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
GRAPH = "CONSTRUCT { ?s ?p ?o } WHERE { ?s a <https://w3id.org/jixiao/ontology#Project> ; ?p ?o }"
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
        (400, {"method": "GET", "params": {}}),
        (400, {"method": "GET", "params": {"query": "SELECT"}}),
        (400, {"method": "GET", "params": [("query", COUNT), ("query", COUNT)]}),
        (400, {"method": "GET", "params": {"query": COUNT, "format": "pdf"}}),
        (400, {"method": "GET", "params": {"query": COUNT, "default-graph-uri": "no IRI"}}),
        (400, {"method": "GET", "params": {"query": "SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }"}}),
        (400, {"method": "GET", "params": {"query": "LOAD <http://127.0.0.1/>"}}),
        (400, {"method": "GET", "params": {"query": "DROP ALL"}}),
        (400, {"method": "GET", "params": {"query": "ASK {}", "example": "x", "format": "?"}}),
        (400, {"method": "POST", "content": b"\xff", "headers": {"content-type": "application/sparql-query"}}),
        (403, {"method": "POST", "data": {"update": "DROP ALL"}}),
        (403, {"method": "POST", "content": "DROP ALL", "headers": {"content-type": "application/sparql-update"}}),
        (405, {"method": "PUT", "content": "x"}),
        (406, {"method": "GET", "params": {"query": COUNT}, "headers": {"accept": "text/turtle"}}),
        (406, {"method": "GET", "params": {"query": COUNT}, "headers": {"accept": "image/png"}}),
        (406, {"method": "GET", "params": {"query": GRAPH, "format": "csv"}}),
        (415, {"method": "POST", "content": COUNT, "headers": {"content-type": "text/plain"}}),
        (415, {"method": "POST", "content": COUNT}),
        (413, {"method": "POST", "data": {"query": "#" * 200_000}}),
        (413, {"method": "GET", "params": {"query": "SELECT * { ?s ?p ?o }"}}),
        (413, {"method": "GET", "params": {"query": "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f"}}),
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


def test_lookups_answer_while_hostile_queries_run(client: Client) -> None:
    with ThreadPoolExecutor(6) as pool:
        hostile = [pool.submit(client.get, "/sparql", params={"query": CROSS}) for _ in range(6)]
        time.sleep(0.2)
        started = time.monotonic()
        assert client.get("/health").status_code == 200
        assert client.get("/projects").status_code == 200
        assert time.monotonic() - started < 0.8
        assert {future.result().status_code for future in hostile} == {504}
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
