"""Tables of a PDF that run over pages, and tables without rules with merged cells."""

from __future__ import annotations

from itertools import pairwise

from graph.readers import pdf
from graph.readers.continued import join_pages
from graph.readers.document import Cell, Grid, Paragraph, Place
from tests import render
from tests.render import LEFT, UP

WIDTHS = (6, 6, 12, 6, 6)


def grids(*parts: render.Part, **how: object) -> list[Grid]:
    result = pdf.read(render.pdf(list(parts), **how), "t.pdf")  # type: ignore[arg-type]
    return [block for block in result.blocks if isinstance(block, Grid)]


def words(grid: Grid) -> list[list[tuple[int, int, str]]]:
    return [[(cell.column, cell.colspan, cell.text) for cell in row if cell.text] for row in grid.rows()]


def test_a_wide_column_on_the_second_page_keeps_the_columns_of_the_first() -> None:
    rows = [["甲", "乙", "丙", "丁", "戊"], ["一", "二", "三", "四", "五"], ["六", "七", LEFT, "八", "九"]]
    first, second = grids(render.merged(rows, WIDTHS), cut=2)
    assert (first.continues, second.continues) == (False, True)
    assert words(second) == [[(0, 1, "六"), (1, 2, "七"), (3, 1, "八"), (4, 1, "九")]]
    assert [cell.place.column for cell in second.cells] == [1, 2, 4, 5]


def part(page: int, *edges: float) -> Grid:
    sides = list(pairwise(edges))
    cells = [Cell("一", 0, n, Place(page=page, row=1, box=(x0, 0, x1, 9))) for n, (x0, x1) in enumerate(sides)]
    return Grid(cells, True, Place(page=page))


def line(page: int, text: str) -> Paragraph:
    return Paragraph(text, Place(page=page))


def test_running_heads_and_page_numbers_do_not_part_a_table() -> None:
    first, second, third = part(1, 0, 50, 100), part(2, 0, 50, 100), part(3, 0, 50, 100)
    join_pages([line(1, "某局 1"), first, line(2, "某局 2"), second, line(3, "某局 3"), line(3, "另一张表"), third])
    assert [grid.continues for grid in (first, second, third)] == [False, True, False]


def test_another_width_or_a_page_between_is_another_table() -> None:
    first, other, later = part(1, 0, 50, 100), part(2, 0, 50, 120), part(4, 0, 50, 120)
    join_pages([first, other, later])
    assert not other.continues
    assert not later.continues


def test_a_first_column_that_is_not_drawn_on_a_page_is_still_the_first() -> None:
    first, second = part(1, 0, 30, 60, 100), part(2, 30, 60, 100)
    join_pages([first, second])
    assert [cell.column for cell in second.cells] == [1, 2]


FORM = [
    ["项目名称", "预算数", "年度总体绩效目标", "三级指标", "指标值"],
    ["甲项目", "5", "完成全年各项工作任务，保障单位正常运转，提高为人民群众服务的水平", "人数", "≥5人"],
    [UP, UP, UP, "合格率", "95%"],
    [UP, UP, UP, "完成时间", "年底"],
    [UP, UP, UP, "群众满意度", "90%"],
    ["乙项目", "7", "完成设备购置", "台数", "≥2台"],
    [UP, UP, UP, "验收合格率", "100%"],
]


def test_merged_cells_of_a_table_without_rules_stand_on_their_first_row() -> None:
    (grid,) = grids(render.merged(FORM, WIDTHS), ruled=False)
    assert not grid.exact
    rows = words(grid)
    assert [text for _, _, text in rows[1]][:2] == ["甲项目", "5"]
    assert [text for _, _, text in rows[5]] == ["乙项目", "7", "完成设备购置", "台数", "≥2台"]
    assert [cell.rowspan for cell in grid.cells if cell.text in ("甲项目", "乙项目")] == [4, 2]


def test_labels_and_values_above_a_table_without_rules_are_cells() -> None:
    form = [["项目名称", "修缮", LEFT, "预算数", "12"], ["年度目标", "完成修缮", LEFT, LEFT, LEFT]]
    table = [["一级指标", "二级指标", "三级指标", "指标值", "权重"], ["产出指标", "数量指标", "面积", "5亩", "10"]] * 2
    head, body = grids(render.merged([*form, *table], WIDTHS), ruled=False)
    assert [[text for _, _, text in row] for row in words(head)] == [
        ["项目名称", "修缮", "预算数", "12"],
        ["年度目标", "完成修缮"],
    ]
    assert [text for _, _, text in words(body)[0]] == ["一级指标", "二级指标", "三级指标", "指标值", "权重"]
