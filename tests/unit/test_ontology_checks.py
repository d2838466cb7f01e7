"""The mechanical checks of OOPS! (P…) and qSKOS as SPARQL that finds what is wrong, and Skosify's warnings."""

import logging
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import skosify
from pyoxigraph import CanonicalizationAlgorithm, Dataset, Quad, RdfFormat, Store, parse, serialize
from rdflib import RDF, SKOS, Graph, Namespace, URIRef

from graph import resources
from graph.iris import JX as NAMESPACE
from graph.mapping import class_iri, classes, fields_of

JX = Namespace(NAMESPACE)
FILES = [*sorted(resources.folder("ontology").glob("*.ttl")), *sorted(resources.folder("shapes").glob("*.ttl"))]
PREFIXES = f"""PREFIX jx: <{NAMESPACE}>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX schema: <https://schema.org/>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX vann: <http://purl.org/vocab/vann/>
"""
TERM = "VALUES ?kind { owl:Class owl:ObjectProperty owl:DatatypeProperty rdf:Property } ?term a ?kind ."
PROPERTY = "VALUES ?kind { owl:ObjectProperty owl:DatatypeProperty rdf:Property } ?term a ?kind ."
OURS = f'FILTER(STRSTARTS(STR(?term), "{NAMESPACE}"))'
LABELLED = "VALUES ?label { skos:prefLabel skos:altLabel skos:hiddenLabel } ?term ?label ?text ."
KNOWN = ", ".join(f"skos:{name}" for name in SKOS.__annotations__ if not name.startswith("_"))
# What each query finds is wrong.
CHECKS = {
    "P04 a class that nothing joins": f"""?term a owl:Class {OURS}
        FILTER NOT EXISTS {{ ?p rdfs:domain|rdfs:range|schema:domainIncludes|schema:rangeIncludes ?term }}
        FILTER NOT EXISTS {{ ?x a ?term }} FILTER NOT EXISTS {{ ?x rdfs:subClassOf ?term }}""",
    "P05 an inverse of the wrong kind": """?term owl:inverseOf ?other .
        FILTER NOT EXISTS { ?term a owl:ObjectProperty . ?other a owl:ObjectProperty }""",
    "P08 no label or definition": f"""{TERM} {OURS}
        VALUES (?say ?tag) {{ (rdfs:label "zh") (rdfs:label "en") (skos:definition "zh") (skos:definition "en") }}
        FILTER NOT EXISTS {{ ?term ?say ?text FILTER(LANG(?text) = ?tag && STRLEN(?text) > 0) }}""",
    "P11 no domain": f"""{PROPERTY} {OURS} FILTER NOT EXISTS {{ ?term rdfs:domain|schema:domainIncludes ?x }}""",
    "P11 no range": f"""{PROPERTY} {OURS} FILTER NOT EXISTS {{ ?term rdfs:range|schema:rangeIncludes ?x }}""",
    "P19 several domains or ranges": """VALUES ?relation { rdfs:domain rdfs:range }
        ?term ?relation ?a, ?b FILTER(STR(?a) < STR(?b))""",
    "P22 a name in the wrong case": f"""{TERM} {OURS} BIND(STRAFTER(STR(?term), "#") AS ?name)
        FILTER(!REGEX(?name, IF(?kind = owl:Class, "^[A-Z][A-Za-z0-9]*$", "^[a-z][A-Za-z0-9]*$")))""",
    "P25 an inverse of itself": "?term owl:inverseOf ?term",
    "P26 an inverse of a symmetric property": "?term owl:inverseOf ?other . ?other a owl:SymmetricProperty",
    "P28 a symmetric property between two kinds": """?term a owl:SymmetricProperty ; rdfs:domain ?a ; rdfs:range ?b
        FILTER(?a != ?b)""",
    "P32 two classes of one label": """?term a owl:Class ; rdfs:label ?text . ?other a owl:Class ; rdfs:label ?text
        FILTER(?term != ?other)""",
    "P34 an untyped class": f"""?x rdfs:subClassOf|rdfs:domain|schema:domainIncludes ?term {OURS}
        FILTER NOT EXISTS {{ ?term a owl:Class }}""",
    "P35 an untyped property": f"""?x ?term ?y {OURS} FILTER NOT EXISTS {{ {PROPERTY} }}""",
    "P38/P41 a missing title, version, licence or description": """VALUES ?say {
        dcterms:title dcterms:description dcterms:license dcterms:creator dcterms:issued owl:versionInfo owl:versionIRI
        vann:preferredNamespacePrefix vann:preferredNamespaceUri }
        ?term a owl:Ontology FILTER NOT EXISTS { ?term ?say ?x }""",
    "a class of levels, kinds or units that is no concept": f"""?x a ?term, skos:Concept {OURS}
        FILTER NOT EXISTS {{ ?term rdfs:subClassOf* skos:Concept }} FILTER(?term NOT IN (jx:Lexicon, jx:NameKind,
        jx:ResultBand, jx:ChangeWord))""",
    "qSKOS a concept in no scheme": "?term a skos:Concept FILTER NOT EXISTS { ?term skos:inScheme ?scheme }",
    "qSKOS a scheme without top concepts": """?term a skos:ConceptScheme
        FILTER NOT EXISTS { ?x skos:topConceptOf ?term }""",
    "qSKOS an orphan": """?term a skos:Concept
        FILTER NOT EXISTS { ?term skos:broader|skos:topConceptOf|^skos:broader ?x }""",
    "qSKOS a top concept with something above it": """?term skos:topConceptOf ?scheme ; skos:broader ?above .
        ?above skos:inScheme ?scheme""",
    "qSKOS a top concept outside its scheme": """?term skos:topConceptOf ?scheme
        FILTER NOT EXISTS { ?term skos:inScheme ?scheme }""",
    "qSKOS a scheme that is none": "?x skos:inScheme ?term FILTER NOT EXISTS { ?term a skos:ConceptScheme }",
    "qSKOS an undefined SKOS term": f"""?x ?term ?y FILTER(STRSTARTS(STR(?term), STR(skos:)))
        FILTER(?term NOT IN ({KNOWN}))""",
    "qSKOS an empty or untrimmed label": f"""{LABELLED} FILTER(STRLEN(?text) = 0 || REGEX(?text, "^\\\\s|\\\\s$"))""",
    "qSKOS a language other than zh and en": f"""{LABELLED} FILTER(LANG(?text) NOT IN ("", "zh", "en"))""",
    "qSKOS a label both preferred and not": """?term skos:prefLabel ?text ; skos:altLabel|skos:hiddenLabel ?text""",
    # The classification of expenditure repeats 一般行政管理事务 under every group, as the notices print it.
    "qSKOS siblings of one preferred label": """?term skos:inScheme ?scheme ; skos:prefLabel ?text .
        ?other skos:inScheme ?scheme ; skos:prefLabel ?text FILTER(?term != ?other)
        OPTIONAL { ?term skos:broader ?above } OPTIONAL { ?other skos:broader ?aside }
        FILTER(COALESCE(?above = ?aside, !BOUND(?above) && !BOUND(?aside)))""",
    "qSKOS a notation twice in a scheme": """?term skos:inScheme ?scheme ; skos:notation ?code .
        ?other skos:inScheme ?scheme ; skos:notation ?code FILTER(?term != ?other)""",
    "qSKOS broader and related at once": "?term skos:broader+ ?other ; skos:related ?other",
    "qSKOS an exact match that is narrower too": "?term skos:exactMatch ?x ; skos:broadMatch|skos:narrowMatch ?x",
    "qSKOS a match to itself": "?term skos:exactMatch|skos:closeMatch|skos:broadMatch|skos:relatedMatch ?term",
}
BROKEN = """@prefix jx: <https://w3id.org/jixiao/ontology#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
<x:o> a owl:Ontology .
jx:lonely a owl:Class . jx:Second a owl:Class ; rdfs:label "l" . jx:Third a owl:Class ; rdfs:label "l" .
jx:Wrong a owl:ObjectProperty ; owl:inverseOf jx:Wrong, jx:both ; rdfs:domain jx:Second, jx:Third .
jx:both a owl:SymmetricProperty ; rdfs:domain jx:Second ; rdfs:range jx:Nowhere .
jx:Nothing jx:untyped jx:Nowhere . jx:data a owl:DatatypeProperty ; owl:inverseOf jx:Wrong .
jx:Sub rdfs:subClassOf jx:Untyped . jx:x a skos:Concept, jx:Second ; skos:prefLabel "" , "b"@de ; skos:altLabel "b"@de .
jx:s a skos:ConceptScheme . jx:y a skos:Concept ; skos:inScheme jx:s, jx:none ; skos:prefLabel "p" ; skos:notation "1" ;
  skos:exactMatch jx:y ; skos:broadMatch jx:y ; skos:invented "?" .
jx:z a skos:Concept ; skos:inScheme jx:s ; skos:prefLabel "p" ; skos:notation "1" ;
  skos:broader jx:y ; skos:related jx:y .
jx:w a skos:Concept ; skos:inScheme jx:s ; skos:prefLabel "p" ; skos:broader jx:y .
jx:t skos:topConceptOf jx:s ; skos:broader jx:y . jx:e a skos:ConceptScheme .
"""


