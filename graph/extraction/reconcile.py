"""Target tables against budget tables: which line is whose, damaged names repaired, function codes taken over.

Pairs are a maximum-weight matching over similar names and equal amounts. Of two spellings the one that the document
uses more often stands; when they are even, that of the budget table, which conversion damages least.
"""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
from rapidfuzz import fuzz

from graph.model import PROJECT, Budget, Disclosure, ProjectLine, TargetTable
from graph.readers.document import Document, Paragraph
from graph.spelling import fold

# A name alone must be nearly the same; with the equal amount it may be damaged. Without a floor, any two match.
_NAME_ALONE, _NAME_WITH_AMOUNT = 0.85, 0.60


def reconcile(disclosure: Disclosure, document: Document) -> Disclosure:
    """The disclosure with project names repaired and linked to function codes."""
    projects = [table for table in disclosure.target_tables if table.scope == PROJECT]
    if not projects or not disclosure.budget.projects:
        return disclosure
    text = _all_text(document)
    pairs = match_lines(projects, disclosure.budget)
    tables = tuple(
        _reconciled(table, pairs.get(table.position, []), text) if table.scope == PROJECT else table
        for table in disclosure.target_tables
    )
    return replace(disclosure, target_tables=tables)


def match_lines(projects: list[TargetTable], budget: Budget) -> dict[int, list[ProjectLine]]:
    """Budget lines by the position of their table; lines of one name (a project of several units) go together."""
    groups: dict[str, list[ProjectLine]] = {}
    for line in budget.projects:
        groups.setdefault(fold(line.name), []).append(line)
    network: nx.Graph[tuple[str, object]] = nx.Graph()
    for table in projects:
        for key, lines in groups.items():
            weight = _likeness(table, key, lines)
            if weight:
                network.add_edge(("table", table.position), ("line", key), weight=weight)
    found: dict[int, list[ProjectLine]] = {}
    for first, second in nx.max_weight_matching(network):
        table_node, line_node = (first, second) if first[0] == "table" else (second, first)
        found[int(str(table_node[1]))] = groups[str(line_node[1])]
    return found


def _likeness(table: TargetTable, key: str, lines: list[ProjectLine]) -> float:
    ratio = float(fuzz.ratio(fold(table.name), key)) / 100
    total = sum(line.money.yuan for line in lines)
    # Printed in 万元 with two decimals: half of the last digit is 50 yuan.
    equal = table.budget is not None and abs(table.budget.yuan - total) <= 50
    if ratio >= _NAME_ALONE or (equal and ratio >= _NAME_WITH_AMOUNT):
        return ratio + (0.5 if equal else 0.0)
    return 0.0


def _reconciled(table: TargetTable, lines: list[ProjectLine], text: str) -> TargetTable:
    if not lines:
        return table
    functions = tuple(dict.fromkeys(line.function for line in lines if line.function))
    listed, printed = lines[0].name, table.name
    if fold(listed) == fold(printed):
        return replace(table, functions=functions)
    better = _uses(listed, text) >= _uses(printed, text)
    name, other = (listed, printed) if better else (printed, listed)
    inferred = (*table.inferred, "name") if better else table.inferred
    return replace(table, name=name, other_names=(*table.other_names, other), functions=functions, inferred=inferred)


def _uses(name: str, text: str) -> int:
    return text.count(fold(name))


def _all_text(document: Document) -> str:
    pieces = []
    for block in document.blocks:
        pieces += [block.text] if isinstance(block, Paragraph) else [cell.text for cell in block.cells]
    return "\n".join(fold(piece) for piece in pieces)
