"""A room that several nodes serve: this one leads it, or follows the one that does."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import Any

import msgspec
import structlog

from rtt.engine import Timing
from rtt.errors import Replaced, TryAgainLater, UnsupportedPair, WireError
from rtt.log import Event, News
from rtt.nodes.followed_room import LED_ELSEWHERE, FollowedRoom
from rtt.nodes.journal import Journal
from rtt.nodes.records import Count, Talk, Terms
from rtt.nodes.resume import left_to_do, told_in
from rtt.nodes.store import Deposed
from rtt.protocol import Glossary, Partial, Ready, Spoken, Status
from rtt.segmenter import Segmenter

_logger = structlog.get_logger(__name__)

# How long a room that is handed over waits for what there is to be written.
_REST_S = 1.0
# The counts of other nodes come each second.
_COUNT_S = 5.0


class SharedRoom(FollowedRoom):
    """Follows at first. Where it leads it is like any other room, but for its readers, who are told what is written."""

    def __init__(self, *of_room: Any, **leader: Any) -> None:  # noqa: ANN401 - those of FollowedRoom
        self._journal: Journal | None = None
        self._writing: asyncio.Task[None] | None = None
        self._since: dict[str, int] = {}
        self._elsewhere: dict[str, tuple[Count, float]] = {}
        self.on_deposed: Callable[[SharedRoom], object] = lambda _: None
        super().__init__(*of_room, **leader)

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

    def empty_for(self) -> float:
        """Return for how many seconds nobody was here, nor, where this node leads, at another one."""
        return 0.0 if self.leads and not all(count.empty for count in self._counts()) else super().empty_for()

    def ready(self, *, gap: bool = False) -> Ready:
        """Return what everybody is told first."""
        if not self.leads:
            return super().ready(gap=gap)
        # What is finished, but not written yet, is still to come.
        return msgspec.structs.replace(super(FollowedRoom, self).ready(gap=gap), segment=self._newest)

    def receive(self, message: Spoken) -> Awaitable[None] | None:
        """Take what the speaker or an operator says, or hand it on to the node that leads."""
        if not self.leads:
            return super().receive(message)
        super(FollowedRoom, self).receive(message)
        # Many may come at once: nothing more is read before it is seen whether the journal can still hold it.
        return None if isinstance(message, Partial) else self._settled()

    def promise(self, kept: Callable[[], object]) -> None:
        """Call back as soon as what was received is written where it outlives this node."""
        if self._journal:
            self._journal.promise(kept)
        else:
            kept()

    def tell_status(self) -> None:
        """Tell everybody how the room fares, if this node leads and that is news."""
        if self._journal is None:
            return
        if self._talk and self._talk.archived != self.talks.taken:
            self._note_talk()
        before = self._status
        super(FollowedRoom, self).tell_status()
        if self._status and self._status is not before:
            self._journal.note(self._status)

    def count(self, node: str, count: Count) -> None:
        """Take it how many readers another node has, and what those who came there wish."""
        if not count.empty:
            self._left_at = self._loop.time()
        self.limit_retention(count.retention)
        self._elsewhere[node] = count, self._loop.time() + _COUNT_S

    def clear(self, title: str = "", speaker: str = "", slot: float | None = None) -> None:
        """Begin another talk, which followers are told of too."""
        super().clear(title, speaker, slot)
        self._note_talk()

    async def kept(self) -> None:
        """Wait until what was received is written. Raises TryAgainLater."""
        if not await self._written():
            raise TryAgainLater("the log cannot be written for now")

    def lead(self, journal: Journal, age_s: float) -> None:
        """Go on where the last leader left off; `age_s`: how long ago the log began."""
        self._journal = journal
        talk = self._talk or Talk(self._log.id, self.source, {}, {})
        self._since = dict(talk.since)
        now = self._loop.time()
        self._segmenter = Segmenter(self.source, self._config.segmenter, now - age_s)
        said = told_in(self._log, self.source, self._since.get(self.source, 1), self._config.segmenter.remember)
        next_id = 1 + max((event.segment for event in self._log.after(0)), default=0)
        self._segmenter.resume([update.segment for update in said], now, next_id=next_id, finished=self._newest)
        self._punctuation = self._new_punctuation()
        if self._glossary.said:
            journal.note(Terms([*self._glossary.said]))
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
            self._told = super(FollowedRoom, self)._how_it_fares()
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
            self.stop_leading(TryAgainLater(LED_ELSEWHERE))
            await self._release(journal, for_good=False)

    async def let_go(self, *, for_good: bool) -> None:
        """Lead no longer; `for_good`: nobody else has to. Raises RedisError."""
        if journal := self._journal:
            self.stop_leading(TryAgainLater(LED_ELSEWHERE))
            await self._release(journal, for_good=for_good)

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

    def _hand_on_retention(self) -> None:
        if self.leads:
            self._note_talk()
        else:
            super()._hand_on_retention()

    def _append(self, lang: str, update: News, lag_ms: int, timing: Timing | None) -> Event:
        if self._journal is None:
            raise RuntimeError(f"room {self.name} is led by another node")
        return self._journal.append(lang, update, lag_ms, timing)

    def _take(self, message: Spoken) -> None:
        if self._journal and self._journal.full:
            raise TryAgainLater("the log cannot be written, and no more can be kept; connect again later")
        super()._take(message)
        if self._journal and isinstance(message, Glossary):
            self._journal.note(Terms(message.terms))

    def _how_it_fares(self) -> Status:
        if not self.leads:
            return super()._how_it_fares()
        status = super(FollowedRoom, self)._how_it_fares()
        readers, languages = status.readers, Counter(status.languages)
        for count in self._counts():
            readers += count.readers
            languages.update(count.languages)
        return msgspec.structs.replace(status, readers=readers, languages=dict(sorted(languages.items())))

    def _counts(self) -> list[Count]:
        """Return what other nodes have said of their readers lately."""
        now = self._loop.time()
        return [count for count, until in self._elsewhere.values() if until > now]

    def _open_sessions(self, langs: Iterable[str]) -> None:
        """Start the languages that are new, or have the leader do so."""
        if not self.leads:
            super()._open_sessions(langs)
            return
        langs = list(langs)
        recent = self._recent()
        new = [lang for lang in langs if lang not in self._sessions]
        super(FollowedRoom, self)._open_sessions(langs)
        if new:
            self._since |= dict.fromkeys(new, recent[0].id if recent else self._segmenter.next_id)
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
        ready = self.ready()
        self._talk = Talk(
            *(ready.log, self.source, ready.models, self._since, self.talks.held, self.talks.taken),
            retention=self.retention,
        )
        if self._journal:
            self._journal.note(self._talk)

    def _resume_session(self, lang: str) -> None:
        """Go on with a language: what was said and is not told in it yet is translated."""
        first, remember = self._since[lang], self._config.segmenter.remember
        told = told_in(self._log, lang, first, remember)
        self._sessions[lang] = session = self._new_session(lang, told)
        session.receive(left_to_do([s for s in self._segmenter.recent(remember) if s.id >= first], told))

    async def _release(self, journal: Journal, *, for_good: bool) -> None:
        """Let go once nothing is being written any more. Raises RedisError."""
        if self._writing:
            await asyncio.wait([self._writing])
        await journal.release(for_good=for_good)

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
            _logger.error("the log is no longer written", room=self.name, exc_info=error)
        self.on_deposed(self)
