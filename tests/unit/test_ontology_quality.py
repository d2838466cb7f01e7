"""Mechanical quality of the vocabulary: what SHACL-SHACL, OOPS!, qSKOS and an OWL reasoner would say."""

from collections import defaultdict
from functools import cache

import owlrl
import pytest
from pyshacl import validate
from pyshacl.errors import ReportableRuntimeError
from rdflib import OWL, RDF, RDFS, SH, SKOS, Graph, Literal, Namespace, URIRef

from graph import resources
from graph.spelling import fold

JX = Namespace("https://w3id.org/jixiao/ontology#")
SCHEMA = Namespace("https://schema.org/")
SHAPES = sorted(resources.folder("shapes").glob("*.ttl"))


@cache
def ontology() -> Graph:
    graph = Graph()
    for file in resources.folder("ontology").glob("*.ttl"):
        graph.parse(file)
    return graph


def properties() -> list[URIRef]:
    kinds = (OWL.ObjectProperty, OWL.DatatypeProperty, RDF.Property)
    return sorted({s for kind in kinds for s in ontology().subjects(RDF.type, kind) if s in JX})


def concepts() -> set[URIRef]:
    return set(ontology().subjects(RDF.type, SKOS.Concept))


def test_shapes_are_well_formed_by_the_shapes_of_shacl() -> None:
    shapes = Graph()
    for file in SHAPES:
        shapes.parse(file)
    assert set(shapes.subjects(RDF.type, SH.NodeShape))
    conforms, _, text = validate(Graph(), shacl_graph=shapes, meta_shacl=True, advanced=True)
    assert conforms, text


@pytest.mark.parametrize("kind", [SKOS.Concept, SKOS.ConceptScheme], ids=["concepts", "schemes"])
def test_each_language_has_one_preferred_label(kind: URIRef) -> None:
    for subject in set(ontology().subjects(RDF.type, kind)):
        labels = [o.language for o in ontology().objects(subject, SKOS.prefLabel) if isinstance(o, Literal)]
        assert sorted(map(str, labels)) == ["en", "zh"], subject


def test_no_label_of_a_concept_is_both_preferred_and_alternative() -> None:
    for subject in concepts():
        kinds = (SKOS.prefLabel, SKOS.altLabel, SKOS.hiddenLabel)
        found = [set(ontology().objects(subject, kind)) for kind in kinds]
        assert not (found[0] & found[1] | found[0] & found[2] | found[1] & found[2]), subject


def test_no_spelling_leads_to_two_canonical_indicators() -> None:
    owners = defaultdict(set)
    for subject in ontology().subjects(RDF.type, JX.CanonicalIndicator):
        for kind in (SKOS.prefLabel, SKOS.altLabel, SKOS.hiddenLabel):
            for label in ontology().objects(subject, kind):
                if label.language == "zh":
                    owners[fold(str(label))].add(subject)
    assert {label: found for label, found in owners.items() if len(found) > 1} == {}


@pytest.mark.parametrize("relation", [SKOS.broader, RDFS.subClassOf, RDFS.subPropertyOf], ids=lambda r: str(r)[-13:])
def test_no_hierarchy_has_a_cycle(relation: URIRef) -> None:
    for subject in set(ontology().subjects(relation, None)):
        above = set(ontology().transitive_objects(subject, relation)) - {subject}
        assert not any((other, relation, subject) in ontology() for other in above), subject


def test_every_canonical_indicator_has_class_direction_and_method() -> None:
    found = set(ontology().subjects(RDF.type, JX.CanonicalIndicator))
    assert 60 <= len(found) <= 150
    for subject in found:
        for name in (JX.usualClass, JX.direction, JX.method, SKOS.inScheme, SKOS.altLabel):
            assert (subject, name, None) in ontology(), (subject, name)
        (usual,) = ontology().objects(subject, JX.usualClass)
        assert (usual, RDF.type, JX.IndicatorClass) in ontology()
        assert set(ontology().objects(subject, SKOS.broadMatch)) == {usual}
        unit = ontology().value(subject, JX.usualUnit)
        assert unit is None or (unit, RDF.type, JX.Unit) in ontology()


