"""What the application holds while it runs: the store, the workers for queries from outside, the settings."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from api.keys import Keys
from api.settings import Settings
from graph.store.live import Live
from graph.store.sandbox import Dataset, Result


class Service:
    """Raises StoreError when the store cannot be opened."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.keys = Keys()
        self.live = Live(settings.store, settings.limits)
        # Of their own: queries that wait for each other must not keep lookups waiting.
        self._workers = ThreadPoolExecutor(settings.query_workers, "query")

    async def ask(self, sparql: str, solutions: str | None, graph: str | None, dataset: Dataset | None) -> Result:
        """The result of a query from outside; see :meth:`graph.store.sandbox.Sandbox.query`."""

        def query() -> Result:
            return self.live.current().sandbox.query(sparql, solutions=solutions, graph=graph, dataset=dataset)

        return await asyncio.get_running_loop().run_in_executor(self._workers, query)

    def close(self) -> None:
        """Stop taking queries and end the process that evaluates them."""
        self._workers.shutdown(wait=False, cancel_futures=True)
        self.live.close()
