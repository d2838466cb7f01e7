"""Search over names and goals: an index in memory that finds any piece of Chinese text, of one character too.

SQLite's full-text search knows no Chinese words, so a text is cut into all pairs of neighbouring characters, and what
is searched for is a phrase of pairs: exactly the texts that contain it are found. A pair is one token, two code points
in hexadecimal; a single character is the beginning of such a token. Texts are stored with the shortest first: the less
there is beside the words that were asked for, the better the match, so the first that are found are the best, and a
frequent word costs no more than a rare one.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from threading import Lock

from graph.queries import service_library
from graph.store import Store
from graph.store.rows import solutions

KINDS = ("department", "project", "concept", "indicator", "basis", "goal")
_RUN = re.compile(r"[^\W_]+")
_CANDIDATES = 200  # of each kind, among which the order is made
_LONGEST = 100  # characters of a query


@dataclass(frozen=True, slots=True)
class Entry:
    """Something to be found. ``iri``: None for an indicator's name, which many rows may have (``count``)."""

    kind: str
    text: str
    iri: str | None
    context: str = ""
    count: int = 1


@dataclass(frozen=True, slots=True)
class Hit:
    """What was found, and where in its text (folded) the words stand."""

    entry: Entry
    exact: bool


def fold(text: str) -> str:
    """Full-width letters as plain ones, capitals as small ones."""
    return unicodedata.normalize("NFKC", text).lower()


class Index:
    """An index of entries. Safe for threads."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._lock = Lock()
        self._database = sqlite3.connect(":memory:", check_same_thread=False)
        self._entries = sorted(entries, key=lambda entry: (len(entry.text), -entry.count, entry.text, entry.iri or ""))
        for kind in KINDS:
            self._database.execute(
                f"CREATE VIRTUAL TABLE {kind} USING fts5(text, content='', detail=full, tokenize=ascii, prefix=5)"
            )
        rows: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for number, entry in enumerate(self._entries, 1):
            rows[entry.kind].append((number, _tokens(fold(entry.text))))
        for kind, found in rows.items():
            self._database.executemany(f"INSERT INTO {kind}(rowid, text) VALUES (?, ?)", found)  # noqa: S608
            self._database.execute(f"INSERT INTO {kind}({kind}) VALUES ('optimize')")  # noqa: S608
        self._database.commit()

    def __len__(self) -> int:
        return len(self._entries)

    def search(self, words: str, kinds: Iterable[str] = KINDS, limit: int = 20) -> list[Hit]:
        """Entries that contain all the words, the best first: what is called so, what begins so, the shorter."""
        asked = fold(words)[:_LONGEST]
        match = _match(asked)
        if match is None:
            return []
        found = [(*self._rank(self._entries[number - 1], asked), number) for number in self._rows(match, kinds, limit)]
        return [Hit(self._entries[number - 1], rank[0] == 0) for *rank, number in sorted(found)[:limit]]

    def _rows(self, match: str, kinds: Iterable[str], limit: int) -> Iterator[int]:
        with self._lock:
            for kind in kinds:
                query = f"SELECT rowid FROM {kind} WHERE text MATCH ? LIMIT ?"  # noqa: S608 - one of KINDS
                yield from (row[0] for row in self._database.execute(query, (match, max(_CANDIDATES, limit))))

    def _rank(self, entry: Entry, asked: str) -> tuple[int, int, int]:
        text = fold(entry.text)
        place = 0 if text == asked else 1 if text.startswith(asked) else 2
        return place, len(text), KINDS.index(entry.kind)


def _tokens(text: str) -> str:
    """Every pair of neighbouring characters, and the last one of each run alone."""
    return " ".join(_pair(run[i : i + 2]) for run in _RUN.findall(text) for i in range(len(run)))


def _pair(characters: str) -> str:
    return "".join(f"{ord(character):05x}" for character in characters)


def _match(asked: str) -> str | None:
    """The query for FTS5: a phrase of pairs for each run of characters, all of them."""
    phrases = []
    for run in _RUN.findall(asked):
        if len(run) == 1:
            phrases.append(f"{_pair(run)}*")
        else:
            phrases.append('"' + " ".join(_pair(run[i : i + 2]) for i in range(len(run) - 1)) + '"')
    return " AND ".join(phrases) or None


# -- what is in the store ---------------------------------------------------------------------------------------------


def entries(store: Store) -> Iterator[Entry]:
    """Everything in a store that has a name or a goal worth finding."""
    question = service_library()["names"]
    seen: set[tuple[str, str | None, str]] = set()
    for row in solutions(store.query(question.sparql)):
        texts = {name: getattr(term, "value", "") for name, term in row.items()}
        entry = _entry(texts)
        key = (entry.kind, entry.iri, entry.text)
        if entry.text and key not in seen:
            seen.add(key)
            yield entry


def _entry(texts: Mapping[str, str]) -> Entry:
    context = " ".join(filter(None, (texts.get("owner"), texts.get("year"))))
    return Entry(texts["kind"], texts["text"], texts.get("item"), context, int(texts.get("count", 1)))
