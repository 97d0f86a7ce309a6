"""The target side of the policy: what to translate now, and what of the answer to show to whom. Pure: no clock, no I/O.

One stream serves one language of a room. It re-translates the open sentence only, and shows each answer to three kinds
of readers at once: `fast` sees all of it; `steady` sees what two answers agree on, without the words that rest on
source words not yet agreed and a few more (a display mask; Arivazhagan et al. 2020, "Re-translation versus Streaming").
That is stable: it is never rewritten before the final, because the next answer is made to begin with it. `final` sees
finished sentences only. The answer for a finished sentence begins with what was shown, as far as the model still finds
it likely.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated

from msgspec import Meta

from rtt import guards
from rtt import text as text_rules
from rtt.engine import Hypothesis, Job
from rtt.glossary import NO_TERMS, Mask, Terms
from rtt.segmenter import Change, Segment, Withdrawal

# Words between a sentence end and where a cut would be by position, at which they are taken for the same place.
_SAME_PLACE = 4

Probability = Annotated[float, Meta(ge=0, le=1)]


@dataclass(frozen=True, slots=True)
class PolicyOptions:
    """How answers become captions."""

    mask: Annotated[int, Meta(ge=0)] = 2
    """Words at the end of an answer that steady readers don't see yet, besides one for each source word not agreed."""
    tail: bool = False
    """Whether steady readers see words that were answered once only: sooner, and rewritten more often."""
    keep_stable: bool = True
    """Make each answer for an open sentence begin with what is stable (a forced target prefix)."""
    trust: Probability = 0.3
    """How likely each token of the last answer must still be to stay, in the answer for an open sentence.

    High, since what is shown again only because it was shown before agrees with itself and not with the source.
    """
    final_trust: Probability = 0.01
    """The same in the answer for a finished sentence; 0 keeps all that was shown, 1 translates afresh."""
    attempts: Annotated[int, Meta(ge=1)] = 3
    """How often a finished sentence is tried when the engine fails."""
    remember: Annotated[int, Meta(ge=0)] = 200
    """Finished segments whose revision is known, for corrections."""


@dataclass(frozen=True, slots=True)
class Update:
    """The newest state of a segment for every kind of reader."""

    segment: Segment
    revision: int
    final: bool
    stable: str
    steady: str
    """What steady readers see after `stable`."""
    fast: str
    """What fast readers see after `stable`."""
    calm: bool
    """Whether this is news to steady readers at all."""


@dataclass(slots=True)
class _Open:
    """A segment that has no final in this language yet."""

    segment: Segment
    waiting: bool = True
    """Its text is newer than the last job's."""
    revision: int = 0
    answer: list[str] = field(default_factory=list)
    covers: int = 0
    """How many source words the answer translates."""
    answered: Segment | None = None
    """What the answer is an answer to."""
    stable: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    """The answer without the words that are held back."""
    shown: list[str] = field(default_factory=list)
    """What steady readers see of it, `stable` included."""
    told: tuple[str, str, str] = ("", "", "")
    """What everybody was told last: `stable`, and what steady and fast readers see after it."""
    failures: int = 0
    terms: Terms = NO_TERMS
    """Those in force when the sentence began."""
    lost_terms: int = 0
    """Kinds of placeholders that the model did not copy."""


