"""What of an earlier answer a new one begins with.

The answer for an open sentence keeps its draft where the model leaves it for something that is hardly likelier (see
decoder.py). A finished sentence is translated in several ways, between keeping all of its draft and beginning afresh;
the likeliest wins, where each word that a way takes back from readers has its price. So a word is taken back only for
an answer that is better by as much as the words after it, which fall with it, are worth.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from rtt import text as text_rules
from rtt.ct2.question import Decoded
from rtt.engine import Job

# What is more likely than this is what the model would say itself: no other token can be as likely.
_CERTAIN = 0.5
# A finished sentence's draft is tried up to its first token that is less likely than each of these.
_DOUBTS = (0.0, 0.001, 0.01, 0.1)
# What an answer is worth less, in nats, for each number of its text that it lacks.
_NUMBER = 5.0


@dataclass(slots=True)
class Task:
    """A job in tokens."""

    job: Job
    source: list[str]
    prefix: list[str]
    draft: list[str]
    """What the answer is to begin with, as far as the model believes in it; the prefix included."""
    score: Sequence[float] = ()
    """Of a finished sentence: the log-probability of each token of the draft, and of the end after them."""

    def believed(self, least: float) -> int:
        """Return how many tokens of the draft are at least so likely: the prefix, and whole words after it."""
        fixed, whole = len(self.prefix), len(self.draft)
        return self.whole_words(next((n for n in range(fixed, whole) if self.score[n] < _log(least)), whole))

    def sure(self, answer: Decoded) -> list[str]:
        """Return the beginning of the draft that an answer has too, and that is as likely as the job asks."""
        fixed, least = len(self.prefix), _log(self.job.sure)
        told = zip(self.draft[fixed:], answer.tokens[fixed:], answer.scores, strict=False)
        agreed = list(takewhile(lambda one: one[0] == one[1] and one[2] >= least, told))
        return self.draft[: self.whole_words(fixed + len(agreed))]

    def whole_words(self, count: int) -> int:
        """Return how many of so many tokens of the draft are the prefix, and whole words after it."""
        while len(self.prefix) < count < len(self.draft) and not self.draft[count].startswith("▁"):
            count -= 1
        return count


@dataclass(slots=True)
class Way:
    """One way to answer a task: its first tokens, and whether they are all of it."""

    task: Task
    start: list[str]
    ended: bool = False
    least: float = math.inf
    """The least log-probability of a token of the draft that is kept where the model leaves it."""
    parts: list[Decoded] = field(default_factory=list)
    """The answer; a source that is too long for the model is answered in several parts."""
    worth: float = 0.0

    @property
    def scores(self) -> list[float]:
        """The log-probability of each token of the answer after the prefix, and of the end."""
        fixed = len(self.task.prefix)
        if self.ended:
            return list(self.task.score[fixed:])
        return [*self.task.score[fixed : len(self.start)], *self.parts[0].scores]

    """What the answer is worth, where there are others."""


def ways(task: Task) -> list[Way]:
    """Return the ways to answer a task that are worth trying, each once."""
    fixed, whole = len(task.prefix), len(task.draft)
    if not task.job.final:
        return [Way(task, task.prefix, least=_log(task.job.trust) if task.job.draft else math.inf)]
    if not task.score:
        return [Way(task, task.prefix)]
    ended = task.score[-1] > _log(_CERTAIN)
    # To begin afresh is to begin with what is certain.
    return [
        Way(task, task.draft[:count] if count > fixed else task.prefix, ended and fixed < count == whole)
        for count in sorted({task.believed(doubt) for doubt in (_CERTAIN, *_DOUBTS)})
    ]


def worth(job: Job, text: str, score: Sequence[float]) -> float:
    """Return what an answer is worth: its log-probability, less the price of what it lacks of the draft and the text.

    Of the draft that is each word after the first that differs; of the text, its numbers.
    """
    shown, said = (text_rules.keys(text_rules.units(one)) for one in (job.prefix + job.draft, text))
    taken_back = len(shown) - text_rules.common_prefix(shown, said)
    lost = (text_rules.numbers(job.text) - text_rules.numbers(text)).total()
    return sum(score) - job.price * taken_back - _NUMBER * lost


def _log(probability: float) -> float:
    return math.log(probability) if probability else -math.inf
