import re
from pathlib import Path
from typing import cast
from urllib.parse import quote

import pytest
from httpx import Client
from pyld import jsonld
from pyoxigraph import RdfFormat, parse

from api import schemas
from api.settings import Settings
from graph.queries.lists import lists
from tests.http.conftest import Served

FILLED = sorted(set(lists()) - {"activities"})  # nobody has changed the samples
BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}

HANZHONG = "610700/汉中市医疗保障局"
PROJECT = f"{HANZHONG}/2026/医疗保险业务经办专项经费"
GUANTAO = "130433/馆陶县医疗保障局/2026/13043326P00003710001N"


def items(client: Client, path: str, **params: object) -> list[dict]:
    """All items of a list, page after page."""
    found, url = [], path
    while url:
        response = client.get(url, params=params if url == path else None)
        assert response.status_code == 200, response.text
        page = response.json()
        assert (page["next"] is None) == (page["next_url"] is None)
        found += page["items"]
        url = page["next_url"]
    return found


def test_departments_are_listed_with_region_and_projects(client: Client) -> None:
    found = items(client, "/departments")
    assert len(found) == 5
    department = next(item for item in found if item["id"] == HANZHONG)
    assert department["region"] == "610700"
    assert department["region_name"] == "陕西省汉中市"
    assert department["projects"] == 9
    assert [item["id"][:2] for item in items(client, "/departments", region="510000")] == ["51", "51"]
    assert [item["name"] for item in items(client, "/departments", q="馆陶")] == ["馆陶县医疗保障局"]


def test_a_department_has_its_overall_table(client: Client) -> None:
    department = client.get(quote(f"/departments/{HANZHONG}")).json()
    (table,) = department["overall_tables"]
    assert table["scope"] == "department"
    assert table["budget"]["unit"] == "万元"
    rows = client.get(table["url"]).json()["indicators"]
    assert [row["position"] for row in rows] == list(range(1, len(rows) + 1))
    assert rows[0]["project"] is None


def test_projects_by_department_region_year_and_words(client: Client) -> None:
    assert len(items(client, "/projects")) == 37
    assert {item["department"]["id"] for item in items(client, "/projects", department=HANZHONG)} == {HANZHONG}
    assert len(items(client, "/projects", year=2024)) == 4
    assert len(items(client, "/projects", region="1304", q="城乡")) == 3
    assert items(client, "/projects", q="没有这样的") == []
    # A form sends its empty fields too.
    assert len(items(client, "/projects", q="", region="", year="", limit="")) == 37


def test_pages_of_any_size_give_the_same_list(client: Client) -> None:
    whole = items(client, "/indicators", limit=400)
    assert len(whole) == 344
    assert items(client, "/indicators", limit=37) == whole
    assert items(client, "/findings", limit=7) == items(client, "/findings", limit=400)


def test_a_project_has_its_head(client: Client) -> None:
    project = client.get(quote(f"/projects/{GUANTAO}")).json()
    schemas.ProjectDetail.model_validate(project)
    (table,) = project["tables"]
    assert project["name"] == table["name"]
    assert project["code"] == "13043326P00003710001N"
    assert project["budget_yuan"] == table["budget"]["yuan"]
    assert table["source"]["path"] == "guantao-2026.txt"
    assert table["place"]["line"] > 0


def test_every_indicator_of_a_project_has_its_place_its_document_and_its_words(client: Client) -> None:
    rows = items(client, quote(f"/projects/{PROJECT}/indicators"))
    assert len(rows) == 16
    assert [row["position"] for row in rows] == list(range(1, 17))
    deadline = rows[10]
    assert deadline["printed"]["target"] == "2029年9月"
    assert deadline["deadline"] == "2029-09-30"
    for row in rows:
        assert row["place"]["line"] > 0
        assert row["source"]["path"] == "hanzhong-2026.txt"
        assert len(row["source"]["sha256"]) == 64
        assert client.get(row["url"]).json() == row


def test_indicators_by_words_class_and_department(client: Client) -> None:
    found = items(client, "/indicators", q="满意", level1="满意度指标", limit=100)
    assert {row["level1"] for row in found} == {"满意度指标"}
    assert all("满意" in row["level3"] for row in found)
    assert {row["level2"] for row in items(client, "/indicators", level2="质量", limit=100)} == {"质量指标"}
    assert {r["department"]["id"] for r in items(client, "/indicators", department=HANZHONG, q="率")} == {HANZHONG}
    assert len(items(client, "/indicators", level1="Cost", region="61", year=2026, limit=100)) > 5
    assert client.get("/indicators", params={"level1": "没有"}).status_code == 400


