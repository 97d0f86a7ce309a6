"""What the server counts and measures of itself, for Prometheus. No room, reader or language, and nothing that is said.

The text format is https://prometheus.io/docs/instrumenting/exposition_formats.
"""

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Literal

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)

from rtt.energy import Energy, EnergyCollector
from rtt.engine import Engine, Hypothesis, JobSource, ModelMemory, Timing
from rtt.errors import TranslationError, WireError
from rtt.log import Clearing, Event
from rtt.model_metrics import ModelCollector
from rtt.protocol import Load
from rtt.segmenter import Withdrawal

Stage = Literal["decode", "wait", "tokenise", "translate", "encode", "send"]
Socket = Literal["listen", "speak", "translate", "events", "live.vtt"]

_STAGES: tuple[Stage, ...] = ("decode", "wait", "tokenise", "translate", "encode", "send")
_KINDS = ("tentative", "final", "cancel", "clear")
# Ten microseconds to ten seconds: the shortest is the encoding of a message.
_SECONDS = (*(digit * 10.0**power for power in range(-5, 1) for digit in (1, 2, 5)), 10.0)
_TEXTS = (1, 2, 4, 8, 16, 32, 64)


class Metrics:
    """Every metric of one server, in a registry of its own."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        registry.register(EnergyCollector(Energy()))
        stages = Histogram(
            "rtt_stage_seconds", "Where a caption's time goes.", ["stage"], buckets=_SECONDS, registry=registry
        )
        self._stages = {stage: stages.labels(stage) for stage in _STAGES}
        self._lag = Histogram(
            "rtt_caption_lag_seconds", "From a text to its caption.", buckets=_SECONDS, registry=registry
        )
        self._batch = Histogram(
            "rtt_batch_texts", "Texts in the batch of an answer.", buckets=_TEXTS, registry=registry
        )
        answers = Counter("rtt_answers", "Answers, by whether they were known.", ["cache"], registry=registry)
        self._answers = {cached: answers.labels("hit" if cached else "miss") for cached in (False, True)}
        captions = Counter("rtt_captions", "What was published, once for each language.", ["kind"], registry=registry)
        self._captions = {kind: captions.labels(kind) for kind in _KINDS}
        self._failures = Counter("rtt_failed_translations", "Jobs that no answer came to.", registry=registry)
        self._superseded = Counter(
            "rtt_superseded_frames", "Frames that were dropped unsent for newer ones.", registry=registry
        )
        self._errors = Counter("rtt_errors", "Errors that peers were told.", ["code"], registry=registry)
        self._sockets = Gauge("rtt_sockets", "Open sockets.", ["kind"], registry=registry)

    content_type = CONTENT_TYPE_LATEST

    def watch(
        self,
        *,
        rooms: Callable[[], int],
        readers: Callable[[], int],
        unwritten: Callable[[], int],
        load: Callable[[], Load],
        memory: Callable[[], ModelMemory],
    ) -> None:
        """Show these whenever somebody looks."""
        for name, what, read in (
            ("rtt_rooms", "Rooms that are remembered.", rooms),
            ("rtt_readers", "Readers of all rooms.", readers),
            ("rtt_log_unwritten", "Events that a shared log does not have yet.", unwritten),
        ):
            Gauge(name, what, registry=self._registry).set_function(read)
        steps = Gauge("rtt_load", "1 for the step of load that the server is on.", ["load"], registry=self._registry)
        for step in Load:
            steps.labels(step).set_function(partial(_is_on, load, step))
        self._registry.register(ModelCollector(memory))

    def watch_transcripts(self, free_bytes: Callable[[], int | None]) -> None:
        """Show how much can still be written where transcripts are."""
        what = "Bytes that can still be written to the folder of transcripts."
        Gauge("rtt_transcripts_free_bytes", what, registry=self._registry).set_function(lambda: free_bytes() or 0)

    def text(self) -> bytes:
        """Return all of them as text."""
        return generate_latest(self._registry)

    @contextmanager
    def stage(self, stage: Stage) -> Iterator[None]:
        """Measure a stage."""
        started = time.perf_counter()
        yield
        self.spent(stage, time.perf_counter() - started)

    def spent(self, stage: Stage, seconds: float) -> None:
        """Take how long a stage took."""
        self._stages[stage].observe(seconds)

    def answered(self, timing: Timing) -> None:
        """Take how an answer came about."""
        self.spent("wait", timing.wait_s)
        self._answers[timing.cached].inc()
        if timing.batch:
            self.spent("tokenise", timing.tokenise_s)
            self.spent("translate", timing.translate_s)
            self._batch.observe(timing.batch)

    def failed(self) -> None:
        """Count a translation that failed."""
        self._failures.inc()

    def published(self, event: Event) -> None:
        """Count what readers are told."""
        if isinstance(event.update, Withdrawal):
            self._captions["cancel"].inc()
            return
        if isinstance(event.update, Clearing):
            self._captions["clear"].inc()
            return
        self._captions["final" if event.update.final else "tentative"].inc()
        self._lag.observe(event.lag_ms / 1000)

    def superseded(self) -> None:
        """Count a frame that was dropped for a newer one."""
        self._superseded.inc()

    def refused(self, error: WireError) -> None:
        """Count an error that a peer is told."""
        self._errors.labels(error.code).inc()

    @contextmanager
    def socket(self, kind: Socket) -> Iterator[None]:
        """Count an open socket."""
        with self._sockets.labels(kind).track_inprogress():
            yield


def _is_on(load: Callable[[], Load], step: Load) -> bool:
    return load() is step


class MeasuredEngine:
    """An engine whose answers are measured."""

    def __init__(self, engine: Engine, metrics: Metrics) -> None:
        self._engine = engine
        self._metrics = metrics

    @property
    def ready(self) -> bool:
        """Whether its models are loaded and have translated once."""
        return self._engine.ready

    @property
    def load(self) -> Load:
        """How busy it is."""
        return self._engine.load

    def prefills(self) -> Collection[str]:
        """Return the models that run the prefix of an answer in one pass."""
        return self._engine.prefills()

    def keep(self, routes: Iterable[str]) -> Mapping[str, bool]:
        """Keep the models of some routes in memory, and return which are not there yet."""
        return self._engine.keep(routes)

    def memory(self) -> ModelMemory:
        """Return what is in memory."""
        return self._engine.memory()

    async def translate(self, source: JobSource) -> Hypothesis | None:
        """Have a job answered. Raises TranslationError."""
        try:
            answer = await self._engine.translate(source)
        except TranslationError:
            self._metrics.failed()
            raise
        if answer is not None:
            self._metrics.answered(answer.timing)
        return answer
