"""Captions as Server-Sent Events, as a reader gets them who parses what comes as the HTML Standard says."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import orjson
import pytest

from rtt.auth import Role
from rtt.errors import BadRequest, Forbidden, UnsupportedPair, WireError
from tests.conftest import PATIENCE_S, Peer, Service, serving
from tests.scripted import ScriptedEngine, scripted_catalog, shout
from tests.test_app import get
from tests.test_rights import SECRET, token
from tests.test_sockets import hall

PATH = "/v1/rooms/hall/events"


class Source:
    """An answer full of events."""

    def __init__(self, answer: httpx.Response) -> None:
        self.headers = answer.headers
        self.status = answer.status_code
        self.seen: list[dict[str, Any]] = []
        self.retry_ms = 0
        self.comments = 0
        self.ids: list[str] = []
        self._lines = answer.aiter_lines()

    async def next(self, **wanted: Any) -> dict[str, Any]:
        """Return the next message that has these fields."""
        async with asyncio.timeout(PATIENCE_S):
            async for message in self._messages():
                if all(message.get(name) == value for name, value in wanted.items()):
                    return message
        raise EOFError(wanted)

    async def rest(self) -> list[dict[str, Any]]:
        """Return every message until the server ends."""
        async with asyncio.timeout(PATIENCE_S):
            return [message async for message in self._messages()]

    async def _messages(self) -> AsyncIterator[dict[str, Any]]:
        name, data = "", ""
        async for line in self._lines:
            field, _, value = line.partition(": ")
            match field:
                case "":
                    if data:
                        message = orjson.loads(data)
                        assert message["type"] == name
                        self.seen.append(message)
                        yield message
                    name, data = "", ""
                case "event":
                    name = value
                case "data":
                    data += value
                case "id":
                    self.ids.append(value)
                case "retry":
                    self.retry_ms = int(value)
                case ":":
                    self.comments += 1
                case _:
                    raise AssertionError(line)


@asynccontextmanager
async def events(service: Service, query: str = "lang=de", **headers: str) -> AsyncIterator[Source]:
    async with (
        httpx.AsyncClient(base_url=service.url, trust_env=False) as client,
        client.stream("GET", f"{PATH}?{query}", headers=headers) as answer,
    ):
        yield Source(answer)


async def say(speaker: Peer, *texts: str) -> None:
    for text in texts:
        await speaker.send({"type": "final", "text": text})


class TestCaptions:
    async def test_the_messages_of_a_socket(self, service: Service) -> None:
        async with hall(service, listen="lang=de&stability=fast") as (speaker, reader):
            async with events(service, "lang=de&stability=fast") as source:
                await source.next(type="status")
                await speaker.send({"type": "partial", "text": "good morning"})
                await source.next(tentative="GOOD MORNING")
                await say(speaker, "Good morning.")
                final = await source.next(final=True)
                assert final == await reader.next(final=True)
                await speaker.send({"type": "cancel", "utterance": 1})
                assert (await source.next(type="cancel"))["segment"] == final["segment"]
                assert source.seen[0]["type"] == "ready"

    async def test_what_the_answer_says_of_itself(self, service: Service) -> None:
        async with events(service) as source:
            await source.next(type="ready")
            assert source.status == 200
            assert source.headers["content-type"] == "text/event-stream; charset=utf-8"
            assert source.headers["cache-control"] == "no-store"
            assert source.headers["x-accel-buffering"] == "no"
            assert 1000 <= source.retry_ms <= 4000

    async def test_steady_is_the_default_and_each_has_its_own(self, service: Service) -> None:
        async with hall(service) as (speaker, _), events(service, "lang=de,en&stability=final") as source:
            await source.next(type="ready")
            await speaker.send({"type": "partial", "text": "good morning"})
            await say(speaker, "Good morning.")
            captions = [await source.next(type="caption") for _ in range(2)]
            assert {(c["lang"], c["final"]) for c in captions} == {("de", True), ("en", True)}

    async def test_a_comment_keeps_the_line_open(self, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("rtt.endpoints.streams._HEARTBEAT_S", 0.01)
        async with hall(service) as (speaker, _), events(service) as source:
            await source.next(type="status")
            await asyncio.sleep(0.2)
            await say(speaker, "One.")
            await source.next(stable="ONE.")
            assert source.comments

    async def test_head(self, service: Service) -> None:
        async with httpx.AsyncClient(base_url=service.url, trust_env=False) as client:
            answer = await client.head(PATH)
            assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert len(service.app.state.rooms) == 0


class TestResume:
    @pytest.mark.parametrize("plain", [True, False], ids=["seq", "seq and log"])
    async def test_what_was_missed_comes_once(self, service: Service, plain: bool) -> None:  # noqa: FBT001 - a table's column
        async with hall(service) as (speaker, reader):
            async with events(service) as source:
                await say(speaker, "One.", "Two.", "Three.")
                await source.next(stable="THREE.")
                _, _, two, two_and_log, _ = source.ids
            await say(speaker, "Four.")
            await reader.next(stable="FOUR.")
            async with events(service, "lang=de&since=0", **{"Last-Event-ID": two if plain else two_and_log}) as source:
                await source.next(stable="FOUR.")
                assert "gap" not in source.seen[0]
                assert [m["stable"] for m in source.seen if m["type"] == "caption"] == ["THREE.", "FOUR."]

    async def test_an_id_is_the_seq_and_then_the_log_too(self, service: Service) -> None:
        async with hall(service) as (speaker, _), events(service) as source:
            await say(speaker, "One.", "Two.")
            await source.next(stable="TWO.")
            log = source.seen[0]["log"]
            one, two = [str(message["seq"]) for message in source.seen if message["type"] == "caption"]
            assert source.ids == [one, f"{one}.{log}", two]

    async def test_since_in_the_address(self, service: Service) -> None:
        async with hall(service) as (speaker, reader):
            await say(speaker, "One.", "Two.")
            seq = (await reader.next(stable="ONE."))["seq"]
            await reader.next(stable="TWO.")
            async with events(service, f"lang=de&since={seq}") as source:
                assert (await source.next(type="caption"))["stable"] == "TWO."

    @pytest.mark.parametrize("last_id", ["1.other", "900.other", "900"])
    async def test_a_place_in_another_log_is_a_gap(self, service: Service, last_id: str) -> None:
        async with hall(service) as (speaker, reader):
            await say(speaker, "One.")
            await reader.next(stable="ONE.")
            async with events(service, **{"Last-Event-ID": last_id}) as source:
                assert (await source.next(type="ready"))["gap"] is True
                await source.next(stable="ONE.")


class TestErrors:
    @pytest.mark.parametrize(
        ("query", "headers", "error", "says"),
        [
            ("lang=xx", {}, UnsupportedPair, "xx"),
            ("lang=de&stability=calm", {}, BadRequest, "stability"),
            ("lang=de&since=7", {}, BadRequest, "since: 7"),
            ("lang=de", {"Last-Event-ID": "x"}, BadRequest, "Last-Event-ID: 'x'"),
            ("lang=de", {"Origin": "https://evil.example"}, Forbidden, "evil.example"),
        ],
    )
    async def test_what_trying_again_would_not_change_is_answered_with_its_status(
        self, service: Service, query: str, headers: dict[str, str], error: type[WireError], says: str
    ) -> None:
        answer = await get(service, f"{PATH}?{query}", **headers)
        told = answer.json()
        assert (answer.status_code, told["type"], told["code"]) == (error("").status, "error", error.code)
        assert says in told["message"]

    async def test_a_language_that_a_new_speaker_ends_is_the_last_event(self, service: Service) -> None:
        async with hall(service), events(service) as source:
            await source.next(type="ready")
            async with service.peer("/v1/rooms/hall/speak?source=fr"):
                *_, error = await source.rest()
            assert (error["type"], error["code"]) == ("error", "unsupported_pair")
            assert source.retry_ms > 60_000

    async def test_a_page_that_is_allowed(self) -> None:
        async with serving(ScriptedEngine(shout), scripted_catalog(), origins=["https://good.example"]) as service:
            async with events(service, "", Origin="https://good.example") as source:
                await source.next(type="ready")
                assert source.headers["access-control-allow-origin"] == "https://good.example"

    async def test_a_shutdown_sends_the_last_words_first(self) -> None:
        engine = ScriptedEngine()
        async with serving(engine, scripted_catalog(("en", "de"))) as service, hall(service) as (speaker, _):
            async with events(service) as source:
                await source.next(type="ready")
                await speaker.send({"type": "partial", "text": "the last words"})
                await engine.answer("die letzten")
                service.server.should_exit = True
                await engine.answer("die letzten Worte")
                *_, final, error = await source.rest()
                assert (final["stable"], final["final"]) == ("die letzten Worte", True)
                assert (error["code"], error["retryable"]) == ("restarting", True)
                assert source.retry_ms <= 4000


class TestRights:
    @pytest.mark.parametrize(
        ("given", "status"), [("", 401), (token(Role.READER, "attic"), 403), (token(Role.READER), 200)]
    )
    async def test_a_reader_needs_a_token_of_the_room(self, given: str, status: int) -> None:
        headers = {"Authorization": f"Bearer {given}"} if given else {}
        async with serving(ScriptedEngine(shout), scripted_catalog(("en", "de")), secrets=[SECRET]) as service:
            async with events(service, **headers) as source:
                assert source.status == status
            assert len(service.app.state.rooms) == (status == 200)
            head = await get(service, PATH, method="HEAD", **headers)
            assert head.status_code == status

    async def test_a_room_is_what_its_token_says(self) -> None:
        catalog = scripted_catalog(("de", "fr"))
        async with serving(ScriptedEngine(shout), catalog, secrets=[SECRET]) as service:
            given = token(Role.READER, source="de")
            async with events(service, f"lang=fr&token={given}") as source:
                assert (await source.next(type="ready"))["source"] == "de"


class TestLimits:
    async def test_a_full_room_is_to_be_tried_again(self) -> None:
        async with serving(ScriptedEngine(shout), scripted_catalog(("en", "de")), readers_per_room=1) as service:
            async with events(service) as first:
                await first.next(type="ready")
                async with events(service) as second:
                    (error,) = await second.rest()
                assert (second.status, error["code"], error["retryable"]) == (200, "quota_exceeded", True)
                assert second.retry_ms <= 4000

    async def test_an_address_has_so_many(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("rtt.endpoints.streams.address_of", lambda _: "192.0.2.1")
        async with serving(ScriptedEngine(shout), scripted_catalog(("en", "de")), sockets_per_address=1) as service:
            async with events(service) as first:
                await first.next(type="ready")
                async with events(service) as second:
                    (error,) = await second.rest()
                assert error["code"] == "quota_exceeded"
                assert "192.0.2.1" in error["message"]
            async with asyncio.timeout(PATIENCE_S), events(service) as third:
                await third.next(type="ready")

    async def test_a_connection_ends_when_it_is_old(self) -> None:
        async with serving(ScriptedEngine(shout), scripted_catalog(("en", "de")), max_age_s=0.2) as service:
            async with events(service) as source:
                *_, error = await source.rest()
                assert (source.seen[0]["type"], error["code"]) == ("ready", "try_again_later")


class TestLeaving:
    async def test_who_leaves_is_forgotten(self, service: Service) -> None:
        async with hall(service) as (_, reader):
            await reader.next(type="status", readers=1)
            tasks = len(asyncio.all_tasks())
            async with events(service) as one, events(service) as other:
                await one.next(type="ready")
                await other.next(type="ready")
                await reader.next(type="status", readers=3)
            await reader.next(type="status", readers=1)
            async with asyncio.timeout(PATIENCE_S):
                while len(asyncio.all_tasks()) > tasks:
                    await asyncio.sleep(0.01)

    async def test_who_reads_too_slowly_is_given_up_and_harms_nobody(self) -> None:
        engine, catalog = ScriptedEngine(shout), scripted_catalog(("en", "de"))
        async with (
            serving(engine, catalog, outbox_limit=20, characters_per_s=0) as service,
            hall(service) as (speaker, reader),
        ):
            slow_reader, slow_writer = await asyncio.open_connection(sock=_narrow_socket(service), limit=4096)
            slow_writer.write(f"GET {PATH}?lang=de HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            await reader.next(type="status", readers=2)
            given_up = asyncio.create_task(reader.next(type="status", readers=1))
            sent = 0
            while not given_up.done():
                for _ in range(5):
                    sent += 1
                    await say(speaker, f"{sent} " + "word" * 900)
                await speaker.send({"type": "ping", "t": sent})
                await speaker.next(type="pong", t=sent)
            await given_up
            await say(speaker, "The end.")
            await reader.next(stable="THE END.")
            async with asyncio.timeout(PATIENCE_S):
                received = await slow_reader.read()
            slow_writer.close()
            assert b'event: error\ndata: {"type":"error","code":"try_again_later"' in received
            finals = [m["stable"].split()[0] for m in reader.seen if m["type"] == "caption"]
            assert finals == [*map(str, range(1, sent + 1)), "THE"]


def _narrow_socket(service: Service) -> socket.socket:
    """Return a connection that holds little of what is not read."""
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
    host, port = service.url.removeprefix("http://").split(":")
    narrow.connect((host, int(port)))
    return narrow
