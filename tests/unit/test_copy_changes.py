"""The copy in memory follows what this process writes without being made anew, and is equal to the store afterwards."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, Literal, NamedNode, RdfFormat, Triple, parse

from graph.store import EmbeddedStore, sandbox
from graph.store.changes import Changes
from graph.store.live import Live
from graph.store.sandbox import Limits
from graph.store.writing import changed

P = NamedNode("http://example.org/p")
ROWS = "SELECT ?o { ?s ?p ?o } ORDER BY ?o"


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    EmbeddedStore(tmp_path / "store").close()
    opened = Live(tmp_path / "store", Limits(seconds=5))
    yield opened
    opened.close()


def renewed(live: Live, folder: Path, *updates: str) -> int:
    """Run updates and follow them; the number of the process that holds the copy."""
    store = EmbeddedStore(folder / "store")
    for text in updates:
        store.update(text, "http://example.org/base/")
    store.close()
    live.renew(store.changes)
    assert live.state == store.state()
    assert contents(live) == on_disk(folder)
    return live.current().sandbox._process._process.pid


def canonical(dump: bytes) -> Dataset:
    dataset = Dataset(parse(dump, RdfFormat.N_QUADS))
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


def contents(live: Live) -> Dataset:
    out = io.BytesIO()
    live.current().store.dump(out, RdfFormat.N_QUADS)
    return canonical(out.getvalue())


def on_disk(folder: Path) -> Dataset:
    out, store = io.BytesIO(), EmbeddedStore(folder / "store", read_only=True)
    store.dump(out, RdfFormat.N_QUADS)
    store.close()
    return canonical(out.getvalue())


def values(live: Live) -> list[str]:
    return live.current().sandbox.query(ROWS, solutions="text/csv", graph=None).body.decode().split()[1:]


def test_the_same_process_serves_on(live: Live, tmp_path: Path) -> None:
    first = renewed(live, tmp_path, "INSERT DATA { <s> <p> 1 . GRAPH <g> { <s> <p> 2 } }")
    assert values(live) == ["1", "2"]
    assert renewed(live, tmp_path, "INSERT DATA { GRAPH <h> { <s> <p> 3, [] } }", "DROP GRAPH <g>") == first
    assert values(live)[-2:] == ["1", "3"]
    several = "CREATE GRAPH <empty> ; COPY <h> TO <i> ; DELETE DATA { GRAPH <h> { <s> <p> 3 } }"
    assert renewed(live, tmp_path, several) == first
    names = {name.value.rpartition("/")[2] for name in live.current().store.graphs() if "/base/" in name.value}
    assert names == {"h", "i", "empty"}


def test_what_may_come_out_otherwise_is_not_repeated(live: Live, tmp_path: Path) -> None:
    first = renewed(live, tmp_path, "INSERT DATA { GRAPH <g> { <s> <p> 1 } }")
    assert renewed(live, tmp_path, "INSERT { GRAPH <g> { <s> <p> ?x } } WHERE { BIND(RAND() AS ?x) }") != first


def test_an_update_from_outside_is_repeated_with_what_it_puts_out_of_date(live: Live, tmp_path: Path) -> None:
    first = renewed(live, tmp_path, "INSERT DATA { GRAPH <g> { <s> <p> 1 } }")
    text = "INSERT DATA { GRAPH <g> { <s> <p> 2 } }"
    store = EmbeddedStore(tmp_path / "store")
    changed(store, {"kind": "update", "sparql": text, "base": "http://example.org/base/"})
    store.close()
    live.renew(store.changes)
    assert live.current().sandbox._process._process.pid == first
    assert contents(live) == on_disk(tmp_path)


def test_what_another_process_wrote_meanwhile_is_taken_in(live: Live, tmp_path: Path) -> None:
    first = renewed(live, tmp_path, "INSERT DATA { GRAPH <g> { <s> <p> 1 } }")
    other = EmbeddedStore(tmp_path / "store")
    other.update("INSERT DATA { GRAPH <g> { <s> <p> 2 } }", "http://example.org/base/")
    other.close()
    assert renewed(live, tmp_path, "INSERT DATA { GRAPH <g> { <s> <p> 3 } }") != first
    assert values(live) == ["1", "2", "3"]


def test_a_copy_that_cannot_follow_is_made_anew(live: Live, tmp_path: Path) -> None:
    first = renewed(live, tmp_path, "INSERT DATA { GRAPH <g> { <s> <p> 1 } }")
    store = EmbeddedStore(tmp_path / "store")
    store.update("INSERT DATA { GRAPH <g> { <s> <p> 2 } }", "http://example.org/base/")
    store.close()
    live.renew(
        Changes(store.changes.before, store.changes.after, (("CREATE GRAPH <http://example.org/base/g>", None),))
    )
    assert contents(live) == on_disk(tmp_path)
    assert live.current().sandbox._process._process.pid != first


def test_a_copy_that_has_grown_by_changes_is_made_anew(
    live: Live, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = renewed(live, tmp_path, "INSERT DATA { GRAPH <g> { <s> <p> 1 } }")
    monkeypatch.setattr(sandbox, "WEAR", 100)
    renewed(live, tmp_path, "INSERT DATA { GRAPH <g> { <s> <p> 2 } }")
    live._worker.submit(lambda: None).result()
    assert live.current().sandbox._process._process.pid != first
    assert values(live) == ["1", "2"]


def test_a_query_that_runs_sees_the_store_as_it_was(live: Live, tmp_path: Path) -> None:
    renewed(live, tmp_path, "INSERT DATA { GRAPH <g> { <s> <p> 1 } }")
    before = live.current().sandbox._process.take()
    renewed(live, tmp_path, "INSERT DATA { GRAPH <g> { <s> <p> 2 } }")
    assert values(live) == ["1", "2"]
    assert before.alive()
    live.current().sandbox._process._rest(before)
    assert values(live) == ["1", "2"]  # the old worker is not asked again
    assert before._socket.fileno() == -1


names = st.sampled_from([NamedNode(f"http://example.org/{name}") for name in "甲乙丙"])
objects = st.one_of(st.text(max_size=8).map(Literal), st.integers().map(Literal), names, st.builds(BlankNode))
graphs = st.dictionaries(names, st.lists(st.builds(Triple, names, st.just(P), objects), max_size=4), max_size=3)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.one_of(graphs, st.sets(names, max_size=2)), max_size=4))
def test_the_copy_equals_the_store(tmp_path_factory: pytest.TempPathFactory, steps: list[object]) -> None:
    folder = tmp_path_factory.mktemp("copy")
    EmbeddedStore(folder / "store").close()
    live = Live(folder / "store", Limits())
    first = live.current().sandbox._process._process.pid
    for step in steps:
        store = EmbeddedStore(folder / "store")
        if isinstance(step, dict):
            store.replace(step)
        elif isinstance(step, set):
            store.remove(step)
        store.close()
        live.renew(store.changes)
        assert contents(live) == on_disk(folder)
    assert live.current().sandbox._process._process.pid == first
    live.close()
