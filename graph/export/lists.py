"""What a template offers and explains: words to choose from, notes on fields, sums of the weights."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from graph.export.printed import sign_of
from graph.forms import Form
from graph.output import number
from graph.statements import JX, SKOS
from graph.vocabulary import Vocabulary

_SHARES = {"cost": "costShare", "output": "outputShare", "effect": "effectShare", "satisfaction": "satisfactionShare"}


class Lists:
    """Lists by name; ``by_role`` names the list of a column."""

    def __init__(self) -> None:
        self._lists: dict[str, tuple[str, ...]] = {}
        self.by_role: dict[str, str] = {}

    def add(self, name: str, items: Iterator[str] | list[str], role: str | None = None) -> None:
        """One list; an empty one is left out."""
        unique = tuple(dict.fromkeys(item for item in items if item))
        if unique:
            self._lists[name] = unique
            if role:
                self.by_role[role] = name

    def items(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Names and items in order."""
        return iter(self._lists.items())


def lists(words: Vocabulary, form: Form) -> Lists:
    """The lists of the closed columns of a form, and a second-level list for each first-level class."""
    found = Lists()
    firsts = list(dict.fromkeys(one.level1 for one in form.classes))
    others = [item.label for item in words.classes.values() if item.level == 1]
    found.add("一级指标", [*firsts, *others], "level1")
    for first in dict.fromkeys((*firsts, *others)):
        own = [one.heading for one in form.classes if one.level1 == first]
        offered = {one.level2 for one in form.classes}
        rest = [
            item.label for item in words.classes.values()
            if item.level == 2 and first in item.broader and item.label not in offered
        ]  # fmt: skip
        found.add(first, [*own, *rest])
    if "comparator" in form.roles:
        found.add("指标性质", _signs(words), "comparator")
    if "unit" in form.roles:
        found.add("度量单位", [words.name_of(iri) for iri in words.instances("Unit")], "unit")
    if "direction" in form.roles:
        found.add("指标方向", [words.name_of(iri) for iri in words.instances("Direction")], "direction")
    if "nature" in form.roles:
        found.add("指标属性", [words.name_of(iri) for iri in words.instances("Nature")], "nature")
    return found


def _signs(words: Vocabulary) -> Iterator[str]:
    for iri in words.instances("Comparator"):
        notation = words.value(iri, SKOS + "notation")
        if notation is not None:
            yield sign_of(notation, words)


def explanation(text: str, role: str, place: str, words: Vocabulary) -> str:
    """What belongs in the field of a heading or label, in Chinese and English; empty where nothing is known of it."""
    if not role or role == "label":
        role = next(iter(words.heading(text, place)), "")
    known = words.roles.get(role)
    if known is None:
        return ""
    said = words.values(known.iri, SKOS + "definition")
    return "\n".join(said)


def shares(form: Form, words: Vocabulary) -> list[dict[str, Decimal]]:
    """The ways in which the total of a form's profile is usually shared out: weight by first-level label."""
    found = []
    for iri in words.instances("ClassShares"):
        if words.value(iri, "profile") == form.profile:
            given = {words.name_of(JX + name): words.value(iri, share) for name, share in _SHARES.items()}
            found.append({label: Decimal(value) for label, value in given.items() if value})
    return found


def weight_note(form: Form, words: Vocabulary, of_class: Callable[[str], str], total: str) -> str:
    """A spreadsheet expression that says the weights by class and in all, each with the figure expected.

    Which figures are expected depends on the classes that have weights: the first of the profile's usual ways with
    just these classes.
    """
    ways = shares(form, words)
    labels = list(dict.fromkeys(one.level1 for one in form.classes))
    labels += [label for way in ways for label in way if label not in labels]
    parts = [f'"注：权重合计 "&{total}&"（应为 {number(form.total)}）"']
    for label in labels:
        expected = '""'
        for way in reversed(ways):
            given = ",".join(f"{of_class(name)}{'>' if name in way else '='}0" for name in _all(ways))
            figure = f'"（通常 {number(way[label])}）"' if label in way else '""'
            expected = f"IF(AND({given}),{figure},{expected})"
        parts.append(f'"；{label} "&{of_class(label)}&{expected}')
    return "&".join(parts)


def _all(ways: list[dict[str, Decimal]]) -> list[str]:
    return list(dict.fromkeys(label for way in ways for label in way))
