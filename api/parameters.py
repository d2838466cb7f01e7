"""Parameters of requests whose names and types stand in the headers of queries: read and checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from api.negotiation import preferred
from graph.errors import BadParameter, NotAcceptable
from graph.queries import Parameter


async def known(request: Request) -> None:
    """Refuse query parameters that an operation does not have, as a dependency of every route. Raises BadParameter.

    Not below SPARQL, whose clients send parameters of their own, nor for pages, whose addresses get them on their way.
    """
    names = _names(request.scope["route"])
    if names is None:
        return
    for name in request.query_params:
        if name not in names:
            raise BadParameter(
                name[:40],
                zh=f"没有参数 {name[:40]}；可用：{'、'.join(sorted(names)) or '无'}。",
                en=f"No parameter {name[:40]}; there are: {', '.join(sorted(names)) or 'none'}.",
            )
        if len(request.query_params.getlist(name)) > 1:
            raise BadParameter(name, zh=f"参数 {name} 只能给一次。", en=f"The parameter {name} is to be given once.")


def _names(route: BaseRoute) -> frozenset[str] | None:
    """The parameters of a route's query, as the OpenAPI document has them; None where all may pass."""
    if not isinstance(route, APIRoute) or not route.include_in_schema or "SPARQL" in route.tags:
        return None
    declared = (parameter["name"] for parameter in (route.openapi_extra or {}).get("parameters", ()))
    return frozenset({*declared, *(parameter.alias for parameter in route.dependant.query_params)})


def given(request: Request, known: Iterable[Parameter]) -> dict[str, str]:
    """The parameters of a question that a request gives; a form sends its empty fields too."""
    return {p.name: value for p in known if (value := request.query_params.get(p.name))}


def integer(request: Request, name: str, low: int, high: int) -> int | None:
    """A whole number of a range; None where nothing is given. Raises BadParameter."""
    sent = request.query_params.get(name)
    if not sent:
        return None
    if not sent.isascii() or not sent.isdigit() or len(sent) > 9 or not low <= int(sent) <= high:
        raise BadParameter(f"{name}={sent[:40]}", zh=f"{name} 应为 {low}–{high}。", en=f"{name} is {low} to {high}.")
    return int(sent)


def chosen(request: Request, formats: Mapping[str, str]) -> str:
    """The media type to answer in: by ``format``, else by the Accept header. Raises BadParameter and NotAcceptable."""
    sent, accept = request.query_params.get("format"), request.headers.get("accept")
    if sent and sent not in formats:
        names = ", ".join(formats)
        raise BadParameter(f"format={sent[:40]}", zh=f"format 应为 {names} 之一。", en=f"format is one of {names}.")
    media_type = formats[sent] if sent else preferred(accept, list(formats.values()))
    if media_type is None:
        raise NotAcceptable((accept or "")[:200])
    return media_type
