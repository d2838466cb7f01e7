"""What to propose in a form for a kind of project: the indicators of its peers, each with where it comes from.

Peers are stored projects whose name holds the words, or that have the function code, or that use the indicator named.
Names, usual class, sign, unit and direction are proposed; targets, weights and bases are told in a note and left blank.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from pyoxigraph import Literal, NamedNode

from graph.errors import NotFound
from graph.export.layout import GridRow
from graph.export.printed import sign_of
from graph.extraction.targets import decimal
from graph.forms import Form, FormClass
from graph.output import number
from graph.statements import SKOS
from graph.store import Store
from graph.store.rows import strings
from graph.vocabulary import Vocabulary, vocabulary

_PREFIX = "PREFIX jx: <https://w3id.org/jixiao/ontology#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#> "
_BY_NAME = (
    _PREFIX
    + """SELECT DISTINCT ?table ?scope ?wanted { ?table a jx:TargetTable ; jx:scope ?scope ; jx:name ?name .
  FILTER(CONTAINS(?name, ?wanted)) } ORDER BY ?table"""
)
_BY_FUNCTION = (
    _PREFIX
    + """SELECT DISTINCT ?table ?scope ?wanted { ?table jx:function ?function ; jx:scope ?scope .
  FILTER(STRSTARTS(REPLACE(STR(?function), "^.*/", ""), ?wanted)) } ORDER BY ?table"""
)
_BY_CONCEPT = (
    _PREFIX
    + """SELECT DISTINCT ?table ?scope ?wanted { ?concept skos:prefLabel ?label . FILTER(STR(?label) = ?wanted)
  ?indicator jx:canonicalIndicator ?concept ; jx:inTable ?table . ?table jx:scope ?scope } ORDER BY ?table"""
)
_ROWS = (
    _PREFIX
    + """SELECT ?table ?indicator ?concept ?level3 ?level1 ?level2 ?comparator ?value ?unit ?direction ?ground {
  ?indicator jx:inTable ?table ; jx:level3 ?level3 ; jx:target ?target .
  OPTIONAL { ?indicator jx:canonicalIndicator ?concept }
  OPTIONAL { ?indicator jx:level1 ?level1 }
  OPTIONAL { ?indicator jx:level2 ?level2 }
  OPTIONAL { ?indicator jx:direction ?direction }
  OPTIONAL { ?target jx:comparator ?comparator }
  OPTIONAL { ?target jx:value ?value }
  OPTIONAL { ?target jx:unit ?unit }
  OPTIONAL { ?indicator jx:basis ?basis . ?basis jx:text ?ground }
} ORDER BY ?indicator"""
)
_MOST_TABLES = 200
_MOST_A_CLASS = 4
_MOST_TOLD = 3


@dataclass(slots=True)
class Proposal:
    """One canonical indicator as the peers use it."""

    concept: str
    tables: set[str] = field(default_factory=set)
    seen: dict[str, Counter[str]] = field(default_factory=dict)
    values: dict[str, set[str]] = field(default_factory=dict)

    def add(self, row: dict[str, str]) -> None:
        """One use of the indicator, or one more ground of it."""
        self.tables.add(row["table"])
        for name in ("level3", "level1", "level2", "comparator", "unit", "direction", "ground"):
            if name in row:
                self.seen.setdefault(name, Counter())[row[name]] += 1
        if "value" in row:
            self.values.setdefault(row.get("unit", ""), set()).add(row["value"])

    def usual(self, name: str) -> str:
        """What most uses print; the first in order where several are as frequent."""
        found = self.seen.get(name, Counter())
        return min(found, key=lambda text: (-found[text], text), default="")


def proposals(store: Store, like: str, form: Form, words: Vocabulary | None = None) -> list[GridRow]:
    """The rows of a form for a kind of project; classes without a proposal keep their blank rows.

    Raises NotFound where the store holds no such project.
    """
    words = words or vocabulary()
    peers = _peers(store, like, form)
    if not peers:
        raise NotFound(
            like, zh="图谱库中没有名称、功能科目或指标与此相符的项目。", en="The store has no project of this kind."
        )
    found: dict[str, Proposal] = {}
    for table in peers:
        for row in strings(store.query(_ROWS, bindings={"table": NamedNode(table)})):
            key = row.get("concept", row["level3"])
            found.setdefault(key, Proposal(row.get("concept", ""))).add(row)
    return list(_rows(found.values(), len(peers), form, words))


def _peers(store: Store, like: str, form: Form) -> list[str]:
    """Tables of the form's scope, by the first way of naming them that finds any."""
    for query in (_BY_FUNCTION, _BY_NAME, _BY_CONCEPT) if re.fullmatch(r"\d{3,7}", like) else (_BY_NAME, _BY_CONCEPT):
        rows = strings(store.query(query, bindings={"wanted": Literal(like)}))
        tables = [row["table"] for row in rows if row["scope"] == form.scope]
        if tables:
            return tables[:_MOST_TABLES]
    return []


