"""All that the service does, over two other SPARQL servers: Oxigraph's own and Virtuoso, filled through the command."""

import io
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from api.cli import app
from api.settings import Settings
from graph import resources
from graph.errors import QueryError
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
XSD = "http://www.w3.org/2001/XMLSchema#"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
WHEN = NamedNode("http://www.w3.org/ns/prov#generatedAtTime")
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
def hasty(remote: Store, place: Place) -> Iterator[httpx.Client]:
    with served(Settings(store=place.url, query_rows=2000, query_seconds=1)) as opened:
        yield opened


@pytest.fixture(scope="module")
def folder_client(sample_store: Path) -> Iterator[httpx.Client]:
    with served(Settings(store=str(sample_store), update=True, token=TOKEN, query_rows=2000)) as opened:
        yield opened


def test_every_graph_is_that_of_the_folder(remote: Store, local: Store) -> None:
    """In a dump, without the server's own graphs, and with nothing cut off at 10,000 rows."""
    dump, found = io.BytesIO(), defaultdict(list)
    remote.dump(dump, RdfFormat.N_QUADS)
    for quad in parse(dump.getvalue(), RdfFormat.N_QUADS):
        if quad.predicate != WHEN:
            found[quad.graph_name].append(quad.triple)
    assert set(found) == set(remote.graphs()) == set(local.graphs())
    for name, there in found.items():
        here = [triple for triple in local.graph(name) if triple.predicate != WHEN]  # type: ignore[arg-type]
        assert set(there) == set(here) or canonical(there) == canonical(here), name
    before, name = remote.state(), next(name for name in local.graphs() if name.value.endswith("/findings"))
    assert not remote.replace({name: local.graph(name)})
    assert remote.state() == before


@pytest.mark.parametrize("name", library())
def test_every_question_has_the_answer_that_the_folder_gives(remote: Store, local: Store, name: str) -> None:
    values = {parameter.name: parameter.example for parameter in library()[name].params if parameter.required}
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


PATHS = [
    "/search?q=救助",
    "/indicators?q=满意度&limit=5&sort=-weight",
    "/indicators?region=61&unit=percent&level1=output&year=2026&limit=3",
    "/projects?region=61&sort=-budget_yuan&limit=10",
    "/findings?severity=warning&limit=10&sort=rule",
    "/concepts?used=yes&limit=5",
    "/bases?issuer=邯&limit=5",
    "/targets?sort=-lower&limit=10",
    "/projects/610700/汉中市医疗保障局/2026/车补/indicators",
    "/departments/610700/汉中市医疗保障局?format=html",
    "/disclosures/22270535d1295005?format=html",
    "/id/disclosure/22270535d1295005?format=ttl",
    "/id/table/610700/汉中市医疗保障局/2026/车补?format=nt",
    "/export",
    "/export/list/indicators?region=61&format=csv",
    "/export/list/findings?region=5117&format=json",
    "/export/graph?project=车补&format=nt",
    "/export/table?table=610700/汉中市医疗保障局/2026/车补&format=csv",
    "/queries/weight-totals?format=csv",
    "/queries/compare-regions",
]
FILES = ["/export/comparison?project=医疗救助", "/export/package?region=61", "/templates/{form}?project=车补&as=xlsx"]


@pytest.mark.parametrize("path", PATHS)
def test_every_route_answers_as_over_the_folder(client: httpx.Client, folder_client: httpx.Client, path: str) -> None:
    there, here = client.get(path), folder_client.get(path)
    assert there.status_code == here.status_code == 200, there.text
    assert sorted(there.text.splitlines()) == sorted(here.text.splitlines())


@pytest.mark.parametrize("path", FILES)
def test_files_are_made_of_it(client: httpx.Client, folder_client: httpx.Client, path: str) -> None:
    form = folder_client.get("/templates").json()["items"][0]["name"]
    there, here = (one.get(path.format(form=form)) for one in (client, folder_client))
    assert there.status_code == here.status_code == 200, there.text
    assert there.headers["content-disposition"] == here.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(there.content)) as theirs, zipfile.ZipFile(io.BytesIO(here.content)) as ours:
        assert theirs.namelist() == ours.namelist()


def test_more_rows_than_a_server_returns_are_asked_for_in_parts(remote: Store, local: Store) -> None:
    regions = NamedNode("https://w3id.org/jixiao/id/reference")
    rows = remote.query(f"SELECT ?s ?p ?o {{ GRAPH {regions} {{ ?s ?p ?o }} }} ORDER BY DESC(?s)")
    found = [row["s"].value for row in rows]  # type: ignore[union-attr,index]
    assert len(found) == len(list(local.graph(regions))) > 10_000
    assert found == sorted(found, reverse=True)


