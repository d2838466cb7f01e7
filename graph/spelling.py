"""How labels are compared: without white space, case, width and decoration."""

from __future__ import annotations

import re
import unicodedata

_SPACE = re.compile(r"[\s​‎‏﻿­]+")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")
_DECORATION = re.compile(r"^[*★☆▲#·•]+|[:：*★]+$")


def squeeze(text: str) -> str:
    """Text without any white space or invisible character; characters themselves unchanged."""
    return _SPACE.sub("", text)


def fold(text: str) -> str:
    """The form in which labels are compared: NFKC, no white space, no case, no leading star or trailing colon."""
    return _DECORATION.sub("", squeeze(unicodedata.normalize("NFKC", text)).casefold())


def without_brackets(folded: str) -> str:
    """A folded label without bracketed additions: 分值权重(90分) → 分值权重."""
    return _DECORATION.sub("", _BRACKETS.sub("", folded))


def undecorated(folded: str) -> str:
    """A folded label without stars before it and colons after it."""
    return _DECORATION.sub("", folded)
