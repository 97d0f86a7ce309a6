"""Captions as a WebVTT file that goes on, as a player gets it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
import webvtt

from rtt.auth import Role
from rtt.endpoints.live_vtt import LiveVtt
from rtt.protocol import Caption
from tests.conftest import PATIENCE_S, Service, serving
from tests.scripted import ScriptedEngine, scripted_catalog, shout
from tests.test_app import get
from tests.test_events import say
from tests.test_rights import SECRET, token
from tests.test_sockets import hall

PATH = "/v1/rooms/hall/live.vtt"


class Player:
    """What has come of a file so far."""

    def __init__(self, answer: httpx.Response) -> None:
        self.headers = answer.headers
        self.text = ""
        self._parts = answer.aiter_text()

    async def sees(self, text: str) -> str:
        """Return all that came until a text did."""
        async with asyncio.timeout(PATIENCE_S):
            while text not in self.text:
                self.text += await anext(self._parts)
        return self.text


@asynccontextmanager
async def playing(service: Service, query: str = "lang=de") -> AsyncIterator[Player]:
    async with (
        httpx.AsyncClient(base_url=service.url, trust_env=False) as client,
        client.stream("GET", f"{PATH}?{query}") as answer,
    ):
        yield Player(answer)


def cues(text: str) -> list[list[str]]:
    return [caption.lines for caption in webvtt.WebVTT.from_string(text).captions]


async def test_sentences_come_as_they_are_finished(service: Service) -> None:
    async with hall(service) as (speaker, reader), playing(service) as player:
        assert await player.sees("\n\n") == "WEBVTT\n\n"
        assert player.headers["content-type"] == "text/vtt; charset=utf-8"
        await reader.next(type="status", readers=2)
        await speaker.send({"type": "partial", "text": "is 1 < 2"})
        await say(speaker, "Is 1 < 2?", "Two.")
        text = await player.sees("TWO.")
        assert cues(text + "\n") == [["IS 1 &lt; 2?"], ["TWO."]]


async def test_what_was_said_before_is_not_shown_nor_what_is_corrected(service: Service) -> None:
    async with hall(service) as (speaker, reader):
        await say(speaker, "One.")
        await reader.next(stable="ONE.")
        async with playing(service) as player:
            await reader.next(type="status", readers=2)
            await say(speaker, "Two.")
            await player.sees("TWO.")
            await speaker.send({"type": "correct", "segment": 1, "text": "Won."})
            await speaker.send({"type": "correct", "segment": 2, "text": "Too."})
            await reader.next(stable="TOO.")
            await say(speaker, "Three.")
            assert cues(await player.sees("THREE.") + "\n") == [["TWO."], ["THREE."]]


async def test_a_comment_keeps_the_line_open(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rtt.endpoints.streams._HEARTBEAT_S", 0.01)
    async with hall(service) as (speaker, reader), playing(service) as player:
        await player.sees("NOTE")
        await reader.next(type="status", readers=2)
        await say(speaker, "One.")
        assert cues(await player.sees("ONE.") + "\n") == [["ONE."]]


async def test_a_long_sentence_is_cut_and_each_part_can_be_read() -> None:
    live = LiveVtt()
    text = "So when the government came knocking, he did what many brave reporters have done before him: he went home."
    captions = [Caption(n, n, 1, n, "en", text, "", final=True, start_ms=0, end_ms=0, lag_ms=0) for n in range(1, 4)]
    written = "WEBVTT\n\n" + "".join(live.written(caption, "") for caption in captions)
    shown = webvtt.WebVTT.from_string(written).captions
    assert len(shown) == 6
    assert all(len(line) <= 42 for cue in shown for line in cue.lines)
    assert all(cue.end_in_seconds - cue.start_in_seconds >= len(cue.text) / 17 - 1 for cue in shown)
    # Who speaks faster than it can be read does not get ever later.
    assert max(cue.start_in_seconds for cue in shown) < 10


@pytest.mark.parametrize(
    ("query", "most", "status", "code"),
    [
        ("lang=xx", 2, 404, "unsupported_pair"),
        ("lang=d%20e", 2, 400, "bad_request"),
        ("lang=de", 1, 429, "quota_exceeded"),
    ],
)
async def test_an_error_has_its_status(query: str, most: int, status: int, code: str) -> None:
    async with serving(ScriptedEngine(shout), scripted_catalog(("en", "de")), readers_per_room=most) as service:
        async with hall(service):
            answer = await get(service, f"{PATH}?{query}")
            assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    ("given", "status"), [("", 401), (token(Role.READER, "attic"), 403), (token(Role.READER), 200)]
)
async def test_a_reader_needs_a_token_of_the_room(given: str, status: int) -> None:
    async with serving(ScriptedEngine(shout), scripted_catalog(("en", "de")), secrets=[SECRET]) as service:
        assert (await get(service, f"{PATH}?token={given}", method="HEAD")).status_code == status
