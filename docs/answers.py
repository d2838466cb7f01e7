"""What every operation of the service answers over the samples: recorded for the examples of the OpenAPI document."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from api.app import create_app
from api.examples import PREVIEW, TOKEN, Call, call
from api.settings import Settings
from graph import resources
from graph.ingest import ingest
from graph.store import open_store

Json = dict[str, Any]
SAMPLES = resources.folder("data/samples")
HEADERS = ("Location", "Content-Disposition", "Jixiao-Losses", "Jixiao-Total-Capped")
ITEMS, FIELDS, LINES, CHARACTERS = 2, 60, 12, 200  # of an answer that are shown
# Each of these has the store for itself: what one takes away the others need.
_APART = ("replace_disclosure", "withdraw_disclosure")
# What is made has to be there before it is read; all else that only reads comes first.
_MADE = (
    "create_preview",
    "get_preview",
    "accept_preview",
    "list_activities",
    "put_graph",
    "post_graph",
    "delete_graph",
)
# What differs from run to run, and what is shown in its place.
_CHANGING = (
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)"), "2026-01-15T08:30:00Z"),
    (re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "5f0c1d6e-9f0b-4a57-8f3e-6d1b2c3a4e5f"),
    (re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}"), "20260115T083000Z-9b1c2d3e"),
    (re.compile(r'(?<="state":")[^"]*'), "17-4096"),
    (re.compile(r"^(jixiao_\w*\{.*\}) .*$", re.MULTILINE), r"\1 1.0"),
)


def answers() -> str:
    """All of it as JSON, operation by operation in the order of their ids."""
    with tempfile.TemporaryDirectory(prefix="jixiao-") as folder:
        store = Path(folder) / "store"
        with closing(open_store(store)) as opened:
            failed = [outcome for outcome in ingest(sorted(SAMPLES.glob("*.txt")), opened) if outcome.failed]
        if failed:
            raise RuntimeError(f"{failed}")
        found = asyncio.run(_all(store))
    return json.dumps(dict(sorted(found.items())), ensure_ascii=False, indent=1) + "\n"


async def _all(store: Path) -> Json:
    found: Json = {}
    async with _Recorder(store) as recorder:
        for operation in sorted(recorder.operations, key=lambda operation: operation.rank):
            if operation.name not in _APART:
                found[operation.name] = await recorder.record(operation)
    for operation in recorder.operations:
        if operation.name in _APART:
            async with _Recorder(Path(shutil.copytree(store, store.with_name(operation.name)))) as alone:
                found[operation.name] = await alone.record(operation)
    return found


@dataclass(frozen=True, slots=True)
class _Operation:
    name: str
    call: Call

    @property
    def rank(self) -> int:
        if self.name in _MADE:
            return 1 + _MADE.index(self.name)
        return 0 if self.call.method == "GET" else 1 + len(_MADE)


class _Recorder:
    """The service over a store, asked in this process."""

    def __init__(self, store: Path) -> None:
        self._app = create_app(Settings(store=str(store), token=TOKEN, update=True))
        transport = httpx.ASGITransport(self._app)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000", timeout=60)
        self._preview = PREVIEW
        self.operations = [
            _Operation(operation["operationId"], call(path, method, operation))
            for path, methods in self._app.openapi()["paths"].items()
            for method, operation in methods.items()
        ]

    async def __aenter__(self) -> _Recorder:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._client.aclose()
        self._app.state.service.close()

    async def record(self, operation: _Operation) -> Json:
        """What an operation answers, as it is to be shown."""
        made = operation.call
        response = await self._client.request(
            made.method, made.url.replace(PREVIEW, self._preview), headers=dict(made.headers), content=made.body,
            files={key: (name, text.encode()) for key, (name, text) in made.files.items()} or None,
        )  # fmt: skip
        if response.is_error:
            raise RuntimeError(f"{made.method} {made.url}: {response.status_code} {response.text}")
        if operation.name == "create_preview":
            self._preview = response.json()["id"]
        return self._shown(response)

    def _shown(self, response: httpx.Response) -> Json:
        headers = {name: self._settled(response.headers[name]) for name in HEADERS if name in response.headers}
        told: Json = {"status": str(response.status_code), "headers": headers}
        media_type = response.headers.get("content-type", "").partition(";")[0]
        if response.content and (media_type.startswith("text/") or media_type.endswith(("json", "xml"))):
            text = self._settled(response.text)
            body = _short(json.loads(text)) if media_type.endswith("json") else _beginning(text)
            told |= {"media_type": media_type, "body": body}
        return told

    def _settled(self, text: str) -> str:
        text = text.replace(self._preview, PREVIEW)
        for pattern, shown in _CHANGING:
            text = pattern.sub(shown, text)
        return text


def _short(value: Any) -> Any:
    """A value with the first of what it holds many of."""
    if isinstance(value, dict):
        kept = list(value.items())[: len(value) if len(value) <= FIELDS else ITEMS]
        return {name: _short(inner) for name, inner in kept}
    if isinstance(value, list):
        return [_short(inner) for inner in value[:ITEMS]] if not _is_box(value) else value
    return f"{value[:CHARACTERS]}…" if isinstance(value, str) and len(value) > CHARACTERS else value


def _is_box(value: list[Any]) -> bool:
    return all(isinstance(inner, float) for inner in value)


def _beginning(text: str) -> str:
    lines = text.splitlines(keepends=True)
    return "".join(line if len(line) <= 2 * CHARACTERS else f"{line[:CHARACTERS]}…\n" for line in lines[:LINES])
