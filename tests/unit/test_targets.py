from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.extraction.targets import decimal, join_target, parse_target
from graph.model import Target
from graph.vocabulary import Vocabulary, vocabulary

YEAR = 2026

# What is printed in one cell → comparator, value, unit, lower bound, upper bound, both in the base unit.
NUMBERS = [
    ("90%以上", ">=", "90", "%", "0.9", None),
    ("大于92%", ">", "92", "%", "0.92", None),
    ("45天", None, "45", "天", "3888000", "3888000"),
    ("2.4万", None, "2.4", "万", "24000", "24000"),
    ("≥1万页", ">=", "1", "万页", "10000", None),
    ("<50%", "<", "50", "%", None, "0.5"),
    ("<47人", "<", "47", "人", None, "47"),
    (r"\geq 410000 人", ">=", "410000", "人", "410000", None),
    (r"\leq 20万元", "<=", "20", "万元", None, "200000"),
    ("≥0.5天", ">=", "0.5", "天", "43200", None),
    ("100百分比", None, "100", "百分比", "1", "1"),
    ("≥99百分比", ">=", "99", "百分比", "0.99", None),
    ("28.5万元", None, "28.5", "万元", "285000", "285000"),
    ("≥1283人次", ">=", "1283", "人次", "1283", None),
    ("=100%", "=", "100", "%", "1", "1"),
    ("＝100％", "=", "100", "%", "1", "1"),
    ("≤12月", "<=", "12", "月", None, "31557600"),
    ("0%", None, "0", "%", "0", "0"),
    ("≥39人", ">=", "39", "人", "39", None),
    ("不超过20.02万元", "<=", "20.02", "万元", None, "200200"),
    ("不低于95%", ">=", "95", "%", "0.95", None),
    ("控制在3%以内", "<=", "3", "%", None, "0.03"),
    ("至少3次", ">=", "3", "次", "3", None),
    ("30以上人", ">=", "30", "人", "30", None),
    ("≥10000份/年", ">=", "10000", "份/年", "10000", None),
    ("10个工作日", None, "10", "个工作日", "10", "10"),
    ("≥58万人", ">=", "58", "万人", "580000", None),
    ("14. 00%", None, "14.00", "%", "0.14", "0.14"),
    ("4,782.32万元", None, "4782.32", "万元", "47823200", "47823200"),
    ("12345678901.23元", None, "12345678901.23", "元", "12345678901.23", "12345678901.23"),
    ("≥-5%", ">=", "-5", "%", "-0.05", None),
    ("3~5天", None, "3-5", "天", "259200", "432000"),
    ("80%-90%", None, "80-90", "%", "0.8", "0.9"),
    ("100", None, "100", None, "100", "100"),
]

DEADLINES = [
    ("2026年底", date(2026, 12, 31)),
    ("年底前", date(2026, 12, 31)),
    ("2026年6月底前", date(2026, 6, 30)),
    ("12月底前", date(2026, 12, 31)),
    ("不晚于12月底", date(2026, 12, 31)),
    ("2026年10月", date(2026, 10, 31)),
    ("2029年9月", date(2029, 9, 30)),
    ("2028年2月", date(2028, 2, 29)),
    ("2026年1-12月", date(2026, 12, 31)),
    ("11月30日前", date(2026, 11, 30)),
    ("第三季度", date(2026, 9, 30)),
    ("上半年", date(2026, 6, 30)),
    ("下半年", date(2026, 12, 31)),
]

FREQUENCIES = [("半年/次", 2), ("每月", 12), ("按月发放", 12), ("每季度一次", 4), ("每年2次", 2)]

# Comparator, value and unit in cells of their own → comparator, value, unit, lower bound, upper bound.
JOINED = [
    (("≤", "200200", "元"), ("<=", "200200", "元", None, "200200")),
    (("≥", "58", "万人"), (">=", "58", "万人", "580000", None)),
    (("≥", "10000", "份/年"), (">=", "10000", "份/年", "10000", None)),
    (("≥", "1,283", "人次"), (">=", "1283", "人次", "1283", None)),
    (("=", "100", "%"), ("=", "100", "%", "1", "1")),
    (("大于等于", "95", "百分比"), (">=", "95", "百分比", "0.95", None)),
    (("", "90%以上", ""), (">=", "90", "%", "0.9", None)),
    (("", "100", "%"), (None, "100", "%", "1", "1")),
    (("≥", "95%", ""), (">=", "95", "%", "0.95", None)),
    (("<", "5", "‰"), ("<", "5", "‰", None, "0.005")),
    (("定性", "优", ""), ("qualitative", "优", None, None, None)),
    (("定性", "优良差", "其他"), ("qualitative", "优良差", "其他", None, None)),
    (("定性", "100", "%"), ("qualitative", "100", "%", None, None)),
    (("≥", "", "%"), (">=", None, "%", None, None)),
]


