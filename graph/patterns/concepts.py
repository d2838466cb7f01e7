"""From the name of an indicator to its canonical concept: ``ontology/indicator-library.ttl``, else one of its own.

A concept is found by its label; by its label without noise (years, words in brackets); by a label that the name ends
with; by likeness. The last two only within the same second-level class and quantity kind, because 培训覆盖率 and
宣传覆盖率 are alike and not the same. The answer depends on the name, class, kind and vocabulary alone.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from rapidfuzz import fuzz, process

from graph import iris
from graph.spelling import fold, squeeze
from graph.statements import SKOS
from graph.vocabulary import Vocabulary

# Four characters make a noun with its measure (群众满意度); eight letters of nine in common is a slip of the pen.
_SHORTEST_ENDING = 4
_LIKENESS = 86.0
_CERTAIN, _NORMALISED, _ENDING, _OTHER_KIND = Decimal(1), Decimal("0.95"), Decimal("0.8"), Decimal("0.6")


@dataclass(frozen=True, slots=True)
class Match:
    """The concept of a name: its IRI and label, why (``jx:reason``), and how sure (0 to 1)."""

    concept: str
    label: str
    reason: str
    confidence: Decimal

    @property
    def own(self) -> bool:
        """Whether the library lacks it, so that the name is a concept of its own."""
        return self.reason == "own"


@dataclass(frozen=True, slots=True)
class _Entry:
    iri: str
    label: str
    level2: str | None
    kind: str | None


class Concepts:
    """The library of one vocabulary, ready for look-up."""

    def __init__(self, words: Vocabulary) -> None:
        self._noise = [pattern.regex for pattern in words.patterns("NameNoise")]
        self._by_name: dict[str, _Entry] = {}
        self._by_bare: dict[str, _Entry] = {}
        self._by_sort: dict[tuple[str | None, str | None], dict[str, _Entry]] = defaultdict(dict)
        for iri in words.instances("CanonicalIndicator"):
            unit = words.value(iri, "usualUnit")
            kind = words.value(unit, "quantityKind") if unit else None
            entry = _Entry(iri, words.name_of(iri), words.value(iri, "usualClass"), kind)
            for name in ("prefLabel", "altLabel", "hiddenLabel"):
                for spelling in words.values(iri, SKOS + name):
                    bare = fold(self.bare(spelling))
                    self._by_name.setdefault(fold(spelling), entry)
                    self._by_bare.setdefault(bare, entry)
                    self._by_sort[entry.level2, kind][bare] = entry

    def bare(self, name: str) -> str:
        """A name without noise: 2026年居民参保人数 → 居民参保人数. The name itself where nothing would be left."""
        text = squeeze(unicodedata.normalize("NFKC", name))
        for noise in self._noise:
            text = noise.sub("", text)
        return text.strip("、，,。：:；;·-") or squeeze(name)

    @cache  # noqa: B019 - one library lives as long as the process
    def match(self, name: str, level2: str | None = None, kind: str | None = None) -> Match:
        """The concept of an indicator's name; ``level2`` and ``kind`` are IRIs of its class and quantity kind."""
        entry = self._by_name.get(fold(name))
        if entry is not None:
            return _match(entry, "label", _CERTAIN, kind)
        bare = fold(self.bare(name))
        entry = self._by_bare.get(bare)
        if entry is not None:
            return _match(entry, "normalised", _NORMALISED, kind)
        return self._near(bare, level2, kind) or self.own(name)

    def own(self, name: str) -> Match:
        """The concept that a name is by itself, even where the library has another under that name."""
        bare = self.bare(name)
        taken = fold(bare) in self._by_name or fold(bare) in self._by_bare
        return Match(iris.thing("concept", f"{bare}~2" if taken else bare), bare, "own", _CERTAIN)

    def _near(self, bare: str, level2: str | None, kind: str | None) -> Match | None:
        fitting = self._by_sort.get((level2, kind))
        if not fitting:
            return None
        starts = range(1, len(bare) - _SHORTEST_ENDING + 1)
        entry = next((fitting[bare[start:]] for start in starts if bare[start:] in fitting), None)
        if entry is not None:
            return _match(entry, "ending", _ENDING, kind)
        if kind is None:  # graded: 制度健全 and 制度完善 are alike to the eye only
            return None
        best = process.extractOne(bare, fitting.keys(), scorer=fuzz.ratio, score_cutoff=_LIKENESS)
        if best is None:
            return None
        return _match(fitting[best[0]], "similar", (Decimal(best[1]) / 100).quantize(Decimal("0.01")), kind)


def _match(entry: _Entry, reason: str, confidence: Decimal, kind: str | None) -> Match:
    other = entry.kind is not None and kind is not None and entry.kind != kind
    return Match(entry.iri, entry.label, reason, min(confidence, _OTHER_KIND) if other else confidence)


@cache
def concepts(words: Vocabulary) -> Concepts:
    """The library of a vocabulary, read once."""
    return Concepts(words)
