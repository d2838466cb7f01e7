"""Triples in parts of bounded length, such that no blank node stands in two: it is itself within one operation only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import BlankNode, Triple


def batches(triples: Iterable[Triple], most: int) -> Iterator[list[Triple]]:
    """The triples in lists of about ``most``; triples that share blank nodes, directly or through others, together."""
    batch: list[Triple] = []
    for group in _groups(triples):
        if batch and len(batch) + len(group) > most:
            yield batch
            batch = []
        batch += group
    if batch:
        yield batch


def _groups(triples: Iterable[Triple]) -> Iterator[list[Triple]]:
    parents: dict[BlankNode, BlankNode] = {}

    def root(node: BlankNode) -> BlankNode:
        while parents[node] != node:
            parents[node] = node = parents[parents[node]]
        return node

    tied: list[tuple[BlankNode, Triple]] = []
    for triple in triples:
        nodes = [term for term in triple if isinstance(term, BlankNode)]
        if not nodes:
            yield [triple]
            continue
        for node in nodes:
            parents.setdefault(node, node)
            parents[root(node)] = root(nodes[0])
        tied.append((nodes[0], triple))
    groups: dict[BlankNode, list[Triple]] = {}
    for node, triple in tied:
        groups.setdefault(root(node), []).append(triple)
    yield from groups.values()
