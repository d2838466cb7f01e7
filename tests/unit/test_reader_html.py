"""HTML pages."""

import pytest

from graph.errors import EmptyFile, TooLarge
from graph.readers import html
from graph.readers.document import Grid, Paragraph
from graph.readers.limits import Limits

Cells = list[tuple[int, int, int, int, str]]


def blocks(body: str) -> list[str | Cells]:
    """Paragraphs as text, grids as (row, column, rowspan, colspan, text)."""
    result = html.read(f"<html><body>{body}</body></html>".encode(), "t.html")
    assert result.warnings == []
    return [block.text if isinstance(block, Paragraph) else cells(block) for block in result.blocks]


def cells(grid: Grid) -> Cells:
    assert grid.exact
    return [(cell.row, cell.column, cell.rowspan, cell.colspan, cell.text) for cell in grid.cells]


def test_rowspan_and_colspan_push_the_cells_of_later_rows_aside() -> None:
    table = (
        "<table><tr><td rowspan=2>甲</td><td colspan=2>乙</td></tr><tr><td>丙</td><td rowspan=2>丁</td></tr>"
        "<tr><td colspan=2>戊</td></tr></table>"
    )
    assert blocks(table) == [
        [(0, 0, 2, 1, "甲"), (0, 1, 1, 2, "乙"), (1, 1, 1, 1, "丙"), (1, 2, 2, 1, "丁"), (2, 0, 1, 2, "戊")]
    ]


def test_spans_end_with_their_section_and_with_the_table() -> None:
    table = (
        "<table><thead><tr><td rowspan=0>甲</td><td>乙</td></tr><tr><td>丙</td></tr></thead>"
        "<tbody><tr><td rowspan=9 colspan=1000>丁</td></tr></tbody></table>"
    )
    assert blocks(table) == [[(0, 0, 2, 1, "甲"), (0, 1, 1, 1, "乙"), (1, 1, 1, 1, "丙"), (2, 0, 1, 2, "丁")]]


@pytest.mark.parametrize("span", ["", "-1", "abc", "0", "1.9"])
def test_a_senseless_colspan_counts_as_one(span: str) -> None:
    assert blocks(f"<table><tr><td colspan='{span}'>甲<td>乙</table>") == [[(0, 0, 1, 1, "甲"), (0, 1, 1, 1, "乙")]]


def test_a_cell_that_reaches_under_a_rowspan_is_cut_there() -> None:
    table = "<table><tr><td>甲<td>乙<td rowspan=2>丙<tr><td colspan=3>丁</table>"
    assert blocks(table)[0][-1] == (1, 0, 1, 2, "丁")


def test_a_table_in_a_cell_follows_the_table_it_stands_in() -> None:
    table = "<table><tr><td>甲<table><tr><td>乙<td>丙</tr></table>丁</td><td>戊</td></tr></table>"
    assert blocks(table) == [
        [(0, 0, 1, 1, "甲\n丁"), (0, 1, 1, 1, "戊")],
        [(0, 0, 1, 1, "乙"), (0, 1, 1, 1, "丙")],
    ]


def test_a_table_that_only_arranges_the_page_is_no_table() -> None:
    page = "<table><tr><td><h1>题目</h1></td></tr><tr><td><table><tr><td>甲<td>乙</table><p>注</p></td></tr></table>"
    assert blocks(page) == ["题目", [(0, 0, 1, 1, "甲"), (0, 1, 1, 1, "乙")], "注"]


def test_paragraphs_end_at_block_elements_and_spaces_collapse_as_in_a_browser() -> None:
    page = "<div>甲 \n <b>乙</b>&nbsp;丙<p>第一行<br>第二\n行</p>尾</div><pre>一\n  二</pre><script>x</script><!--y-->"
    assert blocks(page) == ["甲乙 丙", "第一行", "第二行", "尾", "一", "二"]


def test_text_between_the_cells_is_not_lost() -> None:
    page = "<table>散<caption>表题</caption><tr>行<td>甲</td><td>乙</td></tr></table>"
    assert blocks(page) == ["散", "表题", "行", [(0, 0, 1, 1, "甲"), (0, 1, 1, 1, "乙")]]


def test_a_form_shows_what_was_chosen_and_typed() -> None:
    form = "<p><select><option>正向<option selected>反向</select><input value='95'><input type=hidden value=x></p>"
    assert blocks(form) == ["反向95"]


@pytest.mark.parametrize(
    ("encoding", "declared"), [("gb18030", "gb2312"), ("gb18030", ""), ("utf-8", "gbk"), ("big5", "big5")]
)
def test_encodings(encoding: str, declared: str) -> None:
    meta = f"<meta http-equiv=Content-Type content='text/html; charset={declared}'>" if declared else ""
    page = f"<html><head>{meta}<title>題</title></head><body><p>達到百分比</p></body></html>"
    (block,) = html.read(page.encode(encoding), "t.html").blocks
    assert isinstance(block, Paragraph)
    assert block.text == "達到百分比"


def test_entities_of_a_document_type_are_not_resolved() -> None:
    page = b'<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]><p>&x;</p>'
    assert all("root:" not in block.text for block in html.read(page, "t.html").blocks if isinstance(block, Paragraph))


def test_a_page_without_its_end_is_named_in_a_warning() -> None:
    assert len(html.read("<html><body><table><tr><td>甲<td>乙".encode(), "t.html").warnings) == 1


def test_places_name_the_line_in_the_source_and_the_slot_in_the_table() -> None:
    (grid,) = html.read(b"<table>\n<tr><td>a</td>\n<td>b</td></tr></table>", "t.html").blocks
    assert isinstance(grid, Grid)
    assert (grid.cells[1].place.line, grid.cells[1].place.row, grid.cells[1].place.column) == (3, 1, 2)


def test_nesting_beyond_any_page_is_refused_and_not_cut_in_silence() -> None:
    with pytest.raises(TooLarge):
        html.read(b"<div>" * 5000 + b"x", "t.html")


def test_tables_nested_as_deep_as_the_parser_goes_are_read() -> None:
    depth = 300
    page = "<table><tr><td>甲<td>乙" * depth + "</table>" * depth
    assert len(blocks(page)) == depth


def test_no_more_cells_than_allowed() -> None:
    with pytest.raises(TooLarge, match="cells"):
        html.read(b"<table>" + b"<tr><td>x" * 20, "t.html", Limits(cells=10))


def test_white_space_alone_is_an_empty_file() -> None:
    with pytest.raises(EmptyFile):
        html.read(b" \n\x00 ", "t.html")
