"""Which official form of ``ontology/templates.ttl`` a table was filled in on."""

from __future__ import annotations

from graph.extraction.drafts import Draft
from graph.forms import Form, forms
from graph.vocabulary import Vocabulary


def form_of(draft: Draft, scope: str, kind: str, words: Vocabulary) -> str | None:
    """The name of the one form with these columns and these labels above them; None where none or several fit."""
    grids = {layout.roles for layout in draft.layouts}
    known = forms(words)
    placed = frozenset(role for form in known.values() for role in _head(form))
    labels = placed & {entry.role for entry in draft.header.entries}
    fitting = [
        name
        for name, form in known.items()
        if (form.scope, form.kind) == (scope, kind) and grids == {form.roles} and labels == _head(form)
    ]
    return fitting[0] if len(fitting) == 1 else None


def _head(form: Form) -> frozenset[str]:
    """The fields that cells above the grid are for."""
    return frozenset(cell.field for row in form.head for cell in row if cell.field)
