"""Reports to work through: Excel, HTML, and what the command line makes of them."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pyoxigraph import RdfFormat, parse

from graph import resources
from graph.export.findings import html, table, told
from graph.export.tabular import as_bytes
from graph.ingest import ingest, triples_of
from graph.shapes import SH
from graph.store import open_store
from graph.store.rows import strings
from graph.validation import Finding, judge
from tests.cases import RIGHT, at
from tests.conftest import Printed

Jixiao = Callable[..., Printed]
WRONG = at(1, text="28.5万元", level3='=HYPERLINK("http://x")<b>')(RIGHT)
SAMPLE = resources.folder("data/samples") / "tongchuan-2024.txt"
FORM = "项目名称\t车补\n一级指标\t二级指标\t三级指标\t指标值\n"
GOOD = FORM + (
    "产出指标\t数量指标\t发放人次\t≥39人次\n产出指标\t质量指标\t发放准确率\t=100%\n产出指标\t时效指标\t按月发放\t12次/年\n"
    "产出指标\t成本指标\t发放金额\t≤20万元\n效益指标\t社会效益指标\t出行保障率\t≥95%\n"
)


def found() -> list[Finding]:
    return judge(triples_of(WRONG))


def test_the_workbook_has_a_line_a_finding_and_no_formula() -> None:
    sheet = load_workbook(io.BytesIO(as_bytes(table([("预算.txt", found())]), "xlsx"))).active
    rows = list(sheet.iter_rows(min_row=2))
    assert len(rows) == len(found())
    assert "f" not in {cell.data_type for row in rows for cell in row}
    line = next([cell.value for cell in row] for row in rows if str(row[2].value).startswith("R56"))
    assert line[:2] == ["预算.txt", "不合规"]
    assert line[4:6] == [1, '=HYPERLINK("http://x")<b>']
    assert "28.5万元" in line[7] and line[9] == "请核对指标值或预算"


def test_the_page_is_complete_in_itself_and_quotes_what_it_prints() -> None:
    page = html([("预算.txt", found()), ("好.txt", [])])
    assert "=HYPERLINK(&#34;http://x&#34;)&lt;b&gt;" in page
    assert "没有发现问题" in page
    assert not re.search(r"<(script|link|img)|src=|@import|url\(", page)
    assert page.count("<tr>") == len(found()) + 1


def test_every_message_of_a_rule_says_what_was_found_and_what_to_do() -> None:
    for finding in found():
        assert all(told(finding)), finding.rule
    plain = replace(found()[0], message_zh="没有分号。")
    assert told(plain) == ("没有分号", "")


# -- the command ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["table", "json", "ttl", "html", "xlsx"])
def test_validate_writes_every_report(form: str, tmp_path: Path, jixiao: Jixiao) -> None:
    target = tmp_path / f"out.{form}"
    done = jixiao("validate", SAMPLE, "--format", form, "--output", target)
    assert (done.code, done.out) == (0, "")
    data = target.read_bytes()
    if form == "xlsx":
        assert load_workbook(io.BytesIO(data)).active["C2"].value
    elif form == "ttl":
        assert sum(1 for quad in parse(data, RdfFormat.TURTLE) if quad.object.value == f"{SH}ValidationResult") > 5
    elif form == "json":
        assert "R35" in {finding["rule"] for entry in json.loads(data) for finding in entry["findings"]}
    else:
        assert "R35" in data.decode()


def test_exit_codes_tell_conforming_from_not_and_from_failed(tmp_path: Path, jixiao: Jixiao) -> None:
    good, bad = tmp_path / "good.tsv", tmp_path / "bad.tsv"
    good.write_text(GOOD, "utf-8")
    bad.write_text(GOOD.replace("≥39人次", "≥39"), "utf-8")
    assert jixiao("validate", good).code == 0
    assert jixiao("validate", good, bad).code == 1
    assert jixiao("validate", good, tmp_path / "none.tsv").code == 2
    assert jixiao("validate").code == 2
    assert jixiao("validate", good, "--store", tmp_path).code == 2


def test_rules_that_are_not_supported_have_a_code_of_their_own(
    tmp_path: Path, jixiao: Jixiao, monkeypatch: pytest.MonkeyPatch
) -> None:
    from graph import ingest as reading
    from graph.shapes import NotSupported

    def refuse(_: object) -> None:
        raise NotSupported("sh:lessThan")

    monkeypatch.setattr(reading, "judge", refuse)
    assert jixiao("validate", SAMPLE).code == 3


def test_a_store_is_judged_and_its_findings_can_be_queried(tmp_path: Path, jixiao: Jixiao) -> None:
    where = tmp_path / "store"
    store = open_store(where)
    list(ingest([SAMPLE], store))
    query = f"SELECT (COUNT(*) AS ?n) WHERE {{ ?report <{SH}conforms> false ; <{SH}result> ?result }}"
    stored = int(next(iter(strings(store.query(query))))["n"])
    store.close()
    done = jixiao("validate", "--store", where, "--format", "json")
    (entry,) = json.loads(done.out)
    assert done.code == 0
    assert entry["path"] == SAMPLE.name
    assert len(entry["findings"]) == stored
