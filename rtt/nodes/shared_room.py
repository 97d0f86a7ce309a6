"""A room that several nodes serve: this one leads it, or follows the one that does."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import Any, Protocol

import msgspec
import structlog

from rtt.audience import Reader
from rtt.engine import Timing
from rtt.errors import Replaced, TryAgainLater, UnsupportedPair, WireError
from rtt.log import Event, MemoryLog
from rtt.nodes.journal import Journal
from rtt.nodes.records import Talk, Terms
from rtt.nodes.store import Deposed, Fact, Past
from rtt.policy import Update
from rtt.protocol import VERSION, Final, Glossary, Load, Partial, Ready, Spoken, Status, encode
from rtt.room import Room
from rtt.segmenter import Segment, Segmenter, Withdrawal

_log_ = structlog.get_logger(__name__)

_ANOTHER_LOG = "?"
_LOST = "another node goes on with this room; connect again and resume"
# How long a room that is handed over waits for what there is to be written.
_REST_S = 1.0
# The counts of other nodes come each second.
_COUNT_S = 5.0


class Leader(Protocol):
    """The way to the node that leads a room."""

    def want(self, room: "SharedRoom", langs: set[str]) -> None:
        """Have it open some languages, as soon as there is one."""
        ...

    async def say(self, room: "SharedRoom", frame: str) -> None:
        """Have it take what an operator says. Raises WireError."""
        ...

    def deposed(self, room: "SharedRoom") -> None:
        """Go on as a follower, since another node leads."""
        ...


class SharedRoom(Room):
    """Follows at first: readers are told what comes from the log, and whatever a speaker would need is not there."""

    def __init__(self, *of_room: Any, leader: Leader) -> None:  # noqa: ANN401 - those of Room
        self._leader = leader
        self._journal: Journal | None = None
        self._writing: asyncio.Task[None] | None = None
        self._talk: Talk | None = None
        self._terms: Terms | None = None
        self._told: Status | None = None
        self._since: dict[str, int] = {}
        self._newest = 0
        self._elsewhere: dict[str, tuple[int, float]] = {}
        self.entering = asyncio.Lock()
        """Held while it is decided how this node serves the room."""
        self.followed = False
        """Whether what the log had was read."""
        super().__init__(*of_room)

    @property
    def leads(self) -> bool:
        """Whether this node leads the room."""
        return self._journal is not None

    @property
    def token(self) -> str | None:
        """What this node leads the room with, if it does."""
        return self._journal.token if self._journal else None

    @property
    def unwritten(self) -> int:
        """How many events wait to be written by this node."""
        return self._journal.unwritten if self._journal else 0

    @property
    def log(self) -> str:
        """The id of its log."""
        return self._log.id

    def log_copy(self) -> MemoryLog:
        """Return a copy of its log."""
        return self._log.copy()

    async def kept(self) -> None:
        """Wait until what was received is written. Raises TryAgainLater."""
        if not await self._written():
            raise TryAgainLater("the log cannot be written for now")

    def empty_for(self) -> float:
        """Return for how many seconds nobody was here, nor, where this node leads, at another one."""
        return 0.0 if self.leads and self._readers_elsewhere() else super().empty_for()

    def ready(self, *, gap: bool = False) -> Ready:
        """Return what everybody is told first."""
        if self.leads:
            return msgspec.structs.replace(super().ready(gap=gap), segment=self._newest)
        models = self._talk.models if self._talk else {}
        return Ready(
            *(VERSION, self.name, self.source, sorted(models), self._log.seq, models),
            log=self._log.id,
            gap=gap,
            segment=self._newest,
        )

    def join(self, reader: Reader, since: int | None = None, log: str = "") -> None:
        """Add a reader. One that has seen what this log never had, has seen another log."""
        super().join(reader, since, log if since is None or since <= self._log.seq else _ANOTHER_LOG)

    def receive(self, message: Spoken) -> Awaitable[None] | None:
        """Take what the speaker or an operator says, or hand it on to the node that leads."""
        if self.leads:
            return super().receive(message)
        if isinstance(message, Partial | Final):
            raise TryAgainLater(_LOST)
        return self._leader.say(self, encode(message))

    def promise(self, kept: Callable[[], object]) -> None:
        """Call back as soon as what was received is written where it outlives this node."""
        if self._journal:
            self._journal.promise(kept)
        else:
            kept()

    def tell_status(self) -> None:
        """Tell everybody how the room fares, if that is news and nobody else does."""
        if self._journal:
            before = self._status
            super().tell_status()
            if self._status and self._status is not before:
                self._journal.note(self._status)

    def leaderless(self) -> None:
        """Tell everybody that there is no speaker, since nobody leads."""
        if self._told and self._told.speaker == "connected":
            self.take(msgspec.structs.replace(self._told, speaker="disconnected"))

    def count(self, node: str, readers: int) -> None:
        """Take it how many readers another node has."""
        self._elsewhere[node] = readers, self._loop.time() + _COUNT_S

    # What follows.

    def follow(self, past: Past) -> None:
        """Take what the log has, all of which may be known."""
        if past.log != self._log.id:
            self._begin_log(past)
        self._note_gap([event.seq for event in past.events if event.lasting])
        for fact in (past.talk, past.terms, past.status):
            if fact:
                self.take(fact)
        for event in past.events:
            self.take(event)
        self.followed = True

    def take(self, news: Event | Fact) -> None:
        """Take what the leader has written."""
        match news:
            case Event():
                if news.seq > self._log.seq:
                    self._deliver(news)
            case Talk():
                self._take_talk(news)
            case Terms():
                self._terms = news
            case Status():
                self._told = news
                self._audience.tell(news)
                for sender in self._senders():
                    sender.put(encode(news), Status)

    def refuse(self, langs: Iterable[str], error: WireError) -> None:
        """Close the readers of languages that the leader cannot translate into."""
        for reader in self._audience.readers:
            if {*reader.langs} & {*langs}:
                reader.outbox.close(error)

    def wanted(self) -> set[str]:
        """Return the languages that readers wait for, which the leader has not opened."""
        there = {self.source, *(self._talk.models if self._talk else ())}
        return {lang for reader in self._audience.readers for lang in reader.langs} - there

    # What leads.

    def lead(self, journal: Journal, age_s: float) -> None:
        """Go on where the last leader left off; `age_s`: how long ago the log began."""
        self._journal = journal
        talk = self._talk or Talk(self._log.id, self.source, {}, {})
        self._since = dict(talk.since)
        now = self._loop.time()
        self._segmenter = Segmenter(self.source, self._config.segmenter, now - age_s)
        said = self._told_in(self.source)
        next_id = 1 + max((event.segment for event in self._log.after(0)), default=0)
        self._segmenter.resume([update.segment for update in said], now, next_id=next_id)
        self._punctuation = self._new_punctuation()
        if self._terms:
            self._glossary.replace(self._terms.terms)
            journal.note(self._terms)
        self._sessions = {}
        for lang in talk.since:
            self._resume_session(lang)
        self._status = None
        self._open_each({self.source, *talk.models, *self.wanted()})
        self._note_talk()
        self._apply([])
        run = journal.run(age_s, self._settled, self._deliver)
        self._writing = asyncio.create_task(run, name=f"write {self.name}")
        self._writing.add_done_callback(self._done_writing)

    def stop_leading(self, error: WireError) -> None:
        """Follow again; the speaker is closed with an error."""
        journal, self._journal = self._journal, None
        if self._writing:
            self._writing.cancel()
        if journal:
            self._told = super()._how_it_fares()
        if self._speaker:
            self._speaker.close(error)
        self._speaker, self._status = None, None
        if self._timer:
            self._timer.cancel()
        if self._punctuation:
            self._punctuation.close()
        self._punctuation = None
        for session in self._sessions.values():
            session.close()
        self._sessions = {}
        self.followed = False

    async def hand_over(self) -> None:
        """Write what there is, and let go: a speaker has come to another node. Raises RedisError."""
        if journal := self._journal:
            if self._speaker:
                self._speaker.close(Replaced(f"another speaker took over room {self.name}"))
            await self._written()
            self.stop_leading(TryAgainLater(_LOST))
            await journal.release(for_good=False)

    async def let_go(self, *, for_good: bool) -> None:
        """Lead no longer; `for_good`: nobody else has to. Raises RedisError."""
        if journal := self._journal:
            self.stop_leading(TryAgainLater(_LOST))
            await journal.release(for_good=for_good)

    async def drain(self) -> None:
        """Close what is open, and wait until every final is translated and written."""
        await super().drain()
        if self._journal:
            await self._journal.finished()

    def close(self) -> None:
        """End the room at this node."""
        if self._writing:
            self._writing.cancel()
        super().close()

    def _append(self, lang: str, update: Update | Withdrawal, lag_ms: int, timing: Timing | None) -> Event:
        if self._journal is None:
            raise RuntimeError(f"room {self.name} is led by another node")
        return self._journal.append(lang, update, lag_ms, timing)

    def _deliver(self, event: Event) -> None:
        if event.seq <= self._log.seq:
            return
        self._log.keep(event)
        if isinstance(event.update, Update) and event.update.final:
            self._newest = max(self._newest, event.segment)
        self._audience.publish(event)

    def _take(self, message: Spoken) -> None:
        if self._journal and self._journal.full:
            raise TryAgainLater("the log cannot be written, and no more can be kept; connect again later")
        super()._take(message)
        if self._journal and isinstance(message, Glossary):
            self._journal.note(Terms(message.terms))

    def _take_talk(self, talk: Talk) -> None:
        self._talk = talk
        if talk.source == self.source:
            return
        self.source = talk.source
        self._audience.tell(self.ready())
        for operator in self._operators:
            operator.put(encode(self.ready()), Ready)
        if wanted := self.wanted():
            self._leader.want(self, wanted)

    def _begin_log(self, past: Past) -> None:
        """Change to another log; readers of the old one are told when they come back."""
        had_readers_of_it, self._log = self._log.seq > 0, MemoryLog(past.log, self._config.log_limit)
        self._newest = 0
        if had_readers_of_it:
            self._send_readers_away()

    def _note_gap(self, lasting: list[int]) -> None:
        """Take note where the log, which is cut at its limit, no longer reaches back to what is known."""
        if len(lasting) >= self._log.limit and lasting[0] > self._log.seq + 1:
            self._log.forget(lasting[0] - 1)
            if self._log.seq:
                self._send_readers_away()

    def _send_readers_away(self) -> None:
        for reader in self._audience.readers:
            reader.outbox.close(TryAgainLater("captions were lost here; connect again and resume"))

    def _how_it_fares(self) -> Status:
        if self.leads:
            status = super()._how_it_fares()
            return msgspec.structs.replace(status, readers=status.readers + self._readers_elsewhere())
        return self._told or Status("disconnected", self.readers, 0, Load.NORMAL)

    def _readers_elsewhere(self) -> int:
        now = self._loop.time()
        return sum(readers for readers, until in self._elsewhere.values() if until > now)

    def _open_sessions(self, langs: Iterable[str]) -> None:
        """Start the languages that are new, or have the leader do so."""
        langs = list(langs)
        if not self.leads:
            for lang in langs:
                self._check_pair(self.source, lang)
            if missing := {*langs} - {self.source, *(self._talk.models if self._talk else ())}:
                self._leader.want(self, missing)
            return
        recent = self._segmenter.recent(self._config.history)
        first = recent[0].id if recent else self._segmenter.next_id
        new = [lang for lang in langs if lang not in self._sessions]
        super()._open_sessions(langs)
        if new:
            self._since |= dict.fromkeys(new, first)
            self._note_talk()

    def _open_each(self, langs: Iterable[str]) -> None:
        """Start those languages that there are models for here; readers of the others are told."""
        for lang in langs:
            try:
                self._open_sessions([lang])
            except UnsupportedPair as error:
                self.refuse([lang], error)

    def _note_talk(self) -> None:
        self._since = {lang: first for lang, first in self._since.items() if lang in self._sessions}
        self._talk = Talk(self._log.id, self.source, self.ready().models, self._since)
        if self._journal:
            self._journal.note(self._talk)

    def _resume_session(self, lang: str) -> None:
        """Go on with a language: what was said and is not told in it yet is translated, what was withdrawn is too."""
        first = self._since[lang]
        said = {s.id: s for s in self._segmenter.recent(self._config.segmenter.remember) if s.id >= first}
        told = {update.segment.id: update for update in self._told_in(lang)}
        gone = [Withdrawal(id_) for id_ in told if id_ not in said and id_ > min(said, default=0)]
        news = [s for s in said.values() if s.id not in told or _differs(s, told[s.id])]
        self._sessions[lang] = session = self._new_session(lang, told.values())
        session.receive([*gone, *news])

    def _told_in(self, lang: str) -> list[Update]:
        """Return the newest state of each segment of the source's present language, in order."""
        events = self._log.recent([lang], self._config.segmenter.remember)
        first = self._since.get(lang, 1)
        found = [e.update for e in events if isinstance(e.update, Update) and e.segment >= first]
        return sorted(found, key=lambda update: update.segment.id)

    async def _settled(self) -> None:
        """Wait until what was said is in the log, at least in its own language: that is what is never lost."""
        if session := self._sessions.get(self.source):
            await session.caught_up()

    async def _written(self) -> bool:
        """Wait until what was received is written, but not for long."""
        if self._journal is None:
            return False
        with suppress(TimeoutError):
            async with asyncio.timeout(_REST_S):
                await self._journal.finished()
                return True
        return False

    def _done_writing(self, writing: asyncio.Task[None]) -> None:
        if writing.cancelled() or writing is not self._writing:
            return
        if not isinstance(error := writing.exception(), Deposed):
            _log_.error("the log is no longer written", room=self.name, exc_info=error)
        self._leader.deposed(self)


def _differs(segment: Segment, told: Update) -> bool:
    return (segment.text, segment.final) != (told.segment.text, told.final)
