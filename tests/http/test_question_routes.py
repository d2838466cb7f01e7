"""The library of questions over HTTP."""

import csv
import io
from pathlib import Path

import pytest
from httpx import Client
from openpyxl import load_workbook

from api.settings import Settings
from graph.queries import Question, library
from tests.http.conftest import Served

BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
OF_TWO_YEARS = {"indicators-copied", "targets-relaxed-since-last-year"}  # the samples hold one of each department
ALL = list(library().values())


def needed(question: Question) -> dict[str, str]:
    return {p.name: p.example for p in question.params if p.required}


def test_the_library_is_listed(client: Client) -> None:
    found = client.get("/queries").json()
    assert [item["name"] for item in found["items"]] == list(library())
    assert found["total"] == len(library())
    page = client.get("/queries", headers=BROWSER).text
    assert all(f'href="/queries/{question.name}"' in page for question in ALL)


@pytest.mark.parametrize("question", ALL, ids=lambda question: question.name)
def test_every_question_answers_in_every_format(client: Client, question: Question) -> None:
    where, params = f"/queries/{question.name}", needed(question)
    found = client.get(where, params=params).json()
    assert found["rows"] or question.name in OF_TWO_YEARS
    assert all(list(row) == found["columns"] for row in found["rows"])
    table = client.get(where, params=params, headers={"accept": "text/csv"})
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    lines = list(csv.reader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert lines[0] == found["columns"]
    assert len(lines) == found["total"] + 1
    book = load_workbook(io.BytesIO(client.get(where, params={**params, "format": "xlsx"}).content))
    assert [str(cell.value).split()[-1] for cell in book.active[1]] == found["columns"]
    assert book.active.max_row == found["total"] + 1
    page = client.get(where, params=params, headers=BROWSER).text
    assert question.title_zh in page
    assert ("没有符合的结果" in page) == (not found["rows"])


def test_a_question_that_needs_something_shows_its_form(client: Client) -> None:
    page = client.get("/queries/indicators-of-project", headers=BROWSER)
    assert page.status_code == 200
    assert 'name="project"' in page.text
    assert client.get("/queries/indicators-of-project").status_code == 400


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("indicators-of-project", "projekt=x"), ("indicators-of-project", "project="),
        ("frequent-indicators", "limit=1"), ("indicators-across-departments", "region=x"),
        ("projects-missing-class", "class=none"),
    ],
)  # fmt: skip
def test_wrong_parameters_are_named(client: Client, name: str, query: str) -> None:
    response = client.get(f"/queries/{name}?{query}")
    assert response.status_code == 400
    assert response.json()["code"] == "bad-parameter"
    assert query.partition("=")[0] in response.json()["title"] + response.json()["detail"]


def test_openapi_says_what_the_headers_say(client: Client) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    for question in ALL:
        told = {p["name"]: p for p in paths[f"/queries/{question.name}"]["get"]["parameters"]}
        assert set(told) == {"format", *(p.name for p in question.params)}
        for parameter in question.params:
            assert told[parameter.name]["required"] == parameter.required
            assert str(told[parameter.name]["example"]) == parameter.example
            assert parameter.zh in told[parameter.name]["description"]
            assert told[parameter.name]["schema"].get("minimum") == parameter.minimum
    levels = {p["name"]: p for p in paths["/indicators"]["get"]["parameters"]}["level1"]["schema"]["enum"]
    assert "满意度指标" in levels


def test_a_question_that_does_not_exist(client: Client) -> None:
    assert client.get("/queries/nothing").status_code == 404


def test_a_file_that_is_cut_says_so(sample_store: Path, served: Served) -> None:
    with served(Settings(store=str(sample_store), query_rows=3)) as client:
        table = client.get("/queries/weight-totals?format=csv")
        assert table.headers["jixiao-total-capped"] == "true"
        assert len(table.text.splitlines()) == 1 + 3
        book = load_workbook(io.BytesIO(client.get("/queries/weight-totals?format=xlsx").content))
        last = [cell.value for cell in book.active[book.active.max_row]]
        assert book.active.max_row == 1 + 3 + 1
        assert "Only the first 3 rows" in last[0]
        assert not any(last[1:])


def test_a_whole_file_says_so(client: Client) -> None:
    assert client.get("/queries/weight-totals?format=csv").headers["jixiao-total-capped"] == "false"
