"""Files that are no use: one clear line for each, the exit code says so, and the rest goes on."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from graph import resources
from tests.conftest import ROOT

SAMPLE = resources.folder("data/samples") / "tongchuan-2024.txt"


def jixiao(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own."""
    command = [sys.executable, "-c", "from api.cli import main; main()", *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    environment.pop("JIXIAO_STORE", None)
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, encoding="utf-8", timeout=60)


def letter(file: Path) -> None:
    file.write_text("关于召开会议的通知\n\n定于下周一开会。\n", encoding="utf-8")


def truncated(file: Path) -> None:
    file.write_bytes(b"PK\x03\x04\x14\x00\x06\x00word/document.xml" + bytes(range(200)))


BAD = {
    "missing.txt": (lambda file: None, "file-missing"),
    "empty.txt": (Path.touch, "file-empty"),
    "blank.txt": (lambda file: file.write_text(" \n\t\n"), "file-empty"),
    "program.pdf": (lambda file: file.write_bytes(b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 4), "unknown-format"),
    "half.docx": (truncated, "file-damaged"),
    "half.pdf": (lambda file: file.write_bytes(b"%PDF-1.7\n1 0 obj\n<< /Type /Cat"), "file-damaged"),
    "letter.txt": (letter, "no-performance-table"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("bad")
    for name, (write, _) in BAD.items():
        write(made / name)  # type: ignore[no-untyped-call]
    (made / "a folder").mkdir()
    shutil.copy(SAMPLE, made / "z-good.txt")
    return made


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_one_clear_line_in_both_languages(name: str, folder: Path) -> None:
    done = jixiao("extract", name, cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith(name)
    assert line.endswith(f"[{BAD[name][1]}]")


def test_an_empty_folder_is_told_as_such(folder: Path) -> None:
    done = jixiao("ingest", "a folder", "--store", "s1", cwd=folder)
    assert done.returncode == 2
    assert "a folder" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_good_file_among_bad_ones_is_still_stored(folder: Path) -> None:
    done = jixiao("ingest", *BAD, "z-good.txt", "--store", "s2", "--format", "json", cwd=folder)
    lines = json.loads(done.stdout)
    assert done.returncode == 2
    assert [Path(line["path"]).name for line in lines if not line["error"]] == ["z-good.txt"]
    assert [line["changed"] for line in lines] == [False] * len(BAD) + [True]
    assert len(done.stderr.splitlines()) == len(BAD)


def test_several_processes_report_the_same(folder: Path) -> None:
    done = jixiao("ingest", *BAD, "z-good.txt", "--store", "s3", "--jobs", "2", "--format", "json", cwd=folder)
    assert done.returncode == 2
    codes = [line["error"].rsplit("[", 1)[1] for line in json.loads(done.stdout) if line["error"]]
    assert codes == [f"{code}]" for _, code in BAD.values()]


def test_what_a_folder_merely_contains_is_no_failure_unless_it_is_damaged(folder: Path, tmp_path: Path) -> None:
    letter(tmp_path / "letter.txt")
    shutil.copy(folder / "program.pdf", tmp_path)
    shutil.copy(SAMPLE, tmp_path / "good.txt")
    done = jixiao("ingest", ".", "--store", ".jixiao", cwd=tmp_path)
    assert done.returncode == 0
    assert len(done.stderr.splitlines()) == 2


@pytest.mark.parametrize("cut", [1, 2, 3, 1000, 2001])
def test_a_text_file_cut_short_gives_what_is_there(cut: int, tmp_path: Path) -> None:
    (tmp_path / "cut.txt").write_bytes(SAMPLE.read_bytes()[:-cut])
    done = jixiao("extract", "cut.txt", "--format", "json", cwd=tmp_path)
    assert done.returncode == 0
    assert json.loads(done.stdout)["disclosures"][0]["target_tables"]


def test_a_file_that_may_not_be_read_is_reported(tmp_path: Path) -> None:
    # Reading through a link to itself fails for everyone, whoever runs the tests.
    (tmp_path / "loop.txt").symlink_to(tmp_path / "loop.txt")
    done = jixiao("extract", "loop.txt", cwd=tmp_path)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
