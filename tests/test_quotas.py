"""What one address, room or speaker may have or send, over real sockets."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any

import httpx
import pytest
from starlette.requests import HTTPConnection
from websockets.exceptions import ConnectionClosed

from rtt.config import make_config
from rtt.endpoints.door import address_of
from rtt.quotas import Quotas
from tests.conftest import Peer, Service, serving
from tests.scripted import ScriptedEngine, scripted_catalog, shout

LISTEN = "/v1/rooms/hall/listen?lang=de"
SPEAK = "/v1/rooms/hall/speak?source=en"


@asynccontextmanager
async def limited(**settings: Any) -> AsyncIterator[Service]:
    async with serving(ScriptedEngine(shout), scripted_catalog(("en", "de")), **settings) as service:
        yield service


def afar(service: Service, path: str, address: str = "203.0.113.7") -> AbstractAsyncContextManager[Peer]:
    """A peer whose connection a proxy on this machine hands on."""
    return service.peer(path, additional_headers={"X-Forwarded-For": address})


async def is_refused(peer: Peer, says: str) -> bool:
    assert await peer.closed() == 4429
    assert peer.last_error["code"] == "quota_exceeded"
    assert peer.last_error["retryable"] is True
    return says in peer.last_error["message"]


class TestQuotas:
    async def test_sockets_of_an_address(self) -> None:
        async with limited(sockets_per_address=2) as service, afar(service, LISTEN) as one:
            await one.next(type="ready")
            async with afar(service, LISTEN) as two, afar(service, LISTEN) as three:
                await two.next(type="ready")
                assert await is_refused(three, "203.0.113.7 has 2 sockets")
                async with afar(service, LISTEN, "203.0.113.8") as other, service.peer(LISTEN) as local:
                    await other.next(type="ready")
                    await local.next(type="ready")
            await one.next(type="status", readers=1)
            async with afar(service, LISTEN) as again:
                await again.next(type="ready")

    async def test_this_machine_has_no_limit(self) -> None:
        async with limited(sockets_per_address=1, rooms_per_address=1) as service:
            for room in ("one", "two"):
                async with service.peer(f"/v1/rooms/{room}/listen") as a, service.peer(f"/v1/rooms/{room}/listen") as b:
                    await a.next(type="ready")
                    await b.next(type="ready")

    async def test_new_rooms_of_an_address(self) -> None:
        async with limited(rooms_per_address=1) as service:
            async with afar(service, "/v1/rooms/one/listen") as one, afar(service, "/v1/rooms/two/listen") as two:
                await one.next(type="ready")
                assert await is_refused(two, "203.0.113.7 has made 1 rooms")
            async with httpx.AsyncClient(base_url=service.url, trust_env=False) as client:
                answer = await client.post("/v1/rooms", headers={"X-Forwarded-For": "203.0.113.7"})
                assert (answer.status_code, answer.json()["code"]) == (429, "quota_exceeded")
            async with afar(service, "/v1/rooms/one/listen") as again:
                await again.next(type="ready")

    async def test_readers_of_a_room(self) -> None:
        async with limited(readers_per_room=1) as service, service.peer(LISTEN) as one:
            await one.next(type="ready")
            async with service.peer(LISTEN) as two, service.peer(SPEAK) as speaker:
                assert await is_refused(two, "room hall has 1 readers")
                await speaker.next(type="ready")

    @pytest.mark.parametrize("path", [LISTEN, SPEAK])
    async def test_a_connection_that_is_old_is_renewed(self, path: str) -> None:
        async with limited(max_age_s=0.2) as service, service.peer(path) as peer:
            await peer.next(type="ready")
            assert await peer.closed() == 1013
            assert (peer.last_error["code"], peer.last_error["retryable"]) == ("try_again_later", True)


class TestPace:
    @pytest.mark.parametrize(
        "settings", [{"messages_per_s": 20}, {"messages_per_s": 0, "characters_per_s": 4000}], ids=str
    )
    async def test_ten_times_too_fast_loses_no_final(self, settings: dict[str, int]) -> None:
        texts = [f"Sentence {number} " + "x" * 180 for number in range(20)]
        async with limited(**settings) as service, service.peer(SPEAK) as speaker, service.peer(LISTEN) as reader:
            await reader.next(type="status", speaker="connected")
            for number, text in enumerate(texts):
                for length in range(20, 200, 20):
                    await speaker.send({"type": "partial", "text": text[:length], "utterance": number})
                await speaker.send({"type": "final", "text": text, "utterance": number})
            finals = [(await reader.next(type="caption", final=True))["stable"] for _ in texts]
            assert finals == [text.upper() for text in texts]
            await speaker.send({"type": "ping", "t": 1})
            await speaker.next(type="pong", t=1)
            errors = {(m["code"], m["retryable"]) for m in speaker.seen if m["type"] == "error"}
            assert errors == {("rate_limited", True)}

    async def test_a_text_of_more_than_a_seconds_characters_comes_through(self) -> None:
        async with limited(characters_per_s=1000) as service, service.peer(SPEAK) as speaker:
            async with service.peer(LISTEN) as reader:
                await reader.next(type="status", speaker="connected")
                for number in range(2):
                    await speaker.send({"type": "final", "text": f"{number}" + "x" * 3000})
                    await reader.next(type="caption", stable=f"{number}" + "X" * 3000)

    async def test_who_has_to_wait_is_not_taken_for_dead(self) -> None:
        async with limited(messages_per_s=2) as service, service.peer(LISTEN) as reader:
            service.server.config.ws_ping_interval = service.server.config.ws_ping_timeout = 0.1
            async with service.peer(SPEAK) as speaker:
                await reader.next(type="status", speaker="connected")
                for number in range(6):
                    await speaker.send({"type": "final", "text": f"{number}"})
                for number in range(6):
                    await reader.next(type="caption", stable=f"{number}")
                await speaker.send({"type": "ping", "t": 1})
                await speaker.next(type="pong")

    async def test_a_flood_that_goes_on_is_closed(self) -> None:
        async with limited(messages_per_s=1) as service, service.peer(SPEAK) as speaker:
            await speaker.next(type="ready")
            with suppress(ConnectionClosed):
                for number in range(1300):
                    await speaker.send({"type": "partial", "text": f"{number}"})
            assert await speaker.closed() == 4429
            assert speaker.last_error["code"] == "rate_limited"

    async def test_a_reader_that_floods_with_pings_is_slowed_down_and_answered(self) -> None:
        loop = asyncio.get_running_loop()
        async with limited(messages_per_s=50) as service, service.peer(LISTEN) as reader:
            began = loop.time()
            for t in range(120):
                await reader.send({"type": "ping", "t": t})
            assert [(await reader.next(type="pong"))["t"] for _ in range(120)] == list(range(120))
            # No busy machine makes it faster.
            assert loop.time() - began > 1

    async def test_a_limit_of_none(self) -> None:
        async with limited(messages_per_s=0, characters_per_s=0) as service, service.peer(SPEAK) as speaker:
            for number in range(1000):
                await speaker.send({"type": "partial", "text": f"{number}"})
            await speaker.send({"type": "ping", "t": 1})
            await speaker.next(type="pong")
            assert not [m for m in speaker.seen if m["type"] == "error"]


@pytest.mark.parametrize(
    ("peer", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("127.0.0.1", ""),
        ("127.8.9.1", ""),
        ("::1", ""),
        ("::ffff:127.0.0.1", ""),
        (None, ""),
        ("testclient", ""),
    ],
)
def test_whom_a_limit_counts(peer: str | None, address: str) -> None:
    scope = {"type": "http", "client": None if peer is None else (peer, 50_000)}
    assert address_of(HTTPConnection(scope)) == address


async def test_what_is_past_is_forgotten_without_a_thread() -> None:
    pace = Quotas(make_config({"messages_per_s": 5})).pace("speaker", "hall")
    threads = threading.active_count()
    assert [pace.admits(1) for _ in range(7)] == [True] * 5 + [False] * 2
    assert threading.active_count() == threads
    await asyncio.sleep(2.2)
    assert not any(pace._moving.storage.events.values())  # type: ignore[attr-defined]
    assert pace.admits(1)
