"""``make schemathesis``: the OpenAPI of the service against the service itself, over a store of the samples.

Schemathesis sends what the description allows and what it forbids, and compares every answer with it. It has a
token, so that it may write; nothing outside a temporary folder is written to.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from api.settings import Settings
from graph import resources
from graph.ingest import ingest
from graph.store import open_store
from tests.serving import served

TOKEN = "fuzz-token-of-sixteen-or-more"
CONFIG = Path(__file__).with_name("schemathesis.toml")
ROOT = Path(__file__).parents[1]


def _run(store: Path, arguments: list[str]) -> int:
    """One run with a token, and its exit code."""
    with served(Settings(store=str(store), token=TOKEN, update=True, query_seconds=2)) as client:
        command = [str(Path(sys.executable).with_name("st")), "--config-file", str(CONFIG), "run"]
        url = f"{client.base_url}/openapi.json"
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "SCHEMATHESIS_HOOKS": "tests.fuzz_hooks"}
        return subprocess.run([*command, *arguments, url], cwd=store, check=False, env=environment).returncode


def main() -> int:
    """Fill a store, serve it, and let Schemathesis ask; further arguments are its own."""
    with tempfile.TemporaryDirectory(prefix="jixiao-fuzz-") as folder:
        path = Path(folder) / "store"
        store = open_store(path)
        outcomes = list(ingest(sorted(resources.folder("data/samples").glob("*.txt")), store))
        store.close()
        return _run(path, sys.argv[1:]) if all(outcome.changed for outcome in outcomes) else 2


if __name__ == "__main__":
    sys.exit(main())
