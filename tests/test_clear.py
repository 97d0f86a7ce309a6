"""A room that is cleared between talks, over real sockets: nobody sees the old talk, and its transcript stays."""

import asyncio
from pathlib import Path

import pytest

from rtt.auth import Role
from rtt.client import listen, speak
from rtt.protocol import Clear
from tests.conftest import PATIENCE_S, Service, serving
from tests.scripted import ScriptedEngine, scripted_catalog, shout
from tests.test_app import get
from tests.test_events import events
from tests.test_rights import LISTEN, SECRET, SPEAK, token
from tests.test_sockets import hall
from tests.test_transcripts_http import PATH, kept, say

NEXT = {"type": "clear", "title": "Next", "speaker": "Ada"}


class TestReaders:
    async def test_everybody_is_told_once(self, service: Service) -> None:
        async with hall(service, listen="lang=de,en") as (speaker, reader), events(service) as source:
            await say(speaker, reader, "One.")
            await speaker.send(NEXT)
            clear = await reader.next(type="clear")
            assert clear == {"type": "clear", "seq": 3, "segment": 1, "title": "Next", "speaker": "Ada"}
            assert await source.next(type="clear") == clear
            await say(speaker, reader, "Two.")
            assert [message["type"] for message in reader.seen].count("clear") == 1

    async def test_who_comes_later_sees_the_new_talk_only(self, service: Service) -> None:
        async with hall(service) as (speaker, reader):
            await say(speaker, reader, "One.")
            await speaker.send(NEXT)
            await say(speaker, reader, "Two.")
            async with service.peer("/v1/rooms/hall/listen?lang=de") as late:
                ready = await late.next(type="ready")
                assert (ready["title"], ready["speaker"]) == ("Next", "Ada")
                await late.next(stable="TWO.")
                assert [m["segment"] for m in late.seen if m["type"] == "clear"] == [1]
                assert "ONE." not in {m.get("stable") for m in late.seen}

    async def test_the_next_speaker_may_speak_another_language(self) -> None:
        catalog = scripted_catalog(("en", "de"), ("sv", "de"))
        async with serving(ScriptedEngine(shout), catalog) as service, hall(service) as (speaker, reader):
            await say(speaker, reader, "One.")
            async with service.peer("/v1/rooms/hall/speak?source=sv") as another:
                await another.send(NEXT)
                assert (await reader.next(type="clear"))["segment"] == 1

    async def test_a_new_language_begins_with_the_new_talk(self, service: Service) -> None:
        async with hall(service) as (speaker, reader):
            await say(speaker, reader, "One.")
            await speaker.send(NEXT)
            await say(speaker, reader, "Two.")
            async with service.peer("/v1/rooms/hall/listen?lang=fr") as late:
                assert (await late.next(type="caption"))["stable"] == "TWO."

    async def test_who_resumes_misses_neither_the_end_nor_the_clear(self, service: Service) -> None:
        async with hall(service) as (speaker, reader):
            await say(speaker, reader, "One.")
            seq = reader.seen[-1]["seq"]
            await say(speaker, reader, "Two.")
            await speaker.send(NEXT)
            await say(speaker, reader, "Three.")
            async with service.peer(f"/v1/rooms/hall/listen?lang=de&since={seq}") as back:
                await back.next(stable="THREE.")
                told = [m.get("stable", m["type"]) for m in back.seen if "seq" in m and m["type"] != "ready"]
                assert told == ["TWO.", "clear", "THREE."]

    async def test_what_was_open_gets_its_final_and_goes_on_without_it(self, service: Service) -> None:
        async with hall(service, listen="lang=en&stability=fast") as (speaker, reader):
            await speaker.send({"type": "partial", "text": "to the last", "utterance": 7})
            await reader.next(tentative="to the last")
            await speaker.send(NEXT)
            clear = await reader.next(type="clear")
            final = await reader.next(final=True)
            assert (final["stable"], final["segment"]) == ("to the last", clear["segment"])
            await speaker.send({"type": "partial", "text": "to the last word and more", "utterance": 7})
            await speaker.send({"type": "final", "text": "to the last word and more", "utterance": 7})
            after = await reader.next(final=True)
            assert after["stable"] == "word and more"
            assert after["segment"] > final["segment"]

    async def test_a_translation_that_comes_late_belongs_to_the_old_talk(self) -> None:
        engine = ScriptedEngine()
        async with serving(engine, scripted_catalog(("en", "de"))) as service, hall(service) as (speaker, reader):
            await speaker.send({"type": "final", "text": "One."})
            await speaker.send(NEXT)
            clear = await reader.next(type="clear")
            await engine.answer("Eins.")
            late = await reader.next(final=True)
            assert late["segment"] <= clear["segment"]
            assert (await get(service, f"{PATH}.txt?lang=de&talk=1")).text == "Eins.\n"

    async def test_a_talk_that_is_announced_twice_begins_once(self, service: Service) -> None:
        async with hall(service) as (speaker, reader):
            await speaker.send(NEXT)
            await say(speaker, reader, "One.")
            await speaker.send(NEXT)
            await say(speaker, reader, "Two.")
            assert [m["type"] for m in reader.seen].count("clear") == 1
            await speaker.send({"type": "clear"})
            assert (await reader.next(type="clear"))["segment"] == 2