class Stream:
    """The open segments of one language: texts and hypotheses in, jobs and updates out."""

    def __init__(self, model: str, options: PolicyOptions, terms: Callable[[], Terms] = lambda: NO_TERMS) -> None:
        self._model = model
        self._options = options
        self._terms = terms
        self._open: dict[int, _Open] = {}
        self._finished: OrderedDict[int, int] = OrderedDict()
        self._running: tuple[int, Segment, Mask | None] | None = None
        self._updates: list[Update | Withdrawal] = []

    def resume(self, update: Update) -> None:
        """Go on where another stream was cut off, whose last word on a segment this is."""
        segment = update.segment
        if update.final:
            self._finished[segment.id] = update.revision
            return
        shown = [text_rules.units(update.stable + rest) for rest in ("", update.steady, update.fast)]
        self._open[segment.id] = _Open(
            segment,
            waiting=False,
            revision=update.revision,
            answer=shown[2],
            covers=len(text_rules.units(segment.text)),
            answered=segment,
            stable=shown[0],
            seen=shown[1],
            shown=shown[1],
            told=(update.stable, update.steady, update.fast),
            terms=self._terms(),
        )

    @property
    def urgent(self) -> bool:
        """Whether a finished sentence waits for its translation."""
        return any(o.waiting and o.segment.final for o in self._open.values())

    @property
    def idle(self) -> bool:
        """Whether nothing waits to be translated."""
        return not any(o.waiting for o in self._open.values())

    def waiting_since(self) -> float | None:
        """Return when the oldest text came that no answer was shown for, on the caller's clock."""
        return min((o.segment.received_at for o in self._open.values() if self._unanswered(o)), default=None)

    def receive(self, change: Change) -> None:
        """Take what the segmenter says of one segment."""
        if isinstance(change, Withdrawal):
            self._withdraw(change)
            return
        known = self._open.get(change.id)
        if known is None:
            revision = self._finished.pop(change.id, 0)
            known = self._open[change.id] = _Open(change, revision=revision, terms=self._terms())
        same = known.segment.text == change.text and known.segment.final == change.final
        known.segment = change
        if not text_rules.is_speech(change.text):
            known.waiting = False
            self._take_answer(known, change, change.text)
        elif not same:
            known.waiting = True
        elif known.answered and known.answered.text == change.text:
            known.answered = change
            self._show(known)

    def job_to_run(self) -> Job | None:
        """Return the next job: finished sentences first, in order; then the text that waits longest."""
        if self._running:
            return None
        waiting = [o for o in self._open.values() if o.waiting]
        if not waiting:
            return None
        chosen = min(
            waiting, key=lambda o: (not o.segment.final, o.segment.id if o.segment.final else 0, o.segment.received_at)
        )
        segment = chosen.segment
        chosen.waiting = False
        mask = chosen.terms.mask(segment.text, chosen.lost_terms)
        self._running = segment.id, segment, mask
        prefix = "".join(chosen.stable) if self._options.keep_stable and not segment.final else ""
        trust = self._options.final_trust if segment.final else self._options.trust
        draft = "".join(_share(chosen))[len(prefix) :] if trust < 1 else ""
        job = Job(self._model, segment.text, prefix, segment.final, draft, trust if draft else 0.0)
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
            self._take_answer(found, asked, text_rules.normalise(answer))

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

    def _unanswered(self, known: _Open) -> bool:
        return known.segment.final or known.answered is None or known.answered.text != known.segment.text

    def _take_answer(self, known: _Open, asked: Segment, answer: str) -> None:
        answer = guards.without_repeats(asked.text, answer)
        runs_away = guards.runs_away(asked.text, answer)
        if asked.final:
            last_good = "".join(known.answer)
            self._close(known, last_good if last_good and (runs_away or not answer) else answer)
        elif not runs_away:
            if not text_rules.ends_sentence(asked.text):
                answer = text_rules.without_sentence_end(answer)
            known.answer = _with_prefix(text_rules.units(answer), known.stable)
            known.answered, known.covers = asked, len(text_rules.units(asked.text))
            self._show(known)

    def _take_running(self) -> tuple[_Open | None, Segment, Mask | None]:
        if self._running is None:
            raise RuntimeError("an answer came, but no job runs")
        (id_, asked, mask), self._running = self._running, None
        return self._open.get(id_), asked, mask

    def _show(self, known: _Open) -> None:
        """Derive what each kind of reader sees from the newest answer."""
        asked = known.answered
        if asked is None:
            return
        answer, seen = known.answer, known.seen
        held = 0 if asked.unagreed == 0 else asked.unagreed + self._options.mask
        # What was seen and still stands stays in sight, whatever the mask says now.
        length = max(len(answer) - held, text_rules.common_prefix(seen, answer), len(known.stable))
        known.seen = answer[:length]
        agreed = text_rules.common_prefix(seen, known.seen)
        known.stable = known.seen[: max(agreed, len(known.stable))]
        # While nothing is said, all of it is shown.
        whole = self._options.tail or asked.unagreed == 0
        still = text_rules.common_prefix(known.shown, known.seen)
        known.shown = known.seen if whole else known.seen[: max(len(known.stable), still)]
        self._tell(known, final=False)

    def _close(self, known: _Open, answer: str) -> None:
        before = known.stable, known.seen, known.shown, known.answer
        known.stable = known.seen = known.shown = known.answer = text_rules.units(answer)
        self._tell(known, final=True)
        del self._open[known.segment.id]
        self._hand_over(known, before)
        self._finished[known.segment.id] = known.revision
        if len(self._finished) > self._options.remember:
            self._finished.popitem(last=False)

    def _hand_over(self, closed: _Open, before: tuple[list[str], ...]) -> None:
        """Give the next sentence of an utterance what was shown in this one before it was cut off there.

        So the words stay in sight where they stand, until the next sentence's own answer comes.
        """
        following = self._open.get(closed.segment.id + 1)
        if following is None or following.answer or following.segment.utterance != closed.segment.utterance:
            return
        rests = [_rest(closed.answer, words) for words in before]
        if not rests[-1]:
            return
        following.stable, following.seen, following.shown, following.answer = rests
        following.covers = closed.covers - len(text_rules.units(closed.segment.text))
        self._tell(following, final=False)

    def _give_up(self, known: _Open) -> None:
        """Forget a segment of which nothing was shown, or its correction: then what was shown before stays."""
        del self._open[known.segment.id]
        if known.revision:
            self._finished[known.segment.id] = known.revision

    def _tell(self, known: _Open, *, final: bool) -> None:
        stable = "".join(known.stable)
        shown = stable, "".join(known.shown)[len(stable) :], "".join(known.answer)[len(stable) :]
        if shown == known.told and not final:
            return
        calm = final or shown[:2] != known.told[:2]
        known.told = shown
        known.revision += 1
        self._updates.append(Update(known.segment, known.revision, final, *shown, calm))

    def _withdraw(self, withdrawal: Withdrawal) -> None:
        known = self._open.pop(withdrawal.id, None)
        finished = self._finished.pop(withdrawal.id, None)
        if finished or (known and known.revision):
            self._updates.append(withdrawal)


