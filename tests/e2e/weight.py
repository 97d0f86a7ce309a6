"""Counts the bytes that a page makes its browser load."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Page


@asynccontextmanager
async def weigh(page: Page) -> AsyncIterator[dict[str, int]]:
    """Yield the bytes of each path, heads and bodies as they come over the network, once the context has ended."""
    loaded: dict[str, int] = {}
    paths: dict[str, str] = {}
    session = await page.context.new_cdp_session(page)

    def asked(event: dict[str, Any]) -> None:
        paths[event["requestId"]] = urlsplit(event["request"]["url"]).path

    def finished(event: dict[str, Any]) -> None:
        path = paths.get(event["requestId"], "")
        loaded[path] = loaded.get(path, 0) + round(event["encodedDataLength"])

    session.on("Network.requestWillBeSent", asked)
    session.on("Network.loadingFinished", finished)
    await session.send("Network.enable")
    yield loaded
    await session.detach()
