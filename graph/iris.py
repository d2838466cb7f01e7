"""IRIs: readable, stable, made of what identifies a thing in the world or of its place in its table; never of a run.

A path segment keeps every character that an IRI may hold (RFC 3987, ``isegment``), so Chinese stays readable; all
others, ``/`` and ``%`` among them, are percent-encoded as UTF-8. :func:`text_of` undoes it.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

BASE = "https://w3id.org/jixiao/"
JX = BASE + "ontology#"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
RDFS_LABEL = "http://www.w3.org/2000/01/rdf-schema#label"

TOTALS = BASE + "id/summary"  # the graph of what all summaries come to

WHOLE_DEPARTMENT = "部门整体"
SELF_EVALUATION = "~自评"

# Everything that is neither iunreserved nor a sub-delimiter, ":" or "@". U+2028, U+202E, U+3000 and their like are
# allowed in an IRI but cannot be seen, so they are encoded too.
_FORBIDDEN = re.compile(
    r"[^A-Za-z0-9\-._~!$&'()*+,;=:@"
    r"\u00a1-\u1fff\u2010-\u2027\u2030-\u205e\u2070-\u2fff\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufefe\uff00-\uffef"
    r"\U00010000-\U0001fffd\U00020000-\U0002fffd\U00030000-\U0003fffd]"
)


def _encode(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match[0].encode())


def segment(text: str | int | None) -> str:
    """One path segment; ``_`` for what is missing. ``.`` and ``..`` are encoded: a client would resolve them away."""
    if text is None:
        return "_"
    encoded = _FORBIDDEN.sub(_encode, str(text))
    return encoded.replace(".", "%2E") if encoded in (".", "..") else encoded


def text_of(iri: str) -> str:
    """The text in the last segment of an IRI: the inverse of :func:`segment`."""
    return unquote(iri.rsplit("/", 1)[-1], errors="strict")


def thing(kind: str, *parts: str | int | None, base: str = BASE) -> str:
    """``<base>id/<kind>/<part>/<part>…``."""
    return "/".join((f"{base}id/{kind}", *map(segment, parts)))


def department(region: str | None, name: str, base: str = BASE) -> str:
    """A department: three districts are called 新华区, so the region's code stands before the name."""
    return thing("department", region, name, base=base)


def disclosure(sha256: str, base: str = BASE) -> str:
    """The source file, and the named graph of everything read from it."""
    return thing("disclosure", sha256[:16], base=base)


def findings(disclosure_iri: str) -> str:
    """The named graph of what the rules say about a disclosure."""
    return f"{disclosure_iri}/findings"


def derived(disclosure_iri: str) -> str:
    """The named graph of what follows from a disclosure: concepts, figures, observations."""
    return f"{disclosure_iri}/derived"


def summary(disclosure_iri: str) -> str:
    """The named graph of a disclosure's totals."""
    return f"{disclosure_iri}/summary"


def basis(number: str, base: str = BASE) -> str:
    """A document by its canonical number, ``邯医保规〔2022〕1号``."""
    return thing("basis", number, base=base)


def region(code: str, base: str = BASE) -> str:
    """A region by its code (GB/T 2260)."""
    return thing("region", code, base=base)


def function(code: str, base: str = BASE) -> str:
    """A class, group or item of the function classification by its code."""
    return thing("function", code, base=base)


def child(owner: str, *parts: str | int) -> str:
    """A thing that exists only within its owner: ``<indicator>/target``, ``<table>/quote/level1``."""
    return "/".join((owner, *map(segment, parts)))
