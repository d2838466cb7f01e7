"""Numbers as Excel prints them (dates in ISO 8601)."""

from datetime import datetime

import pytest

from graph.readers.number_format import BUILTIN, date_text, format_number, format_text


@pytest.mark.parametrize(
    ("number", "pattern", "printed"),
    [
        (0.95, "0%", "95%"),
        (0.155, "0.0%", "15.5%"),
        (14, "0.00", "14.00"),
        (5, "00", "05"),
        (2.675, "0.00", "2.68"),
        (0.005, "0.00", "0.01"),
        (-0.001, "0.00", "0.00"),
        (1234567.891, "#,##0.00", "1,234,567.89"),
        (123, "#,##0", "123"),
        (999.995, "#,##0.00", "1,000.00"),
        (-1234.5, "#,##0.00_);[Red](#,##0.00)", "(1,234.50)"),
        (-1234.5, "#,##0.00", "-1,234.50"),
        (1234.5, '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ', "1,234.50"),
        (-3, '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ', "-3.00"),
        (0, '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ', "-"),
        (0, "0.00;-0.00;;@", ""),
        (16, "0.##", "16"),
        (16.09, "0.##", "16.09"),
        (0.5, "#.00", ".50"),
        (1234567, "0,", "1235"),
        (1234567, '0!.0,"万"', "123.5万"),
        (12345678, "0000-0000", "1234-5678"),
        (20.5, '0.0"万元"', "20.5万元"),
        (39, '"≥"0', "≥39"),
        (20.5, 'G/通用格式"元"', "20.5元"),
        (3, "[$¥-804]#,##0.00", "¥3.00"),
        (5, "[>=10]0.0;[<10]0.00", "5.00"),
        (12345, "0.00E+00", "1.23E+04"),
        (0.25, "# ?/?", "0.25"),
        (0.1 + 0.2, "General", "0.3"),
        (100, "General", "100"),
        (1e20, "General", "100000000000000000000"),
        (1e300, "0", "1" + "0" * 300),
        (3, "@", "3"),
        (3, "", "3"),
        (3, ";;;", ""),
        (float("inf"), "0", "inf"),
    ],
)
def test_numbers(number: float, pattern: str, printed: str) -> None:
    assert format_number(number, pattern) == printed


@pytest.mark.parametrize(
    ("serial", "pattern", "printed"),
    [
        (44561, "yyyy-mm-dd", "2021-12-31"),
        (44561, "m/d/yy", "2021-12-31"),
        (44561, '[$-804]yyyy"年"m"月"d"日";@', "2021-12-31"),
        (44561, 'yyyy"年"m"月"', "2021-12"),
        (44561, "yyyy", "2021"),
        (44561.5, "yyyy/m/d h:mm", "2021-12-31T12:00"),
        (44561, "yyyy/m/d h:mm", "2021-12-31"),
        (0.5, "h:mm", "12:00"),
        (0.75, "mm:ss", "18:00:00"),
        (1.5, "[h]:mm", "36:00"),
        (1, "yyyy-m-d", "1900-01-01"),
        (61, "yyyy-m-d", "1900-03-01"),
        (44561, BUILTIN[57], "2021-12"),
        (44561, BUILTIN[31], "2021-12-31"),
        (-5, "yyyy-m-d", "-5"),
        (1e9, "yyyy-m-d", "1000000000"),
    ],
)
def test_dates(serial: float, pattern: str, printed: str) -> None:
    assert format_number(serial, pattern) == printed


def test_workbooks_of_old_macintoshes_count_from_1904() -> None:
    assert format_number(43099, "yyyy-m-d", since_1904=True) == "2021-12-31"


def test_a_format_may_print_words_around_a_text() -> None:
    assert format_text("甲", '@"元"') == "甲元"
    assert format_text("甲", '0.00;-0.00;0;"项目："@') == "项目：甲"
    assert format_text("甲", "0.00") == "甲"


def test_midnight_is_a_date() -> None:
    assert date_text(datetime(2021, 12, 31)) == "2021-12-31"
    assert date_text(datetime(2021, 12, 31, 8, 30)) == "2021-12-31T08:30:00"