def _rows(found: Iterable[Proposal], peers: int, form: Form, words: Vocabulary) -> Iterator[GridRow]:
    by_class: dict[str, list[Proposal]] = {}
    for proposal in sorted(found, key=lambda one: (-len(one.tables), one.usual("level3"))):
        home = _home(proposal, form, words)
        if home is not None:
            by_class.setdefault(home.iri, []).append(proposal)
    for item in form.classes:
        proposed = by_class.get(item.iri, [])[:_MOST_A_CLASS]
        classes = {"level1": item.level1, "level2": item.heading}
        for proposal in proposed:
            yield GridRow(classes | _cells(proposal, form, words), _note(proposal, peers, words))
        for _ in range(item.rows - len(proposed)):
            yield GridRow(classes)


def _home(proposal: Proposal, form: Form, words: Vocabulary) -> FormClass | None:
    """The class of the form for a proposal: its own, else that of the library, else one under the same first level."""
    usual = proposal.usual("level2") or words.value(proposal.concept, "usualClass") or ""
    known = words.classes.get(usual)
    above = known.broader if known else ()
    own = next((item for item in form.classes if item.iri == usual), None)
    return own or next((item for item in form.classes if item.level1 in above), None)


def _cells(proposal: Proposal, form: Form, words: Vocabulary) -> dict[str, str]:
    listed = words.value(proposal.concept, "usualUnit")
    label = next(iter(words.values(proposal.concept, SKOS + "prefLabel")), "")
    direction = proposal.usual("direction") or words.value(proposal.concept, "direction") or ""
    comparator = words.label(proposal.usual("comparator"))
    return {
        "level3": label or proposal.usual("level3"),
        "comparator": sign_of(comparator, words) if "comparator" in form.roles else "",
        "unit": proposal.usual("unit") or (words.name_of(listed) if listed else ""),
        "direction": (words.label(direction) or "") if direction else "",
    }


def _note(proposal: Proposal, peers: int, words: Vocabulary) -> str:
    """Where a proposal comes from, in Chinese and English."""
    used = len(proposal.tables)
    lines = [
        "建议，不是填报内容，请核对后填写指标值。Proposed, not filled in by anyone.",
        f"同类 {peers} 张表中 {used} 张使用。Used in {used} of {peers} tables of this kind.",
    ]
    comparator = words.label(proposal.usual("comparator"))
    sign = "" if comparator == "qualitative" else sign_of(comparator, words)
    for unit, values in sorted(proposal.values.items(), key=lambda pair: (-len(pair[1]), pair[0]))[:_MOST_TOLD]:
        span = f"{_span(values)}{unit}"
        # A sign stands before one value; beside a range it says how the peers compare.
        shown = f"{span}（{sign}）" if "–" in span and sign else sign + span
        lines.append(f"同类指标值 targets of peers：{shown}")
    grounds = proposal.seen.get("ground", Counter())
    cited = sorted(grounds, key=lambda text: (-grounds[text], text))[:_MOST_TOLD]
    if cited:
        lines.append(f"他们的依据 bases that they cite：{'、'.join(cited)}")
    method = words.values(proposal.concept, "method")
    if method:
        lines.append(f"计算方法 method：{method[0]}")
    return "\n".join(lines)


def _span(values: set[str]) -> str:
    """The least and the greatest of numbers; words as they are."""
    numbers: list[Decimal] = sorted(one for value in values if (one := decimal(value)) is not None)
    if len(numbers) < len(values) or not numbers:
        return "、".join(sorted(values)[:_MOST_TOLD])
    least, most = number(numbers[0]), number(numbers[-1])
    return str(least) if least == most else f"{least}–{most}"
