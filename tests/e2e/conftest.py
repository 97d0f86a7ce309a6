"""Real Chromium, as Debian packages it."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, Playwright, async_playwright, expect

from tests.conftest import Service, serving
from tests.scripted import ScriptedEngine, scripted_catalog, shout

# No sandbox: CI runs as root. The rest keeps the browser from calling home.
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    # A microphone that beeps, and that nobody has to be asked for.
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]


# The machine may be busy.
expect.set_options(timeout=60_000)


async def launch(playwright: Playwright) -> Browser:
    return await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=_ARGUMENTS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run all tests of pages in one loop: that of the browser."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One for all tests: each visitor has cookies, storage and a cache of its own."""
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def service() -> AsyncIterator[Service]:
    """A server whose German and French are English in capitals."""
    async with serving(ScriptedEngine(shout), scripted_catalog(("en", "de"), ("en", "fr"))) as it:
        yield it


class Visitor:
    """Opens pages; what goes wrong in any of them fails the test."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self.problems: list[str] = []

    async def open(self, url: str, script: str = "", **options: Any) -> Page:
        """Open a page as a new visitor and wait until it listens; options are those of the context.

        Before its own scripts another runs.
        """
        context = await self._browser.new_context(**({"locale": "en-GB"} | options))
        self._contexts.append(context)
        page = await context.new_page()
        if script:
            await page.add_init_script(script)
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: self.problems.append(f"{url}: {error}"))
        page.on("console", lambda m: self.problems.append(f"{url}: {m.text}") if m.type == "error" else None)
        await page.goto(url)
        await expect(page.locator("body[inert]")).to_have_count(0)
        return page

    async def leave(self) -> None:
        """Close every page."""
        for context in self._contexts:
            await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(browser: Browser) -> AsyncIterator[Visitor]:
    it = Visitor(browser)
    yield it
    problems = [*it.problems]
    await it.leave()
    assert problems == []
