"""The pages, rendered on the server: ``pages/*.html``, everything escaped, nothing loaded from elsewhere."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from fastapi import Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.links import is_ours, path_of
from api.openapi import class_names
from graph import __version__
from graph.vocabulary import vocabulary

PAGES = Path(__file__).resolve().parent / "pages"


def _yuan(amount: str | None) -> str:
    """An amount in yuan for people: 31400000 → 3,140 万元; below ten thousand in 元."""
    if amount is None:
        return ""
    value = Decimal(amount)
    ten_thousands = value / 10000
    if abs(value) < 10000:
        return f"{value:,f} 元"
    return f"{ten_thousands.normalize():,f} 万元"


def _role(name: str) -> str:
    """The Chinese label of a role of ``ontology/forms.ttl``: fiscalFunds → 财政资金."""
    role = vocabulary().roles.get(name)
    return role.label if role else name


def _shown_at(iri: str) -> str | None:
    """The path of this service that shows a thing."""
    return path_of(iri) if is_ours(iri) else None


_ENVIRONMENT = Environment(
    loader=FileSystemLoader(PAGES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_ENVIRONMENT.filters["yuan"] = _yuan
_ENVIRONMENT.filters["role"] = _role
_ENVIRONMENT.filters["shown_at"] = _shown_at
_ENVIRONMENT.filters["class_names"] = class_names
_ENVIRONMENT.globals["version"] = __version__


def render(page: str, /, status: int = 200, headers: dict[str, str] | None = None, **values: Any) -> Response:
    """A page as a response."""
    text = _ENVIRONMENT.get_template(page).render(**values)
    return Response(text, status, headers, "text/html; charset=utf-8")
