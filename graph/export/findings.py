"""Findings as a list to work through, one line a finding, or as a page for printing; complete without a network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache

import jinja2

from graph.export.rows import Column, Table, Value
from graph.shapes import shapes
from graph.validation import Finding

SEVERITIES = {"violation": ("不合规", "violation"), "warning": ("存疑", "warning"), "info": ("提示", "info")}
_COLUMNS = (
    ("文件 document", 22), ("程度 severity", 12), ("规则 rule", 26), ("表 table", 28), ("行 row", 6),
    ("指标 indicator", 26), ("位置 place", 16), ("发现 found", 44), ("应为 expected", 30), ("处理 remedy", 36),
    ("来源 source", 36), ("English", 60), ("处理情况 done", 16),
)  # fmt: skip
_COLOURS: dict[Value, str] = {"不合规": "F8D7DA", "存疑": "FFF3CD", "提示": "E2F0FB"}

Judged = tuple[str, Sequence[Finding]]
"""Name of a document and what was found in it."""


def table(judged: Iterable[Judged]) -> Table:
    """Severity, rule, place, what was found, what is expected, remedy; the last column is for notes."""
    columns = [Column(heading.rpartition(" ")[2], heading, width) for heading, width in _COLUMNS]
    rows = (line(path, finding) for path, findings in judged for finding in findings)
    return Table(columns, rows, "校验结果", lambda row: {1: _COLOURS[row[1]]})


def line(path: str, finding: Finding) -> tuple[str | int | None, ...]:
    """The cells of a finding, in the order of the columns."""
    fault, remedy = told(finding)
    return (
        path, SEVERITIES[finding.severity][0], f"{finding.rule} {label(finding)}", finding.table or "",
        finding.position, finding.indicator or "", str(finding.place), fault, label(finding), remedy,
        finding.source_zh + ("" if finding.verified else "（待与原文核对）"), finding.message_en, "",
    )  # fmt: skip


def told(finding: Finding) -> tuple[str, str]:
    """A message is what was found; what to do. The remedy follows its last semicolon."""
    fault, found, remedy = finding.message_zh.rpartition("；")
    return (fault, remedy.rstrip("。")) if found else (finding.message_zh.rstrip("。"), "")


def label(finding: Finding) -> str:
    """What the rule demands."""
    return _labels()[finding.rule]


@cache
def _labels() -> dict[str, str]:
    return {rule.id: rule.label_zh for rule in shapes().rules}


def html(judged: Iterable[Judged]) -> str:
    """A page, Chinese first, with the findings of each document by table."""
    pages = jinja2.Environment(
        loader=jinja2.PackageLoader("graph.export"), autoescape=True, undefined=jinja2.StrictUndefined
    )
    documents = [
        {"path": path, "findings": findings, "counts": Counter(finding.severity for finding in findings)}
        for path, findings in judged
    ]
    return pages.get_template("findings.html").render(
        documents=documents, severities=SEVERITIES, told=told, label=label, today=date.today()
    )
