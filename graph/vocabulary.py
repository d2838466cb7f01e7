"""``ontology/*.ttl`` as fast lookups. Its schema: docs/vocabulary-schema.md."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, cached_property

from graph import resources
from graph.spelling import fold, undecorated, without_brackets
from graph.statements import SKOS, Statements

# What parts the units below a slash: 元/人·月, 元/生/年, 元/人、天.
_PER = re.compile(r"[/·*×、.]")


@dataclass(frozen=True, slots=True)
class Role:
    """What a column or header cell holds."""

    iri: str
    name: str
    label: str
    places: frozenset[str]
    content: str
    alternatives: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IndicatorClass:
    """A first- or second-level class of indicators."""

    iri: str
    label: str
    level: int
    broader: tuple[str, ...]
    kinds: frozenset[str]
    hints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of measure: printed label, quantity kind, exact factor to the kind's base unit, kind of target."""

    iri: str
    label: str
    quantity_kind: str
    multiplier: Decimal | None
    target_kind: str


class Vocabulary(Statements):
    """All lookups. Build it once with :func:`vocabulary`."""

    # -- concepts ↔ labels ------------------------------------------------------------------------------------------

    _KINDS = {  # noqa: RUF012 - a constant
        "level1": ("IndicatorClass", False),
        "level2": ("IndicatorClass", False),
        "comparator": ("Comparator", True),
        "direction": ("Direction", False),
        "grade": ("Grade", False),
        "basisKind": ("BasisKind", False),
        "form": ("Form", True),
        "quantityKind": ("QuantityKind", False),
        "unit": ("Unit", False),
    }

    @cache  # noqa: B019
    def _concepts(self, kind: str) -> dict[str, str]:
        class_name, by_notation = self._KINDS[kind]
        found: dict[str, str] = {}
        for iri in self.instances(class_name):
            if kind in ("level1", "level2") and self.value(iri, "level") != kind[-1]:
                continue
            found.setdefault(self._canonical(iri, by_notation), iri)
        return found

    def _canonical(self, iri: str, by_notation: bool) -> str:
        if by_notation:
            return next(iter(self._by_subject[iri].get(SKOS + "notation", [])), "") or self.name_of(iri)
        return self.name_of(iri)

    def concept(self, kind: str, label: str) -> str | None:
        """IRI of the concept of a kind with that canonical label (or notation); a unit by any spelling."""
        if kind == "unit":
            listed = self._units.get(fold(label))
            return listed.iri if listed else None
        return self._concepts(kind).get(label)

    @cached_property
    def _canonical_labels(self) -> dict[str, str]:
        return {iri: label for kind in self._KINDS for label, iri in self._concepts(kind).items()}

    def label(self, iri: str) -> str | None:
        """Inverse of :meth:`concept`."""
        return self._canonical_labels.get(iri)

    # -- headings ---------------------------------------------------------------------------------------------------

    @cached_property
    def roles(self) -> dict[str, Role]:
        """Roles by their name in code."""
        found = {}
        for iri in self.instances("Role"):
            name = self._canonical(iri, True)
            found[name] = Role(
                iri,
                name,
                self.name_of(iri),
                frozenset(self.values(iri, "place")),
                self.value(iri, "content") or "text",
                tuple(self._canonical(other, True) for other in self.values(iri, "altRole")),
            )
        return found

    @cached_property
    def _headings(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for name, role in self.roles.items():
            for spelling in dict.fromkeys(self.spellings(role.iri)):
                found[spelling].append(name)
        return found

    @cached_property
    def _heading_patterns(self) -> list[tuple[re.Pattern[str], str]]:
        return [(p.regex, self._canonical(p.iri, True)) for p in self.patterns("Role")]

    @cache  # noqa: B019
    def heading(self, text: str, place: str) -> tuple[str, ...]:
        """Names of the roles that a heading may announce in a ``column`` or a ``header`` cell; () if none."""
        folded = fold(text)
        if not folded or len(folded) > 60:
            return ()
        for form in dict.fromkeys(self._forms(folded)):
            names = self._headings.get(form, []) + [
                name for regex, name in self._heading_patterns if regex.fullmatch(form)
            ]
            fitting = tuple(dict.fromkeys(name for name in names if place in self.roles[name].places))
            if fitting:
                return fitting
        return ()

    def _forms(self, folded: str) -> list[str]:
        """A heading as printed, without bracketed additions, without 其中 and without its number."""
        bare = without_brackets(folded)
        part, number = self.wording("part"), self.wording("headingNumber")
        plain = [undecorated(number.sub("", part.sub("", form))) for form in (folded, bare)]
        return list(dict.fromkeys((folded, bare, *plain)))

    # -- classes ----------------------------------------------------------------------------------------------------

    @cached_property
    def classes(self) -> dict[str, IndicatorClass]:
        """Indicator classes by IRI."""
        return {
            iri: IndicatorClass(
                iri,
                self.name_of(iri),
                int(self.value(iri, "level") or 0),
                tuple(self.name_of(b) for b in self._by_subject[iri].get(SKOS + "broader", [])),
                frozenset(self.values(iri, "usualKind")),
                tuple(self.values(iri, "nameHint")),
            )
            for iri in self.instances("IndicatorClass")
        }

    @cached_property
    def _class_spellings(self) -> dict[int, dict[str, IndicatorClass]]:
        found: dict[int, dict[str, IndicatorClass]] = {1: {}, 2: {}}
        for item in self.classes.values():
            for spelling in self.spellings(item.iri):
                found[item.level].setdefault(spelling, item)
        return found

    @cache  # noqa: B019
    def indicator_class(self, text: str, level: int) -> IndicatorClass | None:
        """The class of a level that a printed word names, bracketed remarks and weights left aside."""
        folded = fold(text)
        if not folded or len(folded) > 40:
            return None
        spellings = self._class_spellings[level]
        bare = without_brackets(folded)
        plain = self.wording("classPoints").sub("", self.wording("headingNumber").sub("", bare))
        return spellings.get(folded) or spellings.get(bare) or spellings.get(plain)

    @cache  # noqa: B019
    def class_like(self, text: str, level: int) -> IndicatorClass | None:
        """The class of a level that a word beside it must mean, though it is no spelling of it (患者满意度)."""
        folded = fold(text)
        found = (p.iri for p in self.patterns("IndicatorClass") if p.regex.fullmatch(folded))
        return next((self.classes[iri] for iri in found if self.classes[iri].level == level), None)

    # -- targets ----------------------------------------------------------------------------------------------------

    def _affixes(self, name: str) -> list[tuple[str, str]]:
        pairs = [
            (unicodedata.normalize("NFKC", affix), self._canonical(iri, True))
            for iri in self.instances("Comparator")
            for affix in self.values(iri, name)
        ]
        return sorted(set(pairs), key=lambda pair: -len(pair[0]))

    @cached_property
    def prefixes(self) -> list[tuple[str, str]]:
        """Comparator words before a number with their notation, longest first."""
        return self._affixes("prefix")

    @cached_property
    def suffixes(self) -> list[tuple[str, str]]:
        """Comparator words after a number with their notation, longest first."""
        return self._affixes("suffix")

    @cached_property
    def _signs(self) -> dict[str, str]:
        return {
            spelling: self._canonical(iri, True)
            for iri in self.instances("Comparator")
            for spelling in self.spellings(iri)
        }

    @cache  # noqa: B019
    def comparator(self, text: str) -> str | None:
        """Notation of a comparator that stands in a cell of its own (≥, 大于等于, 定性)."""
        folded = fold(text)
        return self._signs.get(folded) or next((n for p, n in self.prefixes if fold(p) == folded), None)

    @cached_property
    def _directions(self) -> dict[str, str]:
        return {s: self.name_of(iri) for iri in self.instances("Direction") for s in self.spellings(iri)}

    def direction(self, text: str) -> str | None:
        """Canonical label of a direction word."""
        return self._directions.get(fold(text))

    @cached_property
    def _natures(self) -> dict[str, str]:
        return {s: self.name_of(iri) for iri in self.instances("Nature") for s in self.spellings(iri)}

    def nature(self, text: str) -> str | None:
        """Canonical label of 定量 or 定性."""
        return self._natures.get(fold(text))

    @cached_property
    def _grades(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for iri in self.instances("Grade"):
            for spelling in self.spellings(iri):
                found.setdefault(spelling, self.name_of(iri))
        return found

    def grade(self, text: str) -> str | None:
        """Canonical label of a grade word (优, 健全, 有效提升 …)."""
        return self._grades.get(fold(text))

    @cached_property
    def _basis_kinds(self) -> dict[str, str]:
        return {s: self.name_of(iri) for iri in self.instances("BasisKind") for s in self.spellings(iri)}

    def basis_kind(self, text: str) -> str | None:
        """Canonical label of the kind of basis that a word names (问卷调查 → survey)."""
        return self._basis_kinds.get(fold(text))

    @cached_property
    def _units(self) -> dict[str, Unit]:
        found: dict[str, Unit] = {}
        for iri in self.instances("Unit"):
            multiplier = self.value(iri, "multiplier")
            kind = self.value(iri, "quantityKind") or ""
            unit = Unit(
                iri,
                self.name_of(iri),
                self.name_of(kind) if kind else "",
                Decimal(multiplier) if multiplier else None,
                self.value(iri, "targetKind") or "count",
            )
            for spelling in self.spellings(iri):
                found.setdefault(spelling, unit)
        return found

    @cache  # noqa: B019
    def unit(self, text: str) -> Unit | None:
        """A unit by any spelling; 万 and 亿 before a known unit multiply it; A/B takes the kind of its parts."""
        folded = fold(text)
        if not folded:
            return None
        if folded in self._units:
            return self._units[folded]
        for word, factor in self._multiples.items():
            base = self._units.get(folded.removeprefix(word)) if folded.startswith(word) else None
            if base and base.multiplier is not None:
                return Unit(base.iri, text, base.quantity_kind, base.multiplier * factor, base.target_kind)
        numerator, slash, denominator = folded.partition("/")
        if slash and numerator and denominator:
            upper = self.unit(numerator)
            if upper and all(self.unit(part) for part in _PER.split(denominator)):
                return Unit(
                    upper.iri, text, f"{upper.quantity_kind}/{denominator}", upper.multiplier, upper.target_kind
                )
        return None

    @cached_property
    def _multiples(self) -> dict[str, Decimal]:
        """Words before a unit that multiply it, with their factor (万, 亿, 千)."""
        return {
            spelling: Decimal(self.value(iri, "multiplier") or 1)
            for iri in self.instances("Multiple")
            for spelling in self.spellings(iri)
        }

    @cached_property
    def usual_money_unit(self) -> str:
        """The unit of money in which nearly all of these forms are filled (``jx:usual true``)."""
        units = [iri for iri in self.instances("Unit") if self.value(iri, "usual") == "true"]
        return next((self.name_of(iri) for iri in units), "")

    def full_money_unit(self, printed: str) -> str:
        """A unit of money that an amount prints short, in full (万 → 万元); others as they are."""
        names = (self.name_of(iri) for iri in self.instances("Unit") if self.value(iri, "targetKind") == "money")
        return next((name for name in names if name.startswith(printed)), printed)

    @cached_property
    def money_factors(self) -> dict[str, Decimal]:
        """Folded spellings of money units with their factor to yuan."""
        return {
            spelling: unit.multiplier
            for spelling, unit in self._units.items()
            if unit.target_kind == "money" and unit.multiplier is not None
        }

    @cached_property
    def qualitative_nature(self) -> str | None:
        """Canonical label of 定性."""
        natures = self.instances("Nature")
        return next((self.name_of(iri) for iri in natures if self.value(iri, "isQualitative") == "true"), None)

    @cached_property
    def weight_totals(self) -> list[str]:
        """What the weights of a table may total, by the known profiles."""
        return [total for iri in self.instances("WeightProfile") for total in self.values(iri, "total")]

    @cached_property
    def usual_weight_total(self) -> str:
        """The total of the usual profile (``jx:usual true``)."""
        usual = [iri for iri in self.instances("WeightProfile") if self.value(iri, "usual") == "true"]
        return next((total for iri in usual for total in self.values(iri, "total")), "90")

    @cached_property
    def budget_columns(self) -> dict[str, str]:
        """Folded headings of budget tables with what their column holds."""
        return {
            spelling: self.value(iri, "budgetRole") or ""
            for iri in self.instances("BudgetColumn")
            for spelling in self.spellings(iri)
        }

    # -- furniture --------------------------------------------------------------------------------------------------

    @cache  # noqa: B019
    def is_furniture(self, text: str) -> bool:
        """Whether a cell or line carries nothing: page number, note, side label, table title."""
        folded = fold(text)
        return any(p.regex.fullmatch(folded) for p in self.patterns("Furniture"))

    @cache  # noqa: B019
    def is_filler(self, text: str) -> bool:
        """Whether a cell only fills a place (……, 指标2：, /)."""
        folded = fold(text)
        return any(p.regex.fullmatch(folded) for p in self.patterns("Filler"))


@cache
def vocabulary() -> Vocabulary:
    """The project's vocabulary, parsed once a process.

    Raises VocabularyError with the file at fault.
    """
    return Vocabulary(sorted(resources.folder("ontology").glob("*.ttl")))
