"""What the application holds while it runs: the store, the workers for queries from outside, the settings."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from fastapi import Request
from starlette.concurrency import iterate_in_threadpool

from api.keys import Keys
from api.previews import Previews
from api.settings import Settings
from graph.errors import JixiaoError
from graph.pool import Pool
from graph.search import Index, entries
from graph.store import EmbeddedStore, Store, is_remote, open_store
from graph.store.changes import Changes
from graph.store.distant import Distant
from graph.store.live import Live
from graph.store.sandbox import Limits, Result, Stop

T = TypeVar("T")
IN_ONE_PIECE = 2**20  # bytes of a result that goes out as one


class Busy(JixiaoError):
    """All workers are taken, and stayed so for as long as a query may run."""

    headers: Mapping[str, str] = {"Retry-After": "5"}
    code, zh, en, status = "busy", "查询过多，请稍后再试。", "Too many queries are running; try again later.", 503
    remedy_zh, remedy_en = "请稍后再试。", "Try again in a while."


_PATIENCE = 0.5  # seconds that a search waits for a new index; then the old one answers


class Service:
    """Raises StoreError when the store cannot be opened."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.keys = Keys()
        self.previews = Previews(settings.preview_minutes * 60, settings.max_previews, settings.max_previews_mb)
        self.pool = (
            Pool(settings.read_workers, settings.read_seconds, settings.read_memory_mb) if settings.token else None
        )
        self._index: tuple[str, Index] | None = None
        self._indexing = Lock()
        self._changing = Lock()
        self._building: Future[None] | None = None
        self._builder = ThreadPoolExecutor(1, "index")
        self.live: Live | Distant = (Distant if is_remote(settings.store) else Live)(settings.store, settings.limits)
        # Of their own: queries that wait for each other must not keep lookups waiting.
        self._workers = ThreadPoolExecutor(settings.query_workers, "query")
        self._writer = ThreadPoolExecutor(1, "write")
        self._free = asyncio.Semaphore(settings.query_workers)

    def index(self) -> tuple[str, Index]:
        """What can be searched for, and of which state of the store.

        Made anew when the store has changed; meanwhile searches go on in the old one.
        """
        store = self.live.current().store
        with self._indexing:
            known = self._index
            stale = known is None or known[0] != store.state()
            if stale and (self._building is None or self._building.done()):
                self._building = self._builder.submit(self._build, store)
            building = self._building
        if known is None and building is not None:
            building.result()
        elif building is not None:
            wait([building], _PATIENCE)
        assert self._index is not None  # noqa: S101 - the first one has been waited for
        return self._index

    def _build(self, store: Store) -> None:
        self._index = store.state(), Index(entries(store))

    async def ask(self, request: Request, query: Callable[[Stop], Result]) -> Answer:
        """The result of something that a sandbox evaluates, given up when the client goes. Raises Busy."""
        stop = Stop()
        try:
            async with asyncio.timeout(self.settings.query_seconds):
                await self._free.acquire()
        except TimeoutError as error:
            raise Busy() from error
        try:
            result = await self._watched(request, self._workers, lambda: query(stop), stop)
        except BaseException:
            self._free.release()
            raise
        if result.complete:
            self._free.release()
        return Answer(result, None if result.complete else self._free.release)

    async def write(self, request: Request, change: dict[str, Any]) -> dict[str, Any]:
        """Change the store, within the limits of a query; whoever asks afterwards sees it. Returns what was told."""
        stop, settings = Stop(), self.settings
        limits = Limits(settings.query_seconds, None, settings.query_memory_mb)

        def written() -> dict[str, Any]:
            asked = {"op": "write", "location": settings.store, "change": change}
            result = self.live.current().sandbox.ask(asked, limits, stop)
            result.close()
            changes = result.told.pop("changes", None)  # of a store in a folder
            self.live.renew(Changes.from_json(changes) if changes else None)
            return result.told

        return await self._watched(request, self._writer, written, stop)

    async def _watched(self, request: Request, pool: ThreadPoolExecutor, work: Callable[[], T], stop: Stop) -> T:
        done = asyncio.get_running_loop().run_in_executor(pool, work)
        gone = asyncio.ensure_future(_disconnected(request))
        try:
            await asyncio.wait((done, gone), return_when=asyncio.FIRST_COMPLETED)
            if not done.done():
                stop()
            return await done
        finally:
            gone.cancel()

    def change(self, work: Callable[[Store, Path | None], T]) -> T:
        """Do something with the store itself and its history folder, one at a time; whoever asks afterwards sees it."""
        with self._changing:
            location = self.settings.store
            history = None if is_remote(location) else Path(f"{Path(location).resolve()}-history")
            with closing(open_store(location)) as store:
                made = work(store, history)
                changes = store.changes if isinstance(store, EmbeddedStore) else None
            self.live.renew(changes)
        return made

    def close(self) -> None:
        """Stop taking queries and end the process that evaluates them."""
        if self.pool is not None:
            self.pool.close()
        self._workers.shutdown(wait=False, cancel_futures=True)
        self._builder.shutdown(wait=True, cancel_futures=True)
        self._writer.shutdown(wait=False, cancel_futures=True)
        self.live.close()


class Answer:
    """A result on its way out."""

    def __init__(self, result: Result, release: Callable[[], None] | None) -> None:
        self.media_type = result.media_type
        self._result, self._release = result, release

    @property
    def body(self) -> bytes | None:
        """All of it, if it is complete and not large; then it is gone."""
        return self._result.body if self._release is None and self._result.size <= IN_ONE_PIECE else None

    async def chunks(self) -> AsyncIterator[bytes]:
        """The bytes in pieces. Raises what stops a query that still runs; its client sees the answer break off."""
        try:
            if self._release is None:
                for chunk in self._result.chunks():
                    yield chunk
            else:
                async for chunk in iterate_in_threadpool(self._result.chunks()):
                    yield chunk
        finally:
            self._result.close()
            if self._release:
                self._release()


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        continue
