"""The data dictionary: every class of the data with its properties, for people who want columns, not triples."""

from __future__ import annotations

from collections.abc import Iterator

from rdflib import OWL, RDF, RDFS, Graph, Namespace, Node

from docs.generate import NOTE, page, table
from graph import resources
from graph.terms import term

JX = Namespace("https://w3id.org/jixiao/ontology#")
SCHEMA = Namespace("https://schema.org/")
HEADS = ("属性 property", "名称 name", "取值 values", "定义 definition")


def dictionary() -> str:
    """Every class that has properties, in the order of the ontology's labels."""
    graph = Graph().parse(resources.folder("ontology") / "jixiao.ttl")
    parts = ["# 数据字典 Data dictionary\n", NOTE]
    parts.append("由 `ontology/jixiao.ttl` 生成。Made from `ontology/jixiao.ttl`.\n")
    for kind in sorted(graph.subjects(RDF.type, OWL.Class), key=str):
        rows = list(_rows(graph, kind))
        if rows:
            parts.append(f"## `jx:{_local(kind)}` {_label(kind)}\n")
            parts.append(f"{_definition(kind)}\n")
            parts.append(table(HEADS, iter(rows)))
    return page(parts)


def _rows(graph: Graph, kind: Node) -> Iterator[tuple[object, ...]]:
    owned = {*graph.subjects(RDFS.domain, kind), *graph.subjects(SCHEMA.domainIncludes, kind)}
    for name in sorted(owned, key=str):
        ranges = sorted({*graph.objects(name, RDFS.range), *graph.objects(name, SCHEMA.rangeIncludes)}, key=str)
        values = ", ".join(map(_local, ranges)) or "–"
        yield f"`{_local(name)}`", _label(name), values, _definition(name)


def _local(node: Node) -> str:
    return str(node).rsplit("#", 1)[-1].rsplit("/", 1)[-1]


def _label(node: Node) -> str:
    said = term(str(node))
    return f"{said.label_zh} {said.label_en}".strip()


def _definition(node: Node) -> str:
    said = term(str(node))
    return f"{said.definition_zh} {said.definition_en}".strip()
