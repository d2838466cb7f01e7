"""A real server in a process of its own."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from httpx import Client
from pyoxigraph import NamedNode

from graph.store import open_store

ROOT = Path(__file__).parents[2]
CROSS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
START = "import sys; from api.serve import serve; serve(sys.argv[1], '127.0.0.1', int(sys.argv[2]))"


@contextmanager
def served(store: Path) -> Iterator[tuple[Client, subprocess.Popen[str]]]:
    process = subprocess.Popen(
        [sys.executable, "-c", START, str(store), "0"],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stderr is not None
    try:
        line = process.stderr.readline()
        match = re.search(r"http://\S+?/", line)
        assert match, line + process.stderr.read()
        with Client(base_url=match[0], timeout=30) as client:
            yield client, process
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(15)
        process.stderr.close()


@pytest.fixture
def store(tmp_path: Path, sample_store: Path) -> Path:
    return Path(shutil.copytree(sample_store, tmp_path / "store"))


def children(pid: int) -> set[int]:
    """Processes whose parent is the given one."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if int((entry / "stat").read_text().rpartition(")")[2].split()[1]) == pid:
                    found.add(int(entry.name))
            except OSError:
                continue
    return found


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_change_of_the_store_is_served_without_a_restart(store: Path) -> None:
    with served(store) as (client, _):
        before = client.get("/health").json()["state"]
        assert len(client.get("/disclosures").json()["items"]) == 5
        writer = open_store(store)
        writer.remove([NamedNode(item["iri"]) for item in client.get("/disclosures").json()["items"][:2]])
        writer.close()
        deadline = time.monotonic() + 20
        while len(client.get("/disclosures").json()["items"]) != 3:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert client.get("/health").json()["state"] != before
        query = "SELECT (COUNT(*) AS ?n) { ?d a <https://w3id.org/jixiao/ontology#Disclosure> }"
        assert client.get("/sparql", params={"query": query, "format": "csv"}).text.split() == ["n", "3"]


def test_the_server_stops_with_everything_it_started(store: Path) -> None:
    with served(store) as (client, process):
        assert client.get("/sparql", params={"query": "ASK {}"}).status_code == 200
        started = children(process.pid)
        assert started
    assert process.returncode == 0
    deadline = time.monotonic() + 10
    while any(map(alive, started)):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_query_process_does_not_outlive_a_server_that_is_killed(store: Path) -> None:
    with served(store) as (client, process):
        assert client.get("/health").status_code == 200
        started = children(process.pid)
        os.kill(process.pid, signal.SIGKILL)
        process.wait(5)
        deadline = time.monotonic() + 10
        while any(map(alive, started)):
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_many_clients_at_once_are_all_answered(store: Path) -> None:
    with served(store) as (client, _), ThreadPoolExecutor(20) as pool:
        paths = ["/health", "/projects", "/indicators?limit=5", "/sparql?query=ASK%20%7B%7D", "/"] * 20
        assert [response.status_code for response in pool.map(client.get, paths)] == [200] * 100


def test_a_port_that_is_taken_and_a_store_that_is_missing_are_told_in_one_line(store: Path, tmp_path: Path) -> None:
    with served(store) as (client, _):
        port = str(client.base_url.port)
        taken = subprocess.run(
            [sys.executable, "-c", START, str(store), port],
            cwd=ROOT, capture_output=True, text=True,
        )  # fmt: skip
    assert taken.returncode != 0
    assert "address-error" in taken.stderr
    missing = subprocess.run(
        [sys.executable, "-c", START, str(tmp_path / "none"), "0"], cwd=ROOT, capture_output=True, text=True
    )
    assert "store-error" in missing.stderr
