"""Every kind of page on a telephone and on a desk: whole, readable, usable by keyboard, and alone with its service."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser import Window, window
from tests.web.usable import check

pytestmark = pytest.mark.browser
PROJECT = "610700/汉中市医疗保障局/2026/医疗保险业务经办专项经费"
PAGES = {
    "home": "/",
    "departments": "/departments",
    "department": "/departments/610700/汉中市医疗保障局",
    "department without overall table": "/departments/130433/馆陶县医疗保障局",
    "project": f"/projects/{PROJECT}",
    "table": "/tables/610700/汉中市医疗保障局/2026/部门整体",
    "indicator": f"/indicators/{PROJECT}/11",
    "indicators, filtered": "/indicators?q=满意&level1=满意度指标",
    "indicators, none": "/indicators?q=xyz",
    "targets": "/targets",
    "bases": "/bases",
    "units": "/units",
    "regions": "/regions",
    "rules": "/rules",
    "activities": "/activities",
    "findings": "/findings?severity=violation",
    "disclosures": "/disclosures",
    "disclosure": "/disclosures/22270535d1295005",
    "basis": "/id/basis/邯医保发〔2025〕19号",
    "rule": "/shapes/R24",
    "term": "/ontology/Indicator",
    "questions": "/queries",
    "question, not asked": "/queries/impact-of-repeal",
    "question, answered": "/queries/indicators-across-departments?project=医疗救助",
    "search, empty": "/search",
    "search": "/search?q=满意",
    "search, none": "/search?q=xyzq",
    "templates": "/templates",
    "export": "/export",
    "upload": "/upload",
    "sparql": "/sparql",
    "sparql, rows": "/sparql?query=SELECT * { ?s <https://w3id.org/jixiao/ontology%23inTable> ?table } LIMIT 5",
    "sparql, wrong": "/sparql?query=SELECT",
    "editor": "/sparql/ui",
    "docs": "/docs",
    "problem": "/problem/not-found",
    "404": "/nothing",
    "400": "/projects?year=x",
}
STATUS = {"/nothing": 404, "/projects?year=x": 400, "/sparql?query=SELECT": 400}


@pytest.fixture(scope="module")
def shown(chromium: Browser, service: str) -> Iterator[Window]:
    """One window for all pages: opening one costs more than looking at a page."""
    with window(chromium, service) as opened:
        yield opened


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_a_page_is_whole_readable_and_usable_at_every_width(shown: Window, path: str) -> None:
    answer = shown.open(path)
    assert answer.status == STATUS.get(path, 200)
    if path == "/sparql/ui":
        shown.page.wait_for_selector(".CodeMirror")
    check(shown.page)
    assert shown.wrong == []
