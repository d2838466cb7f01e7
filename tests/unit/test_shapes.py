"""Compiling shapes: what each Core component means, by pySHACL, and what is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from graph import resources
from graph.errors import VocabularyError
from graph.iris import JX
from graph.reference import reference
from graph.shapes import NotSupported, background, load, shapes
from graph.validation import judge

PREFIXES = """
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix ex: <https://example.org/> .
@prefix jx: <https://w3id.org/jixiao/ontology#> .
@prefix jxs: <https://w3id.org/jixiao/shapes#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
RULE = """
jxs:X1 skos:notation "X1" ; sh:group jxs:values ; sh:severity sh:Warning ; rdfs:label "甲"@zh, "a"@en ;
    dcterms:source "乙"@zh, "b"@en ; jx:sourceVerified true ; sh:message "值{?value}"@zh, "value {?value}"@en .
jxs:X1 """
PROPERTY = RULE + "a sh:PropertyShape ; sh:targetClass ex:Thing ; sh:path ex:p ; "
DATA = """
ex:none a ex:Thing .
ex:one a ex:Thing ; ex:p "b" .
ex:two a ex:Thing ; ex:p 3, 12.5 .
ex:three a ex:Thing ; ex:p "abc"@en, <https://example.org/b>, "x"^^xsd:integer .
ex:four a ex:Sub ; ex:p ex:one, ex:four, "12"^^xsd:integer, "012"^^xsd:integer .
ex:Sub rdfs:subClassOf ex:Thing .
ex:other ex:p "zz" .
"""


def written(folder: Path, text: str) -> list[Path]:
    file = folder / "shapes.ttl"
    file.write_text(PREFIXES + text, encoding="utf-8")
    return [file]


@pytest.mark.parametrize(
    "constraint",
    [
        "sh:minCount 1", "sh:minCount 2", "sh:minCount 0", "sh:maxCount 1", "sh:maxCount 0", 'sh:in ( "b" 3 ex:one )',
        "sh:in ( )", "sh:datatype xsd:string", "sh:datatype xsd:integer", "sh:datatype xsd:date", "sh:class ex:Thing",
        "sh:nodeKind sh:IRI", "sh:nodeKind sh:Literal", "sh:nodeKind sh:BlankNodeOrIRI", 'sh:pattern "^B"',
        'sh:pattern "^B" ; sh:flags "i"', "sh:minLength 2", "sh:maxLength 2", "sh:minInclusive 4", "sh:maxInclusive 4",
        "sh:minInclusive 4 ; sh:maxCount 1",
    ],
)  # fmt: skip
def test_a_component_means_what_pyshacl_says(constraint: str, tmp_path: Path) -> None:
    files = written(tmp_path, f"{PROPERTY} {constraint} .")
    quads = list(parse((PREFIXES + DATA).encode(), RdfFormat.TURTLE))
    found = {(finding.rule, finding.focus, finding.value) for finding in judge(quads, load(files))}
    assert found == reference(quads, files)


SELECT = RULE + 'a sh:NodeShape ; sh:targetClass ex:Thing ; sh:sparql [ sh:select """%s""" ] .'
NODE = RULE + "a sh:NodeShape ; "


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (NODE + "sh:targetClass ex:Thing ; sh:property [ sh:path ex:p ; sh:minCount 1 ] .", "shacl#property"),
        (NODE + "sh:targetClass ex:Thing ; sh:nodeKind sh:IRI .", "shacl#nodeKind"),
        (NODE + "sh:targetClass ex:Thing .", "× 0"),
        (PROPERTY + "sh:lessThan ex:q .", "shacl#lessThan"),
        (PROPERTY + "sh:minCount 1, 2 .", "shacl#minCount> × 2"),
        (PROPERTY + "sh:minCount 1 ; sh:targetNode ex:one .", "shacl#targetNode"),
        (PROPERTY + "sh:minCount 1 ; sh:targetObjectsOf ex:p .", "sh:target… × 2"),
        (RULE + "a sh:PropertyShape ; sh:path ex:p ; sh:minCount 1 .", "sh:target… × 0"),
        (RULE + "a sh:PropertyShape ; sh:targetClass ex:Thing ; sh:path ( ex:p ex:q ) ; sh:minCount 1 .", "sh:path"),
        (SELECT % "SELECT $this { $this ex:p ?value }", "SELECT \\$this … WHERE"),
        (SELECT % "SELECT ?value WHERE { $this ex:p ?value }", "SELECT \\$this … WHERE"),
        (PROPERTY.replace("sh:Warning", "sh:Warn") + "sh:minCount 1 .", "shacl#Warn"),
        (PROPERTY.replace('"值{?value}"@zh, ', "") + "sh:minCount 1 .", "shacl#message>@zh × 0"),
        (PROPERTY.replace('notation "X1"', 'notation "X2"') + "sh:minCount 1 .", "skos:notation X2"),
    ],
)
def test_what_is_not_compiled_is_refused_by_name(text: str, named: str, tmp_path: Path) -> None:
    with pytest.raises(NotSupported, match=named):
        load(written(tmp_path, text))


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(VocabularyError, match=r"shapes\.ttl"):
        load(written(tmp_path, "jxs:X1 a ."))


def test_rules_follow_their_numbers_and_belong_to_groups_with_labels() -> None:
    rules = shapes().rules
    assert [rule.id for rule in rules] == sorted(
        (rule.id for rule in rules), key=lambda i: (int(i[1:].rstrip("bc")), i)
    )
    text = (resources.folder("shapes") / "shapes.ttl").read_text(encoding="utf-8")
    for group in {rule.group for rule in rules}:
        assert f"jxs:{group} a sh:PropertyGroup" in text


def test_the_rules_look_up_what_they_require_and_it_is_there() -> None:
    queries = "".join(check.sparql for rule in shapes().rules for check in rule.checks)
    there = {triple.predicate.value for triple in background(shapes().requires)}
    for iri in shapes().requires:
        local = iri.replace(JX, "jx:").replace("http://www.w3.org/2004/02/skos/core#", "skos:")
        assert local in queries, local
    assert there == shapes().requires


def test_messages_name_only_what_their_query_binds() -> None:
    for rule in shapes().rules:
        for check in rule.checks:
            head = check.sparql.split("WHERE", 1)[0]
            for name in re.findall(r"\{[?$](\w+)\}", rule.message_zh + rule.message_en):
                assert re.search(rf"[?$]{name}\b", head), (rule.id, name)
