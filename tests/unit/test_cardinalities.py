"""The shapes of the data model say what graph/model.py says, hold for the samples, and find what is broken."""

from functools import cache
from pathlib import Path

import pyshacl
import pytest
from pyoxigraph import RdfFormat, serialize
from rdflib import RDF, SH, XSD, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from graph import resources
from graph.ingest import read_and_judge, triples_of
from graph.iris import JX as NAMESPACE
from graph.mapping import FLATTENED, Field, class_iri, classes, fields_of
from tests.unit.test_ontology import XSD_TYPES

JX = Namespace(NAMESPACE)
SAMPLES = sorted(resources.folder("data/samples").glob("*.txt"))
KINDS = [kind for kind in classes() if kind not in FLATTENED]


@cache
def shapes() -> Graph:
    return Graph().parse(resources.folder("ontology") / "cardinalities" / "model.ttl")


@cache
def data(sample: Path) -> Graph:
    disclosure = read_and_judge(sample)[0].disclosure
    assert disclosure is not None
    return Graph().parse(data=serialize(triples_of(disclosure), format=RdfFormat.N_TRIPLES), format="nt")


def found(graph: Graph) -> set[tuple[Node | None, Node | None]]:
    """What is wrong: property and kind of constraint."""
    _, report, _ = pyshacl.validate(graph, shacl_graph=shapes(), meta_shacl=False)
    return {
        (report.value(result, SH.resultPath), report.value(result, SH.sourceConstraintComponent))
        for result in report.subjects(RDF.type, SH.ValidationResult)
    }


def stated(kind: type, path: str) -> set[tuple[Node, Node]]:
    """What the shape of a class says of a property."""
    (shape,) = shapes().subjects(SH.targetClass, URIRef(class_iri(kind)))
    properties = [p for p in shapes().objects(shape, SH.property) if shapes().value(p, SH.path) == URIRef(path)]
    assert len(properties) == 1, (kind, path)
    return {(p, o) for p, o in shapes().predicate_objects(properties[0]) if p != SH.path}


def expected(field: Field) -> set[tuple[Node, Node]]:
    """What a field of a dataclass says of its property."""
    counts: set[tuple[Node, Node]] = set() if field.many else {(SH.maxCount, Literal(1))}
    if field.required and not field.many:
        counts.add((SH.minCount, Literal(1)))
    if field.is_node:
        return {*counts, (SH["class"], URIRef(class_iri(field.kind)))}
    if field.thing or field.concept:
        return {*counts, (SH.nodeKind, SH.IRI if field.thing else SH.IRIOrLiteral)}
    return {*counts, (SH.datatype, XSD[XSD_TYPES.get(field.kind, "string")])}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_the_shape_of_a_class_says_what_its_dataclass_says(kind: type) -> None:
    fields = [inner for field in fields_of(kind) for inner in (fields_of(field.kind) if field.flattened else (field,))]
    for field in fields:
        assert stated(kind, field.iri) == expected(field), field.iri


def test_every_class_of_the_model_has_one_shape_and_no_other_class_but_the_project() -> None:
    targets = sorted(shapes().objects(None, SH.targetClass))
    assert targets == sorted([JX.Project, *(URIRef(class_iri(kind)) for kind in KINDS)])


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_the_samples_conform(sample: Path) -> None:
    assert found(data(sample)) == set()


MISSING, TOO_MANY = SH.MinCountConstraintComponent, SH.MaxCountConstraintComponent


@pytest.mark.parametrize(
    ("kind", "path", "value", "wrong"),
    [
        (JX.Indicator, JX.inTable, None, MISSING),
        (JX.Indicator, JX.level3, None, MISSING),
        (JX.Indicator, JX.position, Literal(99), TOO_MANY),
        (JX.Indicator, JX.weight, Literal("heavy"), SH.DatatypeConstraintComponent),
        (JX.Indicator, JX.target, JX.nothing, SH.ClassConstraintComponent),
        (JX.TargetTable, JX.ofDepartment, None, MISSING),
        (JX.MonetaryAmount, JX.yuan, None, MISSING),
        (JX.Disclosure, JX.department, None, MISSING),
    ],
)
def test_a_broken_graph_does_not_conform(kind: URIRef, path: URIRef, value: Node | None, wrong: URIRef) -> None:
    graph = Graph()
    graph += data(min(SAMPLES, key=lambda path: path.stat().st_size))
    thing = min(graph.subjects(RDF.type, kind))
    if value is None:
        graph.remove((thing, path, None))
    else:
        graph.add((thing, path, value))
    assert (path, wrong) in found(graph)
