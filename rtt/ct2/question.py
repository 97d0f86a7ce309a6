"""What a decoder is asked, and what it answers: in tokens, with the log-probability of each."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

END = "</s>"


@dataclass(frozen=True, slots=True)
class Question:
    """A source, and what is known of its answer already."""

    source: list[str]
    prefix: list[str] = field(default_factory=list)
    """What the answer begins with."""
    draft: list[str] = field(default_factory=list)
    """An earlier answer, which begins with the prefix, or nothing."""
    least: float = math.inf
    """Where the model would leave the draft, it keeps to it if that is at least so likely, as a log-probability."""

    def keeping(self, count: int) -> "Question":
        """Return the same question with so many more tokens of the draft fixed."""
        return replace(self, prefix=self.draft[: len(self.prefix) + count])


class Decoded(NamedTuple):
    """An answer."""

    tokens: list[str]
    """The prefix included, the end left out."""
    scores: list[float]
    """The log-probability of each token after the prefix, and of the end where it was reached; none without a draft."""


@dataclass(slots=True)
class Attempt:
    """What the model says of itself after a question's prefix, all in one go."""

    question: Question
    tokens: list[str]
    """After the prefix, and the end where it was reached."""
    scores: list[float]
    left: int = 0
    """After how many tokens it leaves the draft."""
    other: float | None = None
    """The log-probability of the draft's token there; None: it never leaves it, or nobody asks."""

    def held_against_draft(self, odds: Callable[[int, str], float]) -> "Attempt":
        """Find where it leaves the draft; `odds` tells the log-probability of any token at a place after the prefix."""
        draft = self.question.draft[len(self.question.prefix) :]
        pairs = enumerate(zip(self.tokens, draft, strict=False))
        left = next((n for n, (one, other) in pairs if one != other), None)
        if left is not None and self.question.least < math.inf:
            self.left, self.other = left, odds(left, draft[left])
        return self

    @property
    def keeps_draft(self) -> bool:
        """Whether the draft is to be followed where this leaves it."""
        return self.other is not None and self.other >= self.question.least

    def decoded(self) -> Decoded:
        """Return it as the answer."""
        return Decoded(self.question.prefix + [token for token in self.tokens if token != END], self.scores)

    def going_on(self, rest: Decoded) -> Decoded:
        """Return the answer that follows the draft where this leaves it, and is `rest` after that."""
        return Decoded(rest.tokens, [*self.scores[: self.left], self.other or 0.0, *rest.scores])
