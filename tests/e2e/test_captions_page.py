"""What a reader can do on the captions page, in a real browser."""

import re
from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Page, expect

from tests.conftest import Peer, Service, serving
from tests.e2e.conftest import Visitor
from tests.scripted import ScriptedEngine, scripted_catalog, shout

COPIES = ["clipboard-read", "clipboard-write"]


@pytest_asyncio.fixture(loop_scope="session")
async def service() -> AsyncIterator[Service]:
    catalog = scripted_catalog(("en", "de"), ("en", "fr"), ("en", "ar"))
    async with serving(ScriptedEngine(shout), catalog, history=3) as it:
        yield it


@pytest_asyncio.fixture(loop_scope="session")
async def speaker(service: Service) -> AsyncIterator[Peer]:
    async with service.peer("/v1/rooms/hall/speak?source=en") as it:
        yield it


async def say(speaker: Peer, *sentences: str) -> None:
    for sentence in sentences:
        await speaker.send({"type": "final", "text": sentence})
    await speaker.send({"type": "ping", "t": 1})
    await speaker.next(type="pong")


async def read(visitor: Visitor, service: Service, query: str = "lang=de", **options: str) -> Page:
    page = await visitor.open(f"{service.url}/captions/hall?{query}", **options)
    await expect(page.locator("#state")).to_have_attribute("data-phase", "open")
    return page


async def test_two_languages_stand_in_the_same_row(service: Service, speaker: Peer, visitor: Visitor) -> None:
    page = await read(visitor, service, "lang=de,en&layout=columns")
    await say(speaker, "Good morning.", "How are you?")
    await expect(page.locator(".row").nth(1).locator(".segment")).to_have_text(["HOW ARE YOU?", "How are you?"])
    await expect(page.locator(".row").nth(1).locator(".segment")).to_have_count(2)
    boxes = [await page.locator(f'.row:first-child [lang="{lang}"]').bounding_box() for lang in ("de", "en")]
    assert boxes[0]
    assert boxes[1]
    assert boxes[0]["y"] == boxes[1]["y"]
    assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"]


async def test_a_second_language_is_chosen_and_remembered(service: Service, speaker: Peer, visitor: Visitor) -> None:
    page = await read(visitor, service, "")
    await page.select_option("#language", "de")
    await page.click("#settings")
    await expect(page.locator("#layout")).to_be_hidden()
    await page.select_option("#second", "fr")
    await expect(page.locator("#layout")).to_be_visible()
    await say(speaker, "Good morning.")
    await expect(page.locator(".row .segment")).to_have_count(2)
    await page.goto(f"{service.url}/captions/hall")
    await expect(page.locator(".row .segment")).to_have_count(2)
    await page.click("#settings")
    await page.select_option("#second", "")
    await expect(page.locator(".row .segment")).to_have_count(1)


async def test_what_was_said_before_is_there_for_who_asks(service: Service, speaker: Peer, visitor: Visitor) -> None:
    await say(speaker, *(f"Sentence {n}." for n in range(1, 9)))
    page = await read(visitor, service, "lang=en")
    await expect(page.locator(".segment")).to_have_count(3)
    await page.click("#earlier")
    await expect(page.locator(".segment")).to_have_text([f"Sentence {n}." for n in range(1, 9)])
    await expect(page.locator("#earlier")).to_be_hidden()
    await expect(page.locator("#log")).to_have_text("")


async def test_who_scrolls_back_is_left_alone_and_led_to_the_end(
    service: Service, speaker: Peer, visitor: Visitor
) -> None:
    page = await read(visitor, service, "lang=en&size=300")
    await say(speaker, *(f"This is sentence {n}." for n in range(40)))
    await expect(page.locator(".segment").last).to_be_in_viewport()
    await expect(page.locator("#live")).to_be_hidden()
    await page.hover("#scroller")
    await page.mouse.wheel(0, -2000)
    await expect(page.locator("#live")).to_be_visible()
    await say(speaker, "And one more.")
    await expect(page.locator(".segment").last).to_have_text("And one more.")
    await expect(page.locator(".segment").last).not_to_be_in_viewport()
    await page.click("#live")
    await expect(page.locator(".segment").last).to_be_in_viewport()
    await expect(page.locator("#live")).to_be_hidden()


async def test_captions_are_searched(service: Service, speaker: Peer, visitor: Visitor) -> None:
    page = await read(visitor, service, "lang=en")
    await say(speaker, "A cat (black).", "A dog.", "Another CAT.")
    await page.click("#find-open")
    await expect(page.locator("#query")).to_be_focused()
    await page.fill("#query", "cat")
    await expect(page.locator("#found")).to_have_text("2 of 2")
    await page.press("#query", "Enter")
    await expect(page.locator("#found")).to_have_text("1 of 2")
    await page.fill("#query", "cat (")
    await expect(page.locator("#found")).to_have_text("1 of 1")
    await say(speaker, "A cat (white).")
    await expect(page.locator("#found")).to_have_text("1 of 2")
    await page.fill("#query", "elephant")
    await expect(page.locator("#found")).to_have_text("Nothing found")
    await page.press("#query", "Escape")
    await expect(page.locator("#find")).to_be_hidden()
    await expect(page.locator("#find-open")).to_be_focused()


