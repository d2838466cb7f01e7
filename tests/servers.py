"""Other SPARQL servers, each in a process of its own and over a folder of its own."""

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


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


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
