"""The screen of a hall, and the overlay of a picture, in a real browser."""

import io
import re
from collections.abc import AsyncIterator
from itertools import pairwise

import PIL.Image
import pytest
import pytest_asyncio
import zxingcpp
from playwright.async_api import Page, expect

from rtt.auth import Auth, Grant, Role
from tests.conftest import Service, serving
from tests.e2e.conftest import Visitor
from tests.scripted import ScriptedEngine, scripted_catalog, shout

SECRET = "a secret for tests, long enough not to be guessed"
LATER = 4_102_444_800
LONG = "And so it goes on and on, sentence after sentence, until the screen is full of what is said. "
# Where each line of text begins, as far as it can be seen.
LINES = """element => {
  const box = element.getBoundingClientRect();
  const words = [...element.querySelectorAll(":is(.stable, .tentative)")].flatMap((span) => [...span.getClientRects()]);
  const seen = words.filter(({ top, bottom }) => bottom - 10 > box.top && top + 10 < box.bottom);
  return [...new Set(seen.map(({ top }) => Math.round(top)))].sort((a, b) => a - b);
}"""


@pytest_asyncio.fixture(loop_scope="session")
async def service() -> AsyncIterator[Service]:
    async with serving(ScriptedEngine(shout), scripted_catalog(("en", "de"), ("en", "zh"))) as it:
        yield it


async def say(service: Service, *sentences: str) -> None:
    async with service.peer("/v1/rooms/hall/speak?source=en") as speaker:
        for sentence in sentences:
            await speaker.send({"type": "final", "text": sentence})


async def show(service: Service, visitor: Visitor, path: str) -> Page:
    page = await visitor.open(f"{service.url}/{path}", reduced_motion="reduce")
    await page.set_viewport_size({"width": 1920, "height": 1080})
    await expect(page.locator(".screen").first).to_be_attached()
    return page


async def code_on(page: Page) -> str:
    """What a phone that is held to the screen reads."""
    await expect(page.locator("#code svg")).to_be_visible()
    (code,) = zxingcpp.read_barcodes(PIL.Image.open(io.BytesIO(await page.screenshot())))
    return str(code.text)


async def test_two_languages_share_the_screen(service: Service, visitor: Visitor) -> None:
    page = await show(service, visitor, "display/hall?lang=de,en&lines=2")
    await say(service, "Good morning.")
    screens = page.locator(".screen")
    await expect(screens.nth(0)).to_have_text("GOOD MORNING.")
    await expect(screens.nth(1)).to_have_text("Good morning.")
    first, second = await screens.nth(0).bounding_box(), await screens.nth(1).bounding_box()
    assert first
    assert second
    assert first["y"] + first["height"] <= second["y"]


async def test_two_languages_take_turns(service: Service, visitor: Visitor) -> None:
    page = await show(service, visitor, "display/hall?lang=de,en&rotate=1")
    await say(service, "Good morning.")
    for text in ("GOOD MORNING.", "Good morning.", "GOOD MORNING."):
        await expect(page.locator(".screen:visible")).to_have_text(text)


@pytest.mark.parametrize(("lang", "least", "most"), [("en", 37, 42), ("zh", 16, 16)])
async def test_a_line_is_as_long_as_is_read_well(
    service: Service, visitor: Visitor, lang: str, least: int, most: int
) -> None:
    page = await show(service, visitor, f"display/hall?lang={lang}&pace=0")
    width = await page.locator(".screen").evaluate("it => it.clientWidth / parseFloat(getComputedStyle(it).fontSize)")
    # A letter of running text is about half as wide as high, a Chinese character exactly as wide.
    assert least <= width * (1 if lang == "zh" else 2) < most + 1


async def test_it_shows_whole_lines_and_no_more_than_it_is_told(service: Service, visitor: Visitor) -> None:
    page = await show(service, visitor, "display/hall?lang=en&lines=3&pace=0")
    await say(service, LONG, LONG)
    await expect(page.locator(".segment")).to_have_count(2)
    lines = await page.locator(".screen").evaluate(LINES)
    assert len(lines) == 3
    box = await page.locator(".screen").bounding_box()
    assert box
    assert all(later - earlier == pytest.approx(box["height"] / 3, abs=1) for earlier, later in pairwise(lines))