@cache
def vocabulary() -> Store:
    store = Store()
    for file in sorted(resources.folder("ontology").glob("*.ttl")):
        store.extend(parse(file.read_bytes(), RdfFormat.TURTLE))
    return store


def offenders(store: Store, name: str) -> set[str]:
    query = f"{PREFIXES} SELECT DISTINCT ?term WHERE {{ {CHECKS[name]} }}"
    return {row["term"].value for row in store.query(query)}  # type: ignore[union-attr, index]


@pytest.mark.parametrize("name", CHECKS)
def test_the_vocabulary_is_free_of(name: str) -> None:
    assert offenders(vocabulary(), name) == set()


@pytest.mark.parametrize("name", CHECKS)
def test_a_broken_vocabulary_has(name: str) -> None:
    store = Store()
    store.extend(parse(BROKEN.encode(), RdfFormat.TURTLE))
    assert offenders(store, name) != set()


# -- Skosify ----------------------------------------------------------------------------------------------------------


@cache
def as_rdflib() -> Graph:
    graph = Graph()
    for file in resources.folder("ontology").glob("*.ttl"):
        graph.parse(file)
    return graph


def schemes() -> list[URIRef]:
    return sorted(s for s in as_rdflib().subjects(RDF.type, SKOS.ConceptScheme) if isinstance(s, URIRef))


