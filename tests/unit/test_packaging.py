"""The wheel is built, installed in an empty environment and run there from another folder."""

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

import pytest

import graph

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
# Distributions that are imported under another name.
IMPORTED_AS = {
    "sparqlwrapper": "SPARQLWrapper",
    "python-docx": "docx",
    "python-multipart": "python_multipart",
    "charset-normalizer": "charset_normalizer",
    "opencv-python-headless": "cv2",
    "openapi-spec-validator": "openapi_spec_validator",
    "prometheus-client": "prometheus_client",
    "pillow": "PIL",
    "axe-playwright-python": "axe_playwright_python",
}


def name_of(requirement: str) -> str:
    return re.match(r"[\w.-]+", requirement).group().lower()


def run(*command: str | Path, cwd: Path) -> str:
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "JIXIAO_", "VIRTUAL_"))
    }
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=clean, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=ROOT)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the programs of an environment that holds the wheel and what it needs, nothing else."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    run(programs / "python", "-m", "pip", "install", "-q", "-c", ROOT / "requirements.lock", wheel, cwd=folder)
    return programs


def test_the_wheel_carries_the_vocabulary_the_rules_the_questions_and_the_samples(wheel: Path) -> None:
    from zipfile import ZipFile

    names = set(ZipFile(wheel).namelist())
    for folder, inside in (
        ("ontology", "graph/_resources/ontology"),
        ("shapes", "graph/_resources/shapes"),
        ("data/samples", "graph/_resources/data/samples"),
        ("data/reference", "graph/_resources/data/reference"),
        ("graph", "graph"),
        ("api", "api"),
    ):
        files = {f"{inside}/{p.relative_to(ROOT / folder)}" for p in (ROOT / folder).rglob("*") if p.is_file()}
        missing = {name for name in files - names if "__pycache__" not in name}
        assert files and not missing
    assert {"graph/py.typed", "api/py.typed"} <= names
    assert not [name for name in names if name.startswith(("tests/", "docs/"))]


def test_an_empty_environment_says_the_version(installed: Path, tmp_path: Path) -> None:
    assert run(installed / "jixiao", "--version", cwd=tmp_path) == f"jixiao {graph.__version__}\n"


def test_an_empty_environment_reads_judges_and_stores_the_samples(installed: Path, tmp_path: Path) -> None:
    jixiao = installed / "jixiao"
    samples = Path(run(jixiao, "samples", cwd=tmp_path).strip())
    assert installed.parent in samples.parents
    files = sorted(samples.iterdir())
    said = json.loads(run(jixiao, "extract", files[0], "--format", "json", cwd=tmp_path))
    assert said["disclosures"][0]["target_tables"]
    stored = json.loads(run(jixiao, "ingest", samples, "--store", "store", "--format", "json", cwd=tmp_path))
    assert [line["path"] for line in stored if line["error"] or not line["indicators"]] == []
    assert len(stored) == len(files)
    assert "jx:" not in run(jixiao, "query", "--list", cwd=tmp_path)


def test_the_service_imports_without_development_dependencies(installed: Path, tmp_path: Path) -> None:
    run(installed / "python", "-c", "import api.app", cwd=tmp_path)


def imported(*folders: str) -> set[str]:
    """Names of the packages of others that Python files import."""
    used = set()
    for path in (path for folder in folders for path in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                used |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                used.add(node.module.split(".")[0])
    return used - set(sys.stdlib_module_names) - {"graph", "api", "docs", "tests"}


def declared(*groups: str) -> set[str]:
    """Import names of what the project declares: its dependencies, and those of the extras named."""
    items = [*PROJECT["dependencies"], *(item for group in groups for item in PROJECT["optional-dependencies"][group])]
    return {IMPORTED_AS.get(name_of(item), name_of(item)) for item in items}


def test_every_import_is_declared_and_every_dependency_imported() -> None:
    used = imported("graph", "api")
    assert used <= declared("ocr", "parquet")
    # Imported by others: FastAPI for forms, uvicorn for its loop, and rapidocr for its inference.
    assert declared("ocr", "parquet") - used == {"python_multipart", "uvloop", "onnxruntime"}


def test_every_import_of_the_tests_is_declared() -> None:
    assert imported("tests", "docs") <= declared("ocr", "parquet", "dev")


def test_the_lock_pins_every_dependency_and_names_no_place() -> None:
    lines = [line for line in (ROOT / "requirements.lock").read_text("utf-8").splitlines() if not line.startswith("#")]
    assert [line for line in lines if not re.fullmatch(r"[a-z0-9][a-z0-9-]*==[\w.]+( ; [\w.\s='<>!()]+)?", line)] == []
    pinned = {name_of(line) for line in lines}
    wanted = {name_of(item) for item in (*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"])}
    assert wanted - {"jixiao"} <= pinned
