"""The questions of every kind of reader, with the answers that the samples are known to give.

Questions over several years are asked of a sample and of the same disclosure made up for the year after.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from pyoxigraph import NamedNode

from graph import iris, resources
from graph.ingest import ingest, read_and_judge, triples_of
from graph.model import Disclosure, Indicator
from graph.patterns import derive, link
from graph.queries import library, run
from graph.store import Store, open_store

SAMPLES = resources.folder("data/samples")
NAMES = {
    "indicators-of-project", "indicators-across-departments", "indicators-citing-basis",
    "targets-relaxed-since-last-year", "satisfaction-weights", "template-for", "cost-above-budget", "weight-totals",
    "deadlines-outside-year", "projects-missing-class", "qualitative-share", "frequent-indicators", "vague-bases",
    "overall-against-projects", "subsidy-per-insured", "target-outliers", "indicators-copied", "impact-of-repeal",
    "transfers-and-promises", "spending-plans", "satisfaction-extremes", "name-unit-mismatch", "projects-like",
    "compare-regions", "spellings-of-indicator", "provenance-of", "goal-figures-covered", "class-weights-against-101",
}  # fmt: skip
Row = dict[str, str]
Ask = Callable[..., list[Row]]


@pytest.fixture(scope="module")
def samples() -> Iterator[Store]:
    store = open_store(None)
    list(ingest(sorted(SAMPLES.glob("*.txt")), store))
    yield store
    store.close()


@pytest.fixture
def ask(samples: Store) -> Ask:
    def rows(name: str, **values: object) -> list[Row]:
        return run(samples, name, **values).rows

    return rows


def of(rows: list[Row], *names: str) -> list[tuple[str, ...]]:
    return [tuple(row.get(name, "") for name in names) for row in rows]


def test_the_library_holds_every_question() -> None:
    assert set(library()) >= NAMES


# Q1
def test_medical_assistance_of_other_districts(ask: Ask) -> None:
    rows = ask("indicators-across-departments", project="医疗救助")
    assert {row["department_name"] for row in rows} == {"达州市达川区医疗保障局", "馆陶县医疗保障局"}


# Q1: in 新华 the same item of the budget bears another name, 资助金, which only its function tells.
def test_medical_assistance_by_its_function_is_one_project_in_each_of_three_departments(ask: Ask) -> None:
    rows = ask("indicators-across-departments", function="2101301")
    assert Counter(of(rows, "department_name", "project_name")) == {
        ("达州市达川区医疗保障局", "2026年城乡医疗救助项目"): 6,
        ("馆陶县医疗保障局", "城乡医疗救助（市级统筹后县级负担部分）"): 7,
        ("新华区医疗保障局", "城乡居民医疗资助金"): 6,
    }
    assert {("资助参保人数", "≥12000人"), ("资助人次", "≥1283人次")} <= set(of(rows, "level3", "target"))


# Q2
def test_eight_indicators_cite_a_document_all_in_one_county(ask: Ask) -> None:
    rows = ask("indicators-citing-basis", basis="邯医保发〔2025〕19号")
    assert [row["department_name"] for row in rows] == ["馆陶县医疗保障局"] * 8


# Q4
def test_satisfaction_weighs_five_in_two_tables(ask: Ask) -> None:
    rows = ask("satisfaction-weights")
    assert of(rows, "total")[:2] == [("5",), ("5",)]
    assert {row["project_name"] for row in rows[:2]} == {
        "60年代精减职工生活补助发放工作经费",
        "长期护理保险试点业务经办费",
    }
    # 10 is usual; a table that lacks a weight elsewhere (Q7) prints 9.
    assert of(rows[2:3], "total", "project_name") == [("9", "医保基金监督检查工作经费")]
    assert {row["total"] for row in rows[3:]} == {"10"}


# Q5
def test_the_template_of_network_maintenance_comes_from_two_counties(ask: Ask) -> None:
    first, *others = ask("template-for", project="网络")
    assert (first["standard_name"], first["projects"]) == ("群众满意度", "2")
    assert set(first["used_by"].split("；")) == {"2026年度医保网络维护费项目", "其他类项目-金保网络运行维护"}
    assert {"系统正常运行率", "系统故障率", "故障修复及时率", "预算控制数"} <= {row["standard_name"] for row in others}


# Q6
def test_three_projects_cost_more_than_their_budget(ask: Ask) -> None:
    assert sorted(of(ask("cost-above-budget"), "cost_yuan", "budget_yuan", "department_name")) == [
        ("100000", "50000", "馆陶县医疗保障局"),
        ("162700", "160900", "馆陶县医疗保障局"),
        ("285000", "140000", "馆陶县医疗保障局"),
    ]


# Q7
def test_weights_total_80_and_85(ask: Ask) -> None:
    rows = ask("weight-totals")
    complete = [row for row in rows if row["weighted"] == row["indicators"]]
    assert sorted(of(complete, "total", "project_name")) == [
        ("80", "2026年城乡医疗救助项目"),
        ("85", "医疗保险业务经办专项经费"),
    ]
    # Tables with blanks: what was worked out for a blank does not count as printed.
    blank = of([row for row in rows if row not in complete], "total", "weighted", "inferred", "indicators")
    assert sorted(blank) == [
        ("60", "4", "0", "6"),
        ("75", "5", "1", "6"),
        ("81", "9", "1", "10"),
        ("85", "9", "1", "10"),
    ]


# Q8
def test_one_deadline_is_outside_its_year(ask: Ask) -> None:
    assert of(ask("deadlines-outside-year"), "target", "department_name") == [("2029年9月", "汉中市医疗保障局")]


# Q9
def test_two_projects_lack_quality(ask: Ask) -> None:
    (guantao, tongchuan) = ask("projects-missing-class")
    assert of([tongchuan], "department_name", "project_name") == [
        ("达州市通川区医疗保障事务中心", "其他类项目-金保网络运行维护")
    ]
    assert guantao["department_name"] == "馆陶县医疗保障局" and guantao["project_name"].startswith(
        "冀财社【2025】121号"
    )


# Q10
def test_the_share_of_qualitative_indicators_is_that_of_the_counted_ones(ask: Ask) -> None:
    rows = ask("qualitative-share")
    assert len(rows) == 5
    for row in rows:
        share = Decimal(row["qualitative"]) * 100 / Decimal(row["indicators"])
        assert abs(share - Decimal(row["percent"])) <= Decimal("0.05")


# Q11
def test_satisfaction_is_the_one_indicator_of_all_five(ask: Ask) -> None:
    first, second, *_ = ask("frequent-indicators")
    assert (first["standard_name"], first["departments"]) == ("群众满意度", "5")
    assert int(second["departments"]) < 5


# Q12
def test_most_rows_of_one_district_have_a_vague_basis(ask: Ask) -> None:
    rows = ask("vague-bases")
    assert {row["department_name"] for row in rows} == {"新华区医疗保障局"}
    (count,) = [row["indicators"] for row in ask("qualitative-share") if row["department_name"] == "新华区医疗保障局"]
    assert (len(rows), count) == (18, "30")
    assert {"上级文件", "工作要求", "历史经验", "参照上年", "工作计划"} <= {row["words"] for row in rows}


# Q13
def test_overall_and_projects_disagree_on_three_figures(ask: Ask) -> None:
    rows = of(ask("overall-against-projects"), "department_name", "overall_target", "target")
    assert sorted(rows) == [
        ("达州市达川区医疗保障局", "100%", "= 0 %"),
        ("达州市通川区医疗保障事务中心", r"\geq 410000 人", "≥ 366000 人"),
        ("馆陶县医疗保障局", "90%以上", "≥95%"),
    ]


# Q14
def test_the_subsidy_of_an_insured_person(ask: Ask) -> None:
    found = dict(of(ask("subsidy-per-insured"), "department_name", "yuan_per_person"))
    assert found == {"达州市达川区医疗保障局": "54.1", "新华区医疗保障局": "142.4", "馆陶县医疗保障局": "156.8"}


# Q15
def test_the_enrolment_rate_is_95_but_for_one_county(ask: Ask) -> None:
    everything = ask("target-outliers", indicator="参保率", deviations=0)
    assert sorted(of(everything, "value", "department_name")) == [
        ("0.9", "馆陶县医疗保障局"),
        ("0.95", "达州市达川区医疗保障局"),
        ("0.95", "达州市达川区医疗保障局"),
        ("0.95", "馆陶县医疗保障局"),
    ]
    assert of(ask("target-outliers", indicator="居民参保率"), "value", "department_name") == [
        ("0.9", "馆陶县医疗保障局")
    ]


# Q17
def test_a_repeal_takes_four_indicators_their_only_basis(ask: Ask) -> None:
    rows = ask("impact-of-repeal", basis="馆办字〔2003〕76号")
    assert of(rows, "indicators", "sole", "department_name") == [("4", "4", "馆陶县医疗保障局")]


# Q18
def test_a_transfer_goes_to_one_project(ask: Ask) -> None:
    rows = ask("transfers-and-promises", basis="冀财社〔2025〕121号")
    assert len(rows) == 7
    assert {row["budget_yuan"] for row in rows} == {"14000"}
    assert {row["department_name"] for row in ask("transfers-and-promises")} == {"馆陶县医疗保障局", "新华区医疗保障局"}


# Q19
def test_plans_print_amounts_as_shares(ask: Ask) -> None:
    steps = [row for row in ask("spending-plans") if row["department_name"] == "新华区医疗保障局"]
    subsidy = [row["by"] for row in steps if row["budget_yuan"] == "28470000"]
    assert "12月底" not in subsidy
    # Headed with %, but amounts in 万元: one has spent 2135.25 of 2847 by October, the other ends at 100.00 of 130.00.
    printed = [row["printed"] for row in steps if row["budget_yuan"] == "28470000"]
    assert printed == ["711.75", "1423.50", "2135.25"]
    assert {row["heading"] for row in steps} == {"资金支出计划（%）"}
    (last,) = [r["printed"] for r in steps if r["budget_yuan"] == "1300000" and r["by"] == "12月底"]
    assert last == "100.00"


# Q20
def test_satisfaction_from_80_to_99(ask: Ask) -> None:
    assert of(ask("satisfaction-extremes"), "percent", "department_name") == [
        ("99", "新华区医疗保障局"),
        ("99", "新华区医疗保障局"),
        ("80", "达州市达川区医疗保障局"),
    ]


# Q21
def test_visits_are_given_in_percent(ask: Ask) -> None:
    rows = of(ask("name-unit-mismatch"), "level3", "target", "expected", "department_name")
    assert rows == [("资助人次", "100百分比", "人次", "新华区医疗保障局")]


# Q22
def test_projects_against_fraud(ask: Ask) -> None:
    rows = ask("projects-like", words="骗保|基金监督")
    assert {row["project_name"] for row in rows} == {"打击欺诈骗保奖励基金", "医保基金监督检查工作经费"}
    assert {row["department_name"] for row in rows} == {"汉中市医疗保障局"}
    assert {row["level1"] for row in rows} == {"产出指标", "效益指标"}
    assert not any("actual" in row for row in rows)


# Q23
def test_only_hebei_prints_bases_and_it_prints_no_weights(ask: Ask) -> None:
    rows = {row["province"]: row for row in ask("compare-regions")}
    assert set(rows) == {"四川省", "河北省", "陕西省"}
    assert (rows["河北省"]["weighted"], rows["河北省"]["based"]) == ("0", "100")
    assert all(rows[name]["based"] == "0" and Decimal(rows[name]["weighted"]) > 60 for name in ("四川省", "陕西省"))


# Q24
def test_spellings_of_satisfaction(ask: Ask) -> None:
    rows = ask("spellings-of-indicator", indicator="服务对象满意度")
    assert {row["standard_name"] for row in rows} == {"群众满意度"}
    assert {"群众满意度", "参保群众满意度", "参保对象满意度", "服务对象满意度"} <= {row["spelling"] for row in rows}
    assert all(row["reason"] == "label" and row["confidence"] == "1" for row in rows)


# Q25
def test_every_row_has_its_place_and_words(ask: Ask, samples: Store) -> None:
    for row in run(samples, "indicators-across-departments", limit=40).rows:
        assert {"level3"} <= {found["field"] for found in ask("provenance-of", indicator=row["row"])}


# Q26
def test_figures_of_an_objective_are_in_its_table(ask: Ask) -> None:
    rows = [r for r in ask("goal-figures-covered") if r["project_name"] == "2026年城乡居民基本医疗保险项目"]
    assert of(rows, "figure", "covered") == [("稳定在95%以上", "true"), ("达85%以上", "true")]


# Q27
def test_class_weights_against_the_scheme(ask: Ask) -> None:
    rows = ask("class-weights-against-101")
    dachuan = [row["fits"] for row in rows if "达川" in row["department_name"] and row["cost"] != "0"]
    hanzhong = [row["project_name"] for row in rows if "汉中" in row["department_name"] and row["fits"] == "true"]
    assert dachuan == ["true"] * 6
    assert hanzhong == ["医保管理工作经费"]
    assert len([row for row in rows if "汉中" in row["department_name"]]) == 5


# -- several years ----------------------------------------------------------------------------------------------------


def next_year(disclosure: Disclosure) -> Disclosure:
    """The disclosure made up for the year after: one target lowered, one ceiling raised, the rest copied."""

    def row(indicator: Indicator) -> Indicator:
        target = indicator.target
        if indicator.level3 == "城乡居民医保参保率":
            target = replace(target, text="≥ 90 %", value="90", lower=Decimal("0.9"))
        if indicator.level3 == "网络故障率":
            target = replace(target, text="≤ 8 %", value="8", upper=Decimal("0.08"))
        if indicator.level3 == "购置设备合格率":
            return replace(indicator, level3="设备验收合格率")
        return replace(indicator, target=target)

    tables = tuple(
        replace(table, name=table.name.replace("2026", "2027"), indicators=tuple(map(row, table.indicators)))
        for table in disclosure.target_tables
    )
    return replace(
        disclosure, fiscal_year=2027, target_tables=tables, source=replace(disclosure.source, sha256="b" * 64)
    )


@pytest.fixture(scope="module")
def years() -> Iterator[Store]:
    store = open_store(None)
    list(ingest([SAMPLES / "dachuan-2026.txt"], store))
    disclosure = read_and_judge(SAMPLES / "dachuan-2026.txt")[0].disclosure
    assert disclosure is not None
    made_up = next_year(disclosure)
    name, triples = NamedNode(iris.disclosure(made_up.source.sha256)), triples_of(made_up)
    store.replace({name: triples, NamedNode(iris.derived(name.value)): derive(triples)})
    link(store)
    yield store
    store.close()


# Q3
def test_targets_that_were_relaxed(years: Store) -> None:
    rows = run(years, "targets-relaxed-since-last-year").rows
    assert of(rows, "level3", "target_before", "target", "fiscal_year") == [
        ("城乡居民医保参保率", "≥ 95 %", "≥ 90 %", "2027"),
        ("网络故障率", "≤ 5 %", "≤ 8 %", "2027"),
    ]


# Q16
def test_indicators_that_were_copied(years: Store) -> None:
    copied = {row["level3"] for row in run(years, "indicators-copied").rows}
    assert "网络维护及时率" in copied
    assert not copied & {"城乡居民医保参保率", "网络故障率", "购置设备合格率", "设备验收合格率"}


# -- beside the twenty questions ------------------------------------------------------------------------------------


def test_all_indicators_of_a_department_by_table(ask: Ask) -> None:
    rows = ask("indicators-of-department", department="511703/达州市达川区医疗保障局")
    assert len(rows) == 111
    assert of(rows[:1], "fiscal_year", "project_name")[0][0] == "2026"
    assert len({row["project_name"] for row in rows}) == 13
    assert ask("indicators-of-department", department="511703/达州市达川区医疗保障局", year=2025) == []


def test_the_most_used_indicator_is_satisfaction(ask: Ask) -> None:
    rows = ask("most-used-indicators")
    assert len(rows) == 50
    assert of(rows[:1], "standard_name", "departments") == [("群众满意度", "5")]


def test_values_of_an_indicator_under_any_of_its_names(ask: Ask) -> None:
    rows = ask("values-of-indicator", indicator="参保率")
    assert {row["department_name"] for row in rows} >= {"馆陶县医疗保障局"}
    assert all(row["target"] for row in rows)
    assert ask("values-of-indicator", indicator=f"{iris.BASE}id/concept/参保率") == rows
    assert ask("values-of-indicator", indicator="没有这个指标") == []


def test_indicators_that_go_together_in_projects_of_one_function(ask: Ask) -> None:
    rows = ask("co-occurring-indicators", function="2101502")
    assert len(rows) == 100
    counts = [int(row["tables"]) for row in rows]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > 1
    assert all(row["one_name"] and row["one_name"] != row["other_name"] for row in rows)
    assert ask("co-occurring-indicators", function="0000000") == []
