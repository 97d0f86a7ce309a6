"""Rooms that several nodes serve over one Redis: real sockets, a real Redis, a scripted engine."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from rtt.engine import NoEngine
from rtt.nodes.store import Store
from tests.conftest import PATIENCE_S, Peer, Service, serving
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


async def test_speakers_who_fight(nodes: Nodes) -> None:
    async with greeted(nodes[0], "listen?lang=de") as near, greeted(nodes[1], "listen?lang=de") as far:
        async with AsyncExitStack() as stack:
            speakers: list[Peer] = []
            for number in range(8):
                speaker = await stack.enter_async_context(greeted(nodes[number % 2], "speak?source=en"))
                speakers.append(speaker)
                await speaker.send({"type": "final", "text": f"Sentence {number}."})
                await speaker.send({"type": "ping", "t": number})
                await speaker.next(type="pong", t=number)
            assert [await speaker.closed() for speaker in speakers[:-1]] == [4409] * 7
            for reader in (near, far):
                await reader.next(stable="SENTENCE 7.")
                heard = [m["stable"] for m in reader.seen if m["type"] == "caption"]
                assert heard == [f"SENTENCE {number}." for number in range(8)]


async def test_an_utterance_goes_on_at_another_node(nodes: Nodes) -> None:
    one, two = nodes
    async with greeted(two, "listen?lang=de&stability=fast") as reader:
        async with greeted(one, "speak?source=en") as speaker:
            await speaker.send({"type": "partial", "text": "good morning", "utterance": 5})
            before = await reader.next(tentative="GOOD MORNING")
        async with greeted(two, "speak?source=en") as speaker:
            await speaker.send({"type": "final", "text": "Good morning, all.", "utterance": 5})
            after = await reader.next(final=True)
    assert (after["segment"], after["stable"]) == (before["segment"], "GOOD MORNING, ALL.")
    assert after["revision"] > before["revision"]


async def test_a_final_that_is_sent_again_to_another_node_is_known(nodes: Nodes) -> None:
    one, two = nodes
    final = {"type": "final", "text": "One. Two.", "utterance": 5}
    async with greeted(two, "listen?lang=de") as reader:
        for service in nodes:
            async with greeted(service, "speak?source=en") as speaker:
                await speaker.send(final)
                await speaker.send({"type": "ping", "t": 1})
                await speaker.next(type="pong")
        async with greeted(one, "speak?source=en") as speaker:
            await speaker.send({"type": "final", "text": "Three.", "utterance": 6})
            await reader.next(stable="THREE.")
    assert [m["stable"] for m in reader.seen if m["type"] == "caption"] == ["ONE.", "TWO.", "THREE."]


async def test_what_was_acknowledged_is_translated_though_its_leader_was_killed(redis: RedisServer) -> None:
    """Its engine never answers, so that nothing but the words themselves is in the log."""
    hangs = ScriptedEngine()
    async with node(redis) as two, greeted(two, "listen?lang=de") as reader:
        async with serving(hangs, scripted_catalog(("en", "de")), log=redis.url, drain_s=0) as one:
            async with greeted(one, "speak?source=en&target=de") as speaker:
                await speaker.send({"type": "final", "text": "Not lost."})
                await speaker.send({"type": "ping", "t": 1})
                await speaker.next(type="pong")
                await hangs.jobs.get()
                one.server.should_exit = True
                await speaker.closed()
        assert (await reader.next(type="caption"))["stable"] == "NOT LOST."


async def test_a_pong_waits_until_redis_has_it(nodes: Nodes, redis: RedisServer) -> None:
    one, _ = nodes
    async with greeted(one, "speak?source=en") as speaker, greeted(one, "listen?lang=de") as reader:
        redis.kill()
        await speaker.send({"type": "final", "text": "Kept."})
        await speaker.send({"type": "ping", "t": 1})
        # What is answered at once comes before the pong.
        await speaker.send("{")
        await speaker.next(type="error")
        await reader.send({"type": "ping", "t": 2})
        await reader.next(type="pong")
        assert not [m for m in speaker.seen if m["type"] == "pong"]
        assert not [m for m in reader.seen if m["type"] == "caption"]
        await redis.start()
        await speaker.next(type="pong", t=1)
        await reader.next(stable="KEPT.")


async def test_a_pong_waits_for_every_sentence(nodes: Nodes, redis: RedisServer) -> None:
    async with greeted(nodes[0], "speak?source=en") as speaker, redis.client() as client:
        await speaker.send({"type": "final", "text": "Go on. " * 500})
        await speaker.send({"type": "ping", "t": 1})
        await speaker.next(type="pong")
        assert await client.xlen("rtt:room:hall:log") == 500


async def test_a_leader_that_was_deposed_says_nothing_more(nodes: Nodes, redis: RedisServer) -> None:
    """It was frozen, perhaps, and does not know that another node leads."""
    async with greeted(nodes[0], "speak?source=en") as speaker, redis.client() as client:
        await client.hset("rtt:room:hall:state", "token", "another:1")
        await speaker.send({"type": "final", "text": "Too late."})
        await speaker.send({"type": "ping", "t": 1})
        assert await speaker.closed() == 1013
        assert not [m for m in speaker.seen if m["type"] == "pong"]
        assert await client.xlen("rtt:room:hall:log") == 0


async def test_a_redis_that_forgot_everything_is_told_again(nodes: Nodes, redis: RedisServer) -> None:
    one, two = nodes
    terms = [{"source": "hat", "targets": {"de": "Hut"}}]
    async with greeted(one, "listen?lang=de") as reader:
        async with greeted(two, "speak?source=en") as speaker:
            await speaker.send({"type": "glossary", "terms": terms})
            await speaker.send({"type": "final", "text": "One."})
            await reader.next(stable="ONE.")
        async with greeted(one, "speak?source=en") as speaker:
            await speaker.send({"type": "final", "text": "Two."})
            await reader.next(stable="TWO.")
            redis.kill()
            redis.lose()
            await redis.start()
            await speaker.send({"type": "final", "text": "Three."})
            await reader.next(stable="THREE.")
        async with node(redis) as three, greeted(three, "speak?source=en") as speaker:
            await speaker.send({"type": "final", "text": "A hat."})
            log = reader.seen[0]["log"]
            async with greeted(three, f"listen?lang=de&since=0&log={log}") as late:
                await late.next(stable="A Hut.")
    assert [m["stable"] for m in late.seen if m["type"] == "caption"] == ["ONE.", "TWO.", "THREE.", "A Hut."]


async def test_a_leader_stays_as_long_as_another_node_has_readers(redis: RedisServer) -> None:
    async with node(redis, room_linger_s=0) as one, node(redis) as two, greeted(two, "listen?lang=de") as reader:
        async with greeted(one, "speak?source=en"), greeted(one, "listen?lang=en") as near:
            await near.next(type="status", readers=2)
        async with one.peer("/v1/rooms/other/listen?lang=de"):
            pass
        async with asyncio.timeout(PATIENCE_S):
            while "other" in one.app.state.rooms._rooms:
                await asyncio.sleep(0.05)
        assert "hall" in one.app.state.rooms._rooms
        await reader.next(type="status", readers=1, speaker="disconnected")


@pytest.mark.parametrize("at_once", [False, True])
async def test_a_speaker_is_asked_to_wait_before_anything_is_lost(redis: RedisServer, *, at_once: bool) -> None:
    """Redis is away for longer than the log can bear; all that is said may come before any of it is in the log."""
    async with node(redis, log_limit=20) as one, greeted(one, "listen?lang=en") as reader:
        async with greeted(one, "speak?source=en") as speaker:
            redis.kill()
            finals = [{"type": "final", "text": f"Sentence {n}.", "utterance": n} for n in range(30)]
            with suppress(ConnectionClosed):
                for some in [finals] if at_once else [[final] for final in finals]:
                    await asyncio.gather(*map(speaker.send, some))
            assert await speaker.closed() == 1013
            assert speaker.last_error["retryable"]
        await redis.start()
        await reader.next(stable="Sentence 0.")
        async with greeted(one, "speak?source=en") as speaker:
            for number in range(30):
                await speaker.send({"type": "final", "text": f"Sentence {number}.", "utterance": number})
                await speaker.send({"type": "ping", "t": number})
                await speaker.next(type="pong", t=number)
        await reader.next(stable="Sentence 29.")
        heard = [m["stable"] for m in reader.seen if m["type"] == "caption"]
        assert heard == [f"Sentence {number}." for number in range(30)]


async def test_nobody_comes_in_while_redis_is_away_but_who_is_here_stays(nodes: Nodes, redis: RedisServer) -> None:
    one, two = nodes
    async with greeted(one, "listen?lang=de"):
        redis.kill()
        async with greeted(one, "listen?lang=de"):
            async with two.peer("/v1/rooms/hall/listen?lang=de") as stranger:
                assert await stranger.closed() == 1013
                assert stranger.last_error["retryable"]
        await redis.start()


async def test_a_reader_resumes_at_another_node(nodes: Nodes) -> None:
    one, two = nodes
    async with greeted(one, "speak?source=en") as speaker:
        async with greeted(one, "listen?lang=de") as reader:
            await speaker.send({"type": "final", "text": "One."})
            seen = await reader.next(stable="ONE.")
            log = reader.seen[0]["log"]
        for text in ("Two.", "Three."):
            await speaker.send({"type": "final", "text": text})
        await speaker.send({"type": "partial", "text": "four"})
        async with greeted(two, f"listen?lang=de&stability=fast&since={seen['seq']}&log={log}") as reader:
            assert "gap" not in reader.seen[0]
            await reader.next(tentative="FOUR")
            assert [m["stable"] for m in reader.seen if m.get("final")] == ["TWO.", "THREE."]


async def test_the_future_of_a_log_is_a_gap(nodes: Nodes) -> None:
    """Redis has lost what this reader has seen."""
    async with nodes[0].peer("/v1/rooms/hall/listen?lang=de&since=900") as reader:
        assert (await reader.next(type="ready"))["gap"] is True


async def test_readers_are_counted_over_all_nodes(nodes: Nodes) -> None:
    one, two = nodes
    async with greeted(one, "speak?source=en"), greeted(one, "listen?lang=de"), greeted(two, "listen?lang=de") as far:
        await far.next(type="status", readers=2, speaker="connected")


async def test_a_pair_without_a_model_is_refused_at_every_node(redis: RedisServer) -> None:
    pairs = ("en", "de"), ("en", "xx")
    relay = serving(ScriptedEngine(shout), scripted_catalog(*pairs), log=redis.url, relay=True)
    async with node(redis) as one, relay as edge:
        async with one.peer("/v1/rooms/hall/listen?lang=xx") as near:
            assert await near.closed() == 4404
        async with edge.peer("/v1/rooms/hall/listen?lang=xx") as far:
            await far.next(type="ready")
            async with greeted(one, "speak?source=en"):
                assert await far.closed() == 4404
                assert far.last_error["code"] == "unsupported_pair"


class TestRelay:
    """A node without models."""

    @pytest.fixture
    async def edge(self, redis: RedisServer) -> AsyncIterator[tuple[Service, Service]]:
        relay = serving(NoEngine(), scripted_catalog(("en", "de"), ("en", "fr")), log=redis.url, relay=True)
        async with node(redis) as one, relay as edge:
            yield one, edge

    async def test_it_serves_readers(self, edge: Nodes) -> None:
        one, relay = edge
        async with greeted(relay, "listen?lang=fr") as reader, greeted(one, "speak?source=en") as speaker:
            await speaker.send({"type": "final", "text": "Hello."})
            await reader.next(stable="HELLO.", lang="fr")

    async def test_it_has_no_speakers(self, edge: Nodes) -> None:
        async with edge[1].peer("/v1/rooms/hall/speak?source=en") as speaker:
            assert await speaker.closed() == 1013
            assert "readers only" in speaker.last_error["message"]

    async def test_it_hands_on_what_operators_say(self, edge: Nodes) -> None:
        one, relay = edge
        async with greeted(one, "speak?source=en") as speaker, greeted(one, "listen?lang=de") as reader:
            await speaker.send({"type": "final", "text": "The hat."})
            segment = (await reader.next(stable="THE HAT."))["segment"]
            async with greeted(relay, "speak?role=operator") as operator:
                await operator.send({"type": "correct", "segment": segment, "text": "The cat."})
                assert (await reader.next(stable="THE CAT."))["segment"] == segment
                await operator.send({"type": "correct", "segment": 99, "text": "Nothing."})
                error = await operator.next(type="error")
                assert (error["code"], "99" in error["message"]) == ("bad_message", True)
                await operator.send({"type": "ping", "t": 1})
                await operator.next(type="pong")


async def test_an_operator_at_another_node_sets_the_glossary_for_good(nodes: Nodes) -> None:
    one, two = nodes
    terms = [{"source": "hat", "targets": {"de": "Hut"}}]
    async with greeted(two, "listen?lang=de") as reader:
        async with greeted(one, "speak?source=en") as speaker:
            async with greeted(two, "speak?role=operator") as operator:
                await operator.send({"type": "glossary", "terms": terms})
                await operator.send({"type": "ping", "t": 1})
                await operator.next(type="pong")
            await speaker.send({"type": "final", "text": "The hat."})
            await reader.next(stable="THE Hut.")
        async with greeted(two, "speak?source=en") as speaker:
            await speaker.send({"type": "final", "text": "My hat."})
            await reader.next(stable="MY Hut.")


async def test_another_source_language_reaches_every_node(redis: RedisServer) -> None:
    pairs = ("en", "de"), ("sv", "de")
    async with (
        serving(ScriptedEngine(shout), scripted_catalog(*pairs), log=redis.url) as one,
        serving(ScriptedEngine(shout), scripted_catalog(*pairs), log=redis.url) as two,
        greeted(two, "listen?lang=de") as reader,
    ):
        async with greeted(one, "speak?source=en") as speaker:
            await speaker.send({"type": "final", "text": "One."})
            await reader.next(stable="ONE.")
        async with greeted(one, "speak?source=sv") as speaker:
            await reader.next(type="ready", source="sv")
            await speaker.send({"type": "final", "text": "Två."})
            await reader.next(stable="TVÅ.")
        async with greeted(two, "speak?source=sv") as speaker:
            await speaker.send({"type": "final", "text": "Tre."})
            assert (await reader.next(stable="TRE."))["segment"] == 3


async def test_a_log_that_was_lost_is_a_gap(redis: RedisServer) -> None:
    """Redis comes back empty, and nobody is left who remembers."""
    async with node(redis) as one, greeted(one, "speak?source=en") as speaker, greeted(one, "listen?lang=de") as reader:
        await speaker.send({"type": "final", "text": "One."})
        seq = (await reader.next(stable="ONE."))["seq"]
        log = reader.seen[0]["log"]
    redis.kill()
    redis.lose()
    await redis.start()
    async with node(redis) as one, one.peer(f"/v1/rooms/hall/listen?lang=de&since={seq}&log={log}") as reader:
        assert (await reader.next(type="ready"))["gap"] is True


@asynccontextmanager
async def connected(redis: RedisServer) -> AsyncIterator[Store]:
    store = Store(redis.url, log_limit=10)
    try:
        yield store
    finally:
        await store.close()


async def test_a_node_that_closes_lets_go_of_what_somebody_is_just_coming_for(redis: RedisServer) -> None:
    async with connected(redis) as elsewhere, node(redis) as one:
        await elsewhere.claim("hall", "gone:1", "log")
        async with one.peer("/v1/rooms/hall/speak?source=en") as speaker:
            # It has asked the leader, which is gone, to hand the room over.
            while await elsewhere.newest_letter("gone") == "0-0":
                await asyncio.sleep(0.01)
            closing = asyncio.create_task(one.app.state.rooms.close())
            await asyncio.sleep(0)
            await elsewhere.release("hall", "gone:1", for_good=False)
            await closing
            assert await speaker.closed() in {1012, 1013}
        assert not [task for task in asyncio.all_tasks() if task.get_name() == "write hall" and not task.done()]
        assert [lead.node for lead in await elsewhere.leads({"hall": 1.0})] == [None]


async def test_a_cancellation_is_never_lost(redis: RedisServer) -> None:
    """Whenever it comes: together with an answer too, or with an error. Who misses it would go on for ever."""
    async with connected(redis) as store:
        for turns in range(40):
            asking = asyncio.create_task(store.seq("hall"))
            for _ in range(turns):
                await asyncio.sleep(0)
            if asking.cancel():
                with pytest.raises(asyncio.CancelledError):
                    await asking


async def test_somebody_elses_redis_is_no_place_for_surprises(nodes: Nodes, redis: RedisServer) -> None:
    """An entry that no node wrote is passed over."""
    one, two = nodes
    async with greeted(one, "speak?source=en") as speaker, greeted(two, "listen?lang=de") as reader:
        await reader.next(type="status", speaker="connected")
        async with redis.client() as client:
            await client.xadd("rtt:room:hall:live", {"event": b"\xc1"}, id="0-99999")
        await speaker.send({"type": "final", "text": "Still here."})
        await reader.next(stable="STILL HERE.")


def rtt(*arguments: str) -> str:
    """What `rtt serve` says when it does not serve."""
    command = [str(Path(sys.executable).with_name("rtt")), "serve", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    return done.stderr


def test_a_relay_needs_a_log() -> None:
    assert rtt("--relay").startswith("rtt: relay: ")


@pytest.mark.parametrize("url", ["http://user:hidden@10.0.0.5", "redis://user:hidden@10.0.0.5:port"])
def test_a_log_that_is_no_redis_is_refused_without_its_password(url: str) -> None:
    said = rtt("--log", url)
    assert said.startswith("rtt: log: Expected the URL of a Redis, such as redis://10.0.0.5")
    assert "hidden" not in said


def test_without_a_log_nothing_of_this_is_loaded() -> None:
    program = "import rtt.cli.main, rtt.server, sys; sys.exit('redis' in sys.modules or 'rtt.nodes' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], timeout=60, check=True)
