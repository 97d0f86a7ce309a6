"""Everybody can read: by eye, by ear and by keyboard, on any screen."""

import pytest
from playwright.async_api import Page, expect

from tests.conftest import Service
from tests.e2e.axe import violations
from tests.e2e.conftest import Visitor

THEMES = ["dark", "light", "black", "yellow", "cream", "blue"]
SCREENS = {"phone": (360, 640), "desktop": (1440, 900), "hall": (3840, 2160)}
PAGES = [
    "captions/hall?lang=de,en&stability=fast",
    "display/stage?lang=de,en&stability=fast",
    "overlay/scene?lang=de,en",
]
# The ratio of WCAG 2.2 between the colours of an element's text and of the nearest background behind it.
CONTRAST = """element => {
  const channel = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const luminance = (colour) => {
    const [r, g, b] = colour.match(/[0-9.]+/g).map((part) => channel(part / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  let behind = element;
  while (getComputedStyle(behind).backgroundColor === "rgba(0, 0, 0, 0)") behind = behind.parentElement;
  const colours = [getComputedStyle(element).color, getComputedStyle(behind).backgroundColor];
  const [dark, bright] = colours.map(luminance).sort((a, b) => a - b);
  return (bright + 0.05) / (dark + 0.05);
}"""


async def talk(service: Service, visitor: Visitor, path: str) -> Page:
    """Open a page on which a sentence is finished and another is being said."""
    room = path.split("/")[1].split("?", maxsplit=1)[0]
    page = await visitor.open(f"{service.url}/{path}", reduced_motion="reduce")
    await expect(page.locator(".segment")).to_have_count(0)
    async with service.peer(f"/v1/rooms/{room}/speak?source=en") as speaker:
        await speaker.send({"type": "final", "text": "Good morning, everyone, and welcome."})
        await expect(page.locator('.segment[data-final="true"]')).to_have_count(2)
        await speaker.send({"type": "partial", "text": "How do you do on this fine day"})
        await expect(page.locator('.segment[data-final="false"]').first).to_be_visible()
    return page


@pytest.mark.parametrize("path", PAGES, ids=["captions", "display", "overlay"])
async def test_no_page_has_a_violation_or_runs_off_the_screen(service: Service, visitor: Visitor, path: str) -> None:
    page = await talk(service, visitor, path)
    for width, height in SCREENS.values():
        await page.set_viewport_size({"width": width, "height": height})
        assert await violations(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        size = await page.locator(".segment").last.evaluate("it => parseFloat(getComputedStyle(it).fontSize)")
        assert size >= 16


async def test_neither_has_what_opens_on_the_captions_page(service: Service, visitor: Visitor) -> None:
    page = await talk(service, visitor, PAGES[0])
    await page.set_viewport_size({"width": 360, "height": 640})
    await page.click("#settings")
    await expect(page.locator("#panel")).to_be_visible()
    assert await violations(page) == []
    await page.keyboard.press("Escape")
    await page.click("#find-open")
    await page.fill("#query", "good")
    assert await violations(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_neither_has_an_empty_display_and_its_controls(service: Service, visitor: Visitor) -> None:
    page = await visitor.open(f"{service.url}/display/hall", reduced_motion="reduce")
    await page.mouse.move(10, 10)
    await expect(page.locator("#controls")).to_have_css("opacity", "1")
    assert await violations(page) == []


@pytest.mark.parametrize("path", PAGES[:2], ids=["captions", "display"])
async def test_every_word_is_told_from_its_ground(service: Service, visitor: Visitor, path: str) -> None:
    page = await talk(service, visitor, path)
    for theme in THEMES:
        await page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        for words in await page.locator(":is(.stable, .tentative)").all():
            assert await words.evaluate(CONTRAST) >= 7, theme


async def test_all_of_it_is_done_with_the_keyboard(service: Service, visitor: Visitor) -> None:
    page = await talk(service, visitor, PAGES[0])

    async def focused() -> str:
        return str(await page.evaluate("document.activeElement.id"))

    async def tab() -> str:
        await page.keyboard.press("Tab")
        return await focused()

    assert [await tab() for _ in range(4)] == ["language", "find-open", "settings", "scroller"]
    await page.focus("#settings")
    await page.keyboard.press("Enter")
    await expect(page.locator("#panel")).to_be_visible()
    inside = [await tab() for _ in range(11)]
    expected = [
        "stability",
        "second",
        "layout",
        "smaller",
        "larger",
        "font",
        "theme",
        "lines",
        "width",
        "position",
        "ui",
    ]
    assert inside == expected
    await page.focus("#larger")
    await page.keyboard.press("Space")
    await expect(page.locator("#size")).to_have_text("125 %")
    await page.keyboard.press("Escape")
    await expect(page.locator("#panel")).to_be_hidden()
    assert await focused() == "settings"
    await page.focus("#find-open")
    await page.keyboard.press("Enter")
    assert await focused() == "query"
    assert [await tab() for _ in range(3)] == ["previous", "next", "copy"]
    await page.keyboard.press("Escape")
    assert await focused() == "find-open"


async def test_a_display_is_set_up_with_the_keyboard(service: Service, visitor: Visitor) -> None:
    page = await visitor.open(f"{service.url}/display/hall")
    await expect(page.locator("#controls")).to_have_css("opacity", "0")
    await page.keyboard.press("Tab")
    await expect(page.locator("#language")).to_be_focused()
    await expect(page.locator("#controls")).to_have_css("opacity", "1")
    await page.keyboard.press("Tab")
    await page.keyboard.press("ArrowDown")
    await expect(page.locator("#stability")).to_have_value("final")
