"""What can be taken away over HTTP: the files, their names, what is refused."""

from __future__ import annotations

import io
import json
import threading
import zipfile
from pathlib import Path
from urllib.parse import quote

import pytest
from fastapi.responses import StreamingResponse
from httpx import Client
from openpyxl import load_workbook
from pyoxigraph import RdfFormat, parse

from api.settings import Settings
from api.streaming import Busy, Exports, disposition
from graph.errors import NotFound
from graph.export.graphs import FORMATS
from graph.export.relations import relations
from tests.http.conftest import Served

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def name_of(response: object) -> str:
    return response.headers["content-disposition"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("form", FORMATS)
def test_a_graph_comes_in_every_format_under_its_name(client: Client, form: str) -> None:
    response = client.get("/export/graph", params={"project": "车补", "format": form})
    assert response.status_code == 200
    assert response.headers["content-type"].startswith(FORMATS[form].media_type)
    assert name_of(response) == (
        f"attachment; filename=\"jixiao.{form}\"; filename*=UTF-8''{quote('绩效图谱-车补')}.{form}"
    )
    assert sum(quad.predicate.value.endswith("#level3") for quad in parse(response.content, FORMATS[form])) == 6


def test_the_whole_graph_is_more_than_a_query_may_return(client: Client) -> None:
    response = client.get("/export/graph", params={"format": "nq", "department": "", "year": ""})
    assert len(list(parse(response.content, RdfFormat.N_QUADS))) > 40_000


def test_a_package_has_every_table(client: Client) -> None:
    response = client.get("/export/package", params={"region": "61"})
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        described = json.loads(archive.read("datapackage.json"))
        assert len(archive.namelist()) == len(relations()) + 1
    assert {r["name"]: r["rows"] for r in described["resources"]}["departments"] == 1
    assert quote("绩效数据包-61-csv.zip") in name_of(response)


def test_a_comparison_is_a_workbook(client: Client) -> None:
    response = client.get("/export/comparison", params={"project": "医疗救助", "indicator": ""})
    assert load_workbook(io.BytesIO(response.content)).sheetnames[0].startswith("对照")
    assert quote("医疗救助-指标对照表.xlsx") in name_of(response)


@pytest.mark.parametrize("name", relations())
def test_every_list_can_be_taken(client: Client, name: str) -> None:
    rows = client.get(f"/export/list/{name}", params={"format": "json", "year": 2024})
    assert rows.status_code == 200
    assert all(set(row) == {column.name for column in relations()[name].columns} for row in rows.json())


def test_a_list_in_every_format(client: Client) -> None:
    asked = {form: client.get("/export/list/projects", params={"format": form}) for form in ("csv", "xlsx", "md")}
    assert asked["csv"].text.count("\r\n") == 38
    assert load_workbook(io.BytesIO(asked["xlsx"].content)).active.max_row == 38
    assert asked["md"].text.count("\n") == 39
    assert client.get("/export/list/projects", params={"bom": "true"}).content.startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize(
    ("status", "path"),
    [
        (404, "/export/graph?department=无"),
        (404, "/export/list/nothing"),
        (404, "/export/comparison?project=没有"),
        (400, "/export/comparison"),
        (400, "/export/graph?format=pdf"),
        (400, "/export/graph?year=x"),
    ],
)
def test_what_cannot_be_given_is_told_as_a_problem(client: Client, status: int, path: str) -> None:
    response = client.get(quote(path, safe="/?=&"))
    assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json")
    assert response.json()["title_en"]


def test_a_workbook_has_as_many_rows_as_a_query(served: Served, sample_store: Path) -> None:
    with served(Settings(store=str(sample_store), query_rows=100)) as small:
        response = small.get("/export/list/quotes?format=xlsx")
        assert (response.status_code, response.json()["code"]) == (413, "result-too-large")
        assert small.get("/export/list/quotes").status_code == 200


def test_the_page_offers_everything_and_json_says_the_same(client: Client) -> None:
    offers = client.get("/export").json()
    text = client.get("/export", headers=BROWSER).text
    urls = [item["url"] for kind in ("files", "lists") for item in offers[kind]]
    assert len(urls) == 4 + len(relations())
    assert [url for url in urls if f'formaction="{url}"' not in text] == []


# -- files that are made while they are sent --------------------------------------------------------------------------


def body(response: StreamingResponse) -> bytes:
    import asyncio

    async def read() -> bytes:
        return b"".join([chunk async for chunk in response.body_iterator])  # type: ignore[misc]

    return asyncio.run(read())


def test_as_many_as_allowed_are_sent_at_once() -> None:
    exports, go = Exports(1), threading.Event()

    def write(stream: object) -> None:
        stream.write(b"x" * 200_000)  # type: ignore[attr-defined]
        go.wait(10)

    first = exports.send(write, "text/plain", "a.txt")
    with pytest.raises(Busy):
        exports.send(write, "text/plain", "a.txt")
    go.set()
    assert len(body(first)) == 200_000  # type: ignore[arg-type]
    assert body(exports.send(lambda stream: stream.write(b"y"), "text/plain", "a.txt")) == b"y"  # type: ignore[arg-type]


def test_who_goes_away_stops_the_writing() -> None:
    exports, stopped = Exports(1), threading.Event()

    def write(stream: object) -> None:
        try:
            while True:
                stream.write(b"x" * 100_000)  # type: ignore[attr-defined]
        finally:
            stopped.set()

    response = exports.send(write, "text/plain", "a.txt")
    del response  # nobody ever reads
    assert stopped.wait(10)


def test_an_error_half_way_breaks_off(client: Client) -> None:
    def write(stream: object) -> None:
        stream.write(b"x" * 100_000)  # type: ignore[attr-defined]
        raise NotFound("half-way")

    with pytest.raises(NotFound):
        body(Exports(1).send(write, "text/plain", "a.txt"))  # type: ignore[arg-type]


def test_names_keep_their_script_and_have_an_ascii_stand_in() -> None:
    assert disposition("a-1.csv") == "attachment; filename=\"a-1.csv\"; filename*=UTF-8''a-1.csv"
    assert disposition('x"y.csv').startswith('attachment; filename="jixiao.csv"; ')
