"""What a page break cut in a ruled table is whole again, and what only meets at the break stays apart."""

from __future__ import annotations

from graph.extraction import trace
from graph.extraction.stream import Row, stream
from graph.readers.document import Cell, Document, Grid, Place

# text, column, rows that it covers; a string stands for a cell of one row in the next column.
Made = str | tuple[str, int, int]
HEAD = ["项目名称", "预算数", "年度目标", "一级指标", "二级指标", "三级指标", "指标值", "权重"]


def part(page: int, *rows: list[Made]) -> Grid:
    """A part of a ruled table as drawn: columns 50 wide, characters 10 wide, every page after the first goes on."""
    cells = []
    for r, row in enumerate(rows):
        column = 0
        for made in row:
            text, column, down = (made, column, 1) if isinstance(made, str) else made
            box = (50.0 * column, 0.0, 50.0 * column + 50, 10.0)
            cells.append(Cell(text, r, column, Place(page=page, row=r + 1, box=box), down))
            column += 1
    return Grid(cells, True, Place(page=page), continues=page > 1)


def document(*parts: Grid) -> Document:
    return Document("made-up.pdf", "0" * 64, "application/pdf", list(parts))


def rows(*parts: Grid) -> list[Row]:
    return [item for item in stream(document(*parts)) if isinstance(item, Row)]


def texts(row: Row) -> list[str]:
    return [cell.text for cell in row.own]


FIRST: list[Made] = [("甲项目", 0, 2), ("5", 1, 2), ("目标一", 2, 2), "产出指标", "数量指标", "人数", "≥5人", "20"]


def test_the_rest_of_a_row_joins_it_when_it_completes_a_word() -> None:
    above = part(1, HEAD, FIRST, [("效益指标", 3, 1), "社会效益指", "岗位配置", "≥96%", "30"])
    below = part(2, [("", 0, 1), "", "", "", "标", "率", "", ""], [("乙项目", 0, 1), "7", "目标二", *HEAD[3:]])
    found = rows(above, below)
    assert texts(found[2]) == ["效益指标", "社会效益指\n标", "岗位配置\n率", "≥96%", "30"]
    assert texts(found[3])[0] == "乙项目"


def test_the_ends_of_long_texts_join_their_row() -> None:
    above = part(1, [*HEAD], ["甲", "5", "目标", "产出指标", "数量指标", "培训基层\n经办人员", "≥5人", "20"])
    below = part(
        2, ["", "", "", "", "", "人数", "", ""], ["乙", "7", "目标", "产出指标", "数量指标", "次数", "1次", "10"]
    )
    found = rows(above, below)
    assert texts(found[1])[5] == "培训基层\n经办人员\n人数"
    assert len(found) == 3


def test_a_row_after_a_text_that_had_room_is_a_row_of_its_own() -> None:
    above = part(1, [*HEAD], ["甲", "5", "目标", "产出指标", "数量指标", "培训基层经\n人", "≥5人", "20"])
    below = part(2, ["", "", "", "", "", "群众生活改善", "", ""])
    assert len(rows(above, below)) == 3


def test_a_merged_cell_goes_on_where_its_words_stand_on_one_page_only() -> None:
    above = part(1, HEAD, FIRST, [("产出指标", 3, 1), "质量指标", "合格率", "95%", "30"])
    below = part(
        2,
        [("", 0, 2), ("", 1, 2), ("", 2, 2), "效益指标", "社会效益指标", "覆盖率", "98%", "30"],
        [("满意度指标", 3, 1), "服务对象满意度指标", "满意度", "90%", "10"],
    )
    found = rows(above, below)
    assert [row.slots[0].text for row in found[1:]] == ["甲项目"] * 4
    assert found[4].slots[0] is found[1].slots[0]


def test_the_words_of_a_merged_cell_flow_on_while_the_cell_beside_it_is_empty() -> None:
    above = part(
        1, HEAD, [("甲项目的", 0, 2), ("5", 1, 2), *FIRST[2:]], [("产出指标", 3, 1), "质量指标", "率", "1", "30"]
    )
    below = part(2, [("名称", 0, 1), ("", 1, 1), ("", 2, 1), "效益指标", "社会效益指标", "覆盖率", "98%", "30"])
    (disclosure, account) = trace(document(above, below))
    (table,) = disclosure.target_tables
    assert table.name == "甲项目的名称"
    assert len(table.indicators) == 3
    printed = [cell for grid in (above, below) for cell in grid.cells if cell.text]
    assert all(account.role(cell) for cell in printed)


def test_a_new_project_at_the_top_of_a_page_is_not_joined_to_the_one_above() -> None:
    unit = ("某单位", 8, 3)
    above = part(1, [*HEAD, "单位名称"], [*FIRST, unit], [("产出指标", 3, 1), "质量指标", "合格率", "95%", "30"])
    below = part(2, [("乙项目", 0, 1), "7", "目标二", "效益指标", "社会效益指标", "覆盖率", "98%", "30", ("", 8, 1)])
    assert [row.slots[0].text for row in rows(above, below)[1:]] == ["甲项目", "甲项目", "乙项目"]
    assert rows(above, below)[3].slots[8].text == "某单位"


def test_the_document_itself_is_left_as_it_was_read() -> None:
    above, below = (
        part(1, HEAD, FIRST),
        part(2, [("", 0, 1), ("", 1, 1), ("", 2, 1), "效益指标", "社会效益指标", "率", "1"]),
    )
    rows(above, below)
    assert [cell.text for cell in below.cells][:3] == ["", "", ""]
    assert [cell.text for cell in above.cells][8:11] == ["甲项目", "5", "目标一"]
