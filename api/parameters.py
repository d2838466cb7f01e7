"""Parameters of requests whose names and types stand in the headers of queries: read and checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fastapi import Request

from api.formats import NotAcceptable
from api.negotiation import preferred
from graph.errors import BadParameter
from graph.queries import Parameter


def given(request: Request, known: Iterable[Parameter], others: Iterable[str]) -> dict[str, str]:
    """The parameters of a question that a request gives; a form sends its empty fields too. Raises BadParameter."""
    names = [parameter.name for parameter in known]
    allowed = {*names, *others}
    for name in request.query_params:
        if name not in allowed:
            raise BadParameter(
                name[:40],
                zh=f"没有参数 {name[:40]}；可用：{'、'.join(sorted(allowed))}。",
                en=f"No parameter {name[:40]}; there are: {', '.join(sorted(allowed))}.",
            )
        if len(request.query_params.getlist(name)) > 1:
            raise BadParameter(name, zh=f"参数 {name} 只能给一次。", en=f"The parameter {name} is to be given once.")
    return {name: value for name in names if (value := request.query_params.get(name))}


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
