"""The first page, in a real browser: into a room, or on to the pages of a new one."""

import re

import pytest
from playwright.async_api import expect

from tests.conftest import Service
from tests.e2e.axe import check_at_every_size
from tests.e2e.conftest import Visitor


async def test_speaking_is_one_click_away(service: Service, visitor: Visitor) -> None:
    page = await visitor.open(service.url)
    name = await page.input_value("#name")
    await page.click("#speak")
    await expect(page).to_have_url(f"{service.url}/speak/{name}")


async def test_so_is_running_a_room_of_a_chosen_name(service: Service, visitor: Visitor) -> None:
    page = await visitor.open(service.url)
    suggested = await page.input_value("#name")
    await page.click("#another")
    await expect(page.locator("#name")).not_to_have_value(suggested)
    await page.fill("#name", "no blanks")
    await page.click("#operate")
    await expect(page).to_have_url(f"{service.url}/")
    await page.fill("#name", "hall")
    await page.click("#operate")
    await expect(page).to_have_url(f"{service.url}/operator/hall")


async def test_a_room_is_joined_by_its_name_as_it_is_read_out(service: Service, visitor: Visitor) -> None:
    page = await visitor.open(service.url)
    await page.fill("#room", " calm river 417")
    await page.press("#room", "Enter")
    await expect(page).to_have_url(f"{service.url}/captions/calm-river-417")


async def test_a_room_is_joined_by_a_link_of_this_server_only(service: Service, visitor: Visitor) -> None:
    page = await visitor.open(service.url)
    for nowhere in ("", "https://example.org/captions/hall", "what?"):
        await page.fill("#room", nowhere)
        await page.click("#read")
        await expect(page.locator("#nowhere")).to_contain_text("no room's name")
    await page.fill("#room", f"{service.url}/display/hall")
    await page.click("#read")
    await expect(page).to_have_url(f"{service.url}/display/hall")


async def test_no_screen_has_a_violation(service: Service, visitor: Visitor) -> None:
    page = await visitor.open(service.url, reduced_motion="reduce")
    await page.click("#read")
    await page.evaluate("document.querySelector('#key-row').hidden = false")
    await check_at_every_size(page)


async def test_all_of_it_is_done_with_the_keyboard(service: Service, visitor: Visitor) -> None:
    page = await visitor.open(service.url)
    order = []
    for _ in range(7):
        await page.keyboard.press("Tab")
        order.append(await page.evaluate("document.activeElement.id"))
    assert order == ["room", "read", "name", "another", "speak", "operate", "ui"]
    await page.focus("#speak")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile("/speak/"))


@pytest.mark.parametrize("lang", ["de", "fr", "es", "zh"])
async def test_it_speaks_the_browsers_language(service: Service, visitor: Visitor, lang: str) -> None:
    page = await visitor.open(service.url, locale=lang)
    await expect(page.locator("html")).to_have_attribute("lang", lang)
    said = await page.locator("#speak").text_content()
    await page.select_option("#ui", "en")
    await expect(page.locator("#speak")).to_have_text("Start speaking")
    assert said != "Start speaking"
    await page.reload()
    await expect(page.locator("#speak")).to_have_text("Start speaking")
