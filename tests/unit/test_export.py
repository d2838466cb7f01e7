import io
import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pyoxigraph import RdfFormat, parse

from graph import resources
from graph.errors import BadParameter, NotFound
from graph.export.lookup import Found, find_table
from graph.export.tables import export_table
from graph.extraction import extract
from graph.formulas import guarded
from graph.ingest import ingest
from graph.model import Department, Disclosure, Indicator, Money, Source, Target, TargetTable
from graph.output import table_as_json
from graph.readers import read, read_bytes
from graph.store import Store, open_store

SAMPLES = sorted(resources.folder("data/samples").glob("*.txt"))
# What a spreadsheet would evaluate (OWASP, CSV injection), as the name of an indicator.
FORMULAS = ("=cmd|' /C calc'!A0", "+SUM(A1:A9)", "-2+3+cmd|'x'!A0", "@SUM(1)", '=HYPERLINK("http://x")')
FORMATS = pytest.mark.parametrize("form", ["xlsx", "csv"])


@cache
def disclosure(path: Path) -> Disclosure:
    return extract(read(path))


TABLES = [(path, table.position) for path in SAMPLES for table in disclosure(path).target_tables if table.indicators]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store with all samples; tests only read it."""
    store = open_store(tmp_path_factory.mktemp("filled") / "store")
    list(ingest(SAMPLES, store))
    yield store
    store.close()


def exported(table: TargetTable, store: Store, form: str) -> bytes:
    made = Disclosure(Source("x", "0" * 64, "text/plain"), Department("某县医疗保障局"), 2026, (table,))
    return export_table(Found(table, made, "", ""), store, form)


def again(data: bytes, form: str) -> TargetTable:
    """What the readers make of an exported file."""
    (table,) = extract(read_bytes(data, f"table.{form}")).target_tables
    return table


def facts(item: Indicator) -> tuple[object, ...]:
    target = item.target
    return item.level1, item.level2, item.level3, target.comparator, target.value, target.unit, item.weight


def indicator(name: str, target: Target | None = None) -> Indicator:
    return Indicator(1, name, "产出指标", "数量指标", target or Target("≥3次", ">=", "3", "次"), weight=Decimal(20))


def project(*items: Indicator, name: str = "车补") -> TargetTable:
    return TargetTable(1, "project", name, indicators=items, budget=Money(Decimal("1.5"), "万元", Decimal(15000)))


@FORMATS
@pytest.mark.parametrize(("path", "position"), TABLES, ids=[f"{path.stem}-{n}" for path, n in TABLES])
def test_a_table_of_a_sample_comes_back_from_its_file(path: Path, position: int, form: str, filled: Store) -> None:
    table = next(table for table in disclosure(path).target_tables if table.position == position)
    found = again(exported(table, filled, form), form)
    assert [facts(item) for item in found.indicators] == [facts(item) for item in table.indicators]
    assert (found.scope, found.name, found.code) == (table.scope, table.name, table.code)
    assert found.objective == table.objective
    assert (found.budget and found.budget.yuan) == (table.budget and table.budget.yuan)


@pytest.mark.parametrize("name", FORMULAS)
def test_a_name_is_never_a_formula_in_a_workbook(name: str, filled: Store) -> None:
    book = load_workbook(io.BytesIO(exported(project(indicator(name), name=name), filled, "xlsx")))
    cells = [cell for row in book.active.iter_rows() for cell in row if cell.value is not None]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    assert sum(cell.value == name for cell in cells) == 2


@pytest.mark.parametrize("name", FORMULAS)
def test_a_name_is_never_a_formula_in_a_csv(name: str, filled: Store) -> None:
    text = exported(project(indicator(name), name=name), filled, "csv").decode("utf-8-sig")
    assert text.count(name.split(",")[0].replace('"', '""')) == 2
    assert not any(cell.lstrip('"').startswith(name) for line in text.splitlines() for cell in line.split(","))


@FORMATS
@pytest.mark.parametrize("name", FORMULAS)
def test_a_name_that_looks_like_a_formula_comes_back_as_it_was(name: str, form: str, filled: Store) -> None:
    assert again(exported(project(indicator(name)), filled, form), form).indicators[0].level3 == name


@FORMATS
@pytest.mark.parametrize(
    "target",
    [Target("= 100 %", "=", "100", "%"), Target("≥ -5 %", ">=", "-5", "%"), Target("≤ 0.50 元", "<=", "0.50", "元")],
)
def test_a_sign_and_a_negative_number_stay_what_they_are(target: Target, form: str, filled: Store) -> None:
    (item,) = again(exported(project(indicator("增长率", target)), filled, form), form).indicators
    assert (item.target.comparator, item.target.value, item.target.unit) == (
        target.comparator,
        target.value,
        target.unit,
    )


def test_only_what_a_spreadsheet_would_evaluate_is_marked() -> None:
    plain = ["=", "≥", "-5", "-5%", "+3.5", "", "车补", "a=b", "-"]
    assert [guarded(text) for text in plain] == plain
    assert [guarded(text) for text in FORMULAS] == ["'" + text for text in FORMULAS]


def test_a_weight_is_a_number_that_a_spreadsheet_can_add(filled: Store) -> None:
    book = load_workbook(io.BytesIO(exported(project(indicator("人数")), filled, "xlsx")))
    values = [cell.value for row in book.active.iter_rows() for cell in row]
    assert 20 in values


@FORMATS
def test_basis_description_and_direction_come_back(form: str, filled: Store) -> None:
    path = next(path for path in SAMPLES if path.stem.startswith("guantao"))
    for table in disclosure(path).target_tables:
        if table.indicators:
            found = again(exported(table, filled, form), form)
            for item, other in zip(table.indicators, found.indicators, strict=True):
                assert other.description == item.description
                assert [basis.text for basis in other.basis] == [basis.text for basis in item.basis]
                assert other.direction == item.direction


# -- finding a table ------------------------------------------------------------------------------------------------


def test_a_table_is_found_by_name_part_of_a_name_code_or_id(filled: Store) -> None:
    by_code = find_table(filled, "13043326P00007010001U")
    assert by_code.table.name == "医保专项公用经费"
    for wanted in ("医保专项公用经费", "专项公用", by_code.iri, by_code.iri.split("/id/")[1]):
        assert find_table(filled, wanted) == by_code


def test_a_table_that_is_not_there_or_not_the_only_one_is_told_as_such(filled: Store) -> None:
    with pytest.raises(NotFound):
        find_table(filled, "没有的项目")
    with pytest.raises(BadParameter, match="党建经费"):
        find_table(filled, "党建经费")


def test_json_and_turtle_hold_the_same_table(filled: Store) -> None:
    found = find_table(filled, "医保专项公用经费")
    assert json.loads(export_table(found, filled, "json")) == table_as_json(found.table)
    quads = list(parse(export_table(found, filled, "ttl"), format=RdfFormat.TURTLE))
    names = {quad.object.value for quad in quads if quad.predicate.value.endswith("#level3")}
    assert names == {item.level3 for item in found.table.indicators}


def test_an_unknown_format_is_refused_with_those_that_there_are(filled: Store) -> None:
    with pytest.raises(BadParameter, match="xlsx"):
        export_table(find_table(filled, "医保专项公用经费"), filled, "doc")


def test_a_table_without_weights_has_no_such_column(filled: Store) -> None:
    bare = project(replace(indicator("人数"), weight=None))
    assert "权重" not in exported(bare, filled, "csv").decode("utf-8-sig")
