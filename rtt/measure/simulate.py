"""Plays a trace through the policy alone, in virtual time: the same log as a replay's, without a server and at once.

Segments, jobs, captions and their order are those of a room; each answer comes a fixed time after its job was drawn, so
that the figures of two policies differ by the policies only. For comparing policies; what readers of a server live
through is measured by a replay.

A simulation is a generator: it yields jobs and is sent their answers, so that many of them can share batches.
"""

import heapq
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import TypeVar

from rtt.captions import message_for
from rtt.engine import Hypothesis, Job
from rtt.log import MemoryLog
from rtt.measure.eventlog import EventLog, Received, Sent, Spoken, Talk
from rtt.measure.replay import numbered
from rtt.measure.wait_k import WaitKStream
from rtt.policy import PolicyOptions, Stream, Update
from rtt.protocol import Cancel, Caption, Stability
from rtt.punctuation import PunctuationStream
from rtt.segmenter import Change, Segmenter, SegmenterOptions, Withdrawal
from rtt.trace import TraceEvent

PUNCTUATION = "punctuation"
"""The model that jobs for punctuation name."""

T = TypeVar("T")
Simulation = Generator[Job, Hypothesis, T]
"""Yields jobs, is sent their answers, and returns a T."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What is compared: how text becomes segments, and answers captions."""

    segmenter: SegmenterOptions = field(default_factory=SegmenterOptions)
    stream: PolicyOptions = field(default_factory=PolicyOptions)
    punctuated: bool = True
    """Whether speech without punctuation is punctuated by a model."""
    wait_k: int = 0
    """Instead of the stream's policy, wait-k; 0: not."""


_PUNCTUATION_S = 0.01


class _Simulation:
    def __init__(self, source: str, target: str, policy: Policy, answer_ms: float) -> None:
        self._segmenter = Segmenter(source, policy.segmenter, 0.0)
        translating = WaitKStream(target, policy.wait_k) if policy.wait_k else Stream(target, policy.stream)
        self._streams = {source: Stream(source, policy.stream), target: translating}
        self._punctuation = PunctuationStream(PUNCTUATION, self._segmenter)
        self._punctuated = policy.punctuated
        self._source = source
        self._answer_s = answer_ms / 1000
        self._log = MemoryLog("simulation", 1)
        self._due: list[tuple[float, int, str, Hypothesis]] = []
        self._order = count()
        self.told: dict[tuple[str, Stability], list[tuple[float, Caption | Cancel]]] = {
            (lang, stability): [] for lang in self._streams for stability in Stability
        }

    def say(self, event: TraceEvent) -> Simulation[None]:
        now = event.at_ms / 1000
        yield from self._advance(now)
        yield from self._apply(
            self._segmenter.receive_text(
                event.text,
                final=event.type == "final",
                now=now,
                utterance=event.utterance,
                start_ms=event.start_ms,
                end_ms=event.end_ms,
            ),
            now,
        )

    def finish(self) -> Simulation[None]:
        """Let time pass until nothing is left to do."""
        yield from self._advance(float("inf"))

    def _advance(self, until: float) -> Simulation[None]:
        while True:
            timer = self._segmenter.next_timer()
            answer = self._due[0][0] if self._due else None
            times = [time for time in (timer, answer) if time is not None and time <= until]
            if not times:
                return
            now = min(times)
            if answer == now:
                _, _, lang, hypothesis = heapq.heappop(self._due)
                if lang == PUNCTUATION:
                    self._punctuation.receive_hypothesis(hypothesis)
                    yield from self._apply(self._punctuation.updates_to_send(), now)
                else:
                    self._streams[lang].receive_hypothesis(hypothesis)
                    yield from self._after(lang, now)
            else:
                yield from self._apply(self._segmenter.handle_timer(now), now)

    def _apply(self, changes: list[Change], now: float) -> Simulation[None]:
        for lang, stream in self._streams.items():
            for change in changes:
                stream.receive(change)
            yield from self._after(lang, now)
        if self._punctuated and (job := self._punctuation.job_to_run()):
            answer = yield job
            heapq.heappush(self._due, (now + _PUNCTUATION_S, next(self._order), PUNCTUATION, answer))

    def _after(self, lang: str, now: float) -> Simulation[None]:
        """Publish what is news, and draw the next job."""
        stream = self._streams[lang]
        for update in stream.updates_to_send():
            self._publish(lang, update, now)
        if job := stream.job_to_run():
            own = lang == self._source
            answer = Hypothesis(job.text) if own else (yield job)
            heapq.heappush(self._due, (now + (0 if own else self._answer_s), next(self._order), lang, answer))

    def _publish(self, lang: str, update: Update | Withdrawal, now: float) -> None:
        received_at = now if isinstance(update, Withdrawal) else update.segment.received_at
        event = self._log.append(lang, update, round((now - received_at) * 1000))
        for stability in Stability:
            if isinstance(message := message_for(event, stability), Caption | Cancel):
                self.told[lang, stability].append((now * 1000, message))


def simulate(
    talk: Talk, events: Sequence[TraceEvent], policy: Policy, answer_ms: float = 40
) -> Simulation[list[EventLog]]:
    """Return the logs of a reader of each stability, as if each answer took `answer_ms`."""
    simulation = _Simulation(talk.source, talk.target, policy, answer_ms)
    events = numbered(events)
    for event in events:
        yield from simulation.say(event)
    yield from simulation.finish()
    spoken = tuple(Spoken(*entry) for entry in simulation.told[talk.source, Stability.FINAL])
    sent = tuple(Sent(event.at_ms, event) for event in events)
    return [
        EventLog(
            Talk(talk.name, talk.source, talk.target, stability, talk.model, talk.speed),
            sent,
            tuple(Received(*entry) for entry in simulation.told[talk.target, stability]),
            spoken,
        )
        for stability in Stability
    ]


def run_together(
    simulations: Sequence[Simulation[T]], translate: Callable[[Sequence[Job]], Sequence[Hypothesis]]
) -> list[T]:
    """Run simulations to their ends, answering the jobs that they wait for together."""
    results: dict[int, T] = {}
    answers: dict[int, Hypothesis | None] = dict.fromkeys(range(len(simulations)))
    while answers:
        jobs: dict[int, Job] = {}
        for number, answer in answers.items():
            try:
                # A generator is begun by sending None.
                jobs[number] = simulations[number].send(answer)  # type: ignore[arg-type]
            except StopIteration as stop:
                results[number] = stop.value
        answers = dict(zip(jobs, translate(list(jobs.values())), strict=True)) if jobs else {}
    return [results[number] for number in range(len(simulations))]
