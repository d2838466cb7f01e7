from pyoxigraph import Literal

from graph import resources
from graph.export.describe import DATASET, DCTERMS, VOID, describe
from graph.ingest import ingest
from graph.iris import JX
from graph.store import Store


def test_the_description_counts_what_the_store_holds(store: Store) -> None:
    list(ingest([resources.folder("data/samples") / "tongchuan-2024.txt"], store))
    triples = describe(store, service="http://localhost/")
    said = {(t.subject.value, t.predicate.value): t.object.value for t in triples}  # type: ignore[union-attr]
    assert int(said[DATASET, f"{VOID}triples"]) == sum(len(list(store.graph(name))) for name in store.graphs())
    counts = {
        said[part, f"{VOID}class"]: said[part, f"{VOID}entities"]
        for part, predicate in said
        if predicate == f"{VOID}class"
    }
    assert counts[f"{JX}TargetTable"] == "5"
    assert said[DATASET, f"{VOID}sparqlEndpoint"] == "http://localhost/sparql"
    rights = [t.object for t in triples if t.predicate.value == f"{DCTERMS}rights"]
    assert sorted(r.language or "" for r in rights if isinstance(r, Literal)) == ["en", "zh"]
    assert any("《预算法》第十四条" in str(r) for r in rights)
