"""Content negotiation by what a client accepts (RFC 9110, 12.5)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

Range = tuple[str, float]


@lru_cache(maxsize=256)
def _ranges(accept: str) -> tuple[Range, ...]:
    """Media ranges with their q-values; parameters other than q are left aside, what cannot be read counts nothing."""
    found = []
    for part in accept.split(","):
        media, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if media.count("/") == 1:
            found.append((media, _q(parameters)))
    return tuple(found)


def _q(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return min(1.0, max(0.0, float(value)))
            except ValueError:
                return 0.0
    return 1.0


def quality(accept: str | None, media_type: str) -> float:
    """How much a media type is wanted, 0 to 1: the q-value of the most specific range that holds it."""
    if not accept or not accept.strip():
        return 1.0
    kind = media_type.partition("/")[0]
    by_range = dict(_ranges(accept))
    for candidate in (media_type, f"{kind}/*", "*/*"):
        if candidate in by_range:
            return by_range[candidate]
    return 0.0


def preferred(accept: str | None, offers: Sequence[str]) -> str | None:
    """The offer that is wanted most, the earlier one of equals; None where none is acceptable."""
    best = max(offers, key=lambda offer: quality(accept, offer))
    return best if quality(accept, best) > 0 else None


def wants_page(accept: str | None, *others: str) -> bool:
    """Whether a web page is wanted more than anything else on offer, as browsers do."""
    return quality(accept, "text/html") > max((quality(accept, other) for other in others), default=0.0)


def prefers_english(accept_language: str | None) -> bool:
    """Whether English is wanted more than Chinese (RFC 9110, 12.5.4); Chinese where nothing is said."""
    wanted = {"zh": 0.0, "en": 0.0}
    for part in (accept_language or "").split(","):
        language, *parameters = (piece.strip().lower() for piece in part.split(";"))
        name = language.partition("-")[0]
        if name in wanted:
            wanted[name] = max(wanted[name], _q(parameters))
    return wanted["en"] > wanted["zh"]


@lru_cache(maxsize=256)
def accepts_gzip(accept_encoding: str) -> bool:
    """Whether gzip is wanted, by name or as any coding, and not refused (RFC 9110, 12.5.3)."""
    wanted = {}
    for part in accept_encoding.split(","):
        coding, *parameters = (piece.strip().lower() for piece in part.split(";"))
        wanted["gzip" if coding == "x-gzip" else coding] = _q(parameters)
    return wanted.get("gzip", wanted.get("*", 0.0)) > 0
