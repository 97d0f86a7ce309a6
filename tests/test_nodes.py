"""Rooms that several nodes serve over one Redis: real sockets, a real Redis, a scripted engine."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Peer, Service, serving
from tests.redis_server import RedisServer
from tests.scripted import ScriptedEngine, scripted_catalog, shout


@pytest.fixture
async def redis(tmp_path: Path) -> AsyncIterator[RedisServer]:
    server = RedisServer(tmp_path)
    await server.start()
    yield server
    server.kill()


def node(redis: RedisServer, **settings: Any) -> Any:
    return serving(ScriptedEngine(shout), scripted_catalog(("en", "de"), ("en", "fr")), log=redis.url, **settings)


@pytest.fixture
async def nodes(redis: RedisServer) -> AsyncIterator[tuple[Service, Service]]:
    async with node(redis) as one, node(redis) as two:
        yield one, two


@asynccontextmanager
async def greeted(service: Service, path: str) -> AsyncIterator[Peer]:
    async with service.peer(f"/v1/rooms/hall/{path}") as peer:
        await peer.next(type="ready")
        yield peer


Nodes = tuple[Service, Service]


async def test_a_reader_of_another_node_sees_the_same(nodes: Nodes) -> None:
    one, two = nodes
    async with (
        greeted(one, "speak?source=en") as speaker,
        greeted(one, "listen?lang=de&stability=fast") as near,
        greeted(two, "listen?lang=de&stability=fast") as far,
    ):
        await speaker.send({"type": "partial", "text": "good morning"})
        await far.next(tentative="GOOD MORNING")
        await speaker.send({"type": "final", "text": "Good morning."})
        captions = [await reader.next(type="caption", final=True) for reader in (near, far)]
        assert captions[0] == captions[1]
        assert captions[0]["stable"] == "GOOD MORNING."
        assert near.seen[0]["log"] == far.seen[0]["log"]


async def test_a_language_that_only_a_far_reader_wants_is_opened(nodes: Nodes) -> None:
    one, two = nodes
    async with greeted(one, "speak?source=en") as speaker:
        await speaker.send({"type": "final", "text": "Before."})
        await speaker.send({"type": "ping", "t": 1})
        await speaker.next(type="pong")
        async with greeted(two, "listen?lang=fr") as far:
            assert (await far.next(type="caption"))["stable"] == "BEFORE."


async def test_another_speaker_takes_over_at_another_node(nodes: Nodes) -> None:
    one, two = nodes
    async with greeted(one, "speak?source=en") as first, greeted(one, "listen?lang=de") as near:
        await first.send({"type": "final", "text": "One."})
        await near.next(stable="ONE.")
        async with greeted(two, "speak?source=en") as second, greeted(two, "listen?lang=de") as far:
            assert await first.closed() == 4409
            assert first.last_error["code"] == "replaced"
            await second.send({"type": "final", "text": "Two."})
            two_of = await near.next(stable="TWO.")
            assert two_of == await far.next(stable="TWO.")
            assert (two_of["segment"], two_of["seq"]) == (2, 4)
