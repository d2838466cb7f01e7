"""Rows as files: values keep their types, text stays text, and what is written can be read again."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import zipfile
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from pyoxigraph import Store

from graph import resources
from graph.errors import BadParameter
from graph.export import workbook
from graph.export.rows import Column, Row, Table, of_solutions
from graph.export.tabular import BOM, FORMATS, as_bytes
from graph.formulas import guarded, unguarded
from graph.ingest import ingest
from graph.readers.csv import read
from graph.store import open_store
from tests.conftest import Printed

PLAIN = ["=", "-", "＝", ">=5", "≥5", "-5", "－5", "-5%", "+3.5", "-1,234.5", "", "车补", "a=b", "001"]
RUN = [
    "=1+1",
    "=5",
    "=100%",
    "-2+3",
    "-无",
    "+86-10",
    "@SUM(1)",
    "＝1+1",
    "\t=1",
    "==",
    "'=1",
    "''-5",
    '=HYPERLINK("http://x")',
]
WORDS = Table([Column("words"), Column("n")], [(words, n) for n, words in enumerate([*PLAIN, *RUN])])
Jixiao = Callable[..., Printed]


def table(*rows: Row) -> Table:
    return Table([Column(name) for name in "abcdefgh"[: len(rows[0])]], rows, "某年/度：指标[1]")


def cells(data: bytes) -> list[list[object]]:
    return [[cell.value for cell in row] for row in load_workbook(io.BytesIO(data)).active.iter_rows()]


# -- formulas ---------------------------------------------------------------------------------------------------------


def test_only_what_a_spreadsheet_would_run_is_marked() -> None:
    assert [guarded(text) for text in PLAIN] == PLAIN
    assert [guarded(text) for text in RUN] == ["'" + text for text in RUN]


@settings(max_examples=60)
@given(st.text(alphabet="'=+-@＝－\t\r5a,.%\n", max_size=8) | st.text())
def test_the_mark_goes_again_on_reading(text: str) -> None:
    assert unguarded(guarded(text)) == text


def test_a_csv_file_is_read_again_as_it_was() -> None:
    again = csv.DictReader(io.StringIO(as_bytes(WORDS, "csv").decode(), newline=""))
    assert [unguarded(row["words"]) for row in again] == [*PLAIN, *RUN]
    (grid,) = read(as_bytes(WORDS, "csv"), "x.csv").blocks
    assert [cell.text for cell in grid.cells if cell.column == 0][1:] == [w.strip() for w in (*PLAIN, *RUN) if w]


@pytest.mark.office
def test_a_spreadsheet_program_shows_the_words_and_runs_none(tmp_path: Path) -> None:
    (tmp_path / "guarded.csv").write_bytes(as_bytes(WORDS, "csv"))
    (tmp_path / "typed.xlsx").write_bytes(as_bytes(WORDS, "xlsx"))
    (tmp_path / "naked.csv").write_text("words,n\n=1+1,0\n", "utf-8")
    evaluating = "CSV:44,34,76,1,,0,false,true,false,false,false,-1,true"
    shown = {}
    for names, options in ((("guarded.csv", "naked.csv"), [f"--infilter={evaluating}"]), (("typed.xlsx",), [])):
        subprocess.run(
            ["soffice", "--headless", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", *options,
             "--convert-to", "fods", "--outdir", tmp_path, *(tmp_path / name for name in names)],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip
    for name in ("guarded", "naked", "typed"):
        shown[name] = (tmp_path / f"{name}.fods").read_text("utf-8")
    assert "table:formula=" in shown["naked"]  # so this would show what is run
    assert "table:formula=" not in shown["guarded"] + shown["typed"]
    assert "<text:p>-2+3</text:p>" in shown["typed"] and "<text:p>=100%</text:p>" in shown["typed"]
    assert "<text:p>=</text:p>" in shown["guarded"] and "<text:p>≥5</text:p>" in shown["guarded"]


# -- types ------------------------------------------------------------------------------------------------------------


def test_excel_cells_have_the_types_of_their_values() -> None:
    moment = datetime(2026, 3, 1, 8, 30, tzinfo=timezone(timedelta(hours=8)))
    data = as_bytes(table((1, Decimal("31400000.50"), 0.5, True, date(2026, 3, 1), moment, "-5", None)), "xlsx")
    assert cells(data)[1] == [
        1, 31400000.5, 0.5, True, datetime(2026, 3, 1), moment.replace(tzinfo=None), "-5", None,
    ]  # fmt: skip


def test_excel_keeps_digits_and_times_that_a_cell_could_not() -> None:
    row = (Decimal("1234567890.1234567"), 12345678901234567, float("inf"), date(1899, 12, 1), 10**18)
    assert cells(as_bytes(table(row), "xlsx"))[1] == [
        "1234567890.1234567", "12345678901234567", "inf", "1899-12-01", 10**18,
    ]  # fmt: skip


def test_money_has_thousands_and_years_have_none() -> None:
    rows = Table([Column("budget_yuan"), Column("fiscal_year")], [(Decimal("31400000"), 2026)])
    formats = [cell.number_format for cell in load_workbook(io.BytesIO(as_bytes(rows, "xlsx"))).active[2]]
    assert formats == ["#,##0.00", "General"]


def test_an_excel_sheet_has_a_header_that_stays_filters_widths_and_a_name() -> None:
    sheet = load_workbook(io.BytesIO(as_bytes(table(("城乡居民基本医疗保险", "x"), ("y", "z")), "xlsx"))).active
    assert (sheet.freeze_panes, sheet.auto_filter.ref, sheet.print_title_rows) == ("A2", "A1:B3", "$1:$1")
    assert sheet.column_dimensions["A"].width > 2 * sheet.column_dimensions["B"].width
    assert sheet.title == "某年 度：指标 1"
    assert sheet["A2"].quotePrefix


def test_characters_that_xml_has_not_and_texts_that_are_too_long_do_not_spoil_the_file() -> None:
    strange, long = cells(as_bytes(table(("a\x0bb_x0041_c", "长" * 40_000)), "xlsx"))[1]
    assert strange == "a_x000B_b_x005F_x0041_c"  # Excel shows the characters that these stand for
    assert len(str(long)) == 32_767 and str(long).endswith("cut: longer than a cell of Excel）")


def test_rows_beyond_the_last_of_a_sheet_go_to_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 4)
    book = load_workbook(io.BytesIO(as_bytes(table(*((n,) for n in range(6))), "xlsx")))
    assert [sheet.max_row for sheet in book] == [4, 4]
    assert [sheet.auto_filter.ref for sheet in book] == ["A1:A4", "A1:A4"]


def test_json_has_exact_numbers_and_null() -> None:
    data = as_bytes(table((Decimal("0.10"), 3, True, None, date(2026, 1, 2), '引"号')), "json")
    (row,) = json.loads(data, parse_float=Decimal)
    assert row == {"a": Decimal("0.10"), "b": 3, "c": True, "d": None, "e": "2026-01-02", "f": '引"号'}
    assert json.loads(as_bytes(Table([Column("a")], []), "json")) == []


def test_markdown_keeps_a_cell_in_its_cell() -> None:
    assert as_bytes(table(("a|b\nc<d", None)), "md").decode().splitlines()[2] == "| a\\|b<br>c&lt;d |  |"


def test_a_byte_order_mark_only_where_it_is_wanted() -> None:
    assert as_bytes(WORDS, "csv", bom=True) == BOM + as_bytes(WORDS, "csv")
    assert not as_bytes(WORDS, "csv").startswith(BOM)


def test_another_format_is_refused() -> None:
    with pytest.raises(BadParameter, match="csv"):
        as_bytes(WORDS, "ods")


def test_literals_become_values_and_broken_ones_stay_text() -> None:
    values = '1 2.50 1e3 true "2026-02-03"^^xsd:date "x"^^xsd:integer "2026-02-30"^^xsd:date <x:y> "词"@zh UNDEF'
    query = "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> SELECT * { VALUES (%s) { (%s) } }"
    names = " ".join(f"?c{n}" for n in range(10))
    found = of_solutions(Store().query(query % (names, values)))
    (row,) = found.rows
    by_name = dict(zip((int(column.name[1:]) for column in found.columns), row, strict=True))
    assert [by_name[n] for n in range(10)] == [
        1, Decimal("2.5"), 1000.0, True, date(2026, 2, 3), "x", "2026-02-30", "x:y", "词", None,
    ]  # fmt: skip


# -- the commands -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filled") / "store"
    with closing(open_store(folder)) as store:
        list(ingest([resources.folder("data/samples") / "tongchuan-2024.txt"], store))
    return folder


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("command", [("query", "qualitative-share"), ("sparql", "SELECT ?s { ?s a jx:Project }")])
def test_answers_leave_in_every_format(
    command: tuple[str, str], form: str, jixiao: Jixiao, filled: Path, tmp_path: Path
) -> None:
    target = tmp_path / f"x.{form}"
    done = jixiao(*command, "--store", filled, "--format", form, "--output", target)
    assert (done.code, done.out) == (0, "")
    assert zipfile.is_zipfile(target) == (form == "xlsx")
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".part"] == []
    if form == "csv":
        assert len(list(csv.reader(io.StringIO(target.read_text("utf-8"))))) > 1
