"""Answers that are given again while the store stays as it is, and never longer."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from httpx import Client

from api.settings import Settings
from graph.store import EmbeddedStore, open_store
from tests.http.conftest import Served

TOKEN = "a token of the tests"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
PLAIN = {"Accept-Encoding": "identity"}
ROWS = {"query": "SELECT ?o { ?s ?p ?o } ORDER BY ?o", "format": "csv"}


@pytest.fixture
def writable(tmp_path: Path, served: Served) -> Iterator[Client]:
    open_store(tmp_path / "store").close()
    with served(Settings(store=str(tmp_path / "store"), update=True, token=TOKEN, remembered_mb=0.1)) as client:
        yield client


def remembered(client: Client) -> int:
    """How many answers have been given from memory."""
    found = re.search(r"^jixiao_http_remembered_total (\S+)$", client.get("/metrics").text, re.MULTILINE)
    assert found
    return int(float(found[1]))


def write(client: Client, value: object) -> None:
    insertion = f"INSERT DATA {{ GRAPH <a:g> {{ <a:s> <a:p> {value} }} }}"
    assert client.post("/update", data={"update": insertion}, headers=BEARER).status_code == 204


def test_an_answer_is_given_again_as_it_was(client: Client) -> None:
    for path in ("/units?limit=3", "/projects?limit=2&format=html", "/search?q=参保", "/queries/weight-totals", "/"):
        first, before = client.get(path), remembered(client)
        again = client.get(path)
        assert remembered(client) == before + 1, path
        assert again.content == first.content
        differing = {name for name, value in again.headers.items() if first.headers.get(name) != value}
        assert differing <= {"x-request-id", "date"}
        assert first.headers["etag"]
        assert client.get(path, headers={"if-none-match": first.headers["etag"]}).status_code == 304


def test_requests_from_memory_are_counted_under_their_route(client: Client) -> None:
    def counted() -> float:
        line = next(
            line
            for line in client.get("/metrics").text.splitlines()
            if line.startswith("jixiao_http_requests_total") and 'route="/bases"' in line and 'status="200"' in line
        )
        return float(line.rpartition(" ")[2])

    client.get("/bases")
    before = counted()
    client.get("/bases")
    assert counted() == before + 1


def test_a_change_of_the_store_ends_every_answer(writable: Client) -> None:
    for value in (1, 2, 3):
        write(writable, value)
        expected = ["o", *map(str, range(1, value + 1))]
        assert [writable.get("/sparql", params=ROWS).text.split() for _ in range(3)] == [expected] * 3
    assert remembered(writable) == 6


def test_a_change_by_another_process_is_seen(tmp_path: Path, served: Served) -> None:
    folder = tmp_path / "store"
    open_store(folder).close()
    with served(Settings(store=str(folder))) as client:
        for value in (1, 2, 3):
            store = EmbeddedStore(folder)
            store.update(f"INSERT DATA {{ GRAPH <a:g> {{ <a:s> <a:p> {value} }} }}")
            store.close()
            deadline = time.monotonic() + 15  # an image that has just been made is not made anew at once
            while (answer := client.get("/sparql", params=ROWS)).text.split()[-1] != str(value):
                assert time.monotonic() < deadline
                time.sleep(0.01)
            again = client.get("/sparql", params=ROWS)
            assert again.content == answer.content
            tag = {"if-none-match": again.headers["etag"]}
            assert client.get("/sparql", params=ROWS, headers=tag).status_code == 304


@pytest.mark.parametrize("headers", [{"accept": "text/html"}, PLAIN, {"accept-language": "en"}, {"host": "b.example"}])
def test_what_answers_vary_by_makes_another_answer(client: Client, headers: dict[str, str]) -> None:
    client.get("/regions")
    before, tag = remembered(client), client.get("/regions").headers["etag"]
    assert client.get("/regions", headers={**headers, "if-none-match": tag}).status_code == 200
    assert remembered(client) == before + 1


def test_what_is_not_of_the_store_alone_is_not_kept(writable: Client) -> None:
    asked = "/sparql?query=ASK{}", "/health", "/ready", "/docs", "/sparql?query=SELECT(RAND()AS?x){}", "/nothing"
    for path in asked * 2:
        assert ("etag" in writable.get(path).headers) == ("ASK" in path), path
    assert "etag" not in writable.get("/units", headers=BEARER).headers
    assert remembered(writable) == 1


def test_the_memory_is_bounded(writable: Client) -> None:
    write(writable, f'"{"长" * 2000}"')
    queries = [f"SELECT (?o AS ?o{n}) {{ ?s ?p ?o }}" for n in range(18)]  # 7 KB each, of 100
    for query in queries:
        writable.get("/sparql", params={"query": query}, headers=PLAIN)
    assert remembered(writable) == 0
    writable.get("/sparql", params={"query": queries[-1]}, headers=PLAIN)
    assert remembered(writable) == 1
    writable.get("/sparql", params={"query": queries[0]}, headers=PLAIN)
    assert remembered(writable) == 1
    for _ in range(2):  # larger than an eighth of the memory
        query = "SELECT (?o AS ?a) (?o AS ?b) (?o AS ?c) { ?s ?p ?o }"
        large = writable.get("/sparql", params={"query": query}, headers=PLAIN)
        assert len(large.content) > 18_000
        assert large.headers["etag"]
    assert remembered(writable) == 1
