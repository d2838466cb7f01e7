import pytest

from graph.extraction.align import align
from graph.extraction.columns import find_layout
from graph.model import Indicator, TargetTable
from graph.readers.document import Cell, Grid, Place
from graph.vocabulary import Vocabulary
from tests.documents import HEADINGS, grid, rows, tables

NAME = ("项目名称", "车补")
FULL = ("产出指标", "数量指标", "补贴人数", "≥", "39", "人", "30")


def printed(item: Indicator) -> tuple[object, ...]:
    target = item.target
    weight = None if item.weight is None else str(item.weight)
    return item.level1, item.level2, item.level3, target.comparator, target.value, target.unit, weight


def only(found: tuple[TargetTable, ...]) -> TargetTable:
    assert len(found) == 1
    return found[0]


def test_a_row_of_headings_is_known_by_its_words(words: Vocabulary) -> None:
    layout = find_layout(rows(HEADINGS)[0], words)
    assert layout is not None
    assert layout.roles == ("level1", "level2", "level3", "comparator", "value", "unit", "weight")


@pytest.mark.parametrize(
    "texts", [("序号", "名称", "数量"), ("产出指标", "数量指标", "补贴人数"), ("项目名称", "车补"), ("一级指标",)]
)
def test_other_rows_are_no_headings(texts: tuple[str, ...], words: Vocabulary) -> None:
    assert find_layout(rows(texts)[0], words) is None


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (FULL, ("产出指标", "数量指标", "补贴人数", ">=", "39", "人", "30")),
        # The cell of the first level was lost and the rest moved left.
        (("质量指标", "准确率", "=", "100", "%", "20"), ("产出指标", "质量指标", "准确率", "=", "100", "%", "20")),
        # Both class cells were lost.
        (("知晓人数", "≥", "8", "人", "10"), (None, None, "知晓人数", ">=", "8", "人", "10")),
        # A cell was doubled and the rest moved right.
        (
            ("", "产出指标", "质量指标", "准确率", "=", "100", "%", "20"),
            ("产出指标", "质量指标", "准确率", "=", "100", "%", "20"),
        ),
        # No unit: a grade has none.
        (
            ("效益指标", "社会效益指标", "保障程度", "定性", "优", "", "20"),
            ("效益指标", "社会效益指标", "保障程度", "qualitative", "优", None, "20"),
        ),
        (
            ("效益指标", "社会效益指标", "保障程度", "定性", "优", "20"),
            ("效益指标", "社会效益指标", "保障程度", "qualitative", "优", None, "20"),
        ),
    ],
)
def test_a_shifted_row_is_read_by_what_its_cells_look_like(
    texts: tuple[str, ...], expected: tuple[object, ...]
) -> None:
    (item,) = only(tables(grid(NAME, HEADINGS, texts))).indicators
    assert printed(item) == expected


def test_in_an_exact_grid_a_cell_belongs_to_the_heading_above_it() -> None:
    (item,) = only(
        tables(grid(NAME, HEADINGS, ("产出指标", "数量指标", "2", "≥", "3", "次", "4"), exact=True))
    ).indicators
    assert printed(item) == ("产出指标", "数量指标", "2", ">=", "3", "次", "4")


def test_columns_of_signs_and_directions_are_told_apart_by_what_they_hold() -> None:
    headings = ("一级指标", "二级指标", "三级指标", "指标方向", "指标值", "度量单位", "权重", "指标性质")
    table = only(
        tables(
            grid(
                NAME,
                headings,
                ("产出指标", "数量指标", "补贴人数", "≥", "39", "人", "50", "正向指标"),
                ("产出指标", "质量指标", "差错率", "≤", "5", "%", "40", "反向指标"),
            )
        )
    )
    assert [(i.target.comparator, i.direction) for i in table.indicators] == [(">=", "正向指标"), ("<=", "反向指标")]


@pytest.mark.parametrize("exact", [False, True])
def test_long_term_and_annual_columns_make_two_indicators(exact: bool) -> None:
    headings = ("一级指标", "二级指标", "三级指标", "实施周期指标值", "年度指标值")
    row = ("产出指标", "数量指标", "造林面积", "≥300亩", "≥100亩")
    table = only(tables(grid(("项目名称", "造林"), headings, row, exact=exact)))
    found = [(item.period, item.level3, item.target.value) for item in table.indicators]
    assert found == [("long-term", "造林面积", "300"), ("annual", "造林面积", "100")]


@pytest.mark.parametrize("name", ["三级指标", "指标内容"])
@pytest.mark.parametrize("exact", [False, True])
def test_long_term_and_annual_halves_may_stand_side_by_side(exact: bool, name: str) -> None:
    table = only(
        tables(
            grid(
                ("项目名称", "造林"),
                ("", "中期目标", "年度目标"),
                ("", "建成林地", "按期完成"),
                ("一级指标", "二级指标", name, "指标值", "二级指标", name, "指标值"),
                ("产出指标", "数量指标", "造林面积", "≥300亩", "数量指标", "造林面积", "≥100亩"),
                exact=exact,
            )
        )
    )
    assert (table.objective, table.objective_long_term) == ("按期完成", "建成林地")
    found = [(item.period, item.level2, item.target.value) for item in table.indicators]
    assert found == [("long-term", "数量指标", "300"), ("annual", "数量指标", "100")]


def test_a_second_row_of_headings_splits_a_column() -> None:
    table = only(
        tables(
            grid(
                NAME,
                ("一级指标", "二级指标", "三级指标", "指标值", "指标参考值", ""),
                ("", "", "", "", "三年均值", "2023"),
                ("产出指标", "数量指标", "补贴人数", "≥39人", "35", "36"),
            )
        )
    )
    (item,) = table.indicators
    assert [(reference.label, reference.value) for reference in item.references] == [("三年均值", "35"), ("2023", "36")]


def test_names_of_towns_below_the_heading_of_the_value_make_an_indicator_for_each() -> None:
    table = only(
        tables(
            grid(
                NAME,
                ("一级指标", "二级指标", "三级指标", "指标值", ""),
                ("", "", "", "东乡", "西镇"),
                ("产出指标", "数量指标", "修路长度", "5公里", "7公里"),
            )
        )
    )
    assert [(item.target_for, item.target.value) for item in table.indicators] == [("东乡", "5"), ("西镇", "7")]


def test_a_cell_that_covers_several_rows_counts_for_each_of_them() -> None:
    place = Place(row=1, column=1)
    cells = [Cell(text, 0, column, place) for column, text in enumerate(HEADINGS[:5])]
    cells.append(Cell("产出指标", 1, 0, place, rowspan=2))
    cells.append(Cell("数量指标", 1, 1, place, rowspan=2))
    for row, texts in ((1, ("补贴人数", "≥", "39")), (2, ("补贴次数", "=", "12"))):
        cells += [Cell(text, row, column, place) for column, text in enumerate(texts, start=2)]
    found = only(tables("绩效目标表", grid(NAME), Grid(cells, exact=True))).indicators
    assert [(item.level1, item.level2, item.level3) for item in found] == [
        ("产出指标", "数量指标", "补贴人数"),
        ("产出指标", "数量指标", "补贴次数"),
    ]


def test_no_cell_is_given_to_two_columns(words: Vocabulary) -> None:
    head, row = rows(HEADINGS, FULL)
    layout = find_layout(head, words)
    assert layout is not None
    (aligned,) = align(layout, row, words)
    given = [id(cell) for cells in aligned.cells.values() for cell in cells]
    assert len(given) == len(set(given)) == len(FULL)
