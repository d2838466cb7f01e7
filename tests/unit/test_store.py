import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from graph.errors import QueryError, StoreError
from graph.store import EmbeddedStore, Store, embedded, open_store

G, H = NamedNode("http://example.org/g"), NamedNode("http://example.org/h")
P = NamedNode("http://example.org/p")
DECIMAL = NamedNode("http://www.w3.org/2001/XMLSchema#decimal")


def triple(name: str, value: str | Literal | BlankNode) -> Triple:
    return Triple(NamedNode(f"http://example.org/{name}"), P, Literal(value) if isinstance(value, str) else value)


A, B, C = triple("a", "甲"), triple("b", "乙"), triple("c", 'line\nbreak "quoted" \\ 🀄 \x00\ufffe')


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "store")
    yield opened
    opened.close()


def rows(store: Store, sparql: str, **bindings: NamedNode | Literal) -> list[list[str]]:
    return sorted([term.value for term in row] for row in store.query(sparql, bindings=bindings))  # type: ignore[union-attr]


def test_a_replaced_graph_holds_the_new_triples_and_no_old_ones(store: Store) -> None:
    assert store.replace({G: [A, B], H: [B]})
    assert store.replace({G: [C]})
    assert set(store.graph(G)) == {C}
    assert set(store.graph(H)) == {B}
    assert set(store.graphs()) == {G, H}


def test_replacing_by_the_same_changes_nothing(store: Store) -> None:
    first = [A, triple("n", Literal("20.00", datatype=DECIMAL)), Triple(BlankNode("x"), P, BlankNode("y"))]
    again = [Triple(BlankNode("v"), P, BlankNode("w")), triple("n", Literal("20.0", datatype=DECIMAL)), A, A]
    assert store.replace({G: first})
    state = store.state()
    assert not store.replace({G: again})
    assert not store.replace({})
    assert not store.replace({H: []})
    store.remove([H])
    assert store.state() == state


def test_every_change_changes_the_state(store: Store) -> None:
    states = [store.state()]
    for change in (
        lambda: store.replace({G: [A]}),
        lambda: store.replace({G: [A, B]}),
        lambda: store.replace({G: [A]}),
        lambda: store.replace({H: [A]}),
        lambda: store.remove([G, G, NamedNode("http://example.org/none")]),
        lambda: store.replace({H: ()}),
    ):
        change()
        states.append(store.state())
    assert len(set(states)) == len(states)
    assert not list(store.graphs())


def test_the_state_and_the_content_survive_closing(tmp_path: Path) -> None:
    store = open_store(tmp_path / "new" / "store")
    store.replace({G: [A, C]})
    state = store.state()
    store.close()
    for read_only in (True, False):
        again = open_store(tmp_path / "new" / "store", read_only=read_only)
        assert again.state() == state
        assert set(again.graph(G)) == {A, C}
        again.close()


def test_questions_see_the_union_of_all_graphs_and_nothing_else(store: Store) -> None:
    store.replace({G: [A], H: [B]})
    assert rows(store, "SELECT ?o { ?s ?p ?o }") == [["乙"], ["甲"]]
    assert rows(store, "SELECT ?g ?o { GRAPH ?g { ?s ?p ?o } }") == [[G.value, "甲"], [H.value, "乙"]]


@pytest.mark.parametrize(
    ("sparql", "expected"),
    [
        ("SELECT ?o FROM <http://example.org/g> { ?s ?p ?o }", ["甲"]),
        ("select ?o from\n<http://example.org/h> { ?s ?p ?o }", ["乙"]),
        ("SELECT ?o FROM NAMED <http://example.org/g> { GRAPH ?g { ?s ?p ?o } }", ["甲"]),
        ("SELECT ?o { ?s ?p ?o } # from here", ["乙", "甲"]),
        ("SELECT ?o { ?from ?p ?o FILTER(STR(?from) != 'from \\' \"') }", ["乙", "甲"]),
        ('PREFIX from: <http://example.org/> SELECT ?o { ?s from:p ?o FILTER(?o != """x" from """) }', ["乙", "甲"]),
        ("SELECT ?o { ?s ?p ?o FILTER(STR(?s) != '''from ' ''' && ?o < 'z' || true) }", ["乙", "甲"]),
    ],
)
def test_from_chooses_graphs_and_nothing_that_only_looks_like_it(
    store: Store, sparql: str, expected: list[str]
) -> None:
    store.replace({G: [A], H: [B]})
    assert rows(store, sparql) == [[value] for value in expected]


