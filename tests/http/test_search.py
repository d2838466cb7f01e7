"""Search over HTTP."""

import time
from pathlib import Path

import pytest
from httpx import Client

from api.settings import Settings
from graph import resources
from graph.ingest import ingest
from graph.store import open_store
from tests.http.conftest import Served

BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


def search(client: Client, q: str, **more: object) -> list[dict]:
    response = client.get("/search", params={"q": q, **more})
    assert response.status_code == 200, response.text
    return response.json()["items"]


def test_the_best_first_and_every_hit_leads_somewhere(client: Client) -> None:
    hits = search(client, "满意")
    assert len(hits) > 5
    assert all("满意" in hit["text"] for hit in hits)
    for hit in hits[:10]:
        assert client.get(hit["url"], follow_redirects=True).status_code == 200
    assert search(client, "汉中市医疗保障局")[0]["kind"] == "department"


@pytest.mark.parametrize(
    ("q", "kind"),
    [("馆陶", "department"), ("车", "project"), ("参保", "concept"), ("率", "indicator"), ("邯医保", "basis"),
     ("群众", "goal")],
)  # fmt: skip
def test_every_kind_is_found(client: Client, q: str, kind: str) -> None:
    hits = search(client, q, kind=kind)
    assert hits
    assert {hit["kind"] for hit in hits} == {kind}
    assert all(q in hit["text"] for hit in hits)


def test_the_page_marks_the_words_and_escapes_them(client: Client) -> None:
    page = client.get("/search", params={"q": "满意"}, headers=BROWSER).text
    assert "<mark>满意</mark>" in page
    nothing = client.get("/search", params={"q": "<b>没有</b>"}, headers=BROWSER).text
    assert "没有找到" in nothing
    assert "<b>没有" not in nothing


@pytest.mark.parametrize("query", ["kind=x", "limit=0", "colour=1", "format=pdf", "q=" + "x" * 501])
def test_wrong_parameters_are_told(client: Client, query: str) -> None:
    response = client.get(f"/search?{query}")
    assert response.status_code == 400
    assert query.partition("=")[0] in response.json()["title"] + response.json()["detail"]


def test_what_is_ingested_later_is_found(tmp_path: Path, served: Served) -> None:
    samples = sorted(resources.folder("data/samples").glob("*.txt"))

    def put(file: Path) -> None:
        store = open_store(tmp_path / "store")
        list(ingest([file], store))
        store.close()

    put(samples[0])
    with served(Settings(store=str(tmp_path / "store"))) as opened:
        assert not search(opened, "汉中")
        put(next(file for file in samples if "hanzhong" in file.name))
        until = time.monotonic() + 20
        while not (found := search(opened, "汉中")) and time.monotonic() < until:
            time.sleep(0.1)
        assert found[0]["text"] == "汉中市医疗保障局"
