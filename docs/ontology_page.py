"""The ontology as one page of HTML that needs nothing else: a picture of the model, classes, properties, concepts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from rdflib import OWL, RDF, RDFS, SKOS, Graph, Literal, Namespace, Node

from docs.ontology_picture import picture
from graph import resources

JX = Namespace("https://w3id.org/jixiao/ontology#")
SCHEMA = Namespace("https://schema.org/")
STYLE = """body{font:16px/1.5 sans-serif;max-width:80em;margin:2em auto;padding:0 1em;color:#222}
table{border-collapse:collapse;width:100%;margin-bottom:1em}
td,th{border:1px solid #bbb;padding:.2em .5em;text-align:left;vertical-align:top;overflow-wrap:anywhere}
td:first-child{width:13em}small{color:#555}svg{max-width:100%;height:auto}details{margin:.3em 0}"""
ENDS = ((RDFS.domain, SCHEMA.domainIncludes), (RDFS.range, SCHEMA.rangeIncludes))


def ontology_page() -> str:
    """The whole page."""
    graph = Graph()
    for file in sorted(resources.folder("ontology").glob("*.ttl")):
        graph.parse(file)
    version = graph.value(None, RDF.type, OWL.Ontology)
    number = escape(str(graph.value(version, OWL.versionInfo))) if version else ""
    parts = [
        "<!DOCTYPE html>\n<html lang='zh'><meta charset='utf-8'><title>绩效本体 Jixiao ontology</title>",
        f"<style>{STYLE}</style>\n<h1>绩效本体 Jixiao ontology {number}</h1>\n<p><code>{JX}</code></p>",
        "<p><a href='#classes'>类 Classes</a> · <a href='#properties'>属性 Properties</a> · "
        "<a href='#schemes'>概念体系 Concept schemes</a> · <a href='#indicators'>标准指标 Canonical indicators</a></p>",
        "".join(picture(graph)),
    ]
    kinds = (OWL.ObjectProperty, OWL.DatatypeProperty, RDF.Property)
    properties = {s for kind in kinds for s in graph.subjects(RDF.type, kind)}
    parts += _terms(graph, "classes", "类 Classes", set(graph.subjects(RDF.type, OWL.Class)))
    parts += _terms(graph, "properties", "属性 Properties", properties)
    parts += _schemes(graph)
    parts += _indicators(graph)
    return "\n".join(parts) + "\n</html>\n"


def _label(graph: Graph, subject: Node, language: str, predicate: Node = RDFS.label) -> str:
    found = (str(o) for o in graph.objects(subject, predicate) if isinstance(o, Literal) and o.language == language)
    return next(found, "")


def _terms(graph: Graph, key: str, title: str, terms: set[Node]) -> Iterator[str]:
    yield f"<h2 id='{key}'>{title}</h2>\n<table><tr><th>jx:</th><th>中文</th><th>English</th><th></th></tr>"
    for term in sorted((t for t in terms if str(t).startswith(str(JX))), key=str):
        local = escape(str(term).removeprefix(str(JX)))
        cells = (_words(graph, term, language) for language in ("zh", "en"))
        yield f"<tr id='{local}'><td><code>{local}</code></td>{''.join(f'<td>{cell}</td>' for cell in cells)}"
        yield f"<td>{'<br>'.join(_facts(graph, term))}</td></tr>"
    yield "</table>"


def _words(graph: Graph, term: Node, language: str) -> str:
    text = f"<b>{escape(_label(graph, term, language))}</b> {escape(_label(graph, term, language, SKOS.definition))}"
    note = _label(graph, term, language, SKOS.scopeNote)
    return f"{text}<br><small>{escape(note)}</small>" if note else text


def _facts(graph: Graph, term: Node) -> Iterator[str]:
    """From what to what, what stands above, the inverse, examples."""
    ends = [sorted({o for way in ways for o in graph.objects(term, way)}, key=str) for ways in ENDS]
    if any(ends):
        yield " → ".join(", ".join(_link(graph, end) for end in some) or "…" for some in ends)
    for sign, ways in (("⊑", (RDFS.subClassOf, RDFS.subPropertyOf)), ("≈", (RDFS.seeAlso,))):
        above = sorted({o for way in ways for o in graph.objects(term, way)}, key=str)
        if above:
            yield f"{sign} {', '.join(_link(graph, one) for one in above)}"
    inverses = {*graph.objects(term, OWL.inverseOf), *graph.subjects(OWL.inverseOf, term)}
    for inverse in sorted(inverses, key=str):
        yield f"⇄ {_link(graph, inverse)}"
    for example in sorted(graph.objects(term, SKOS.example), key=str):
        yield f"<code>{escape(str(example))}</code>"


def _link(graph: Graph, node: Node) -> str:
    """An IRI in short form, with a link where this page has it."""
    short = escape(graph.namespace_manager.normalizeUri(str(node)))
    return f"<a href='#{short[3:]}'>{short[3:]}</a>" if short.startswith("jx:") else short


def _schemes(graph: Graph) -> Iterator[str]:
    yield "<h2 id='schemes'>概念体系 Concept schemes</h2>"
    for scheme in sorted(graph.subjects(RDF.type, SKOS.ConceptScheme), key=str):
        members = set(graph.subjects(SKOS.inScheme, scheme))
        if scheme == JX.indicatorLibrary:
            continue
        title = " ".join(_label(graph, scheme, tag, SKOS.prefLabel) for tag in ("zh", "en"))
        yield f"<details><summary>{escape(title)} ({len(members)})</summary><table>"
        order = graph.value(scheme, JX.ordered)
        ranks = {grade: rank for rank, grade in enumerate(graph.items(order) if order else ())}
        for concept in sorted(members, key=lambda c: (ranks.get(c, 0), str(c))):
            yield _row(_concept(graph, concept))
        yield "</table></details>"


def _concept(graph: Graph, concept: Node) -> Iterator[str]:
    yield str(concept).removeprefix(str(JX)).removeprefix("https://w3id.org/jixiao/")
    yield " ".join(_label(graph, concept, tag, SKOS.prefLabel) for tag in ("zh", "en"))
    yield "；".join(sorted(map(str, graph.objects(concept, SKOS.altLabel))))


def _indicators(graph: Graph) -> Iterator[str]:
    yield "<h2 id='indicators'>标准指标 Canonical indicators</h2>\n<table>"
    yield "<tr><th>名称 name</th><th>别名 other names</th><th>方法 method</th></tr>"
    for concept in sorted(graph.subjects(RDF.type, JX.CanonicalIndicator), key=str):
        _, names, others = _concept(graph, concept)
        yield _row((names, others, " ".join(_label(graph, concept, tag, JX.method) for tag in ("zh", "en"))))
    yield "</table>"


def _row(cells: Iterable[str]) -> str:
    return f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
