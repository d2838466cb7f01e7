"""Every command and address in the two READMEs is run, and what they print is compared with what the READMEs show.

A ``console`` block is run in a folder that looks like the clone: lines with ``$`` are commands, the lines below one are
what it prints, ``...`` stands for anything. Of ``sh`` blocks, make's targets are looked up and others are named in
:data:`ELSEWHERE`.
"""

import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
READMES = ("README.md", "README.zh-CN.md")
# Commands that another test runs.
ELSEWHERE = {"pip install .": "tests/unit/test_packaging.py"}
SERVICE = "http://127.0.0.1:8000"


def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def blocks(name: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text(name), re.MULTILINE | re.DOTALL)


def console(name: str) -> list[tuple[str, str]]:
    """Commands in their order, each with the output shown."""
    parts = [part for block in blocks(name, "console") for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]]
    return [(command, shown) for command, _, shown in (part.partition("\n") for part in parts)]


def shell(name: str) -> list[str]:
    lines = [line for block in blocks(name, "sh") for line in block.splitlines()]
    return [re.sub(r"\s+# .*", "", line) for line in lines]


def like(shown: str) -> re.Pattern[str]:
    """What was shown as a pattern: a line ``...`` is any lines, ``...`` at the end of a line any characters."""
    lines = [".*" if line == "..." else re.escape(line).replace(r"\.\.\.", "[^\n]*") for line in shown.splitlines()]
    return re.compile("\\s*".join(lines), re.DOTALL)


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the samples, the environment of this test run as .venv, and the programs of it."""
    folder = tmp_path_factory.mktemp("clone")
    shutil.copytree(ROOT / "data", folder / "data")
    (folder / ".venv" / "bin").mkdir(parents=True)
    program = folder / ".venv" / "bin" / "jixiao"
    program.write_text(f"#!/bin/sh\nexec {shlex.quote(sys.executable)} -c 'from api.cli import main; main()' \"$@\"\n")
    program.chmod(0o755)
    (folder / ".venv" / "bin" / "activate").write_text("")
    return folder


def environment(folder: Path) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("JIXIAO_")}
    path = f"{folder / '.venv' / 'bin'}{os.pathsep}{clean['PATH']}"
    return {**clean, "PATH": path, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "COLUMNS": "140"}


def run(command: str, folder: Path) -> str:
    done = subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment(folder), capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


def test_both_languages_show_the_same_commands_and_addresses() -> None:
    english, chinese = READMES
    assert console(english) == console(chinese)
    assert shell(english) == shell(chinese)
    assert addresses(english) == addresses(chinese)


def test_every_command_prints_what_the_readme_shows(clone: Path) -> None:
    commands = console("README.md")
    assert len(commands) > 8
    for command, shown in commands:
        printed = run(command, clone)
        if shown:
            assert like(shown).fullmatch(printed.strip()), f"{command}\n{printed}"


@pytest.mark.parametrize("command", shell("README.md"))
def test_every_shell_command_exists(command: str) -> None:
    if command in ELSEWHERE:
        assert (ROOT / ELSEWHERE[command]).is_file()
        return
    program, target = command.split()
    assert program == "make"
    makefile = text("Makefile")
    assert re.search(rf"^{target}:", makefile, re.MULTILINE) and target in makefile.split(".PHONY:")[1].splitlines()[0]
    subprocess.run(["make", "--dry-run", target], cwd=ROOT, check=True, capture_output=True)


def test_the_demo_runs_the_commands_that_the_readme_shows() -> None:
    recipe = subprocess.run(["make", "-n", "demo"], cwd=ROOT, check=True, capture_output=True, encoding="utf-8").stdout
    assert "jixiao ingest data/samples --store .jixiao" in recipe
    assert "jixiao serve --store .jixiao --port 8000" in recipe


@pytest.fixture(scope="module")
def service(clone: Path) -> Iterator[str]:
    """``jixiao serve`` over the samples, on a free port."""
    run("jixiao ingest data/samples --store .jixiao", clone)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = ["jixiao", "serve", "--store", ".jixiao", "--port", str(port)]
    with subprocess.Popen(
        [str(clone / ".venv" / "bin" / command[0]), *command[1:]],
        cwd=clone,
        env=environment(clone),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        address = f"http://127.0.0.1:{port}"
        try:
            wait_for(address, process)
            yield address
        finally:
            process.terminate()


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(150):
        assert process.poll() is None, "jixiao serve ended"
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
        else:
            return
    pytest.fail("jixiao serve did not answer within 15 seconds")


def addresses(name: str) -> list[str]:
    return sorted(set(re.findall(rf"<{SERVICE}(/[^>]*)>", text(name))))


@pytest.mark.parametrize("path", addresses("README.md"))
def test_every_address_answers(path: str, service: str) -> None:
    quoted = urllib.parse.quote(path, safe="/?=&")
    with urllib.request.urlopen(service + quoted, timeout=30) as answer:
        assert answer.status == 200
        assert answer.read()


@pytest.mark.parametrize("name", [*READMES, "CHANGELOG.md", "data/README.md", "docs/design.md"])
def test_every_link_to_a_file_leads_somewhere(name: str) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", text(name))
    assert [link for link in links if not ((ROOT / name).parent / link).exists()] == []
