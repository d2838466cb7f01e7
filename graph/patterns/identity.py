"""The same thing in several disclosures: projects over the years, departments under two names, cited documents.

What decides is the name without what changes (the year; the region before a department's name), within one department
or one region: three districts are called 新华区, and their projects and departments stay apart.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from decimal import Decimal

from pyoxigraph import Literal, Triple
from rapidfuzz import fuzz

from graph import iris
from graph.extraction.identity import regions
from graph.iris import JX, RDF_TYPE, RDFS_LABEL
from graph.patterns.facts import about, decimal
from graph.spelling import fold
from graph.statements import SKOS
from graph.vocabulary import Vocabulary

# 服务费项目 and 服务费用项目: one character in ten; below that, 市级补助 and 省级补助 would be one.
_LIKENESS = 92.0
_NORMALISED = Decimal("0.95")
_YEAR = re.compile(r"(?:19|20)\d{2}年?度?")
_REMARK = re.compile(r"[(（](?:汇总|本级|机关|部门)[)）]$|本级$|机关$")


def link(iri: str, source: str, goal: str, reason: str, confidence: Decimal) -> Iterator[Triple]:
    """A jx:Link from a thing to what it is judged to be."""
    yield about(iri, RDF_TYPE, JX + "Link")
    yield about(iri, "linkedFrom", source)
    yield about(iri, "linkedTo", goal)
    yield about(iri, "reason", Literal(reason))
    yield about(iri, "confidence", decimal(confidence))


def project_key(name: str) -> str:
    """A project's name without its year. Words in brackets stay: （中央）and（省级）are two projects."""
    return _YEAR.sub("", fold(name)).removesuffix("项目")


def series(projects: Iterable[tuple[str, str, str]], refused: Container[str] = ()) -> Iterator[Triple]:
    """Series of (project, its name, its department); a series is named by the first of its names in order.

    A project whose link is ``refused`` is a series of its own.
    """
    by_department: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for project, name, department in projects:
        by_department[department].append((project, name))
    for department, own in sorted(by_department.items()):
        keys: dict[str, str] = {}
        for project, name in sorted(own, key=lambda item: (item[1], item[0])):
            key = project_key(name)
            alike = key if key in keys else _alike(key, keys)
            if alike is not None and f"{project}/link" in refused:
                alike, iri = None, f"{project}/series"
            else:
                iri = keys.setdefault(alike or key, _series_iri(department, key))
            yield about(project, "inSeries", iri)
            yield about(iri, RDF_TYPE, JX + "ProjectSeries")
            yield about(iri, "ofDepartment", department)
            if alike is None:
                yield about(iri, RDFS_LABEL, Literal(_YEAR.sub("", name) or name))
            elif alike == key:
                yield from link(f"{project}/link", project, iri, "normalised", _NORMALISED)
            else:
                confidence = Decimal(fuzz.ratio(key, alike)).quantize(Decimal(1)) / 100
                yield from link(f"{project}/link", project, iri, "similar", confidence)


def _alike(key: str, keys: Iterable[str]) -> str | None:
    scored = [(fuzz.ratio(key, other), other) for other in keys]
    best = max(scored, default=(0.0, ""))
    # A number tells projects apart: 一期 and 二期, 1标段 and 2标段.
    same_numbers = _numbers(key) == _numbers(best[1])
    return best[1] if best[0] >= _LIKENESS and same_numbers else None


def _numbers(key: str) -> list[str]:
    return re.findall(r"\d+|[一二三四五六七八九十]+(?=[期批标])", key)


def _series_iri(department: str, key: str) -> str:
    path = department.removeprefix(f"{iris.BASE}id/department/")
    return f"{iris.BASE}id/series/{path}/{iris.segment(key)}"


def department_key(name: str, region: str) -> str:
    """A department's name without the names of its region and those above, and without （汇总）."""
    code = region.rsplit("/", 1)[-1]
    above = [regions()[c].name for c in (code[:2] + "0000", code[:4] + "00", code) if c in regions()]
    bare = _REMARK.sub("", fold(name))
    for place in dict.fromkeys(above):
        bare = bare.removeprefix(place)
    return bare


def departments(found: Iterable[tuple[str, str, str]], refused: Container[str] = ()) -> Iterator[Triple]:
    """Links among (department, its name, its region) of one region; the longest name is the one linked to."""
    groups: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for department, name, region in found:
        groups[region, department_key(name, region)][department] = name
    for group in groups.values():
        first, *others = sorted(group, key=lambda department: (-len(group[department]), department))
        for other in (other for other in others if f"{other}/link" not in refused):
            yield about(other, "sameAs", first)
            yield from link(f"{other}/link", other, first, "normalised", _NORMALISED)


def documents(cited: Iterable[str], words: Vocabulary) -> Iterator[Triple]:
    """Each cited document with its number and, where its code is known, the body that issued it."""
    issuers = {
        code: words.value(iri, "issuer")
        for iri in words.instances("IssuerCode")
        for code in words.values(iri, SKOS + "notation")
    }
    for document in sorted(set(cited)):
        number = iris.text_of(document)
        yield about(document, RDF_TYPE, JX + "CitedDocument")
        yield about(document, RDFS_LABEL, Literal(number))
        issuer = issuers.get(number.partition("〔")[0])
        if issuer:
            yield about(document, "issuer", Literal(issuer))
