import pytest
from httpx import Client, Response
from pyoxigraph import RdfFormat, parse, serialize
from rdflib import DCAT, RDF, VOID, Graph, Literal, URIRef

from graph.export.describe import DATASET


def graph_of(response: Response) -> Graph:
    format = RdfFormat.from_media_type(response.headers["content-type"])
    assert format is not None
    quads = parse(response.content, format)
    return Graph().parse(serialize((quad.triple for quad in quads), format=RdfFormat.N_TRIPLES), format="nt")


@pytest.mark.parametrize("accept", ["text/turtle", "application/ld+json", "application/n-triples", "*/*"])
def test_the_dataset_is_described_at_its_well_known_address(client: Client, accept: str) -> None:
    response = client.get("/.well-known/void", headers={"accept": accept})
    assert response.status_code == 200
    graph = graph_of(response)
    dataset = URIRef(DATASET)
    assert (dataset, RDF.type, VOID.Dataset) in graph
    assert (dataset, RDF.type, DCAT.Dataset) in graph
    endpoint = graph.value(dataset, VOID.sparqlEndpoint)
    assert endpoint == URIRef(f"{client.base_url}/sparql")
    (service,) = graph.subjects(DCAT.servesDataset, dataset)
    assert graph.value(service, DCAT.endpointURL) == endpoint
    counted = client.get("/sparql?format=json&query=SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }").json()
    assert int(counted["results"]["bindings"][0]["n"]["value"]) == int(str(graph.value(dataset, VOID.triples)))
    example = graph.value(dataset, VOID.exampleResource)
    asked = f"/sparql?format=json&query=ASK {{ <{example}> a <https://w3id.org/jixiao/ontology%23TargetTable> }}"
    assert client.get(asked).json()["boolean"] is True


def test_a_format_that_is_not_offered_is_refused(client: Client) -> None:
    assert client.get("/.well-known/void", headers={"accept": "image/png"}).status_code == 406
    assert client.get("/.well-known/void?format=nothing").status_code == 400
    years = graph_of(client.get("/.well-known/void?format=nt")).objects(None, None)
    assert Literal("2024", datatype=URIRef("http://www.w3.org/2001/XMLSchema#gYear")) in set(years)
