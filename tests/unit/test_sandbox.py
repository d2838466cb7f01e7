import io
import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, QueryResultsFormat, Triple

from graph.errors import JixiaoError, LimitExceeded, NotAcceptable, QueryError, StoreError
from graph.store import EmbeddedStore, open_store, peer
from graph.store.guard import refuse_federation
from graph.store.live import Live
from graph.store.results import TooManyRows, _Counter, serialise
from graph.store.sandbox import Limits, Sandbox, Source, Stop

CROSS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
HOG = "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f"
JSON = "application/sparql-results+json"
P = NamedNode("http://example.org/p")


def graph(count: int, value: str = "值") -> list[Triple]:
    return [Triple(NamedNode(f"http://example.org/{n}"), P, Literal(f"{value} {n}")) for n in range(count)]


def filled(count: int) -> Source:
    store = EmbeddedStore(None)
    store.replace({NamedNode("http://example.org/g"): graph(count)})
    return lambda: nullcontext(store)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    opened = Sandbox(filled(3000), Limits(seconds=1, rows=100, memory_mb=150))
    yield opened
    opened.close()


def ask(sandbox: Sandbox, sparql: str, solutions: str | None = JSON, graph: str | None = "text/turtle") -> bytes:
    return sandbox.query(sparql, solutions=solutions, graph=graph).body


def count(sandbox: Sandbox) -> str:
    answer = json.loads(ask(sandbox, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"))
    value: str = answer["results"]["bindings"][0]["n"]["value"]
    return value


# -- answers ----------------------------------------------------------------------------------------------------------


def test_answers_are_those_of_the_store(sandbox: Sandbox) -> None:
    assert count(sandbox) == "3000"
    assert json.loads(ask(sandbox, "ASK {}"))["boolean"] is True
    assert ask(sandbox, "SELECT ?o { <http://example.org/7> ?p ?o }", "text/csv") == "o\r\n值 7\r\n".encode()
    triples = ask(sandbox, "CONSTRUCT WHERE { <http://example.org/7> ?p ?o }", None, "application/n-triples")
    assert triples.decode() == '<http://example.org/7> <http://example.org/p> "值 7" .\n'


def test_a_long_query_and_a_long_answer_pass(sandbox: Sandbox) -> None:
    assert json.loads(ask(sandbox, "ASK {}" + "#" * 3_000_000))["boolean"] is True
    body = ask(sandbox, f'SELECT (CONCAT("{"长" * 400_000}", "!") AS ?x) {{}}', "text/csv")
    assert len(body) == len("x\r\n!\r\n") + 1_200_000


def test_queries_run_side_by_side(sandbox: Sandbox) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: count(sandbox), range(40))) == {"3000"}


def test_a_format_that_cannot_hold_the_result_is_told(sandbox: Sandbox) -> None:
    for sparql, solutions, triples in (("ASK {}", None, "text/turtle"), ("CONSTRUCT WHERE { ?s ?p ?o }", JSON, None)):
        with pytest.raises(NotAcceptable):
            ask(sandbox, sparql, solutions, triples)


def test_wrong_queries_say_where(sandbox: Sandbox) -> None:
    with pytest.raises(QueryError, match="1:16"):
        ask(sandbox, "SELECT * WHERE ?s")
    for update in ("INSERT DATA { <a:a> <a:b> 1 }", "LOAD <http://127.0.0.1/>", "DROP ALL", "CLEAR DEFAULT"):
        with pytest.raises(QueryError):
            ask(sandbox, update)
    assert count(sandbox) == "3000"


# -- limits -----------------------------------------------------------------------------------------------------------


def test_a_cross_join_is_killed_at_its_limit_while_another_query_answers(sandbox: Sandbox) -> None:
    started = time.monotonic()
    with ThreadPoolExecutor(1) as pool:
        hostile = pool.submit(ask, sandbox, CROSS)
        time.sleep(0.2)
        assert count(sandbox) == "3000"
        assert time.monotonic() - started < 0.9
        with pytest.raises(LimitExceeded, match="1 秒") as raised:
            hostile.result()
    assert 0.9 < time.monotonic() - started < 3
    assert raised.value.status == 504
    assert count(sandbox) == "3000"