class TestTranscripts:
    async def test_each_talk_has_its_own(self, service: Service) -> None:
        async with hall(service) as (speaker, reader):
            await say(speaker, reader, "One.")
            await speaker.send(NEXT)
            await reader.next(type="clear")
            in_the_break = await get(service, f"{PATH}.txt?lang=de")
            assert (in_the_break.text, in_the_break.headers["content-disposition"]) == (
                "ONE.\n",
                'attachment; filename="hall.de.txt"',
            )
            await say(speaker, reader, "Two.")
            newest = await get(service, f"{PATH}.txt?lang=de")
            assert (newest.text, newest.headers["content-disposition"]) == (
                "TWO.\n",
                'attachment; filename="hall.Next.de.txt"',
            )
            assert (await get(service, f"{PATH}.txt?lang=de&talk=1")).text == "ONE.\n"
            told = (await get(service, f"{PATH}.json?lang=de")).json()
            assert (told["talk"], told["title"], told["speaker"]) == (2, "Next", "Ada")

    @pytest.mark.parametrize("talk", ["0", "2", "x"])
    async def test_one_that_there_is_not(self, service: Service, talk: str) -> None:
        async with hall(service):
            answer = await get(service, f"{PATH}.txt?lang=de&talk={talk}")
            assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
            assert f"field talk: {talk}" in answer.json()["message"].replace('"', "")

    async def test_a_title_in_any_script_names_the_file(self, service: Service) -> None:
        async with hall(service) as (speaker, reader):
            await speaker.send({"type": "clear", "title": "Übersicht"})
            await say(speaker, reader, "One.")
            answer = await get(service, f"{PATH}.txt?lang=de")
            assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''hall.%C3%9Cbersicht.de.txt"

    async def test_it_is_written_after_the_talk_with_its_corrections(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("rtt.rooms._SETTLE_S", 2)
        async with serving(ScriptedEngine(shout), scripted_catalog(("en", "de")), transcripts=tmp_path) as service:
            async with hall(service) as (speaker, reader):
                await say(speaker, reader, "The hat sat.")
                await speaker.send(NEXT)
                await speaker.send({"type": "correct", "segment": 1, "text": "The cat sat."})
                async with asyncio.timeout(PATIENCE_S):
                    while len(kept(tmp_path, "*")) < 8:
                        await asyncio.sleep(0.05)
                assert kept(tmp_path, "txt")["hall.de.txt"] == "THE CAT SAT.\n"
                await say(speaker, reader, "Two.")
        assert sorted(kept(tmp_path, "txt")) == ["hall.Next.de.txt", "hall.Next.en.txt", "hall.de.txt", "hall.en.txt"]


class TestWho:
    async def test_an_operator_may(self) -> None:
        async with serving(ScriptedEngine(shout), scripted_catalog(("en", "de")), secrets=[SECRET]) as service:
            async with (
                service.peer(f"{LISTEN}lang=de&token={token(Role.READER)}") as reader,
                service.peer(f"{SPEAK}&token={token(Role.OPERATOR)}") as operator,
            ):
                await operator.send(NEXT)
                assert (await reader.next(type="clear"))["segment"] == 0

    async def test_a_reader_may_not(self, service: Service) -> None:
        async with service.peer("/v1/rooms/hall/listen?lang=de") as reader:
            await reader.send(NEXT)
            assert (await reader.next(type="error"))["code"] == "bad_message"

    async def test_a_program_may(self, service: Service) -> None:
        async with speak(service.ws, "hall", source="en") as speaker:
            speaker.clear("Next", "Ada")
            await speaker.acknowledged()
            with pytest.raises(ValueError, match="one line"):
                speaker.clear("two\nlines")
            async for message in listen(service.ws, "hall", ["de"]):
                if isinstance(message, Clear):
                    assert (message.title, message.speaker) == ("Next", "Ada")
                    break
