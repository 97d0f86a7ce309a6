"""What is said in a room and what becomes of it in each language that is asked for."""

import asyncio
import secrets
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable
from functools import partial

from rtt.catalog import Catalog
from rtt.config import Config
from rtt.engine import Engine, Timing, Translator, Verbatim
from rtt.errors import Restarting
from rtt.glossary import NO_TERMS, RoomGlossary
from rtt.log import EVERY_LANGUAGE, Clearing, MemoryLog, News
from rtt.policy import Stream, Update
from rtt.protocol import VERSION, CancelUtterance, ClearRoom, Correct, Final, Glossary, Partial, Ready, Spoken
from rtt.punctuation import PunctuationStream
from rtt.segmenter import Change, Segment, Segmenter, Withdrawal
from rtt.session import Session
from rtt.talks import Talks

RESTARTING = "the server restarts; connect again and resume"


class Speech(ABC):
    """Texts in, captions out: one segmenter, one session for each language. It knows nobody who speaks or reads."""

    def __init__(self, name: str, source: str, catalog: Catalog, engine: Engine, config: Config) -> None:
        self.name = name
        self.source = source
        self.talks = Talks()
        self._catalog = catalog
        self._engine = engine
        self._config = config
        self._loop = asyncio.get_running_loop()
        self._log = MemoryLog(secrets.token_hex(4), config.log_limit)
        self._segmenter = Segmenter(source, config.segmenter, self._loop.time())
        self._sessions: dict[str, Session[Update | Withdrawal]] = {}
        self._punctuation = self._new_punctuation()
        self._glossary = RoomGlossary(catalog.resolve)
        self._timer: asyncio.TimerHandle | None = None
        self._draining = False

    @property
    def leads(self) -> bool:
        """Whether it is this server that translates what is said here: always, but where several serve a room."""
        return True

    @property
    @abstractmethod
    def private(self) -> bool:
        """Whether answers for what is said here are kept for nobody."""

    @property
    def log(self) -> MemoryLog:
        """What readers were told."""
        return self._log

    @property
    def languages(self) -> set[str]:
        """Every language that there is something in, or will be."""
        return {self.source, *self.ready().targets, *self._log.langs}

    def ready(self, *, gap: bool = False) -> Ready:
        """Return what everybody is told first."""
        models = {lang: session.model for lang, session in self._sessions.items() if lang != self.source}
        return Ready(
            *(VERSION, self.name, self.source, sorted(models), self._log.seq, models),
            log=self._log.id,
            gap=gap,
            segment=self._segmenter.newest_finished(),
            title=self.talks.current.title,
            speaker=self.talks.current.speaker,
        )

    def routes(self) -> list[str]:
        """Return the routes by which it is translated here, that of its punctuation included."""
        translated = [session.model for lang, session in self._sessions.items() if lang != self.source]
        return [*translated, *([self._punctuation.model] if self._punctuation else [])]

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
        """Stop at once."""
        if self._timer:
            self._timer.cancel()
        if self._punctuation:
            self._punctuation.close()
        for session in self._sessions.values():
            session.close()

    @abstractmethod
    def _publish(self, lang: str, update: News, timing: Timing | None = None) -> None:
        """Tell whoever reads a language what is new in it."""

    def _take(self, message: Spoken) -> None:
        if self._draining:
            raise Restarting(RESTARTING)
        now = self._loop.time()
        match message:
            case Glossary():
                self._set_terms(message)
            case ClearRoom():
                self.clear(message.title, message.speaker)
            case CancelUtterance():
                self._apply(self._segmenter.cancel(message.utterance))
            case Correct():
                self._apply(self._segmenter.correct(message.segment, message.text, now))
            case Partial() | Final():
                changes = self._segmenter.receive_text(
                    message.text,
                    final=isinstance(message, Final),
                    now=now,
                    utterance=message.utterance,
                    start_ms=message.start_ms,
                    end_ms=message.end_ms,
                )
                self._apply(changes)

    def _set_terms(self, glossary: Glossary) -> None:
        self._glossary.replace(glossary.terms)

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
        if not own:
            self._engine.keep([model])  # to be loaded before anything is said
        terms = (lambda: NO_TERMS) if own else partial(self._glossary.terms_in, lang)
        stream = Stream(model, self._config.policy, terms)
        for update in told:
            stream.resume(update)
        return Session(self, lang, stream, translator, self._publish)

    def _new_punctuation(self) -> Session[Change] | None:
        """Start the punctuation of the room's language, where there is a model for it."""
        model = self._catalog.punctuator(self.source)
        if model is None:
            return None
        stream = PunctuationStream(model.name, self._segmenter)
        return Session(self, f"{self.source} punctuation", stream, self._engine, self._punctuated)

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

    def _behind_ms(self) -> int:
        """Return how old the oldest text is that is not shown yet in some language."""
        waiting = [since for s in self._sessions.values() if (since := s.waiting_since()) is not None]
        return round((self._loop.time() - min(waiting)) * 1000) if waiting else 0
