"""Whether a page is whole, readable and usable by keyboard, on a telephone and on a desk."""

import re
from itertools import pairwise
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

OPEN = "() => [...document.querySelectorAll('details')].slice(0, 4).forEach(part => part.open = true)"
WIDTHS = (400, 1280)
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
# The editor is not ours; of what the page of the interface repeats for every operation, the first few will do.
LEFT_OUT = {"exclude": [["#yasgui"], ["section + section + section + section"]]}
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


def check(page: Page) -> None:
    """Fails where the page that is open is not."""
    _language_and_headings(page)
    page.keyboard.press("Tab")
    page.evaluate(OPEN)
    assert page.evaluate(UNSEEN_FOCUS) == []
    assert page.evaluate(UNNAMED) == []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(WIDER) == [], width
    assert _barriers(page) == []


def _language_and_headings(page: Page) -> None:
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    assert re.search(r"\S · 绩效 Jixiao$", page.title())
    levels: list[int] = page.evaluate(HEADINGS)
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def _barriers(page: Page) -> list[Any]:
    """What axe-core finds serious or critical."""
    found = Axe().run(page, LEFT_OUT, {"resultTypes": ["violations"], **RULES})
    return [
        (violation["id"], node["html"][:200], node["failureSummary"])
        for violation in found.response["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"][:3]
    ]
