"""One stream serves one language of a room.

It re-translates the open sentence only (Arivazhagan et al. 2020, "Re-translation versus Streaming"), and shows each
answer to three kinds of readers at once. `fast` sees the words that two answers agree on and that the model is sure of,
or that three agree on. `steady` sees what is stable: the same, with one answer more where the model is not sure, and
without those that rest on source words not yet agreed. That is never rewritten before the final, because the next
answer is made to begin with it. `final` sees finished sentences only. Their answer takes back what was shown where it
is likelier by as much as that is worth.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace

from rtt import guards
from rtt import text as text_rules
from rtt.engine import Hypothesis, Job
from rtt.glossary import NO_TERMS, Mask, Terms
from rtt.policy.open_segment import OpenSegment
from rtt.policy.options import PolicyOptions
from rtt.policy.update import Update
from rtt.segmenter import Change, Segment, Withdrawal


class Stream:
    """The open segments of one language: texts and hypotheses in, jobs and updates out."""

    def __init__(self, model: str, options: PolicyOptions, terms: Callable[[], Terms] = lambda: NO_TERMS) -> None:
        self.model = model
        self._options = options
        self._terms = terms
        self._open: dict[int, OpenSegment] = {}
        self._finished: OrderedDict[int, int] = OrderedDict()
        self._running: tuple[Segment, Mask | None] | None = None
        self._updates: list[Update | Withdrawal] = []

    def resume(self, update: Update) -> None:
        """Go on where another stream was cut off, whose last word on a segment this is."""
        if update.final:
            self._finished[update.segment.id] = update.revision
        else:
            self._open[update.segment.id] = OpenSegment.resumed(update, self._terms())

    @property
    def urgent(self) -> bool:
        """Whether a finished sentence waits for its translation."""
        return any(known.segment.final for known in self._waiting())

    @property
    def prepares(self) -> bool:
        """Translations are for readers."""
        return False

    @property
    def idle(self) -> bool:
        """Whether nothing waits to be translated."""
        return not self._waiting()

    def waiting_since(self) -> float | None:
        """Return when the oldest text came that no answer was shown for, on the caller's clock."""
        return min((known.segment.received_at for known in self._open.values() if known.unanswered), default=None)

    def receive(self, change: Change) -> None:
        """Take what the segmenter says of one segment."""
        if isinstance(change, Withdrawal):
            self._withdraw(change)
            return
        known = self._open.get(change.id)
        if known is None:
            revision = self._finished.pop(change.id, 0)
            known = self._open[change.id] = OpenSegment(change, revision=revision, terms=self._terms())
        same = known.segment.text == change.text and known.segment.final == change.final
        known.segment = change
        if not text_rules.is_speech(change.text):
            known.waiting = False
            self._take_answer(known, change, change.text, sure="")
        elif not same:
            known.waiting = True
        elif known.answered and known.answered.text == change.text:
            known.answered = change
            self._show(known)

    def job_to_run(self) -> Job | None:
        """Return the next job: finished sentences first, in order; then the text that waits longest."""
        waiting = self._waiting()
        if self._running or not waiting:
            return None
        chosen = min(
            (known.segment for known in waiting), key=lambda s: (not s.final, s.id if s.final else 0, s.received_at)
        )
        known = self._open[chosen.id]
        known.waiting = False
        mask = known.terms.mask(chosen.text, known.lost_terms)
        self._running = chosen, mask
        job = self._job(known)
        return mask.over(job) if mask else job

    def receive_hypothesis(self, hypothesis: Hypothesis) -> None:
        """Take the answer to the job that runs; ignored where the segment is gone or has a newer text that is final."""
        found, asked, mask = self._take_running()
        if found is None or (found.waiting and found.segment.final):
            return
        answer = mask.restore(hypothesis.text) if mask else hypothesis.text
        if answer is None:
            found.lost_terms += 1
            found.waiting = True
        else:
            # What the model is sure of is told in its own words, not in those of the glossary.
            sure = "" if mask else text_rules.normalise(hypothesis.sure)
            self._take_answer(found, asked, text_rules.normalise(answer), sure)

    def receive_failure(self) -> None:
        """Take it that the job that runs has failed: a finished sentence is tried again, then closed as last seen."""
        found, asked, _ = self._take_running()
        if found is None or found.waiting or not asked.final:
            return
        found.failures += 1
        if found.failures < self._options.attempts:
            found.waiting = True
        elif found.answer:
            self._close(found, "".join(found.answer))
        else:
            self._give_up(found)

    def updates_to_send(self) -> list[Update | Withdrawal]:
        """Return what readers are to be told, once."""
        updates, self._updates = self._updates, []
        return updates

    def _waiting(self) -> list[OpenSegment]:
        return [known for known in self._open.values() if known.waiting]

    def _job(self, known: OpenSegment) -> Job:
        segment, options = known.segment, self._options
        if segment.final:
            # What nobody has seen may be said otherwise for nothing.
            draft = known.words(0, min(known.share(), known.fast)) if options.price > 0 else ""
            return Job(self.model, segment.text, "", final=True, draft=draft, price=options.price if draft else 0.0)
        prefix = known.words(0, known.stable) if options.keep_stable else ""
        draft = known.words(known.stable if prefix else 0, known.share()) if options.trust < 1 else ""
        job = Job(self.model, segment.text, prefix, final=False, draft=draft)
        return replace(job, trust=options.trust, sure=options.sure) if draft else job

    def _take_running(self) -> tuple[OpenSegment | None, Segment, Mask | None]:
        if self._running is None:
            raise RuntimeError("an answer came, but no job runs")
        (asked, mask), self._running = self._running, None
        return self._open.get(asked.id), asked, mask

    def _take_answer(self, known: OpenSegment, asked: Segment, answer: str, sure: str) -> None:
        answer = guards.without_repeats(asked.text, answer)
        runs_away = guards.runs_away(asked.text, answer)
        if asked.final:
            last_good = "".join(known.answer)
            self._close(known, last_good if last_good and (runs_away or not answer) else answer)
        elif not runs_away:
            known.take(asked, answer, sure)
            self._show(known)

    def _show(self, known: OpenSegment) -> None:
        known.show(self._options)
        self._tell(known, final=False)

    def _close(self, known: OpenSegment, answer: str) -> None:
        segment, before = known.segment, replace(known)
        known.show_all(answer)
        self._tell(known, final=True)
        del self._open[segment.id]
        following = self._open.get(segment.id + 1)
        if following and not following.answer and following.segment.utterance == segment.utterance:
            following.go_on_from(known, before)
            self._tell(following, final=False)
        self._finished[segment.id] = known.revision
        if len(self._finished) > self._options.remember:
            self._finished.popitem(last=False)

    def _give_up(self, known: OpenSegment) -> None:
        """Forget a segment of which nothing was shown, or its correction: then what was shown before stays."""
        del self._open[known.segment.id]
        if known.revision:
            self._finished[known.segment.id] = known.revision

    def _tell(self, known: OpenSegment, *, final: bool) -> None:
        if news := known.news(final=final):
            self._updates.append(news)

    def _withdraw(self, withdrawal: Withdrawal) -> None:
        known = self._open.pop(withdrawal.id, None)
        finished = self._finished.pop(withdrawal.id, None)
        if finished or (known and known.revision):
            self._updates.append(withdrawal)
