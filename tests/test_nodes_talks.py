"""Talks, transcripts, events and what operators are told, at nodes that follow: real sockets, a real Redis."""

from datetime import UTC, datetime
from pathlib import Path

from tests.redis_server import RedisServer
from tests.test_app import get
from tests.test_events import events
from tests.test_live_vtt import playing
from tests.test_nodes import Nodes, greeted, node, nodes, redis
from tests.test_transcripts_http import kept

__all__ = ["nodes", "redis"]

TRANSCRIPT = "/v1/rooms/hall/transcript.txt?lang=de"
NEXT = {"type": "clear", "title": "Next", "speaker": "Ada"}


async def test_a_clear_reaches_every_node_and_outlives_its_leader(nodes: Nodes) -> None:
    one, two = nodes
    async with greeted(two, "listen?lang=de") as far:
        async with greeted(one, "speak?source=en") as speaker, greeted(two, "speak?role=operator") as operator:
            await speaker.send({"type": "final", "text": "One."})
            await far.next(stable="ONE.")
            await operator.send(NEXT)
            assert await far.next(type="clear") == {"seq": 3, "segment": 1} | NEXT
        async with greeted(two, "listen?lang=de") as late:
            assert (late.seen[0]["title"], late.seen[0]["speaker"]) == ("Next", "Ada")
        async with greeted(two, "speak?source=en") as speaker:
            assert (speaker.seen[0]["title"], speaker.seen[0]["speaker"]) == ("Next", "Ada")
            await speaker.send({"type": "final", "text": "Two."})
            assert (await far.next(stable="TWO."))["segment"] == 2
            await speaker.send({"type": "clear", "title": "Last"})
            assert (await far.next(type="clear"))["segment"] == 2
        for service in nodes:
            assert [(await get(service, f"{TRANSCRIPT}&talk={n}")).text for n in (1, 2)] == ["ONE.\n", "TWO.\n"]


async def test_what_was_said_before_a_clear_can_be_corrected_at_the_next_leader(nodes: Nodes) -> None:
    one, two = nodes
    async with greeted(two, "listen?lang=de") as far:
        async with greeted(one, "speak?source=en") as speaker:
            await speaker.send({"type": "final", "text": "Won."})
            await far.next(stable="WON.")
            await speaker.send(NEXT)
            await far.next(type="clear")
        async with greeted(two, "speak?source=en") as speaker:
            await speaker.send({"type": "correct", "segment": 1, "text": "One."})
            await far.next(stable="ONE.")
            await speaker.send({"type": "clear", "title": "Last"})
            assert (await far.next(type="clear"))["segment"] == 1


async def test_a_transcript_is_there_at_a_node_that_nobody_reads_at(nodes: Nodes) -> None:
    one, two = nodes
    async with greeted(one, "speak?source=en&target=de") as speaker, greeted(one, "listen?lang=de") as near:
        await speaker.send({"type": "final", "text": "One."})
        await near.next(stable="ONE.")
        assert (await get(two, TRANSCRIPT)).text == "ONE.\n"
    assert (await get(two, TRANSCRIPT.replace("hall", "other"))).status_code == 404
    assert (await get(two, TRANSCRIPT.replace("hall", "other"))).status_code == 404


async def test_events_are_resumed_at_another_node(nodes: Nodes) -> None:
    one, two = nodes
    async with greeted(one, "speak?source=en") as speaker:
        async with events(one) as near:
            await speaker.send({"type": "final", "text": "One."})
            await near.next(stable="ONE.")
            await speaker.send({"type": "final", "text": "Two."})
            await near.next(stable="TWO.")
        async with events(two, **{"Last-Event-ID": near.ids[0]}) as far:
            assert "gap" not in await far.next(type="ready")
            assert (await far.next(type="caption"))["stable"] == "TWO."


async def test_a_player_at_another_node(nodes: Nodes) -> None:
    one, two = nodes
    async with greeted(one, "speak?source=en") as speaker, playing(two) as player:
        await player.sees("WEBVTT")
        await speaker.send({"type": "final", "text": "One."})
        await player.sees("ONE.")


async def test_operators_are_told_everywhere_what_they_are_told_at_the_leader(nodes: Nodes) -> None:
    one, two = nodes
    glossary = {"type": "glossary", "terms": [{"source": "hat", "keep": True}]}
    async with (
        greeted(one, "speak?source=en") as speaker,
        greeted(two, "speak?role=operator") as operator,
        greeted(one, "listen?lang=de"),
        greeted(two, "listen?lang=de,fr") as far,
        greeted(two, "listen?lang=de&role=operator"),
    ):
        for sender in (speaker, operator):
            await sender.next(type="status", readers=2, languages={"de": 2, "fr": 1})
        assert not any("languages" in message for message in far.seen)
        await speaker.send(glossary)
        assert (await operator.next(type="glossary"))["terms"][0]["source"] == "hat"
        async with greeted(two, "speak?role=operator") as late:
            await late.next(type="glossary")


async def test_words_are_masked_at_every_node(redis: RedisServer, tmp_path: Path) -> None:
    (tmp_path / "words").write_text("damn\n")
    async with node(redis, profanity=tmp_path / "words") as one, node(redis) as two:
        async with greeted(two, "listen?lang=de") as far, greeted(one, "speak?source=en") as speaker:
            await speaker.send({"type": "final", "text": "Oh damn it."})
            await far.next(stable="OH D*** IT.")


async def test_a_leader_follows_the_schedule_and_keeps_the_files(redis: RedisServer, tmp_path: Path) -> None:
    schedule, folders = tmp_path / "talks.toml", (tmp_path / "one", tmp_path / "two")
    schedule.write_text(f"[[talks]]\nroom = 'hall'\nstart = {datetime.now(UTC).isoformat()}\ntitle = 'First'\n")
    async with (
        node(redis, schedule=schedule, transcripts=folders[0]) as one,
        node(redis, schedule=schedule, transcripts=folders[1]) as two,
    ):
        async with greeted(two, "listen?lang=de") as far:
            async with greeted(one, "speak?source=en") as speaker:
                await far.next(type="clear", title="First")
                await speaker.send({"type": "final", "text": "One."})
                await far.next(stable="ONE.")
                await speaker.send(NEXT)
                await far.next(type="clear", title="Next")
            async with greeted(two, "speak?source=en") as speaker:
                await speaker.send({"type": "final", "text": "Two."})
                await far.next(stable="TWO.")
                async with greeted(two, "listen?lang=de"):
                    await far.next(type="status", readers=2)
                await speaker.send({"type": "final", "text": "Three."})
                await far.next(stable="THREE.")
            assert [message["type"] for message in far.seen].count("clear") == 2
    assert kept(folders[0], "txt") == {}
    files = kept(folders[1], "txt")
    assert {name: text for name, text in files.items() if ".de." in name} == {
        "hall.First.de.txt": "ONE.\n",
        "hall.Next.de.txt": "TWO.\nTHREE.\n",
    }