async def test_captions_are_copied(service: Service, speaker: Peer, visitor: Visitor) -> None:
    page = await read(visitor, service, "lang=de,en")
    await page.context.grant_permissions(COPIES)
    await say(speaker, "Good morning.", "How are you?")
    await expect(page.locator(".segment")).to_have_count(4)
    await page.click("#find-open")
    await page.click("#copy")
    await expect(page.locator("#copied")).to_have_text("Copied")
    copied = await page.evaluate("navigator.clipboard.readText()")
    assert copied == "GOOD MORNING.\nGood morning.\n\nHOW ARE YOU?\nHow are you?"


async def test_the_page_speaks_the_browsers_language_or_another(service: Service, visitor: Visitor) -> None:
    page = await read(visitor, service, locale="de-AT")
    await expect(page.locator("html")).to_have_attribute("lang", "de")
    await expect(page.locator("#state")).to_have_text("Verbunden")
    await page.get_by_role("button", name="Text und Aussehen").click()
    await page.select_option("#ui", label="Français")
    await expect(page.locator("#state")).to_have_text("Connecté")
    await page.reload()
    await expect(page.locator("html")).to_have_attribute("lang", "fr")
    loaded = await page.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)")
    assert {name.rpartition("/")[2] for name in loaded if "/i18n/" in name} == {"en.js", "fr.js"}


async def test_the_direction_is_that_of_the_language(service: Service, speaker: Peer, visitor: Visitor) -> None:
    page = await read(visitor, service, "lang=ar,en")
    await say(speaker, "NASA said so.")
    await expect(page.locator('.segment[lang="ar"]')).to_have_attribute("dir", "rtl")
    await expect(page.locator('.segment[lang="en"]')).to_have_attribute("dir", "ltr")
    assert await page.locator('.segment[lang="ar"]').evaluate("it => getComputedStyle(it).unicodeBidi") == "isolate"
    assert await page.locator('.segment[lang="ar"]').evaluate("it => getComputedStyle(it).textAlign") == "start"


async def test_how_late_captions_are_is_told(visitor: Visitor) -> None:
    engine = ScriptedEngine()
    async with serving(engine, scripted_catalog(("en", "de"))) as service:
        page = await read(visitor, service)
        async with service.peer("/v1/rooms/hall/speak?source=en") as speaker:
            await speaker.send({"type": "final", "text": "Good morning."})
            await expect(page.locator("#behind")).to_have_text(re.compile(r"^[2-9] s behind$"))
            await engine.answer("Guten Morgen.")
            await expect(page.locator("#behind")).to_be_hidden()
        await page.close()


async def test_the_page_opens_without_a_network(service: Service, visitor: Visitor) -> None:
    page = await read(visitor, service, locale="de-DE")
    await page.evaluate("navigator.serviceWorker.ready")
    session = await page.context.new_cdp_session(page)
    assert (await session.send("Page.getAppManifest"))["errors"] == []
    hindrances = (await session.send("Page.getInstallabilityErrors"))["installabilityErrors"]
    # The tests' browser remembers nothing.
    assert [hindrance["errorId"] for hindrance in hindrances] == ["in-incognito"]
    await session.detach()
    await page.context.set_offline(True)
    await page.goto(f"{service.url}/captions/another?lang=de")
    await expect(page.locator("#room")).to_have_text("another")
    # Since Chromium 150 a page that was gone to while offline is told so by the next change only.
    await page.context.set_offline(False)
    await page.context.set_offline(True)
    await expect(page.locator("#state")).to_have_text("Offline")
    await expect(page.locator("#notice")).to_contain_text("von selbst")
    await page.context.set_offline(False)
    await expect(page.locator("#state")).to_have_text("Verbunden")
    visitor.problems = [p for p in visitor.problems if "ERR_INTERNET_DISCONNECTED" not in p]


async def test_looks_come_from_the_address_and_are_remembered(service: Service, visitor: Visitor) -> None:
    page = await read(visitor, service, "lang=de&theme=cream&font=mono&lines=2&width=narrow&position=top&size=150")
    looks = {"theme": "cream", "font": "mono", "lines": "2", "width": "narrow", "position": "top"}
    assert looks.items() <= (await page.evaluate("({...document.documentElement.dataset})")).items()
    await expect(page.locator("#size")).to_have_text("150 %")
    await page.click("#settings")
    await page.select_option("#font", "dyslexic")
    await page.click("#larger")
    assert "font=dyslexic" in page.url
    await page.goto(f"{service.url}/captions/hall?lang=de")
    await expect(page.locator("html")).to_have_attribute("data-font", "dyslexic")
    await expect(page.locator("#size")).to_have_text("200 %")
    assert await page.evaluate("document.fonts.load('1em OpenDyslexic').then(fonts => fonts.length)") == 1