def scheme_alone(scheme: URIRef, source: Graph) -> Graph:
    """A scheme and its concepts in SKOS alone: Skosify works on one scheme at a time."""
    graph, members = Graph(), {scheme, *source.subjects(SKOS.inScheme, scheme)}
    for subject in members:
        for predicate, value in source.predicate_objects(subject):
            inside = not isinstance(value, URIRef) or value in members or predicate == RDF.type
            if (predicate in SKOS or predicate == RDF.type) and inside and (predicate != RDF.type or value in SKOS):
                graph.add((subject, predicate, value))
    return graph


def complaints(graph: Graph, caplog: pytest.LogCaptureFixture) -> list[str]:
    caplog.clear()
    with caplog.at_level(logging.INFO):
        skosify.skosify(graph)
    loose = re.compile("loose concept|removing|dropping|don't know", re.IGNORECASE)
    return [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING or loose.search(r.getMessage())]


def test_skosify_has_nothing_to_say(caplog: pytest.LogCaptureFixture) -> None:
    assert len(schemes()) > 40
    said = {str(scheme): complaints(scheme_alone(scheme, as_rdflib()), caplog) for scheme in schemes()}
    assert {scheme: words for scheme, words in said.items() if words} == {}


def test_skosify_speaks_of_a_cycle_and_of_a_loose_concept(caplog: pytest.LogCaptureFixture) -> None:
    graph = scheme_alone(JX.basisKinds, as_rdflib())
    graph.add((JX["basis-law"], SKOS.broader, JX["basis-regulation-by-title"]))
    graph.add((JX["basis-administrative-regulation"], SKOS.broader, JX["basis-law"]))
    assert complaints(graph, caplog) != []
    graph = scheme_alone(JX.directions, as_rdflib())
    graph.remove((JX.higherIsBetter, SKOS.topConceptOf, None))
    assert complaints(graph, caplog) != []


# -- terms and their use ----------------------------------------------------------------------------------------------

ROOT = Path(__file__).resolve().parents[2]
CODE = [*ROOT.glob("graph/**/*.py"), *ROOT.glob("api/**/*.py"), *ROOT.glob("docs/*.py")]
OTHERS = [*ROOT.glob("graph/queries/**/*.rq"), *ROOT.glob("shapes/*.ttl"), *ROOT.glob("api/**/*.html")]
OTHERS += [*ROOT.glob("api/**/*.json*"), *ROOT.glob("graph/**/*.html"), *ROOT.glob("graph/**/*.json*")]


def terms() -> set[str]:
    kinds = "VALUES ?kind { owl:Class owl:ObjectProperty owl:DatatypeProperty rdf:Property }"
    rows = vocabulary().query(f"{PREFIXES} SELECT ?term WHERE {{ {kinds} ?term a ?kind {OURS} }}")
    return {row["term"].value.removeprefix(NAMESPACE) for row in rows}  # type: ignore[union-attr, index]


def in_prefix_form(text: str) -> set[str]:
    return set(re.findall(r"(?<![\w/])jx:([A-Za-z][\w-]*)", text))


