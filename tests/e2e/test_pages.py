"""The pages in a real browser, against the real server with the real model."""

import asyncio
import re

import pytest
from playwright.async_api import Page, Request, Route, expect
from websockets.asyncio.client import connect

from tests.conftest import Service
from tests.e2e.conftest import Visitor
from tests.proxy import proxying


async def say(speaker: Page, text: str) -> None:
    """Type a sentence and send it."""
    await speaker.fill("#text", text)
    await speaker.press("#text", "Enter")


async def test_what_is_typed_is_read_in_german(real_server: str, visitor: Visitor) -> None:
    speaker = await visitor.open(f"{real_server}/speak/typed")
    reader = await visitor.open(f"{real_server}/captions/typed?lang=de")
    await expect(reader.locator("#state")).to_have_text("Live")
    await speaker.locator("#text").press_sequentially("Good mor", delay=20)
    open_segment = reader.locator('.segment[data-final="false"]')
    await expect(open_segment).to_contain_text("Gut")
    await speaker.locator("#text").press_sequentially("ning. How are you?", delay=20)
    await speaker.press("#text", "Enter")
    finals = reader.locator('.segment[data-final="true"]')
    await expect(finals).to_have_text(["Guten Morgen.", "Wie geht es dir?"])
    await expect(open_segment).to_have_count(0)
    await expect(finals.first).to_have_attribute("lang", "de")
    await expect(speaker.locator("#said li")).to_have_attribute("data-state", "received")
    await expect(speaker.locator("#readers")).to_have_text("1 reader")


async def test_only_finished_sentences_are_read_out(real_server: str, visitor: Visitor) -> None:
    reader = await visitor.open(f"{real_server}/captions/aloud?lang=de&stability=fast")
    speaker = await visitor.open(f"{real_server}/speak/aloud")
    await expect(reader.locator("#state")).to_have_text("Live")
    await speaker.locator("#text").press_sequentially("Thank you", delay=20)
    await expect(reader.locator(".segment .tentative")).to_contain_text("Danke")
    await expect(reader.locator("#log")).to_have_text("")
    await say(speaker, "Thank you.")
    await expect(reader.locator("#log")).to_contain_text("Danke")


async def test_a_reader_that_is_cut_off_sees_each_caption_once(real_server: str, visitor: Visitor) -> None:
    speaker = await visitor.open(f"{real_server}/speak/cut")
    async with proxying(real_server) as proxy:
        reader = await visitor.open(f"http://127.0.0.1:{proxy.port}/captions/cut?lang=en")
        await expect(reader.locator("#state")).to_have_text("Live")
        await say(speaker, "One.")
        await expect(reader.locator(".segment")).to_have_text(["One."])
        proxy.refusing = True
        proxy.cut()
        await expect(reader.locator("#state")).not_to_have_text("Live")
        await say(speaker, "Two.")
        await say(speaker, "Three.")
        proxy.refusing = False
        await expect(reader.locator(".segment")).to_have_text(["One.", "Two.", "Three."])
        await say(speaker, "Four.")
        await expect(reader.locator(".segment")).to_have_text(["One.", "Two.", "Three.", "Four."])
        await expect(reader.locator("#state")).to_have_text("Live")
    visitor.problems = [p for p in visitor.problems if "ERR_" not in p and "WebSocket" not in p]


async def test_a_speaker_that_is_cut_off_says_each_sentence_once(real_server: str, visitor: Visitor) -> None:
    reader = await visitor.open(f"{real_server}/captions/spoken?lang=en")
    async with proxying(real_server) as proxy:
        speaker = await visitor.open(f"http://127.0.0.1:{proxy.port}/speak/spoken")
        await say(speaker, "One.")
        await expect(reader.locator(".segment")).to_have_text(["One."])
        proxy.refusing = True
        proxy.cut()
        await say(speaker, "Two.")
        await speaker.fill("#text", "Three")
        proxy.refusing = False
        await expect(reader.locator(".segment")).to_have_text(["One.", "Two.", "Three"])
        await say(speaker, "Three.")
        await expect(reader.locator('.segment[data-final="true"]')).to_have_text(["One.", "Two.", "Three."])
    visitor.problems = [p for p in visitor.problems if "ERR_" not in p and "WebSocket" not in p]


async def test_what_is_taken_back_disappears(real_server: str, visitor: Visitor) -> None:
    speaker = await visitor.open(f"{real_server}/speak/back")
    reader = await visitor.open(f"{real_server}/captions/back?lang=en&stability=fast")
    await expect(reader.locator("#state")).to_have_text("Live")
    await speaker.fill("#text", "This is wrong")
    await expect(reader.locator(".segment")).to_have_text(["This is wrong"])
    await speaker.press("#text", "Escape")
    await expect(reader.locator(".segment")).to_have_count(0)


