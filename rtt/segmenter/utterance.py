"""One utterance: its newest texts, and how much of it is in finished segments."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from rtt import text as text_rules
from rtt.alignment import find_end
from rtt.segmenter.segments import Segment

# So many first words do not begin another utterance by chance.
_SURE = 3


@dataclass(slots=True)
class Utterance:
    """What a speaker says under one number."""

    number: int
    start_ms: int
    end_ms: int
    updated_at: float
    history: list[list[str]] = field(default_factory=list)
    """The units of the newest updates, newest last."""
    punctuated: list[str] = field(default_factory=list)
    """The units of an earlier update with the marks that a model has put in."""
    frozen: list[str] = field(default_factory=list)
    """The comparison keys of the words in finished segments."""
    start: int = 0
    """How many units of the newest update are in finished segments."""
    frozen_ms: int = 0
    finished: list[int] = field(default_factory=list)
    open: list[int] = field(default_factory=list)
    settled: bool = False
    timed: bool = False
    orphaned: bool = False
    """Its speaker is gone; the next one may go on with it."""
    ended: bool = False
    """It got its own final; not merely closed for being idle."""

    @property
    def units(self) -> list[str]:
        return self.history[-1] if self.history else []

    @property
    def guessed(self) -> bool:
        """Whether the sentence ends are a model's guesses, since the captioner says none."""
        return bool(self.punctuated) and not text_rules.is_punctuated(self.units)

    @property
    def unfinished(self) -> list[str]:
        """The units that are in no finished segment, with a model's marks where the captioner puts none."""
        units = self.units
        if self.guessed:
            known = [
                mark if text_rules.key(mark) == text_rules.key(unit) else unit
                for mark, unit in zip(self.punctuated, units, strict=False)
            ]
            units = known + units[len(known) :]
        return units[self.start :]

    def agreed(self, updates: int) -> int:
        """Return how many units of the newest text all of the last `updates` share."""
        if self.settled or updates == 1:
            return len(self.units)
        if len(self.history) < updates:
            return 0
        return min(text_rules.common_prefix(past, self.units) for past in self.history[:-1])

    def begin(self, start_ms: int, *, timed: bool) -> None:
        """Set the time of what has no text yet."""
        self.start_ms = self.frozen_ms = start_ms
        self.timed = timed

    def take(self, words: list[str], now: float, agreement: int) -> None:
        """Take the whole text so far."""
        self.updated_at, self.settled = now, False
        # A text that does not resemble what there was is another one: none of it is finished.
        self.start = find_end(self.frozen, self.units[self.start :], words) or 0
        self.history = [*self.history[-max(agreement - 1, 1) :], words]

    def freeze(self, count: int, end_ms: int) -> None:
        """Take it that the first `count` units are in finished segments."""
        self.start, self.frozen, self.frozen_ms = count, text_rules.keys(self.units[:count]), end_ms

    def segments(self, parts: Sequence[list[str]], *, agreed: int, done: int, now: float) -> list[Segment]:
        """Return its parts under its open numbers, each with its share of the time; `done` of them are final."""
        span, ends = max(0, self.end_ms - self.frozen_ms), [0, *accumulate(map(len, parts))]
        times = [self.frozen_ms + span * end // max(1, ends[-1]) for end in ends]
        return [
            Segment(
                id=self.open[index],
                utterance=self.number,
                text="".join(words).strip(),
                unagreed=min(len(words), max(0, ends[index + 1] - agreed)),
                final=index < done,
                start_ms=times[index],
                end_ms=times[index + 1],
                received_at=now,
                timed=self.timed,
                part=len(self.finished) + index + 1,
            )
            for index, words in enumerate(parts)
        ]

    def continued_by(self, words: list[str]) -> bool:
        """Tell whether a text plausibly goes on with it, whose speaker was away."""
        old, keys = text_rules.keys(self.units), text_rules.keys(words)
        return 2 * text_rules.common_prefix(old, keys) >= min(len(old), len(keys))

    def surely_continued_by(self, words: list[str]) -> bool:
        """Tell whether a text without a number surely goes on with it, which was closed for being idle."""
        old, keys = text_rules.keys(self.units), text_rules.keys(words)
        return not self.ended and text_rules.common_prefix(old, keys) >= max(_SURE, len(old) - 1)

    def repeated_by(self, words: list[str], *, final: bool) -> bool:
        """Tell whether a text is a late or repeated message of it, which has its final."""
        old, keys = text_rules.keys(self.units), text_rules.keys(words)
        # A late partial is how the final began, as it was understood then.
        return keys == old if final else len(keys) <= 1 or find_end(keys, [], self.units) is not None
