"""Writes what a room's leader has to say to Redis, in order; readers are told a thing once it is there."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog
from redis.exceptions import RedisError

from rtt.engine import Timing
from rtt.log import Event, MemoryLog, News
from rtt.nodes.records import encode, encode_event
from rtt.nodes.store import FACTS, LEASE_S, Fact, Forgotten, Store

_log = structlog.get_logger(__name__)

_RENEW_S = LEASE_S / 3
_BATCH = 500
_FIRST_DELAY_S, _LONGEST_DELAY_S = 0.05, 1.0
_NAMES = {kind: name.decode() for name, kind in FACTS.items()}


class Journal:
    """The log of one room that this node leads, ahead of what Redis has of it."""

    def __init__(  # noqa: PLR0913 - what a journal is made of
        self, store: Store, room: str, token: str, log: MemoryLog, written: int, *, kept_s: Callable[[], float]
    ) -> None:
        """Go on with a log of which Redis has what came up to `written`; `token` is that of the claim.

        `kept_s`: for how many seconds it is kept once no node has the room.
        """
        self._store = store
        self._room = room
        self.token = token
        """What this node leads the room with."""
        self._ahead = log
        self._written = written
        self._kept_s = kept_s
        self._most_unwritten = log.limit // 2
        self._facts: dict[str, bytes] = {}
        self._unwritten: set[str] = set()
        self._promised: list[Callable[[], object]] = []
        self._news = asyncio.Event()
        self._began = asyncio.get_running_loop().time()

    @property
    def full(self) -> bool:
        """Whether so many finals wait to be written that the next ones could be lost."""
        most = self._most_unwritten
        return self.unwritten > most and sum(event.lasting for event in self._ahead.after(self._written)) > most

    @property
    def unwritten(self) -> int:
        """How many events there are that Redis does not have yet, those counted that newer ones have replaced."""
        return self._ahead.seq - self._written

    def append(self, lang: str, update: News, lag_ms: int, timing: Timing | None) -> Event:
        """Number an update, and have it written."""
        event = self._ahead.append(lang, update, lag_ms, timing)
        self._news.set()
        return event

    def note(self, fact: Fact) -> None:
        """Have a fact written, which replaces the one of its kind before."""
        name = _NAMES[type(fact)]
        self._facts[name] = encode(fact)
        self._unwritten.add(name)
        self._news.set()

    def promise(self, kept: Callable[[], object]) -> None:
        """Call back when all that was received before is written."""
        self._promised.append(kept)
        self._news.set()

    async def run(self, age_s: float, settled: Callable[[], Awaitable[None]], tell: Callable[[Event], None]) -> None:
        """Write whatever comes, and renew the lease, until another node leads. Raises Deposed.

        `age_s`: that of the log now. `settled` returns when what was received is in the log; `tell` is called with each
        event that was written.
        """
        self._began -= age_s
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(_RENEW_S):
                    await self._news.wait()
            self._news.clear()
            promised, self._promised = self._promised, []
            if promised:
                await settled()
            await self._write_all(tell)
            for kept in promised:
                kept()

    async def finished(self) -> None:
        """Wait until all of it is written."""
        written = asyncio.Event()
        self.promise(written.set)
        await written.wait()

    async def release(self, *, for_good: bool) -> None:
        """Let go of the room. Raises RedisError."""
        await self._store.release(self._room, self.token, for_good=for_good)

    async def _write_all(self, tell: Callable[[Event], None]) -> None:
        """Write until nothing is left, however often it takes. Raises Deposed."""
        delay_s = _FIRST_DELAY_S
        while True:
            events = self._ahead.after(self._written)[:_BATCH]
            names, self._unwritten = self._unwritten, set()
            try:
                await self._write(events, names)
            except RedisError as error:
                _log.warning("the log cannot be written; trying again", room=self._room, reason=str(error))
                self._unwritten |= names
                await asyncio.sleep(delay_s)
                delay_s = min(2 * delay_s, _LONGEST_DELAY_S)
                continue
            except Forgotten as lost:
                _log.warning("the log has lost what was written; writing it again", room=self._room, since=lost.seq)
                self._unwritten |= names
                await self._recover(lost)
                continue
            for event in events:
                tell(event)
            if len(events) < _BATCH:
                return

    async def _write(self, events: list[Event], names: set[str]) -> None:
        items = [("log" if event.lasting else "live", event.seq, encode_event(event)) for event in events]
        items += [(name, 0, self._facts[name]) for name in sorted(names)]
        await self._store.write(self._room, self.token, self._written, items, kept_s=self._kept_s())
        if events:
            self._written = events[-1].seq

    async def _recover(self, lost: Forgotten) -> None:
        """Begin again with what Redis still has; memory has the rest."""
        with suppress(RedisError):
            if lost.seq is None:
                age_s = asyncio.get_running_loop().time() - self._began
                await self._store.reclaim(self._room, self.token, self._ahead.id, age_s)
                self._unwritten |= self._facts.keys()
            self._written = lost.seq or 0
