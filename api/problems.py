"""Every error as problem+json (RFC 9457), or as a page where a browser asks."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, FastAPI, Path, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute

from api.html import render
from api.methods import allowed
from api.negotiation import prefers_english, wants_page
from api.parameters import chosen
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
    remedy_zh, remedy_en = "可用的方法见 Allow 头。", "The header Allow tells the methods that it has."


class InternalError(JixiaoError):
    """A defect of ours."""

    code, zh, en, status = "internal-error", "服务内部出错。", "The service failed.", 500
    remedy_zh, remedy_en = (
        "请稍后再试；仍出错时请把 X-Request-ID 告知管理者。",
        "Try again later; if it fails still, tell the operator the X-Request-ID.",
    )


def told(error: JixiaoError, english: bool, path: str) -> Problem:
    """What is told of an error that was met at a path."""
    return Problem(
        type=f"{iris.BASE}problem/{error.code}",
        title=error.en if english else error.zh,
        title_en=error.en,
        status=error.status,
        code=error.code,
        detail=error.detail,
        place=error.place,
        remedy=error.remedy_en if english else error.remedy_zh,
        remedy_en=error.remedy_en,
        instance=path,
    )


def problem(request: Request, error: JixiaoError, headers: dict[str, str] | None = None) -> Response:
    """The response that tells of an error."""
    english = prefers_english(request.headers.get("accept-language"))
    body = told(error, english, request.url.path)
    headers = {"Vary": "Accept, Accept-Language", **error.headers, **(headers or {})}
    if wants_page(request.headers.get("accept"), MEDIA_TYPE, "application/json"):
        return render("error.html", status=error.status, headers=headers, problem=body, error=error)
    headers["Content-Language"] = "en" if english else "zh"
    return Response(body.model_dump_json(), error.status, headers, MEDIA_TYPE)


def kinds() -> dict[str, type[JixiaoError]]:
    """Every kind of error by its code."""
    waiting: list[type[JixiaoError]] = JixiaoError.__subclasses__()
    found: dict[str, type[JixiaoError]] = {}
    while waiting:
        kind = waiting.pop()
        found.setdefault(kind.code, kind)
        waiting.extend(kind.__subclasses__())
    return found


_CODE = Annotated[str, Path(description="错误代码 code of an error", pattern="^[a-z-]{1,60}$", examples=["not-found"])]


@router.get(
    "/problem/{code}",
    operation_id="get_problem",
    summary="一种错误 A kind of error",
    response_model=Kind,
    responses={200: {"description": "含义 its meaning", "content": {"text/html": {"schema": {"type": "string"}}}}},
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
    if chosen(request, {"json": "application/json", "html": "text/html"}) == "text/html":
        return render("problem.html", headers=headers, kind=told)
    return Response(told.model_dump_json(), 200, headers, "application/json")


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
        """What the framework refuses: there is no such path or method, or the body is no form."""
        kind = {404: NotFound, 405: MethodNotAllowed}.get(error.status_code, BadParameter)
        told = kind("" if kind is not BadParameter else str(error.detail))
        if error.status_code != 405:
            return problem(request, told, dict(error.headers or {}))
        return problem(request, told, {"Allow": allowed(request.scope, routes)})  # the router names those of one route

    @app.exception_handler(Exception)
    def defect(request: Request, error: Exception) -> Response:
        log.error("%s %s", request.method, request.url.path, exc_info=error)
        return problem(request, InternalError(), SAFE_HEADERS)  # this handler stands outside the middleware