@pytest.mark.parametrize(
    "sparql",
    [
        HOG,
        'SELECT (GROUP_CONCAT(CONCAT(?c, "' + "x" * 10000 + '")) AS ?x) { ?a ?b ?c . ?d ?e ?f }',
    ],
)
def test_a_memory_hog_is_stopped(sandbox: Sandbox, sparql: str) -> None:
    with pytest.raises(LimitExceeded) as raised:
        ask(sandbox, sparql)
    assert raised.value.detail in ("memory", "time")
    assert count(sandbox) == "3000"


def test_the_memory_limit_is_told(sandbox: Sandbox) -> None:
    with pytest.raises(LimitExceeded, match="150 MB") as raised:
        ask(sandbox, HOG)
    assert raised.value.status == 413


@pytest.mark.parametrize(
    "media_type", [JSON, "application/sparql-results+xml", "text/csv", "text/tab-separated-values"]
)
def test_rows_are_limited_exactly(sandbox: Sandbox, media_type: str) -> None:
    assert ask(sandbox, "SELECT * { ?s ?p ?o } LIMIT 100", media_type)
    with pytest.raises(LimitExceeded, match="100 行") as raised:
        ask(sandbox, "SELECT * { ?s ?p ?o } LIMIT 101", media_type)
    assert raised.value.status == 413


def test_triples_are_limited_exactly(sandbox: Sandbox) -> None:
    assert ask(sandbox, "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 100")
    with pytest.raises(LimitExceeded, match="100 行"):
        ask(sandbox, "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 101")


def test_endless_rows_are_stopped_before_the_clock(sandbox: Sandbox) -> None:
    started = time.monotonic()
    with pytest.raises(LimitExceeded, match="100 行"):
        ask(sandbox, "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")
    assert time.monotonic() - started < 0.9


def test_a_query_that_crashes_its_process_harms_nothing_else(sandbox: Sandbox) -> None:
    for sparql in ("SELECT * {" + "{" * 30_000 + "}" * 30_000 + "}", "ASK { FILTER(" + "!" * 200_000 + "1) }"):
        with pytest.raises(JixiaoError):
            ask(sandbox, sparql)
    assert count(sandbox) == "3000"


def test_the_next_query_starts_a_process_that_has_died() -> None:
    sandbox = Sandbox(filled(5), Limits())
    os.kill(sandbox._process._process.pid, signal.SIGKILL)
    assert count(sandbox) == "5"
    sandbox.close()


def test_closing_ends_the_process_at_once() -> None:
    sandbox = Sandbox(filled(5), Limits())
    started = time.monotonic()
    sandbox.close()
    assert time.monotonic() - started < 1
    assert sandbox._process._process.returncode == 0


def test_a_query_that_nobody_waits_for_is_ended() -> None:
    sandbox = Sandbox(filled(3000), Limits(seconds=30))
    stop = Stop()
    threading.Timer(0.3, stop).start()
    started = time.monotonic()
    with pytest.raises(JixiaoError):
        sandbox.query(CROSS, solutions=JSON, graph=None, stop=stop)
    sandbox.close()
    assert time.monotonic() - started < 5


def test_stopping_what_has_ended_harms_nobody(sandbox: Sandbox) -> None:
    stop = Stop()
    assert sandbox.query("ASK {}", solutions=JSON, graph=None, stop=stop).body
    stop()
    assert count(sandbox) == "3000"


def test_workers_are_used_again_until_a_query_has_left_them_large() -> None:
    sandbox = Sandbox(filled(3000), Limits(memory_mb=500))

    def worker() -> object:
        assert count(sandbox) == "3000"
        return sandbox._process._idle[-1]

    used = worker()
    assert worker() is used
    large = 'SELECT (STRLEN(GROUP_CONCAT(?o)) AS ?n) { ?a ?b ?c . BIND(CONCAT(STR(?c), "' + "x" * 30000 + '") AS ?o) }'
    assert ask(sandbox, large)
    assert used not in sandbox._process._idle
    sandbox.close()


def test_a_long_result_comes_in_pieces_and_may_be_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peer, "HELD", 100_000)
    sandbox = Sandbox(filled(3000), Limits(seconds=5, rows=None))
    for _ in range(3):
        result = sandbox.query("SELECT * { ?s ?p ?o . ?a ?b ?c }", solutions=JSON, graph=None)
        assert not result.complete
        assert 1 << 16 <= len(next(result.chunks())) < 1 << 17
        result.close()
    result = sandbox.query("SELECT * { ?s ?p ?o }", solutions="text/csv", graph=None)
    assert result.body.count(b"\n") == 3001
    assert result.complete
    sandbox.close()


