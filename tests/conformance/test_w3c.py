"""The manifests of the W3C for SPARQL 1.1 protocol and Graph Store Protocol, by a runner outside this project."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.settings import Settings
from graph.store import open_store
from tests.serving import served

TOKEN = "token of the tests"


@pytest.fixture
def client(tmp_path: Path) -> Iterator[httpx.Client]:
    open_store(tmp_path / "store").close()
    with served(Settings(store=str(tmp_path / "store"), update=True, token=TOKEN)) as opened:
        yield opened


def run(*arguments: str | Path) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "TOKEN": TOKEN},
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.shared
def test_the_protocol_manifest_passes_whole(shared: Path, client: httpx.Client) -> None:
    base = str(client.base_url)
    told = run(shared / "tools" / "w3c_http.py", "protocol", f"{base}/sparql", f"{base}/update", f"{base}/graphs")
    assert "34/34 passed" in told, told


@pytest.mark.shared
def test_the_graph_store_manifests_pass_whole(shared: Path, client: httpx.Client) -> None:
    # Each of these tests expects that the graphs which it makes are not there yet.
    program = f"""
import sys
sys.path.insert(0, {str(shared / "tools")!r})
import w3c_http as w3c
for kind in ("indirect", "direct"):
    w3c.run(
        w3c.T / f"graph-store-protocol/manifest-{{kind}}.ttl",
        lambda path, body, headers: "{client.base_url}/graphs" + path.removeprefix("/gsp"),
        lambda graph, test, client: client.post("{client.base_url}/update", data={{"update": "DROP ALL"}}),
    )
"""
    told = run("-c", program)
    assert re.findall(r"(\d+)/(\d+) passed", told) == [("9", "9"), ("4", "4")], told
