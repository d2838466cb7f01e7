"""Fixtures for every folder of tests, and the marks of those that need something besides.

``shared``: runs only when ``-m`` names it. ``ocr``, ``office``, ``browser``, ``node``, ``jena``, ``virtuoso``: also run
where the component, LibreOffice, Chromium, Node.js with npm, Jena, Virtuoso is installed.
"""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from graph import resources
from graph.ingest import ingest
from graph.readers import ocr
from graph.store import Store, open_store
from graph.vocabulary import Vocabulary, vocabulary
from tests import browser, jena
from tests.servers import VIRTUOSO

ROOT = Path(__file__).resolve().parents[1]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    there = {"shared": False, "ocr": ocr.available(), "office": shutil.which("soffice") is not None}
    there |= {"node": bool(shutil.which("node") and shutil.which("npm")), "jena": jena.available()}
    there |= {"browser": browser.program() is not None}
    there["virtuoso"] = bool(VIRTUOSO)
    absent = {mark for mark, available in there.items() if not available}
    absent = {mark for mark in absent if mark not in config.option.markexpr}
    asked = [item for item in items if any(item.get_closest_marker(mark) for mark in absent)]
    if asked:
        config.hook.pytest_deselected(items=asked)
    items[:] = [item for item in items if item not in asked]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the whole published documents and their annotations."""
    folder = Path(os.environ.get("JIXIAO_SHARED") or ROOT.parent / "shared")
    if not (folder / "tools" / "score.py").is_file():
        pytest.fail(f"{folder} is not the folder of published documents; set JIXIAO_SHARED", pytrace=False)
    return folder


@pytest.fixture(scope="session")
def words() -> Vocabulary:
    return vocabulary()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "store")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def sample_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the five samples, read, judged and stored."""
    folder = tmp_path_factory.mktemp("samples") / "store"
    store = open_store(folder)
    outcomes = list(ingest(sorted(resources.folder("data/samples").glob("*.txt")), store))
    store.close()
    assert all(outcome.changed for outcome in outcomes)
    return folder


class Printed(NamedTuple):
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


@pytest.fixture
def jixiao(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Callable[..., Printed]:
    """The command line, in this process."""
    from api.cli import main

    def run(*arguments: object) -> Printed:
        monkeypatch.setattr(sys, "argv", ["jixiao", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            main()
        code = stop.value.code
        return Printed(code if isinstance(code, int) else 0, *capfd.readouterr())

    return run
