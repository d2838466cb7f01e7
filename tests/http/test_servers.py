"""All that the service does, over two other SPARQL servers: Oxigraph's own and Virtuoso, filled through the command."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
from pyoxigraph import NamedNode

from api.cli import app
from api.settings import Settings
from graph import resources
from graph.queries import library, run
from graph.queries.lists import lists
from graph.store import Store, open_store
from graph.store.embedded import canonical
from graph.store.http import RemoteError
from tests.servers import WRITER, environment, oxigraph, virtuoso
from tests.serving import served

TOKEN = "token of the tests"
AUTHORISED = {"authorization": f"Bearer {TOKEN}"}
SAMPLES = resources.folder("data/samples")
G = NamedNode("http://example.org/图")
JX = "https://w3id.org/jixiao/ontology#"
# Virtuoso 7.2 loses the type of sums over decimals of OPTIONAL patterns: SR087, SR128.
UNANSWERED = {("virtuoso", "target-outliers")}
JOINED = ("names", "used_by")  # columns of GROUP_CONCAT: SPARQL leaves the order of its parts open


class Place(NamedTuple):
    """A server: its name, its query URL, and a URL under which nobody may write."""

    name: str
    url: str
    reading: str


@pytest.fixture(
    scope="module",
    params=[
        pytest.param("oxigraph", marks=pytest.mark.xdist_group("oxigraph")),
        pytest.param("virtuoso", marks=[pytest.mark.virtuoso, pytest.mark.xdist_group("virtuoso")]),
    ],
)
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "oxigraph":
        with oxigraph(folder) as url:
            yield Place("oxigraph", url, url)
    else:
        with virtuoso(folder) as url, environment(WRITER):
            yield Place("virtuoso", url, url.removesuffix("-auth"))


@pytest.fixture(scope="module")
def remote(place: Place) -> Iterator[Store]:
    """The samples on the server, as ``jixiao ingest`` puts them there."""
    assert app(["ingest", str(SAMPLES), "--store", place.url, "--format", "json"], standalone_mode=False) in (0, None)
    store = open_store(place.url)
    yield store
    store.close()


@pytest.fixture(scope="module")
def local(sample_store: Path) -> Iterator[Store]:
    store = open_store(sample_store, read_only=True)
    yield store
    store.close()


@pytest.fixture(scope="module")
def client(remote: Store, place: Place) -> Iterator[httpx.Client]:
    settings = Settings(store=place.url, update=True, token=TOKEN, query_rows=2000, query_seconds=20, read_workers=1)
    with served(settings) as opened:
        yield opened


@pytest.fixture(scope="module")
def folder_client(sample_store: Path) -> Iterator[httpx.Client]:
    with served(Settings(store=str(sample_store), query_rows=2000)) as opened:
        yield opened


def test_every_graph_is_that_of_the_folder(remote: Store, local: Store) -> None:
    assert set(remote.graphs()) == set(local.graphs())
    for name in local.graphs():
        there, here = list(remote.graph(name)), list(local.graph(name))
        assert set(there) == set(here) or canonical(there) == canonical(here), name
    before = remote.state()
    assert not remote.replace({name: local.graph(name) for name in local.graphs() if "disclosure" in name.value})
    assert remote.state() == before


@pytest.mark.parametrize("name", library())
def test_every_question_has_the_answer_that_the_folder_gives(
    remote: Store, local: Store, place: Place, name: str
) -> None:
    values = {parameter.name: parameter.example for parameter in library()[name].params if parameter.required}
    if (place.name, name) in UNANSWERED:
        with pytest.raises(RemoteError):
            run(remote, name, **values)
        return
    theirs, ours = run(remote, name, **values), run(local, name, **values)
    assert theirs.columns == ours.columns
    assert comparable(theirs.rows) == comparable(ours.rows)


def comparable(rows: list[dict[str, str]]) -> list[str]:
    parted = ({k: sorted(v.split("；")) if k in JOINED else v for k, v in row.items()} for row in rows)
    return sorted(map(str, parted))


@pytest.mark.parametrize("name", lists())
def test_every_list_and_its_things_are_those_of_the_folder(
    client: httpx.Client, folder_client: httpx.Client, name: str
) -> None:
    theirs, ours = (one.get(f"/{name}", params={"limit": 20}).json() for one in (client, folder_client))
    assert ours == theirs
    for item in ours["items"][:2]:
        if url := item.get("url"):
            there, here = (one.get(url, headers={"accept": "application/json"}) for one in (client, folder_client))
            assert there.status_code == here.status_code == 200, there.text
            assert there.json() == here.json()


def until(condition: object, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.05)
