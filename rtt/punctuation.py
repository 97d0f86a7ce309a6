"""Has speech without punctuation punctuated, so that its sentences can be told apart. Pure: no clock, no I/O.

A stream like those of the languages: texts in, jobs out, answers in, and out what the segmenter makes of them.
"""

from rtt.engine import Hypothesis, Job
from rtt.segmenter import Change, Segmenter, Unpunctuated


class PunctuationStream:
    """The newest open text of a segmenter, as long as its captioner does not punctuate it."""

    def __init__(self, model: str, segmenter: Segmenter) -> None:
        self.model = model
        self._segmenter = segmenter
        self._done: Unpunctuated | None = None
        self._running: Unpunctuated | None = None
        self._changes: list[Change] = []

    @property
    def urgent(self) -> bool:
        """Finals never wait here."""
        return False

    @property
    def prepares(self) -> bool:
        """What is translated is what was punctuated, where that is known in time."""
        return True

    @property
    def idle(self) -> bool:
        """Whether nothing waits to be punctuated."""
        return self._segmenter.unpunctuated() in {None, self._done}

    def waiting_since(self) -> float | None:
        """Nobody waits for punctuation: the text is shown without."""
        return None

    def receive(self, change: Change) -> None:
        """The segmenter itself is asked when the time comes."""

    def job_to_run(self) -> Job | None:
        """Return the newest open text, unless it is punctuated."""
        text = self._segmenter.unpunctuated()
        if self._running or text is None or text == self._done:
            return None
        self._running = text
        return Job(self.model, text.text, "", final=False)

    def receive_hypothesis(self, hypothesis: Hypothesis) -> None:
        """Take the answer to the job that runs; ignored where the text has gone another way since."""
        asked = self._take_running()
        self._changes += self._segmenter.receive_punctuation(asked, hypothesis.text)

    def receive_failure(self) -> None:
        """Leave the text as it is."""
        self._take_running()

    def updates_to_send(self) -> list[Change]:
        """Return what the segmenter made of the answers, once."""
        changes, self._changes = self._changes, []
        return changes

    def _take_running(self) -> Unpunctuated:
        if self._running is None:
            raise RuntimeError("an answer came, but no job runs")
        self._done, self._running = self._running, None
        return self._done