# -- writing ----------------------------------------------------------------------------------------------------------


def upload(client: httpx.Client, path: Path) -> dict:
    preview = client.post("/disclosures/preview", files={"file": (path.name, path.read_bytes())}, headers=AUTHORISED)
    made = client.post(preview.json()["accept_url"], headers=AUTHORISED)
    assert made.status_code == 200, made.text
    return made.json()


def paths(client: httpx.Client) -> set[str]:
    return {item["path"] for item in client.get("/disclosures").json()["items"]}


def test_disclosures_are_withdrawn_uploaded_and_replaced(client: httpx.Client, remote: Store, local: Store) -> None:
    draft, other = SAMPLES / "tongchuan-2024.txt", SAMPLES / "xinhua-2026.txt"
    state = client.get("/ready").json()["state"]
    urls = {item["path"]: item["url"] for item in client.get("/disclosures").json()["items"]}
    for path in (draft, other):
        assert client.delete(urls[path.name], headers=AUTHORISED).status_code == 200
    assert not paths(client) & {draft.name, other.name}
    assert client.get("/ready").json()["state"] != state
    old = upload(client, draft)["stored"][0]
    assert draft.name in paths(client)
    file = {"file": (other.name, other.read_bytes())}
    made = client.put(old["url"], files=file, headers=AUTHORISED).json()
    assert [thing["iri"] for thing in made["put_away"]] == [old["iri"]]
    assert draft.name not in paths(client)
    assert other.name in paths(client)
    assert {log["kind"] for log in client.get("/activities").json()["items"]} == {"accepted", "replaced", "withdrawn"}
    name = NamedNode(made["stored"][0]["iri"])
    stored = [triple for triple in remote.graph(name) if not triple.predicate.value.endswith("#wasRevisionOf")]
    assert canonical(stored) == canonical(local.graph(name))


TRIPLES = [
    Triple(NamedNode("http://example.org/甲"), NamedNode("a:p"), term)
    for term in (
        Literal('引号 " 与\n换行 \\'), Literal("en", language="en"), Literal(True), Literal(7), BlankNode(),
        Literal("2.50", datatype=NamedNode(XSD + "decimal")), Literal("2026-01-02", datatype=NamedNode(XSD + "date")),
        NamedNode("b:图"),
    )
]  # fmt: skip


def test_graphs_are_replaced_and_removed_and_the_state_tells(remote: Store) -> None:
    before = remote.state()
    assert remote.replace({G: TRIPLES})
    assert canonical(remote.graph(G)) == canonical(TRIPLES)
    assert not remote.replace({G: reversed(TRIPLES)})
    middle = remote.state()
    remote.remove([G, NamedNode("http://example.org/none")])
    assert G not in set(remote.graphs())
    assert len({before, middle, remote.state()}) == 3


def test_queries_updates_and_graphs_pass_through(client: httpx.Client) -> None:
    turtle = {**AUTHORISED, "content-type": "text/turtle"}
    place = "/graphs?graph=http://example.org/h"
    assert client.put(place, content="<a:s> <a:p> '甲', [ <a:q> 1 ] .", headers=turtle).status_code == 201
    state = client.get("/ready").json()["state"]
    assert client.post(place, content="<a:s> <a:p> '乙' .", headers=turtle).status_code == 204
    assert client.get("/ready").json()["state"] != state
    update = "DELETE WHERE { GRAPH <http://example.org/h> { ?s ?p '甲' } } # 注"
    assert client.post("/update", data={"update": update}, headers=AUTHORISED).status_code == 204
    assert '"乙"' in client.get(place, headers={"accept": "application/n-triples"}).text
    asked = {"query": "SELECT ?o { <a:s> ?p ?o FILTER(isLiteral(?o)) }", "default-graph-uri": "http://example.org/h"}
    assert client.get("/sparql", params={**asked, "format": "csv"}).text.split() == ["o", "乙"]
    blank = {"query": "SELECT ?o { GRAPH <http://example.org/h> { ?s ?p ?o FILTER(isBlank(?o)) } }", "format": "json"}
    assert client.get("/sparql", params=blank).json()["results"]["bindings"][0]["o"]["type"] == "bnode"
    for ask, answer in (("ASK { ?s <a:p> '乙' }", True), ("ASK { ?s <a:p> '甲' }", False)):
        assert client.get("/sparql", params={"query": ask, "format": "json"}).json()["boolean"] is answer
    response = client.get("/sparql", params={"query": "DESCRIBE <a:s>", "format": "nt"})
    assert response.status_code == 200
    assert "etag" not in response.headers  # others may write there unseen
    assert client.delete(place, headers=AUTHORISED).status_code == 204
    assert client.get(place).status_code == 404


