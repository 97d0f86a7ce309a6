"""A room that another node leads: its readers are told what comes from the log."""

import asyncio
from collections.abc import Awaitable, Iterable
from dataclasses import replace
from typing import Any, Protocol

import msgspec

from rtt.audience import Reader
from rtt.errors import TryAgainLater, WireError
from rtt.log import Clearing, Event, MemoryLog
from rtt.nodes.records import Count, Talk, Terms
from rtt.nodes.store import Fact, Past
from rtt.policy import Update
from rtt.protocol import VERSION, Final, Glossary, Load, Partial, Ready, Spoken, Status, encode
from rtt.retention import Retention
from rtt.room import Room
from rtt.talks import Talks

_ANOTHER_LOG = "?"
LED_ELSEWHERE = "another node goes on with this room; connect again and resume"


class Leader(Protocol):
    """The way to the node that leads a room."""

    def want(self, room: "FollowedRoom", langs: set[str]) -> None:
        """Have it open some languages, as soon as there is one."""
        ...

    async def say(self, room: "FollowedRoom", frame: str) -> None:
        """Have it take what an operator says. Raises WireError."""
        ...

    def tell_census(self, room: "FollowedRoom") -> None:
        """Tell it at once who is here and what they wish, as it is told each second."""
        ...


class FollowedRoom(Room):
    """Has no sessions, and nothing that a speaker would need."""

    def __init__(self, *of_room: Any, leader: Leader) -> None:  # noqa: ANN401 - those of Room
        self._leader = leader
        self._talk: Talk | None = None
        self._told: Status | None = None
        self._newest = 0
        self.entering = asyncio.Lock()
        """Held while it is decided how this node serves the room."""
        self.followed = False
        """Whether what the log had was read."""
        super().__init__(*of_room)

    @property
    def leads(self) -> bool:
        """Whether this node leads the room."""
        return False

    def ready(self, *, gap: bool = False) -> Ready:
        """Return what everybody is told first."""
        models = self._talk.models if self._talk else {}
        return Ready(
            *(VERSION, self.name, self.source, sorted(models), self._log.seq, models),
            log=self._log.id,
            gap=gap,
            segment=self._newest,
            title=self.talks.current.title,
            speaker=self.talks.current.speaker,
        )

    def join(self, reader: Reader, since: int | None = None, log: str = "") -> None:
        """Add a reader. One that has seen what this log never had, has seen another log."""
        super().join(reader, since, log if since is None or since <= self._log.seq else _ANOTHER_LOG)

    def receive(self, message: Spoken) -> Awaitable[None] | None:
        """Hand on what an operator says. Raises TryAgainLater for what a speaker says, who has to go where it leads."""
        if isinstance(message, Partial | Final):
            raise TryAgainLater(LED_ELSEWHERE)
        return self._leader.say(self, encode(message))

    def limit_retention(self, wish: Retention) -> None:
        """Keep no more than somebody wishes who may say so, at no node."""
        before = self.retention
        super().limit_retention(wish)
        if self.retention != before:
            self._hand_on_retention()

    def census(self) -> Count:
        """Return who is here."""
        return Count(self.readers, self._audience.languages(), empty=self.empty_for() > 0, retention=self.retention)

    def tell_status(self) -> None:
        """Do nothing: the leader tells everybody."""

    def leaderless(self) -> None:
        """Tell everybody that there is no speaker, since nobody leads."""
        if self._told and self._told.speaker == "connected":
            self.take(msgspec.structs.replace(self._told, speaker="disconnected"))

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
                if news.terms != [*self._glossary.said]:
                    self._set_terms(Glossary(news.terms))
            case Status():
                self._told = news
                self._tell(news)

    def refuse(self, langs: Iterable[str], error: WireError) -> None:
        """Close the readers of languages that the leader cannot translate into."""
        for reader in self._audience.readers:
            if {*reader.langs} & {*langs}:
                reader.outbox.close(error)

    def wanted(self) -> set[str]:
        """Return the languages that readers wait for, which the leader has not opened."""
        there = {self.source, *(self._talk.models if self._talk else ())}
        return {lang for reader in self._audience.readers for lang in reader.langs} - there

    def _hand_on_retention(self) -> None:
        self._leader.tell_census(self)

    def _deliver(self, event: Event) -> None:
        if event.seq <= self._log.seq:
            return
        self._log.keep(event)
        if isinstance(event.update, Update) and event.update.final:
            self._newest = max(self._newest, event.segment)
        if isinstance(event.update, Clearing) and not self.leads:
            # How the room is led, which says more of its talks, comes a moment later.
            said, now = event.update, self._loop.time()
            self.talks.begin(said.title, said.speaker, after=said.id, seq=event.seq - 1, now=now)
        self._audience.publish(event)

    def _take_talk(self, talk: Talk) -> None:
        self._talk = talk
        self.limit_retention(talk.retention)
        now = self._loop.time()
        held = (one if one.ended_at is None else replace(one, ended_at=now) for one in talk.held)
        self.talks = Talks(held, taken=talk.archived)
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
        self._newest, self.talks = 0, Talks()
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
        return self._told or Status("disconnected", self.readers, 0, Load.NORMAL, self._audience.languages())

    def _open_sessions(self, langs: Iterable[str]) -> None:
        """Have the leader start the languages that are new."""
        langs = list(langs)
        for lang in langs:
            self._check_pair(self.source, lang)
        if missing := {*langs} - {self.source, *(self._talk.models if self._talk else ())}:
            self._leader.want(self, missing)