async def test_another_language_is_one_choice_away(real_server: str, visitor: Visitor) -> None:
    speaker = await visitor.open(f"{real_server}/speak/choice")
    await say(speaker, "Thank you.")
    reader = await visitor.open(f"{real_server}/captions/choice?lang=en")
    await expect(reader.locator(".segment")).to_have_text(["Thank you."])
    await reader.select_option("#language", label="Deutsch")
    await expect(reader.locator(".segment")).to_have_text([re.compile("Danke")])


async def test_what_was_said_can_be_saved(real_server: str, visitor: Visitor) -> None:
    speaker = await visitor.open(f"{real_server}/speak/saved")
    reader = await visitor.open(f"{real_server}/captions/saved?lang=de")
    await expect(reader.locator("#state")).to_have_text("Live")
    await say(speaker, "Thank you.")
    await expect(reader.locator('.segment[data-final="true"]')).to_have_text([re.compile("Danke")])
    await reader.click("#settings")
    async with reader.expect_download() as started:
        await reader.get_by_role("button", name="SRT").click()
    download = await started.value
    assert download.suggested_filename == "saved.de.srt"
    assert re.fullmatch(r"1\n00:00:00,000 --> [0-9:,]+\nDanke.*\n", (await download.path()).read_text())


async def test_a_room_that_is_cleared_begins_anew(real_server: str, visitor: Visitor) -> None:
    speaker = await visitor.open(f"{real_server}/speak/cleared")
    reader = await visitor.open(f"{real_server}/captions/cleared?lang=en")
    await expect(reader.locator("#state")).to_have_text("Live")
    await say(speaker, "One.")
    await expect(reader.locator(".segment")).to_have_text(["One."])
    url = f"{real_server.replace('http', 'ws', 1)}/v1/rooms/cleared/speak?role=operator"
    async with connect(url, proxy=None) as operator:
        await operator.send('{"type":"clear","title":"Über uns"}')
        await expect(reader.locator(".segment")).to_have_count(0)
    await say(speaker, "Two.")
    await expect(reader.locator(".segment")).to_have_text(["Two."])
    await reader.click("#settings")
    async with reader.expect_download() as started:
        await reader.get_by_role("button", name="Text", exact=True).click()
    download = await started.value
    assert (download.suggested_filename, (await download.path()).read_text()) == (
        "cleared.Über-uns.en.txt",
        "Two.\n",
    )


async def test_what_cannot_be_saved_is_said(real_server: str, visitor: Visitor) -> None:
    reader = await visitor.open(f"{real_server}/captions/unsaved?lang=de")
    await expect(reader.locator("#empty")).to_be_visible()
    await reader.route("**/transcript.txt?*", lambda route: route.abort())
    await reader.click("#settings")
    await reader.get_by_role("button", name="Text", exact=True).click()
    await expect(reader.locator("#download-problem")).to_contain_text("cannot be reached")
    visitor.problems = [p for p in visitor.problems if "ERR_FAILED" not in p]


async def test_a_browser_reads_the_subtitles(real_server: str, visitor: Visitor) -> None:
    # Our own pages play no media.
    speaker = await visitor.open(f"{real_server}/speak/track", bypass_csp=True)
    await say(speaker, "Is 1 < 2 & 3 > 2?")
    await expect(speaker.locator("#said li")).to_have_attribute("data-state", "received")
    cues = await speaker.evaluate(
        """async () => {
          const track = Object.assign(document.createElement("track"), {
            default: true, src: "/v1/rooms/track/transcript.vtt?lang=en" });
          document.body.appendChild(document.createElement("video")).append(track);
          track.track.mode = "showing";
          await new Promise((loaded, failed) => Object.assign(track, { onload: loaded, onerror: failed }));
          return [...track.track.cues].map((cue) => cue.getCueAsHTML().textContent);
        }"""
    )
    assert cues == ["Is 1 < 2 & 3 > 2?"]


async def test_a_player_gets_the_subtitles_of_a_talk_that_goes_on(real_server: str, visitor: Visitor) -> None:
    speaker = await visitor.open(f"{real_server}/speak/live", bypass_csp=True)
    await speaker.evaluate(
        """() => {
          const track = Object.assign(document.createElement("track"), {
            default: true, src: "/v1/rooms/live/live.vtt?lang=en" });
          document.body.appendChild(document.createElement("video")).append(track);
          track.track.mode = "showing";
          window.cues = () => [...(track.track.cues ?? [])].map((cue) => cue.text).join(" ");
        }"""
    )
    for said in ("One.", "One. Two."):
        await expect(speaker.locator("#readers")).to_have_text(re.compile("1"))
        await say(speaker, said.split()[-1])
        await speaker.wait_for_function("said => window.cues() === said", arg=said)


