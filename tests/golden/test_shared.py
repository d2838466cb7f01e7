"""The whole published documents against their annotations. Run with ``-m shared``."""

import ast
import json
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from graph.extraction import extract
from graph.model import PROJECT, Disclosure, Indicator, Money, TargetTable
from graph.output import as_json
from graph.readers import read
from graph.spelling import squeeze

pytestmark = pytest.mark.shared


@dataclass(frozen=True)
class Scored:
    """What ``tools/score.py`` says of a folder of documents: figures by document, the misses, and its exit code."""

    disclosures: dict[str, Disclosure]
    figures: dict[str, dict[str, Any]]
    text: str
    code: int


def score(shared: Path, documents: str, gold: str, out: Path, *limits: str) -> Scored:
    found = {path.stem: extract(read(path)) for path in sorted((shared / documents).iterdir())}
    for stem, disclosure in found.items():
        (out / f"{stem}.json").write_text(json.dumps({"disclosures": [as_json(disclosure)]}), encoding="utf-8")
    command = [sys.executable, shared / "tools" / "score.py", shared / gold, out, "--verbose", *limits]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env={"PYTHONIOENCODING": "utf-8"})
    lines = [line.split(" ", 1) for line in done.stdout.splitlines() if line.split(" ")[0] in found and " {" in line]
    return Scored(found, {stem: ast.literal_eval(figures) for stem, figures in lines}, done.stdout, done.returncode)


@pytest.fixture(scope="module")
def seeds(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Scored:
    return score(shared, "seeds", "gold", tmp_path_factory.mktemp("seeds"), "--min-row=0.99", "--min-cell=0.985")


@pytest.fixture(scope="module")
def examples(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Scored:
    out = tmp_path_factory.mktemp("examples")
    return score(shared, "examples/docs", "examples/gold", out, "--min-row=0.97", "--min-cell=0.95")


def test_rows_and_cells_of_the_whole_documents_are_right(seeds: Scored) -> None:
    assert len(seeds.figures) == 5
    assert seeds.code == 0, seeds.text


def test_rows_and_cells_of_the_examples_in_six_formats_are_right(examples: Scored) -> None:
    assert len(examples.figures) == 10
    assert examples.code == 0, examples.text


def test_every_name_budget_objective_year_and_department_is_right(seeds: Scored) -> None:
    for stem, figures in seeds.figures.items():
        for kind in ("names", "budgets", "objectives"):
            right, of = figures[kind].split("/")
            assert right == of, (stem, kind, seeds.text)
        assert (figures["year_ok"], figures["department_ok"]) == (True, True), stem


def test_nothing_in_the_whole_documents_is_left_without_a_place(seeds: Scored) -> None:
    assert {stem: found.unplaced for stem, found in seeds.disclosures.items() if found.unplaced} == {}


# -- budgets --------------------------------------------------------------------------------------------------------


def wan(amount: Money | None) -> Decimal | None:
    return None if amount is None else amount.yuan / 10_000


def number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def annotated(shared: Path, kind: str) -> dict[str, dict[str, Any]]:
    files = sorted((shared / "gold").glob("*.json"))
    chosen = [file for file in files if file.stem.endswith("_budget") == (kind == "budget")]
    return {file.stem.removesuffix("_budget"): json.loads(file.read_text("utf-8")) for file in chosen}


def test_the_totals_of_the_budget_tables_are_right(seeds: Scored, shared: Path) -> None:
    for stem, gold in annotated(shared, "budget").items():
        budget = seeds.disclosures[stem].budget
        found = {"income_wan": wan(budget.income), "expenditure_wan": wan(budget.expenditure)}
        found |= {"basic_wan": wan(budget.basic), "project_wan": wan(budget.project)}
        assert found == {name: number(text) for name, text in gold["totals"].items()}, stem


def test_the_function_items_of_the_budget_tables_are_right(seeds: Scored, shared: Path) -> None:
    for stem, gold in annotated(shared, "budget").items():
        lines = seeds.disclosures[stem].budget.functions
        found = {(line.code, line.name, wan(line.total), wan(line.basic), wan(line.project)) for line in lines}
        assert found == {(*line[:2], *map(number, line[2:5])) for line in gold["functions"]}, stem


def test_the_project_lines_of_the_budget_are_right(seeds: Scored, shared: Path) -> None:
    for stem, gold in annotated(shared, "budget").items():
        disclosure = seeds.disclosures[stem]
        found = [(squeeze(line.name), line.function, wan(line.money)) for line in disclosure.budget.projects]
        # Where no budget table lists projects, their target tables do.
        projects = [table for table in disclosure.target_tables if table.scope == PROJECT]
        found = found or [(squeeze(table.name), None, wan(table.budget)) for table in projects]
        assert Counter(found) == Counter((squeeze(n), f, Decimal(a)) for n, f, a in gold["projects"]), stem


def test_the_units_of_the_project_lines_are_right(seeds: Scored, shared: Path) -> None:
    for stem, gold in annotated(shared, "budget").items():
        lines = seeds.disclosures[stem].budget.projects
        found = [(line.name, line.unit.code if line.unit else None) for line in lines]
        assert [pair for pair in found if "projects_unit" in gold] == [tuple(p) for p in gold.get("projects_unit", [])]


# -- objectives and indicators in running text -----------------------------------------------------------------------


def prose(disclosure: Disclosure) -> TargetTable:
    (table,) = [table for table in disclosure.target_tables if table.kind == "prose"]
    return table


def facts(item: Indicator) -> tuple[str | None, ...]:
    return item.parent, item.level3, item.target.comparator, item.target.value, item.target.unit


def test_indicators_in_running_text_are_right(seeds: Scored, shared: Path) -> None:
    golds = {stem: gold for stem, gold in annotated(shared, "tables").items() if gold.get("prose_indicators")}
    assert len(golds) == 2
    for stem, gold in golds.items():
        keys = ("goal_item", "name", "comparator", "value", "unit")
        expected = [tuple(item[key] for key in keys) for item in gold["prose_indicators"]]
        assert [facts(item) for item in prose(seeds.disclosures[stem]).prose_indicators] == expected


def test_objectives_in_running_text_are_right(seeds: Scored, shared: Path) -> None:
    for stem, gold in annotated(shared, "tables").items():
        if gold.get("prose_indicators"):
            table = prose(seeds.disclosures[stem])
            (overall,) = [annotation for annotation in gold["tables"] if annotation["scope"] == "overall"]
            assert table.objective == overall["goal"]
            expected = [(goal["goal_item"], goal["goal"]) for goal in overall["sub_goals"]]
            assert [(goal.item, goal.objective) for goal in table.sub_goals] == expected
