from decimal import Decimal
from pathlib import Path

import pytest

from graph import resources
from graph.errors import VocabularyError
from graph.spelling import fold, squeeze, without_brackets
from graph.statements import JX
from graph.vocabulary import Vocabulary

PREFIXES = f"@prefix jx: <{JX}> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"


def made_up(folder: Path, turtle: str) -> Vocabulary:
    file = folder / "made-up.ttl"
    file.write_text(PREFIXES + turtle, encoding="utf-8")
    return Vocabulary([file])


def test_labels_are_compared_without_blanks_width_case_stars_and_colons() -> None:
    assert fold(" ★项 目\u200b名称（Ａ）：\n") == "项目名称(a)"
    assert squeeze("分 值\t（90分）") == "分值（90分）"
    assert without_brackets("分值权重(90分)") == "分值权重"


@pytest.mark.parametrize(
    ("printed", "place", "role"),
    [
        ("一级\n指标", "column", "level1"),
        ("权 重", "column", "weight"),
        ("分值权重（90分）", "column", "weight"),
        ("指标值（包括数字及文字描述）", "column", "value"),
        ("其中：财政拨款", "header", "fiscalFunds"),
        ("２、项目名称：", "header", "name"),
        ("2023年", "column", "reference"),
    ],
)
def test_a_heading_announces_its_role_however_it_is_printed(
    printed: str, place: str, role: str, words: Vocabulary
) -> None:
    assert words.heading(printed, place)[0] == role


def test_a_heading_counts_only_where_it_may_stand(words: Vocabulary) -> None:
    assert words.heading("一级指标", "header") == ()
    assert words.heading("虚构的栏目", "column") == ()
    assert words.heading("项目名称" * 20, "header") == ()


def test_a_heading_or_a_unit_is_added_by_editing_turtle_alone(tmp_path: Path) -> None:
    words = made_up(
        tmp_path,
        'jx:role-mood a jx:Role ; skos:notation "mood" ; jx:place "column" ;'
        ' skos:altLabel "心情指数" ; jx:pattern "第.季心情" .'
        'jx:unit-sack a jx:Unit ; skos:prefLabel "麻袋"@zh ; jx:multiplier 50.0 .'
        'jx:multiple-10k a jx:Multiple ; skos:prefLabel "万"@zh ; jx:multiplier 10000.0 .',
    )
    assert words.heading("心情 指数", "column") == words.heading("第一季心情", "column") == ("mood",)
    sack = words.unit("万麻袋")
    assert sack is not None
    assert sack.multiplier == 500_000


@pytest.mark.parametrize(
    ("printed", "level", "label"),
    [
        ("产出", 1, "产出指标"),
        ("社会效益 指标", 2, "社会效益指标"),
        ("数量指标(10分)", 2, "数量指标"),
        ("进度指标", 2, "时效指标"),
        ("可持续性影响", 2, "可持续影响指标"),
        ("成本指标20", 1, "成本指标"),
        ("成本指标", 2, "成本指标"),
        ("服务对象满意度", 2, "服务对象满意度指标"),
    ],
)
def test_a_class_is_known_by_any_of_its_spellings(printed: str, level: int, label: str, words: Vocabulary) -> None:
    found = words.indicator_class(printed, level)
    assert found is not None
    assert found.label == label


@pytest.mark.parametrize("printed", ["", "指标", "数量充足率", "产出指标" * 20])
def test_other_words_are_no_class(printed: str, words: Vocabulary) -> None:
    assert words.indicator_class(printed, 1) is words.indicator_class(printed, 2) is None


@pytest.mark.parametrize(
    ("printed", "kind", "factor"),
    [
        ("%", "比率", "0.01"),
        ("百分比", "比率", "0.01"),
        ("万人", "人数", "10000"),
        ("亿件", "件数", "100000000"),
        ("千元", "金额", "1000"),
        ("㎡", "面积", "1"),
        ("元/人", "金额/人", "1"),
        ("万元/户", "金额/户", "10000"),
        ("工作日", "工作日数", None),
    ],
)
def test_a_unit_has_a_kind_of_quantity_and_an_exact_factor(
    printed: str, kind: str, factor: str | None, words: Vocabulary
) -> None:
    unit = words.unit(printed)
    assert unit is not None
    assert (unit.quantity_kind, unit.multiplier) == (kind, None if factor is None else Decimal(factor))


def test_an_unknown_unit_is_none(words: Vocabulary) -> None:
    assert words.unit("虚构") is words.unit("") is words.unit("元/虚构") is None


@pytest.mark.parametrize("kind", ["level1", "level2", "comparator", "direction", "grade", "basisKind", "form", "unit"])
def test_every_concept_comes_back_from_its_label(kind: str, words: Vocabulary) -> None:
    labels = list(words._concepts(kind))
    assert [words.label(words.concept(kind, label) or "") for label in labels] == labels


def test_page_numbers_notes_and_fillers_carry_nothing(words: Vocabulary) -> None:
    assert all(map(words.is_furniture, ["第3页", "- 12 -", "注：空表", "年度绩效指标"]))
    assert all(map(words.is_filler, ["……", "/", "指标2："]))
    assert not any(words.is_furniture(text) or words.is_filler(text) for text in ["参保率", "5.5", "95%"])


def test_broken_turtle_is_reported_with_its_file(tmp_path: Path) -> None:
    with pytest.raises(VocabularyError, match=r"made-up\.ttl"):
        made_up(tmp_path, "jx:role a")


def test_a_broken_regular_expression_is_reported_with_its_term(tmp_path: Path) -> None:
    words = made_up(tmp_path, 'jx:oops a jx:Furniture ; jx:pattern "(" .')
    with pytest.raises(VocabularyError, match="oops"):
        words.is_furniture("x")


def test_all_regular_expressions_of_the_project_compile(words: Vocabulary) -> None:
    files = sorted(resources.folder("ontology").glob("*.ttl"))
    kinds = {kind.removeprefix(JX) for kind in Vocabulary(files)._instances if kind.startswith(JX)}
    assert sum(len(words.patterns(kind)) for kind in kinds) > 40
