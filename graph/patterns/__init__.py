"""What follows from disclosures: concepts of indicators, identities, figures in prose, budget observations.

Two kinds of graph, both derived and disposable: ``<disclosure>/derived`` holds what follows from that disclosure alone
and is written in one transaction with it; ``id/links`` holds what disclosures share: concepts that the library lacks,
the reason and confidence of each link, series of projects, cited documents. Dropping them undoes every link;
:func:`link` makes them again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import Literal, NamedNode, Triple

from graph import iris
from graph.iris import JX, RDF_TYPE
from graph.patterns import identity
from graph.patterns.amounts import Amounts
from graph.patterns.concepts import Match, concepts
from graph.patterns.facts import Facts, about, decimal
from graph.patterns.figures import figures, name_kinds, numbers_in_names
from graph.patterns.overall import disagreements
from graph.store import Store
from graph.store.rows import strings
from graph.vocabulary import SKOS, Vocabulary, vocabulary

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
_CITED = _PREFIX + "SELECT DISTINCT ?document WHERE { ?ground jx:cites ?document }"


def derive(triples: Iterable[Triple], words: Vocabulary | None = None) -> list[Triple]:
    """What follows from the triples of one disclosure: the content of its ``/derived`` graph."""
    words = words or vocabulary()
    facts = Facts(triples)
    concept_of = {indicator: match.concept for indicator, match, _ in _matches(facts, words)}
    prose = list(figures(facts, words))
    found = [about(indicator, "canonicalIndicator", concept) for indicator, concept in concept_of.items()]
    found += prose
    found += disagreements(facts, concept_of, prose)
    found += numbers_in_names(facts, words)
    found += name_kinds(facts, words)
    found += Amounts(facts, words).triples()
    return list(dict.fromkeys(found))


def link(store: Store, changed: Iterable[NamedNode] = ()) -> None:
    """Bring ``id/links`` up to date: disclosures that are new to it, and those said to have changed.

    Under another vocabulary everything is linked anew.
    """
    words = vocabulary()
    present = {row["g"] for row in strings(store.query(_DISCLOSURES))}
    marks = {Triple(LINKS, NamedNode(IDENTIFIER), Literal(_version(store)))}
    old = set(store.graph(LINKS))
    known = {t.object.value for t in old if t.predicate.value == SOURCE} if marks <= old else set()  # type: ignore[union-attr]
    todo = (present - known) | (present & {name.value for name in changed})
    if not todo and known == present:
        return
    if not known:
        _derive_again(store, sorted(present), words)
    kept = {triple for triple in old if _is_spelling(triple)} if known else set()
    marks |= {Triple(LINKS, NamedNode(SOURCE), NamedNode(name)) for name in present}
    store.replace(
        {LINKS: [*(marks | kept | set(_spellings(store, sorted(todo), words)) | set(_identities(store, words)))]}
    )


def _version(store: Store) -> str:
    marks = store.graph(NamedNode(iris.BASE + "ontology"))
    return next((t.object.value for t in marks if t.predicate.value == IDENTIFIER), "")  # type: ignore[union-attr]


def _derive_again(store: Store, names: list[str], words: Vocabulary) -> None:
    for start in range(0, len(names), _BATCH):
        batch = names[start : start + _BATCH]
        store.replace({NamedNode(iris.derived(n)): derive(store.graph(NamedNode(n)), words) for n in batch})


def _matches(facts: Facts, words: Vocabulary) -> Iterator[tuple[str, Match, tuple[str, str | None, str | None]]]:
    library = concepts(words)
    for indicator in facts.instances("Indicator"):
        level2 = facts.value(indicator, "level2")
        kind = facts.value(facts.value(indicator, "target"), "quantityKind")
        key = (facts.value(indicator, "level3") or "", level2, kind)
        yield indicator, library.match(*key), key


def _spellings(store: Store, names: list[str], words: Vocabulary) -> Iterator[Triple]:
    """A jx:Link for each spelling, class and kind, and the concepts that the library lacks."""
    for name in names:
        for _, match, (spelling, level2, kind) in _matches(Facts(store.graph(NamedNode(name))), words):
            sort = [part.rsplit("#", 1)[-1] if part else None for part in (level2, kind)]
            iri = iris.thing("link", match.label, spelling, *sort)
            yield about(iri, RDF_TYPE, JX + "Link")
            yield about(iri, "linkedTo", match.concept)
            yield about(iri, "spelling", Literal(spelling))
            yield about(iri, "reason", Literal(match.reason))
            yield about(iri, "confidence", decimal(match.confidence))
            if match.own:
                yield about(match.concept, RDF_TYPE, JX + "CanonicalIndicator")
                yield about(match.concept, SKOS + "prefLabel", Literal(match.label, language="zh"))


def _is_spelling(triple: Triple) -> bool:
    subject = triple.subject.value if isinstance(triple.subject, NamedNode) else ""
    return subject.startswith((f"{iris.BASE}id/link/", f"{iris.BASE}id/concept/"))


def _identities(store: Store, words: Vocabulary) -> Iterator[Triple]:
    projects = ((row["project"], row["name"], row["department"]) for row in strings(store.query(_PROJECTS)))
    yield from identity.series(projects)
    departments = ((r["department"], r["name"], r["region"]) for r in strings(store.query(_DEPARTMENTS)))
    yield from identity.departments(departments)
    yield from identity.documents((row["document"] for row in strings(store.query(_CITED))), words)


__all__ = ["LINKS", "derive", "link"]
