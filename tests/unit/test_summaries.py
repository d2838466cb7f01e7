"""Summaries: the same answers as from the disclosures themselves, whatever is stored, replaced and withdrawn."""

import random
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import cast

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse, serialize

from graph import changes, iris, patterns, resources
from graph.export import package
from graph.export.graphs import write
from graph.export.selection import Selection
from graph.ingest import Reading, ingest, triples_of
from graph.queries import TOTALS, Answer, library, run, summary_library, totals_library
from graph.queries import parse as parse_question
from graph.store import Store, open_store
from graph.store.embedded import EmbeddedStore
from graph.store.restore import restore
from graph.store.writing import changed
from graph.summaries import renew, summarise
from tests.generated import disclosures

SAMPLES = resources.folder("data/samples")
SUMMED_UP = [name for name, question in library().items() if question.over_summaries]


@pytest.fixture
def store() -> Iterator[Store]:
    store = open_store(None)
    list(ingest([SAMPLES / "dachuan-2026.txt", SAMPLES / "xinhua-2026.txt"], store))
    yield store
    store.close()


def rows(answer: Answer) -> Counter[frozenset[tuple[str, str]]]:
    """Without order: rows that nothing tells apart for the order may change places."""
    return Counter(frozenset((name, str(term)) for name, term in row.items()) for row in answer.terms)


def asked(store: Store, name: str) -> Answer:
    """With the examples of what it needs."""
    return run(store, name, **{p.name: p.example for p in library()[name].params if p.required})


def both_ways(store: Store) -> tuple[dict[str, object], dict[str, object]]:
    """The answers from summaries, and from the disclosures themselves."""
    summed_up = {name: rows(asked(store, name)) for name in SUMMED_UP}
    kept = list(store.graph(TOTALS))
    store.remove([TOTALS])
    direct = {name: rows(asked(store, name)) for name in SUMMED_UP}
    store.replace({TOTALS: kept})
    return summed_up, direct


def summaries(store: Store) -> set[NamedNode]:
    return {name for name in store.graphs() if name == TOTALS or name.value.endswith("/summary")}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_summaries_say_what_the_disclosures_say_after_any_changes(seed: int) -> None:
    chance, store, held = random.Random(seed), open_store(None), list[str]()
    for number, disclosure in enumerate(islice(disclosures(seed), 8)):
        if held and chance.random() < 0.3:
            changes.withdraw(store, held.pop(chance.randrange(len(held))), "who", None)
        source = replace(disclosure.source, sha256=f"{seed}{number}".ljust(64, "0"))
        reading = Reading("a.txt", replace(disclosure, source=source))
        if held and chance.random() < 0.3:
            old = held.pop(chance.randrange(len(held)))
            made = changes.replace(store, old, [reading], "who", None)
        else:
            made = changes.accept(store, [reading], "who", None)
        held = [name for name in held if name not in made.put_away] + list(made.stored)
    summed_up, direct = both_ways(store)
    assert summed_up == direct
    assert any(summed_up.values())
    assert summaries(store) == {TOTALS, *(NamedNode(iris.summary(name)) for name in held)}
    store.close()


def test_every_form_over_summaries_has_the_columns_of_the_direct_one(store: Store) -> None:
    assert len(SUMMED_UP) >= 6
    for name in SUMMED_UP:
        columns = asked(store, name).columns
        kept = list(store.graph(TOTALS))
        store.remove([TOTALS])
        assert columns == asked(store, name).columns
        store.replace({TOTALS: kept})


def test_a_parameter_that_summaries_do_not_know_is_asked_of_the_disclosures(store: Store) -> None:
    question = library()["frequent-indicators"]
    assert question.text_over_summaries([]) is not None
    assert question.text_over_summaries(["function"]) is None
    assert "资助参保人数" in {
        row["standard_name"] for row in run(store, "frequent-indicators", function="2101301").rows
    }


def test_without_their_mark_summaries_are_not_trusted(store: Store) -> None:
    before = rows(run(store, "weight-totals"))
    store.remove([name for name in summaries(store) if name != TOTALS])
    assert rows(run(store, "weight-totals")) != before  # this is what the mark is for
    store.remove([TOTALS])
    assert rows(run(store, "weight-totals")) == before


def test_what_is_missing_is_made_again_and_nothing_else_is_written(store: Store) -> None:
    stored = {name: set(store.graph(name)) for name in summaries(store)}
    state = store.state()
    renew(store)
    assert store.state() == state
    store.remove(summaries(store))
    renew(store)
    made = {name: set(store.graph(name)) for name in summaries(store)}
    dated = "http://www.w3.org/ns/prov#generatedAtTime"
    assert {name: {t for t in ts if t.predicate.value != dated} for name, ts in made.items()} == {
        name: {t for t in ts if t.predicate.value != dated} for name, ts in stored.items()
    }
    assert any(t.predicate.value == dated for t in made[TOTALS])


def test_a_decision_about_a_link_reaches_the_summaries(store: Store) -> None:
    (name,) = {row["link"] for row in run(store, "links").rows if row.get("spelling") == "满意度"}
    patterns.reject(store, name, "指职工满意度")
    assert not list(store.graph(TOTALS))  # until they are made anew
    renew(store)
    summed_up, direct = both_ways(store)
    assert summed_up == direct
    assert NamedNode(f"{iris.BASE}id/concept/满意度~2") in {t.subject for t in store.graph(TOTALS)}