def test_every_role_is_a_concept_of_their_scheme() -> None:
    found = set(ontology().subjects(RDF.type, JX.Role))
    assert found and found == set(ontology().subjects(SKOS.topConceptOf, JX.roles)) & concepts()


def test_whatever_the_vocabulary_points_to_in_its_own_namespace_exists() -> None:
    there = {s for s in ontology().subjects() if s in JX}
    assert {o for o in ontology().objects() if isinstance(o, URIRef) and o in JX} - there == set()


def test_properties_with_a_domain_name_classes_that_exist() -> None:
    classes = set(ontology().subjects(RDF.type, OWL.Class))
    for name in properties():
        for relation in (RDFS.domain, SCHEMA.domainIncludes):
            for kind in ontology().objects(name, relation):
                assert kind not in JX or kind in classes, (name, kind)


def test_an_inverse_has_the_domain_and_range_turned_round() -> None:
    for first, second in ontology().subject_objects(OWL.inverseOf):
        for one, other in ((RDFS.domain, RDFS.range), (RDFS.range, RDFS.domain)):
            assert set(ontology().objects(first, one)) == set(ontology().objects(second, other)), first


def inconsistencies(graph: Graph) -> set[str]:
    """What an OWL RL reasoner says against a graph."""
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    message = URIRef("http://www.daml.org/2002/03/agents/agent-ont#error")
    return {str(text) for text in graph.objects(None, message)} | set(map(str, graph.subjects(RDF.type, OWL.Nothing)))


def populated() -> Graph:
    """The ontology with a thing of each class and a use of each property, so that what cannot have instances shows."""
    graph = Graph().parse(resources.folder("ontology") / "jixiao.ttl")
    ends = {RDFS.domain: "from", SCHEMA.domainIncludes: "from", RDFS.range: "to", SCHEMA.rangeIncludes: "to"}
    for kind in set(graph.subjects(RDF.type, OWL.Class)):
        graph.add((URIRef(f"{kind}-thing"), RDF.type, kind))
    for name in set(graph.subjects(RDF.type, OWL.ObjectProperty)):
        kinds = {end: graph.value(name, relation) for relation, end in ends.items() if graph.value(name, relation)}
        start, goal = (URIRef(f"{kinds.get(end, name)}-thing") for end in ("from", "to"))
        graph.add((start, name, goal))
    return graph


def test_the_ontology_is_consistent_under_owl_rl_with_a_thing_of_each_class() -> None:
    assert inconsistencies(populated()) == set()


@pytest.mark.parametrize(
    "mistake",
    [
        "jx:Department-thing a jx:Indicator .",  # two disjoint classes
        "jx:region rdfs:range jx:Unit .",  # a range that is not what stands there
        "jx:Both rdfs:subClassOf jx:Target, jx:Basis . jx:both a jx:Both .",  # a class that can have no instance
        "jx:inTable owl:inverseOf jx:region .",  # an inverse of something else
    ],
)
def test_the_reasoner_finds_a_mistake(mistake: str) -> None:
    graph = populated()
    prefixes = f"@prefix jx: <{JX}> . @prefix rdfs: <{RDFS}> . @prefix owl: <{OWL}> .\n"
    graph.parse(data=prefixes + mistake, format="turtle")
    assert inconsistencies(graph) != set()


def test_the_shapes_of_shacl_find_a_mistake_in_a_shape() -> None:
    shapes = Graph().parse(SHAPES[0])
    shapes.parse(
        data=f"@prefix sh: <{SH}> . <x:s> a sh:NodeShape ; sh:property [ sh:minCount 'many' ] .", format="turtle"
    )
    with pytest.raises(ReportableRuntimeError):
        validate(Graph(), shacl_graph=shapes, meta_shacl=True, advanced=True)
