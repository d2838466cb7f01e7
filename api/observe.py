"""What is told of every request: its number, a line in the log, figures for Prometheus; and whether all is ready."""

from __future__ import annotations

import itertools
import json
import logging
import re
import secrets
import sys
import time

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.resources import service
from api.schemas import Health
from graph import __version__
from graph.errors import StoreError

router = APIRouter(tags=["服务 Service"])
access = logging.getLogger("jixiao.access")
HEADER = b"x-request-id"
_GIVEN = re.compile(rb"[\w.-]{1,64}")
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """The figures of one application."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        names = ("method", "route", "status")
        self.requests = Counter("jixiao_http_requests", "Requests that were answered.", names, registry=self.registry)
        self.seconds = Histogram(
            "jixiao_http_request_seconds", "Seconds until the answer was out.", names[:2], buckets=_SECONDS,
            registry=self.registry,
        )  # fmt: skip
        self.running = Gauge("jixiao_http_requests_running", "Requests being answered.", registry=self.registry)
        self.remembered = Counter("jixiao_http_remembered", "Answers given from memory.", registry=self.registry)
        self._series: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        info = Gauge("jixiao_info", "Version of the service.", ("version",), registry=self.registry)
        info.labels(__version__).set(1)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answer and its time."""
        series = self._series.get((method, route, status))
        if series is None:
            series = self.requests.labels(method, route, str(status)), self.seconds.labels(method, route)
            self._series[method, route, status] = series
        series[0].inc()
        series[1].observe(seconds)


class Observe:
    """Counts, times and logs every request, and numbers it: ``X-Request-ID``, the client's own if it sends one."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics
        self._run, self._numbers = secrets.token_hex(4).encode(), itertools.count(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, watching."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        sent = next((value for name, value in scope["headers"] if name == HEADER), b"")
        number = sent if _GIVEN.fullmatch(sent) else b"%s-%d" % (self._run, next(self._numbers))
        started, status = time.perf_counter(), 500

        async def numbered(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (HEADER, number)]
            await send(message)

        self._metrics.running.inc()
        try:
            await self._app(scope, receive, numbered)
        finally:
            self._metrics.running.dec()
            self._told(scope, number.decode(), status, time.perf_counter() - started)

    def _told(self, scope: Scope, number: str, status: int, seconds: float) -> None:
        # The route as it is declared: paths as they are sent would make a series each.
        route = getattr(scope.get("route"), "path", "-")
        self._metrics.answered(scope["method"], route, status, seconds)
        if not access.isEnabledFor(logging.INFO):
            return
        client = (scope.get("client") or ("",))[0]
        told = {
            "request_id": number, "method": scope["method"], "path": scope["path"], "route": route, "status": status,
            "milliseconds": round(seconds * 1000, 1), "client": client,
        }  # fmt: skip
        access.info("%(method)s %(path)s %(status)s %(milliseconds)s ms", told, extra={"told": told})


class JsonLines(logging.Formatter):
    """Log records as JSON, one a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Time, level, logger, message, what a request is told by, and the traceback of an error."""
        line = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)), "level": record.levelname.lower(),
            "logger": record.name, "message": record.getMessage(), **getattr(record, "told", {}),
        }  # fmt: skip
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def log_as_json() -> None:
    """Send every log record to standard error as JSON, requests included."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers = [handler]
    access.setLevel(logging.INFO)


@router.get("/health", operation_id="get_health", summary="是否运行 Health")
async def health(request: Request) -> Health:
    """服务是否正常，及所答的图谱库状态。Whether the service answers, and on which state of the store."""
    return Health(status="ok", version=__version__, state=service(request).live.state)


@router.get("/ready", operation_id="get_ready", summary="是否就绪 Readiness")
def ready(request: Request) -> Health:
    """能否回答：图谱库可查。Whether questions can be answered: the store is asked one. 503 where it cannot be."""
    store = service(request).live.current().store
    if not bool(store.query("ASK {}")):
        raise StoreError("ASK")
    return Health(status="ready", version=__version__, state=store.state())


@router.get(
    "/metrics", operation_id="get_metrics", summary="运行数据 Metrics", response_class=Response,
    responses={200: {"description": "数据 figures", "content": {"text/plain": {"schema": {"type": "string"}}}}},
)  # fmt: skip
def metrics(request: Request) -> Response:
    """Prometheus 指标。Figures for Prometheus."""
    figures: Metrics = request.app.state.metrics
    return Response(generate_latest(figures.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})