def test_values_are_bound_and_cannot_break_out(store: Store) -> None:
    store.replace({G: [A, B, C]})
    query = "SELECT ?s ?o { ?s ?p ?o }"
    assert rows(store, query, o=Literal("乙")) == [["http://example.org/b", "乙"]]
    assert rows(store, query, o=Literal('" } DROP ALL #')) == []
    assert len(rows(store, query)) == 3


def test_wrong_queries_say_what_is_wrong(store: Store) -> None:
    with pytest.raises(QueryError, match="1:16"):
        store.query("SELECT * WHERE ?s")
    with pytest.raises(QueryError, match=r"\?unknown"):
        store.query("SELECT ?s { ?s ?p ?o }", bindings={"unknown": Literal("x")})


def test_a_dump_in_every_kind_of_format_is_complete(store: Store) -> None:
    store.replace({G: [A, C], H: [A]})
    stream = BytesIO()
    store.dump(stream, RdfFormat.N_QUADS)
    assert {(q.triple, q.graph_name) for q in parse(stream.getvalue(), RdfFormat.N_QUADS)} == {(A, G), (C, G), (A, H)}
    stream = BytesIO()
    store.dump(stream, RdfFormat.N_TRIPLES)
    assert sorted(str(q.triple) for q in parse(stream.getvalue(), RdfFormat.N_TRIPLES)) == sorted(map(str, [A, C]))


def test_a_store_in_memory_does_the_same() -> None:
    store = open_store(None)
    assert store.replace({G: [A]})
    assert rows(store, "SELECT ?o { ?s ?p ?o }") == [["甲"]]
    store.close()
    with pytest.raises(StoreError, match="closed"):
        store.query("ASK {}")


