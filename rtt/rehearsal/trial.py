"""Speaks a sample at a speaker's pace in a room of its own, where nobody reads, and takes down what comes back."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from rtt.bench.excerpt import message_of
from rtt.connection import connected_once, messages
from rtt.errors import ServerError
from rtt.measure.eventlog import EventLog, Sent, Talk
from rtt.measure.replay import Clock
from rtt.measure.told import Told, is_all_told, log_of
from rtt.protocol import Cancel, Caption, Error, Glossary, Load, Stability, Status, Term, ToEverybody, encode
from rtt.rehearsal.visit import PATIENCE_S
from rtt.trace import TraceEvent


@dataclass(frozen=True, slots=True)
class Sample:
    """What is said, and what with."""

    source: str
    routes: Mapping[str, str]
    """The model or models of each language that is read."""
    events: Sequence[TraceEvent]
    terms: Sequence[Term] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it."""

    logs: tuple[EventLog, ...]
    """As a `steady` reader of each language lived through it."""
    load: Load
    """The highest there was meanwhile."""


class Trial:
    """One sample, spoken once."""

    def __init__(self, sample: Sample, advance: Callable[[float], object]) -> None:
        """`advance` is called with the share of the sample that has been said."""
        self._sample = sample
        self._advance = advance
        self._clock = Clock(1.0)
        self._news = asyncio.Event()
        self._own = Told(sample.source, Stability.FINAL)
        self._readers = {lang: Told(lang, Stability.STEADY) for lang in sample.routes}
        self._sent: list[Sent] = []
        self._load = Load.NORMAL

    async def run(self, url: str, token: str, role: str) -> Outcome:
        """Speak, and wait for the last caption, or until none has come for long. Raises ServerError, Unreachable."""
        query = {
            "source": self._sample.source,
            "target": ",".join([self._own.lang, *self._readers]),
            "stability": Stability.STEADY.value,
            "role": role,
        }
        async with connected_once(url, "/v1/translate", query, token) as connection:
            listening = asyncio.create_task(self._listen(messages(connection)))
            speaking = asyncio.create_task(self._speak(connection.send))
            try:
                await asyncio.wait([listening, speaking], return_when=asyncio.FIRST_COMPLETED)
                for task in (listening, speaking):
                    if task.done():
                        task.result()
            finally:
                for task in (listening, speaking):
                    task.cancel()
                await asyncio.gather(listening, speaking, return_exceptions=True)
        return Outcome(tuple(self._log(reader) for reader in self._readers.values()), self._load)

    async def _listen(self, told: AsyncIterator[ToEverybody]) -> None:
        async for message in told:
            match message:
                case Error():
                    raise ServerError(message.code, message.message)
                case Status():
                    self._load = max(self._load, message.load, key=list(Load).index)
                case Caption() | Cancel():
                    self._take(message)

    def _take(self, message: Caption | Cancel) -> None:
        if reader := self._readers.get(message.lang):
            reader.told.append((self._clock.now(), message))
        elif isinstance(message, Cancel) or message.final:
            self._own.told.append((self._clock.now(), message))
        self._news.set()

    async def _speak(self, send: Callable[[str], Awaitable[None]]) -> None:
        if self._sample.terms:
            await send(encode(Glossary(list(self._sample.terms))))
        length = self._sample.events[-1].at_ms
        self._clock.start()
        for event in self._sample.events:
            await self._clock.until(event.at_ms)
            self._sent.append(Sent(self._clock.now(), event))
            await send(encode(message_of(event)))
            self._advance(event.at_ms / length)
        with suppress(TimeoutError):
            while not is_all_told(self._sample.events, self._own, self._readers.values()):
                self._news.clear()
                async with asyncio.timeout(PATIENCE_S):
                    await self._news.wait()

    def _log(self, reader: Told) -> EventLog:
        route = self._sample.routes[reader.lang]
        talk = Talk("rehearsal", self._sample.source, reader.lang, reader.stability, route, 1.0)
        return log_of(talk, self._sent, self._own, reader)
