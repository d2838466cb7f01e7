"""The library of questions: one ``.rq`` file each, SPARQL with a header that says what it asks and what it needs.

Header lines begin with ``#+`` and hold TOML: ``title_zh``, ``title_en``, ``description_zh``, ``description_en`` and one
table ``[params.NAME]`` for each parameter (see :class:`Parameter`). Values are bound to variables of the parameter's
name, never pasted, so each parameter stands in the outermost SELECT. A line that ends in ``#? NAME`` takes part only
when that parameter is given, with ``#? NAME OTHER`` when one of them is. A question keeps to one OPTIONAL a pattern: an
OPTIONAL of two patterns is evaluated over the whole store; so is one after a join through the department's name, which
is why that name is optional too. A question that takes long over a whole store has a second form, behind a line
``#= summaries``: it asks what is summed up (:mod:`graph.summaries`) and gives the same answer as the first, which is
asked where summaries are missing or out of date, or where a parameter is given that they know nothing of. Facts of
summaries have nodes of their own: an image in memory looks a property up among all that is said of a thing. What stands
in ``service/`` serves lists and pages, not people; what its lists need beside (columns, sorts, filters that they share)
stands in their headers, see :mod:`graph.queries.lists`.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from pyoxigraph import Literal, NamedNode, QuerySolutions

from graph import iris
from graph.errors import BadParameter, NotFound, QueryError
from graph.queries.parameters import Parameter
from graph.store import Store, Term
from graph.store.rows import strings
from graph.vocabulary import vocabulary

__all__ = [
    "TOTALS",
    "Answer",
    "Column",
    "Parameter",
    "Question",
    "Sort",
    "find",
    "library",
    "run",
    "service_library",
    "summary_library",
    "summary_mark",
    "totals_library",
]

TOTALS = NamedNode(iris.TOTALS)
"""The graph of what all summaries come to, and of their mark (:mod:`graph.summaries`)."""
_MARK = f"SELECT ?mark WHERE {{ GRAPH {TOTALS} {{ {TOTALS} <http://purl.org/dc/terms/identifier> ?mark }} }}"

_FOLDER = Path(__file__).parent
_OVER_SUMMARIES = "#= summaries\n"
_CONDITION = re.compile(r"#\? *(\w+(?: +\w+)*)\s*$")
_TEXTS = ("title_zh", "title_en", "description_zh", "description_en")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list: its variable, the type of its values (see :mod:`graph.queries.lists`), its headings.

    ``shown``: on the page of the list, and not only in its data.
    """

    name: str
    type: str
    zh: str
    en: str
    shown: bool = True


