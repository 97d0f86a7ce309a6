"""Plays a trace into a room of a running server and takes down what its readers are told, over real WebSockets.

Lags are honest at speed 1 only: faster, the server has less time for each second of speech than it would have, and its
own time, like that of the network, counts as many times as long in the time of the trace.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

import msgspec

from rtt.client import Speaker, listen, speak
from rtt.errors import ServerError
from rtt.measure.eventlog import EventLog, Sent, Talk, finals
from rtt.measure.told import Told, is_all_told, log_of
from rtt.protocol import Cancel, Caption, Ready, Stability, Status
from rtt.text import join
from rtt.trace import TraceEvent

# How long to listen on when everything has come, for what comes twice.
_GRACE_S = 0.3


@dataclass(frozen=True, slots=True)
class Performance:
    """A talk, and how it is played."""

    name: str
    source: str
    events: Sequence[TraceEvent]
    speed: float = 1.0
    patience_s: float = 15.0
    """How long the server may be silent while an answer of it is missing: then it never comes."""


class Clock:
    """The time of the trace, in milliseconds; it stands at 0 until it is started."""

    def __init__(self, speed: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._speed = speed
        self._start: float | None = None

    def start(self) -> None:
        """Let it run."""
        self._start = self._loop.time()

    def now(self) -> float:
        """Return its time."""
        return 0.0 if self._start is None else (self._loop.time() - self._start) * 1000 * self._speed

    async def until(self, at_ms: float) -> None:
        """Wait until it is so late."""
        await asyncio.sleep((at_ms - self.now()) / 1000 / self._speed)


@dataclass(eq=False, slots=True)
class _Reader(Told):
    """One listener and what it is told."""

    ready: Ready | None = None
    hears_speaker: bool = False

    async def run(self, url: str, room: str, token: str, clock: Clock, news: asyncio.Event) -> None:
        async for message in listen(url, room, [self.lang], stability=self.stability, token=token):
            match message:
                case Ready():
                    self.ready = message
                case Status():
                    self.hears_speaker = message.speaker == "connected"
                case Caption() | Cancel():
                    self.told.append((clock.now(), message))
            news.set()


class _Play:
    """One performance in one room."""

    def __init__(self, performance: Performance, readers: Iterable[tuple[str, Stability]], token: str) -> None:
        self._performance = performance
        self._token = token
        self._events = numbered(performance.events)
        self._clock = Clock(performance.speed)
        self._news = asyncio.Event()
        self._own = _Reader(performance.source, Stability.FINAL)
        self._readers = [_Reader(lang, stability) for lang, stability in readers]
        self._sent: list[Sent] = []

    async def run(self, url: str, advance: Callable[[float], object]) -> list[EventLog]:
        room = f"measure-{secrets.token_hex(6)}"
        listening = [
            asyncio.create_task(reader.run(url, room, self._token, self._clock, self._news))
            for reader in self._everybody
        ]
        playing = asyncio.create_task(self._play(url, room, advance))
        tasks = [playing, *listening]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        return [self._log(reader) for reader in self._readers]

    @property
    def _everybody(self) -> list[_Reader]:
        return [self._own, *self._readers]

    async def _play(self, url: str, room: str, advance: Callable[[float], object]) -> None:
        await self._in_time(self._until(lambda: all(reader.ready for reader in self._everybody)), url)
        targets = sorted({reader.lang for reader in self._readers} - {self._performance.source})
        source, token = self._performance.source, self._token
        async with speak(url, room, source=source, targets=targets, token=token) as speaker:
            await self._in_time(self._until(lambda: self._own.hears_speaker), url)
            self._clock.start()
            for event in self._events:
                await self._clock.until(event.at_ms)
                self._sent.append(Sent(self._clock.now(), event))
                _say(speaker, event)
                advance(event.at_ms)
            await self._in_time(speaker.acknowledged(), url)
        await self._last_final()

    async def _in_time(self, answer: Awaitable[None], url: str) -> None:
        try:
            async with asyncio.timeout(self._performance.patience_s):
                await answer
        except TimeoutError:
            raise ServerError("unreachable", f"{url} does not answer") from None

    async def _until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            self._news.clear()
            await self._news.wait()

    async def _last_final(self) -> None:
        """Wait until every segment is closed for every reader, or nothing has come for a long time."""
        try:
            while not is_all_told(self._events, self._own, self._readers):
                self._news.clear()
                async with asyncio.timeout(self._performance.patience_s):
                    await self._news.wait()
        except TimeoutError:
            return
        await asyncio.sleep(_GRACE_S)

    def _log(self, reader: _Reader) -> EventLog:
        performance = self._performance
        models = reader.ready.models if reader.ready else {}
        model = models.get(reader.lang, "")
        talk = Talk(performance.name, performance.source, reader.lang, reader.stability, model, performance.speed)
        return log_of(talk, self._sent, self._own, reader)


async def replay(
    url: str,
    performance: Performance,
    readers: Iterable[tuple[str, Stability]],
    advance: Callable[[float], object] = lambda _at_ms: None,
    token: str = "",
) -> list[EventLog]:
    """Play a talk in a room of its own and return the log of each reader (language, stability).

    `advance` is called with the time of each event as it is sent; `token` has to be good for any room. Raises
    ServerError.
    """
    return await _Play(performance, readers, token).run(url, advance)


async def translate_offline(
    url: str, sentences: Sequence[str], source: str, target: str, token: str = ""
) -> tuple[str, ...]:
    """Return what the server makes of finished sentences, each sent whole. Raises ServerError."""
    events = [TraceEvent(0, "final", sentence, number) for number, sentence in enumerate(sentences)]
    (log,) = await replay(url, Performance("offline", source, events), [(target, Stability.FINAL)], token=token)
    parts: list[list[str]] = [[] for _ in sentences]
    for caption in finals(log.received).values():
        parts[caption.utterance].append(caption.stable)
    return tuple(join(part) for part in parts)


def numbered(events: Sequence[TraceEvent]) -> list[TraceEvent]:
    """Give each event an utterance number, where the trace has none: a final opens the next."""
    number = 0
    found: list[TraceEvent] = []
    for event in events:
        if event.utterance is not None:
            number = event.utterance
        found.append(msgspec.structs.replace(event, utterance=number))
        number += event.type == "final"
    return found


def _say(speaker: Speaker, event: TraceEvent) -> None:
    say = speaker.final if event.type == "final" else speaker.partial
    say(event.text, utterance=event.utterance, start_ms=event.start_ms, end_ms=event.end_ms)