def test_summaries_stay_in_the_store_and_out_of_what_is_selected(store: Store, tmp_path: Path) -> None:
    chosen = BytesIO()
    write(store, Selection(year=2026), "nq", chosen)
    assert b"/derived>" in chosen.getvalue()
    assert b"/summary>" not in chosen.getvalue()
    whole = tmp_path / "all.nq"
    with whole.open("wb") as stream:
        write(store, Selection(), "nq", stream)
    assert {quad.graph_name for quad in parse(path=whole, format=RdfFormat.N_QUADS)} >= summaries(store)
    restore(whole, tmp_path / "again")
    again = open_store(tmp_path / "again")
    assert {name: set(again.graph(name)) for name in summaries(again)} == {
        name: set(store.graph(name)) for name in summaries(store)
    }
    again.close()


def test_a_data_package_is_the_same_without_summaries(store: Store, tmp_path: Path) -> None:
    package.write_folder(store, Selection(), "csv", tmp_path / "with")
    store.remove(summaries(store))
    package.write_folder(store, Selection(), "csv", tmp_path / "without")
    files = sorted(path.name for path in (tmp_path / "with" / "data").iterdir())
    assert len(files) > 5
    for name in files:
        assert (tmp_path / "with/data" / name).read_bytes() == (tmp_path / "without/data" / name).read_bytes()


def test_no_property_of_the_disclosures_is_said_again_in_a_summary(store: Store) -> None:
    """Else whoever counts over the union of all graphs would count twice."""
    parts = summaries(store)
    used = {t.predicate for name in parts for t in store.graph(name)}
    others = {t.predicate for name in store.graphs() if name not in parts for t in store.graph(name)}
    shared = {"http://www.w3.org/1999/02/22-rdf-syntax-ns#type", "http://purl.org/dc/terms/identifier"}
    assert {node.value for node in used & others} == shared
    things = {t.object for name in parts for t in store.graph(name) if t.predicate.value.endswith("#type")}
    assert things == {NamedNode(iris.JX + "Summary")}


def test_an_empty_disclosure_has_a_summary_too() -> None:
    disclosure = next(disclosures(1))
    name = iris.disclosure(disclosure.source.sha256)
    found = summarise(name, triples_of(replace(disclosure, target_tables=())))
    assert {t.subject.value for t in found} == {iris.summary(name)}  # type: ignore[union-attr]


@pytest.mark.parametrize("question", [*summary_library().values(), *totals_library().values()], ids=lambda q: q.name)
def test_a_summary_is_one_construct_that_says_what_it_is(question: object) -> None:
    assert question.sparql.count("CONSTRUCT") == 1  # type: ignore[attr-defined]
    assert question.title_zh and question.description_en  # type: ignore[attr-defined]


def test_a_second_form_stands_behind_its_line() -> None:
    texts = "\n".join(f'#+ {name} = "x"' for name in ("title_zh", "title_en", "description_zh", "description_en"))
    question = parse_question("x", f"{texts}\nSELECT ?a WHERE {{ ?a ?b ?c }}\n#= summaries\nSELECT ?a WHERE {{}}\n")
    assert question.text(()) == "SELECT ?a WHERE { ?a ?b ?c }\n"
    assert question.text_over_summaries(()) == "SELECT ?a WHERE {}\n"


HALVED = """PREFIX jx: <https://w3id.org/jixiao/ontology#>
DELETE { GRAPH ?g { ?row jx:weight ?weight } } INSERT { GRAPH ?g { ?row jx:weight ?half } }
WHERE { GRAPH ?g { ?row jx:weight ?weight } BIND(?weight / 2 AS ?half) }"""


def test_after_an_update_from_outside_the_disclosures_answer_until_summaries_are_made_anew(store: Store) -> None:
    before = rows(run(store, "weight-totals"))
    changed(cast(EmbeddedStore, store), {"kind": "update", "sparql": HALVED, "base": None})
    assert not list(store.graph(TOTALS))
    after = rows(run(store, "weight-totals"))
    assert after != before
    renew(store)
    summed_up, direct = both_ways(store)
    assert summed_up == direct
    assert rows(run(store, "weight-totals")) == after


def test_a_graph_put_from_outside_is_summed_up_alone(store: Store) -> None:
    names = sorted(name for name in summaries(store) if name != TOTALS)
    own = {name: set(store.graph(name)) for name in names}
    disclosure = names[0].value.removesuffix("/summary")
    kept = [t for t in store.graph(NamedNode(disclosure)) if not t.predicate.value.endswith("#weight")]
    data = b64encode(serialize(kept, format=RdfFormat.N_TRIPLES) or b"").decode()
    part = {"media_type": "application/n-triples", "data": data}
    changed(cast(EmbeddedStore, store), {"kind": "put", "graph": disclosure, "parts": [part], "base": disclosure})
    assert summaries(store) == set(names[1:])
    renew(store)
    assert summaries(store) == {TOTALS, *names}
    assert set(store.graph(names[0])) != own[names[0]]
    assert {name: set(store.graph(name)) for name in names[1:]} == {name: own[name] for name in names[1:]}
    summed_up, direct = both_ways(store)
    assert summed_up == direct
