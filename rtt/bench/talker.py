"""Rooms that talk at their own pace, each on a socket of its own, and what they are told: the load of a bench.

A room is a `/v1/translate` socket: what is said goes in where the captions come out, so the plain server that stands
beside rtt is asked in the same way, and sent and received are taken with the same clock.
"""

import asyncio
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from urllib.parse import urlencode

import msgspec
from msgspec import Struct
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from rtt.bench.apart import Link
from rtt.bench.excerpt import message_of
from rtt.protocol import CaptionTiming, encode
from rtt.trace import TraceEvent

_CONNECTING = 50


class Heard(Struct, frozen=True, tag_field=None):
    """What of a message counts here; the fields are those of captions."""

    type: str = ""
    seq: int = 0
    segment: int = 0
    utterance: int = 0
    lang: str = ""
    stable: str = ""
    tentative: str = ""
    final: bool = False
    end_ms: int = 0
    lag_ms: float = 0
    timing: CaptionTiming | None = None
    """The server's account of its time for this caption, where it gives one."""


class Talked(Struct, frozen=True):
    """What one room said and was told, with the time of each in seconds on the machine's monotonic clock."""

    said: list[tuple[float, TraceEvent]]
    """Including what could not be said any more, since the server had closed the socket."""
    heard: list[tuple[float, Heard]]


class Script(Struct, frozen=True):
    """What rooms are to say: an excerpt each (`rtt.bench.excerpt`), and in which languages they are answered."""

    excerpts: list[list[TraceEvent]]
    source: str
    targets: list[str]
    speed: float = 1.0
    stagger_s: float = 0.0
    """Seconds over which their beginnings are spread evenly."""
    patience_s: float = 15.0
    """How long the server may be silent while a final of it is missing: then it never comes."""


_decoder = msgspec.json.Decoder(Heard)


async def talk(link: Link, ws: str, script: Script) -> list[Talked]:
    """Connect every room, wait for the word, and let each say its excerpt; work for `rtt.bench.apart`."""
    query = {"source": script.source, "target": ",".join(script.targets), "stability": "fast", "timing": "true"}
    url = f"{ws}/v1/translate?{urlencode(query)}"
    async with AsyncExitStack() as stack:
        connections: list[ClientConnection] = []
        for start in range(0, len(script.excerpts), _CONNECTING):
            opening = [
                stack.enter_async_context(connect(url, compression=None, proxy=None, max_queue=None))
                for _ in script.excerpts[start : start + _CONNECTING]
            ]
            connections += await asyncio.gather(*opening)
        await link.ready()
        step = script.stagger_s / len(script.excerpts)
        return await asyncio.gather(
            *(
                _Room(connection, excerpt, script).run(number * step)
                for number, (connection, excerpt) in enumerate(zip(connections, script.excerpts, strict=True))
            )
        )


class _Room:
    def __init__(self, connection: ClientConnection, excerpt: Sequence[TraceEvent], script: Script) -> None:
        self._connection = connection
        self._excerpt = excerpt
        self._script = script
        self._missing = {
            (lang, event.utterance, event.end_ms)
            for event in excerpt
            if event.type == "final" and event.text.strip()
            for lang in script.targets
        }
        self._said: list[tuple[float, TraceEvent]] = []
        self._heard: list[tuple[float, Heard]] = []
        self._complete = asyncio.Event()
        self._last_news = time.monotonic()

    async def run(self, delay_s: float) -> Talked:
        listening = asyncio.create_task(self._listen())
        await asyncio.sleep(delay_s)
        await self._speak()
        while not self._complete.is_set() and not listening.done():
            silent_for = time.monotonic() - max(self._last_news, self._said[-1][0])
            if silent_for >= self._script.patience_s:
                break
            await asyncio.wait([listening], timeout=0.05)
        listening.cancel()
        with suppress(asyncio.CancelledError, ConnectionClosed):
            await listening
        return Talked(self._said, self._heard)

    async def _speak(self) -> None:
        start = time.monotonic()
        for number, event in enumerate(self._excerpt):
            await asyncio.sleep(start + event.at_ms / 1000 / self._script.speed - time.monotonic())
            frame = encode(message_of(event))
            self._said.append((time.monotonic(), event))
            try:
                await self._connection.send(frame)
            except ConnectionClosed:
                self._said += [(time.monotonic(), unsaid) for unsaid in self._excerpt[number + 1 :]]
                return

    async def _listen(self) -> None:
        async for frame in self._connection:
            now = time.monotonic()
            message = _decoder.decode(frame)
            if message.type not in {"caption", "cancel"}:
                continue
            self._last_news = now
            self._heard.append((now, message))
            if message.final:
                self._missing.discard((message.lang, message.utterance, message.end_ms))
                if not self._missing:
                    self._complete.set()
