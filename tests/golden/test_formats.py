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
from graph.vocabulary import fold
from tests import render
from tests.golden import refresh, scans

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


@dataclass(frozen=True)
class Compared:
    """Records and tables of two disclosures: those of the first, those of the second, those of both."""

    rows: tuple[int, int, int]
    tables: tuple[int, int, int]
    missing: list[Record]
    unplaced: int

    @property
    def f1(self) -> float:
        return 2 * self.rows[2] / (self.rows[0] + self.rows[1])


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
    rows = [0, 0, 0]
    for name in refresh.SAMPLES:
        data = FORMATS[form](render.LAYOUTS[layout](sample(name)))
        result = compared(sample(name), extract(read_bytes(data, name)), layout)
        assert len(set(result.tables)) == 1, (name, result)
        assert result.unplaced == 0, name
        rows = [a + b for a, b in zip(rows, result.rows, strict=True)]
    assert 2 * rows[2] / (rows[0] + rows[1]) >= 0.99, rows


@pytest.mark.ocr
@pytest.mark.parametrize("scan", scans.SCANS, ids=lambda scan: scan.file.stem)
def test_clean_scans_at_200_dpi_give_the_same_records(scan: scans.Scan) -> None:
    assert ocr.available(), ocr.MISSING
    result = compared(scan.disclosure(), extract(read(Path(scan.file))), scan.layout)
    assert result.f1 >= 0.95, result
    assert result.tables[2] == result.tables[0], result
