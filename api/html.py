"""The pages, rendered on the server: ``pages/*.html``, everything escaped, nothing loaded from elsewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from fastapi import Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from api.links import is_ours, path_of
from api.openapi import class_names
from api.schemas import Remark
from graph import __version__, iris
from graph.export.printed import sign_of
from graph.terms import column_term
from graph.vocabulary import vocabulary

PAGES = Path(__file__).resolve().parent / "pages"
# What the values of parameters and fields that are codes are called on pages.
_WORDS = {
    "violation": "不合规", "warning": "存疑", "info": "提示", "project": "项目", "department": "部门整体",
    "yes": "是", "no": "否", "accepted": "接受", "replaced": "替换", "withdrawn": "撤回",
    "text/plain": "文本", "text/markdown": "Markdown", "text/html": "网页", "text/csv": "CSV", "application/pdf": "PDF",
    "application/msword": "Word", "application/vnd.ms-excel": "Excel",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "Excel",
}  # fmt: skip
_CODE, _OPEN = re.compile("`([^`]+)`"), re.compile(r"\{[?$]\w+\}")
_SEVERITIES = ("violation", "warning", "info")
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)[\d:.]*(?:Z|\+00:00)")


def _yuan(amount: str | None) -> str:
    """An amount in yuan for people: 31400000 → 3,140 万元; below ten thousand in 元."""
    if amount is None:
        return ""
    value = Decimal(amount)
    ten_thousands = value / 10000
    if abs(value) < 10000:
        return f"{value:,f} 元"
    return f"{ten_thousands.normalize():,f} 万元"


def _figure(number: str | None) -> str:
    """A number for people: 1300000 → 1,300,000."""
    return "" if number is None else f"{Decimal(number):,f}"


def _role(name: str) -> str:
    """The Chinese label of a role of ``ontology/forms.ttl``: fiscalFunds → 财政资金."""
    role = vocabulary().roles.get(name)
    return role.label if role else name


def _word(code: str) -> str:
    """What a code is called: violation → 不合规; anything else as it is."""
    return _WORDS.get(code, code)


def _sign(comparator: str | None) -> str:
    """A comparator as forms print it: >= → ≥, by → 不晚于."""
    return sign_of(comparator, vocabulary())


def _told(text: str) -> Markup:
    """Text of the documentation: what stands between back quotes is code, {?value} of a message is left open."""
    escaped = str(escape(_OPEN.sub("…", text)))
    return Markup(_CODE.sub(r"<code>\1</code>", escaped))  # noqa: S704 - escaped above


def _moment(text: str) -> str:
    """A time for people: 2026-05-01T08:30:00+00:00 → 2026-05-01 08:30 UTC; anything else as it is."""
    found = _MOMENT.fullmatch(text)
    return f"{found[1]} {found[2]} UTC" if found else text


def _worst_first(findings: Iterable[Remark]) -> list[Remark]:
    return sorted(findings, key=lambda finding: _SEVERITIES.index(finding.severity))


def _about(findings: Iterable[Remark], table: str) -> list[Remark]:
    """What was found in a table and in its rows."""
    rows = f"{iris.BASE}id/indicator/{table.removeprefix(f'{iris.BASE}id/table/')}/"
    return [finding for finding in findings if finding.focus == table or finding.focus.startswith(rows)]


def _about_rows(findings: Iterable[Remark], rows: Iterable[Any]) -> list[Remark]:
    known = {row.iri for row in rows}
    return [finding for finding in findings if finding.focus in known]


def _short(iri: str) -> str:
    """An IRI of ours without what they all begin with."""
    return unquote(iri.removeprefix(iris.BASE))


def _column_zh(name: str) -> str:
    """The Chinese name of a column of an answer; its own where it has none."""
    return column_term(name).label_zh or name


def _pretty(value: object) -> str:
    """An example as text, what is not text as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)


def _by_tag(api: dict[str, Any]) -> list[tuple[str, list[tuple[str, str, Any]]]]:
    """The operations of an OpenAPI document by their tags: method, path and what it says of them."""
    found: dict[str, list[tuple[str, str, Any]]] = {}
    for path, operations in api["paths"].items():
        for method, operation in operations.items():
            found.setdefault(operation["tags"][0], []).append((method, path, operation))
    return list(found.items())


def _shown_at(iri: str) -> str | None:
    """The path of this service that shows a thing."""
    return path_of(iri) if is_ours(iri) else None


_ENVIRONMENT = Environment(
    loader=FileSystemLoader(PAGES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_ENVIRONMENT.filters |= {
    "yuan": _yuan, "role": _role, "shown_at": _shown_at, "class_names": class_names, "word": _word, "sign": _sign,
    "figure": _figure, "told": _told,
    "moment": _moment, "worst_first": _worst_first, "about": _about, "about_rows": _about_rows,
    "short": _short, "by_tag": _by_tag, "pretty": _pretty, "column_zh": _column_zh,
}  # fmt: skip
_ENVIRONMENT.globals["version"] = __version__


def render(page: str, /, status: int = 200, headers: dict[str, str] | None = None, **values: Any) -> Response:
    """A page as a response."""
    text = _ENVIRONMENT.get_template(page).render(**values)
    return Response(text, status, headers, "text/html; charset=utf-8")
