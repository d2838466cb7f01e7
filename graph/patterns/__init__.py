"""What follows from disclosures: concepts of indicators, identities, figures in prose, budget observations.

Two kinds of graph, both derived and disposable: ``<disclosure>/derived`` holds what follows from that disclosure alone
and is written in one transaction with it; ``id/links`` holds what disclosures share: concepts that the library lacks,
the reason and confidence of each link, series of projects, cited documents. Dropping them undoes every link;
:func:`link` makes them again, but for those that people rejected (:mod:`graph.patterns.decisions`).
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator

from pyoxigraph import Literal, NamedNode, Triple

from graph import iris
from graph.iris import JX, RDF_TYPE
from graph.patterns import decisions, identity
from graph.patterns.amounts import Amounts
from graph.patterns.concepts import Match, concepts
from graph.patterns.decisions import rejected
from graph.patterns.facts import Facts, about, decimal
from graph.patterns.figures import figures, name_kinds, numbers_in_names
from graph.patterns.overall import disagreements
from graph.statements import SKOS
from graph.store import Store
from graph.store.rows import strings
from graph.vocabulary import Vocabulary, vocabulary

LINKS = NamedNode(iris.BASE + "id/links")
SOURCE = "http://purl.org/dc/terms/source"
IDENTIFIER = "http://purl.org/dc/terms/identifier"
_BATCH = 200

_PREFIX = "PREFIX jx: <https://w3id.org/jixiao/ontology#>\n"
_DISCLOSURES = _PREFIX + "SELECT ?g WHERE { GRAPH ?g { ?g a jx:Disclosure } }"
_PROJECTS = (
    _PREFIX
    + """SELECT ?project ?name ?department WHERE { GRAPH ?g {
  ?project a jx:Project ; <http://www.w3.org/2000/01/rdf-schema#label> ?name ; jx:ofDepartment ?department } }"""
)
_DEPARTMENTS = (
    _PREFIX
    + """SELECT DISTINCT ?department ?name ?region WHERE { GRAPH ?g {
  ?department a jx:Department ; jx:name ?name ; jx:region ?region } }"""
)
_SPELLINGS = (
    _PREFIX
    + """SELECT DISTINCT ?spelling ?level2 ?kind WHERE {
  ?indicator jx:level3 ?spelling ; jx:target ?target .
  OPTIONAL { ?indicator jx:level2 ?level2 }
  OPTIONAL { ?target jx:quantityKind ?kind } }"""
)
_CITED = _PREFIX + "SELECT DISTINCT ?document WHERE { ?ground jx:cites ?document }"


def derive(triples: Iterable[Triple], refused: Container[str] = ()) -> list[Triple]:
    """What follows from the triples of one disclosure, but for ``refused`` links: the content of its ``/derived``."""
    words, facts = vocabulary(), Facts(triples)
    concept_of = _concept_of(facts, words, refused)
    prose = list(figures(facts, words))
    found = [about(indicator, "canonicalIndicator", concept) for indicator, concept in concept_of.items()]
    found += prose
    found += disagreements(facts, concept_of, prose)
    found += numbers_in_names(facts, words)
    found += name_kinds(facts, words)
    found += Amounts(facts, words, refused).triples()
    return list(dict.fromkeys(found))


def link(store: Store, changed: Iterable[NamedNode] = ()) -> None:
    """Bring ``id/links`` up to date with the disclosures there are; ``changed``: those that were written again.

    Under another vocabulary, or after a decision, what follows from each disclosure is worked out anew too.
    """
    words, refused = vocabulary(), rejected(store)
    present = {row["g"] for row in strings(store.query(_DISCLOSURES))}
    old = set(store.graph(LINKS))
    known = {t.object.value for t in old if t.predicate.value == SOURCE}  # type: ignore[union-attr]
    mark = Triple(LINKS, NamedNode(IDENTIFIER), Literal(_version(store) + decisions.mark(refused)))
    if mark not in old:
        _derive_again(store, sorted(present), refused)
    elif known == present and present.isdisjoint(name.value for name in changed):
        return
    sources = {Triple(LINKS, NamedNode(SOURCE), NamedNode(name)) for name in present}
    found = {*_spellings(store, words, refused), *_identities(store, words, refused)}
    store.replace({LINKS: [mark, *sources, *found]})


def reject(store: Store, name: str, because: str) -> None:
    """Undo a link for good, and link anew. Raises NotFound."""
    decisions.record(store, name, because)
    link(store)


def allow(store: Store, name: str) -> None:
    """Take a rejection back, and link anew. Raises NotFound."""
    decisions.record(store, name, None)
    link(store)


def _version(store: Store) -> str:
    ontology = NamedNode(iris.BASE + "ontology")
    marks = store.quads(ontology, NamedNode(IDENTIFIER), None, ontology)
    return next((quad.object.value for quad in marks), "")  # type: ignore[union-attr]


def _derive_again(store: Store, names: list[str], refused: Container[str]) -> None:
    store.remove([NamedNode(iris.TOTALS)])  # until the summaries are made anew, nobody is to trust them
    for start in range(0, len(names), _BATCH):
        batch = names[start : start + _BATCH]
        derived = {NamedNode(iris.derived(n)): derive(store.graph(NamedNode(n)), refused) for n in batch}
        store.replace({**derived, **{NamedNode(iris.summary(n)): () for n in batch}})  # they are made of both


def _concept_of(facts: Facts, words: Vocabulary, refused: Container[str]) -> dict[str, str]:
    """The concept of each indicator."""
    found = {}
    for indicator in facts.instances("Indicator"):
        kind = facts.value(facts.value(indicator, "target"), "quantityKind")
        name = facts.value(indicator, "level3") or ""
        found[indicator] = _match(name, facts.value(indicator, "level2"), kind, words, refused)[0].concept
    return found


def _match(
    spelling: str, level2: str | None, kind: str | None, words: Vocabulary, refused: Container[str]
) -> tuple[Match, str]:
    """The concept of a spelling under a class and a quantity kind, and the IRI of the link to it."""
    library = concepts(words)
    sort = [part.rsplit("#", 1)[-1] if part else None for part in (level2, kind)]
    match = library.match(spelling, level2, kind)
    name = iris.thing("link", iris.text_of(match.concept), spelling, *sort)
    if name not in refused:
        return match, name
    match = library.own(spelling)
    return match, iris.thing("link", iris.text_of(match.concept), spelling, *sort)


def _spellings(store: Store, words: Vocabulary, refused: Container[str]) -> Iterator[Triple]:
    """A jx:Link for each spelling, class and kind, and the concepts that the library lacks."""
    for row in strings(store.query(_SPELLINGS)):
        spelling = row["spelling"]
        match, iri = _match(spelling, row.get("level2"), row.get("kind"), words, refused)
        yield about(iri, RDF_TYPE, JX + "Link")
        yield about(iri, "linkedTo", match.concept)
        yield about(iri, "spelling", Literal(spelling))
        yield about(iri, "reason", Literal(match.reason))
        yield about(iri, "confidence", decimal(match.confidence))
        if match.own:
            yield about(match.concept, RDF_TYPE, JX + "CanonicalIndicator")
            yield about(match.concept, SKOS + "prefLabel", Literal(match.label, language="zh"))


def _identities(store: Store, words: Vocabulary, refused: Container[str]) -> Iterator[Triple]:
    projects = ((row["project"], row["name"], row["department"]) for row in strings(store.query(_PROJECTS)))
    yield from identity.series(projects, refused)
    departments = ((r["department"], r["name"], r["region"]) for r in strings(store.query(_DEPARTMENTS)))
    yield from identity.departments(departments, refused)
    yield from identity.documents((row["document"] for row in strings(store.query(_CITED))), words)


__all__ = ["LINKS", "allow", "derive", "link", "reject", "rejected"]
