"""The three sockets as a peer sees them: real sockets, a scripted engine."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import ConnectionClosed

from rtt.protocol import Load
from tests.conftest import PATIENCE_S, Peer, Service, serving
from tests.scripted import ScriptedEngine, scripted_catalog, shout


@asynccontextmanager
async def hall(service: Service, *, listen: str = "lang=de") -> AsyncIterator[tuple[Peer, Peer]]:
    """A room with its speaker and one reader, both greeted."""
    async with (
        service.peer("/v1/rooms/hall/speak?source=en") as speaker,
        service.peer(f"/v1/rooms/hall/listen?{listen}") as reader,
    ):
        await speaker.next(type="ready")
        await reader.next(type="ready")
        yield speaker, reader


async def _narrow_connection(service: Service) -> socket.socket:
    """Return a connection to the server that holds a few kilobytes of what is not read yet."""
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    narrow.setblocking(False)
    address = urlsplit(service.url)
    await asyncio.get_running_loop().sock_connect(narrow, (address.hostname, address.port))
    return narrow


class TestCaptions:
    async def test_a_caption_has_every_field(self, service: Service) -> None:
        async with hall(service) as (speaker, reader):
            await speaker.send({"type": "final", "text": "Hello.", "utterance": 7, "start_ms": 10, "end_ms": 900})
            caption = await reader.next(type="caption")
            assert caption.pop("lag_ms") >= 0
            assert caption == {
                "type": "caption", "seq": 2, "segment": 1, "revision": 1, "utterance": 7, "lang": "de",
                "stable": "HELLO.", "tentative": "", "final": True, "start_ms": 10, "end_ms": 900,
            }  # fmt: skip

    async def test_ready_says_where_everything_stands(self, service: Service) -> None:
        async with hall(service) as (speaker, reader):
            assert speaker.seen[0].pop("log")
            assert speaker.seen[0] == {
                "type": "ready", "protocol": 1, "room": "hall", "source": "en", "targets": [], "seq": 0, "models": {},
            }  # fmt: skip
            assert reader.seen[0]["targets"] == ["de"]
            assert reader.seen[0]["models"] == {"de": "en-de"}
            assert "gap" not in reader.seen[0]

    async def test_each_reader_has_its_language_and_stability(self, service: Service) -> None:
        async with (
            hall(service, listen="lang=de,en&stability=fast") as (speaker, fast),
            service.peer("/v1/rooms/hall/listen?lang=fr&stability=final") as final,
        ):
            await final.next(type="ready")
            await speaker.send({"type": "partial", "text": "good morning"})
            assert (await fast.next(type="caption", lang="en"))["tentative"] == "good morning"
            assert (await fast.next(type="caption", lang="de"))["tentative"] == "GOOD MORNING"
            await speaker.send({"type": "final", "text": "Good morning."})
            assert (await fast.next(lang="de", final=True))["stable"] == "GOOD MORNING."
            assert (await final.next(type="caption"))["final"]

    async def test_a_language_tag_with_a_region_is_served(self, service: Service) -> None:
        async with service.peer("/v1/rooms/hall/speak?source=en-US") as speaker:
            assert (await speaker.next(type="ready"))["source"] == "en"

    async def test_one_consumer_gets_its_own_captions(self, service: Service) -> None:
        async with service.peer("/v1/translate?source=en&target=de,fr") as consumer:
            ready = await consumer.next(type="ready")
            assert ready["models"] == {"de": "en-de", "fr": "en-fr"}
            await consumer.send({"type": "final", "text": "Hello."})
            finals = [await consumer.next(type="caption") for _ in range(2)]
            assert {(f["lang"], f["stable"]) for f in finals} == {("de", "HELLO."), ("fr", "HELLO.")}

    async def test_two_consumers_do_not_meet(self, service: Service) -> None:
        path = "/v1/translate?source=en&target=de"
        async with service.peer(path) as one, service.peer(path) as other:
            await one.send({"type": "final", "text": "Mine."})
            await other.send({"type": "final", "text": "Yours."})
            assert (await one.next(type="caption"))["stable"] == "MINE."
            assert (await other.next(type="caption"))["stable"] == "YOURS."

    async def test_cancel_takes_back_what_was_shown(self, service: Service) -> None:
        async with hall(service, listen="lang=de&stability=fast") as (speaker, reader):
            await speaker.send({"type": "partial", "text": "oops"})
            shown = await reader.next(type="caption")
            await speaker.send({"type": "cancel"})
            cancel = await reader.next(type="cancel")
            assert (cancel["segment"], cancel["lang"]) == (shown["segment"], "de")

    async def test_a_correction_reaches_every_language(self, service: Service) -> None:
        async with hall(service, listen="lang=de,fr,en") as (speaker, reader):
            await speaker.send({"type": "final", "text": "The hat sat."})
            segments = {(await reader.next(type="caption", lang=lang))["segment"] for lang in ("en", "de", "fr")}
            await speaker.send({"type": "correct", "segment": segments.pop(), "text": "The cat sat."})
            for lang in ("en", "de", "fr"):
                caption = await reader.next(type="caption", lang=lang, revision=2)
                assert caption["stable"].lower() == "the cat sat."
                assert caption["final"]
            assert not segments

    async def test_ping(self, service: Service) -> None:
        async with hall(service) as (speaker, reader):
            for peer in (speaker, reader):
                await peer.send({"type": "ping", "t": 12.5})
                assert (await peer.next(type="pong"))["t"] == 12.5


class TestStatus:
    async def test_who_is_there(self, service: Service) -> None:
        async with service.peer("/v1/rooms/hall/listen?lang=de") as reader:
            status = await reader.next(type="status")
            assert status == {
                "type": "status", "speaker": "disconnected", "readers": 1, "behind_ms": 0, "load": "normal",
            }  # fmt: skip
            async with service.peer("/v1/rooms/hall/speak?source=en"):
                await reader.next(type="status", speaker="connected")
            await reader.next(type="status", speaker="disconnected")


class TestLateAndAgain:
    """Late readers and resume."""

    async def test_a_late_reader_gets_the_last_sentences(self, service: Service) -> None:
        async with hall(service) as (speaker, reader):
            for number in range(12):
                await speaker.send({"type": "final", "text": f"Sentence {number}."})
            await reader.next(stable="SENTENCE 11.")
            async with service.peer("/v1/rooms/hall/listen?lang=de") as late:
                await late.next(stable="SENTENCE 11.")
                assert [m["stable"] for m in late.seen if m["type"] == "caption"] == [
                    f"SENTENCE {n}." for n in range(2, 12)
                ]

    async def test_a_new_language_gets_the_last_sentences_translated(self, service: Service) -> None:
        async with hall(service) as (speaker, reader):
            await speaker.send({"type": "final", "text": "Before."})
            segment = (await reader.next(type="caption"))["segment"]
            async with service.peer("/v1/rooms/hall/listen?lang=fr") as late:
                assert (await late.next(type="ready"))["segment"] == segment
                caption = await late.next(type="caption")
                assert (caption["segment"], caption["revision"]) == (segment, 1)
                await speaker.send({"type": "final", "text": "After."})
                assert (await late.next(type="caption"))["segment"] > segment

    async def test_a_reader_that_drops_and_resumes_sees_each_final_once(self, service: Service) -> None:
        path = "/v1/rooms/hall/listen?lang=de&stability=fast"
        async with hall(service) as (speaker, other):
            async with service.peer(path) as reader:
                await speaker.send({"type": "final", "text": "One."})
                seq = (await reader.next(stable="ONE."))["seq"]
            for text in ("Two.", "Three."):
                await speaker.send({"type": "partial", "text": text})
                await speaker.send({"type": "final", "text": text})
            await other.next(stable="THREE.")
            await speaker.send({"type": "partial", "text": "four"})
            await speaker.send({"type": "partial", "text": "four five"})
            await speaker.send({"type": "ping", "t": 1})
            await speaker.next(type="pong")
            async with service.peer(f"{path}&since={seq}") as reader:
                await reader.next(tentative="FOUR FIVE")
                captions = [m for m in reader.seen if m["type"] == "caption"]
                assert [c["stable"] for c in captions if c["final"]] == ["TWO.", "THREE."]
                assert [c["seq"] for c in captions] == sorted(c["seq"] for c in captions)
                assert captions[0]["seq"] > seq

    async def test_another_log_is_a_gap_and_not_a_place_to_resume(self, service: Service) -> None:
        async with hall(service) as (speaker, reader):
            await speaker.send({"type": "final", "text": "One."})
            await reader.next(stable="ONE.")
            for since in (1, 900):
                async with service.peer(f"/v1/rooms/hall/listen?lang=de&since={since}&log=other") as late:
                    assert (await late.next(type="ready"))["gap"] is True
                    await late.next(stable="ONE.")

    async def test_a_log_that_no_longer_reaches_back_says_so(self) -> None:
        engine, catalog = ScriptedEngine(shout), scripted_catalog(("en", "de"))
        async with serving(engine, catalog, log_limit=4) as service, hall(service) as (speaker, reader):
            for number in range(6):
                await speaker.send({"type": "final", "text": f"{number}."})
            await reader.next(stable="5.")
            async with service.peer("/v1/rooms/hall/listen?lang=de&since=1") as late:
                assert (await late.next(type="ready"))["gap"] is True


class TestSpeakers:
    async def test_another_speaker_takes_over(self, service: Service) -> None:
        async with hall(service) as (first, reader):
            async with service.peer("/v1/rooms/hall/speak?source=en") as second:
                await second.next(type="ready")
                assert await first.closed() == 4409
                assert first.last_error["code"] == "replaced"
                await second.send({"type": "final", "text": "Mine now."})
                assert (await reader.next(type="caption"))["stable"] == "MINE NOW."
            assert [m["speaker"] for m in reader.seen if m["type"] == "status"][-1] == "connected"

    async def test_an_utterance_goes_on_over_a_reconnect(self, service: Service) -> None:
        async with hall(service, listen="lang=de&stability=fast") as (first, reader):
            await first.send({"type": "partial", "text": "good morning", "utterance": 5})
            segment = (await reader.next(type="caption"))["segment"]
            async with service.peer("/v1/rooms/hall/speak?source=en") as second:
                await second.send({"type": "final", "text": "Good morning, all.", "utterance": 5})
                caption = await reader.next(final=True)
                assert (caption["segment"], caption["stable"]) == (segment, "GOOD MORNING, ALL.")

    async def test_another_source_language(self, service: Service) -> None:
        async with hall(service, listen="lang=en,de") as (_, reader):
            async with service.peer("/v1/rooms/hall/speak?source=de") as german:
                await german.next(type="ready", source="de")
                assert await reader.closed() == 4404
                assert reader.last_error["code"] == "unsupported_pair"

    async def test_readers_who_can_stay_are_told_the_new_language(self, service: Service) -> None:
        async with hall(service, listen="lang=en") as (_, reader):
            async with service.peer("/v1/rooms/hall/speak?source=sv") as swedish:
                await swedish.next(type="ready", source="sv")
                assert await reader.closed() == 4404
        async with service.peer("/v1/rooms/open/listen?lang=de") as reader:
            await reader.next(type="ready", source="en")
            async with service.peer("/v1/rooms/open/speak?source=de"):
                assert (await reader.next(type="ready", source="de"))["targets"] == []


BAD = {
    "not JSON": "{",
    "not an object": "[1]",
    "unknown type": '{"type":"shout"}',
    "no type": '{"text":"a"}',
    "missing field": '{"type":"partial"}',
    "wrong field": '{"type":"partial","text":7}',
    "lone surrogate": '{"type":"partial","text":"\\ud800"}',
    "control characters": '{"type":"partial","text":"a\\u0007b"}',
    "combining marks": json.dumps({"type": "partial", "text": "a" + "\u0301" * 100}),
    "a negative number": '{"type":"partial","text":"a","utterance":-1}',
    "binary": b"\x00\x01",
    "nothing to cancel": '{"type":"cancel","utterance":99}',
    "nothing to correct": '{"type":"correct","segment":99,"text":"a"}',
}


class TestBadInput:
    @pytest.mark.parametrize("frame", BAD.values(), ids=BAD)
    async def test_a_bad_message_is_answered_and_harms_nobody(self, service: Service, frame: str | bytes) -> None:
        async with hall(service) as (speaker, reader):
            await speaker.send({"type": "partial", "text": "good"})
            await speaker.send(frame)
            error = await speaker.next(type="error")
            assert error["code"] == "bad_message"
            assert error["retryable"] is False
            assert error["message"]
            await speaker.send({"type": "final", "text": "Good morning."})
            assert (await reader.next(final=True))["stable"] == "GOOD MORNING."
            assert not [m for m in reader.seen if m["type"] == "error"]

    @pytest.mark.parametrize(
        "text", ["a" * 4001, "\u0301" * 1_000_000], ids=["4,001 characters", "a million combining marks"]
    )
    async def test_too_large(self, service: Service, text: str) -> None:
        async with hall(service) as (speaker, reader):
            await speaker.send({"type": "partial", "text": text})
            assert await speaker.closed() == 1009
            assert speaker.last_error["code"] == "too_large"
            async with service.peer("/v1/rooms/hall/speak?source=en") as again:
                await again.send({"type": "final", "text": "a" * 4000})
                assert (await reader.next(type="caption"))["final"]

    async def test_a_frame_that_is_not_even_read_is_answered_too(self, service: Service) -> None:
        async with hall(service) as (speaker, reader):
            with suppress(ConnectionClosed):
                await speaker.send("x" * 9_000_000)
            assert await speaker.closed() == 1009
            assert speaker.last_error["code"] == "too_large"
            await reader.next(type="status", speaker="disconnected")

    async def test_ten_bad_messages_in_a_row_close_the_socket(self, service: Service) -> None:
        async with hall(service) as (speaker, reader):
            for _ in range(9):
                await speaker.send("{")
            await speaker.send({"type": "final", "text": "Still here."})
            assert (await reader.next(type="caption"))["stable"] == "STILL HERE."
            for _ in range(10):
                await speaker.send("{")
            assert await speaker.closed() == 4400
            assert len([m for m in speaker.seen if m["type"] == "error"]) == 19
            await reader.next(type="status", speaker="disconnected")

    async def test_a_reader_may_only_ping(self, service: Service) -> None:
        async with hall(service) as (_, reader):
            await reader.send({"type": "final", "text": "Let me speak!"})
            error = await reader.next(type="error")
            assert error["code"] == "bad_message"
            assert '"final"' in error["message"]

    @pytest.mark.parametrize(
        ("path", "code", "close", "says"),
        [
            ("/v1/rooms/hall/listen?lang=xx", "unsupported_pair", 4404, "no model from en to xx; there are: de, fr"),
            ("/v1/rooms/hall/speak?source=en&target=xx", "unsupported_pair", 4404, "no model from en to xx"),
            ("/v1/translate?source=xx&target=de", "unsupported_pair", 4404, "none translates from xx"),
            ("/v1/translate?source=en", "bad_request", 4400, "target"),
            ("/v1/translate?target=de", "bad_request", 4400, "source"),
            ("/v1/rooms/hall/listen?lang=de&since=7", "bad_request", 4400, "since: 7"),
            ("/v1/rooms/hall/listen?lang=de&since=x", "bad_request", 4400, "since"),
            ("/v1/rooms/hall/listen?lang=d%20e", "bad_request", 4400, "lang"),
            ("/v1/rooms/hall/listen?lang=de&stability=calm", "bad_request", 4400, "stability"),
            ("/v1/rooms/no%20room/listen", "bad_request", 4400, "no room"),
            ("/v1/rooms/%F0%9F%98%80/speak", "bad_request", 4400, "room"),
        ],
    )  # fmt: skip
    async def test_a_bad_request(self, service: Service, path: str, code: str, close: int, says: str) -> None:
        async with service.peer(path) as peer:
            assert await peer.closed() == close
            assert peer.last_error["code"] == code
            assert says in peer.last_error["message"]

    async def test_a_failed_request_leaves_no_trace(self, service: Service) -> None:
        async with service.peer("/v1/rooms/hall/listen?lang=xx") as peer:
            await peer.closed()
        async with hall(service) as (_, reader):
            await reader.next(type="status", readers=1)

    async def test_a_foreign_page_may_not_connect(self, service: Service) -> None:
        async with service.peer("/v1/rooms/hall/listen?lang=de", origin="https://evil.example") as peer:
            assert await peer.closed() == 4403
            assert peer.last_error["code"] == "forbidden"
        async with service.peer("/v1/rooms/hall/listen?lang=de", origin=service.url) as peer:
            await peer.next(type="ready")

    async def test_a_foreign_page_that_is_allowed_may(self) -> None:
        async with (
            serving(ScriptedEngine(shout), scripted_catalog(("en", "de")), origins=["https://good.example"]) as service,
            service.peer("/v1/rooms/hall/listen", origin="https://good.example") as peer,
        ):
            await peer.next(type="ready")


class TestLimits:
    async def test_a_silent_socket_is_closed_where_asked(self) -> None:
        async with serving(ScriptedEngine(shout), scripted_catalog(("en", "de")), idle_timeout_s=0.2) as service:
            async with service.peer("/v1/rooms/hall/listen?lang=de") as peer:
                assert await peer.closed() == 4408
                assert peer.last_error["code"] == "idle_timeout"

    async def test_no_more_rooms_than_allowed(self) -> None:
        async with serving(ScriptedEngine(shout), scripted_catalog(("en", "de")), max_rooms=1) as service:
            async with service.peer("/v1/rooms/one/listen?lang=de") as one, service.peer("/v1/rooms/two/listen") as two:
                await one.next(type="ready")
                assert await two.closed() == 1013
                assert two.last_error["retryable"] is True

    @pytest.mark.parametrize("load", [Load.BUSY, Load.OVERLOADED])
    async def test_a_busy_server_takes_no_new_rooms(self, load: Load) -> None:
        engine = ScriptedEngine(shout)
        async with serving(engine, scripted_catalog(("en", "de"))) as service:
            async with service.peer("/v1/rooms/old/speak?source=en") as old:
                await old.next(type="ready")
                engine.load = load
                async with service.peer("/v1/rooms/new/speak?source=en") as new:
                    assert await new.closed() == 1013
                    assert (new.last_error["code"], new.last_error["retryable"]) == ("try_again_later", True)
                async with service.peer("/v1/rooms/old/listen?lang=de") as reader:
                    await old.send({"type": "final", "text": "Still here."})
                    assert (await reader.next(final=True))["stable"] == "STILL HERE."

    async def test_a_busy_server_that_does_not_adapt_does(self) -> None:
        engine = ScriptedEngine(shout)
        engine.load = Load.OVERLOADED
        async with serving(engine, scripted_catalog(("en", "de")), adapt=False) as service:
            async with service.peer("/v1/rooms/new/speak?source=en") as new:
                await new.next(type="ready")

    async def test_a_room_that_everybody_left_is_forgotten(self) -> None:
        async with serving(ScriptedEngine(shout), scripted_catalog(("en", "de")), room_linger_s=0) as service:
            async with hall(service) as (speaker, reader):
                await speaker.send({"type": "final", "text": "Secret."})
                await reader.next(type="caption")
            async with asyncio.timeout(PATIENCE_S):
                while len(service.app.state.rooms):
                    await asyncio.sleep(0.05)
            async with hall(service) as (_, reader):
                assert reader.seen[0]["seq"] == 0

    async def test_a_slow_reader_is_given_up_and_harms_nobody(self) -> None:
        engine, catalog = ScriptedEngine(shout), scripted_catalog(("en", "de"))
        unpaced = serving(engine, catalog, outbox_limit=50, characters_per_s=0)
        async with unpaced as service, hall(service) as (speaker, reader):
            # It would not read the answer to a ping either.
            unread = {"sock": await _narrow_connection(service), "max_queue": 1, "ping_interval": None}
            async with service.peer("/v1/rooms/hall/listen?lang=de", **unread) as slow:
                await reader.next(type="status", readers=2)
                given_up = asyncio.create_task(reader.next(type="status", readers=1))
                sent = 0
                while not given_up.done():
                    for _ in range(20):
                        sent += 1
                        await speaker.send({"type": "final", "text": f"{sent} " + "word" * 900})
                    # The other reader keeps up.
                    while not given_up.done() and not reader.seen[-1].get("stable", "").startswith(f"{sent} "):
                        await asyncio.sleep(0)
                await given_up
                assert await slow.closed() == 1013
                assert slow.last_error["code"] == "try_again_later"
            await speaker.send({"type": "final", "text": "The end."})
            await reader.next(stable="THE END.")
            finals = [m["stable"].split()[0] for m in reader.seen if m["type"] == "caption"]
            assert finals == [*map(str, range(1, sent + 1)), "THE"]


class TestShutdown:
    async def test_finals_are_drained_and_sockets_closed_with_1012(self) -> None:
        engine, catalog = ScriptedEngine(), scripted_catalog(("en", "de"))
        async with serving(engine, catalog) as service, hall(service) as (speaker, reader):
            await speaker.send({"type": "partial", "text": "the last words"})
            await engine.answer("die letzten")
            service.server.should_exit = True
            job = await engine.answer("die letzten Worte")
            assert job.final
            assert (await reader.next(final=True))["stable"] == "die letzten Worte"
            assert await reader.closed() == 1012
            assert reader.last_error["code"] == "restarting"
            assert await speaker.closed() == 1012

    async def test_an_engine_that_hangs_does_not_hold_it_up(self) -> None:
        engine, catalog = ScriptedEngine(), scripted_catalog(("en", "de"))
        async with serving(engine, catalog, drain_s=0.1) as service, hall(service) as (speaker, reader):
            await speaker.send({"type": "final", "text": "Never translated."})
            await engine.jobs.get()
            service.server.should_exit = True
            assert await reader.closed() == 1012


async def test_a_broken_engine_closes_the_segment_as_last_seen() -> None:
    engine = ScriptedEngine()
    async with serving(engine, scripted_catalog(("en", "de"))) as broken:
        async with hall(broken, listen="lang=de&stability=fast") as (speaker, reader):
            await speaker.send({"type": "partial", "text": "hello"})
            await engine.answer("hallo")
            await reader.next(tentative="hallo")
            await speaker.send({"type": "final", "text": "Hello."})
            for _ in range(3):
                await engine.fail()
            assert (await reader.next(final=True))["stable"] == "hallo"