def test_citations_are_canonical_and_the_words_stay(client: Client) -> None:
    rows = items(client, quote(f"/projects/{GUANTAO}/indicators"))
    assert "邯医保发〔2025〕19号" in rows[1]["citations"]
    assert any("【2025】19号" in words for words in rows[1]["basis"])


def test_findings_by_document_rule_and_severity(client: Client) -> None:
    found = items(client, "/findings", rule="R24", limit=100)
    assert {item["rule"] for item in found} == {"R24"}
    weights = next(item for item in found if item["table"]["id"] == PROJECT)
    assert weights["severity"] == "violation"
    assert weights["group"] == "weights"
    assert "85" in weights["message_zh"]
    assert "85" in weights["message_en"]
    document = weights["disclosure"]["id"]
    assert {i["disclosure"]["id"] for i in items(client, "/findings", disclosure=document)} == {document}
    assert {item["severity"] for item in items(client, "/findings", severity="warning")} == {"warning"}


def test_documents_with_what_was_read(client: Client) -> None:
    found = items(client, "/disclosures")
    assert {item["path"] for item in found} == {
        "dachuan-2026.txt", "guantao-2026.txt", "hanzhong-2026.txt", "tongchuan-2024.txt", "xinhua-2026.txt",
    }  # fmt: skip
    assert sum(item["indicators"] for item in found) == 344
    assert client.get(found[0]["url"]).json() == found[0]


def test_every_url_that_is_given_leads_somewhere(client: Client) -> None:
    seen: set[str] = set()

    def visit(value: object) -> None:
        if isinstance(value, dict):
            url = value.get("url")
            if isinstance(url, str) and url not in seen:
                seen.add(url)
                response = client.get(url)
                assert response.status_code == 200, url
                assert response.json()["iri"] == value["iri"]
            for part in value.values():
                visit(part)
        elif isinstance(value, list):
            for part in value:
                visit(part)

    for path in ("/departments", "/projects?limit=400", "/indicators", "/findings", "/disclosures", "/bases", "/units"):
        visit(client.get(path).json())
    assert len(seen) > 60


def test_health_tells_the_state(client: Client) -> None:
    health = client.get("/health").json()
    assert health["status"] == "ok"
    assert health["state"]


@pytest.mark.parametrize(
    "path",
    ["/projects/x/y/2026/z", "/projects/x/y/2026/z/indicators", "/departments/511703/没有", "/tables/x",
     "/indicators/a/1", "/disclosures/0000", "/projects/", "/nothing"],
)  # fmt: skip
def test_what_does_not_exist_is_not_found(client: Client, path: str) -> None:
    response = client.get(quote(path))
    assert response.status_code == 404
    assert response.json()["code"] == "not-found"


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=401",
        "limit=x",
        "year=abc",
        "year=1",
        "region=51x",
        "next=!!!",
        "next=gg",
        "format=pdf",
        "region=٥١",
    ],
)
def test_wrong_parameters_are_told(client: Client, query: str) -> None:
    response = client.get(f"/projects?{query}")
    assert response.status_code == 400
    problem = schemas.Problem.model_validate(response.json())
    assert problem.code == "bad-parameter"
    assert query.partition("=")[0] in f"{problem.detail}{problem.title}"
    assert response.headers["content-type"] == "application/problem+json"