def bound(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


@pytest.mark.parametrize(("raw", "comparator", "value", "unit", "lower", "upper"), NUMBERS)
def test_a_printed_target_is_a_comparator_a_number_a_unit_and_bounds(
    raw: str, comparator: str, value: str, unit: str, lower: str | None, upper: str | None, words: Vocabulary
) -> None:
    target = parse_target(raw, words, YEAR)
    assert (target.text, target.comparator, target.value, target.unit) == (raw, comparator, value, unit)
    assert (target.lower, target.upper) == (bound(lower), bound(upper))


@pytest.mark.parametrize(("raw", "day"), DEADLINES)
def test_a_date_is_the_last_day_that_it_allows(raw: str, day: date, words: Vocabulary) -> None:
    target = parse_target(raw, words, YEAR)
    assert (target.comparator, target.value, target.deadline) == ("by", raw, day)


def test_a_date_without_a_year_stays_undated_where_the_table_names_none(words: Vocabulary) -> None:
    target = parse_target("12月底前", words, None)
    assert (target.comparator, target.deadline) == ("by", None)


@pytest.mark.parametrize(("raw", "times"), FREQUENCIES)
def test_a_frequency_is_counted_by_the_year(raw: str, times: int, words: Vocabulary) -> None:
    target = parse_target(raw, words, YEAR)
    assert (target.comparator, target.frequency) == ("qualitative", times)


@pytest.mark.parametrize(("raw", "grade"), [("优", "优"), ("健全", "健全"), ("及时性", "及时"), ("应保尽保", "全覆盖")])
def test_a_grade_is_known_by_its_word(raw: str, grade: str, words: Vocabulary) -> None:
    target = parse_target(raw, words)
    assert (target.comparator, target.value, target.grade) == ("qualitative", raw, grade)


@pytest.mark.parametrize("raw", ["4%左右", "1/2", "不适用", "1.2.3"])
def test_words_that_are_no_number_are_kept_as_words(raw: str, words: Vocabulary) -> None:
    assert parse_target(raw, words) == Target(raw, "qualitative", raw)


@pytest.mark.parametrize(("cells", "expected"), JOINED)
def test_a_target_in_three_cells_is_put_together(
    cells: tuple[str, str, str], expected: tuple[str | None, ...], words: Vocabulary
) -> None:
    target = join_target(*cells, words, YEAR)
    comparator, value, unit, lower, upper = expected
    assert (target.comparator, target.value, target.unit) == (comparator, value, unit)
    assert (target.lower, target.upper) == (bound(lower), bound(upper))


@pytest.mark.parametrize(
    ("raw", "lower_inclusive", "upper_inclusive"),
    [
        ("90%以上", True, None),
        ("3%以下", None, True),
        ("大于92%", False, None),
        ("超过100人", False, None),
        ("不满3年", None, False),
        ("=5次", True, True),
    ],
)
def test_over_and_under_include_the_number_and_more_and_less_than_do_not(
    raw: str, lower_inclusive: bool | None, upper_inclusive: bool | None, words: Vocabulary
) -> None:
    target = parse_target(raw, words)
    assert (target.lower_inclusive, target.upper_inclusive) == (lower_inclusive, upper_inclusive)


def test_an_empty_cell_is_an_empty_target(words: Vocabulary) -> None:
    assert parse_target(" ", words) == Target()


def test_thousands_are_separated_by_commas_and_a_long_row_of_digits_is_a_code() -> None:
    assert decimal("1,234.5") == Decimal("1234.5")
    assert decimal("9" * 21) is None
    assert decimal("12a") is None


printed = st.text(
    "≥≤=<>大于不低以上内下0123456789.,，%％‰万亿千元人次天月年季度半底前第-~至每/一二三优良差 （）\\geq定性",
    max_size=20,
)


@given(printed, printed, printed)
def test_any_words_make_a_target_whose_bounds_do_not_cross(sign: str, value: str, unit: str) -> None:
    for target in (parse_target(value, vocabulary(), YEAR), join_target(sign, value, unit, vocabulary(), YEAR)):
        if target.lower is not None and target.upper is not None:
            assert target.lower <= target.upper
        if target.comparator == "qualitative":
            assert (target.lower, target.upper) == (None, None)
