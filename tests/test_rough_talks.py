"""Rough talks over real sockets, with the bundled model, held against what the protocol promises to readers."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from itertools import chain
from typing import Any

import orjson
import pytest
from websockets.asyncio.client import ClientConnection, connect

from rtt import text as text_rules
from rtt.cli.engine import build_engine
from rtt.config import make_config
from tests.conftest import PATIENCE_S, Peer, serving
from tests.reader import Reader

Message = dict[str, Any]
READERS = ["lang=de", "lang=de&stability=fast", "lang=de&stability=final", "lang=en", "lang=de,en&stability=fast"]
ENGLISH = READERS.index("lang=en")


def partial(text: str, utterance: int, **times: int) -> Message:
    return {"type": "partial", "text": text, "utterance": utterance} | times


def final(text: str, utterance: int, **times: int) -> Message:
    return {"type": "final", "text": text, "utterance": utterance} | times


def grown(text: str, utterance: int) -> list[Message]:
    """A talk as it should come: word by word, and then the final."""
    words = text_rules.units(text)
    return [*(partial("".join(words[:n]), utterance) for n in range(1, len(words) + 1)), final(text, utterance)]


BRIDGE = "The bridge was closed for a year. Now the people of the town can cross it again on foot."
MARKET = "We bought bread and cheese at the market. Then we sat by the river and ate."
DRONE = " ".join(
    f"so on day {day} we walk by the river and look at the boats and then the children play with a dog on the grass"
    for day in range(1, 13)
)

TALKS: dict[str, list[Message]] = {
    "shrinking": [
        *(
            m
            for n, grow in enumerate(grown(BRIDGE, 1)[:-1])
            for m in (grow, *grown(BRIDGE, 1)[n // 2 : n // 2 + n % 2])
        ),
        final(BRIDGE, 1),
    ],
    "jumping": [
        *chain.from_iterable((m, partial(f"qua zim {n} vel", 1)) for n, m in enumerate(grown(BRIDGE, 1)[:-1])),
        final(BRIDGE, 1),
    ],
    "repeating": [m for m in [*grown(BRIDGE, 1), *grown(MARKET, 2)] for _ in range(3)],
    "out of order": [
        *(m | {"start_ms": 9000 - 100 * n, "end_ms": 9000} for n, m in enumerate(grown(MARKET, 2)[:5])),
        *(m | {"start_ms": 100 * n, "end_ms": 100 * n} for n, m in enumerate(reversed(grown(BRIDGE, 1)[:-1]))),
        final(BRIDGE, 1, start_ms=0, end_ms=10),
        partial("The brick was close for a", 1),
        final(MARKET, 2, start_ms=50, end_ms=50),
        final(BRIDGE, 1),
        *grown(MARKET, 2)[3:6],
    ],
    "300 words without a mark": [*grown(DRONE, 1)[11:-1:12], grown(DRONE, 1)[-1]],
    "hardly a letter": [
        *(partial(text, 1) for text in ["", "I", "", "a", " ", "\u200b", "I", "👍", "…", "... I"]),
        *(final(text, number) for number, text in enumerate(["I", "", " ", "\u200b\u2060", "x", "…", "👍", "7"], 1)),
    ],
    "languages that were not announced": [
        *grown("Heute ist das Wetter schön und wir gehen alle in den Park.", 1),
        *grown("今天天气很好。我们去公园散步吧！", 2),
        *grown("مرحبا بكم جميعا، كيف حالكم؟", 3),
        *grown("สวัสดีครับ วันนี้อากาศดีมาก", 4),
    ],
    "mixed scripts": [
        *grown("I love it 👍🏽 so much 👩\u200d👩\u200d👧\u200d👦 today. Press 1️⃣ now, please! 🎉", 1),
        *grown("The word 你好 means hello and مرحبا does too. Cafe\u0301, na\u00efve – “Łódź”!", 2),
    ],
}


async def listen(socket: ClientConnection, reader: Reader) -> None:
    async for frame in socket:
        message = orjson.loads(frame)
        if message["type"] in {"caption", "cancel"}:
            reader.take(message)


@asynccontextmanager
async def listening(url: str, room: str) -> AsyncIterator[list[Reader]]:
    """Readers of every kind; fails as soon as one of them is told what it must not be."""
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
        readers = [Reader() for _ in READERS]
        paths = [f"{url}/v1/rooms/{room}/listen?{query}" for query in READERS]
        sockets = [await stack.enter_async_context(connect(path, proxy=None)) for path in paths]
        for socket, reader in zip(sockets, readers, strict=True):
            tasks.create_task(listen(socket, reader))
        yield readers
        for socket in sockets:
            await socket.close()


async def speak(url: str, room: str, messages: Sequence[Message]) -> None:
    """Send messages many times as fast as people speak, and wait until the server has them."""
    async with connect(f"{url}/v1/rooms/{room}/speak?source=en&target=de", proxy=None) as socket:
        speaker = Peer(socket)
        for message in messages:
            await speaker.send(message)
            await asyncio.sleep(0.01)
        await speaker.send({"type": "ping", "t": 1})
        await speaker.next(type="pong")
        assert not [m for m in speaker.seen if m["type"] == "error"]


async def check_heard(readers: Sequence[Reader], said: dict[int, str]) -> None:
    """Wait until these texts are told, by utterance, and a little longer, for what comes too much; then compare."""
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_S):
            while any(english(readers, utterance) != words(text) for utterance, text in said.items()) or any(
                reader.open or reader.finished() != readers[ENGLISH].finished() for reader in readers
            ):
                await asyncio.sleep(0.01)
    await asyncio.sleep(0.2)
    for utterance, text in said.items():
        assert english(readers, utterance) == words(text)
        german = [reader.sentences("de", utterance) for number, reader in enumerate(readers) if number != ENGLISH]
        assert all(sentences == german[0] for sentences in german)
        assert len(german[0]) == len(readers[ENGLISH].sentences("en", utterance))
    assert not any(reader.open for reader in readers)


def english(readers: Sequence[Reader], utterance: int) -> list[str]:
    return words(" ".join(readers[ENGLISH].sentences("en", utterance)))


def words(text: str) -> list[str]:
    return text_rules.keys(text_rules.units(text_rules.normalise(text)))


@pytest.mark.parametrize("kind", TALKS)
async def test_a_rough_talk_is_told_whole_and_once(real_server: str, kind: str) -> None:
    url, room = real_server.replace("http", "ws", 1), kind.replace(" ", "-")
    async with listening(url, room) as readers:
        await speak(url, room, TALKS[kind])
        await check_heard(readers, {m["utterance"]: m["text"] for m in TALKS[kind] if m["type"] == "final"})


async def test_a_text_that_becomes_another_is_told_whole_after_what_was_finished(real_server: str) -> None:
    url, finished = real_server.replace("http", "ws", 1), "The bridge was closed."
    other = "Every morning the baker opens his shop before anybody else is awake."
    async with listening(url, "another") as readers:
        begun = [partial(f"{finished} Nobody", 1), partial(f"{finished} Nobody could", 1)]
        await speak(url, "another", [*begun, *grown(other, 1)])
        await check_heard(readers, {1: f"{finished} {other}"})


async def test_speech_that_never_ends_is_closed_after_a_silence_and_goes_on() -> None:
    catalog, engine = build_engine(make_config({"port": 0}))
    await engine.start()
    text = "we waited at the harbour until it was dark and then the boat came back with all the people"
    async with serving(engine, catalog, segmenter={"settle_s": 0.05, "idle_s": 0.2}) as service:
        for room, number in (("numbered", {"utterance": 1}), ("plain", {})):
            async with listening(service.ws, room) as readers:
                for count in (4, 9, 18):
                    begun = " ".join(text.split()[:count])
                    await speak(service.ws, room, [{"type": "partial", "text": begun} | number])
                    await check_heard(readers, {1: begun})
    await engine.stop()