async def test_the_browser_resumes_events_by_itself(real_server: str, visitor: Visitor) -> None:
    speaker = await visitor.open(f"{real_server}/speak/events")
    async with proxying(real_server) as proxy:
        reader = await visitor.open(f"http://127.0.0.1:{proxy.port}/")
        requests: list[Request] = []
        reader.on("request", lambda request: requests.append(request))  # noqa: PLW0108 - playwright marks it
        await reader.evaluate(
            """() => {
              const heard = [];
              const hear = (text) => (document.title = heard.push(text) && heard.join(" "));
              const source = new EventSource("/v1/rooms/events/events?lang=en&stability=final");
              source.addEventListener("ready", ({ data }) => hear(JSON.parse(data).gap ? "gap" : "ready"));
              source.addEventListener("caption", ({ data }) => hear(JSON.parse(data).stable));
            }"""
        )
        await expect(reader).to_have_title("ready")
        await say(speaker, "One.")
        await expect(reader).to_have_title("ready One.")
        proxy.cut()
        await say(speaker, "Two.")
        await expect(reader).to_have_title("ready One. ready Two.")
        assert re.fullmatch(r"[0-9]+\.[0-9a-f]{8}", (await requests[-1].all_headers())["last-event-id"])
    visitor.problems = [p for p in visitor.problems if "ERR_" not in p]


async def test_the_display_shows_the_newest_lines(real_server: str, visitor: Visitor) -> None:
    display = await visitor.open(f"{real_server}/display/screen?lang=de")
    speaker = await visitor.open(f"{real_server}/speak/screen")
    await say(speaker, "Welcome to the conference.")
    await expect(display.locator("body")).to_contain_text("Willkommen")


async def test_a_display_in_a_new_language_does_not_show_the_past(real_server: str, visitor: Visitor) -> None:
    speaker = await visitor.open(f"{real_server}/speak/past")
    await say(speaker, "This was before.")
    await expect(speaker.locator("#said li")).to_have_attribute("data-state", "received")
    reader = await visitor.open(f"{real_server}/captions/past?lang=de")
    display = await visitor.open(f"{real_server}/display/past?lang=de")
    await expect(reader.locator(".segment")).to_have_count(1)
    await expect(reader.locator("#log")).to_have_text("")
    await say(speaker, "Welcome to the conference.")
    await expect(display.locator(".segment")).to_have_text([re.compile("Willkommen")])
    await expect(reader.locator("#log")).to_have_text(re.compile("^Willkommen"))


async def test_a_room_is_made_from_the_start_page(real_server: str, visitor: Visitor) -> None:
    start = await visitor.open(real_server)
    await start.get_by_role("button", name=re.compile("speak", re.IGNORECASE)).first.click()
    await expect(start).to_have_url(re.compile("/speak/[a-z0-9-]+$"))
    await expect(start.locator("#state")).to_have_text(re.compile("Connected|Live"))


async def test_a_second_speaker_is_told_about_on_the_first_page(real_server: str, visitor: Visitor) -> None:
    first = await visitor.open(f"{real_server}/speak/fight")
    await expect(first.locator("#state")).to_have_attribute("data-phase", "open")
    second = await visitor.open(f"{real_server}/speak/fight")
    await expect(first.locator("#notice")).to_contain_text("took over")
    await first.click("#again")
    await expect(second.locator("#notice")).to_contain_text("took over")


@pytest.mark.parametrize(
    ("place", "control"),
    [
        ("", "#read"),
        ("captions/hall", "#settings"),
        ("display/hall", "#fullscreen"),
        ("operator/hall", "#rehearse"),
        ("speak/hall", "#test"),
    ],
)
async def test_nothing_can_be_used_before_its_page_listens(
    service: Service, visitor: Visitor, place: str, control: str
) -> None:
    arrives = asyncio.Event()

    async def hold(route: Route) -> None:
        await arrives.wait()
        await route.continue_()

    page = await visitor.open(f"{service.url}/{place}", service_workers="block")
    await page.route("**/i18n/*.js", hold)
    await page.reload(wait_until="commit")
    button = page.locator(control)
    await button.focus()
    await expect(button).not_to_be_focused()
    arrives.set()
    await expect(page.locator("[inert]")).to_have_count(0)
    await button.focus()
    await expect(button).to_be_focused()