@pytest.mark.parametrize("fault", ["nobody", "wrong password"])
def test_who_may_not_write_is_told_so(remote: Store, place: Place, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if place.name == "oxigraph":  # which anybody may write to, but for one that only reads
        monkeypatch.setenv("JIXIAO_REMOTE_UPDATE", place.url)
    elif fault == "nobody":
        for name in WRITER:
            monkeypatch.delenv(name)
    else:
        monkeypatch.setenv("JIXIAO_REMOTE_PASSWORD", "geheim")
    url = place.reading if fault == "nobody" else place.url
    with pytest.raises((RemoteError, QueryError)) as refused, closing(open_store(url)) as store:
        store.replace({G: TRIPLES})
    assert "geheim" not in str(refused.value)
    assert G not in set(remote.graphs())


def test_what_those_who_ask_will_notice(client: httpx.Client, place: Place) -> None:
    """docs/servers.md tells of it."""
    asked = """SELECT ((1 = 1) AS ?yes) (1.0 / 3 AS ?third) (COUNT(?x) AS ?found) (COUNT(?y) AS ?replaced) {
      { VALUES ?x { "骗保" "基金" "别的" } FILTER(REGEX(?x, "骗保|基金")) } UNION
      { VALUES ?y { "骗保" "基金" "别的" } FILTER(REPLACE(?y, "骗保|基金", "") != ?y) } }"""
    (row,) = client.get("/sparql", params={"query": asked, "format": "json"}).json()["results"]["bindings"]
    yes, third, found, replaced = (row[name]["value"] for name in ("yes", "third", "found", "replaced"))
    assert replaced == "2"
    if place.name == "virtuoso":
        assert (yes, third, found) == ("1", "0.333333333333333", "0")
    else:
        assert (yes, third, found) == ("true", "0.333333333333333333", "2")


# -- bounds -----------------------------------------------------------------------------------------------------------

CROSS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?c != ?f && ?f != ?i) }"


@pytest.mark.parametrize(
    ("status", "code", "query"),
    [
        (400, "query-error", "SELECT"),
        (400, "query-error", "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }"),
        (406, "not-acceptable", "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 1"),
        (413, "result-too-large", "SELECT * { ?s ?p ?o }"),
        (413, "result-too-large", "SELECT * { ?s ?p ?o } LIMIT 2001"),
        (504, "limit-exceeded", CROSS),
    ],
)
def test_limits_and_errors_are_told_as_for_a_folder(hasty: httpx.Client, status: int, code: str, query: str) -> None:
    response = hasty.get("/sparql", params={"query": query, "format": "csv"})
    assert (response.status_code, response.json()["code"]) == (status, code), response.text


def test_an_update_may_not_reach_out_either(client: httpx.Client) -> None:
    service = "INSERT { ?s ?p ?o } WHERE { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }"
    for update in ("LOAD <http://127.0.0.1:1/>", service):
        assert client.post("/update", data={"update": update}, headers=AUTHORISED).status_code == 400


def test_triples_of_a_part_of_the_solutions_are_not_taken_for_all(client: httpx.Client, place: Place) -> None:
    """A server that stops at 10,000 rows makes its triples of those, here few, and says nothing."""
    every = "CONSTRUCT { ?p a <a:Property> } WHERE { GRAPH <https://w3id.org/jixiao/ontology> { ?s ?p ?o } }"
    response = client.get("/sparql", params={"query": every, "format": "nt"})
    assert response.status_code == (413 if place.name == "virtuoso" else 200), response.text
    few = client.get("/sparql", params={"query": f"{every} LIMIT 100", "format": "nt"})
    assert few.status_code == 200


def test_a_long_list_is_counted_up_to_its_bound(remote: Store, place: Place) -> None:
    """Virtuoso sorts 10,000 rows and no more: a list of so many and one, the default bound, is the longest there is."""
    labels = "http://www.w3.org/2004/02/skos/core#prefLabel"
    triples = [
        Triple(NamedNode(f"http://example.org/单位{n}"), NamedNode(p), o)
        for n in range(10_100)
        for p, o in ((RDF_TYPE, NamedNode(JX + "Unit")), (labels, Literal(f"单位{n}", language="zh")))
    ]
    remote.replace({G: triples})
    with served(Settings(store=place.url)) as opened:
        listed = opened.get("/units", params={"sort": "name", "used": "no", "limit": 2}).json()
    remote.remove([G])
    assert (listed["total"], listed["total_capped"], len(listed["items"])) == (9_999, True, 2)
