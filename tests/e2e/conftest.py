"""Real Chromium, as Debian packages it."""

import shutil
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Playwright, async_playwright, expect

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
expect.set_options(timeout=20_000)


async def launch(playwright: Playwright) -> Browser:
    return await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=_ARGUMENTS)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        yield browser
        await browser.close()


class Visitor:
    """Opens pages; what goes wrong in any of them fails the test."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self.problems: list[str] = []

    async def open(self, url: str, script: str = "", **options: Any) -> Page:
        """Open a page as a new visitor, before whose own scripts another runs; options are those of the context."""
        context = await self._browser.new_context(**({"locale": "en-GB"} | options))
        page = await context.new_page()
        if script:
            await page.add_init_script(script)
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: self.problems.append(f"{url}: {error}"))
        page.on("console", lambda m: self.problems.append(f"{url}: {m.text}") if m.type == "error" else None)
        await page.goto(url)
        return page


@pytest.fixture
async def visitor(browser: Browser) -> AsyncIterator[Visitor]:
    it = Visitor(browser)
    yield it
    assert it.problems == []
