"""Client libraries of SPARQL against a served store: each understands the other."""

from collections.abc import Iterator
from decimal import Decimal

import httpx
import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore, SPARQLUpdateStore
from SPARQLWrapper import CSV, GET, JSON, JSONLD, N3, POST, POSTDIRECTLY, RDFXML, TURTLE, URLENCODED, XML, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed, Unauthorized

from api.settings import Settings
from graph.store import open_store
from tests.serving import served

TOKEN = "token of the tests"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
ONE, TWO = URIRef("http://example.org/甲"), URIRef("http://example.org/乙")
NAME, AMOUNT, KNOWS = (URIRef(f"http://example.org/{name}") for name in ("name", "amount", "knows"))
TURTLE_OF_ONE = f'<{ONE}> <{NAME}> "达川区卫生健康局"@zh ; <{AMOUNT}> 31.40 ; <{KNOWS}> <{TWO}>, [] .'
SENT = [(GET, URLENCODED), (POST, URLENCODED), (POST, POSTDIRECTLY)]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("clients") / "store"
    open_store(folder).close()
    with served(Settings(store=str(folder), update=True, token=TOKEN)) as opened:
        opened.headers.update(BEARER)
        opened.headers["content-type"] = "text/turtle"
        for name, turtle in ((ONE, TURTLE_OF_ONE), (TWO, f'<{TWO}> <{NAME}> "second" .')):
            assert opened.put("/graphs", params={"graph": name}, content=turtle.encode()).status_code == 201
        yield opened


def wrapper(client: httpx.Client, query: str, way: tuple[str, str] = (GET, URLENCODED)) -> SPARQLWrapper:
    made = SPARQLWrapper(f"{client.base_url}/sparql", f"{client.base_url}/update")
    made.setMethod(way[0])
    made.setRequestMethod(way[1])
    made.setQuery(query)
    return made


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")  # of what SPARQLWrapper makes
@pytest.mark.parametrize("way", SENT)
def test_sparqlwrapper_selects_asks_and_constructs(client: httpx.Client, way: tuple[str, str]) -> None:
    asked = wrapper(client, f"SELECT ?o {{ <{ONE}> <{NAME}> ?o }}", way)
    asked.setReturnFormat(JSON)
    found = asked.queryAndConvert()["results"]["bindings"]
    assert found == [{"o": {"type": "literal", "value": "达川区卫生健康局", "xml:lang": "zh"}}]
    asked.setReturnFormat(XML)
    assert "达川区卫生健康局" in asked.queryAndConvert().toxml()
    asked.setReturnFormat(CSV)
    assert asked.queryAndConvert().decode().split() == ["o", "达川区卫生健康局"]
    yes = wrapper(client, f"ASK {{ <{ONE}> <{KNOWS}> <{TWO}> }}", way)
    yes.setReturnFormat(JSON)
    assert yes.queryAndConvert()["boolean"] is True
    made = wrapper(client, f"CONSTRUCT {{ ?a <{KNOWS}> ?b }} {{ ?b <{KNOWS}> ?a FILTER(isIRI(?a)) }}", way)
    for form in (TURTLE, N3):
        made.setReturnFormat(form)
        assert list(Graph().parse(made.queryAndConvert(), format="turtle")) == [(TWO, KNOWS, ONE)]
    for form in (XML, RDFXML, JSONLD):  # the library makes a graph of these itself
        made.setReturnFormat(form)
        assert list(made.queryAndConvert()) == [(TWO, KNOWS, ONE)]


def test_sparqlwrapper_chooses_a_dataset_and_tells_of_a_wrong_query(client: httpx.Client) -> None:
    asked = wrapper(client, "SELECT ?s { ?s ?p ?o }")
    asked.addDefaultGraph(str(TWO))
    asked.setReturnFormat(JSON)
    assert [row["s"]["value"] for row in asked.queryAndConvert()["results"]["bindings"]] == [str(TWO)]
    with pytest.raises(QueryBadFormed, match="query"):
        wrapper(client, "SELECT ?s { ?s ?p }").query()


@pytest.mark.parametrize("sent", [URLENCODED, POSTDIRECTLY])
def test_sparqlwrapper_writes_with_the_token_alone(client: httpx.Client, sent: str) -> None:
    name = URIRef(f"http://example.org/written/{sent}")
    writing = wrapper(client, f'INSERT DATA {{ GRAPH <{name}> {{ <{name}> <{NAME}> "写" }} }}', (POST, sent))
    with pytest.raises(Unauthorized):
        writing.query()
    writing.addCustomHttpHeader("Authorization", BEARER["Authorization"])
    writing.query()
    reading = wrapper(client, f"ASK {{ GRAPH <{name}> {{ ?s ?p ?o }} }}")
    reading.setReturnFormat(JSON)
    assert reading.queryAndConvert()["boolean"] is True
    assert client.delete("/graphs", params={"graph": name}).status_code == 204


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
@pytest.mark.parametrize("form", ["json", "xml"])
def test_the_store_of_rdflib_reads(client: httpx.Client, method: str, form: str) -> None:
    store = SPARQLStore(f"{client.base_url}/sparql", method=method, returnFormat=form)
    graph = Graph(store, ONE)
    name = Literal("达川区卫生健康局", lang="zh")
    assert graph.value(ONE, NAME) == name
    assert graph.value(ONE, AMOUNT).toPython() == Decimal("31.40")
    assert set(graph.subjects(NAME, None)) == {ONE}
    rows = graph.query("SELECT ?s ?o { ?s ?p ?o }", initBindings={"p": NAME})
    assert [tuple(row) for row in rows] == [(ONE, name)]
    assert graph.query(f"ASK {{ <{TWO}> ?p ?o }}").askAnswer is False
    assert len(graph) == 4


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
def test_the_store_of_rdflib_constructs(client: httpx.Client, method: str) -> None:
    # Only with XML does it accept a graph: with JSON it names no type that a graph can have.
    graph = Graph(SPARQLStore(f"{client.base_url}/sparql", method=method), ONE)
    made = graph.query(f"CONSTRUCT {{ ?o <{KNOWS}> ?s }} {{ ?s <{KNOWS}> ?o FILTER(isIRI(?o)) }}")
    assert set(made) == {(TWO, KNOWS, ONE)}


def test_the_store_of_rdflib_goes_through_the_graphs(client: httpx.Client) -> None:
    store = SPARQLStore(f"{client.base_url}/sparql")
    assert {str(name) for name in store.contexts()} >= {str(ONE), str(TWO)}
    assert {str(name) for name in store.contexts((TWO, NAME, None))} == {str(TWO)}


def test_the_store_of_rdflib_writes(client: httpx.Client) -> None:
    store = SPARQLUpdateStore(f"{client.base_url}/sparql", f"{client.base_url}/update", headers=dict(BEARER))
    graph = Graph(store, URIRef("http://example.org/丙"))
    triples = [(TWO, NAME, Literal(text)) for text in ('引号" 与 \\ 反斜线', "两\n行", "')} #")]
    for triple in triples:
        graph.add(triple)
    assert set(graph) == set(triples)
    graph.remove(triples[0])
    assert set(graph) == set(triples[1:])
    graph.update(f"INSERT {{ ?s <{KNOWS}> <{ONE}> }} WHERE {{ ?s <{NAME}> ?o }}")
    assert (TWO, KNOWS, ONE) in graph
    graph.remove((None, None, None))
    assert len(graph) == 0