@dataclass(frozen=True, slots=True)
class Sort:
    """An order of a list: its name, what it sorts by, what it is called."""

    name: str
    by: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question: its name (the file's), what it asks in both languages, its parameters and its SPARQL.

    ``over_summaries``: the same asked of summaries; ``columns`` and ``sorts``: only lists of things have them.
    """

    name: str
    title_zh: str
    title_en: str
    description_zh: str
    description_en: str
    params: tuple[Parameter, ...]
    sparql: str
    over_summaries: str = ""
    columns: tuple[Column, ...] = ()
    sorts: tuple[Sort, ...] = ()

    def bindings(self, values: Mapping[str, object]) -> dict[str, Term]:
        """The given values, and defaults for the others, as terms. Raises BadParameter."""
        unknown = set(values) - {parameter.name for parameter in self.params}
        if unknown:
            raise self._unknown(", ".join(sorted(unknown)))
        terms = {parameter.name: parameter.term(values.get(parameter.name)) for parameter in self.params}
        return {name: term for name, term in terms.items() if term is not None}

    def text(self, given: Container[str]) -> str:
        """The SPARQL without the lines of parameters that are not given."""
        return _taking_part(self.sparql, given)

    def text_over_summaries(self, given: Iterable[str]) -> str | None:
        """The same of its form over summaries; None where it has none, or none that takes what is given."""
        names = set(given)
        takes = self.over_summaries and all(re.search(rf"\?{name}\b", self.over_summaries) for name in names)
        return _taking_part(self.over_summaries, names) if takes else None

    def _unknown(self, names: str) -> BadParameter:
        known = ", ".join(parameter.name for parameter in self.params) or "–"
        return BadParameter(
            names,
            place=self.name,
            zh=f"没有这个参数；可用参数：{known}。",
            en=f"No such parameter; there are: {known}.",
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """The columns of an answer in order, parameters left out, and its rows; ``more``: rows were left off by a limit."""

    columns: list[str]
    terms: list[dict[str, Term]]
    more: bool = False

    @property
    def rows(self) -> list[dict[str, str]]:
        """The rows for people: concepts by their Chinese label, everything else by its characters."""
        return [{name: text_of(term) for name, term in row.items()} for row in self.terms]


def text_of(term: Term) -> str:
    """A term for people: the label of a concept, an IRI, or the characters of a literal."""
    if isinstance(term, NamedNode):
        return vocabulary().label(term.value) or term.value
    return term.value if isinstance(term, Literal) else str(term)


@cache
def library() -> dict[str, Question]:
    """Every question by its name, in the order of names."""
    return _read(_FOLDER)


@cache
def service_library() -> dict[str, Question]:
    """The queries behind the service's lists and pages, by name."""
    return _read(_FOLDER / "service")


def find(name: str) -> Question:
    """A question of either library. Raises NotFound."""
    question = library().get(name) or service_library().get(name)
    if question is None:
        raise NotFound(name, zh="没有这个问题；可用 jixiao query --list 查看。", en="No such question.")
    return question


def run(store: Store, name: str, /, limit: int | None = None, **params: object) -> Answer:
    """Answer a question of either library; at most ``limit`` rows.

    Raises NotFound for an unknown question, BadParameter, and what the store raises.
    """
    question = find(name)
    bindings = question.bindings(params)
    text = question.text_over_summaries(bindings)
    if text is None or not _summed_up(store):
        text = question.text(bindings)
    if limit is not None:
        text += f"LIMIT {limit + 1}\n"
    solutions = store.query(text, bindings=bindings)
    if not isinstance(solutions, QuerySolutions):
        raise QueryError(name)
    given = {parameter.name for parameter in question.params}
    columns = [variable.value for variable in solutions.variables if variable.value not in given]
    rows = islice(solutions, None if limit is None else limit + 1)
    terms = [{column: term for column in columns if (term := row[column]) is not None} for row in rows]
    return Answer(columns, terms[:limit], limit is not None and len(terms) > limit)


@cache
def summary_library() -> dict[str, Question]:
    """What is summed up of each disclosure: CONSTRUCT queries by name."""
    return _read(_FOLDER / "summaries")


@cache
def totals_library() -> dict[str, Question]:
    """What all disclosures come to: CONSTRUCT queries by name."""
    return _read(_FOLDER / "totals")


@cache
def summary_mark() -> str:
    """A text that differs for different queries of summaries."""
    queries = (question.sparql for part in (summary_library(), totals_library()) for question in part.values())
    return hashlib.sha256("\0".join(queries).encode()).hexdigest()[:16]


def _summed_up(store: Store) -> bool:
    """Whether the summaries of a store are those of these queries, and up to date."""
    return any(row["mark"] == summary_mark() for row in strings(store.query(_MARK)))


def _taking_part(sparql: str, given: Container[str]) -> str:
    lines = sparql.splitlines(keepends=True)
    conditions = ((line, _CONDITION.search(line)) for line in lines)
    return "".join(line for line, match in conditions if not match or any(n in given for n in match[1].split()))


def _read(folder: Path) -> dict[str, Question]:
    shared = folder / "filters.toml"
    filters = tomllib.loads(shared.read_text("utf-8")) if shared.is_file() else {}
    return {path.stem: parse(path.stem, path.read_text("utf-8"), filters) for path in sorted(folder.glob("*.rq"))}


def parse(name: str, text: str, filters: Mapping[str, Any] | None = None) -> Question:
    """A question from the text of its file; ``filters``: parameters that it may name. Raises QueryError."""
    lines = text.splitlines()
    header = "\n".join(line.removeprefix("#+").removeprefix(" ") for line in lines if line.startswith("#+"))
    body = "\n".join(line for line in lines if not line.startswith("#+")).strip() + "\n"
    try:
        fields: dict[str, Any] = tomllib.loads(header)
        columns = tuple(Column(key, *value) for key, value in fields.pop("columns", {}).items())
        sorts = tuple(Sort(key, *value) for key, value in fields.pop("sorts", {}).items())
        named = [*fields.pop("filters", []), *(["item"] if columns else [])]
        tables = {key: (filters or {})[key] for key in named} | fields.pop("params", {})
        params = tuple(Parameter(name=key, **value) for key, value in tables.items())
        texts = {key: fields.pop(key) for key in _TEXTS}
        direct, _, short = body.partition(_OVER_SUMMARIES)
        asked = {"sparql": direct, "over_summaries": short}
        return Question(name=name, params=params, columns=columns, sorts=sorts, **asked, **texts, **fields)
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise QueryError(str(error), place=f"{name}.rq", zh="问题的文件头有误。", en="A header is wrong.") from error