def test_a_limit_that_is_met_after_the_first_pieces_breaks_the_result_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peer, "HELD", 100_000)
    sandbox = Sandbox(filled(3000), Limits(seconds=1, rows=None))
    parts = sandbox.query("SELECT * { ?s ?p ?o . ?a ?b ?c . ?d ?e ?f }", solutions=JSON, graph=None).chunks()
    with pytest.raises(LimitExceeded, match="1 秒"):
        sum(map(len, parts))
    sandbox.close()


# -- no way out -------------------------------------------------------------------------------------------------------

REFUSED = [
    "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
    "SELECT * { seRvIcE SILENT <http://127.0.0.1:1/> { ?s ?p ?o } }",
    "SELECT * { OPTIONAL { { SELECT * { GRAPH ?g { SERVICE ?x { ?s ?p ?o } } } } } }",
    "SELECT * { FILTER EXISTS { SERVICE <a:b> {} } }",
    "SELECT * { FILTER(1<?b&&?c>2)SERVICE<http://127.0.0.1:1/>{ } }",
    "SELECT * { ?s ?p 'a'SERVICE<a:b>{ } }",
    "SELECT * { ?s ?p 1SERVICE<a:b>{ } }",
    "SELECT * { ?s ?p true SERVICE<a:b>{ } }",
    "PREFIX a: <b:> SELECT * { ?s ?p a:.SERVICE<a:b>{ } }",
    "SELECT * { ?s ?p '''it''s'''. SERVICE <a:b> {} }",
    "SELECT * { # comment\nSERVICE <a:b> {} }",
    "SELECT * { # comment\rSERVICE <a:b> {} }",
    "SELECT * { ?s <http://a/#> ?o . SERVICE <a:b> {} }",
    "SELECT * { <s:s> SERVICE <a:b> {} }",
    "CONSTRUCT { ?s ?p ?o } WHERE { SERVICE <a:b> { ?s ?p ?o } }",
    "ASK { SERVICE <a:b> {} }",
    "DESCRIBE ?s { SERVICE <a:b> { ?s ?p ?o } }",
]
ALLOWED = [
    'ASK { FILTER("SERVICE <a:b> {}" != "") }',
    'ASK { FILTER(\'SERVICE\' != """a " SERVICE \\" """) }',
    "ASK { } # SERVICE <a:b> {}",
    "ASK { ?service ?p $SERVICE }",
    "PREFIX service: <http://a/> ASK { service:service ?p service:SERVICE }",
    "PREFIX a: <http://a/> ASK { ?s a:x.service ?o ; a:\\-service ?q ; a:%20SERVICE ?r }",
    "ASK { ?s <http://SERVICE/service#SERVICE> 'x'@service }",
    "ASK { _:service ?p ?o }",
    "BASE <http://service/> ASK { ?s ?p <service> }",
]


@pytest.mark.parametrize("sparql", REFUSED)
def test_federation_is_refused(sandbox: Sandbox, sparql: str) -> None:
    with pytest.raises(QueryError, match="SERVICE"):
        ask(sandbox, sparql)


@pytest.mark.parametrize("sparql", ALLOWED)
def test_the_word_is_allowed_where_it_is_no_keyword(sandbox: Sandbox, sparql: str) -> None:
    assert b"boolean" in ask(sandbox, sparql)


def test_the_place_of_the_word_is_told() -> None:
    with pytest.raises(QueryError, match="2:3"):
        refuse_federation("SELECT * {\n  service <a:b> {} }")


def test_what_passes_the_guard_reaches_nothing(tmp_path: Path) -> None:
    """The evaluating process cannot open a socket or a file."""
    sandbox = Sandbox(filled(1), Limits(seconds=5))
    asked = {"op": "query", "solutions": JSON, "graph": None}
    loud = "SELECT * { SERVICE <http://127.0.0.1:8/> { ?s ?p ?o } }"
    with pytest.raises(QueryError, match="Too many open files"):
        sandbox.ask({**asked, "sparql": loud}, sandbox.limits)
    silent = sandbox.ask({**asked, "sparql": loud.replace("SERVICE", "SERVICE SILENT")}, sandbox.limits)
    assert json.loads(silent.body)["results"]["bindings"] == [{}]
    sandbox.close()


# -- counting ---------------------------------------------------------------------------------------------------------

