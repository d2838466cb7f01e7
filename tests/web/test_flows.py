"""What people come for, done as they do it; without scripts, but for the editor."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, Locator

from graph import resources
from tests.browser import Window, window
from tests.web.conftest import TOKEN
from tests.web.usable import check

pytestmark = pytest.mark.browser
SAMPLE = resources.folder("data/samples") / "tongchuan-2024.txt"


@pytest.fixture
def plain(chromium: Browser, service: str) -> Iterator[Window]:
    """A window without scripts."""
    with window(chromium, service, scripts=False) as opened:
        yield opened


def saved(link: Locator, folder: Path) -> Path:
    """The file behind a button or link."""
    with link.page.expect_download() as started:
        link.click()
    path = folder / started.value.suggested_filename
    started.value.save_as(path)
    return path


def test_two_characters_lead_to_an_indicator_with_its_place(plain: Window) -> None:
    page = plain.page
    plain.open("/")
    page.get_by_role("searchbox").fill("宣传")
    page.get_by_role("button", name="查找").click()
    page.get_by_role("listitem").filter(has_text="1 处").get_by_role("link", name="医保业务宣传开展时间").click()
    page.get_by_role("row").get_by_role("link", name="医保业务宣传开展时间").click()
    assert page.locator("h1").inner_text() == "医保业务宣传开展时间"
    facts = page.locator("dl").inner_text()
    assert "2029年9月" in facts
    assert "hanzhong-2026.txt 第430行" in facts
    assert "不在2026预算年度内" in page.locator(".finding.violation").inner_text()


def test_a_clerk_goes_from_the_first_page_to_what_is_wrong_and_takes_it_as_excel(plain: Window, tmp_path: Path) -> None:
    page = plain.page
    plain.open("/")
    page.get_by_role("link", name="汉中市医疗保障局").click()
    row = page.get_by_role("row").filter(has_text="医疗保险业务经办专项经费")
    assert "不合规 2" in row.inner_text()
    table = load_workbook(saved(row.get_by_role("link", name="Excel"), tmp_path)).active
    assert "医保业务宣传开展时间" in {cell.value for cells in table.iter_rows() for cell in cells}
    findings = load_workbook(saved(page.get_by_role("link", name="校验结果"), tmp_path)).active
    assert any("权重合计为85分" in str(cell.value) for cells in findings.iter_rows() for cell in cells)
    row.get_by_role("link", name="医疗保险业务经办专项经费").first.click()
    assert "权重合计为85分" in page.locator(".finding.violation").first.inner_text()
    assert saved(page.get_by_role("link", name="Word"), tmp_path).suffix == ".docx"


def test_a_list_is_filtered_by_name_and_its_pages_are_turned(plain: Window) -> None:
    page = plain.page
    plain.open("/indicators")
    page.get_by_label("部门").select_option(label="馆陶县医疗保障局")
    page.get_by_role("button", name="查找").click()
    assert "第 1–10 项，共 61 项" in page.locator("main").inner_text()
    first = page.locator("tbody tr").first.inner_text()
    page.get_by_role("link", name="下一页").click()
    assert "第 11–20 项，共 61 项" in page.locator("main").inner_text()
    assert page.locator("tbody tr").first.inner_text() != first
    assert set(page.locator("td[data-label=部门]").all_inner_texts()) == {"馆陶县医疗保障局"}
    page.get_by_role("link", name="第一页").click()
    assert page.locator("tbody tr").first.inner_text() == first
    page.get_by_role("link", name="清除条件").click()
    assert "共 344 项" in page.locator("main").inner_text()


def test_a_question_is_asked_with_a_parameter_and_its_answer_saved(plain: Window, tmp_path: Path) -> None:
    page = plain.page
    plain.open("/queries")
    page.get_by_role("link", name="各部门同类项目用了哪些指标").click()
    page.get_by_label("项目名称中的文字").fill("医疗救助")
    page.get_by_role("button", name="提问").click()
    shown = page.locator("tbody tr").count()
    assert shown > 5
    assert page.get_by_label("项目名称中的文字").input_value() == "医疗救助"
    with saved(page.get_by_role("button", name="CSV"), tmp_path).open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.reader(file))) == shown + 1
    assert load_workbook(saved(page.get_by_role("button", name="Excel"), tmp_path)).active.max_row == shown + 1
    page.get_by_role("link", name="查看").first.click()
    assert "/indicators/" in page.url


def test_a_document_is_uploaded_looked_at_accepted_and_withdrawn(plain: Window, tmp_path: Path) -> None:
    page = plain.page
    draft = tmp_path / "新文件.txt"
    draft.write_text(SAMPLE.read_text("utf-8").replace("2024", "2025"), "utf-8")
    plain.open("/upload")
    page.get_by_label("文件").set_input_files(draft)
    page.get_by_label("令牌").fill("a wrong token")
    page.get_by_role("button", name="读取并预览").click()
    assert "需要正确的令牌" in page.get_by_role("alert").inner_text()
    page.get_by_label("文件").set_input_files(draft)
    page.get_by_label("令牌").fill(TOKEN)
    page.get_by_role("button", name="读取并预览").click()
    assert page.locator(".finding").count() > 5
    assert page.locator("tbody tr").count() == 21
    page.get_by_label("令牌").fill(TOKEN)
    page.get_by_role("button", name="接受并入库").click()
    page.get_by_role("link", name="新文件.txt").click()
    assert page.locator("h1").inner_text() == "新文件.txt"
    address = page.url
    page.get_by_text("撤回这份文件").click()
    page.get_by_label("令牌").fill("a wrong token")
    page.get_by_label("我确认撤回").check()
    page.get_by_role("button", name="撤回").click()
    assert "需要正确的令牌" in page.get_by_role("alert").inner_text()
    page.get_by_label("令牌").fill(TOKEN)
    page.get_by_role("button", name="撤回").click()  # the browser wants the box checked first
    assert page.url.endswith("/withdraw")
    page.get_by_label("我确认撤回").check()
    page.get_by_role("button", name="撤回").click()
    assert "移出" in page.locator("main").inner_text()
    plain.open("/activities")
    assert "撤回" in page.locator("tbody tr").first.inner_text()
    page.goto(address)
    assert "没有这一项" in page.locator("h1").inner_text()


def test_sparql_is_asked_without_scripts(plain: Window, tmp_path: Path) -> None:
    page = plain.page
    plain.open("/sparql")
    query = (
        "PREFIX jx: <https://w3id.org/jixiao/ontology#> SELECT ?name { ?d a jx:Department ; jx:name ?name } ORDER BY ?d"
    )
    page.get_by_label("查询").fill(query)
    page.get_by_role("button", name="运行").click()
    assert page.locator("tbody tr").count() == 5
    assert saved(page.get_by_role("button", name="CSV"), tmp_path).read_text("utf-8").count("医疗保障") == 5
    page.get_by_label("查询").fill("SELECT")
    page.get_by_role("button", name="运行").click()
    assert page.get_by_role("alert").is_visible()
    assert page.get_by_label("查询").input_value() == "SELECT"


def test_the_editor_asks_this_service_and_shows_rows(chromium: Browser, service: str) -> None:
    with window(chromium, service) as shown:
        shown.open("/sparql/ui")
        shown.page.get_by_role("button", name=re.compile("Run query", re.IGNORECASE)).click()
        shown.page.locator(".yasr table.dataTable tbody tr").first.wait_for()
        assert shown.page.locator(".yasr table.dataTable tbody tr").count() > 1


def test_a_printed_table_is_whole_and_without_what_only_a_screen_needs(chromium: Browser, service: str) -> None:
    with window(chromium, service, 794) as shown:  # A4 at 96 dots an inch
        shown.open("/projects/610700/汉中市医疗保障局/2026/医疗保险业务经办专项经费")
        page = shown.page
        page.emulate_media(media="print")
        assert not page.locator("nav").is_visible()
        assert not page.locator(".actions").first.is_visible()
        assert page.locator("tbody tr").count() == 16
        assert page.evaluate(
            "[...document.querySelectorAll('.wide')].every(part => part.scrollWidth <= part.clientWidth)"
        )


def test_a_preview_what_was_changed_and_refusals_are_usable_too(chromium: Browser, service: str) -> None:
    with window(chromium, service) as shown:
        page = shown.page
        for token in ("a wrong token", TOKEN):
            shown.open("/upload")
            page.get_by_label("文件").set_input_files(SAMPLE)
            page.get_by_label("令牌").fill(token)
            page.get_by_role("button", name="读取并预览").click()
            check(page)
        page.get_by_label("令牌").fill(TOKEN)
        page.get_by_role("button", name="接受并入库").click()
        assert "没有变化" in page.locator("h1").inner_text()
        check(page)