# -- lists of every kind ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(lists()))
def test_every_list_counts_pages_and_orders(client: Client, name: str) -> None:
    first = client.get(f"/{name}", params={"limit": 3}).json()
    assert first["total_capped"] is False
    whole = items(client, f"/{name}", limit=400)
    assert len(whole) == first["total"]
    assert items(client, f"/{name}", limit=max(7, first["total"] // 3)) == whole
    for sort in lists()[name].sorts:
        found = items(client, f"/{name}", limit=400, sort=f"-{sort.name}")
        assert sorted(item["iri"] for item in found) == sorted(item["iri"] for item in whole)
    page = client.get(f"/{name}", headers=BROWSER)
    assert page.status_code == 200
    assert lists()[name].title_zh in page.text


def test_only_the_fields_that_are_asked_for(client: Client) -> None:
    (first, *_) = items(client, "/projects", fields="name,budget_yuan")
    assert set(first) == {"iri", "name", "budget_yuan"}
    wrong = client.get("/projects", params={"fields": "name,colour"})
    assert wrong.status_code == 400
    assert "colour" in wrong.text


def test_a_list_that_is_too_long_says_so(sample_store: Path, served: Served) -> None:
    with served(Settings(store=str(sample_store), max_listed=100)) as opened:
        page = opened.get("/indicators", params={"limit": 60}).json()
        assert (page["total"], page["total_capped"]) == (100, True)
        second = opened.get(page["next_url"]).json()
        assert (len(second["items"]), second["next"]) == (40, None)


def test_filters_by_function_concept_unit_and_basis(client: Client) -> None:
    assert {item["name"] for item in items(client, "/projects", function="2101301")} == {"2026年城乡医疗救助项目"}
    rows = items(client, "/indicators", concept="群众满意度", limit=100)
    assert len(rows) == 21
    assert all("满意" in row["level3"] for row in rows)
    assert {row["department"]["name"] for row in items(client, "/indicators", basis="邯医保发[2025]19号")} == {
        "馆陶县医疗保障局"
    }
    assert {item["unit"] for item in items(client, "/targets", unit="百分比", limit=400)} == {"%"}
    assert {item["comparator"] for item in items(client, "/targets", comparator="qualitative", limit=400)} == {
        "qualitative"
    }
    assert client.get("/indicators", params={"unit": "没有这样的单位"}).status_code == 400


def test_a_parameter_that_does_not_exist_is_told(client: Client) -> None:
    response = client.get("/units", params={"colour": "red"})
    assert response.status_code == 400
    assert "colour" in response.json()["title"]


# -- things -----------------------------------------------------------------------------------------------------------


def path(iri: str) -> str:
    return quote(iri.removeprefix("https://w3id.org/jixiao").replace("#", "/"), safe="/%:@!$&'()*+,;=~")


def first_of(client: Client, name: str) -> str:
    return str(client.get(f"/{name}", params={"limit": 1}).json()["items"][0]["iri"])


@pytest.mark.parametrize("name", FILLED)
def test_json_ld_says_the_triples_of_the_store_and_nothing_else(client: Client, name: str) -> None:
    iri = first_of(client, name)
    document = client.get(path(iri), headers={"accept": "application/ld+json"}).json()
    assert document["iri"] == iri
    document |= client.get("/context.jsonld").json()
    text = cast(str, jsonld.to_rdf(document, {"format": "application/n-quads"}))
    said = {quad.triple for quad in parse(text.encode(), format=RdfFormat.N_QUADS)}
    turtle = client.get(path(iri), headers={"accept": "text/turtle"})
    assert turtle.headers["content-type"] == "text/turtle; charset=utf-8"
    told = {quad.triple for quad in parse(turtle.content, format=RdfFormat.TURTLE)}
    assert told
    assert told <= said
    for triple in said - told:  # what neighbours are called
        query = f"ASK {{ {triple.subject} {triple.predicate} {triple.object} }}"
        assert client.get("/sparql", params={"query": query}).json()["boolean"], triple


@pytest.mark.parametrize("name", FILLED)
def test_every_kind_of_thing_has_a_page(client: Client, name: str) -> None:
    response = client.get(path(first_of(client, name)), headers=BROWSER, follow_redirects=True)
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/html")
    assert "<h1>" in response.text


def test_formats_of_a_thing(client: Client) -> None:
    place = quote(f"/id/project/{PROJECT}")
    for format, media_type in (("ttl", "text/turtle"), ("nt", "application/n-triples"), ("rdf", "application/rdf+xml")):
        response = client.get(place, params={"format": format})
        assert response.headers["content-type"].startswith(media_type)
        assert response.headers["vary"].startswith("Accept")
        assert list(parse(response.content, format=RdfFormat.from_media_type(media_type)))
    assert client.get(place).json()["type"] == "Project"
    assert client.get(place, headers=BROWSER).headers["location"] == quote(f"/projects/{PROJECT}")
    assert client.get(place, params={"format": "pdf"}).status_code == 400
    assert client.get(place, headers={"accept": "image/png"}).status_code == 406
    assert client.get("/id/project/x").status_code == 404
    assert client.get("/ontology/nothing").status_code == 404
    assert b"jx:Indicator" in client.get("/ontology").content


def test_a_unit_leads_to_what_is_measured_in_it(client: Client) -> None:
    text = client.get("/ontology/unit-percent", headers=BROWSER).text
    link = re.search(r'href="(/targets\?unit=[^"]+)"', text)
    assert link
    assert client.get(link[1]).json()["total"] == 162


def test_a_page_of_a_list_is_whole_whatever_fields_are_asked_for(client: Client) -> None:
    page = client.get("/projects?fields=name&format=html")
    assert page.status_code == 200
    assert 'href="/projects/' in page.text


def test_a_parameter_is_given_once(client: Client) -> None:
    response = client.get("/projects?year=2025&year=2026")
    assert response.status_code == 400
    assert response.json()["detail"] == "year"
