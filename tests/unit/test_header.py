import json
from decimal import Decimal

import pytest

from graph.extraction import extract
from graph.model import TargetTable
from graph.output import as_json
from graph.readers.document import Block
from tests.documents import document, from_text, grid, tables

GRID = (("一级指标", "二级指标", "三级指标", "指标值"), ("产出指标", "数量指标", "人数", "≥39人"))


def form(*rows: tuple[str, ...], before: tuple[Block | str, ...] = (), exact: bool = False) -> TargetTable:
    (table,) = tables(*before, grid(*rows, *GRID, exact=exact))
    return table


@pytest.mark.parametrize("exact", [False, True])
def test_values_stand_beside_their_labels(exact: bool) -> None:
    table = form(
        ("项目名称", "车补", "项目编码", "13043326P00007010001U"),
        ("主管部门", "某县财政局", "实施单位", "某县医疗保障局"),
        ("年度目标", "按月足额发放"),
        exact=exact,
    )
    assert (table.name, table.code) == ("车补", "13043326P00007010001U")
    assert (table.supervising_department, table.implementing_unit) == ("某县财政局", "某县医疗保障局")
    assert table.objective == "按月足额发放"


def test_the_code_may_stand_before_the_name() -> None:
    table = form(("项目名称", "51000021R000000019951-工资性支出"))
    assert (table.code, table.name) == ("51000021R000000019951", "工资性支出")


@pytest.mark.parametrize(
    ("label", "printed", "yuan"),
    [("预算数（万元）", "16.09", "160900"), ("预算数（元）", "97,700.00", "97700"), ("预算数", "2.5亿元", "250000000")],
)
def test_money_takes_its_unit_from_the_amount_or_its_label(label: str, printed: str, yuan: str) -> None:
    table = form(("项目名称", "车补"), (label, printed))
    assert table.budget is not None
    assert table.budget.yuan == Decimal(yuan)


def test_money_takes_its_unit_from_the_caption_where_nothing_nearer_names_one() -> None:
    table = form(("项目名称", "车补"), ("预算数", "97,700.00"), before=("项目绩效目标表", "单位：元"))
    assert table.budget is not None
    assert (table.budget.amount, table.budget.unit, table.budget.yuan) == (Decimal("97700.00"), "元", Decimal(97700))


def test_a_budget_that_is_not_printed_is_the_sum_of_its_sources_and_says_so() -> None:
    table = form(("项目名称", "车补"), ("财政拨款", "10.00"), ("其他资金", "2.50"))
    assert table.budget is not None
    assert (table.budget.amount, table.inferred) == (Decimal("12.50"), ("budget",))
    assert [(fund.source, fund.money.amount) for fund in table.funds] == [
        ("fiscalFunds", Decimal("10.00")),
        ("otherFunds", Decimal("2.50")),
    ]


def test_a_row_of_labels_heads_the_row_below() -> None:
    table = form(
        ("项目名称", "车补"),
        ("资金支出计划（%）", "3月底", "6月底", "10月底", "12月底"),
        ("", "25%", "50%", "", "100%"),
    )
    assert [(step.by, step.printed) for step in table.spending_plan] == [
        ("3月底", "25%"), ("6月底", "50%"), ("10月底", ""), ("12月底", "100%"),
    ]  # fmt: skip


def test_an_objective_cut_in_two_is_joined() -> None:
    table = form(("项目名称", "车补"), ("年度目标", "按月足额发放补贴，"), ("", "保障职工出行。"))
    assert table.objective == "按月足额发放补贴，保障职工出行。"


def test_two_values_of_one_role_are_both_kept() -> None:
    rows = (("项目名称", "车补"), ("项目概况", "按月发放补贴"), ("资金用途", "保障职工出行"), *GRID)
    record = json.dumps(as_json(extract(document(grid(*rows)))), ensure_ascii=False)
    assert "按月发放补贴" in record
    assert "保障职工出行" in record


def test_line_breaks_inside_a_cell_are_taken_out() -> None:
    assert form(("项目名称", "城乡居民\n医疗保险 项目")).name == "城乡居民医疗保险项目"


def test_a_line_before_the_table_names_the_department() -> None:
    table = form(("年度总体目标", "做好工作"), before=("部门整体绩效目标表", "部门名称：某县医疗保障局"))
    assert (table.scope, table.name) == ("department", "某县医疗保障局")


def test_a_form_without_any_value_is_furniture() -> None:
    text = "项目绩效目标表\n项目名称\t\n年度目标\t\n一级指标\t二级指标\t三级指标\t指标值\n产出指标\t数量指标\t\t\n"
    filled = "项目绩效目标表\n项目名称\t车补\n一级指标\t二级指标\t三级指标\t指标值\n产出指标\t数量指标\t人数\t39人\n"
    disclosure = from_text(text + "\n" + filled)
    assert [table.name for table in disclosure.target_tables] == ["车补"]
    assert disclosure.unplaced == ()


def test_several_forms_in_one_grid_are_several_tables() -> None:
    first = (("项目名称", "甲项目"), ("年度目标", "甲目标"), *GRID)
    second = (("项目名称", "乙项目"), ("年度目标", "乙目标"), *GRID)
    found = tables(grid(*first, *second))
    assert [(table.name, table.objective, len(table.indicators)) for table in found] == [
        ("甲项目", "甲目标", 1),
        ("乙项目", "乙目标", 1),
    ]


def test_words_above_every_label_are_listed_with_their_place() -> None:
    disclosure = extract(document(grid(("说不清的话", "另一句"), ("项目名称", "车补"), *GRID)))
    assert [(item.text, item.place.line, item.place.column) for item in disclosure.unplaced] == [
        ("说不清的话", 1, 1),
        ("另一句", 1, 2),
    ]


def test_cells_beyond_the_last_column_are_listed() -> None:
    row = ("产出指标", "质量指标", "准确率", "≥95%", "多余的一格")
    disclosure = extract(document(grid(("项目名称", "车补"), *GRID, row)))
    assert [item.text for item in disclosure.unplaced] == ["多余的一格"]


@pytest.mark.parametrize("exact", [False, True])
def test_an_unknown_label_and_its_value_are_not_added_to_the_value_before_them(exact: bool) -> None:
    head = (("项目名称", "车补"), ("没见过的栏目", "甲乙丙"), ("年度目标", "按月发放"), ("也没见过的", "丁戊己"))
    disclosure = extract(document(grid(*head, *GRID, exact=exact)))
    (table,) = disclosure.target_tables
    assert (table.name, table.objective) == ("车补", "按月发放")
    assert [item.text for item in disclosure.unplaced] == ["没见过的栏目", "甲乙丙", "也没见过的", "丁戊己"]