def test_a_replacement_that_fails_half_way_leaves_everything_as_it_was(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.replace({G: [A], H: [A]})
    state = store.state()
    operations = embedded._replacement

    def failing(name: NamedNode, triples: list[Triple]) -> Iterator[str]:
        yield from operations(name, triples)
        if name == H:
            yield "DROP GRAPH <http://example.org/none>"

    monkeypatch.setattr(embedded, "_replacement", failing)
    with pytest.raises(StoreError, match="none"):
        store.replace({G: [B], H: [B]})
    assert set(store.graph(G)) == set(store.graph(H)) == {A}
    assert store.state() == state


# -- opening what cannot be opened -----


def test_a_store_that_another_process_has_is_reported_as_in_use_and_can_be_read(tmp_path: Path) -> None:
    holder = _child(
        tmp_path / "store",
        "store.replace({NamedNode('http://example.org/g'): []}); print('open', flush=True); time.sleep(60)",
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "open\n"
        with pytest.raises(StoreError, match="in use"):
            open_store(tmp_path / "store")
        open_store(tmp_path / "store", read_only=True).close()
    finally:
        holder.kill()
        holder.communicate()
    open_store(tmp_path / "store").close()


def test_opening_the_same_store_twice_is_reported_as_in_use(tmp_path: Path, store: Store) -> None:
    with pytest.raises(StoreError, match="in use"):
        open_store(tmp_path / "store")


def test_a_file_or_a_folder_of_other_things_is_not_taken_for_a_store(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="is a file"):
        open_store(tmp_path / "file")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "预算.pdf").write_text("x")
    with pytest.raises(StoreError, match="something else"):
        open_store(tmp_path / "folder")
    assert [entry.name for entry in (tmp_path / "folder").iterdir()] == ["预算.pdf"]


def test_a_damaged_store_is_reported(tmp_path: Path) -> None:
    open_store(tmp_path / "store").close()
    (tmp_path / "store" / "CURRENT").write_text("nonsense")
    for read_only in (False, True):
        with pytest.raises(StoreError, match="damaged"):
            open_store(tmp_path / "store", read_only=read_only)


def test_reading_where_there_is_no_store_makes_none(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no store here"):
        open_store(tmp_path / "none", read_only=True)
    assert not (tmp_path / "none").exists()


def test_a_store_opened_read_only_refuses_changes(tmp_path: Path) -> None:
    open_store(tmp_path / "store").close()
    store = open_store(tmp_path / "store", read_only=True)
    with pytest.raises(StoreError, match="read-only"):
        store.replace({G: [A]})
    store.close()


@contextmanager
def _without_privileges() -> Iterator[None]:
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


@pytest.mark.parametrize("mode", [0o000, 0o555])
def test_a_folder_without_permission_is_reported(tmp_path: Path, mode: int) -> None:
    for folder in (tmp_path.parent.parent, tmp_path.parent, tmp_path):
        folder.chmod(0o755)
    (tmp_path / "store").mkdir(mode=mode)
    (tmp_path / "store").chmod(mode)
    with _without_privileges(), pytest.raises(StoreError, match="No permission"):
        open_store(tmp_path / "store")
    with _without_privileges(), pytest.raises(StoreError, match="No permission"):
        open_store(tmp_path / "store" / "within")


# -- a process that dies -----

_PRELUDE = """
import sys, time
from pyoxigraph import Literal, NamedNode, Triple
from graph.store import open_store
store = open_store(sys.argv[1])
"""
_ALTERNATE = """
subjects = [NamedNode(f'http://example.org/{i}') for i in range(500)]
names = [NamedNode(f'http://example.org/g{i}') for i in range(12)]
def graph(value):
    return [Triple(subject, NamedNode('http://example.org/p'), Literal(value)) for subject in subjects]
print('open', flush=True)
while True:
    for value in 'one', 'two':
        store.replace({name: graph(value) for name in names})
"""


def _child(store: Path, code: str) -> subprocess.Popen[str]:
    root = Path(__file__).parents[2]
    return subprocess.Popen(
        [sys.executable, "-c", _PRELUDE + code, str(store)], cwd=root, stdout=subprocess.PIPE, text=True
    )


def test_a_process_killed_while_replacing_leaves_the_old_or_the_new_but_never_half(tmp_path: Path) -> None:
    before: dict[str, str] = {}
    # Eight kills at least, and more until two states have been seen: a busy machine writes slowly.
    for attempt in range(60):
        if attempt >= 8 and len(before) > 1:
            break
        delay = 0.2 + 0.05 * attempt
        writer = _child(tmp_path / "store", _ALTERNATE)
        assert writer.stdout is not None
        assert writer.stdout.readline() == "open\n"
        time.sleep(delay)
        writer.send_signal(signal.SIGKILL)
        writer.communicate()
        store = open_store(tmp_path / "store")
        sizes = {len(list(store.graph(name))) for name in store.graphs()}
        values = {triple.object.value for name in store.graphs() for triple in store.graph(name)}  # type: ignore[union-attr]
        assert len(list(store.graphs())) in (0, 12)
        assert sizes <= {500}
        assert len(values) <= 1
        assert before.setdefault(store.state(), str(values)) == str(values)
        store.close()
    assert len(before) > 1


def test_a_store_killed_while_it_was_being_made_can_be_opened(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    for name in ("LOCK", "LOG", "IDENTITY"):
        (tmp_path / "store" / name).touch()
    store = open_store(tmp_path / "store")
    assert isinstance(store, EmbeddedStore)
    assert store.replace({G: [A]})
    store.close()


names = st.sampled_from("abcdefgh").map(lambda name: NamedNode(f"http://example.org/{name}"))
literals = st.one_of(
    st.text(max_size=5).map(Literal),
    st.sampled_from(["20", "20.00", "-3.5"]).map(lambda v: Literal(v, datatype=DECIMAL)),
)
contents = st.lists(st.builds(Triple, names, st.just(P), st.one_of(names, literals, st.builds(BlankNode))), max_size=8)


@settings(max_examples=100, deadline=None)
@given(st.lists(contents, max_size=6))
def test_whatever_a_graph_held_it_holds_what_it_is_replaced_by(steps: list[list[Triple]]) -> None:
    store, before = EmbeddedStore(None), embedded.canonical(())
    for step in steps:
        state, expected = store.state(), embedded.canonical(step)
        assert store.replace({G: step}) == (expected != before)
        assert (store.state() == state) == (expected == before)
        assert embedded.canonical(store.graph(G)) == expected
        assert store.has_graph(G) == bool(step)
        before = expected
