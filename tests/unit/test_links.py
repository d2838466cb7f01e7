"""Links: each has its reason and confidence, goes with what it came from, and stays away when people reject it."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import NamedNode
from typer.testing import CliRunner

from api.cli import app
from graph import iris, resources
from graph.errors import NotFound
from graph.ingest import ingest, read_and_judge, triples_of
from graph.patterns import LINKS, allow, derive, link, reject
from graph.patterns.decisions import DECISIONS
from graph.queries import run
from graph.store import Store, open_store
from graph.store.rows import strings

SAMPLES = resources.folder("data/samples")
LINK = "PREFIX jx: <https://w3id.org/jixiao/ontology#> SELECT ?link "
INCOMPLETE = f"""{LINK} WHERE {{ ?link a jx:Link
  FILTER(!EXISTS {{ ?link jx:reason ?r ; jx:confidence ?c ; jx:linkedTo ?to . FILTER(?c > 0 && ?c <= 1) }}
    || !EXISTS {{ ?link (jx:linkedFrom|jx:spelling) ?from }}) }}"""
# What is linked, as opposed to being what it is by itself.
UNEXPLAINED = f"""{LINK} WHERE {{
  {{ ?link jx:sameAs ?other FILTER NOT EXISTS {{ ?l a jx:Link ; jx:linkedFrom ?link ; jx:linkedTo ?other }} }}
  UNION {{ ?link jx:canonicalIndicator ?concept ; jx:level3 ?name
    FILTER NOT EXISTS {{ ?l a jx:Link ; jx:spelling ?name ; jx:linkedTo ?concept }} }}
  UNION {{ ?link jx:inSeries ?series . ?other jx:inSeries ?series FILTER(STR(?link) < STR(?other))
    FILTER NOT EXISTS {{ ?l a jx:Link ; jx:linkedFrom ?link }}
    FILTER NOT EXISTS {{ ?l a jx:Link ; jx:linkedFrom ?other }} }} }}"""

DISCLOSURES = f"{LINK} WHERE {{ ?link a jx:Disclosure }}"
UNUSED = f"""{LINK} WHERE {{
  {{ ?link a jx:Link ; jx:spelling ?name ; jx:linkedTo ?concept
    FILTER NOT EXISTS {{ ?indicator jx:level3 ?name ; jx:canonicalIndicator ?concept }} }}
  UNION {{ ?link a jx:Link ; jx:linkedFrom ?thing FILTER NOT EXISTS {{ ?thing a ?class }} }} }}"""


def found(store: Store, query: str) -> list[str]:
    return [row["link"] for row in strings(store.query(query))]


def concept_of(store: Store, spelling: str) -> set[str]:
    return {row["standard_name"] for row in run(store, "links").rows if row.get("spelling") == spelling}


@pytest.fixture
def store() -> Iterator[Store]:
    """Two years of one department, and another department."""
    store = open_store(None)
    list(ingest([SAMPLES / "dachuan-2026.txt", SAMPLES / "xinhua-2026.txt"], store))
    disclosure = read_and_judge(SAMPLES / "dachuan-2026.txt")[0].disclosure
    assert disclosure is not None
    tables = tuple(replace(t, name=t.name.replace("2026", "2027")) for t in disclosure.target_tables)
    source = replace(disclosure.source, sha256="c" * 64)
    later = replace(disclosure, fiscal_year=2027, target_tables=tables, source=source)
    name, triples = NamedNode(iris.disclosure(later.source.sha256)), triples_of(later)
    store.replace({name: triples, NamedNode(iris.derived(name.value)): derive(triples)})
    link(store)
    yield store
    store.close()


def test_each_link_has_two_ends_a_reason_and_a_confidence(store: Store) -> None:
    assert len(found(store, f"{LINK} WHERE {{ ?link a jx:Link }}")) > 100
    assert found(store, INCOMPLETE) == []
    assert found(store, UNEXPLAINED) == []


def test_links_go_with_the_disclosures_that_they_came_from(store: Store) -> None:
    before = set(store.graph(LINKS))
    first, *others = (NamedNode(row["link"]) for row in strings(store.query(DISCLOSURES)))
    store.remove([*others, *(NamedNode(iris.derived(name.value)) for name in others)])
    link(store)
    assert 0 < len(set(store.graph(LINKS))) < len(before)
    assert found(store, UNUSED) == []
    store.remove([first, NamedNode(iris.derived(first.value))])
    link(store)
    assert [t for t in store.graph(LINKS) if t.subject != LINKS] == []


def test_a_rejected_spelling_is_a_concept_of_its_own_until_it_is_allowed_again(store: Store) -> None:
    assert concept_of(store, "满意度") == {"群众满意度"}
    (name,) = {row["link"] for row in run(store, "links").rows if row.get("spelling") == "满意度"}
    before = set(store.graph(LINKS))
    reject(store, name, "指职工满意度")
    assert concept_of(store, "满意度") == {"满意度"}
    assert found(store, INCOMPLETE) == []
    link(store)
    list(ingest([SAMPLES / "xinhua-2026.txt"], store))
    assert concept_of(store, "满意度") == {"满意度"}
    allow(store, name)
    assert concept_of(store, "满意度") == {"群众满意度"}
    assert set(store.graph(LINKS)) == before
    assert list(store.graph(DECISIONS)) == []


@pytest.mark.parametrize("reason", ["normalised", "amount"])
def test_a_rejected_link_of_a_project_is_not_made_again(store: Store, reason: str) -> None:
    rows = [row for row in run(store, "links").rows if row["reason"] == reason and "from" in row]
    name, thing, goal = rows[0]["link"], rows[0]["from"], rows[0]["to"]
    joined = f"{LINK} WHERE {{ ?link ?p ?goal FILTER(?link = <{thing}> && ?goal = <{goal}>) }}"
    assert found(store, joined) != []
    reject(store, name, "两回事")
    assert found(store, joined) == []
    assert name not in {row["link"] for row in run(store, "links").rows}
    allow(store, name)
    assert found(store, joined) != []


def test_only_a_link_can_be_rejected_and_only_a_rejected_one_allowed(store: Store) -> None:
    with pytest.raises(NotFound):
        reject(store, iris.BASE + "id/link/x", "…")
    with pytest.raises(NotFound):
        allow(store, iris.BASE + "id/link/x")


def test_the_command_line_rejects_a_link(tmp_path: Path) -> None:
    where = str(tmp_path / "store")
    with closing(open_store(where)) as store:
        list(ingest([SAMPLES / "xinhua-2026.txt"], store))
        name = run(store, "links", confidence="0.9").rows[0]["link"]
    command = CliRunner()
    assert command.invoke(app, ["link", "--reject", name, "--because", "两回事", "--store", where]).exit_code == 0
    with closing(open_store(where)) as store:
        assert name not in {row["link"] for row in run(store, "links").rows}
    assert command.invoke(app, ["link", "--allow", name, "--store", where]).exit_code == 0
    with closing(open_store(where)) as store:
        assert name in {row["link"] for row in run(store, "links").rows}
