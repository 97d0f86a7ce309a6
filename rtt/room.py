"""A room: one speaker, many readers, one session for each language that is asked for."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from msgspec.structs import replace

from rtt.audience import Audience, Reader
from rtt.catalog import Catalog
from rtt.config import Config
from rtt.engine import Engine, Timing
from rtt.errors import BadRequest, QuotaExceeded, Replaced, Restarting, UnsupportedPair
from rtt.log import Event, News
from rtt.metrics import Metrics
from rtt.outbox import Outbox
from rtt.policy import Update
from rtt.profanity import Profanity
from rtt.protocol import Glossary, ListenQuery, Ready, Status, encode, encode_error
from rtt.retention import Retention
from rtt.shortage import Shortage
from rtt.speech import RESTARTING, Speech


class Room(Speech):
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
        super().__init__(name, source, catalog, engine, config)
        self._metrics = metrics
        self._profanity = profanity or Profanity({})
        self._audience = Audience(metrics)
        self._shortage = Shortage()
        self._speaker: Outbox | None = None
        self._operators: set[Outbox] = set()
        self._status: Status | None = None
        self._left_at = self._loop.time()
        self._retention = Retention()
        self._open_sessions([source])

    def empty_for(self) -> float:
        """Return for how many seconds nobody was here."""
        return 0.0 if self._senders() or self._audience.readers else self._loop.time() - self._left_at

    @property
    def retention(self) -> Retention:
        """What is kept of it once everybody has left."""
        return self._retention

    @property
    def private(self) -> bool:
        """Whether answers for what is said here are kept for nobody."""
        return self._retention.private

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
        for error in self._shortage.errors(reader.langs):
            reader.outbox.put(encode_error(error))
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

    def tell_status(self) -> None:
        """Tell everybody how the room fares, if that is news."""
        self._keep_models()
        status = self._how_it_fares()
        if status != self._status:
            self._status = status
            self._tell(status)

    def close(self) -> None:
        """End the room: whoever is still here is told that the server restarts."""
        super().close()
        for reader in self._audience.readers:
            reader.outbox.close(Restarting(RESTARTING))
        for sender in self._senders():
            sender.close(Restarting(RESTARTING))

    def _keep_models(self) -> None:
        """Keep the models of the room while somebody is here, and tell of those that cannot be loaded."""
        missing = {} if self.empty_for() else self._engine.keep(self.routes())
        for lang in self._shortage.update(self._sessions.values(), missing):
            for error in self._shortage.errors([lang]):
                self._metrics.refused(error)
                self._audience.warn(lang, encode_error(error))
                for sender in self._senders():
                    sender.put(encode_error(error))

    def _senders(self) -> list[Outbox]:
        return [*self._operators, *([self._speaker] if self._speaker else [])]

    def _tell(self, status: Status) -> None:
        self._audience.tell(_for_readers(status))
        for sender in self._senders():
            sender.put(encode(status), Status)

    def _greet(self, sender: Outbox) -> None:
        sender.put(encode(self.ready()))
        sender.put(encode(self._how_it_fares()), Status)
        for error in self._shortage.errors(self._sessions):
            sender.put(encode_error(error))
        if self._glossary.said:
            sender.put(encode(Glossary(list(self._glossary.said))), Glossary)

    def _set_terms(self, glossary: Glossary) -> None:
        super()._set_terms(glossary)
        for sender in self._senders():
            sender.put(encode(glossary), Glossary)

    def _publish(self, lang: str, update: News, timing: Timing | None = None) -> None:
        lag_ms = 0
        if isinstance(update, Update):
            lag_ms = round((self._loop.time() - update.segment.received_at) * 1000)
            update = self._profanity.masked(lang, update)
        event = self._append(lang, update, lag_ms, timing)
        self._metrics.published(event)

    def _append(self, lang: str, update: News, lag_ms: int, timing: Timing | None) -> Event:
        event = self._log.append(lang, update, lag_ms, timing)
        self._audience.publish(event)
        return event

    def _change_source(self, source: str) -> None:
        super()._change_source(source)
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
            loading=self._shortage.loading,
        )


def _for_readers(status: Status) -> Status:
    return replace(status, languages={})
