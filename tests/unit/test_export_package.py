"""The data package: valid by its own schema, complete, the same in both formats."""

from __future__ import annotations

import csv
import io
import json
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from graph import resources
from graph.errors import BadParameter, NotFound, NotInstalled
from graph.export import package
from graph.export.relations import relations
from graph.export.selection import Selection
from graph.ingest import ingest
from graph.store import Store, open_store
from graph.store.rows import strings
from tests.conftest import Printed

Jixiao = Callable[..., Printed]
CLASSES = {
    "departments": "Department", "projects": "Project", "disclosures": "Disclosure", "tables": "TargetTable",
    "indicators": "Indicator", "targets": "Target", "bases": "Basis", "references": "Reference", "funds": "Fund",
    "plan_steps": "PlanStep", "tasks": "Task", "sub_goals": "SubGoal", "header_fields": "HeaderField",
    "budget_functions": "FunctionLine", "budget_projects": "ProjectLine", "budget_facts": "BudgetAmount",
    "quotes": "Quote",
}  # fmt: skip


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with closing(open_store(tmp_path_factory.mktemp("filled") / "store")) as store:
        list(ingest(sorted(resources.folder("data/samples").glob("*.txt")), store))
        yield store


@pytest.fixture(scope="module")
def folders(store: Store, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The package of everything in each format."""
    made = {form: tmp_path_factory.mktemp(form) for form in package.FORMATS}
    for form, folder in made.items():
        package.write_folder(store, Selection(), form, folder)
    return made


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_package_is_valid_by_its_own_schema_with_every_key(folders: dict[str, Path]) -> None:
    import frictionless

    report = frictionless.validate(str(folders["csv"] / "datapackage.json"))
    assert report.flatten(["name", "type", "message"]) == []
    assert report.valid and report.stats["tasks"] == len(relations())


@pytest.mark.parametrize("name", CLASSES)
def test_nothing_of_the_store_is_missing(name: str, store: Store, folders: dict[str, Path]) -> None:
    query = f"SELECT (COUNT(DISTINCT ?s) AS ?n) {{ ?s a <https://w3id.org/jixiao/ontology#{CLASSES[name]}> }}"
    assert len(rows(folders["csv"], name)) == int(next(strings(store.query(query)))["n"]) > 0


def test_the_descriptor_counts_the_rows(folders: dict[str, Path]) -> None:
    described = json.loads((folders["csv"] / "datapackage.json").read_text("utf-8"))
    counted = {resource["name"]: resource["rows"] for resource in described["resources"]}
    assert counted == {name: len(rows(folders["csv"], name)) for name in relations()}
    assert counted["findings"] > 100 and counted["citations"] > 20 and counted["concepts"] > 100


def test_every_table_and_column_is_named_in_both_languages(folders: dict[str, Path]) -> None:
    described = json.loads((folders["csv"] / "datapackage.json").read_text("utf-8"))
    assert described["licenses"] and described["title_en"]
    for resource in described["resources"]:
        named = {item["name"]: (item["title"], item["title_en"]) for item in (resource, *resource["schema"]["fields"])}
        named.pop("sha256", None)
        assert [name for name, (zh, en) in named.items() if zh.isascii() or not en.isascii()] == []


def test_values_are_those_that_are_printed(folders: dict[str, Path]) -> None:
    (table,) = (row for row in rows(folders["csv"], "tables") if row["name"] == "车补")
    assert (table["budget_amount"], table["budget_unit"], table["budget_yuan"]) == ("35.2", "万元", "352000")
    (indicator,) = (r for r in rows(folders["csv"], "indicators") if r["table"] == table["id"] and r["position"] == "1")
    (target,) = (row for row in rows(folders["csv"], "targets") if row["indicator"] == indicator["id"])
    assert indicator["level1"] == "成本指标" and target["text"]
    texts = {row["text"] for row in rows(folders["csv"], "targets")}
    assert any(text.startswith("=") for text in texts)  # as it stands, for programs


def test_parquet_holds_the_same_with_types_of_its_own(folders: dict[str, Path]) -> None:
    base = folders["parquet"] / "data"
    with duckdb.connect() as database:
        for name in relations():
            found = database.sql(f"SELECT * FROM '{base / name}.parquet'")
            assert len(found.fetchall()) == len(rows(folders["csv"], name))
        joined = database.sql(
            f"SELECT SUM(i.weight), COUNT(t.lower), COUNT(t.deadline) FROM '{base}/indicators.parquet' i "
            f"JOIN '{base}/targets.parquet' t ON t.disclosure = i.disclosure AND t.indicator = i.id"
        )
        assert [str(kind) for kind in joined.types] == ["DECIMAL(38,18)", "BIGINT", "BIGINT"]
        printed = sum(Decimal(row["weight"] or 0) for row in rows(folders["csv"], "indicators"))
        assert joined.fetchall()[0][0] == printed


def test_csv_is_read_by_a_database_as_well(folders: dict[str, Path]) -> None:
    with duckdb.connect() as database:
        found = database.sql(
            f"SELECT d.name, COUNT(*) FROM read_csv('{folders['csv']}/data/tables.csv') t "
            f"JOIN read_csv('{folders['csv']}/data/departments.csv') d ON t.department = d.id GROUP BY 1 ORDER BY 1"
        )
        assert len(found.fetchall()) == 5


def test_a_selection_has_its_documents_alone(store: Store) -> None:
    out = io.BytesIO()
    package.write(store, Selection(region="61"), "csv", out)
    with zipfile.ZipFile(out) as archive:
        assert set(archive.namelist()) == {"datapackage.json", *(f"data/{name}.csv" for name in relations())}
        text = archive.read("data/departments.csv").decode()
    assert text.count("\r\n") == 2 and "汉中市医疗保障局" in text


def test_what_cannot_be_is_told(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for selection, form, error in (
        (Selection(year=1999), "csv", NotFound),
        (Selection(project="车补"), "csv", BadParameter),
        (Selection(), "xlsx", BadParameter),
    ):
        with pytest.raises(error):
            package.write(store, selection, form, io.BytesIO())
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(NotInstalled, match=r"jixiao\[parquet\]"):
        package.write(store, Selection(), "parquet", io.BytesIO())


def test_the_command_writes_a_zip_file_or_a_folder(tmp_path: Path, jixiao: Jixiao) -> None:
    with closing(open_store(tmp_path / "s")) as filled:
        list(ingest([resources.folder("data/samples") / "tongchuan-2024.txt"], filled))
    assert jixiao("export", "package", "--store", tmp_path / "s", "-o", tmp_path / "p.zip").code == 0
    assert jixiao("export", "package", "--store", tmp_path / "s", "-o", tmp_path / "p").code == 0
    with zipfile.ZipFile(tmp_path / "p.zip") as archive:
        assert archive.read("data/tables.csv") == (tmp_path / "p" / "data" / "tables.csv").read_bytes()
