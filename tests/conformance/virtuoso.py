"""The remote store on Virtuoso 7 (Debian: virtuoso-opensource-7), which the suite does not install.

python -m tests.conformance.virtuoso [virtuoso-t]

Starts a server over an empty folder, stores the samples there, asks every question and compares with the local store,
serves from it, and prints what agrees. Ends with an error where something does not.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from pyoxigraph import NamedNode

from api.settings import Settings
from graph import resources
from graph.errors import JixiaoError
from graph.ingest import ingest
from graph.queries import library, run
from graph.store import Store, open_store
from graph.store.embedded import canonical
from tests.servers import free_port
from tests.serving import served

_SETTINGS = """
[Database]
DatabaseFile = {folder}/v.db
ErrorLogFile = {folder}/v.log
LockFile = {folder}/v.lck
TransactionFile = {folder}/v.trx
[TempDatabase]
DatabaseFile = {folder}/t.db
TransactionFile = {folder}/t.trx
[Parameters]
ServerPort = {sql}
DirsAllowed = {folder}
NumberOfBuffers = 20000
[HTTPServer]
ServerPort = {web}
[SPARQL]
DefaultQuery = ASK {{}}
"""


@contextmanager
def virtuoso(program: str, folder: Path) -> Iterator[str]:
    """The query URL of a server in which whoever asks may write."""
    sql, web = free_port(), free_port()
    settings = folder / "v.ini"
    settings.write_text(_SETTINGS.format(folder=folder, sql=sql, web=web))
    process = subprocess.Popen([program, "+foreground", "+configfile", str(settings)], cwd=folder)
    try:
        url = f"http://127.0.0.1:{web}/sparql"
        until(lambda: httpx.get(url, params={"query": "ASK {}"}, timeout=5).status_code == 200)
        grant = 'GRANT SPARQL_UPDATE TO "SPARQL"; '
        subprocess.run(["isql-vt", str(sql), "dba", "dba", f"EXEC={grant}"], check=True, stdout=subprocess.DEVNULL)
        yield url
    finally:
        process.terminate()
        process.wait(60)


def until(condition: object, seconds: float = 60) -> None:
    """Wait for a server."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            if condition():  # type: ignore[operator]
                return
        except httpx.TransportError:
            pass
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.2)


def compare(theirs: Store, ours: Store) -> list[str]:
    """The questions that are not answered alike."""
    different = []
    for name, question in library().items():
        values = {parameter.name: parameter.example for parameter in question.params if parameter.required}
        expected = sorted(map(str, run(ours, name, **values).rows))
        try:
            found = sorted(map(str, run(theirs, name, **values).rows))
        except JixiaoError as error:
            different.append(f"{name}: {error.detail[:160]}")
            continue
        if found != expected:
            only = [row for row in found if row not in expected][:1], [row for row in expected if row not in found][:1]
            different.append(f"{name}: {len(found)} rows for {len(expected)}; {only}")
    return different


def main() -> None:
    """Print what agrees and what does not."""
    program = sys.argv[1] if len(sys.argv) > 1 else "virtuoso-t"
    with tempfile.TemporaryDirectory() as folder, virtuoso(program, Path(folder)) as url:
        ours, theirs = open_store(None), open_store(url)
        list(ingest(sorted(resources.folder("data/samples").glob("*.txt")), ours))
        changed = theirs.replace({name: ours.graph(name) for name in ours.graphs()})
        print("stored:", changed, "again:", theirs.replace({name: ours.graph(name) for name in ours.graphs()}))
        graphs = [name for name in ours.graphs() if canonical(theirs.graph(name)) != canonical(ours.graph(name))]
        print(f"graphs that differ: {len(graphs)} of {len(list(ours.graphs()))}", [g.value for g in graphs][:3])
        for name in graphs[:1]:
            there, here = ({str(quad) for quad in canonical(store.graph(name))} for store in (theirs, ours))
            print(*sorted(there - here)[:3], *sorted(here - there)[:3], sep="\n  ")
        different = compare(theirs, ours)
        alike = len(library()) - len(different)
        print(f"questions answered alike: {alike} of {len(library())}", *different, sep="\n  ")
        with served(Settings(store=url)) as client:
            for path in ("/health", "/departments", "/projects", "/indicators", "/sparql?query=ASK%7B%7D"):
                response = client.get(path)
                print(path, response.status_code, "" if response.status_code == 200 else response.text[:600])
        theirs.remove([NamedNode(name.value) for name in ours.graphs()])
        print("left after removal:", len(set(theirs.graphs()) & set(ours.graphs())))
        theirs.close()
    if different or graphs:
        sys.exit(1)


if __name__ == "__main__":
    main()
