"""Every error as problem+json (RFC 9457), or as a page where a browser asks."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, FastAPI, Path, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match

from api.html import render
from api.negotiation import prefers_english, wants_page
from api.schemas import Kind, Problem
from graph import iris
from graph.errors import BadParameter, JixiaoError, NotFound

MEDIA_TYPE = "application/problem+json"
SAFE_HEADERS = {
    # The pages need no script and load nothing from elsewhere.
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}
router = APIRouter(tags=["服务 Service"])
log = logging.getLogger(__name__)


class MethodNotAllowed(JixiaoError):
    """The path exists, the method does not."""

    code, zh, en, status = "method-not-allowed", "此路径不支持这种请求方法。", "This path has no such method.", 405


class InternalError(JixiaoError):
    """A defect of ours."""

    code, zh, en, status = "internal-error", "服务内部出错。", "The service failed.", 500


def problem(request: Request, error: JixiaoError, headers: dict[str, str] | None = None) -> Response:
    """The response that tells of an error."""
    english = prefers_english(request.headers.get("accept-language"))
    body = Problem(
        type=f"{iris.BASE}problem/{error.code}",
        title=error.en if english else error.zh,
        title_en=error.en,
        status=error.status,
        code=error.code,
        detail=error.detail,
        place=error.place,
        remedy=error.remedy_en if english else error.remedy_zh,
        remedy_en=error.remedy_en,
        instance=request.url.path,
    )
    headers = {"Vary": "Accept, Accept-Language", **error.headers, **(headers or {})}
    if wants_page(request.headers.get("accept"), MEDIA_TYPE, "application/json"):
        return render("error.html", status=error.status, headers=headers, problem=body, error=error)
    headers["Content-Language"] = "en" if english else "zh"
    return Response(body.model_dump_json(), error.status, headers, MEDIA_TYPE)


def kinds() -> dict[str, type[JixiaoError]]:
    """Every kind of error by its code."""
    waiting: list[type[JixiaoError]] = [JixiaoError]
    found: dict[str, type[JixiaoError]] = {}
    while waiting:
        kind = waiting.pop()
        found.setdefault(kind.code, kind)
        waiting.extend(kind.__subclasses__())
    return found


_CODE = Annotated[str, Path(description="错误代码 code of an error", pattern="^[a-z-]{1,60}$", examples=["not-found"])]


@router.get(
    "/problem/{code}",
    response_model=Kind,
    responses={200: {"content": {"text/html": {"schema": {"type": "string"}}}}},
)
def kind_of_problem(request: Request, code: _CODE) -> Response:
    """一种错误：含义与办法；problem+json 的 type 指向这里。A kind of error; the ``type`` of problems leads here."""
    known = kinds().get(code)
    if known is None:
        raise NotFound(code, zh="没有这种错误。", en="No such kind of error.")
    told = Kind(
        code=code, type=f"{iris.BASE}problem/{code}", status=known.status, title=known.zh, title_en=known.en,
        remedy=known.remedy_zh, remedy_en=known.remedy_en,
    )  # fmt: skip
    headers = {"Vary": "Accept"}
    if wants_page(request.headers.get("accept"), "application/json"):
        return render("problem.html", headers=headers, kind=told)
    return Response(told.model_dump_json(), 200, headers, "application/json")


def _methods(request: Request, routes: Sequence[BaseRoute]) -> str:
    """Every method of a path: several routes may share it."""
    found = [route for route in routes if route.matches(request.scope)[0] is not Match.NONE]
    return ", ".join(sorted({method for route in found for method in getattr(route, "methods", None) or ()}))


def install(app: FastAPI, routes: Sequence[BaseRoute]) -> None:
    """Turn whatever is raised into a problem; one for a wrong method names those that ``routes`` have for the path."""

    @app.exception_handler(JixiaoError)
    def ours(request: Request, error: JixiaoError) -> Response:
        return problem(request, error)

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> Response:
        found = (f"{'.'.join(map(str, item['loc'][1:]))}: {item['msg']}" for item in error.errors())
        return problem(request, BadParameter("; ".join(found)))

    @app.exception_handler(HTTPException)
    def http(request: Request, error: HTTPException) -> Response:
        kinds: dict[int, type[JixiaoError]] = {404: NotFound, 405: MethodNotAllowed}
        known = kinds.get(error.status_code, JixiaoError)("" if error.status_code in kinds else str(error.detail))
        known.status = error.status_code
        if type(known) is JixiaoError:
            known.zh = known.en = HTTPStatus(error.status_code).phrase
        headers = dict(error.headers or {})
        if error.status_code == 405:  # the router names the methods of one route alone
            headers["Allow"] = _methods(request, routes) or headers.get("Allow", "")
        return problem(request, known, headers)

    @app.exception_handler(Exception)
    def defect(request: Request, error: Exception) -> Response:
        log.error("%s %s", request.method, request.url.path, exc_info=error)
        return problem(request, InternalError(), SAFE_HEADERS)  # this handler stands outside the middleware
