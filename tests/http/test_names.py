"""Names with everything that an address gives a meaning to."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from httpx import Client
from pyoxigraph import NamedNode

from api.settings import Settings
from graph import iris
from graph.model import PROJECT, Department, Disclosure, Indicator, Source, Target, TargetTable
from graph.rdf import to_quads
from graph.store import open_store
from graph.vocabulary import vocabulary
from tests.http.conftest import Served

NAMES = [
    "indicators", "a/b", "a%2Fb", "100%", "a?b#c", "..", "空 格", "\"引号'&<b>", "a+b;c=d", "a\\b", "é\u0301", "🀄",
    "a/indicators",
]  # fmt: skip


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, served: Served) -> Iterator[Client]:
    folder = tmp_path_factory.mktemp("names") / "store"
    rows = (Indicator(1, "<script>alert(1)</script>", target=Target("≥1")), Indicator(2, "二"))
    tables = tuple(
        TargetTable(
            number, PROJECT, name, indicators=tuple(replace(row, level3=f"{row.level3} {name}") for row in rows)
        )
        for number, name in enumerate(NAMES, 1)
    )
    department = Department("科/技?局", region="110101")
    disclosure = Disclosure(Source("一.txt", "ab" * 32, "text/plain"), department, 2026, tables)
    store = open_store(folder)
    quads = to_quads(disclosure, vocabulary())
    store.replace({NamedNode(iris.disclosure("ab" * 32)): [quad.triple for quad in quads]})
    store.close()
    with served(Settings(store=str(folder))) as opened:
        yield opened


def test_every_project_is_found_at_its_address(client: Client) -> None:
    listed = client.get("/projects").json()["items"]
    assert sorted(item["name"] for item in listed) == sorted(NAMES)
    for item in listed:
        found = client.get(item["url"]).json()
        assert (found["id"], found["name"]) == (item["id"], item["name"])
        rows = client.get(found["indicators_url"]).json()["items"]
        assert [row["level3"] for row in rows] == [f"<script>alert(1)</script> {item['name']}", f"二 {item['name']}"]
        assert client.get(rows[1]["url"]).json() == rows[1]
        department = client.get(item["department"]["url"]).json()
        assert department["name"] == "科/技?局"


def test_names_are_escaped_on_every_page(client: Client) -> None:
    for item in client.get("/projects").json()["items"]:
        for path in (item["url"], item["department"]["url"], "/projects", "/indicators"):
            page = client.get(path, headers={"accept": "text/html"}).text
            assert "<script" not in page
            assert "<b>" not in page.replace("<b>13</b>", "")
            assert "&lt;" in page
