"""The official form that a table was filled in on is recognised, survives as RDF, and is never guessed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from graph.extraction import extract
from graph.model import Disclosure
from graph.rdf import from_quads, to_quads
from graph.readers.document import Document, Grid
from graph.vocabulary import vocabulary
from tests.golden import refresh
from tests.golden.test_layouts import document


@pytest.mark.parametrize(
    ("sample", "forms"),
    [
        ("hanzhong-2026", {"sn-project", None}),
        ("tongchuan-2024", {"sc-project", "sc-department"}),
        ("xinhua-2026", {"he-project", None}),
    ],
)
def test_forms_of_the_samples_are_recognised_and_come_back_from_rdf(sample: str, forms: set[str | None]) -> None:
    found = refresh.disclosure(sample)
    assert {table.form for table in found.target_tables} == forms
    back = from_quads(to_quads(found, vocabulary()), vocabulary())
    assert [table.form for table in back.target_tables] == [table.form for table in found.target_tables]


def test_a_form_with_another_column_is_no_form_of_the_vocabulary() -> None:
    assert forms_of(extract(flat(""))) == [None, None]
    assert forms_of(extract(flat("权重"))) == [None, None]


def flat(without: str) -> Document:
    """A flat list much like that of Sichuan, but in another order of columns; ``without`` one of them."""
    made = document("flat_two_heads")
    blocks = [
        replace(block, cells=tuple(cell for cell in block.cells if not without or cell.text != without))
        if isinstance(block, Grid)
        else block
        for block in made.blocks
    ]
    return replace(made, blocks=tuple(blocks))


def forms_of(disclosure: Disclosure) -> list[str | None]:
    return [table.form for table in disclosure.target_tables]
