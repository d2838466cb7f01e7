"""Every kind of page on a telephone and on a desk: whole, readable, usable by keyboard, and alone with its service."""

import re
from itertools import pairwise
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser import window

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
OPEN = "() => [...document.querySelectorAll('details')].slice(0, 4).forEach(part => part.open = true)"
RULES = {
    1280: {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}},
    400: {"runOnly": {"type": "rule", "values": ["scrollable-region-focusable", "target-size"]}},  # of the layout
}
# One of each kind of control, focused as by keyboard; those that show nothing of it.
UNSEEN_FOCUS = """() => {
  const kinds = ['a', 'button', 'input', 'select', 'textarea', 'summary', '[tabindex="0"]'];
  const ours = element => element.checkVisibility() && !element.closest('#yasgui');
  const first = kinds.map(kind => [...document.querySelectorAll(kind)].find(ours)).filter(Boolean);
  return first.filter(element => {
    element.focus();
    const style = getComputedStyle(element);
    return style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 1;
  }).map(element => element.outerHTML.slice(0, 120));
}"""
UNNAMED = """() => [...document.querySelectorAll('input, select, textarea')]
  .filter(field => field.type !== 'hidden' && field.offsetParent && !field.closest('#yasgui'))
  .filter(field => !(field.labels && field.labels.length && field.labels[0].innerText.trim()))
  .map(field => field.outerHTML)"""
HEADINGS = """() =>
  [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map(heading => Number(heading.tagName[1]))"""
WIDER = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return ['scrolls', ...[...document.querySelectorAll('body *')]
    .filter(element => element.getBoundingClientRect().right > width && !element.closest('.wide'))
    .map(element => element.outerHTML.slice(0, 100))];
}"""


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_a_page_is_whole_readable_and_usable_at_every_width(chromium: Browser, service: str, path: str) -> None:
    with window(chromium, service) as shown:
        answer = shown.open(path)
        assert answer.status == STATUS.get(path, 200)
        page = shown.page
        if path == "/sparql/ui":
            page.wait_for_selector(".CodeMirror")
        _language_and_headings(page)
        page.keyboard.press("Tab")
        page.evaluate(OPEN)
        assert page.evaluate(UNSEEN_FOCUS) == []
        assert page.evaluate(UNNAMED) == []
        for width in RULES:
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate(WIDER) == [], width
            assert _barriers(page, width) == [], width


def _language_and_headings(page: Page) -> None:
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    assert re.search(r"\S · 绩效 Jixiao$", page.title())
    levels: list[int] = page.evaluate(HEADINGS)
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def _barriers(page: Page, width: int) -> list[Any]:
    """What axe-core finds serious or critical outside of the editor, which is not ours."""
    found = Axe().run(page, {"exclude": [["#yasgui"]]}, {"resultTypes": ["violations"], **RULES[width]})
    return [
        (violation["id"], node["html"][:200], node["failureSummary"])
        for violation in found.response["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"][:3]
    ]
