from graph.extraction.levels import Evidence, classify
from graph.extraction.targets import parse_target
from graph.vocabulary import Vocabulary
from tests.documents import grid, tables

HEADINGS = ("一级指标", "二级指标", "三级指标", "指标值")


def levels(*texts: tuple[str, str, str, str], exact: bool = False) -> list[tuple[str | None, str | None]]:
    (table,) = tables(grid(("项目名称", "车补"), HEADINGS, *texts, exact=exact))
    return [(item.level1, item.level2) for item in table.indicators]


def test_a_class_printed_once_holds_for_the_rows_below() -> None:
    assert levels(
        ("产出指标", "数量指标", "参训人数", "30人"),
        ("", "", "培训场次", "3场"),
        ("", "质量指标", "合格率", "90%"),
        ("效益指标", "社会效益指标", "知晓率", "90%"),
    ) == [
        ("产出指标", "数量指标"),
        ("产出指标", "数量指标"),
        ("产出指标", "质量指标"),
        ("效益指标", "社会效益指标"),
    ]


def test_a_centred_class_holds_for_the_rows_above_it_too() -> None:
    assert (
        levels(
            ("", "", "参训人数", "30人"),
            ("产出指标", "数量指标", "培训场次", "3场"),
            ("", "", "完成时间", "12月底前"),
            ("", "时效指标", "及时率", "100%"),
        )
        == [("产出指标", "数量指标")] * 2 + [("产出指标", "时效指标")] * 2
    )


def test_a_label_on_the_last_row_of_its_block_is_met_by_the_targets() -> None:
    assert (
        levels(
            ("产出指标", "数量指标", "参训人数", "30人"),
            ("", "", "经费总额", "≤20万元"),
            ("", "", "人均经费", "≤500元"),
            ("成本指标", "经济成本指标", "场租", "≤2万元"),
        )
        == [("产出指标", "数量指标")] + [("成本指标", "经济成本指标")] * 3
    )


def test_in_an_exact_grid_a_label_never_reaches_upwards() -> None:
    assert levels(
        ("产出指标", "数量指标", "参训人数", "30人"),
        ("", "", "经费总额", "≤20万元"),
        ("成本指标", "经济成本指标", "场租", "≤2万元"),
        exact=True,
    ) == [("产出指标", "数量指标")] * 2 + [("成本指标", "经济成本指标")]


def test_the_second_level_decides_the_first() -> None:
    assert levels(
        ("产出指标", "数量指标", "参训人数", "30人"),
        ("", "社会效益指标", "知晓率", "90%"),
    ) == [("产出指标", "数量指标"), ("效益指标", "社会效益指标")]


def test_a_first_level_that_was_derived_says_so() -> None:
    (table,) = tables(grid(("项目名称", "车补"), HEADINGS, ("", "社会效益指标", "知晓率", "90%")))
    assert (table.indicators[0].level1, table.indicators[0].inferred) == ("效益指标", ("level1",))


def test_cost_under_output_stays_there_and_cost_of_its_own_too() -> None:
    assert levels(
        ("产出指标", "数量指标", "参训人数", "30人"),
        ("", "成本指标", "经费总额", "≤20万元"),
    ) == [("产出指标", "数量指标"), ("产出指标", "成本指标")]
    assert levels(("成本指标", "经济成本指标", "经费总额", "≤20万元")) == [("成本指标", "经济成本指标")]


def test_a_class_of_both_levels_may_be_printed_in_both_columns() -> None:
    # One and the same word in both cells, as a workbook with shared strings gives it.
    same = "满意度指标"
    assert levels(
        ("产出指标", "数量指标", "参训人数", "30人"),
        (same, same, "群众满意度", "≥95%"),
    ) == [("产出指标", "数量指标"), ("满意度指标", "服务对象满意度指标")]


def test_rows_without_any_class_have_none(words: Vocabulary) -> None:
    rows = [Evidence(None, None, "参训人数", parse_target("30人", words))]
    (found,) = classify(rows, words, centred=True)
    assert (found.level1, found.level2, found.mark1, found.mark2) == (None, None, None, None)
