"""The budget cubes are well-formed: integrity constraints of the RDF Data Cube Vocabulary (W3C, 2014, section 11)."""

from collections.abc import Iterator

import pytest
from pyoxigraph import NamedNode, QueryBoolean, Triple

from graph import iris, resources
from graph.ingest import ingest
from graph.store import Store, open_store

PREFIXES = """PREFIX qb: <http://purl.org/linked-data/cube#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""
QB = "http://purl.org/linked-data/cube#"
# Each asks whether the constraint is broken. IC-6 to 10, 13, 15 to 18, 20 and 21 are about what the cubes have none of:
# optional attributes, slices, measure dimensions and hierarchical code lists.
CONSTRAINTS = {
    "IC-1 one data set": """ASK {
        { ?obs a qb:Observation . FILTER NOT EXISTS { ?obs qb:dataSet ?set . ?set a qb:DataSet } }
        UNION { ?obs a qb:Observation ; qb:dataSet ?set, ?other . FILTER (?set != ?other) } }""",
    "IC-2 one structure": """ASK { { ?set a qb:DataSet . FILTER NOT EXISTS { ?set qb:structure ?dsd } }
        UNION { ?set a qb:DataSet ; qb:structure ?dsd, ?other . FILTER (?dsd != ?other) } }""",
    "IC-3 a measure": """ASK { ?dsd a qb:DataStructureDefinition .
        FILTER NOT EXISTS { ?dsd qb:component [ qb:measure ?measure ] } }""",
    "IC-4 dimensions have a range": f"""ASK {{ ?dim a qb:DimensionProperty . FILTER STRSTARTS(STR(?dim), "{iris.JX}")
        FILTER NOT EXISTS {{ ?dim <http://www.w3.org/2000/01/rdf-schema#range> ?range }} }}""",
    "IC-5 concept dimensions have code lists": """ASK { ?dim a qb:DimensionProperty, qb:CodedProperty .
        FILTER NOT EXISTS { ?dim qb:codeList ?list } }""",
    "IC-11 all dimensions": """ASK { ?obs qb:dataSet ?set . ?set qb:structure ?dsd . ?dsd qb:component ?part .
        ?part qb:dimension ?dim . FILTER NOT EXISTS { ?obs ?dim ?value } }""",
    "IC-12 one value a dimension": """ASK { SELECT ?set WHERE { ?obs qb:dataSet ?set ; ?dimension ?value .
        ?set qb:structure/qb:component/qb:dimension ?dimension }
        GROUP BY ?set ?obs HAVING (COUNT(DISTINCT ?dimension) != COUNT(*)) }""",
    "IC-14 all measures": """ASK { ?obs qb:dataSet ?set . ?set qb:structure ?dsd . ?dsd qb:component ?part .
        ?part qb:measure ?measure . FILTER NOT EXISTS { ?obs ?measure ?value } }""",
    "IC-19 codes from the list": """ASK { ?obs qb:dataSet ?set . ?set qb:structure ?dsd . ?dsd qb:component ?part .
        ?part qb:dimension ?dim . ?dim qb:codeList ?list . ?list a skos:ConceptScheme . ?obs ?dim ?value .
        FILTER NOT EXISTS { ?value a skos:Concept ; skos:inScheme ?list } }""",
}
# Two observations of one set are one point where their values of all dimensions are the same.
KEYS = """SELECT ?set ?obs (GROUP_CONCAT(?pair; separator=" ") AS ?key) WHERE {
  { SELECT ?set ?obs (CONCAT(STR(?dimension), "=", STR(?value)) AS ?pair) WHERE {
      ?obs qb:dataSet ?set ; ?dimension ?value .
      ?set qb:structure ?dsd . ?dsd qb:component ?part . ?part qb:dimension ?dimension }
    ORDER BY ?set ?obs ?dimension } } GROUP BY ?set ?obs"""
AMOUNT = "http://data.openbudgets.eu/ontology/dsd/measure/amount"
YEAR = "http://data.openbudgets.eu/ontology/dsd/dimension/fiscalYear"


@pytest.fixture(scope="module")
def samples() -> Iterator[Store]:
    store = open_store(None)
    list(ingest(sorted(resources.folder("data/samples").glob("*.txt")), store))
    yield store
    store.close()


def broken(store: Store, name: str) -> bool:
    answer = store.query(PREFIXES + CONSTRAINTS[name])
    assert isinstance(answer, QueryBoolean)
    return bool(answer)


def points(store: Store) -> list[tuple[str, str]]:
    return [(row["set"].value, row["key"].value) for row in store.query(PREFIXES + KEYS)]


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_the_budget_cubes_keep_the_constraint(samples: Store, name: str) -> None:
    assert not broken(samples, name)


def test_no_two_observations_are_at_one_point_as_ic_12_wants(samples: Store) -> None:
    found = points(samples)
    assert len(found) > 50
    assert len(set(found)) == len(found)


@pytest.fixture
def one() -> Iterator[tuple[Store, list[Triple], NamedNode]]:
    """The ontology and one observation of the totals, and what to put in its place."""
    store = open_store(None)
    list(ingest([resources.folder("data/samples") / "xinhua-2026.txt"], store))
    graph = next(g for g in store.graphs() if g.value.endswith("/derived"))
    triples = [t for t in store.graph(graph) if "/observation/totals/basic" in t.subject.value]
    yield store, triples, graph
    store.close()


@pytest.mark.parametrize(
    ("name", "gone"),
    [("IC-1 one data set", QB + "dataSet"), ("IC-11 all dimensions", YEAR), ("IC-14 all measures", AMOUNT)],
)
def test_a_constraint_sees_what_is_missing(one: tuple[Store, list[Triple], NamedNode], name: str, gone: str) -> None:
    store, triples, graph = one
    store.replace({graph: triples})
    assert not broken(store, name)
    store.replace({graph: [t for t in triples if t.predicate.value != gone]})
    assert broken(store, name)


def test_a_code_outside_the_list_and_a_doubled_point_are_seen(one: tuple[Store, list[Triple], NamedNode]) -> None:
    store, triples, graph = one
    other = NamedNode("https://example.org/observation")
    store.replace({graph: [*triples, *(Triple(other, t.predicate, t.object) for t in triples)]})
    assert len(set(points(store))) < len(points(store))
    part = NamedNode(iris.JX + "budgetPart")
    wrong = [Triple(t.subject, part, NamedNode(iris.JX + "output")) if t.predicate == part else t for t in triples]
    store.replace({graph: wrong})
    assert broken(store, "IC-19 codes from the list")
