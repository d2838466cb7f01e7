"""The ontology as one page of HTML that needs nothing else: a picture of the model, classes, properties, concepts."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from rdflib import OWL, RDF, RDFS, SKOS, Graph, Literal, Namespace, Node

from graph import resources

JX = Namespace("https://w3id.org/jixiao/ontology#")
SCHEMA = Namespace("https://schema.org/")
STYLE = "body{font:16px/1.5 sans-serif;max-width:70em;margin:2em auto;padding:0 1em}table{border-collapse:collapse}\
td,th{border:1px solid #bbb;padding:.2em .5em;text-align:left;vertical-align:top}svg{max-width:100%;height:auto}"
# Where the main classes stand in the picture: column and row. The lines come from domains and ranges.
PLACES = {
    "Disclosure": (0, 0), "Department": (1, 0), "Region": (2, 0), "TargetTable": (0, 1), "Project": (1, 1),
    "ProjectSeries": (2, 1), "Indicator": (0, 2), "CanonicalIndicator": (1, 2), "IndicatorClass": (2, 2),
    "Target": (0, 3), "Unit": (1, 3), "QuantityKind": (2, 3), "Basis": (0, 4), "CitedDocument": (1, 4),
    "BasisKind": (2, 4),
}  # fmt: skip
WIDTH, HEIGHT, STEP_X, STEP_Y = 200, 46, 340, 120


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
        "".join(_picture(graph)),
    ]
    kinds = (OWL.ObjectProperty, OWL.DatatypeProperty, RDF.Property)
    properties = {s for kind in kinds for s in graph.subjects(RDF.type, kind)}
    parts += _terms(graph, "类 Classes", set(graph.subjects(RDF.type, OWL.Class)))
    parts += _terms(graph, "属性 Properties", properties)
    parts += _indicators(graph)
    return "\n".join(parts) + "\n</html>\n"


def _picture(graph: Graph) -> Iterator[str]:
    size = f"{STEP_X * 2 + WIDTH + 40} {STEP_Y * 4 + HEIGHT + 40}"
    yield f"<svg viewBox='0 0 {size}' role='img' aria-label='模型 the model' font-family='sans-serif' font-size='13'>"
    for name, text, (x1, y1), (x2, y2) in _lines(graph):
        yield f"<line x1='{x1}' y1='{y1}' x2='{x2}' y2='{y2}' stroke='#888'><title>{name}</title></line>"
        yield f"<text x='{(x1 + x2) // 2}' y='{(y1 + y2) // 2 - 4}' text-anchor='middle' fill='#555'>{text}</text>"
    for name, place in PLACES.items():
        x, y = _centre(place)
        yield f"<rect x='{x - WIDTH // 2}' y='{y - HEIGHT // 2}' width='{WIDTH}' height='{HEIGHT}' rx='6'"
        yield f" fill='#eef4fb' stroke='#36c'/><text x='{x}' y='{y + 5}' text-anchor='middle'>"
        yield f"{escape(_label(graph, JX[name], 'zh'))} {name}</text>"
    yield "</svg>"


def _lines(graph: Graph) -> Iterator[tuple[str, str, tuple[int, int], tuple[int, int]]]:
    """One line for each pair of classes that a property joins, with the first of its properties."""
    joined: dict[tuple[str, str], list[Node]] = {}
    for first in PLACES:
        domains = {*graph.subjects(RDFS.domain, JX[first]), *graph.subjects(SCHEMA.domainIncludes, JX[first])}
        for name in sorted(domains, key=str):
            for target in {*graph.objects(name, RDFS.range), *graph.objects(name, SCHEMA.rangeIncludes)}:
                second = str(target).removeprefix(str(JX))
                if second in PLACES and second != first and (second, first) not in joined:
                    joined.setdefault((first, second), []).append(name)
    for (first, second), names in sorted(joined.items()):
        local = ", ".join(str(name).removeprefix(str(JX)) for name in names)
        yield escape(local), escape(_label(graph, names[0], "zh")), _centre(PLACES[first]), _centre(PLACES[second])


def _centre(place: tuple[int, int]) -> tuple[int, int]:
    return 20 + WIDTH // 2 + place[0] * STEP_X, 20 + HEIGHT // 2 + place[1] * STEP_Y


def _label(graph: Graph, subject: Node, language: str, predicate: Node = RDFS.label) -> str:
    found = (str(o) for o in graph.objects(subject, predicate) if isinstance(o, Literal) and o.language == language)
    return next(found, "")


def _terms(graph: Graph, title: str, terms: set[Node]) -> Iterator[str]:
    yield f"<h2>{title}</h2>\n<table><tr><th>jx:</th><th>中文</th><th>English</th><th>上位 above</th></tr>"
    for term in sorted((t for t in terms if str(t).startswith(str(JX))), key=str):
        local = escape(str(term).removeprefix(str(JX)))
        above = sorted({*graph.objects(term, RDFS.subClassOf), *graph.objects(term, RDFS.subPropertyOf)}, key=str)
        cells = [f"{_label(graph, term, tag)}: {_label(graph, term, tag, SKOS.definition)}" for tag in ("zh", "en")]
        yield f"<tr id='{local}'><td><code>{local}</code></td><td>{escape(cells[0])}</td><td>{escape(cells[1])}</td>"
        yield f"<td>{'<br>'.join(escape(str(iri)) for iri in above)}</td></tr>"
    yield "</table>"


def _indicators(graph: Graph) -> Iterator[str]:
    yield "<h2>标准指标 Canonical indicators</h2>\n<table>"
    yield "<tr><th>名称 name</th><th>别名 other names</th><th>方法 method</th></tr>"
    for concept in sorted(graph.subjects(RDF.type, JX.CanonicalIndicator), key=str):
        names = [_label(graph, concept, tag, SKOS.prefLabel) for tag in ("zh", "en")]
        others = "；".join(sorted(map(str, graph.objects(concept, SKOS.altLabel))))
        methods = [_label(graph, concept, tag, JX.method) for tag in ("zh", "en")]
        cells = (" ".join(names), others, " ".join(methods))
        yield f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
    yield "</table>"
