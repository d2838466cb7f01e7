"""SPARQL cut into tokens, as far as one must know what is a keyword and what only looks like one."""

from __future__ import annotations

import re
from collections.abc import Iterator

# SPARQL 1.1, 19.8: what holds text, then names, then bare words, then single characters. Blanks fall between.
_TOKENS = re.compile(
    r"""
    (?P<string>\"{3}(?:\\.|[^\\])*?\"{3} | '{3}(?:\\.|[^\\])*?'{3}
              | "(?:\\.|[^"\\\n\r])*" | '(?:\\.|[^'\\\n\r])*')
  | (?P<iri><(?:[^<>"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*>)
  | (?P<comment>\#[^\n\r]*)
  | (?P<variable>[?$]\w+)
  | (?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
  | (?P<name>(?:\w[\w.-]*)?:(?:(?:[\w:%-]|\\.)(?:[\w:%.-]|\\.)*)?)
  | (?P<word>\w+)
  | (?P<sign>[^\s])
    """,
    re.VERBOSE | re.DOTALL,
)

Token = re.Match[str]


def tokens(sparql: str) -> Iterator[Token]:
    """The tokens in order; ``lastgroup`` is string, iri, comment, variable, language, name, word or sign."""
    return _TOKENS.finditer(sparql)


def keyword(token: Token, *names: str) -> str | None:
    """The one of the names (lower case) that the token ends with as a keyword: to an engine 1FROM is two tokens."""
    word = token["word"]
    return next((name for name in names if word and word.lower().endswith(name)), None)


def has_keyword(sparql: str, *names: str) -> bool:
    """Whether one of the names (lower case) stands in the text as a keyword."""
    return may_have(sparql, *names) and any(keyword(token, *names) for token in tokens(sparql))


def may_have(sparql: str, *names: str) -> bool:
    """Whether one of the names (lower case) stands in the text at all: a quick look that spares the reading."""
    text = sparql.lower()
    return any(name in text for name in names)
