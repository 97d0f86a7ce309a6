"""The target side of the policy: what to translate now, and what of the answer to show to whom. Pure: no clock, no I/O.

One stream serves one language of a room. It re-translates the open sentence only (Arivazhagan et al. 2020,
"Re-translation versus Streaming"), and shows each answer to three kinds of readers at once. `fast` sees the words that
two answers agree on and that the model is sure of, or that three agree on. `steady` sees what is stable: the same, with
one answer more where the model is not sure, and without those that rest on source words not yet agreed. That is never
rewritten before the final, because the next answer is made to begin with it. `final` sees finished sentences only.
Their answer takes back what was shown where it is likelier by as much as that is worth.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Annotated

from msgspec import Meta

from rtt import guards
from rtt import text as text_rules
from rtt.alignment import find_end
from rtt.engine import Hypothesis, Job
from rtt.glossary import NO_TERMS, Mask, Terms
from rtt.segmenter import Change, Segment, Withdrawal

# Words between a sentence end and where a cut would be by position, at which they are taken for the same place.
_SAME_PLACE = 4
# Answers that must have a word before it can be stable: the first one has nothing to agree with.
_TWICE = 2

Probability = Annotated[float, Meta(ge=0, le=1)]


@dataclass(frozen=True, slots=True)
class PolicyOptions:
    """How answers become captions."""

    mask: Annotated[int, Meta(ge=0)] = 0
    """Words at the end of an answer that steady readers don't see yet, besides one for each source word not agreed."""
    tail: bool = False
    """Whether steady readers see words that were answered once only: sooner, and rewritten more often."""
    keep_stable: bool = True
    """Make each answer for an open sentence begin with what is stable (a forced target prefix)."""
    trust: Probability = 0.15
    """How likely each token of the last answer must still be to stay, in the answer for an open sentence.

    High, since what is shown again only because it was shown before agrees with itself and not with the source.
    """
    price: Annotated[float, Meta(ge=0)] = 0.7
    """How much likelier the answer for a finished sentence must be for each word that it takes back from readers.

    In nats: with 0.7, twice as likely for each. 0 translates afresh.
    """
    sure: Probability = 0.5
    """How likely each token of a word must be, once more of the source is known, for two answers to make it stable."""
    persist: Annotated[int, Meta(ge=2)] = 4
    """Answers in a row that make a word stable, however likely it is."""
    fast_persist: Annotated[int, Meta(ge=1)] = 3
    """Answers in a row that show fast readers a word; two are enough for the first, and where the model is sure."""
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
    ages: list[int] = field(default_factory=list)
    """In how many answers in a row each word of it has stood, with all that is before it."""
    sure: int = 0
    """How many of its words are likely enough to be stable at the second answer."""
    covers: int = 0
    """How many source words the answer translates."""
    answered: Segment | None = None
    """What the answer is an answer to."""
    stable: int = 0
    steady: int = 0
    fast: int = 0
    """How many of its words are stable, and how many of them steady and fast readers see."""
    told: tuple[str, str, str] = ("", "", "")
    """What everybody was told last: `stable`, and what steady and fast readers see after it."""
    failures: int = 0
    terms: Terms = NO_TERMS
    """Those in force when the sentence began."""
    lost_terms: int = 0
    """Kinds of placeholders that the model did not copy."""

    def words(self, start: int, end: int) -> str:
        """Return some of the answer's words as text."""
        return "".join(self.answer[start:end])

    def resting_on_agreed(self, asked: Segment) -> int:
        """Return how many words rest on what is agreed: all but one for each word that is not, and no number of those.

        A number that is still being heard becomes another one: 20 becomes 25, and 0 becomes 0.7.
        """
        pending = text_rules.numbers("".join(text_rules.units(asked.text)[-asked.unagreed :]))
        count = max(0, len(self.answer) - asked.unagreed)
        return next((n for n, unit in enumerate(self.answer[:count]) if text_rules.numbers(unit) & pending), count)

    def standing(self, sure: int, persist: int) -> int:
        """Return how many words enough answers had: two for those that are sure, else `persist`."""
        twice = min(_TWICE, persist)
        return next((n for n, age in enumerate(self.ages) if age < (twice if n < sure else persist)), len(self.answer))


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
        stable, steady, fast = (text_rules.units(update.stable + rest) for rest in ("", update.steady, update.fast))
        self._open[segment.id] = _Open(
            segment,
            waiting=False,
            revision=update.revision,
            answer=fast,
            ages=[1] * len(fast),
            covers=len(text_rules.units(segment.text)),
            answered=segment,
            stable=len(stable),
            steady=len(steady),
            fast=len(fast),
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
            self._take_answer(known, change, change.text, sure="")
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
        prefix = chosen.words(0, chosen.stable) if self._options.keep_stable and not segment.final else ""
        drafts = self._options.price > 0 if segment.final else self._options.trust < 1
        draft = "".join(_share(chosen))[len(prefix) :] if drafts else ""
        job = Job(self._model, segment.text, prefix, segment.final, draft)
        if draft and segment.final:
            job = replace(job, price=self._options.price)
        elif draft:
            job = replace(job, trust=self._options.trust, sure=self._options.sure)
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

    def _unanswered(self, known: _Open) -> bool:
        return known.segment.final or known.answered is None or known.answered.text != known.segment.text

    def _take_answer(self, known: _Open, asked: Segment, answer: str, sure: str) -> None:
        answer = guards.without_repeats(asked.text, answer)
        runs_away = guards.runs_away(asked.text, answer)
        if asked.final:
            last_good = "".join(known.answer)
            self._close(known, last_good if last_good and (runs_away or not answer) else answer)
        elif not runs_away:
            if not text_rules.ends_sentence(asked.text):
                answer = text_rules.without_sentence_end(answer)
            before, known.answer = known.answer, _with_prefix(text_rules.units(answer), known.answer[: known.stable])
            still = text_rules.common_prefix(before, known.answer)
            known.ages = [age + 1 for age in known.ages[:still]] + [1] * (len(known.answer) - still)
            # What was seen and still stands stays in sight.
            known.steady, known.fast = min(known.steady, still), min(known.fast, still)
            known.sure = text_rules.common_prefix(text_rules.units(sure), known.answer)
            known.answered, known.covers = asked, len(text_rules.units(asked.text))
            self._show(known)

    def _take_running(self) -> tuple[_Open | None, Segment, Mask | None]:
        if self._running is None:
            raise RuntimeError("an answer came, but no job runs")
        (id_, asked, mask), self._running = self._running, None
        return self._open.get(id_), asked, mask

    def _show(self, known: _Open) -> None:
        """Derive what each kind of reader sees from the newest answer."""
        asked, options = known.answered, self._options
        if asked is None:
            return
        # While nothing is said, all of it is shown.
        whole = asked.unagreed == 0
        resting = len(known.answer) if whole else known.resting_on_agreed(asked) - options.mask
        standing = known.standing(known.sure, options.persist)
        known.stable = max(known.stable, min(standing, max(resting, known.steady)))
        known.steady = max(known.stable, known.steady, resting if whole or options.tail else 0)
        quick = known.standing(max(known.sure, 1), options.fast_persist)
        known.fast = max(known.steady, known.fast, len(known.answer) if whole else quick)
        self._tell(known, final=False)

    def _close(self, known: _Open, answer: str) -> None:
        before = replace(known)
        known.answer = text_rules.units(answer)
        known.stable = known.steady = known.fast = len(known.answer)
        self._tell(known, final=True)
        del self._open[known.segment.id]
        self._hand_over(known, before)
        self._finished[known.segment.id] = known.revision
        if len(self._finished) > self._options.remember:
            self._finished.popitem(last=False)

    def _hand_over(self, closed: _Open, before: _Open) -> None:
        """Give the next sentence of an utterance what was shown in this one before it was cut off there.

        So the words stay in sight where they stand, until the next sentence's own answer comes.
        """
        following = self._open.get(closed.segment.id + 1)
        if following is None or following.answer or following.segment.utterance != closed.segment.utterance:
            return
        following.answer = _rest(closed.answer, before.answer)
        if not following.answer:
            return
        cut = len(before.answer) - len(following.answer)
        following.ages = before.ages[cut:]
        following.stable, following.steady, following.fast = (
            max(0, count - cut) for count in (before.stable, before.steady, before.fast)
        )
        following.covers = closed.covers - len(text_rules.units(closed.segment.text))
        self._tell(following, final=False)

    def _give_up(self, known: _Open) -> None:
        """Forget a segment of which nothing was shown, or its correction: then what was shown before stays."""
        del self._open[known.segment.id]
        if known.revision:
            self._finished[known.segment.id] = known.revision

    def _tell(self, known: _Open, *, final: bool) -> None:
        stable, steady, fast = known.stable, known.steady, known.fast
        shown = known.words(0, stable), known.words(stable, steady), known.words(stable, fast)
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
    if answer[: len(stable)] == stable:
        return answer
    return stable + answer[find_end(text_rules.keys(stable), [], answer) or len(stable) :]
