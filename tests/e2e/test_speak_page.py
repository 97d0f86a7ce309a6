"""What a speaker can do, in a real browser; only its speech recognition is a test's own."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.conftest import Service
from tests.e2e.axe import check_at_every_size
from tests.e2e.conftest import Visitor
from tests.e2e.recognition import RECOGNITION, fail, hear, listen

WELCOME = Path(__file__).parents[2] / "examples" / "welcome.trace.jsonl"


async def speaking(visitor: Visitor, service: Service, script: str = "", **options: Any) -> Page:
    page = await visitor.open(f"{service.url}/speak/hall", RECOGNITION + script, **options)
    await expect(page.locator("#state")).to_have_text("Connected")
    return page


class TestMicrophone:
    async def test_what_is_heard_is_read(self, service: Service, visitor: Visitor) -> None:
        page = await speaking(visitor, service)
        await page.click("#microphone")
        await listen(page)
        await expect(page.locator("#microphone")).to_have_attribute("aria-pressed", "true")
        await hear(page, "good morning")
        await hear(page, "Good morning, everyone.", final=True)
        await expect(page.locator("#captions .segment")).to_have_text(["GOOD MORNING, EVERYONE."])
        await expect(page.locator("#said li")).to_have_attribute("data-state", "received")
        await expect(page.locator("#source")).to_be_disabled()

    async def test_it_goes_on_after_a_silence_and_after_a_failure(self, service: Service, visitor: Visitor) -> None:
        page = await speaking(visitor, service)
        await page.click("#microphone")
        await listen(page)
        await hear(page, "half a sentence")
        await page.evaluate("heard.sessions.at(-1).end()")
        await expect(page.locator("#said .text")).to_have_text(["half a sentence"])
        await listen(page, 2)
        await fail(page, "network")
        await expect(page.locator("#microphone-state")).to_contain_text("cannot be reached")
        await listen(page, 3)
        await hear(page, "The other half.", final=True)
        await expect(page.locator("#said .text")).to_have_text(["half a sentence", "The other half."])
        await expect(page.locator("#microphone-state")).to_have_text("Listening…")

    async def test_it_stops_where_going_on_is_of_no_use(self, service: Service, visitor: Visitor) -> None:
        page = await speaking(visitor, service)
        await page.click("#microphone")
        await listen(page)
        await fail(page, "not-allowed")
        await expect(page.locator("#microphone-state")).to_contain_text("Allow it in the address bar")
        await expect(page.locator("#microphone")).to_have_attribute("aria-pressed", "false")
        assert await page.evaluate("heard.sessions.length") == 1

    async def test_its_level_is_seen_before_anybody_is_heard(self, service: Service, visitor: Visitor) -> None:
        page = await speaking(visitor, service)
        await page.click("#test")
        await expect(page.locator("#level")).to_be_visible()
        # Chromium's fake microphone beeps.
        level = "() => parseFloat(document.querySelector('#level').style.getPropertyValue('--level')) > 0.3"
        await page.wait_for_function(level)
        await expect(page.locator("#microphone-state")).to_contain_text("Nobody else hears you yet")
        assert await page.evaluate("heard.sessions.length") == 0
        await page.click("#test")
        await expect(page.locator("#level")).to_be_hidden()

    async def test_another_one_is_chosen_and_remembered(self, service: Service, visitor: Visitor) -> None:
        page = await speaking(visitor, service)
        await page.click("#microphone")
        await listen(page)
        await expect(page.locator("#device option")).not_to_have_count(0)
        before = await page.input_value("#device")
        ids = await page.locator("#device option").evaluate_all("all => all.map((option) => option.value)")
        other = next(id_ for id_ in ids if id_ != before)
        await page.select_option("#device", other)
        await listen(page, 2)
        tracks = await page.evaluate("heard.sessions.map(({ track }) => track.getSettings().deviceId)")
        assert tracks == [before, other]
        await page.reload()
        await page.click("#test")
        await expect(page.locator("#device")).to_have_value(other)

    async def test_it_listens_on_the_device_and_expects_the_glossary(self, service: Service, visitor: Visitor) -> None:
        async with service.peer("/v1/rooms/hall/speak?role=operator") as operator:
            await operator.send({"type": "glossary", "terms": [{"source": "Zugangsmarke", "keep": True}]})
            await operator.next(type="glossary")
            page = await speaking(visitor, service, "heard.state = 'downloadable'")
            await page.check("#local")
            await expect(page.locator("#cloud")).to_be_hidden()
            assert await page.evaluate("heard.installed") == ["en-GB"]
            await page.click("#microphone")
            await listen(page)
            session = "(({ local, phrases }) => [local, phrases[0].phrase])(heard.sessions[0])"
            assert await page.evaluate(session) == [True, "Zugangsmarke"]
            await fail(page, "phrases-not-supported")
            await listen(page, 2)
            assert await page.evaluate("heard.sessions[1].phrases.length") == 0

    async def test_without_recognition_typing_is_left(self, service: Service, visitor: Visitor) -> None:
        gone = "delete globalThis.SpeechRecognition; delete globalThis.webkitSpeechRecognition;"
        page = await visitor.open(f"{service.url}/speak/hall", gone)
        await expect(page.locator("#microphone-state")).to_contain_text("no speech recognition")
        await expect(page.locator("#microphone")).to_be_hidden()


class TestPace:
    async def test_a_hasty_speaker_is_asked_to_slow_down(self, service: Service, visitor: Visitor) -> None:
        page = await speaking(visitor, service)
        await page.clock.install()
        await page.click("#microphone")
        await listen(page)
        # From here on no time passes but what is told: how fast the machine is says nothing of the speaker.
        await page.clock.pause_at(await page.evaluate("Date.now() / 1000") + 1)
        for count in range(1, 60):
            await hear(page, " ".join(["word"] * count))
            await page.clock.run_for(250)
        await expect(page.locator("#ask")).to_have_text(re.compile("A little slower"))
        await expect(page.locator("#pace")).to_have_text(re.compile(r"2\d\d words a minute"))
        await page.clock.run_for(30_000)
        await expect(page.locator("#ask")).to_be_hidden()

    async def test_the_audience_is_behind_until_it_can_read(self, real_server: str, visitor: Visitor) -> None:
        page = await visitor.open(f"{real_server}/speak/behind", RECOGNITION)
        await expect(page.locator("#language")).to_have_value("de")
        await page.click("#microphone")
        await listen(page)
        await hear(page, "good morning every")
        await expect(page.locator("#behind")).not_to_have_text("0 s")
        await hear(page, "Good morning, everyone.", final=True)
        await expect(page.locator("#captions .segment")).to_have_text([re.compile("Guten Morgen")])
        await expect(page.locator("#behind")).to_have_text("0 s")


class TestRehearsal:
    async def test_a_script_is_spoken(self, service: Service, visitor: Visitor) -> None:
        page = await speaking(visitor, service)
        await page.click("#rehearsal summary")
        await page.fill("#script", "Good morning. How are you?")
        await page.select_option("#speed", "4")
        await page.click("#play")
        await expect(page.locator("#captions .segment")).to_have_text(["GOOD MORNING.", "HOW ARE YOU?"])
        await expect(page.locator("#play")).to_have_text("Play")
        await expect(page.locator("#readers")).to_have_text("0 readers")

    async def test_a_recording_is_paused_and_stopped(self, service: Service, visitor: Visitor) -> None:
        page = await speaking(visitor, service)
        await page.click("#rehearsal summary")
        await page.set_input_files("#file", WELCOME)
        await page.select_option("#speed", "4")
        await page.click("#play")
        await expect(page.locator("#captions .segment").first).to_contain_text("GOOD MORNING")
        await page.click("#play")
        await expect(page.locator("#play")).to_have_text("Go on")
        await expect(page.locator("#progress")).to_be_visible()
        await page.click("#stop")
        await expect(page.locator("#play")).to_have_text("Play")
        await expect(page.locator('.segment[data-final="false"]')).to_have_count(0)

    async def test_a_recording_that_breaks_off_is_finished(self, service: Service, visitor: Visitor) -> None:
        page = await speaking(visitor, service)
        await page.click("#rehearsal summary")
        events = [f'{{"at_ms":1,"type":"partial","text":"one","utterance":{number}}}' for number in (1, 2)]
        await page.fill("#script", "\n".join(events))
        await page.click("#play")
        await expect(page.locator('.segment[data-final="true"]')).to_have_text(["ONE", "ONE"])

    @pytest.mark.parametrize(
        ("script", "says"),
        [
            ("  ", "nothing to speak"),
            ('{"at_ms":1,"type":"final","text":"x"}\n{"at_ms":1,"type":"sing","text":"x"}', "Line 2: the field type"),
            ("{", "Line 1 is not an event"),
        ],
    )
    async def test_a_bad_script_is_told(self, service: Service, visitor: Visitor, script: str, says: str) -> None:
        page = await speaking(visitor, service)
        await page.click("#rehearsal summary")
        await page.fill("#script", script)
        await page.click("#play")
        await expect(page.locator("#rehearsal-state")).to_contain_text(says)

    async def test_the_microphone_takes_over(self, service: Service, visitor: Visitor) -> None:
        page = await speaking(visitor, service)
        await page.click("#rehearsal summary")
        await page.fill("#script", "one two three four five six seven eight nine ten eleven twelve")
        await page.click("#play")
        await expect(page.locator("#captions .segment")).to_contain_text("ONE")
        await page.click("#microphone")
        await listen(page)
        await expect(page.locator("#play")).to_have_text("Go on")
        await hear(page, "I speak.", final=True)
        await expect(page.locator("#captions .segment")).to_have_text(["I SPEAK."])


class TestAccessibility:
    async def test_no_screen_has_a_violation(self, service: Service, visitor: Visitor) -> None:
        page = await speaking(visitor, service, "heard.state = 'available'", reduced_motion="reduce")
        await page.click("#rehearsal summary")
        await page.click("#microphone")
        await listen(page)
        await hear(page, "Good morning.", final=True)
        await hear(page, "how are")
        await expect(page.locator("#captions .segment")).to_have_count(2)
        await page.evaluate("document.querySelector('#ask').hidden = false")
        await check_at_every_size(page)

    async def test_all_of_it_is_done_with_the_keyboard(self, service: Service, visitor: Visitor) -> None:
        page = await speaking(visitor, service, "heard.state = 'available'")
        order = []
        for _ in range(12):
            await page.keyboard.press("Tab")
            order.append(await page.evaluate("document.activeElement.id || document.activeElement.tagName"))
        assert order == [
            *("source", "microphone", "test", "local", "text", "send", "language", "audience", "SUMMARY"),
            *("link", "copy", "display"),
        ]
        await page.focus("#rehearsal summary")
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        await page.keyboard.type("Hello.")
        await page.focus("#play")
        await page.keyboard.press("Enter")
        await expect(page.locator("#captions .segment")).to_have_text(["HELLO."])
        await page.focus("#microphone")
        await page.keyboard.press("Space")
        await expect(page.locator("#microphone")).to_have_attribute("aria-pressed", "true")

    @pytest.mark.parametrize("lang", ["de", "fr", "es", "zh"])
    async def test_it_speaks_the_browsers_language(self, service: Service, visitor: Visitor, lang: str) -> None:
        page = await visitor.open(f"{service.url}/speak/hall", locale=lang)
        await expect(page.locator("html")).to_have_attribute("lang", lang)
        said = await page.locator("#microphone-label").text_content()
        await page.select_option("#ui", "en")
        await expect(page.locator("#microphone-label")).not_to_have_text(said or "")
