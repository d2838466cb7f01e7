"""The samples printed anew in three layouts and read back from every format give the same records as the text dumps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import pytest

from graph.extraction import extract
from graph.model import DEPARTMENT, Disclosure, Indicator, TargetTable
from graph.readers import ocr, read, read_bytes
from graph.spelling import fold
from tests import render
from tests.faults.corruption import as_csv, as_markdown, as_text, as_xls
from tests.golden import refresh, scans, word97

Record = tuple[str | None, ...]
# What a layout has a place for, beside classes, name and target.
HOLDS = {"flat": ("weight", "direction"), "form": ("description", "basis"), "sided": ("weight",)}
FORMATS: dict[str, Callable[[list[render.Part]], bytes]] = {
    "html": render.html,
    "docx": render.docx,
    "xlsx": render.xlsx,
    "xlsx with numbers": partial(render.xlsx, numbers=True),
    "pdf": render.pdf,
    "pdf, headings once": partial(render.pdf, repeated=False),
    "pdf, merged cells cut": partial(render.pdf, cut=5),
    "pdf, pages of nine rows": partial(render.pdf, cut=9),
}


# What merged cells cover is blank here, and nothing says which cells were merged.
PLAIN: dict[str, Callable[[list[render.Part]], bytes]] = {
    "csv": as_csv,
    "csv in GB18030": lambda parts: as_csv(parts).decode().encode("gb18030"),
    "xls": as_xls,
    "text in GB18030": lambda parts: as_text(parts).decode().encode("gb18030"),
    "markdown": as_markdown,
}


@dataclass(frozen=True)
class Compared:
    """Records and tables of two disclosures: those of the first, those of the second, those of both."""

    rows: tuple[int, int, int]
    tables: tuple[int, int, int]
    missing: list[Record]
    unplaced: int


def f1(results: list[Compared]) -> float:
    """A record counts only with every field that the layout holds, in the right table."""
    first, second, both = (sum(result.rows[n] for result in results) for n in range(3))
    return 2 * both / (first + second)


@cache
def sample(name: str) -> Disclosure:
    return refresh.disclosure(name)


def plain(value: object) -> str | None:
    return None if value is None or value == "" else fold(str(value))


def records(table: TargetTable, layout: str) -> list[Record]:
    return [tuple(map(plain, (table.name, *fields(item, layout)))) for item in table.indicators]


def fields(item: Indicator, layout: str) -> tuple[object, ...]:
    target = item.target
    # Where number and unit share a cell, nothing tells the two words of a grade apart.
    unit = target.unit if layout == "flat" or target.comparator != "qualitative" else None
    more = {"basis": "、".join(basis.text for basis in item.basis)}
    held = [more.get(name, getattr(item, name)) for name in HOLDS[layout]]
    return (item.level1, item.level2, item.level3, target.comparator, target.value, unit, *held)


def heads(tables: list[TargetTable]) -> Counter[Record]:
    return Counter(tuple(map(plain, (t.scope, t.name, t.budget and t.budget.yuan, t.objective))) for t in tables)


def compared(expected: Disclosure, found: Disclosure, layout: str) -> Compared:
    wanted = [table for table in expected.target_tables if table.indicators]
    wanted = [table for table in wanted if table.scope != DEPARTMENT or layout == "sided"]
    got = [table for table in found.target_tables if table.indicators]
    rows, rows_got = (Counter(row for table in tables for row in records(table, layout)) for tables in (wanted, got))
    same = (heads(wanted) & heads(got)).total()
    return Compared(
        (rows.total(), rows_got.total(), (rows & rows_got).total()),
        (len(wanted), len(got), same),
        list((rows - rows_got).elements()),
        len(found.unplaced),
    )


@pytest.mark.parametrize("layout", render.LAYOUTS)
@pytest.mark.parametrize("form", FORMATS)
def test_the_records_are_the_same_in_every_format_and_layout(form: str, layout: str) -> None:
    results = []
    for name in refresh.SAMPLES:
        found = extract(read_bytes(FORMATS[form](render.LAYOUTS[layout](sample(name))), name))
        results.append(compared(sample(name), found, layout))
        assert len(set(results[-1].tables)) == 1, (name, results[-1])
        assert results[-1].unplaced == 0, name
        if layout == "form":
            # Its first line is the department's name.
            assert found.department.name == sample(name).department.name
        else:
            assert found.fiscal_year == sample(name).fiscal_year
    assert f1(results) >= 0.99, results


@pytest.mark.parametrize(("layout", "least"), [("flat", 0.95), ("form", 0.99), ("sided", 0.99)])
@pytest.mark.parametrize("form", PLAIN)
def test_the_records_are_the_same_where_merged_cells_are_blank(form: str, layout: str, least: float) -> None:
    results = []
    for name in refresh.SAMPLES:
        found = extract(read_bytes(PLAIN[form](render.LAYOUTS[layout](sample(name))), name))
        results.append(compared(sample(name), found, layout))
        assert len(set(results[-1].tables)) == 1, (name, results[-1])
    assert f1(results) >= least, results


@pytest.mark.parametrize("layout", render.LAYOUTS)
def test_the_records_are_the_same_in_word_97_files(layout: str) -> None:
    expected = sample(word97.SAMPLE)
    result = compared(expected, extract(read(word97.FOLDER / f"{layout}.doc")), layout)
    assert f1([result]) == 1.0, result
    assert len(set(result.tables)) == 1, result


# Without rules nothing says for sure where a cell ends; where words are centred, nor where a column begins.
@pytest.mark.parametrize(
    ("layout", "centred", "least"),
    [("flat", False, 0.99), ("form", False, 0.99), ("sided", False, 0.99), ("form", True, 0.8), ("sided", True, 0.99)],
)
def test_most_records_are_the_same_where_a_pdf_has_no_rules(layout: str, centred: bool, least: float) -> None:
    results = []
    for name in refresh.SAMPLES:
        data = render.pdf(render.LAYOUTS[layout](sample(name)), ruled=False, centred=centred)
        results.append(compared(sample(name), extract(read_bytes(data, name)), layout))
    assert f1(results) >= least, results


@pytest.mark.ocr
@pytest.mark.parametrize("scan", scans.SCANS, ids=lambda scan: scan.file.stem)
def test_clean_scans_at_200_dpi_give_the_same_records(scan: scans.Scan) -> None:
    assert ocr.available(), ocr.MISSING
    result = compared(scan.disclosure(), extract(read(Path(scan.file))), scan.layout)
    assert f1([result]) >= 0.95, result
    assert result.tables[2] == result.tables[0], result
