from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import pytest

from api.settings import Settings
from tests import serving

Served = Callable[[Settings], AbstractContextManager[httpx.Client]]


@pytest.fixture(scope="session")
def served() -> Served:
    """Starts the application in a thread of this process; gives a client of it."""
    return serving.served


@pytest.fixture(scope="session")
def client(sample_store: Path, served: Served) -> Iterator[httpx.Client]:
    """A client of the application over the samples, with limits small enough to be met."""
    settings = Settings(
        store=str(sample_store), query_seconds=1, query_rows=2000, query_memory_mb=100, page_size=10, max_page_size=400,
        max_upload_mb=0.1,
    )  # fmt: skip
    with served(settings) as opened:
        yield opened