awkward = st.text(st.sampled_from('ab"\\{},[]:<>&\r\n\t\u0000é🀄'), max_size=12)
MEDIA_TYPES = [JSON, "application/sparql-results+xml", "text/csv", "text/tab-separated-values"]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(awkward, st.none() | awkward), max_size=12), st.sampled_from(MEDIA_TYPES), st.integers(1, 9))
def test_rows_are_counted_in_every_format_however_the_bytes_are_cut(
    rows: list[tuple[str, str | None]], media_type: str, size: int
) -> None:
    store = EmbeddedStore(None)
    triples = []
    for number, (first, second) in enumerate(rows):
        subject = NamedNode(f"http://example.org/{number}")
        triples.append(Triple(subject, P, Literal(first)))
        if second is not None:
            triples.append(Triple(subject, NamedNode("http://example.org/q"), Literal(second)))
    store.replace({NamedNode("http://example.org/g"): triples})
    sparql = "SELECT ?a ?b { ?s <http://example.org/p> ?a OPTIONAL { ?s <http://example.org/q> ?b } }"

    class Cut(io.BytesIO):
        """What is written, in pieces of another size, to a counter."""

        def write(self, body: Any) -> int:
            for start in range(0, len(body), size):
                self.counter.write(bytes(body[start : start + size]))
            return len(body)

    def written(limit: int | None) -> bytes:
        out, cut = io.BytesIO(), Cut()
        format = QueryResultsFormat.from_media_type(media_type)
        assert format is not None
        cut.counter = _Counter(out, format, limit, lambda: store.query(sparql)) if limit else out
        serialise(store.query(sparql), media_type, None, cut, lambda: store.query(sparql))
        return out.getvalue()

    assert written(max(1, len(rows))) == written(None)
    if len(rows) > 1:
        with pytest.raises(TooManyRows):
            written(len(rows) - 1)


def test_rows_without_any_value_are_counted(sandbox: Sandbox) -> None:
    for media_type in MEDIA_TYPES:
        with pytest.raises(LimitExceeded, match="100 行"):
            ask(sandbox, "SELECT ?none { ?s ?p ?o } LIMIT 101", media_type)


# -- following a store ------------------------------------------------------------------------------------------------


def until(condition: object, seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.05)


def write(folder: Path, name: str, triples: list[Triple]) -> None:
    store = open_store(folder)
    store.replace({NamedNode(f"http://example.org/{name}"): triples})
    store.close()


def test_a_change_is_seen_by_lookups_and_by_queries(tmp_path: Path) -> None:
    write(tmp_path / "store", "g", graph(3))
    live = Live(tmp_path / "store", Limits())
    before = live.current()
    assert count(before.sandbox) == "3"
    write(tmp_path / "store", "h", graph(2))
    until(lambda: len(list(live.current().store.graphs())) == 2)
    after = live.current()
    assert count(after.sandbox) == "5"
    assert after.store.state() == live.state != before.store.state()
    # Who still holds the old one may finish with it.
    assert count(before.sandbox) == "3"
    live.close()


def test_a_change_is_seen_while_the_writer_still_holds_the_store(tmp_path: Path) -> None:
    write(tmp_path / "store", "g", graph(3))
    live = Live(tmp_path / "store", Limits())
    writer = open_store(tmp_path / "store")
    writer.replace({NamedNode("http://example.org/h"): graph(4)})
    until(lambda: count(live.current().sandbox) == "7")
    live.close()
    writer.close()


def test_opening_a_store_without_changing_it_starts_nothing_new(tmp_path: Path) -> None:
    write(tmp_path / "store", "g", graph(3))
    live = Live(tmp_path / "store", Limits())
    before = live.current()
    open_store(tmp_path / "store").close()
    time.sleep(0.1)
    live.current()
    live._worker.submit(lambda: None).result()
    assert live.current() is before
    live.close()


def test_a_store_that_goes_away_is_served_on(tmp_path: Path) -> None:
    write(tmp_path / "store", "g", graph(3))
    live = Live(tmp_path / "store", Limits())
    (tmp_path / "store").rename(tmp_path / "away")
    assert count(live.current().sandbox) == "3"
    (tmp_path / "away").rename(tmp_path / "store")
    write(tmp_path / "store", "h", graph(2))
    until(lambda: count(live.current().sandbox) == "5")
    live.close()


def test_a_store_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no store here"):
        Live(tmp_path / "none", Limits())
