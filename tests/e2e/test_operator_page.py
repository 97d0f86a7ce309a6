"""What an operator can do, in a real browser."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.conftest import Peer, Service
from tests.e2e.axe import check_at_every_size, violations
from tests.e2e.conftest import Visitor


@pytest_asyncio.fixture(loop_scope="session")
async def speaker(service: Service) -> AsyncIterator[Peer]:
    async with service.peer("/v1/rooms/hall/speak?source=en") as it:
        yield it


async def operating(visitor: Visitor, service: Service, **options: Any) -> Page:
    page = await visitor.open(f"{service.url}/operator/hall", **options)
    await expect(page.locator("#state")).to_have_text("Connected")
    await expect(page.locator("#language")).to_have_value("de")
    return page


async def say(speaker: Peer, *sentences: str, utterance: int | None = None) -> None:
    for sentence in sentences:
        await speaker.send({"type": "final", "text": sentence} | ({"utterance": utterance} if utterance else {}))


class TestHealth:
    async def test_a_room_is_seen_as_it_fares(self, service: Service, speaker: Peer, visitor: Visitor) -> None:
        page = await operating(visitor, service)
        await expect(page.locator("#speaker")).to_have_text("The speaker is here")
        await expect(page.locator("#load")).to_have_text("relaxed")
        for figure in ("lag", "erasure"):
            await expect(page.locator(f"#{figure}")).to_have_text("–")
        await say(speaker, "Good morning.")
        await expect(page.locator("#lag")).to_have_text(re.compile(r"[0-9.]+ s"))
        await expect(page.locator("#erasure")).to_have_text("0 %")

    async def test_readers_are_counted_by_language_the_operator_aside(self, service: Service, visitor: Visitor) -> None:
        page = await operating(visitor, service)
        await expect(page.locator("#readers")).to_have_text("0")
        async with (
            service.peer("/v1/rooms/hall/listen?lang=fr"),
            service.peer("/v1/rooms/hall/listen?lang=fr"),
            service.peer("/v1/rooms/hall/listen?lang=de"),
        ):
            await expect(page.locator("#readers")).to_have_text("3")
            await expect(page.locator("#languages li")).to_have_text(["Français 2", "Deutsch 1"])
        await expect(page.locator("#readers")).to_have_text("0")

    async def test_it_says_when_the_speaker_is_gone(self, service: Service, visitor: Visitor) -> None:
        page = await operating(visitor, service)
        await expect(page.locator("#speaker")).to_have_text("No speaker yet")


class TestSentences:
    async def test_one_is_corrected_for_everybody(self, service: Service, speaker: Peer, visitor: Visitor) -> None:
        page = await operating(visitor, service)
        reader = await visitor.open(f"{service.url}/captions/hall?lang=fr")
        await say(speaker, "The hat sat.", "It slept.")
        await expect(page.locator('.segment[data-column="1"]')).to_have_text(["THE HAT SAT.", "IT SLEPT."])
        await page.locator(".correct").first.click()
        await page.fill(".correction textarea", "The cat sat.")
        await page.press(".correction textarea", "Enter")
        await expect(page.locator('.segment[data-column="0"]')).to_have_text(["The cat sat.", "It slept."])
        await expect(page.locator('.segment[data-column="1"]')).to_have_text(["THE CAT SAT.", "IT SLEPT."])
        await expect(reader.locator(".segment")).to_have_text(["THE CAT SAT.", "IT SLEPT."])
        await expect(page.locator("#request")).to_have_attribute("data-state", "received")
        await expect(page.locator(".correct").first).to_be_focused()

    async def test_what_is_typed_survives_while_others_speak(
        self, service: Service, speaker: Peer, visitor: Visitor
    ) -> None:
        page = await operating(visitor, service)
        await say(speaker, "The hat sat.")
        await page.click(".correct")
        await page.fill(".correction textarea", "The cat")
        await say(speaker, *(f"Sentence {n} goes on and on." for n in range(40)))
        await expect(page.locator(".row")).to_have_count(41)
        await expect(page.locator(".correction textarea")).to_have_value("The cat")
        await expect(page.locator(".correction textarea")).to_be_in_viewport()
        await page.press(".correction textarea", "Escape")
        await expect(page.locator(".correction")).to_have_count(0)
        await expect(page.locator('.segment[data-column="0"]').first).to_have_text("The hat sat.")

    async def test_all_that_was_said_in_one_breath_is_taken_back(
        self, service: Service, speaker: Peer, visitor: Visitor
    ) -> None:
        page = await operating(visitor, service)
        await say(speaker, "This stays.", utterance=1)
        await say(speaker, "This goes. This goes too.", utterance=2)
        await expect(page.locator(".row")).to_have_count(3)
        await page.locator(".correct").nth(1).click()
        await page.get_by_role("button", name="Take back the 2 sentences").click()
        await expect(page.locator('.segment[data-column="0"]')).to_have_text(["This stays."])


class TestGlossary:
    async def test_terms_are_put_into_force(self, service: Service, speaker: Peer, visitor: Visitor) -> None:
        page = await operating(visitor, service)
        await page.get_by_text("Glossary").click()
        await page.fill(".source", "token")
        await page.fill(".target", "Zugangsmarke")
        await page.click("#add")
        await expect(page.locator(".source").nth(1)).to_be_focused()
        await page.locator(".source").nth(1).fill("rtt")
        await expect(page.locator("#glossary-state")).to_have_text("Changed, not in force yet.")
        await page.click("#save")
        told = await speaker.next(type="glossary")
        assert told["terms"] == [
            {"source": "token", "targets": {"de": "Zugangsmarke"}},
            {"source": "rtt", "keep": True},
        ]
        await expect(page.locator("#glossary-state")).to_have_text("2 terms are in force.")

    async def test_two_operators_see_the_same(self, service: Service, visitor: Visitor) -> None:
        one, other = [await operating(visitor, service) for _ in range(2)]
        for page in (one, other):
            await page.get_by_text("Glossary").click()
        await other.fill(".source", "mine")
        await one.fill(".source", "theirs")
        await one.click("#save")
        await expect(other.locator("#glossary-state")).to_contain_text("Somebody else has changed the glossary")
        await expect(other.locator(".source")).to_have_value("mine")
        await other.click("#discard")
        await expect(other.locator(".source")).to_have_value("theirs")
        await other.reload()
        await expect(other.locator("#glossary-state")).to_have_text("1 term is in force.")

    async def test_a_refusal_is_told(self, service: Service, visitor: Visitor) -> None:
        page = await operating(visitor, service)
        await page.get_by_text("Glossary").click()
        await page.fill(".source", "-")
        await page.click("#save")
        await expect(page.locator("#request")).to_contain_text("Expected a letter or a digit")
        await expect(page.locator("#glossary-state")).to_have_text("0 terms are in force.")

    async def test_a_list_is_pasted(self, service: Service, visitor: Visitor) -> None:
        page = await operating(visitor, service)
        await page.get_by_text("Glossary").click()
        await page.evaluate(
            """text => {
              const clipboardData = new DataTransfer();
              clipboardData.setData("text", text);
              const paste = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
              document.querySelector(".source").dispatchEvent(paste);
            }""",
            "token\tZugangsmarke\nroom\tRaum",
        )
        values = [await each.input_value() for each in await page.locator("#terms input").all()]
        assert values == ["token", "Zugangsmarke", "room", "Raum"]
        await page.locator(".remove").first.click()
        await expect(page.locator(".term")).to_have_count(1)


class TestRehearsal:
    async def test_the_whole_chain_is_tried_and_nobody_sees_it(self, real_server: str, visitor: Visitor) -> None:
        speaker = await visitor.open(f"{real_server}/speak/trial")
        await expect(speaker.locator("#state")).to_have_text("Connected")
        reader = await visitor.open(f"{real_server}/captions/trial?lang=de")
        page = await visitor.open(f"{real_server}/operator/trial")
        await page.click("#rehearse")
        await expect(page.locator("#trial")).to_be_visible()
        await expect(page.locator("#verdict")).to_be_visible(timeout=60_000)
        checks = page.locator("#checks li")
        await expect(checks).to_have_count(4)
        await expect(checks.nth(1)).to_contain_text("The speaker is connected")
        await expect(checks.nth(3)).to_contain_text("Deutsch")
        await expect(checks.nth(3).locator("p")).to_contain_text("1998")
        await expect(page.locator("#rehearse")).to_have_text("Rehearse with a sample")
        await expect(reader.locator(".segment")).to_have_count(0)

    async def test_it_is_stopped_and_then_is_no_go(self, service: Service, visitor: Visitor) -> None:
        page = await operating(visitor, service)
        await page.click("#rehearse")
        await expect(page.locator("#rehearse")).to_have_text("Stop")
        await page.click("#rehearse")
        await expect(page.locator("#verdict")).to_have_attribute("data-grade", "bad")
        await page.select_option("#ui", "de")
        await expect(page.locator("#verdict")).to_contain_text("Noch nicht")

    async def test_a_language_without_a_sample_is_told(self, service: Service, visitor: Visitor) -> None:
        async with service.peer("/v1/rooms/hall/speak?source=de"):
            page = await visitor.open(f"{service.url}/operator/hall")
            await expect(page.locator("#state")).to_have_text("Connected")
            await page.click("#rehearse")
            await expect(page.locator("#verdict")).to_have_attribute("data-grade", "care")
            await expect(page.locator("#checks")).to_contain_text("no language to translate Deutsch into")


class TestNextTalk:
    async def test_every_screen_is_cleared_after_one_more_question(
        self, service: Service, speaker: Peer, visitor: Visitor
    ) -> None:
        page = await operating(visitor, service)
        reader = await visitor.open(f"{service.url}/captions/hall?lang=de")
        await say(speaker, "The end.")
        await expect(reader.locator(".segment")).to_have_text(["THE END."])
        await page.get_by_text("Next talk").click()
        await page.fill("#talk-title", "Rivers")
        await page.click("#clear")
        await page.get_by_role("button", name="Not yet").click()
        await expect(reader.locator(".segment")).to_have_count(1)
        await page.click("#clear")
        await page.locator("#sure").get_by_role("button", name="Clear every screen").click()
        await expect(reader.locator(".segment")).to_have_count(0)
        await expect(page.locator(".row")).to_have_count(0)
        await say(speaker, "Good evening.")
        await expect(page.locator('.segment[data-column="0"]')).to_have_text(["Good evening."])


class TestLinksAndTranscripts:
    async def test_a_link_is_scanned(self, service: Service, visitor: Visitor) -> None:
        page = await operating(visitor, service)
        await page.get_by_role("button", name="QR code: Captions").click()
        await expect(page.locator("#code svg")).to_be_visible()
        await expect(page.locator("#scan-link")).to_have_text(f"{service.url.removeprefix('http://')}/captions/hall")
        async with page.expect_download() as started:
            await page.click("#picture")
        assert (await started.value).suggested_filename == "captions-hall.svg"
        await page.keyboard.press("Escape")
        await expect(page.locator("#scan")).to_be_hidden()

    async def test_a_link_is_copied(self, service: Service, visitor: Visitor) -> None:
        page = await operating(visitor, service, permissions=["clipboard-read", "clipboard-write"])
        await page.get_by_role("button", name="Copy: Big screen").click()
        await expect(page.locator("#copied")).to_have_text("Copied.")
        assert await page.evaluate("navigator.clipboard.readText()") == f"{service.url}/display/hall"

    async def test_what_was_said_is_saved(self, service: Service, speaker: Peer, visitor: Visitor) -> None:
        page = await operating(visitor, service)
        await say(speaker, "Thank you.")
        await expect(page.locator('.segment[data-column="1"]')).to_have_text(["THANK YOU."])
        await page.get_by_text("Transcripts", exact=True).click()
        await page.select_option("#transcript-language", "de")
        await page.check("#bilingual")
        async with page.expect_download() as started:
            await page.get_by_role("button", name="Text").click()
        download = await started.value
        assert download.suggested_filename == "hall.en+de.txt"
        assert (await download.path()).read_text() == "Thank you.\nTHANK YOU.\n\n"


class TestAccessibility:
    async def test_no_screen_has_a_violation(self, service: Service, speaker: Peer, visitor: Visitor) -> None:
        page = await operating(visitor, service, reduced_motion="reduce")
        await say(speaker, "Good morning.", "How are you?")
        await speaker.send({"type": "partial", "text": "and you"})
        await expect(page.locator(".row")).to_have_count(3)
        await page.click("#rehearse")
        await page.click("#rehearse")
        await expect(page.locator("#verdict")).to_be_visible()
        await page.locator(".correct").first.click()
        await page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
        await check_at_every_size(page)
        for opener in (".scan >> nth=0", "#clear"):
            await page.click(opener)
            assert await violations(page) == []
            await page.keyboard.press("Escape")

    async def test_all_of_it_is_done_with_the_keyboard(self, service: Service, speaker: Peer, visitor: Visitor) -> None:
        page = await operating(visitor, service)
        await say(speaker, "Good morning.")
        await expect(page.locator(".correct")).to_have_count(1)
        order = []
        for _ in range(5):
            await page.keyboard.press("Tab")
            order.append(await page.evaluate("document.activeElement.id || document.activeElement.className"))
        assert order == ["language", "scroller", "correct", "rehearse", ""]
        await page.focus(".correct")
        await page.keyboard.press("Enter")
        await page.keyboard.type(" Everyone.")
        await page.keyboard.press("Enter")
        await expect(page.locator('.segment[data-column="0"]')).to_have_text(["Good morning. Everyone."])
        await page.focus(".scan >> nth=0")
        await page.keyboard.press("Enter")
        await expect(page.locator("#scan")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.locator(".scan >> nth=0")).to_be_focused()

    @pytest.mark.parametrize("lang", ["de", "fr", "es", "zh"])
    async def test_it_speaks_the_browsers_language(self, service: Service, visitor: Visitor, lang: str) -> None:
        page = await visitor.open(f"{service.url}/operator/hall", locale=lang)
        await expect(page.locator("html")).to_have_attribute("lang", lang)
        said = await page.locator("#rehearse").text_content()
        await page.select_option("#ui", "en")
        await expect(page.locator("#rehearse")).not_to_have_text(said or "")
