"""A real browser without a window: the Chromium of the machine. It reaches the service under test and nothing else."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, Route, sync_playwright

# Programs of that kind, as distributions call them. None is ever downloaded.
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


def program() -> str | None:
    """The browser on the PATH, if there is one."""
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


@contextmanager
def running() -> Iterator[Browser]:
    """A browser until the end of the block."""
    root = sys.platform == "linux" and os.geteuid() == 0  # Chromium's sandbox refuses root
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program(), chromium_sandbox=not root)
        yield browser
        browser.close()


@dataclass
class Window:
    """A page of a service, and whatever went wrong in it."""

    base: str
    page: Page
    wrong: list[str] = field(default_factory=list)

    def open(self, path: str) -> Response:
        """Go to a path of the service."""
        answer = self.page.goto(self.base + quote(path, safe="/?&=%"))
        assert answer is not None
        return answer

    def reach(self, route: Route) -> None:
        """Let a request to the service pass, and no other."""
        if route.request.url.startswith((f"{self.base}/", "data:", "blob:")):
            route.continue_()
        else:
            self.wrong.append(f"asks another host: {route.request.url}")
            route.abort()

    def told(self, message: ConsoleMessage) -> None:
        """Keep what the console tells of errors; that the page itself is a 404 is no error of the page."""
        if message.type == "error" and message.location.get("url") != self.page.url:
            self.wrong.append(f"console: {message.text}")

    def failed(self, request: Request) -> None:
        """Keep a request that got no answer; a file to save ends the navigation without one."""
        if "ERR_ABORTED" not in (request.failure or ""):
            self.wrong.append(f"failed: {request.url} {request.failure}")

    def answered(self, response: Response) -> None:
        """Keep what a page loads and does not get."""
        if response.status >= 400 and not response.request.is_navigation_request():
            self.wrong.append(f"{response.status}: {response.url}")


@contextmanager
def window(browser: Browser, base: str, width: int = 1280, scripts: bool = True, **settings: str) -> Iterator[Window]:
    """A new window. Whatever went wrong in it until the end of the block fails the test."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, java_script_enabled=scripts, locale="zh-CN", accept_downloads=True,
        **settings,
    )  # fmt: skip
    try:
        made = Window(base, context.new_page())
        context.route("**/*", made.reach)
        made.page.on("console", made.told)
        made.page.on("pageerror", lambda error: made.wrong.append(f"script: {error}"))
        made.page.on("requestfailed", made.failed)
        made.page.on("response", made.answered)
        yield made
        assert made.wrong == []
    finally:
        context.close()


def sample(name: str) -> Path:
    """A sample document."""
    from graph import resources

    return resources.folder("data/samples") / name
