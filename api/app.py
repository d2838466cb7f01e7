"""The application: REST and SPARQL over one store, pages for browsers, one shape for every error."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import FileResponse
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp

from api import (
    contract,
    dataset,
    downloads,
    editor,
    graphs,
    lists,
    methods,
    observe,
    parameters,
    problems,
    questions,
    records,
    resources,
    schemas,
    search,
    sparql,
    templates,
    things,
    update,
    writing,
)
from api.html import PAGES, render
from api.items import rows
from api.middleware import BodyLimit, CrossOrigin, SecurityHeaders
from api.remembering import Remembering
from api.service import Service
from api.settings import Settings
from api.streaming import Exports
from graph import __version__

# In this order: /disclosures/preview is not the disclosure "preview".
_PARTS = (
    sparql, observe, writing, templates, lists, resources, things, search, questions, editor, update, graphs,
    downloads, dataset, problems,
)  # fmt: skip
_LASTING = (templates, lists, resources, things, search, questions, sparql, graphs, downloads, dataset)
SHOWN = 12  # departments on the first page
DESCRIPTION = """预算绩效目标表的知识图谱：部门、项目、三级指标、目标值、依据，每个值附出处。

A knowledge graph of budget performance-target tables: departments, projects, three-level indicators, targets and bases,
each value with the place where it is printed."""


def create_app(settings: Settings) -> FastAPI:
    """The application over the store of the settings. Raises StoreError when that cannot be opened."""
    service = Service(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        service.close()

    app = _Application(
        title="绩效 Jixiao",
        version=__version__,
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,  # FastAPI's own pages load from elsewhere
        redoc_url=None,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        dependencies=[Depends(parameters.known)],
        responses={"default": {"model": schemas.Problem, "description": "出错 error (application/problem+json)"}},
    )
    app.state.service = service
    app.state.metrics = observe.Metrics()
    app.state.exports = Exports(settings.max_exports)
    for part in _PARTS:
        app.include_router(part.router)
    home = _pages(app)
    routes = [*app.routes, *(route for part in _PARTS for route in part.router.routes)]
    problems.install(app, routes)
    contract.describe(app, settings)
    app.add_middleware(methods.Methods, routes=routes)
    app.add_middleware(BodyLimit, megabytes=settings.max_upload_mb)
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=4)  # large results go out while they come in
    app.add_middleware(SecurityHeaders)
    lasting = {route.endpoint for part in _LASTING for route in part.router.routes} | {home}
    app.around.append(partial(Remembering, service=service, lasting=lasting, metrics=app.state.metrics))
    if settings.allowed_origins:
        app.around.append(partial(CrossOrigin, origins=settings.allowed_origins))
    app.around.append(partial(observe.Observe, metrics=app.state.metrics))
    return app


class _Application(FastAPI):
    """With layers around FastAPI's own, which every request would pass: what is remembered needs none of them."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.around: list[Callable[[ASGIApp], ASGIApp]] = []  # the innermost first

    def build_middleware_stack(self) -> ASGIApp:
        """See :class:`FastAPI`."""
        app = super().build_middleware_stack()
        for layer in self.around:
            app = layer(app)
        return app


def _pages(app: FastAPI) -> Callable[..., Response]:
    """Adds the pages that are about no one thing; returns what answers with the first one."""

    @app.get(
        "/", operation_id="get_counts", summary="图谱的规模 Size of the graph", response_model=schemas.Counts,
        responses=resources.PAGE, tags=["服务 Service"],
    )  # fmt: skip
    def home(request: Request, source: resources.StoreNow, format: resources.Format = None) -> Response:
        """首页：图谱的规模与入口。The size of the graph and the ways in."""
        listed = rows(source, "departments", SHOWN + 1)
        more = len(listed) > SHOWN
        return resources.respond(request, records.counts(source), "home.html", departments=listed[:SHOWN], more=more)

    @app.get("/docs", include_in_schema=False)
    def documentation() -> Response:
        return render("docs.html", api=app.openapi())

    @app.get("/style.css", include_in_schema=False)
    def style() -> Response:
        return FileResponse(PAGES / "style.css", headers={"Cache-Control": "max-age=3600"})

    return home
