from collections.abc import Sequence

from graph.model import TargetTable
from tests.documents import grid, tables

HEADINGS = (
    "单位名称",
    "项目名称",
    "预算数",
    "年度目标",
    "一级指标",
    "二级指标",
    "三级指标",
    "指标性质",
    "指标值",
    "度量单位",
    "权重",
)
NONE = ("", "", "", "")
GOAL = "按时足额发放补贴，保障工作正常开展。"


def row(name: Sequence[str], level2: str, level3: str, weight: str) -> tuple[str, ...]:
    level1 = {"数量指标": "产出指标", "质量指标": "产出指标", "社会效益指标": "效益指标"}[level2]
    return (*name, level1, level2, level3, "≥", "10", "人", weight)


def project(name: str, budget: str) -> tuple[str, str, str, str]:
    return "", name, budget, GOAL


def read(*rows: Sequence[str]) -> tuple[TargetTable, ...]:
    return tables("部门预算项目绩效目标表（2026年度）", "金额单位：万元", grid(HEADINGS, *rows))


def found(*rows: Sequence[str]) -> list[tuple[str, str, int]]:
    return [(t.name, str(t.budget.amount) if t.budget else "", len(t.indicators)) for t in read(*rows)]


def test_a_name_begins_a_project() -> None:
    assert found(
        row(project("甲项目", "10.00"), "数量指标", "人数", "50"),
        row(NONE, "质量指标", "准确率", "20"),
        row(NONE, "社会效益指标", "知晓率", "20"),
        row(project("乙项目", "20.00"), "数量指标", "场次", "60"),
        row(NONE, "社会效益指标", "知晓率", "30"),
    ) == [("甲项目", "10.00", 3), ("乙项目", "20.00", 2)]


def test_a_name_in_the_middle_of_its_rows_takes_those_above_by_the_sum_of_the_weights() -> None:
    assert found(
        row(NONE, "数量指标", "人数", "50"),
        row(project("甲项目", "10.00"), "质量指标", "准确率", "20"),
        row(NONE, "社会效益指标", "知晓率", "20"),
        row(NONE, "数量指标", "场次", "60"),
        row(project("乙项目", "20.00"), "社会效益指标", "知晓率", "30"),
    ) == [("甲项目", "10.00", 3), ("乙项目", "20.00", 2)]


def test_weights_that_total_a_hundred_serve_as_well() -> None:
    assert found(
        row(NONE, "数量指标", "人数", "60"),
        row(project("甲项目", "10.00"), "社会效益指标", "知晓率", "40"),
        row(NONE, "数量指标", "场次", "70"),
        row(project("乙项目", "20.00"), "社会效益指标", "知晓率", "30"),
    ) == [("甲项目", "10.00", 2), ("乙项目", "20.00", 2)]


def test_two_projects_of_one_name_stay_apart() -> None:
    assert found(
        row(project("车补", "9.77"), "数量指标", "人数", "90"),
        row(project("车补", "25.43"), "数量指标", "人数", "90"),
    ) == [("车补", "9.77", 1), ("车补", "25.43", 1)]


def test_the_unit_above_the_projects_holds_for_all_of_them() -> None:
    units = [
        table.budget_unit
        for table in read(
            ("136-某县医疗保障局", "", "30.00"),
            row(project("甲项目", "10.00"), "数量指标", "人数", "90"),
            row(project("乙项目", "20.00"), "数量指标", "场次", "90"),
        )
    ]
    assert [(unit.code, unit.name) for unit in units if unit] == [("136", "某县医疗保障局")] * 2


def test_a_table_goes_on_in_the_next_grid() -> None:
    (table,) = tables(
        "部门预算项目绩效目标表（2026年度）",
        grid(HEADINGS, row(project("甲项目", "10.00"), "数量指标", "人数", "50")),
        "第2页",
        grid(HEADINGS, row(NONE, "社会效益指标", "知晓率", "40")),
    )
    assert [item.level3 for item in table.indicators] == ["人数", "知晓率"]


def test_one_blank_weight_is_what_the_others_leave_and_says_so() -> None:
    (table,) = read(
        row(project("甲项目", "10.00"), "数量指标", "人数", "50"),
        row(NONE, "质量指标", "准确率", "20"),
        row(NONE, "社会效益指标", "知晓率", ""),
    )
    assert [str(item.weight) for item in table.indicators] == ["50", "20", "20"]
    assert [item.inferred for item in table.indicators] == [(), (), ("weight",)]
