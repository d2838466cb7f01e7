import re
from html.parser import HTMLParser
from urllib.parse import quote

import pytest
from httpx import Client

BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
PROJECT = "/projects/610700/汉中市医疗保障局/2026/医疗保险业务经办专项经费"
PATHS = [
    "/", "/departments", "/departments/610700/汉中市医疗保障局", "/departments/130433/馆陶县医疗保障局", "/projects",
    PROJECT, f"{PROJECT}/indicators", "/indicators", "/indicators?q=满意&level1=满意度指标",
    "/indicators/610700/汉中市医疗保障局/2026/医疗保险业务经办专项经费/11",
    "/tables/610700/汉中市医疗保障局/2026/部门整体", "/findings", "/findings?rule=R24&severity=violation",
    "/disclosures", "/sparql", "/docs", "/nothing", "/projects?year=x",
]  # fmt: skip


class Page(HTMLParser):
    """Tags that are open, what is loaded, where links lead."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.loads: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        self.tags.append(tag)
        assert not any(name.startswith("on") or name == "style" for name in known)
        if tag not in ("meta", "link", "input", "br"):
            self.open.append(tag)
        if tag in ("link", "img", "script", "iframe"):
            self.loads.append(known.get("href") or known.get("src") or "")
        if tag in ("a", "form"):
            self.links.append(known.get("href") or known.get("action") or "")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("path", PATHS)
def test_pages_are_whole_and_load_nothing_from_elsewhere(client: Client, path: str) -> None:
    response = client.get(quote(path, safe="/?&="), headers=BROWSER)
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "script-src" not in response.headers["content-security-policy"]
    assert "default-src 'none'" in response.headers["content-security-policy"]
    page = Page(response.text)
    assert page.open == []
    assert "script" not in page.tags
    assert set(page.loads) == {"/style.css", "data:,"}
    assert all(link.startswith(("/", "#")) for link in page.links)


def test_every_link_of_the_first_pages_leads_somewhere(client: Client) -> None:
    seen = {"/"}
    todo = ["/"]
    for _ in range(60):
        if not todo:
            break
        path = todo.pop(0)
        response = client.get(path, headers=BROWSER)
        assert response.status_code == 200, path
        if not response.headers["content-type"].startswith("text/html"):
            continue
        for link in Page(response.text).links:
            target = link.partition("#")[0]
            if target and target not in seen:
                seen.add(target)
                todo.append(target)
    assert len(seen) > 60


def test_the_same_address_gives_json_unless_a_page_is_wanted(client: Client) -> None:
    for accept in ("", "*/*", "application/json", "application/json, text/html;q=0.9", "text/html, */*;q=1"):
        response = client.get("/departments", headers={"accept": accept})
        assert response.headers["content-type"] == "application/json", accept
        assert response.headers["vary"].startswith("Accept")
    assert client.get("/departments?format=json", headers=BROWSER).json()["items"]
    assert "<table" in client.get("/departments?format=html").text


def test_a_project_shows_rows_places_and_findings_beside_them(client: Client) -> None:
    text = client.get(quote(PROJECT), headers=BROWSER).text
    assert "权重合计为85" in text
    row = re.search(r'<tr id="11">.*?</tr>', text, re.DOTALL)
    assert row
    assert "2029年9月" in row[0]
    assert "第430行" in row[0]
    assert 'class="finding violation"' in row[0]


def test_the_first_page_leads_on(client: Client) -> None:
    text = client.get("/", headers=BROWSER).text
    assert "<b>344</b>" in text
    assert 'name="q"' in text
    counts = client.get("/").json()
    assert counts.pop("findings") > 100
    assert counts == {"departments": 5, "projects": 37, "indicators": 344, "disclosures": 5}


def test_a_search_that_finds_nothing_says_so(client: Client) -> None:
    assert "没有符合的指标" in client.get("/indicators?q=xyz", headers=BROWSER).text


def test_the_style_is_served(client: Client) -> None:
    response = client.get("/style.css")
    assert response.headers["content-type"].startswith("text/css")
    assert "url(" not in response.text
    assert "@import" not in response.text


def test_the_api_page_names_every_path(client: Client) -> None:
    text = client.get("/docs").text
    for path in client.get("/openapi.json").json()["paths"]:
        assert path in text
