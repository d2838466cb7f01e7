"""Lists of things: every filter and every order of every list, on the samples."""

from collections.abc import Iterator

import pytest

from graph import resources
from graph.errors import BadParameter
from graph.ingest import ingest
from graph.queries import Question
from graph.queries.lists import columns, keys, lists, sort_of
from graph.store import Store, open_store

KINDS = {
    "departments": 5, "regions": 5, "projects": 37, "tables": 42, "indicators": 344, "concepts": 190, "targets": 344,
    "bases": 12, "issuers": 23, "units": 14, "rules": 96, "findings": 210, "disclosures": 5,
}  # fmt: skip
NOTHING = {("units", "q"), ("bases", "q"), ("issuers", "q"), ("regions", "q"), ("rules", "q"), ("disclosures", "q")}
TYPES = {
    "name", "text", "integer", "decimal", "yuan", "concept", "link", "region", "rule", "severity", "place",
}  # fmt: skip


@pytest.fixture(scope="module")
def samples() -> Iterator[Store]:
    store = open_store(None)
    assert all(outcome.changed for outcome in ingest(sorted(resources.folder("data/samples").glob("*.txt")), store))
    yield store
    store.close()


def test_what_is_listed(samples: Store) -> None:
    assert set(KINDS) <= set(lists())
    found = {name: len(keys(samples, lists()[name], {}, None, 10_000)) for name in KINDS}
    assert {n: c for n, c in found.items() if n not in ("findings", "concepts", "rules")} == {
        n: c for n, c in KINDS.items() if n not in ("findings", "concepts", "rules")
    }
    assert found["findings"] > 100
    assert found["concepts"] > 100
    assert found["rules"] > 50


@pytest.mark.parametrize("question", [lists()[name] for name in KINDS], ids=lambda question: question.name)
def test_every_filter_narrows_and_every_order_keeps_all(samples: Store, question: Question) -> None:
    everything = keys(samples, question, {}, None, 10_000)
    for sort in question.sorts:
        forwards, backwards = (keys(samples, question, {}, sign + sort.name, 10_000) for sign in ("", "-"))
        assert set(forwards) == set(backwards) == set(everything)
    for parameter in (p for p in question.params if p.name != "item"):
        found = keys(samples, question, {parameter.name: parameter.example}, None, 10_000)
        assert set(found) <= set(everything)
        assert found or (question.name, parameter.name) in NOTHING, parameter.name
    assert keys(samples, question, {}, None, 3) == everything[:3]


@pytest.mark.parametrize("question", [lists()[name] for name in KINDS], ids=lambda question: question.name)
def test_every_column_is_filled_somewhere(samples: Store, question: Question) -> None:
    rows = [columns(samples, question, iri) for iri in keys(samples, question, {}, None, 400)]
    empty = {"pages"}  # texts have none
    for column in question.columns:
        assert column.type in TYPES
        name = "place__line" if column.type == "place" else column.name
        assert column.name in empty or any(name in row for row in rows), column.name


def test_orders_are_orders(samples: Store) -> None:
    question = lists()["projects"]
    found = keys(samples, question, {}, "-budget_yuan", 100)
    budgets = [
        float(row["budget_yuan"].value) for i in found if "budget_yuan" in (row := columns(samples, question, i))
    ]  # type: ignore[union-attr]
    assert budgets == sorted(budgets, reverse=True)
    with pytest.raises(BadParameter, match="sort=nothing"):
        sort_of(question, "nothing")


def test_what_has_no_link_gets_none(samples: Store) -> None:
    """An OPTIONAL that names what another did not find would take the first name there is."""
    beijing = columns(samples, lists()["regions"], "https://w3id.org/jixiao/id/region/110000")
    assert "within" not in beijing
