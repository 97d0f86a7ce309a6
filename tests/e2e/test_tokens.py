"""The pages of a server that has a secret, in a real browser."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

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


async def operate(start: Page, room: str) -> None:
    """Make a room, and go to its operator's page."""
    await start.fill("#name", room)
    await start.click("#operate")


async def href(page: Page, link: str) -> str:
    return str(await page.locator(link).get_attribute("href"))


async def test_an_organiser_makes_a_room_and_hands_on_its_links(guarded: str, visitor: Visitor) -> None:
    operator = await visitor.open(f"{guarded}/#token={token(Role.ORGANISER)}")
    await expect(operator).to_have_url(f"{guarded}/")
    await operate(operator, "linked")
    await expect(operator).to_have_url(f"{guarded}/operator/linked")
    await expect(operator.locator("#state")).to_have_text("Connected")
    await expect(operator.locator("#until")).to_contain_text("Whoever has a link")
    given = parse_qs(urlsplit(await href(operator, "[data-page=operator] a")).fragment)
    assert Auth([SECRET]).admit(given["token"][0], Role.OPERATOR, "linked").role is Role.OPERATOR

    speaker = await visitor.open(await href(operator, "[data-page=speak] a"))
    await expect(speaker).to_have_url(f"{guarded}/speak/linked")
    await expect(speaker.locator("#state")).to_have_text("Connected")
    reader = await visitor.open(await speaker.input_value("#link"))
    await expect(reader).to_have_url(f"{guarded}/captions/linked")
    await say(speaker, "Thank you.")
    await expect(reader.locator(".segment")).to_contain_text(["Thank you."])
    display = await visitor.open(await href(operator, "[data-page=display] a"))
    await expect(display.locator("#code svg")).to_be_visible()
    await say(speaker, "Goodbye.")
    await expect(display.locator(".segment")).to_contain_text(["Goodbye."])

    for page in (operator, speaker, reader, display):
        assert "token" not in page.url
    await reader.reload()
    await expect(reader.locator(".segment")).to_contain_text(["Thank you.", "Goodbye."])


async def test_a_code_is_as_good_as_a_link(guarded: str, visitor: Visitor) -> None:
    start = await visitor.open(guarded)
    await start.fill("#room", token(Role.READER, "coded"))
    await start.press("#room", "Enter")
    await expect(start).to_have_url(f"{guarded}/captions/coded")
    await expect(start.locator("#state")).to_have_text("Connected")


async def test_an_operator_hands_on_what_they_were_given(guarded: str, visitor: Visitor) -> None:
    alone = await visitor.open(f"{guarded}/operator/alone#token={token(Role.OPERATOR, 'alone')}")
    await expect(alone.locator("#links a")).to_have_text(["Operator"])
    reading = f"{guarded}/operator/some#token={token(Role.OPERATOR, 'some')}&reader={token(Role.READER, 'some')}"
    some = await visitor.open(reading)
    await expect(some.locator("#links a")).to_have_text(["Captions", "Big screen", "Video overlay", "Operator"])


async def test_speaking_begins_with_one_click(guarded: str, visitor: Visitor) -> None:
    start = await visitor.open(f"{guarded}/#token={token(Role.ORGANISER)}")
    await start.click("#speak")
    await expect(start).to_have_url(re.compile("/speak/[a-z0-9-]+$"))
    await expect(start.locator("#state")).to_have_text("Connected")


async def test_a_stranger_is_asked_for_the_key(guarded: str, visitor: Visitor) -> None:
    start = await visitor.open(guarded)
    await operate(start, "asked")
    await expect(start.locator("#problem")).to_contain_text("organiser's key")
    await start.fill("#key", "wrong")
    await start.press("#key", "Enter")
    await expect(start.locator("#problem")).to_contain_text("not one of this server's")
    await start.fill("#key", SECRET)
    await start.click("#operate")
    await expect(start.locator("[data-page=captions] a")).to_have_attribute(
        "href", re.compile("/captions/asked#token=")
    )
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
    await operate(start, "plain")
    for page in ("captions", "display", "overlay", "speak", "operator"):
        assert await href(start, f"[data-page={page}] a") == f"{real_server}/{page}/plain"
    await expect(start.locator("#until")).to_have_text("")
