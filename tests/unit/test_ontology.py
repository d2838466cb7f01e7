from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from pyoxigraph import Literal, NamedNode, RdfFormat, parse
from rdflib import URIRef
from rdflib.namespace import DCTERMS, FOAF, ORG, PROV, QB, RDFS, SDO, SKOS, DefinedNamespace

from graph import resources
from graph.iris import JX, RDF_TYPE
from graph.mapping import Field, class_iri, classes, fields_of
from graph.model import Disclosure
from graph.rdf import XSD, to_quads
from tests.strategies import SmallVocabulary, disclosures

OWL = "http://www.w3.org/2002/07/owl#"
SCHEMA = "https://schema.org/"
ONTOLOGY = "https://w3id.org/jixiao/ontology"
TERM_TYPES = {
    f"{OWL}Class",
    f"{OWL}ObjectProperty",
    f"{OWL}DatatypeProperty",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#Property",
}
# What a property may be besides.
TERM_ROLES = {f"{OWL}SymmetricProperty", f"{QB}DimensionProperty", f"{QB}CodedProperty"}
XSD_TYPES = {str: "string", int: "integer", Decimal: "decimal", bool: "boolean", date: "date"}
CONCEPT_CLASSES = {
    "level1": "IndicatorClass",
    "level2": "IndicatorClass",
    "comparator": "Comparator",
    "direction": "Direction",
    "grade": "Grade",
    "basisKind": "BasisKind",
    "form": "Form",
    "quantityKind": "QuantityKind",
}
THING_CLASSES = {"region": "Region", "function": "FunctionClass"}
FIELDS = [(kind, field) for kind in classes() for field in fields_of(kind) if not field.flattened]


def read(name: str) -> dict[tuple[str, str], list[NamedNode | Literal]]:
    found = defaultdict(list)
    for quad in parse((resources.folder("ontology") / name).read_bytes(), RdfFormat.TURTLE):
        found[quad.subject.value, quad.predicate.value].append(quad.object)
    return found


TRIPLES = read("jixiao.ttl")
TERMS = {
    subject
    for (subject, predicate), types in TRIPLES.items()
    if predicate == RDF_TYPE and TERM_TYPES & {t.value for t in types}
}


def values(subject: str, *predicates: str) -> set[str]:
    return {term.value for predicate in predicates for term in TRIPLES.get((subject, predicate), [])}


def test_the_ontology_names_its_version_and_licence() -> None:
    assert values(ONTOLOGY, f"{OWL}versionInfo") == {"0.1.0"}
    assert values(ONTOLOGY, f"{DCTERMS}license") == {"https://www.apache.org/licenses/LICENSE-2.0"}


@pytest.mark.parametrize("term", sorted(TERMS), ids=lambda term: term.removeprefix(JX))
def test_every_term_has_a_label_and_a_definition_in_both_languages(term: str) -> None:
    for predicate in (f"{RDFS}label", f"{SKOS}definition"):
        languages = [literal.language for literal in TRIPLES[term, predicate]]
        assert sorted(languages) == ["en", "zh"]


@pytest.mark.parametrize("kind", classes(), ids=lambda kind: kind.__name__)
def test_every_dataclass_is_a_class(kind: type) -> None:
    if any(field.flattened and field.kind is kind for other in classes() for field in fields_of(other)):
        return  # its properties stand on its owner
    assert f"{OWL}Class" in values(class_iri(kind), RDF_TYPE)


@pytest.mark.parametrize(("kind", "field"), FIELDS, ids=lambda item: getattr(item, "name", None) or item.__name__)
def test_every_field_is_a_property_of_its_class_with_its_range(kind: type, field: Field) -> None:
    domains = values(field.iri, f"{RDFS}domain", f"{SCHEMA}domainIncludes")
    assert owners(kind) <= domains
    ranges = values(field.iri, f"{RDFS}range", f"{SCHEMA}rangeIncludes")
    assert expected_ranges(field) <= ranges


def owners(kind: type) -> set[str]:
    """The class that carries a dataclass's fields: itself, or for a flattened one whatever has it."""
    return {"Place": {f"{JX}Placed"}, "Source": {class_iri(Disclosure)}}.get(kind.__name__, {class_iri(kind)})


def expected_ranges(field: Field) -> set[str]:
    if field.is_node:
        return {class_iri(field.kind)}
    if field.thing:
        return {f"{JX}{THING_CLASSES[field.thing]}"}
    literal = f"{XSD}{XSD_TYPES.get(field.kind, 'string')}"
    return {literal, f"{JX}{CONCEPT_CLASSES[field.concept]}"} if field.concept else {literal}


def test_whatever_has_a_place_is_a_placed_thing() -> None:
    placed = {class_iri(kind) for kind in classes() for field in fields_of(kind) if field.name == "place"}
    assert {subject for subject in TERMS if f"{JX}Placed" in values(subject, f"{RDFS}subClassOf")} == placed


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(disclosures())
def test_every_term_that_is_written_is_defined(disclosure: Disclosure) -> None:
    quads = to_quads(disclosure, SmallVocabulary())
    written = {quad.predicate.value for quad in quads} | {
        q.object.value for q in quads if q.predicate.value == RDF_TYPE
    }
    assert {term for term in written if term.startswith(JX)} <= TERMS


def test_a_property_with_several_domains_or_ranges_states_none_of_them_as_the_only_one() -> None:
    for term in TERMS:
        for predicate in (f"{RDFS}domain", f"{RDFS}range"):
            assert len(values(term, predicate)) <= 1, term


def test_the_vocabulary_files_use_defined_terms_and_name_no_concept_like_a_term() -> None:
    for file in sorted(resources.folder("ontology").glob("*.ttl")):
        for (subject, predicate), objects in read(file.name).items():
            types = {term.value for term in objects} if predicate == RDF_TYPE else set()
            used = {term for term in {predicate, *types} if term.startswith(JX)}
            assert used <= TERMS, (file.name, subject)
            assert subject not in TERMS or not types - TERM_TYPES - TERM_ROLES, (file.name, subject)


def aligned() -> set[str]:
    predicates = (f"{RDFS}subClassOf", f"{RDFS}subPropertyOf")
    return {term.value for (_, predicate), terms in TRIPLES.items() if predicate in predicates for term in terms}


def test_the_ontology_is_aligned_with_the_vocabularies_of_the_field() -> None:
    for namespace in (
        str(ORG),
        str(PROV),
        str(SKOS),
        str(QB),
        SCHEMA,
        "http://qudt.org/schema/qudt/",
        "http://data.europa.eu/eli/ontology#",
        "http://data.openbudgets.eu/ontology/",
        "http://w3id.org/kpionto/",
        "http://purl.org/net/p-plan#",
    ):
        assert any(term.startswith(namespace) for term in aligned()), namespace


@pytest.mark.parametrize("namespace", [ORG, PROV, SKOS, QB, SDO, DCTERMS, FOAF, RDFS], ids=str)
def test_aligned_terms_exist_where_their_list_is_known(namespace: type[DefinedNamespace]) -> None:
    newer = {f"{SCHEMA}StatisticalVariable"}  # newer than rdflib's list
    assert {
        term for term in aligned() - newer if term.startswith(str(namespace)) and URIRef(term) not in namespace
    } == set()
