"""A talk and its readers, with an account of who got what."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field

from rtt.client import Speaker, listen, speak
from rtt.protocol import Cancel, Caption, Ready, Stability
from tests.conftest import PATIENCE_S

# The utterance at the end.
_LAST = 1_000_000


@dataclass
class Reading:
    """What one reader got."""

    lang: str
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    finals: list[Caption] = field(default_factory=list)
    lags_s: list[float] = field(default_factory=list)
    gaps: int = 0
    connections: int = 0

    @property
    def transcript(self) -> list[tuple[int, str]]:
        """The segments and what stands in them in the end."""
        return sorted({caption.segment: caption.stable for caption in self.finals}.items())

    @property
    def heard(self) -> set[int]:
        """The utterances of which it got something."""
        return {caption.utterance for caption in self.finals} - {_LAST}

    @property
    def doubled(self) -> int:
        """How many finals it got more than once, be it as another segment."""
        segments = {caption.segment for caption in self.finals}
        texts = {(caption.utterance, caption.stable) for caption in self.finals}
        return len(self.finals) - min(len(segments), len(texts))


@dataclass(frozen=True)
class Account:
    """What became of a talk."""

    sent: int
    readers: int
    connections: int
    """Those of all readers: one each, and one more for each time that one had to come again."""
    received: int
    """By the reader who got the fewest finals."""
    lost: int
    doubled: int
    """Over all readers."""
    gaps: int
    transcripts: int
    """Different ones among the readers of a language; 1 is right."""
    p50_ms: float
    p95_ms: float
    longest_ms: float
    """From the call of `Speaker.final` to the reader's having it."""


class Talk:
    """A speaker who says numbered sentences, and its readers, each at one of some addresses."""

    def __init__(self, room: str = "hall", langs: Sequence[str] = ("en", "de"), token: str = "") -> None:
        self._room = room
        self._langs = langs
        self._token = token
        self._said: dict[int, float] = {}
        self.readings: list[Reading] = []

    @asynccontextmanager
    async def read(self, urls: Sequence[str], readers: int) -> AsyncIterator[None]:
        """Have readers read along, spread over some addresses, until the talk's end has reached every one."""
        tasks = []
        for number in range(readers):
            reading = Reading(self._langs[number % len(self._langs)])
            self.readings.append(reading)
            tasks.append(asyncio.create_task(self._read(urls[number // len(self._langs) % len(urls)], reading)))
        try:
            async with asyncio.timeout(PATIENCE_S):
                await asyncio.gather(*(reading.ready.wait() for reading in self.readings))
            yield
            async with asyncio.timeout(PATIENCE_S):
                await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    @asynccontextmanager
    async def speaker(self, url: str) -> AsyncIterator[Speaker]:
        """Connect the talk's speaker; after it, the talk is at its end."""
        async with speak(url, self._room, source="en", targets=["de"], token=self._token) as speaker:
            yield speaker
            speaker.final("That was all.", utterance=_LAST)

    async def go_on(self, speaker: Speaker, sentences: int, pause_s: float = 0.1) -> None:
        """Say the next sentences, each with a partial before it."""
        for _ in range(sentences):
            await self._say(speaker, len(self._said) + 1, pause_s)

    async def _say(self, speaker: Speaker, number: int, pause_s: float) -> None:
        text = f"This is sentence number {number}."
        speaker.partial(text.removesuffix(f" {number}."), utterance=number)
        await asyncio.sleep(pause_s / 2)
        self._said[number] = time.perf_counter()
        speaker.final(text, utterance=number)
        await asyncio.sleep(pause_s / 2)

    def account(self) -> Account:
        """Return what became of it."""
        lags = sorted(lag for reading in self.readings for lag in reading.lags_s)
        by_lang = {lang: {str(r.transcript) for r in self.readings if r.lang == lang} for lang in self._langs}
        return Account(
            sent=len(self._said),
            readers=len(self.readings),
            connections=sum(reading.connections for reading in self.readings),
            received=min(len(reading.heard) for reading in self.readings),
            lost=sum(len(self._said.keys() - reading.heard) for reading in self.readings),
            doubled=sum(reading.doubled for reading in self.readings),
            gaps=sum(reading.gaps for reading in self.readings),
            transcripts=max(map(len, by_lang.values())),
            p50_ms=1000 * lags[len(lags) // 2],
            p95_ms=1000 * lags[len(lags) * 95 // 100],
            longest_ms=1000 * lags[-1],
        )

    async def _read(self, url: str, reading: Reading) -> None:
        messages = listen(url, self._room, [reading.lang], stability=Stability.STEADY, token=self._token)
        async with aclosing(messages):
            async for message in messages:
                match message:
                    case Ready():
                        reading.ready.set()
                        reading.connections += 1
                        reading.gaps += message.gap
                    case Caption(final=True):
                        reading.finals.append(message)
                        if message.utterance == _LAST:
                            return
                        # A leader that is stopped finishes a sentence that its speaker has not.
                        if said_at := self._said.get(message.utterance):
                            reading.lags_s.append(time.perf_counter() - said_at)
                    case Cancel():
                        reading.finals = [c for c in reading.finals if c.segment != message.segment]
