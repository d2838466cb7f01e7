"""Comparisons: what is stricter, what is only different, and what the workbook shows of it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pyoxigraph import NamedNode

from graph import iris
from graph.errors import BadParameter, NotFound
from graph.export import comparison
from graph.export.comparison import DIFFERENT, LOOSER, OTHER_KIND, SAME, STRICTER, Line, compare
from graph.export.comparison_book import write
from graph.extraction.targets import parse_target
from graph.ingest import store_vocabulary, triples_of
from graph.model import Department, Disclosure, Indicator, Source, TargetTable
from graph.patterns import derive, link
from graph.readers.document import Place
from graph.store import Store, open_store
from graph.vocabulary import vocabulary
from tests.conftest import Printed

Jixiao = Callable[..., Printed]
SATISFACTION, DAYS, PERSONS, MEETINGS = "群众满意度", "审核办结时限", "参保人数", "完成及时"
PRINTED = {
    "甲县医疗保障局": {SATISFACTION: "≥95%", DAYS: "≤10天", PERSONS: "≥20万人"},
    "乙县医疗保障局": {SATISFACTION: "≥90%", DAYS: "≤20天", PERSONS: "≥50000人", MEETINGS: "优"},
    "丙县医疗保障局": {SATISFACTION: "≥80%", DAYS: "≤30个工作日", PERSONS: "≥10万人", MEETINGS: "=1+1"},
}


def disclosure(number: int, name: str, printed: dict[str, str]) -> Disclosure:
    words = vocabulary()
    rows = tuple(
        Indicator(position, level3, "满意度指标" if level3 == SATISFACTION else "产出指标",
                  target=parse_target(text, words), weight=Decimal(10), place=Place(page=3, line=40 + position))
        for position, (level3, text) in enumerate(printed.items(), 1)
    )  # fmt: skip
    table = TargetTable(1, "project", "医疗救助补助", functions=("2101301",), indicators=rows)
    return Disclosure(
        Source(f"{name}.pdf", str(number) * 64, "application/pdf"), Department(name, region="510104"), 2026, (table,)
    )


def stored(store: Store, found: Disclosure) -> None:
    name = NamedNode(iris.disclosure(found.source.sha256))
    triples = triples_of(found)
    store.replace({name: triples, NamedNode(iris.derived(name.value)): derive(triples)})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filled") / "store"
    with closing(open_store(folder)) as store:
        store_vocabulary(store)
        for number, (name, printed) in enumerate(PRINTED.items(), 1):
            stored(store, disclosure(number, name, printed))
        link(store)
    return folder


@pytest.fixture(scope="module")
def filled(folder: Path) -> Iterator[Store]:
    with closing(open_store(folder, read_only=True)) as store:
        yield store


def marks(line: Line) -> list[str]:
    return [promise.mark for promises in line.promises.values() for promise in promises]


def line(store: Store, name: str) -> Line:
    printed = {
        p.level3: found
        for found in compare(store, project="医疗救助").lines
        for ps in found.promises.values()
        for p in ps
    }
    return printed[name]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (SATISFACTION, [STRICTER, SAME, LOOSER]),  # more is better
        (DAYS, [STRICTER, LOOSER, OTHER_KIND]),  # less is better; working days are no days
        (PERSONS, [DIFFERENT, DIFFERENT, SAME]),  # a matter of size, not of strictness
        (MEETINGS, [SAME, SAME]),
    ],
)
def test_a_target_is_marked_by_the_direction_of_its_indicator(name: str, expected: list[str], filled: Store) -> None:
    assert sorted(marks(line(filled, name))) == sorted(expected)
    by_department = line(filled, name).promises
    assert len(by_department) == len(expected)


def test_the_range_is_told_in_the_unit_that_is_printed(filled: Store) -> None:
    found = line(filled, SATISFACTION)
    assert (found.least, found.middle, found.most, found.unit) == (80, 90, 95, "%")
    days = line(filled, DAYS)
    assert (days.least, days.middle, days.most, days.unit) == (10, 15, 20, "天")


@pytest.mark.parametrize(
    "choice",
    [
        {"project": "医疗救助"},
        {"function": "2101301"},
        {"indicator": SATISFACTION},
        {"project": "救助", "region": "51", "year": 2026},
    ],
)
def test_a_kind_is_a_word_an_indicator_or_a_function(choice: dict[str, object], filled: Store) -> None:
    found = compare(filled, **choice)  # type: ignore[arg-type]
    assert len(found.departments) == 3
    assert len(found.lines) == (1 if "indicator" in choice else 4)
    assert found.lines[-1].level1 == "满意度指标"


def test_nothing_too_much_or_no_kind_is_told(filled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadParameter):
        compare(filled)
    with pytest.raises(NotFound):
        compare(filled, project="没有")
    monkeypatch.setattr(comparison, "MOST_DEPARTMENTS", 2)
    with pytest.raises(BadParameter, match="部门超过 2 个"):
        compare(filled, project="救助")


def test_another_year_is_another_column(tmp_path: Path) -> None:
    with closing(open_store(tmp_path / "s")) as store:
        for number, year in ((1, 2025), (2, 2026)):
            name, printed = next(iter(PRINTED.items()))
            stored(store, replace(disclosure(number, name, printed), fiscal_year=year))
        found = compare(store, project="救助")
    assert [text.split("\n")[1] for text in found.departments.values()] == ["2025", "2026"]


# -- the workbook -----------------------------------------------------------------------------------------------------


def test_the_workbook_marks_notes_and_sums_up(filled: Store) -> None:
    out = io.BytesIO()
    write(compare(filled, project="医疗救助"), out)
    sheet, sources = load_workbook(io.BytesIO(out.getvalue())).worksheets
    rows = {row[0].value: row for row in sheet.iter_rows()}
    satisfaction = rows["群众满意度"]
    assert [cell.value for cell in satisfaction[4:]] == [3, 80, 90, 95, "%"]
    shown = {cell.value: cell for cell in satisfaction[1:4]}
    assert set(shown) == {"≥95% ▲", "≥90%", "≥80% ▼"}
    colours = {cell.fill.fgColor.rgb for cell in shown.values()}
    assert len(colours) == 3
    assert "医疗救助补助：群众满意度 ≥95%，权重 10（甲县医疗保障局.pdf 第3页 第41行）" in shown["≥95% ▲"].comment.text
    assert "产出指标" in rows and "满意度指标" in rows  # bands
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize, sheet.print_title_cols) == (
        "landscape",
        9,
        "$A:$A",
    )
    assert sources.max_row == 1 + sum(len(printed) for printed in PRINTED.values())
    assert {row[7].value for row in sources.iter_rows(min_row=2)} >= {"=1+1", "≥80%"}
    assert "f" not in {cell.data_type for each in (sheet, sources) for row in each.iter_rows() for cell in row}
    assert sheet.freeze_panes


def test_the_command_writes_a_workbook(folder: Path, tmp_path: Path, jixiao: Jixiao) -> None:
    target = tmp_path / "c.xlsx"
    assert jixiao("export", "comparison", "--project", "救助", "--store", folder, "-o", target).code == 0
    assert load_workbook(target).sheetnames == ["对照 comparison", "来源 sources"]
    assert jixiao("export", "comparison", "--store", folder, "-o", tmp_path / "d.xlsx").code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["c.xlsx"]