def _share(known: _Open) -> list[str]:
    """Return the words of the answer that belong to the segment's text, if it was cut since: a sentence, or its share.

    The share is by position, without the last word, which the model may find better by itself.
    """
    words = len(text_rules.units(known.segment.text))
    if words >= known.covers:
        return known.answer
    share = len(known.answer) * words // known.covers
    ends = [
        n for n, unit in enumerate(known.answer, 1) if text_rules.ends_sentence(unit) and abs(n - share) <= _SAME_PLACE
    ]
    return known.answer[: min(ends, key=lambda end: abs(end - share)) if ends else max(0, share - 1)]


def _rest(answer: list[str], before: list[str]) -> list[str]:
    """Return the words that were shown after those that an answer for a shorter text repeats, or nothing."""
    keys = text_rules.keys(answer)
    places = [index for index, unit in enumerate(before) if text_rules.key(unit)]
    if len(places) <= len(keys) or [text_rules.key(before[i]) for i in places[: len(keys)]] != keys:
        return []
    rest = before[places[len(keys)] :]
    return [rest[0].lstrip(), *rest[1:]]


def _with_prefix(answer: list[str], stable: list[str]) -> list[str]:
    """Return an answer that begins with what is stable, even if the engine's did not."""
    return answer if answer[: len(stable)] == stable else stable + answer[len(stable) :]
