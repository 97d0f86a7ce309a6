"""What Redis keeps of a room once everybody has left it: real sockets, a real Redis."""

import asyncio
from typing import Any

from rtt.auth import Role
from rtt.retention import Retention
from tests.conftest import PATIENCE_S, serving
from tests.redis_server import RedisServer
from tests.scripted import ScriptedEngine, scripted_catalog, shout
from tests.test_nodes import Nodes, greeted, node, nodes, redis
from tests.test_rights import SECRET, post, token

__all__ = ["nodes", "redis"]


async def said(redis: RedisServer) -> bool:
    """Tell whether anything that was said can be read in Redis, letters included."""
    async with redis.client() as client:
        dumps = [await client.xrange(key) for key in [key async for key in client.scan_iter("rtt:*", _type="STREAM")]]
    return "secret" in str(dumps).lower()


async def test_nothing_of_a_room_is_left_once_it_is_forgotten(redis: RedisServer) -> None:
    async with node(redis, room_linger_s=0) as one:
        async with greeted(one, "speak?source=en") as speaker, greeted(one, "listen?lang=de") as reader:
            await speaker.send({"type": "final", "text": "Secret."})
            await reader.next(type="caption")
            assert await said(redis)
        async with redis.client() as client, asyncio.timeout(PATIENCE_S):
            while [key async for key in client.scan_iter("rtt:room:*")]:
                await asyncio.sleep(0.05)


async def test_the_wish_of_whoever_came_to_another_node_holds_everywhere(redis: RedisServer) -> None:
    def guarded() -> Any:
        return serving(ScriptedEngine(shout), scripted_catalog(("en", "de")), log=redis.url, secrets=[SECRET])

    strict = token(Role.READER, retention=Retention(0))
    async with guarded() as one, guarded() as two:
        async with (
            greeted(two, f"listen?lang=de&token={strict}") as reader,
            greeted(one, f"speak?source=en&token={token(Role.SPEAKER)}") as speaker,
        ):
            await speaker.send({"type": "final", "text": "Secret."})
            await reader.next(stable="SECRET.")
            async with redis.client() as client, asyncio.timeout(PATIENCE_S):
                while await client.pttl("rtt:room:hall:log") > 30_000:
                    await asyncio.sleep(0.05)
        async with asyncio.timeout(PATIENCE_S):
            while await said(redis) or len(one.app.state.rooms) or len(two.app.state.rooms):
                await asyncio.sleep(0.05)


async def test_the_wish_outlives_the_leader_that_was_told(nodes: Nodes, redis: RedisServer) -> None:
    one, two = nodes
    await post(one, content='{"room":"hall","retention_s":0}')
    async with greeted(two, "speak?source=en") as speaker, greeted(two, "listen?lang=de") as reader:
        await speaker.send({"type": "final", "text": "Secret."})
        await reader.next(stable="SECRET.")
    async with asyncio.timeout(PATIENCE_S):
        while await said(redis) or len(one.app.state.rooms) or len(two.app.state.rooms):
            await asyncio.sleep(0.05)


async def test_a_letter_is_taken_away_once_it_is_read(nodes: Nodes, redis: RedisServer) -> None:
    one, two = nodes
    async with greeted(one, "speak?source=en") as speaker, greeted(one, "listen?lang=de") as reader:
        await speaker.send({"type": "final", "text": "Nothing."})
        await reader.next(stable="NOTHING.")
        async with greeted(two, "speak?role=operator") as operator:
            await operator.send({"type": "glossary", "terms": [{"source": "my secret", "keep": True}]})
            await operator.send({"type": "ping", "t": 1})
            await operator.next(type="pong")
            await speaker.next(type="glossary")
        async with asyncio.timeout(PATIENCE_S):
            async with redis.client() as client:
                while any([await client.xlen(key) async for key in client.scan_iter("rtt:node:*")]):
                    await asyncio.sleep(0.05)
