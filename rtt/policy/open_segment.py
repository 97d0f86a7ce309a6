"""A sentence that has no final in one language yet: the newest answer, and how much of it is shown to whom."""

from dataclasses import dataclass, field

from rtt import text as text_rules
from rtt.alignment import find_end
from rtt.glossary import NO_TERMS, Terms
from rtt.policy.options import PolicyOptions
from rtt.policy.update import Update
from rtt.segmenter import Segment

# Words between a sentence end and where a cut would be by position, at which they are taken for the same place.
_SAME_PLACE = 4
# Answers that must have a word before it can be stable: the first one has nothing to agree with.
_TWICE = 2


@dataclass(slots=True)
class OpenSegment:
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

    @classmethod
    def resumed(cls, update: Update, terms: Terms) -> "OpenSegment":
        """Return the segment as it was where this was the last word on it."""
        stable, steady, fast = (text_rules.units(update.stable + rest) for rest in ("", update.steady, update.fast))
        return cls(
            update.segment,
            waiting=False,
            revision=update.revision,
            answer=fast,
            ages=[1] * len(fast),
            covers=len(text_rules.units(update.segment.text)),
            answered=update.segment,
            stable=len(stable),
            steady=len(steady),
            fast=len(fast),
            told=(update.stable, update.steady, update.fast),
            terms=terms,
        )

    @property
    def unanswered(self) -> bool:
        """Whether its newest text has no answer, or not the last."""
        return self.segment.final or self.answered is None or self.answered.text != self.segment.text

    def words(self, start: int, end: int) -> str:
        """Return some of the answer's words as text."""
        return "".join(self.answer[start:end])

    def share(self) -> int:
        """Return how many words of the answer belong to the text, if it was cut since: a sentence, or its share.

        The share is by position, without the last word, which the model may find better by itself.
        """
        words = len(text_rules.units(self.segment.text))
        if words >= self.covers:
            return len(self.answer)
        share = len(self.answer) * words // self.covers
        ends = [
            n
            for n, unit in enumerate(self.answer, 1)
            if text_rules.ends_sentence(unit) and abs(n - share) <= _SAME_PLACE
        ]
        return min(ends, key=lambda end: abs(end - share)) if ends else max(0, share - 1)

    def take(self, asked: Segment, answer: str, sure: str) -> None:
        """Take an answer, which begins with what is stable, and what of it the model is sure of."""
        if not text_rules.ends_sentence(asked.text):
            answer = text_rules.without_sentence_end(answer)
        before, self.answer = self.answer, _with_prefix(text_rules.units(answer), self.answer[: self.stable])
        still = text_rules.common_prefix(before, self.answer)
        self.ages = [age + 1 for age in self.ages[:still]] + [1] * (len(self.answer) - still)
        # What was seen and still stands stays in sight.
        self.steady, self.fast = min(self.steady, still), min(self.fast, still)
        self.sure = text_rules.common_prefix(text_rules.units(sure), self.answer)
        self.answered, self.covers = asked, len(text_rules.units(asked.text))

    def show(self, options: PolicyOptions) -> None:
        """Derive what each kind of reader sees of the answer."""
        asked = self.answered
        if asked is None:
            return
        # While nothing is said, all of it is shown.
        whole = asked.unagreed == 0
        resting = len(self.answer) if whole else self._resting_on_agreed(asked) - options.mask
        standing = self._standing(self.sure, options.persist)
        self.stable = max(self.stable, min(standing, max(resting, self.steady)))
        self.steady = max(self.stable, self.steady, resting if whole or options.tail else 0)
        quick = self._standing(max(self.sure, 1), options.fast_persist)
        self.fast = max(self.steady, self.fast, len(self.answer) if whole else quick)

    def show_all(self, answer: str) -> None:
        """Take the last answer, all of which everybody sees."""
        self.answer = text_rules.units(answer)
        self.stable = self.steady = self.fast = len(self.answer)

    def go_on_from(self, closed: "OpenSegment", before: "OpenSegment") -> None:
        """Take what was shown `before` in a sentence that is `closed` now, and was cut off where this one begins.

        So the words stay in sight where they stand, until its own answer comes.
        """
        rest = _rest(closed.answer, before.answer)
        if not rest:
            return
        self.answer = rest
        cut = len(before.answer) - len(rest)
        self.ages = before.ages[cut:]
        self.stable, self.steady, self.fast = (
            max(0, count - cut) for count in (before.stable, before.steady, before.fast)
        )
        self.covers = closed.covers - len(text_rules.units(closed.segment.text))

    def news(self, *, final: bool) -> Update | None:
        """Return what everybody is to be told, if it is not what they were told last."""
        stable, steady, fast = self.stable, self.steady, self.fast
        shown = self.words(0, stable), self.words(stable, steady), self.words(stable, fast)
        if shown == self.told and not final:
            return None
        calm = final or shown[:2] != self.told[:2]
        self.told = shown
        self.revision += 1
        return Update(self.segment, self.revision, final, *shown, calm)

    def _resting_on_agreed(self, asked: Segment) -> int:
        """Return how many words rest on what is agreed: all but one for each word that is not, and no number of those.

        A number that is still being heard becomes another one: 20 becomes 25, and 0 becomes 0.7.
        """
        pending = text_rules.numbers("".join(text_rules.units(asked.text)[-asked.unagreed :]))
        count = max(0, len(self.answer) - asked.unagreed)
        return next((n for n, unit in enumerate(self.answer[:count]) if text_rules.numbers(unit) & pending), count)

    def _standing(self, sure: int, persist: int) -> int:
        """Return how many words enough answers had: two for those that are sure, else `persist`."""
        twice = min(_TWICE, persist)
        return next((n for n, age in enumerate(self.ages) if age < (twice if n < sure else persist)), len(self.answer))


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
