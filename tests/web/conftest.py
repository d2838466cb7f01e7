"""One server and one browser a module: Playwright keeps a loop running in the thread that started it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from api.settings import Settings
from tests import browser, serving

TOKEN = "a-token-of-the-tests"


@pytest.fixture(scope="module")
def service(sample_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the service over a copy of the samples, with pages short enough to be turned."""
    folder = tmp_path_factory.mktemp("web") / "store"
    shutil.copytree(sample_store, folder)
    with serving.served(Settings(store=str(folder), token=TOKEN, page_size=10, read_workers=1)) as client:
        yield str(client.base_url).rstrip("/")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser.running() as opened:
        yield opened
