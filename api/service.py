"""What the application holds while it runs: the store, the workers for queries from outside, the settings."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Lock

from api.keys import Keys
from api.settings import Settings
from graph.search import Index, entries
from graph.store import Store
from graph.store.live import Live
from graph.store.sandbox import Dataset, Result

_PATIENCE = 0.5  # seconds that a search waits for a new index; then the old one answers


class Service:
    """Raises StoreError when the store cannot be opened."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.keys = Keys()
        self._index: tuple[str, Index] | None = None
        self._indexing = Lock()
        self._building: Future[None] | None = None
        self._builder = ThreadPoolExecutor(1, "index")
        self.live = Live(settings.store, settings.limits)
        # Of their own: queries that wait for each other must not keep lookups waiting.
        self._workers = ThreadPoolExecutor(settings.query_workers, "query")

    def index(self) -> Index:
        """What can be searched for; made anew when the store has changed, while searches go on in the old one."""
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
        return self._index[1]

    def _build(self, store: Store) -> None:
        self._index = store.state(), Index(entries(store))

    async def ask(self, sparql: str, solutions: str | None, graph: str | None, dataset: Dataset | None) -> Result:
        """The result of a query from outside; see :meth:`graph.store.sandbox.Sandbox.query`."""

        def query() -> Result:
            return self.live.current().sandbox.query(sparql, solutions=solutions, graph=graph, dataset=dataset)

        return await asyncio.get_running_loop().run_in_executor(self._workers, query)

    def close(self) -> None:
        """Stop taking queries and end the process that evaluates them."""
        self._workers.shutdown(wait=False, cancel_futures=True)
        self._builder.shutdown(wait=True, cancel_futures=True)
        self.live.close()
