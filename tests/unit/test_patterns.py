from decimal import Decimal

import pytest

from graph.iris import BASE, JX
from graph.patterns import identity
from graph.patterns.concepts import concepts
from graph.vocabulary import Vocabulary


@pytest.mark.parametrize(
    ("name", "level2", "kind", "concept", "reason"),
    [
        ("参保群众满意度", "served-satisfaction", "Ratio", "群众满意度", "label"),
        ("2026年居民参保人数", "quantity", "Person", "参保人数", "normalised"),
        ("医保网络系统正常运行率", "quality", "Ratio", "系统正常运行率", "ending"),
        ("信息系统正常运行比率", "quality", "Ratio", "系统正常运行率", "similar"),
        ("信息系统正常运行比率", "quantity", "Count", "信息系统正常运行比率", "own"),
        ("没有人写过的指标", "quality", "Ratio", "没有人写过的指标", "own"),
    ],
)
def test_a_name_leads_to_its_concept(
    words: Vocabulary, name: str, level2: str, kind: str, concept: str, reason: str
) -> None:
    match = concepts(words).match(name, JX + level2, JX + kind)
    assert (match.label, match.reason) == (concept, reason)
    assert match.concept == f"{BASE}id/concept/{concept}"


def test_another_quantity_lowers_the_confidence(words: Vocabulary) -> None:
    assert concepts(words).match("参保率", None, JX + "Ratio").confidence == 1
    assert concepts(words).match("参保率", None, JX + "Person").confidence == Decimal("0.6")


def series(*names: str, department: str = "x:d") -> list[str]:
    found = identity.series((f"x:{number}", name, department) for number, name in enumerate(names))
    return [t.object.value for t in found if t.predicate.value == JX + "inSeries"]


def test_a_project_is_one_over_the_years_and_over_a_slip_of_the_pen() -> None:
    assert len(set(series("2025年度医保智能监管平台建设服务费项目", "2026年度医保智能监管平台建设服务费用项目"))) == 1


def test_projects_that_differ_by_number_or_source_stay_apart() -> None:
    assert len(set(series("老旧小区供水管网改造工程一期项目", "老旧小区供水管网改造工程二期项目"))) == 2
    assert len(set(series("医疗救助（中央）", "医疗救助（省级）"))) == 2


def same(*departments: tuple[str, str]) -> int:
    found = identity.departments((f"x:{number}", name, region) for number, (name, region) in enumerate(departments))
    return sum(t.predicate.value == JX + "sameAs" for t in found)


def test_a_department_is_one_with_and_without_the_city_before_it() -> None:
    region = f"{BASE}id/region/511703"
    assert same(("达州市达川区医疗保障局", region), ("达川区医疗保障局", region)) == 1


def test_departments_of_three_districts_of_one_name_stay_apart() -> None:
    assert same(*(("新华区医疗保障局", f"{BASE}id/region/{code}") for code in ("130105", "410402", "130902"))) == 0
