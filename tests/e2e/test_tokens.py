"""The pages of a server that has a secret, in a real browser."""

import re
from collections.abc import Iterator

import pytest
from playwright.async_api import Page, expect

from rtt.auth import Auth, Grant, Role
from tests.conftest import running_server
from tests.e2e.conftest import Visitor
from tests.e2e.test_pages import say

SECRET = "a secret for tests, long enough not to be guessed"
LATER = 4_102_444_800


@pytest.fixture(scope="module")
def guarded() -> Iterator[str]:
    """The URL of a server that has a secret."""
    with running_server(RTT_SECRET=SECRET) as url:
        yield url


def token(role: Role, room: str | None = None) -> str:
    return Auth([SECRET]).issue(Grant(role, LATER, room))


async def make(start: Page, room: str) -> None:
    await start.fill("#name", room)
    await start.click("#links")


async def href(page: Page, link: str) -> str:
    return str(await page.locator(link).get_attribute("href"))


async def test_an_organiser_makes_a_room_and_hands_on_its_links(guarded: str, visitor: Visitor) -> None:
    start = await visitor.open(f"{guarded}/#token={token(Role.ORGANISER)}")
    await expect(start).to_have_url(f"{guarded}/")
    await make(start, "linked")
    await expect(start.locator("#until")).to_contain_text("Whoever has a link")
    assert Auth([SECRET]).admit(await start.input_value("#operator"), Role.OPERATOR, "linked").role is Role.OPERATOR

    speaker = await visitor.open(await href(start, "#speak-link"))
    await expect(speaker).to_have_url(f"{guarded}/speak/linked")
    await expect(speaker.locator("#state")).to_have_text("Connected")
    reader = await visitor.open(await speaker.input_value("#link"))
    await expect(reader).to_have_url(f"{guarded}/captions/linked")
    await say(speaker, "Thank you.")
    await expect(reader.locator(".segment")).to_contain_text(["Thank you."])
    display = await visitor.open(await href(speaker, "#display"))
    await expect(display.locator("#welcome")).to_have_text("Captions appear here.")
    await say(speaker, "Goodbye.")
    await expect(display.locator(".segment")).to_contain_text(["Goodbye."])

    for page in (speaker, reader, display):
        assert "token" not in page.url
    await reader.click("#settings")
    async with reader.expect_download() as started:
        await reader.get_by_role("button", name="TXT").click()
    saved = await started.value
    assert "token" not in saved.url
    assert (await saved.path()).read_text().startswith("Thank you.")
    await reader.reload()
    await expect(reader.locator(".segment")).to_contain_text(["Thank you.", "Goodbye."])


async def test_speaking_begins_with_one_click(guarded: str, visitor: Visitor) -> None:
    start = await visitor.open(f"{guarded}/#token={token(Role.ORGANISER)}")
    await start.click("#speak")
    await expect(start).to_have_url(re.compile("/speak/[a-z0-9-]+$"))
    await expect(start.locator("#state")).to_have_text("Connected")


async def test_a_stranger_is_asked_for_the_key(guarded: str, visitor: Visitor) -> None:
    start = await visitor.open(guarded)
    await make(start, "asked")
    await expect(start.locator("#problem")).to_contain_text("organiser's key")
    await start.fill("#key", "wrong")
    await start.click("#links")
    await expect(start.locator("#problem")).to_contain_text("not one of this server's")
    await start.fill("#key", SECRET)
    await start.click("#links")
    await expect(start.locator("#captions-link")).to_have_attribute("href", re.compile("/captions/asked#token="))
    visitor.problems = [p for p in visitor.problems if "401" not in p]


async def test_a_page_without_a_token_says_what_to_do(guarded: str, visitor: Visitor) -> None:
    reader = await visitor.open(f"{guarded}/captions/locked?lang=en")
    await expect(reader.locator("#notice")).to_contain_text("needs a key")
    speaker = await visitor.open(f"{guarded}/speak/locked#token={token(Role.READER, 'locked')}")
    await expect(speaker.locator("#notice")).to_contain_text("does not give access")
    await expect(speaker.locator("#share")).to_be_hidden()
    # A fresh link in the same tab is followed, though only its fragment is new.
    await reader.goto(f"{guarded}/captions/locked?lang=en#token={token(Role.READER, 'locked')}")
    await expect(reader.locator("#state")).to_have_text("Connected")
    await expect(reader).to_have_url(f"{guarded}/captions/locked?lang=en")


async def test_without_a_secret_links_are_plain(real_server: str, visitor: Visitor) -> None:
    start = await visitor.open(real_server)
    await make(start, "plain")
    await expect(start.locator("#captions-link")).to_have_attribute("href", f"{real_server}/captions/plain")
    await expect(start.locator("#until")).to_contain_text("Whoever knows the name")
    await expect(start.locator("#operator-row")).to_be_hidden()
