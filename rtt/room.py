"""A room: one speaker, many readers, one session for each language that is asked for."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial

from msgspec.structs import replace

from rtt.audience import Audience, Reader
from rtt.catalog import Catalog
from rtt.config import Config
from rtt.engine import Engine, Timing, Translator, Verbatim
from rtt.errors import BadRequest, QuotaExceeded, Replaced, Restarting, UnsupportedPair
from rtt.glossary import NO_TERMS, RoomGlossary
from rtt.log import EVERY_LANGUAGE, Clearing, Event, MemoryLog, News
from rtt.metrics import Metrics
from rtt.outbox import Outbox
from rtt.policy import Stream, Update
from rtt.profanity import Profanity
from rtt.protocol import (
    VERSION,
    CancelUtterance,
    ClearRoom,
    Correct,
    Final,
    Glossary,
    ListenQuery,
    Ready,
    Spoken,
    Status,
    encode,
)
from rtt.punctuation import PunctuationStream
from rtt.retention import Retention
from rtt.segmenter import Change, Segment, Segmenter, Withdrawal
from rtt.session import Session
from rtt.talks import Talks

_RESTARTING = "the server restarts; connect again and resume"


class Room:
    """What is said in one room and who reads it."""

    def __init__(  # noqa: PLR0913, PLR0917 - what a room is made of
        self,
        name: str,
        source: str,
        catalog: Catalog,
        engine: Engine,
        config: Config,
        metrics: Metrics,
        profanity: Profanity | None = None,
    ) -> None:
        self.name = name
        self.source = source
        self._catalog = catalog
        self._engine = engine
        self._config = config
        self._metrics = metrics
        self._profanity = profanity or Profanity({})
        self._loop = asyncio.get_running_loop()
        self._log = MemoryLog(secrets.token_hex(4), config.log_limit)
        self._segmenter = Segmenter(source, config.segmenter, self._loop.time())
        self._sessions: dict[str, Session[Update | Withdrawal]] = {}
        self._punctuation = self._new_punctuation()
        self._audience = Audience(metrics)
        self.talks = Talks()
        self._speaker: Outbox | None = None
        self._operators: set[Outbox] = set()
        self._glossary = RoomGlossary(catalog.resolve)
        self._timer: asyncio.TimerHandle | None = None
        self._status: Status | None = None
        self._left_at = self._loop.time()
        self._retention = Retention()
        self._draining = False
        self._open_sessions([source])

    @property
    def leads(self) -> bool:
        """Whether it is this server that translates what is said here: always, but where several serve a room."""
        return True

    @property
    def log(self) -> MemoryLog:
        """What readers were told."""
        return self._log

    @property
    def languages(self) -> set[str]:
        """Every language that there is something in, or will be."""
        return {self.source, *self.ready().targets, *self._log.langs}

    def empty_for(self) -> float:
        """Return for how many seconds nobody was here."""
        return 0.0 if self._senders() or self._audience.readers else self._loop.time() - self._left_at

    @property
    def retention(self) -> Retention:
        """What is kept of it once everybody has left."""
        return self._retention

    def limit_retention(self, wish: Retention) -> None:
        """Keep no more than somebody wishes who may say so."""
        self._retention = self._retention.stricter(wish)

    @property
    def kept_s(self) -> float:
        """For how many seconds it is kept once everybody has left; as long as any where nothing was said."""
        most = self._config.room_linger_s
        return self._retention.kept_s(most) if self._log.seq or self._glossary.said else most

    @property
    def readers(self) -> int:
        """How many readers are here."""
        return self._audience.count()

    def ready(self, *, gap: bool = False) -> Ready:
        """Return what everybody is told first."""
        models = {lang: self._catalog.route(self.source, lang) for lang in self._sessions if lang != self.source}
        return Ready(
            *(VERSION, self.name, self.source, sorted(models), self._log.seq, models),
            log=self._log.id,
            gap=gap,
            segment=self._segmenter.newest_finished(),
            title=self.talks.current.title,
            speaker=self.talks.current.speaker,
        )

    def languages_for(self, wanted: Iterable[str]) -> tuple[str, ...]:
        """Return what a reader gets who wants some languages: those by their known tags; without any, the room's."""
        return self._catalog.resolve_all(wanted) or tuple(self.ready().targets) or (self.source,)

    @contextmanager
    def read(self, outbox: Outbox, query: ListenQuery) -> Iterator[None]:
        """Have somebody read along as long as the context lasts. Raises what `join` does."""
        counted = query.role is None
        reader = Reader(outbox, self.languages_for(query.lang), query.stability, counted=counted, timing=query.timing)
        self.join(reader, query.since, query.log)
        try:
            yield
        finally:
            self.leave(reader)

    def join(self, reader: Reader, since: int | None = None, log: str = "") -> None:
        """Add a reader, who is told `ready`, and what it missed since then or the room's last sentences.

        Where `since` was seen in another `log` than the room's, what is between is lost: a gap.
        Raises UnsupportedPair, QuotaExceeded, and BadRequest where `since` is yet to come.
        """
        most = self._config.readers_per_room
        if most and len(self._audience.readers) >= most:
            raise QuotaExceeded(f"room {self.name} has {most} readers, which is the limit")
        other_log = since is not None and log not in {"", self._log.id}
        if other_log:
            since = None
        if since is not None and since > self._log.seq:
            raise BadRequest(f"field since: {since}: room {self.name} is at {self._log.seq}; join without since")
        self._open_sessions(reader.langs)
        gap = other_log or (since is not None and not self._log.reaches(since))
        reader.outbox.put(encode(self.ready(gap=gap)))
        if since is None:
            missed = self._log.recent(reader.langs, self._config.history)
        else:
            missed = self._log.since(since, reader.langs)
        self._audience.add(reader, missed)
        reader.outbox.put(encode(_for_readers(self._how_it_fares())), Status)

    def leave(self, reader: Reader) -> None:
        """Remove a reader."""
        self._audience.remove(reader)
        self._left_at = self._loop.time()

    def take_over(self, speaker: Outbox, source: str, targets: Iterable[str]) -> None:
        """Make `speaker` the one speaker; one that was here is told that it is replaced. Raises UnsupportedPair."""
        for target in targets:
            self._check_pair(source, target)
        if self._speaker:
            self._speaker.close(Replaced(f"another speaker took over room {self.name}"))
        self._segmenter.speaker_left()
        if source != self.source:
            self._change_source(source)
        self._speaker = speaker
        self._open_sessions(targets)
        self._greet(speaker)
        self.tell_status()

    def speaker_left(self, speaker: Outbox) -> None:
        """Remove the speaker, unless another one has taken over already."""
        if self._speaker is speaker:
            self._speaker = None
            self._segmenter.speaker_left()
            self._left_at = self._loop.time()
            self.tell_status()

    def join_operator(self, operator: Outbox) -> None:
        """Add an operator, who corrects what the speaker says."""
        self._operators.add(operator)
        self._greet(operator)

    def operator_left(self, operator: Outbox) -> None:
        """Remove an operator."""
        self._operators.discard(operator)
        self._left_at = self._loop.time()

    def announce(self, targets: Iterable[str]) -> None:
        """Translate into some languages before anybody reads them. Raises UnsupportedPair."""
        self._open_sessions(targets)

    def clear(self, title: str = "", speaker: str = "", slot: float | None = None) -> None:
        """Begin another talk: readers take away what was said, and its transcript begins anew.

        One that has the title and speaker of the talk that goes on changes nothing: it may have been announced twice.
        `slot` is when it was to begin, where it is the schedule that begins it.
        """
        if title and (title, speaker) == (self.talks.current.title, self.talks.current.speaker):
            return
        now = self._loop.time()
        self._apply(self._segmenter.close_all(now, ended=False))
        after = self._segmenter.newest_finished()
        self.talks.begin(title, speaker, after=after, seq=self._log.seq, now=now, slot=slot)
        self._publish(EVERY_LANGUAGE, Clearing(after, title, speaker))

    def receive(self, message: Spoken) -> Awaitable[None] | None:
        """Take what the speaker or an operator says; None: it is taken already.

        Raises BadMessage, and Restarting while the room drains.
        """
        self._take(message)
        return None

    def promise(self, kept: Callable[[], object]) -> None:
        """Call back as soon as nothing that was received can be lost while the server runs: here, at once."""
        kept()

    def _take(self, message: Spoken) -> None:
        if self._draining:
            raise Restarting(_RESTARTING)
        now = self._loop.time()
        match message:
            case Glossary():
                self._set_terms(message)
                return
            case ClearRoom():
                self.clear(message.title, message.speaker)
                return
            case CancelUtterance():
                changes = self._segmenter.cancel(message.utterance)
            case Correct():
                changes = self._segmenter.correct(message.segment, message.text, now)
            case _:
                changes = self._segmenter.receive_text(
                    message.text,
                    final=isinstance(message, Final),
                    now=now,
                    utterance=message.utterance,
                    start_ms=message.start_ms,
                    end_ms=message.end_ms,
                )
        self._apply(changes)

    def tell_status(self) -> None:
        """Tell everybody how the room fares, if that is news."""
        status = self._how_it_fares()
        if status != self._status:
            self._status = status
            self._tell(status)

    async def drain(self) -> None:
        """Close what is open, and wait until every final is translated and in every outbox."""
        self._draining = True
        self._apply(self._segmenter.close_all(self._loop.time()))
        await self.caught_up()

    async def caught_up(self) -> None:
        """Wait until nothing is left to translate."""
        if self._punctuation:
            await self._punctuation.caught_up()
        await asyncio.gather(*(session.caught_up() for session in self._sessions.values()))

    def close(self) -> None:
        """End the room: whoever is still here is told that the server restarts."""
        if self._timer:
            self._timer.cancel()
        if self._punctuation:
            self._punctuation.close()
        for session in self._sessions.values():
            session.close()
        for reader in self._audience.readers:
            reader.outbox.close(Restarting(_RESTARTING))
        for sender in self._senders():
            sender.close(Restarting(_RESTARTING))

    def _senders(self) -> list[Outbox]:
        return [*self._operators, *([self._speaker] if self._speaker else [])]

    def _tell(self, status: Status) -> None:
        self._audience.tell(_for_readers(status))
        for sender in self._senders():
            sender.put(encode(status), Status)

    def _set_terms(self, glossary: Glossary) -> None:
        self._glossary.replace(glossary.terms)
        for sender in self._senders():
            sender.put(encode(glossary), Glossary)

    def _greet(self, sender: Outbox) -> None:
        sender.put(encode(self.ready()))
        sender.put(encode(self._how_it_fares()), Status)
        if self._glossary.said:
            sender.put(encode(Glossary(list(self._glossary.said))), Glossary)

    def _apply(self, changes: list[Change]) -> None:
        for session in self._sessions.values():
            session.receive(changes)
        if self._punctuation:
            self._punctuation.receive(changes)
        if self._timer:
            self._timer.cancel()
        when = self._segmenter.next_timer()
        self._timer = None if when is None else self._loop.call_at(when, self._handle_timer)

    def _handle_timer(self) -> None:
        self._apply(self._segmenter.handle_timer(self._loop.time()))

    def _publish(self, lang: str, update: News, timing: Timing | None = None) -> None:
        now = self._loop.time()
        received_at = now
        if isinstance(update, Update):
            received_at = update.segment.received_at
            update = self._profanity.masked(lang, update)
        event = self._append(lang, update, round((now - received_at) * 1000), timing)
        self._metrics.published(event)

    def _append(self, lang: str, update: News, lag_ms: int, timing: Timing | None) -> Event:
        event = self._log.append(lang, update, lag_ms, timing)
        self._audience.publish(event)
        return event

    def _check_pair(self, source: str, target: str) -> None:
        if target != source:
            self._catalog.route(source, target)

    def _open_sessions(self, langs: Iterable[str]) -> None:
        """Start the languages that are new; what was said last is translated for them too."""
        for lang in langs:
            self._check_pair(self.source, lang)
        for lang in langs:
            if lang not in self._sessions:
                self._sessions[lang] = session = self._new_session(lang)
                session.receive(self._recent())

    def _recent(self) -> list[Segment]:
        """Return what a language that joins now is told: the last that was said in this talk."""
        recent = self._segmenter.recent(self._config.history)
        return [segment for segment in recent if self.talks.current.holds(segment.id)]

    def _new_session(self, lang: str, told: Iterable[Update] = ()) -> Session[Update | Withdrawal]:
        own = lang == self.source
        model = lang if own else self._catalog.route(self.source, lang)
        translator: Translator = Verbatim() if own else self._engine
        terms = (lambda: NO_TERMS) if own else partial(self._glossary.terms_in, lang)
        stream = Stream(model, self._config.policy, terms)
        for update in told:
            stream.resume(update)
        return Session(self.name, lang, stream, translator, self._publish)

    def _new_punctuation(self) -> Session[Change] | None:
        """Start the punctuation of the room's language, where there is a model for it."""
        model = self._catalog.punctuator(self.source)
        if model is None:
            return None
        stream = PunctuationStream(model.name, self._segmenter)
        return Session(self.name, f"{self.source} punctuation", stream, self._engine, self._punctuated)

    def _punctuated(self, _session: str, change: Change, _timing: Timing | None) -> None:
        self._apply([change])

    def _change_source(self, source: str) -> None:
        """Begin anew in another language; what was open is finished in the old one."""
        self._apply(self._segmenter.close_all(self._loop.time()))
        self.source = source
        self._segmenter = self._segmenter.successor(source)
        if self._punctuation:
            self._punctuation.close()
        self._punctuation = self._new_punctuation()
        self._sessions = {}
        self._open_sessions([source])
        for reader in self._audience.readers:
            try:
                self._open_sessions(reader.langs)
            except UnsupportedPair as error:
                reader.outbox.close(error)
        self._audience.tell(self.ready())
        for operator in self._operators:
            operator.put(encode(self.ready()), Ready)

    def _how_it_fares(self) -> Status:
        return Status(
            speaker="connected" if self._speaker else "disconnected",
            readers=self.readers,
            behind_ms=self._behind_ms(),
            load=self._engine.load,
            languages=self._audience.languages(),
        )

    def _behind_ms(self) -> int:
        """Return how old the oldest text is that is not shown yet in some language."""
        waiting = [since for s in self._sessions.values() if (since := s.waiting_since()) is not None]
        return round((self._loop.time() - min(waiting)) * 1000) if waiting else 0


def _for_readers(status: Status) -> Status:
    return replace(status, languages={})
