"""Bases of a target: the printed cell split where it lists several, kinds, and document numbers in canonical form.

GB/T 9704-2012, 7.2.5: issuing-agency code, year in 〔 〕, serial without leading zero, 号.
"""

from __future__ import annotations

import re

from graph.model import Basis
from graph.spelling import fold, squeeze
from graph.vocabulary import Vocabulary

_SPLIT = re.compile(r"[、；;\n]+")
_BRACKETED = re.compile(r"[《“\"（(【〔\[][^》”\"）)】〕\]]*[》”\"）)】〕\]]")


def citations(text: str, words: Vocabulary) -> tuple[str, ...]:
    """Canonical document numbers in a text, in order, each once: ``邯医保规〔2022〕1号``."""
    found: dict[str, None] = {}
    for pattern in words.patterns("DocumentNumber"):
        for match in pattern.regex.finditer(squeeze(text)):
            prefix = _agency(match["prefix"], words)
            if prefix:
                found[f"{prefix}〔{match['year']}〕{int(match['no'])}号"] = None
    return tuple(found)


def _agency(prefix: str, words: Vocabulary) -> str:
    for pattern in words.patterns("NumberPrefix"):
        prefix = pattern.regex.sub("", prefix)
    return prefix


def bases(text: str, words: Vocabulary) -> tuple[Basis, ...]:
    """The grounds that a cell lists, in order."""
    return tuple(Basis(part, _kind(part, words), citations(part, words)) for part in _parts(text))


def _parts(text: str) -> list[str]:
    """Split at 、 and ； outside brackets and quotation marks."""
    masked = _BRACKETED.sub(lambda match: "\0" * len(match.group()), text)
    parts, start = [], 0
    for match in _SPLIT.finditer(masked):
        parts.append(text[start : match.start()])
        start = match.end()
    parts.append(text[start:])
    return [part.strip() for part in parts if part.strip()]


def _kind(part: str, words: Vocabulary) -> str | None:
    folded = fold(part)
    for pattern in words.patterns("BasisKind"):
        if pattern.regex.search(folded):
            return words.name_of(pattern.iri)
    return words.basis_kind(folded)
