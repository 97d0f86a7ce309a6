"""Follows what a speaker says, and tells what changes.

A captioner sends the whole text of an utterance again and again. The segmenter tells what of it is agreed (unchanged
over several updates; LocalAgreement, Liu et al. 2020), cuts it into sentences, and freezes each sentence that is agreed
and followed by more text: it becomes final and is never looked at again. One segmenter serves all languages of a room,
so that a segment's number means the same sentence in each.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from rtt import text as text_rules
from rtt.errors import BadMessage
from rtt.segmenter.cutter import Cutter
from rtt.segmenter.options import SegmenterOptions
from rtt.segmenter.segments import Change, Segment, Segments, Unpunctuated
from rtt.segmenter.utterance import Utterance
from rtt.segmenter.utterances import Utterances


class Segmenter:
    """The open utterances of one speaker and the segments they became."""

    def __init__(self, language: str, options: SegmenterOptions, now: float) -> None:
        self._options = options
        self._epoch = now
        self._cutter = Cutter(language, options)
        self._utterances = Utterances()
        self._segments = Segments(options.remember)

    @property
    def next_id(self) -> int:
        """The number of the next segment."""
        return self._segments.next_id

    def receive_text(  # noqa: PLR0913 - the fields of a message
        self,
        text: str,
        *,
        final: bool,
        now: float,
        utterance: int | None = None,
        start_ms: int | None = None,
        end_ms: int | None = None,
    ) -> list[Change]:
        """Take the whole text of an utterance so far, and return what changed."""
        text = text_rules.normalise(text)
        if not text and not final:
            return []
        words = text_rules.units(text)
        number = self._utterances.number_of(words) if utterance is None else utterance
        changes = self._close_orphan(number, words, now)
        if self._utterances.repeats(number, words, final=final):
            return changes
        found = self._utterances.opened(number, words, now)
        changes += self._finish_all(self._utterances.left_behind(), now)
        clock_ms = int((now - self._epoch) * 1000)
        if not found.history:
            found.begin(clock_ms if start_ms is None else start_ms, timed=start_ms is not None)
        found.end_ms = max(found.start_ms, clock_ms if end_ms is None else end_ms)
        found.take(words, now, self._options.agreement)
        return changes + (self._finish(found, now) if final else self._update(found, now))

    def cancel(self, utterance: int | None) -> list[Change]:
        """Withdraw an utterance, open or finished. Raises BadMessage if there is none of that number."""
        known = self._utterances
        if utterance is None and known.newest is None:
            raise BadMessage("there is no open utterance to cancel")
        found = known.newest if utterance is None else known.open.get(utterance) or known.closed.get(utterance)
        if found is None:
            raise BadMessage(f"field utterance: {utterance}: there is no such utterance to cancel")
        known.close(replace(found, open=[], finished=[], ended=True))
        return [self._segments.withdraw(id_) for id_ in (*found.finished, *found.open)]

    def correct(self, segment: int, text: str, now: float) -> list[Change]:
        """Give a finished segment another text. Raises BadMessage if there is none of that number, or no text."""
        text = text_rules.normalise(text)
        if not text:
            raise BadMessage('field text: "": a correction needs a text; to take a segment back, cancel its utterance')
        return [self._segments.correct(segment, text, now)]

    def successor(self, language: str) -> "Segmenter":
        """Return an empty segmenter for another language, whose numbers go on from here."""
        new = Segmenter(language, self._options, self._epoch)
        new._utterances = Utterances(self._utterances.last_number)
        new._segments = Segments(self._options.remember, self.next_id, self.newest_finished())
        return new

    def resume(self, segments: Sequence[Segment], now: float, *, next_id: int, finished: int = 0) -> None:
        """Go on where another segmenter was cut off, which left these segments, in the order of their numbers.

        What is open waits for its speaker. What is not may have been cut off too: more of it is taken, but what it says
        already is not taken again. `finished` is the newest segment that was, in whatever language.
        """
        self._segments = Segments(self._options.remember, next_id, finished)
        known = [self._segments.keep(replace(segment, received_at=now)) for segment in segments]
        self._utterances.resume(known, now)

    def speaker_left(self) -> None:
        """Leave the open utterances to the next speaker, who may be the same one after a reconnect."""
        for utterance in self._utterances.open.values():
            utterance.orphaned = True

    def recent(self, count: int) -> list[Segment]:
        """Return the last `count` finished segments and all open ones, for a language that joins now."""
        return self._segments.recent(count)

    def newest_finished(self) -> int:
        """Return the number of the newest finished segment; 0 if there is none."""
        return self._segments.newest_finished()

    def unpunctuated(self) -> Unpunctuated | None:
        """Return what the newest open utterance says after its last sentence end, if it has no marks of its own."""
        newest = self._utterances.newest
        if newest is None or text_rules.is_punctuated(newest.units):
            return None
        text = "".join(newest.units[newest.start :]).strip()
        return Unpunctuated(newest.number, newest.start, text) if text else None

    def receive_punctuation(self, asked: Unpunctuated, answer: str) -> list[Change]:
        """Take a text with the marks that were put in, and return what changed."""
        utterance = self._utterances.open.get(asked.utterance)
        if utterance is None:
            return []
        utterance.punctuated = [*utterance.units[: asked.start], *text_rules.units(answer)]
        return self._update(utterance, utterance.updated_at)

    def close_all(self, now: float, *, ended: bool = True) -> list[Change]:
        """Close every open utterance with the text it has; one that has not ended may go on with what comes after."""
        return self._finish_all([*self._utterances.open.values()], now, ended=ended)

    def next_timer(self) -> float | None:
        """Return when `handle_timer` wants to be called, on the caller's clock."""
        return min(map(self._deadline, self._utterances.open.values()), default=None)

    def handle_timer(self, now: float) -> list[Change]:
        """Settle or close the utterances that have been silent for too long."""
        changes: list[Change] = []
        for utterance in [u for u in self._utterances.open.values() if self._deadline(u) <= now]:
            if utterance.settled:
                changes += self._finish(utterance, now, ended=False)
            else:
                utterance.settled = True
                changes += self._update(utterance, now)
        return changes

    def _deadline(self, utterance: Utterance) -> float:
        options = self._options
        return utterance.updated_at + (options.idle_s if utterance.settled else options.settle_s)

    def _close_orphan(self, number: int, words: list[str], now: float) -> list[Change]:
        """Close an utterance whose speaker is gone, if another one means something else by its number."""
        found = self._utterances.open.get(number)
        return self._finish(found, now) if found and found.orphaned and not found.continued_by(words) else []

    def _update(self, utterance: Utterance, now: float) -> list[Change]:
        """Tell the open sentences anew; those that are agreed and followed by more become final."""
        agreed = utterance.agreed(self._options.agreement) - utterance.start
        parts = self._cutter.parts(utterance.unfinished)
        if utterance.guessed:
            parts = self._cutter.sure_parts(parts, agreed)
        done = sum(end <= agreed for end in accumulate(map(len, parts[:-1])))
        return self._tell(utterance, parts, agreed=agreed, done=done, now=now)

    def _finish(self, utterance: Utterance, now: float, *, ended: bool = True) -> list[Change]:
        """Close an utterance: each of its sentences becomes final."""
        words = utterance.unfinished
        parts = self._cutter.parts(words)
        changes = self._tell(utterance, parts, agreed=len(words), done=len(parts), now=now)
        utterance.frozen_ms, utterance.ended, utterance.orphaned = utterance.end_ms, ended, False
        self._utterances.close(utterance)
        return changes

    def _finish_all(self, utterances: Sequence[Utterance], now: float, *, ended: bool = True) -> list[Change]:
        return [change for utterance in utterances for change in self._finish(utterance, now, ended=ended)]

    def _tell(
        self, utterance: Utterance, parts: Sequence[list[str]], *, agreed: int, done: int, now: float
    ) -> list[Change]:
        """Return the parts as segments, oldest open number first: `agreed` of their words are, `done` parts final."""
        while len(utterance.open) < len(parts):
            utterance.open.append(self._segments.new_id())
        segments = utterance.segments(parts, agreed=agreed, done=done, now=now)
        surplus = utterance.open[len(parts) :]
        utterance.finished += utterance.open[:done]
        utterance.open = utterance.open[done : len(parts)]
        if done:
            utterance.freeze(utterance.start + sum(map(len, parts[:done])), segments[done - 1].end_ms)
        return [*map(self._segments.keep, segments), *map(self._segments.withdraw, surplus)]
