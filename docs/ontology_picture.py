"""A picture of the model in SVG: the main classes where they read best, joined by the properties between them."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from rdflib import RDFS, Graph, Literal, Namespace

JX = Namespace("https://w3id.org/jixiao/ontology#")
# Where the classes stand: column and row.
PLACES = {
    "Budget": (0, 0), "Disclosure": (1, 0), "Department": (2, 0), "Region": (3, 0),
    "MonetaryAmount": (0, 1), "TargetTable": (1, 1), "Project": (2, 1), "ProjectSeries": (3, 1),
    "Basis": (0, 2), "Indicator": (1, 2), "CanonicalIndicator": (2, 2), "IndicatorClass": (3, 2),
    "CitedDocument": (0, 3), "Target": (1, 3), "Unit": (2, 3), "QuantityKind": (3, 3),
}  # fmt: skip
# The properties that are drawn: between neighbours straight, past a neighbour in a bow above (-1) or below (1) the row.
EDGES = (
    ("Disclosure", "budget", "Budget", 0), ("Disclosure", "department", "Department", 0),
    ("Department", "region", "Region", 0), ("Disclosure", "targetTable", "TargetTable", 0),
    ("TargetTable", "budget", "MonetaryAmount", 0), ("TargetTable", "ofProject", "Project", 0),
    ("Project", "ofDepartment", "Department", 0), ("Project", "inSeries", "ProjectSeries", 0),
    ("TargetTable", "indicator", "Indicator", 0), ("Indicator", "basis", "Basis", 0),
    ("Basis", "cites", "CitedDocument", 0), ("Indicator", "canonicalIndicator", "CanonicalIndicator", 0),
    ("CanonicalIndicator", "usualClass", "IndicatorClass", 0), ("Indicator", "level2", "IndicatorClass", -1),
    ("Indicator", "target", "Target", 0), ("CanonicalIndicator", "usualUnit", "Unit", 0),
    ("Target", "hasUnit", "Unit", 0), ("Unit", "quantityKind", "QuantityKind", 0),
    ("Target", "quantityKind", "QuantityKind", 1), ("Budget", "income", "MonetaryAmount", 0),
)  # fmt: skip
WIDTH, HEIGHT, STEP_X, STEP_Y, EDGE = 176, 50, 320, 140, 20
HALO = "paint-order='stroke' stroke='#fff' stroke-width='5' stroke-linejoin='round'"


def picture(graph: Graph) -> Iterator[str]:
    """The parts of an SVG element."""
    size = f"{STEP_X * 3 + WIDTH + 2 * EDGE} {STEP_Y * 3 + HEIGHT + 2 * EDGE + 50}"
    yield f"<svg viewBox='0 0 {size}' role='img' aria-label='模型 the model' font-family='sans-serif' font-size='14'>"
    yield "<defs><marker id='a' viewBox='0 0 8 8' refX='8' refY='4' markerWidth='8' markerHeight='8' orient='auto'>"
    yield "<path d='M0 0L8 4L0 8z' fill='#777'/></marker></defs>"
    for first, name, second, bow in EDGES:
        yield from _edge(graph, PLACES[first], name, PLACES[second], bow)
    for name, place in PLACES.items():
        x, y = _centre(place)
        yield f"<a href='#{name}'><rect x='{x - WIDTH // 2}' y='{y - HEIGHT // 2}' width='{WIDTH}' height='{HEIGHT}'"
        yield f" rx='6' fill='#eef4fb' stroke='#36c'/><text x='{x}' y='{y - 3}' text-anchor='middle'>"
        yield f"{escape(_label(graph, name))}</text><text x='{x}' y='{y + 15}' text-anchor='middle'>{name}</text></a>"
    yield "</svg>"


def _edge(graph: Graph, start: tuple[int, int], name: str, goal: tuple[int, int], bow: int) -> Iterator[str]:
    (x1, y1), (x2, y2) = _centre(start), _centre(goal)
    side, down = (x2 > x1) - (x2 < x1), (y2 > y1) - (y2 < y1)
    middle = ((x1 + x2) // 2, (y1 + y2) // 2)
    if bow:
        x1, x2, edge = x1 + side * WIDTH // 4, x2 - side * WIDTH // 4, y1 + bow * HEIGHT // 2
        far = edge + bow * 60
        path = f"M{x1} {edge}C{x1 + side * 60} {far} {x2 - side * 60} {far} {x2} {edge}"
        middle = (middle[0], edge + bow * 45)
    else:
        x1, x2 = x1 + side * WIDTH // 2, x2 - side * WIDTH // 2
        y1, y2 = y1 + down * HEIGHT // 2, y2 - down * HEIGHT // 2
        path = f"M{x1} {y1}L{x2} {y2}"
    yield f"<path d='{path}' fill='none' stroke='#777' marker-end='url(#a)'/>"
    for text, shift in ((_label(graph, name), -6), (name, 15)):
        yield f"<text x='{middle[0]}' y='{middle[1] + shift}' text-anchor='middle' font-size='12' fill='#444' {HALO}>"
        yield f"{escape(text)}</text>"


def _centre(place: tuple[int, int]) -> tuple[int, int]:
    return EDGE + WIDTH // 2 + place[0] * STEP_X, EDGE + HEIGHT // 2 + place[1] * STEP_Y


def _label(graph: Graph, name: str) -> str:
    labels = graph.objects(JX[name], RDFS.label)
    return next((str(label) for label in labels if isinstance(label, Literal) and label.language == "zh"), "")