def used() -> Iterator[str]:
    """Names in code and beside it: jx:name, "name" as an argument, fields of the model, the vocabulary's own use."""
    for file in [*CODE, *OTHERS]:
        yield from in_prefix_form(file.read_text("utf-8"))
    for file in CODE:
        yield from re.findall(r"""["'](?:jx:)?([A-Za-z]\w*)["']""", file.read_text("utf-8"))
    for kind in classes():
        yield class_iri(kind).removeprefix(NAMESPACE)
        yield from (field.iri.removeprefix(NAMESPACE) for field in fields_of(kind))
    rows = vocabulary().query(
        f"""{PREFIXES} SELECT DISTINCT ?term WHERE {{
        {{ ?x a ?term }} UNION {{ ?x rdfs:subClassOf ?term }} UNION {{ ?x ?term ?y }} {OURS} }}"""
    )
    yield from (row["term"].value.removeprefix(NAMESPACE) for row in rows)  # type: ignore[union-attr, index]


def test_every_term_is_used_or_said_to_be_published_only() -> None:
    rows = vocabulary().query(f"{PREFIXES} SELECT ?term WHERE {{ ?term skos:editorialNote ?note {OURS} }}")
    published = {row["term"].value.removeprefix(NAMESPACE) for row in rows}  # type: ignore[union-attr, index]
    assert terms() - set(used()) - published == set()
    assert published <= terms()


def test_every_name_in_code_queries_shapes_and_contexts_exists() -> None:
    known = {
        subject.rsplit("#", 1)[-1] for subject in map(str, as_rdflib().subjects()) if subject.startswith(NAMESPACE)
    }
    for file in [*CODE, *OTHERS]:
        # jx:none is bound where rules need a name that nothing has.
        assert in_prefix_form(file.read_text("utf-8")) - {"none"} <= known, file


# -- scope notes and examples -----------------------------------------------------------------------------------------


def public() -> set[str]:
    """Names of the classes and properties that a reader of the data meets: those of the model."""
    kinds = {class_iri(kind) for kind in classes()}
    found = {field.iri for kind in classes() for field in fields_of(kind) if not field.flattened} | kinds
    return {iri.removeprefix(NAMESPACE) for iri in found} & terms()


def test_every_public_term_has_scope_notes_in_both_languages_and_an_example() -> None:
    assert len(public()) > 90
    for name in public():
        notes = [note.language for note in as_rdflib().objects(JX[name], SKOS.scopeNote)]
        assert sorted(notes) == ["en", "zh"], name
        assert (JX[name], SKOS.example, None) in as_rdflib(), name


def test_every_example_is_turtle_about_its_term() -> None:
    prefixes = re.sub(r"(?m)^PREFIX (\S+) (\S+)$", r"@prefix \1 \2 .", PREFIXES)
    prefixes += "@base <https://w3id.org/jixiao/> . @prefix qb: <http://purl.org/linked-data/cube#> ."
    prefixes += "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
    known = set(as_rdflib().subjects())
    pairs = as_rdflib().subject_objects(SKOS.example)
    for term, example in ((t, e) for t, e in pairs if str(t).removeprefix(NAMESPACE) in terms()):
        text = str(example) if str(example).endswith(" .") else f"[] {example} ."
        read = Graph().parse(data=prefixes + text, format="turtle")
        assert (None, term, None) in read or (None, RDF.type, term) in read, term
        names = {node for triple in read for node in triple if isinstance(node, URIRef) and node in JX}
        assert names <= known, names - known


# -- round trips ------------------------------------------------------------------------------------------------------


FORMATS = [RdfFormat.TURTLE, RdfFormat.RDF_XML, RdfFormat.JSON_LD, RdfFormat.N_TRIPLES]


def canonical(quads: Iterator[Quad] | list[Quad]) -> Dataset:
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


@pytest.mark.parametrize(
    "format", [RdfFormat.TURTLE, RdfFormat.RDF_XML, RdfFormat.JSON_LD, RdfFormat.N_TRIPLES], ids=str
)
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_file_survives_every_format(file: Path, format: RdfFormat) -> None:
    read = list(parse(file.read_bytes(), RdfFormat.TURTLE))
    written = serialize((quad.triple for quad in read), format=format)
    assert written
    assert canonical(list(parse(written, format))) == canonical(read)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_two_readers_agree_on_every_file(file: Path) -> None:
    """rdflib and Oxigraph read the same triples."""
    nt = Graph().parse(file).serialize(format="nt", encoding="utf-8")
    assert len(list(parse(nt, RdfFormat.N_TRIPLES))) == len(set(parse(file.read_bytes(), RdfFormat.TURTLE)))
