import gzip

import pytest
from httpx import Client

from api import records, schemas
from graph.errors import JixiaoError
from graph.store import Store

BROWSER = {"accept": "text/html"}
NEW = {"connection": "close", "accept-language": "de"}  # no answer of before; the server closes it after a defect


def test_every_response_carries_safe_headers(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(store: Store) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr(records, "counts", broken)
    for path, status in (("/health", 200), ("/nothing", 404), ("/", 500), ("/style.css", 200), ("/sparql?query=", 400)):
        response = client.get(path, headers=NEW)
        assert response.status_code == status
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["referrer-policy"] == "no-referrer"
        assert "default-src 'none'" in response.headers["content-security-policy"]


def test_a_defect_is_told_without_its_inside(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(store: Store) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(records, "counts", broken)
    response = client.get("/", headers=NEW)
    assert response.status_code == 500
    assert response.json()["code"] == "internal-error"
    assert "secret" not in response.text


def test_a_problem_is_whole(client: Client) -> None:
    response = client.get("/projects/a/b/c/d")
    problem = schemas.Problem.model_validate(response.json())
    assert response.headers["content-type"] == "application/problem+json"
    assert problem.type == "https://w3id.org/jixiao/problem/not-found"
    assert problem.instance == "/projects/a/b/c/d"
    assert problem.status == 404


def test_browsers_get_a_page(client: Client) -> None:
    response = client.get("/projects/a/b/c/d", headers=BROWSER)
    assert response.status_code == 404
    assert "没有这个项目" in response.text
    assert "No such project" in response.text


def test_a_method_that_does_not_exist_names_those_that_do(client: Client) -> None:
    response = client.delete("/projects")
    assert response.status_code == 405
    assert response.json()["code"] == "method-not-allowed"
    assert response.headers["allow"] == "GET, HEAD, OPTIONS"
    allowed = client.patch("/disclosures/0123456789abcdef").headers["allow"]
    assert allowed == "DELETE, GET, HEAD, OPTIONS, PUT"  # of several routes
    assert client.delete("/disclosures/preview").headers["allow"] == "OPTIONS, POST"
    assert client.delete("/style.css").headers["allow"] == "GET, HEAD, OPTIONS"


def test_large_responses_are_compressed(client: Client) -> None:
    with client.stream("GET", "/projects", headers={"accept-encoding": "gzip"}) as response:
        assert response.headers["content-encoding"] == "gzip"
        assert b"items" in gzip.decompress(b"".join(response.iter_raw()))


def test_the_type_of_a_problem_tells_what_it_means(client: Client) -> None:
    path = client.get("/projects/a/b/c/d").json()["type"].removeprefix("https://w3id.org/jixiao")
    told = client.get(path).json()
    assert (told["code"], told["status"], told["title_en"]) == ("not-found", 404, "Not found.")
    page = client.get(path, headers=BROWSER).text
    assert "没有找到。" in page
    assert "Not found." in page
    assert client.get("/problem/no-such-code").status_code == 404
    assert client.get("/problem/%2e").status_code == 400


def test_every_kind_of_error_has_a_code_of_its_own() -> None:
    waiting, codes = [JixiaoError], []
    while waiting:
        kind = waiting.pop()
        waiting.extend(kind.__subclasses__())
        codes.append(kind.code)
    doubled = {code for code in codes if codes.count(code) > 1}
    assert not doubled
