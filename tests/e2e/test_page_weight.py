"""What the captions page weighs on a phone's connection."""

import asyncio

from playwright.async_api import expect

from tests.conftest import Service
from tests.e2e.conftest import Visitor
from tests.e2e.weight import weigh

LIMIT = 60_000


async def test_the_captions_page_is_light_in_any_language(service: Service, visitor: Visitor) -> None:
    for locale in ("en-GB", "zh-CN"):
        page = await visitor.open("about:blank", locale=locale)
        async with weigh(page) as loaded:
            await page.goto(f"{service.url}/captions/hall?lang=de")
            await expect(page.locator("#state")).to_have_attribute("data-phase", "open")
            await asyncio.sleep(0.2)
        assert 10_000 < sum(size for path, size in loaded.items() if not path.endswith(".woff2")) < LIMIT, loaded


async def test_every_module_is_asked_for_at_once(service: Service, visitor: Visitor) -> None:
    page = await visitor.open(f"{service.url}/captions/hall?lang=de")
    await expect(page.locator("#state")).to_have_attribute("data-phase", "open")
    loaded = await page.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)")
    links = "[...document.querySelectorAll('link[rel=modulepreload], script')].map(link => link.href || link.src)"
    foreseen = await page.evaluate(links)
    assert {name for name in loaded if name.endswith(".js")} == set(foreseen)
