"""Transcripts as they are fetched, out of rooms that are spoken in over real sockets."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from rtt.auth import Role
from tests.conftest import PATIENCE_S, Peer, Service, serving
from tests.scripted import ScriptedEngine, scripted_catalog, shout
from tests.test_app import get
from tests.test_rights import SECRET, token
from tests.test_sockets import hall

PATH = "/v1/rooms/hall/transcript"


async def say(speaker: Peer, reader: Peer, *texts: str, **fields: Any) -> None:
    """Say sentences, and wait until they are translated."""
    for text in texts:
        await speaker.send({"type": "final", "text": text, **fields})
        await reader.next(stable=text.upper(), final=True)


def kept(folder: Path, ending: str) -> dict[str, str]:
    """Return the files of a folder, without the time in their names."""
    return {path.name.split("Z.")[1]: path.read_text() for path in folder.glob(f"[!.]*.{ending}")}


class TestFormats:
    async def test_each_format_while_the_talk_goes_on(self, service: Service) -> None:
        async with hall(service) as (speaker, reader):
            await say(speaker, reader, "Good morning.", start_ms=500, end_ms=2000)
            await say(speaker, reader, "Is 1 < 2?", start_ms=2000, end_ms=4000)
            await speaker.send({"type": "partial", "text": "not finished"})
            answers = {
                ending: await get(service, f"{PATH}.{ending}?lang=de") for ending in ("srt", "vtt", "txt", "json")
            }
            assert answers["srt"].text == (
                "1\n00:00:00,500 --> 00:00:02,000\nGOOD MORNING.\n\n2\n00:00:02,000 --> 00:00:04,000\nIS 1 ‹ 2?\n"
            )
            assert answers["vtt"].text == (
                "WEBVTT\nKind: captions\nLanguage: de\n\n00:00:00.500 --> 00:00:02.000\nGOOD MORNING.\n\n"
                "00:00:02.000 --> 00:00:04.000\nIS 1 &lt; 2?\n"
            )
            assert answers["txt"].text == "GOOD MORNING.\nIS 1 < 2?\n"
            told = answers["json"].json()
            assert (told["room"], told["source"], told["langs"], told["complete"]) == ("hall", "en", ["de"], True)
            assert told["sentences"][1] == {
                "segment": 2, "utterance": 2, "start_ms": 2000, "end_ms": 4000, "texts": {"de": "IS 1 < 2?"},
            }  # fmt: skip
            assert {ending: answer.headers["content-type"] for ending, answer in answers.items()} == {
                "srt": "application/x-subrip",
                "vtt": "text/vtt; charset=utf-8",
                "txt": "text/plain; charset=utf-8",
                "json": "application/json",
            }
            for ending, answer in answers.items():
                assert answer.status_code == 200
                assert answer.headers["content-disposition"] == f'attachment; filename="hall.de.{ending}"'
                assert answer.headers["cache-control"] == "no-store"
                assert answer.headers["content-language"] == "de"

    async def test_two_languages_in_a_file(self, service: Service) -> None:
        async with hall(service) as (speaker, reader):
            await say(speaker, reader, "Good morning.", start_ms=0, end_ms=2000)
            answer = await get(service, f"{PATH}.srt?lang=en,de-AT")
            assert answer.text == "1\n00:00:00,000 --> 00:00:02,000\nGood morning.\nGOOD MORNING.\n"
            assert answer.headers["content-disposition"] == 'attachment; filename="hall.en+de.srt"'

    async def test_without_a_language_those_that_are_read(self, service: Service) -> None:
        async with service.peer("/v1/rooms/hall/speak?source=en&target=fr,de"):
            assert (await get(service, f"{PATH}.json")).json()["langs"] == ["de", "fr"]

    async def test_nothing_was_said(self, service: Service) -> None:
        async with hall(service):
            answer = await get(service, f"{PATH}.srt?lang=de")
            assert (answer.status_code, answer.text) == (200, "")


class TestWhatIsInIt:
    async def test_corrected_is_in_and_withdrawn_is_out(self, service: Service) -> None:
        async with hall(service) as (speaker, reader):
            await say(speaker, reader, "The hat sat.", "Oops.", utterance=None)
            await speaker.send({"type": "correct", "segment": 1, "text": "The cat sat."})
            await reader.next(stable="THE CAT SAT.", revision=2)
            await speaker.send({"type": "cancel", "utterance": 2})
            await reader.next(type="cancel")
            assert (await get(service, f"{PATH}.txt?lang=de")).text == "THE CAT SAT.\n"
            assert (await get(service, f"{PATH}.txt?lang=en")).text == "The cat sat.\n"

    async def test_without_times_the_first_sentence_begins_at_0(self, service: Service) -> None:
        async with service.peer("/v1/rooms/hall/listen?lang=de") as reader:
            await asyncio.sleep(0.2)
            async with service.peer("/v1/rooms/hall/speak?source=en") as speaker:
                await say(speaker, reader, "One.", "Two.")
            assert min(message["start_ms"] for message in reader.seen if message["type"] == "caption") >= 200
            first, second = (await get(service, f"{PATH}.json?lang=de")).json()["sentences"]
            assert first["start_ms"] == 0 <= second["start_ms"]

    async def test_a_language_that_came_late(self, service: Service) -> None:
        async with hall(service) as (speaker, reader):
            await say(speaker, reader, *(f"{number}." for number in range(12)))
            async with service.peer("/v1/rooms/hall/listen?lang=fr") as late:
                await late.next(stable="11.")
            sentences = (await get(service, f"{PATH}.json?lang=en,fr")).json()["sentences"]
            assert [list(sentence["texts"]) for sentence in sentences] == [["en"]] * 2 + [["en", "fr"]] * 10

    async def test_a_log_that_no_longer_reaches_back_says_so(self) -> None:
        async with serving(ScriptedEngine(shout), scripted_catalog(("en", "de")), log_limit=4) as service:
            async with hall(service) as (speaker, reader):
                await say(speaker, reader, "One.", "Two.", "Three.")
                told = (await get(service, f"{PATH}.json?lang=de")).json()
                assert told["complete"] is False
                assert [s["texts"]["de"] for s in told["sentences"]] == ["TWO.", "THREE."]

    async def test_the_language_before_the_speaker_changed_it(self, service: Service) -> None:
        async with hall(service) as (speaker, reader):
            await say(speaker, reader, "Hello.")
            async with service.peer("/v1/rooms/hall/speak?source=de"):
                assert (await get(service, f"{PATH}.txt?lang=en")).text == "Hello.\n"


class TestErrors:
    @pytest.mark.parametrize(
        ("path", "status", "code", "says"),
        [
            ("/v1/rooms/nowhere/transcript.srt?lang=de", 404, "no_room", "nowhere"),
            (f"{PATH}.srt?lang=xx", 404, "unsupported_pair", "xx; there are: de, en"),
            (f"{PATH}.srt?lang=de,fr", 404, "unsupported_pair", "fr; there are: de, en"),
            (f"{PATH}.srt?lang=d%20e", 400, "bad_request", "lang"),
            (f"{PATH}.doc?lang=de", 400, "bad_request", "transcript.doc; the formats are: srt, vtt, txt, json"),
            ("/v1/rooms/no%20room/transcript.srt", 400, "bad_request", "no room"),
        ],
    )
    async def test_a_bad_request(self, service: Service, path: str, status: int, code: str, says: str) -> None:
        async with hall(service):
            answer = await get(service, path)
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/json"
        assert {name: value for name, value in answer.json().items() if name != "message"} == {
            "type": "error", "code": code, "retryable": False,
        }  # fmt: skip
        assert says in answer.json()["message"]

    async def test_too_many_at_a_time(self, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("rtt.endpoints.transcripts._MOST_WAITING", 0)
        async with hall(service):
            answer = await get(service, f"{PATH}.txt?lang=de")
        assert (answer.status_code, answer.json()["code"], answer.json()["retryable"]) == (503, "try_again_later", True)

    async def test_asking_opens_no_room(self, service: Service) -> None:
        await get(service, f"{PATH}.srt")
        assert len(service.app.state.rooms) == 0

    async def test_pages_of_others(self) -> None:
        async with serving(ScriptedEngine(shout), scripted_catalog(), origins=["https://good.example"]) as service:
            async with service.peer("/v1/rooms/hall/speak?source=en"):
                evil = await get(service, f"{PATH}.txt", Origin="https://evil.example")
                assert (evil.status_code, evil.json()["code"]) == (403, "forbidden")
                assert "access-control-allow-origin" not in evil.headers
                good = await get(service, f"{PATH}.txt", Origin="https://good.example")
                assert good.status_code == 200
                assert good.headers["access-control-allow-origin"] == "https://good.example"


class TestRights:
    @pytest.mark.parametrize(
        ("given", "status"), [("", 401), (token(Role.READER, "attic"), 403), (token(Role.READER), 200)]
    )
    async def test_a_reader_needs_a_token_of_the_room(self, given: str, status: int) -> None:
        headers = {"Authorization": f"Bearer {given}"} if given else {}
        async with serving(ScriptedEngine(shout), scripted_catalog(("en", "de")), secrets=[SECRET]) as service:
            async with service.peer(f"/v1/rooms/hall/speak?source=en&token={token(Role.SPEAKER)}"):
                assert (await get(service, f"{PATH}.txt", **headers)).status_code == status

    async def test_who_may_not_read_does_not_learn_which_rooms_there_are(self) -> None:
        async with serving(ScriptedEngine(shout), scripted_catalog(), secrets=[SECRET]) as service:
            assert (await get(service, f"{PATH}.txt")).status_code == 401


class TestRetention:
    async def test_a_transcript_is_there_until_its_room_is_forgotten(self) -> None:
        async with serving(ScriptedEngine(shout), scripted_catalog(("en", "de")), room_linger_s=1) as service:
            async with hall(service) as (speaker, reader):
                await say(speaker, reader, "Secret.")
            assert (await get(service, f"{PATH}.txt?lang=de")).text == "SECRET.\n"
            async with asyncio.timeout(PATIENCE_S):
                while len(service.app.state.rooms):
                    await asyncio.sleep(0.05)
            assert (await get(service, f"{PATH}.txt?lang=de")).json()["code"] == "no_room"

    async def test_it_is_written_when_its_room_is_forgotten_where_that_is_asked_for(self, tmp_path: Path) -> None:
        settings: dict[str, Any] = {"room_linger_s": 0, "transcripts": tmp_path / "kept"}
        async with serving(ScriptedEngine(shout), scripted_catalog(("en", "de")), **settings) as service:
            async with hall(service) as (speaker, reader):
                await say(speaker, reader, "Keep this.")
                assert kept(tmp_path / "kept", "*") == {}
            async with asyncio.timeout(PATIENCE_S):
                while len(kept(tmp_path / "kept", "*")) < 8:
                    await asyncio.sleep(0.05)
            assert kept(tmp_path / "kept", "txt")["hall.de.txt"] == "KEEP THIS.\n"

    async def test_it_is_written_when_the_server_stops(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        # A slow disk.
        monkeypatch.setattr("os.fsync", lambda _: time.sleep(0.2))
        async with serving(ScriptedEngine(shout), scripted_catalog(("en", "de")), transcripts=tmp_path) as service:
            async with hall(service) as (speaker, _), service.peer("/v1/translate?source=en&target=de") as private:
                await private.send({"type": "final", "text": "Private."})
                await private.next(final=True)
                await speaker.send({"type": "partial", "text": "to the last word"})
                await speaker.send({"type": "ping", "t": 1})
                await speaker.next(type="pong")
                service.server.should_exit = True
                await speaker.closed()
        assert kept(tmp_path, "txt") == {"hall.de.txt": "TO THE LAST WORD\n", "hall.en.txt": "to the last word\n"}
