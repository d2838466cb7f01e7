"""Tables made by chance from the cases of every rule, right and wrong, for comparing our findings with pySHACL's.

What pySHACL needs grows with shapes times focus nodes, and some rules compare every name with every other: so tables
are small, and so are the graphs that it gets.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

from pyoxigraph import Triple

from graph.ingest import triples_of
from graph.model import Disclosure, TargetTable
from tests.cases import FINE, RIGHT, WRONG, elsewhere

CHANGES = [change for _, change, _ in WRONG] + [change for _, change in FINE]
Found = set[tuple[str, str, str | None]]


def disclosures(seed: int) -> Iterator[Disclosure]:
    """Right disclosures with some of the cases in them, and with some of their tables and rows left out."""
    chance = random.Random(seed)
    for number in range(1, 1_000_000):
        changes = chance.sample(CHANGES, chance.choice((0, 1, 1, 2, 3)))
        # Now and then the department of before, a year later: that is what rules of comparison are about.
        who = number - 1 if number % 9 == 0 else number
        changed = elsewhere(
            number, *changes, name=f"{who}县医疗保障局", region=f"{1304 + who % 3}{10 + who % 80}",
            year=2027 if who < number else 2026,
        )  # fmt: skip
        yield _smaller(changed, chance)


def _smaller(disclosure: Disclosure, chance: random.Random) -> Disclosure:
    tables = tuple(
        _fewer_rows(table, original, chance)
        for table, original in zip(disclosure.target_tables, RIGHT.target_tables, strict=False)
        if table.position == 1 or chance.random() < 0.08
    )
    return replace(disclosure, target_tables=tables + disclosure.target_tables[len(RIGHT.target_tables) :])


def _fewer_rows(table: TargetTable, original: TargetTable, chance: random.Random) -> TargetTable:
    """Rows that were changed stay, of the others some; now and then all."""
    if chance.random() < 0.05:
        return table
    rows = (row for row in table.indicators if row not in original.indicators or chance.random() < 0.12)
    return replace(table, indicators=tuple(rows))


def graph_of(several: list[Disclosure]) -> list[Triple]:
    """Disclosures in one graph."""
    return list({triple for disclosure in several for triple in triples_of(disclosure)})