async def test_it_rolls_up_once_for_each_line(service: Service, visitor: Visitor) -> None:
    page = await visitor.open(f"{service.url}/display/hall?lang=en&stability=fast&pace=0")
    await expect(page.locator(".screen")).to_be_attached()
    await page.evaluate("""() => {
      window.rolls = 0;
      const { animate } = Element.prototype;
      Element.prototype.animate = function (...given) { window.rolls++; return animate.apply(this, given); };
    }""")
    async with service.peer("/v1/rooms/hall/speak?source=en") as speaker:
        for line in range(3):
            for text in ("One", "One and two", "One and two and three"):
                await speaker.send({"type": "partial", "text": text})
                await expect(page.locator(".segment").last).to_have_text(text)
            await speaker.send({"type": "final", "text": "One, two, three."})
            await expect(page.locator('.segment[data-final="true"]')).to_have_count(line + 1)
    assert await page.evaluate("rolls") == 2


async def test_it_invites_before_the_talk_and_after_it(service: Service, visitor: Visitor) -> None:
    page = await show(service, visitor, "display/hall?lang=en&clear=1")
    assert await code_on(page) == f"{service.url}/captions/hall"
    await expect(page.locator("#link")).to_have_text(re.compile(r"^127\.0\.0\.1:\d+/captions/hall$"))
    await say(service, "Good morning.")
    await expect(page.locator("#code svg")).to_be_hidden()
    await expect(page.locator("#code svg")).to_be_visible()
    await expect(page.locator(".screen")).to_be_hidden()


async def test_the_code_is_there_all_the_time_or_never(service: Service, visitor: Visitor) -> None:
    always = await show(service, visitor, "display/hall?lang=en&qr=always")
    never = await show(service, visitor, "display/hall?lang=en&qr=never&controls=never")
    await say(service, "Good morning.")
    await expect(always.locator(".segment")).to_be_visible()
    assert await code_on(always) == f"{service.url}/captions/hall"
    await expect(never.locator("#code svg")).to_have_count(0)
    await never.mouse.move(100, 100)
    await expect(never.locator("#controls")).to_be_hidden()


async def test_the_code_hands_on_the_readers_token_and_no_other(visitor: Visitor) -> None:
    def token(role: Role) -> str:
        return Auth([SECRET]).issue(Grant(role, LATER, "hall"))

    async with serving(ScriptedEngine(shout), scripted_catalog(("en", "de")), secrets=[SECRET]) as service:
        speaker, reader = token(Role.SPEAKER), token(Role.READER)
        plain = await show(service, visitor, f"display/hall?lang=en#token={speaker}")
        coded = await show(service, visitor, f"display/hall?lang=en#token={reader}&reader={reader}")
        assert await code_on(coded) == f"{service.url}/captions/hall#token={reader}"
        await expect(plain.locator("#code svg")).to_have_count(0)
        await expect(plain.locator("#welcome")).to_have_text("Captions appear here.")
        await plain.close()
        await coded.close()


async def test_an_overlay_is_text_on_nothing(service: Service, visitor: Visitor) -> None:
    page = await show(service, visitor, "overlay/hall?lang=en&colour=ffcc00&background=00000080&position=top&size=8")
    await say(service, LONG, "Good morning.")
    await expect(page.locator(".segment").last).to_have_text("Good morning.")
    for element in ("html", "body", "#screens"):
        await expect(page.locator(element)).to_have_css("background-color", "rgba(0, 0, 0, 0)")
    await expect(page.locator(".segment").last).to_have_css("color", "rgb(255, 204, 0)")
    await expect(page.locator(".segment").last).to_have_css("background-color", "rgba(0, 0, 0, 0.5)")
    await expect(page.locator(".segment").last).to_have_css("font-size", "86.4px")
    await expect(page.locator("html")).to_have_css("overflow", "hidden")
    box = await page.locator(".screen").bounding_box()
    assert box
    assert box["y"] < 100
    loaded = await page.evaluate("performance.getEntriesByType('resource').map(entry => new URL(entry.name).origin)")
    assert set(loaded) == {service.url}


async def test_a_display_comes_back_by_itself_when_its_page_breaks(service: Service, visitor: Visitor) -> None:
    page = await show(service, visitor, "display/hall?lang=en")
    await page.clock.install()
    await page.reload()
    await page.evaluate("dispatchEvent(new ErrorEvent('error'))")
    async with page.expect_navigation():
        await page.clock.run_for(11_000)
    await expect(page.locator(".screen").first).to_be_attached()
