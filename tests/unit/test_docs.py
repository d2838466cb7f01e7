"""The documentation says what is there: generated pages are current, and what the design names exists."""

import ast
import re
from pathlib import Path

import pytest
from rdflib import RDFS, SDO, Graph

from docs.generate import FOLDER, PAGES
from docs.ontology_picture import EDGES, JX

ROOT = FOLDER.parent


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_current(name: str) -> None:
    assert (FOLDER / name).read_text("utf-8") == PAGES[name](), f"docs/{name} is out of date; run: make docs"


def test_every_command_option_and_rule_is_explained() -> None:
    for name in PAGES:
        page = (FOLDER / name).read_text("utf-8")
        assert [line for line in page.splitlines() if re.search(r"\|\s*\|\s*$", line)] == []


def design() -> str:
    return (FOLDER / "design.md").read_text("utf-8").split("## Designed, not built yet")[0]


def test_every_file_that_the_design_names_exists() -> None:
    named = set(re.findall(r"`((?:graph|api|ontology|shapes|data)/[\w./-]*)`", design()))
    assert named
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []


def test_the_design_names_every_module_and_folder_of_the_library() -> None:
    tree = re.search(r"^    graph/\n(.*?)^    api/", design(), re.MULTILINE | re.DOTALL)
    assert tree
    names = {name for line in tree[1].splitlines() for name in re.findall(r"^ {6}((?:[\w.]+/? )+) ", line)}
    said = {word for group in names for word in group.split()}
    there = {
        path.name + "/" if path.is_dir() else path.name
        for path in (ROOT / "graph").iterdir()
        if path.name[0] not in "_." and path.suffix != ".typed"
    }
    assert said == there


def test_the_design_names_every_step_of_extraction() -> None:
    steps = design().split("The steps of `graph/extraction/`")[1].split("## ")[0]
    said = set(re.findall(r"`(\w+)`", steps))
    assert said == {path.stem for path in (ROOT / "graph" / "extraction").glob("*.py")} - {"__init__"}


def modules() -> list[Path]:
    return [path for folder in ("graph", "api") for path in (ROOT / folder).rglob("*.py") if path.stat().st_size]


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text("utf-8")))


def test_nothing_in_the_project_names_a_machine() -> None:
    """Paths of one computer, and the hosts that packages were taken from."""
    found = []
    pattern = re.compile(r"/(?:work|home/\w|root|opt|Users/\w)/|(?:pypi|files\.pythonhosted|registry\.npmjs)\.org")
    for folder in ("", ".ci", "api", "data", "docs", "graph", "ontology", "shapes", "tests"):
        paths = (ROOT / folder).iterdir() if not folder else (ROOT / folder).rglob("*")
        for path in paths:
            if path.suffix in {".py", ".md", ".ttl", ".rq", ".toml", ".lock", ".html", ""} and path.is_file():
                found += [path for line in path.read_text("utf-8", "replace").splitlines() if pattern.search(line)]
    assert [path for path in found if path != Path(__file__)] == []


@pytest.mark.parametrize(("first", "name", "second", "bow"), EDGES)
def test_the_picture_draws_what_the_ontology_says(first: str, name: str, second: str, bow: int) -> None:
    ontology = Graph().parse(ROOT / "ontology" / "jixiao.ttl")
    starts = {*ontology.objects(JX[name], RDFS.domain), *ontology.objects(JX[name], SDO.domainIncludes)}
    goals = {*ontology.objects(JX[name], RDFS.range), *ontology.objects(JX[name], SDO.rangeIncludes)}
    assert JX[first] in starts
    assert JX[second] in goals
    assert bow in (-1, 0, 1)
