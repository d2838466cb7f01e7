"""Turtle files as statements: the only place that parses ``ontology/*.ttl``."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

from pyoxigraph import Literal, RdfFormat, parse

from graph.errors import VocabularyError
from graph.spelling import fold

JX = "https://w3id.org/jixiao/ontology#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
SKOS = "http://www.w3.org/2004/02/skos/core#"


_NOTHING = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression of the vocabulary with the properties that stand beside it."""

    iri: str
    regex: re.Pattern[str]
    properties: dict[str, str] = field(default_factory=dict)


class Statements:
    """What stands in Turtle files, by subject and property."""

    def __init__(self, files: Iterable[Path]) -> None:
        self._by_subject: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        self._labels: dict[tuple[str, str], str] = {}
        for file in files:
            self._load(file)

    def _load(self, file: Path) -> None:
        try:
            for quad in parse(file.read_bytes(), format=RdfFormat.TURTLE):
                subject, value = quad.subject.value, quad.object.value
                predicate = quad.predicate.value
                self._by_subject[subject][predicate].append(value)
                if predicate == SKOS + "prefLabel" and isinstance(quad.object, Literal):
                    self._labels[subject, quad.object.language or ""] = value
        except SyntaxError as error:
            raise VocabularyError(str(error), place=file.name) from error

    # -- raw access -----------------------------------------------------------------------------------------------

    def values(self, subject: str, name: str) -> list[str]:
        """Objects of ``subject jx:name`` (or of a full property IRI)."""
        return self._by_subject[subject].get(name if ":" in name else JX + name, [])

    def value(self, subject: str, name: str) -> str | None:
        """The first of :meth:`values`, or None."""
        return next(iter(self.values(subject, name)), None)

    def instances(self, name: str) -> list[str]:
        """Subjects with ``rdf:type jx:name``, in file order."""
        return self._instances.get(JX + name, [])

    @cached_property
    def _instances(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for subject, properties in self._by_subject.items():
            for kind in properties.get(RDF + "type", []):
                found[kind].append(subject)
        return found

    def spellings(self, subject: str) -> Iterator[str]:
        """Folded preferred, alternative and hidden labels."""
        for name in ("prefLabel", "altLabel", "hiddenLabel"):
            for value in self._by_subject[subject].get(SKOS + name, []):
                yield fold(value)

    def name_of(self, subject: str, language: str = "zh") -> str:
        """Preferred label in a language, else any, else the local name."""
        for tag in (language, "zh", "en", ""):
            if (subject, tag) in self._labels:
                return self._labels[subject, tag]
        return subject.rsplit("#", 1)[-1]

    def sequence(self, subject: str, name: str) -> list[str]:
        """The members of the RDF list that is the value of ``jx:name``."""
        return self.members(self.value(subject, name))

    def members(self, head: str | None) -> list[str]:
        """The members of an RDF list."""
        members = []
        while head and head != RDF + "nil":
            members += self._by_subject[head].get(RDF + "first", [])
            head = next(iter(self._by_subject[head].get(RDF + "rest", [])), None)
        return members

    def patterns(self, kind: str) -> list[Pattern]:
        """Every ``jx:pattern`` of the instances of a class, compiled, in file order."""
        return self._patterns(kind)

    @cache  # noqa: B019 - one vocabulary lives as long as the process
    def _patterns(self, kind: str) -> list[Pattern]:
        found = []
        for subject in self.instances(kind):
            properties = {
                key.removeprefix(JX): values[0]
                for key, values in self._by_subject[subject].items()
                if key.startswith(JX)
            }
            for source in self.values(subject, "pattern"):
                try:
                    found.append(Pattern(subject, re.compile(source), properties))
                except re.error as error:
                    raise VocabularyError(f"{source!r}: {error}", place=subject) from error
        return found

    @cache  # noqa: B019
    def wording(self, name: str) -> re.Pattern[str]:
        """A wording (``ontology/wordings.ttl``) by its notation; one that is not listed matches nothing."""
        found = (p.regex for p in self.patterns("Wording") if name in self.values(p.iri, SKOS + "notation"))
        return next(found, _NOTHING)
