"""What of an earlier answer a new one begins with.

The answer for an open sentence keeps its draft up to the first word that the model no longer believes in. A finished
sentence is translated in several ways, between keeping all of its draft and beginning afresh; the likeliest wins, where
each word that a way takes back from readers has its price. So a word is taken back only for an answer that is better by
as much as the words after it, which fall with it, are worth.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from rtt import text as text_rules
from rtt.engine import Job

# An answer that ends here with this probability ends here: no other token can be more likely.
_CERTAIN = math.log(0.5)
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
    """The log-probability of each token of the draft, and of the end after them; empty: the draft is not used."""

    def believed(self, least: float) -> int:
        """Return how many tokens of the draft are at least so likely: the prefix, and whole words after it."""
        fixed, draft = len(self.prefix), self.draft
        threshold = math.log(least) if least else -math.inf
        count = next((n for n in range(fixed, len(draft)) if self.score[n] < threshold), len(draft))
        while fixed < count < len(draft) and not draft[count].startswith("▁"):
            count -= 1
        return count

    @property
    def sure(self) -> list[str]:
        """The beginning of the answer that is sure: nothing is before a finished sentence's ways are compared."""
        if not self.score or self.job.price:
            return self.prefix
        return self.draft[: min(self.believed(self.job.trust), self.believed(self.job.sure))]


@dataclass(slots=True)
class Way:
    """One way to answer a task: its first tokens, and whether they are all of it."""

    task: Task
    start: list[str]
    ended: bool
    parts: list[list[str]] = field(default_factory=list)
    """The tokens of the answer; a source that is too long for the model is answered in several parts."""
    worth: float = 0.0
    """What the answer is worth, where there are others."""


def ways(task: Task) -> list[Way]:
    """Return the ways to answer a task that are worth trying, each once."""
    fixed, whole = len(task.prefix), len(task.draft)
    if not task.score:
        counts = {fixed}
    elif task.job.price:
        counts = {fixed, *(task.believed(doubt) for doubt in _DOUBTS)}
    else:
        counts = {task.believed(task.job.trust)}
    ended = task.score and task.score[-1] > _CERTAIN
    return [
        Way(task, task.draft[:count] if count > fixed else task.prefix, bool(ended and fixed < count == whole))
        for count in sorted(counts)
    ]


def worth(job: Job, text: str, score: Sequence[float]) -> float:
    """Return what an answer is worth: its log-probability, less the price of what it lacks of the draft and the text.

    Of the draft that is each word after the first that differs; of the text, its numbers.
    """
    shown, said = (text_rules.keys(text_rules.units(one)) for one in (job.prefix + job.draft, text))
    taken_back = len(shown) - text_rules.common_prefix(shown, said)
    lost = (text_rules.numbers(job.text) - text_rules.numbers(text)).total()
    return sum(score) - job.price * taken_back - _NUMBER * lost
