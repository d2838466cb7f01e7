"""Other SPARQL servers, each in a process of its own and over a folder of its own."""

import os
import shutil
import socket
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

VIRTUOSO = shutil.which("virtuoso-t") or ""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def environment(values: dict[str, str]) -> Iterator[None]:
    """Variables of the environment, for the block."""
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def running(command: list[str], answers: str, seconds: float = 60) -> Iterator[subprocess.Popen[bytes]]:
    """A server, from when it answers at a URL until the end of the block; its process."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + seconds
        while True:
            try:
                httpx.get(answers, timeout=5)
                break
            except httpx.TransportError:
                assert process.poll() is None, f"{command} ended with {process.returncode}"
                assert time.monotonic() < deadline, f"{command} does not answer"
                time.sleep(0.05)
        yield process
    finally:
        process.terminate()
        process.wait(30)


def oxigraph_command(folder: Path, port: int, *arguments: str) -> list[str]:
    """What runs the server of the package ``oxigraph``."""
    name = "oxigraph"
    program = shutil.which(name, path=f"{sysconfig.get_path('scripts')}:{Path(sys.executable).parent}")
    assert program, "pip install oxigraph"
    return [program, *(arguments or ("serve",)), "--location", str(folder), "--bind", f"127.0.0.1:{port}"]


@contextmanager
def oxigraph(folder: Path) -> Iterator[str]:
    """That server; its query URL."""
    port = free_port()
    with running(oxigraph_command(folder, port), f"http://127.0.0.1:{port}/"):
        yield f"http://127.0.0.1:{port}/query"


# As Debian sets it up where results are concerned; the folder is writable and there is no other place to listen.
_VIRTUOSO = """
[Database]
DatabaseFile = {folder}/v.db
ErrorLogFile = {folder}/v.log
LockFile = {folder}/v.lck
TransactionFile = {folder}/v.trx
xa_persistent_file = {folder}/v.pxa
[TempDatabase]
DatabaseFile = {folder}/t.db
TransactionFile = {folder}/t.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
DirsAllowed = {folder}
NumberOfBuffers = 10000
[HTTPServer]
ServerPort = 127.0.0.1:{web}
ServerRoot = {folder}
ServerThreads = 10
[SPARQL]
ResultSetMaxRows = 10000
MaxQueryCostEstimationTime = 400
MaxQueryExecutionTime = 60
"""
# Who may write on a new Virtuoso, by digest at /sparql-auth; /sparql is for reading.
WRITER = {"JIXIAO_REMOTE_USER": "dba", "JIXIAO_REMOTE_PASSWORD": "dba", "JIXIAO_REMOTE_AUTH": "digest"}


@contextmanager
def virtuoso(folder: Path) -> Iterator[str]:
    """The server of Debian's package virtuoso-opensource-7-bin; the query URL for :data:`WRITER`."""
    sql, web = free_port(), free_port()
    settings = folder / "v.ini"
    settings.write_text(_VIRTUOSO.format(folder=folder, sql=sql, web=web))
    with running([VIRTUOSO, "+foreground", "+configfile", str(settings)], f"http://127.0.0.1:{web}/sparql"):
        yield f"http://127.0.0.1:{web}/sparql-auth"
