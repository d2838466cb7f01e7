"""The command ``jixiao export template`` and what it proposes for a kind of project."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from docx import Document
from openpyxl import load_workbook

from graph import resources
from graph.errors import NotFound
from graph.export.official import template
from graph.export.prefill import proposals
from graph.extraction import extract
from graph.forms import form, forms
from graph.ingest import ingest
from graph.readers import read_bytes
from graph.store import Store, open_store
from tests.conftest import Printed

Jixiao = Callable[..., Printed]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with two samples that have projects of one kind."""
    where = tmp_path_factory.mktemp("peers") / "store"
    samples = [resources.folder("data/samples") / name for name in ("dachuan-2026.txt", "guantao-2026.txt")]
    with closing(open_store(where)) as store:
        list(ingest(samples, store))
    return where


@pytest.fixture(scope="module")
def peers(folder: Path) -> Iterator[Store]:
    with closing(open_store(folder, read_only=True)) as store:
        yield store


def test_peers_propose_name_class_sign_unit_and_direction_and_no_value(peers: Store) -> None:
    rows = proposals(peers, "医疗救助", form("sc-project"))
    named = [row for row in rows if row.cells.get("level3")]
    assert named and not any(row.cells.get("value") or row.cells.get("weight") for row in rows)
    row = next(row for row in named if row.cells["level3"] == "群众满意度")
    assert {
        "level1": "满意度指标",
        "comparator": "≥",
        "unit": "%",
        "direction": "正向指标",
    }.items() <= row.cells.items()
    assert "建议" in row.note and "Proposed" in row.note
    assert "2 张表中 2 张" in row.note and "80–90%（≥）" in row.note and "调查问卷" in row.note


def test_every_class_of_the_form_keeps_its_place_in_order(peers: Store) -> None:
    for name in ("sn-project", "he-project"):
        made = form(name)
        order = [(item.level1, item.heading) for item in made.classes]
        places = [order.index((row.cells["level1"], row.cells["level2"])) for row in proposals(peers, "医疗救助", made)]
        assert places == sorted(places) and set(places) == set(range(len(order)))


def test_a_kind_of_project_is_named_by_words_a_function_code_or_an_indicator(peers: Store) -> None:
    made = form("sc-project")
    for like in ("医疗救助", "21012", "群众满意度"):
        assert any(row.cells.get("level3") for row in proposals(peers, like, made)), like
    with pytest.raises(NotFound, match="无此类项目"):
        proposals(peers, "无此类项目", made)


@pytest.mark.parametrize("format", ["xlsx", "docx"])
def test_proposals_that_nobody_completed_come_back_without_a_target(peers: Store, format: str) -> None:
    made = form("sc-project")
    rows = proposals(peers, "医疗救助", made)
    data = template(made, format, year=2026, rows=rows)
    (table,) = extract(read_bytes(data, "f")).target_tables
    proposed = [row.cells["level3"] for row in rows if row.cells.get("level3")]
    assert [item.level3 for item in table.indicators] == proposed
    assert not any(item.target.value or item.weight for item in table.indicators)


def test_a_note_says_in_the_file_that_a_row_is_proposed(peers: Store) -> None:
    rows = proposals(peers, "医疗救助", form("sc-project"))
    sheet = load_workbook(io.BytesIO(template(form("sc-project"), "xlsx", rows=rows)))["绩效目标表"]
    noted = [cell for row in sheet.iter_rows() for cell in row if cell.comment and "建议" in cell.comment.text]
    comments = list(Document(io.BytesIO(template(form("sc-project"), "docx", rows=rows))).comments)
    assert len(noted) == len(comments) == sum(bool(row.cells.get("level3")) for row in rows)
    assert all("Proposed" in comment.text for comment in comments)


# -- command line ---------------------------------------------------------------------------------------------------


def test_the_forms_are_listed(jixiao: Jixiao) -> None:
    printed = jixiao("export", "template", "--list")
    assert printed.code == 0 and all(name in printed.out for name in forms())


def test_a_blank_form_is_written_in_the_format_of_the_file_s_name(jixiao: Jixiao, tmp_path: Path) -> None:
    for suffix in ("xlsx", "docx"):
        target = tmp_path / f"目标表.{suffix}"
        assert jixiao("export", "template", "--form", "sn-project", "--year", "2026", "-o", str(target)).code == 0
        assert target.read_bytes()[:2] == b"PK"


def test_a_stored_table_leaves_in_a_form_and_what_is_left_behind_is_told(
    jixiao: Jixiao, folder: Path, tmp_path: Path
) -> None:
    target = tmp_path / "党建.xlsx"
    given = ("--form", "he-project", "--project", "党建经费", "--store", str(folder), "-o", str(target))
    printed = jixiao("export", "template", *given)
    assert printed.code == 0
    assert "权重“20”在此表样中没有位置" in printed.err and "The form has no place for Weight" in printed.err
    (table,) = extract(read_bytes(target.read_bytes(), "f")).target_tables
    assert table.name == "党建经费" and len(table.indicators) > 3


def test_a_form_for_a_kind_of_project_is_written(jixiao: Jixiao, folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "救助.docx"
    given = ("--form", "sc-project", "--like", "医疗救助", "--store", str(folder), "-o", str(target))
    assert jixiao("export", "template", *given).code == 0
    assert "群众满意度" in Document(str(target)).element.xml


@pytest.mark.parametrize(
    "given",
    [
        ("--form", "zz"),
        ("--form", "sn-project", "--format", "pdf"),
        ("--form", "sn-project", "--like", "a", "--project", "b"),
    ],
)
def test_a_mistake_ends_with_2(jixiao: Jixiao, tmp_path: Path, given: tuple[str, ...]) -> None:
    printed = jixiao("export", "template", *given, "-o", str(tmp_path / "x"))
    assert printed.code == 2 and printed.err.count("\n") == 1


@pytest.mark.office
def test_the_weights_add_up_in_a_spreadsheet_program(tmp_path: Path) -> None:
    book = load_workbook(io.BytesIO(template(form("sc-project"), "xlsx", year=2026)))
    sheet = book["绩效目标表"]
    for row, weight in zip(range(4, 12), (20, 10, 10, 10, 10, 10, 10, 10), strict=True):
        sheet.cell(row, 11).value = weight
    book.save(tmp_path / "weights.xlsx")
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir"]
    subprocess.run([*command, str(tmp_path / "done"), str(tmp_path / "weights.xlsx")], check=True, capture_output=True)
    done = load_workbook(tmp_path / "done" / "weights.xlsx", data_only=True)["绩效目标表"]
    note = next(str(row[0]) for row in done.iter_rows(values_only=True) if str(row[0]).startswith("注：权重合计"))
    assert note.startswith("注：权重合计 90（应为 90）")
    assert "成本指标 20（通常 20）" in note and "产出指标 40（通常 40）" in note and "满意度指标 10（通常 10）" in note
