"""The source side of the policy: utterances in, numbered sentences (segments) out. Pure: no clock, no I/O.

A captioner sends the whole text of an utterance again and again. The segmenter tells what of it is agreed (unchanged
over several updates; LocalAgreement, Liu et al. 2020), cuts it into sentences, and freezes each sentence that is agreed
and followed by more text: it becomes final and is never looked at again. One segmenter serves all languages of a room,
so that a segment's number means the same sentence in each.
"""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import Annotated

from msgspec import Meta

from rtt import text as text_rules
from rtt.alignment import find_end
from rtt.errors import BadMessage

AtLeastOne = Annotated[int, Meta(ge=1)]


@dataclass(frozen=True, slots=True)
class SegmenterOptions:
    """How text becomes segments."""

    agreement: AtLeastOne = 2
    """Updates of an utterance that must say the same before a word counts as agreed; 1 trusts each at once."""
    min_units: AtLeastOne = 12
    """Speech without punctuation is not cut before this many words (characters in scripts without blanks)."""
    max_units: AtLeastOne = 50
    """A sentence longer than this is cut, at a clause if there is one after `min_units`."""
    lookahead: Annotated[int, Meta(ge=0)] = 2
    """Agreed words that must follow a sentence end that a model has put in before it counts."""
    settle_s: Annotated[float, Meta(ge=0)] = 1.0
    """An open utterance that has not changed for so long counts as agreed to its end."""
    idle_s: Annotated[float, Meta(ge=0)] = 30.0
    """An utterance that has not been heard of for so long is closed with the text it has."""
    remember: Annotated[int, Meta(ge=0)] = 200
    """Finished segments kept for corrections and for languages that join late."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One sentence of the speaker, as far as it is known."""

    id: int
    utterance: int
    text: str
    unagreed: int
    """Words at the end that may still change."""
    final: bool
    start_ms: int
    end_ms: int
    received_at: float
    """When the text came, on the caller's clock, in seconds."""
    timed: bool = False
    """Whether `start_ms` counts on the speaker's own clock; else from when the segmenter began."""
    part: int = 1
    """Which one it is of its utterance."""


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A segment that will never be final, or is final no longer."""

    id: int


Change = Segment | Withdrawal


@dataclass(frozen=True, slots=True)
class Unpunctuated:
    """The text of an open utterance from one of its units on."""

    utterance: int
    start: int
    text: str


_MAX_OPEN = 8
_MAX_CLOSED = 64
# So many first words do not begin another utterance by chance.
_SURE = 3

_CLAUSE_STARTS = {
    "en": frozenset(
        ["and", "but", "so", "or", "because", "which", "while", "although", "then", "where", "when", "if", "that"]
    ),
    "de": frozenset(["und", "aber", "oder", "denn", "weil", "dass", "wenn", "während", "obwohl", "dann", "wo"]),
    "fr": frozenset(["et", "mais", "ou", "donc", "car", "parce", "que", "quand", "si", "puis", "où"]),
    "es": frozenset(["y", "pero", "o", "porque", "que", "cuando", "si", "aunque", "entonces", "donde"]),
}


@dataclass(slots=True)
class _Utterance:
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
    def marked(self) -> list[str]:
        """The units, with a model's marks where the captioner puts none."""
        units = self.units
        if not self.guessed:
            return units
        known = [
            mark if text_rules.key(mark) == text_rules.key(unit) else unit
            for mark, unit in zip(self.punctuated, units, strict=False)
        ]
        return known + units[len(known) :]


class Segmenter:
    """The open utterances of one speaker and the segments they became."""

    def __init__(self, language: str, options: SegmenterOptions, now: float) -> None:
        self._language = language
        self._options = options
        self._epoch = now
        self._open: OrderedDict[int, _Utterance] = OrderedDict()
        self._closed: OrderedDict[int, _Utterance] = OrderedDict()
        self._finished: OrderedDict[int, Segment] = OrderedDict()
        self._pending: dict[int, Segment] = {}
        self._last_number = 0
        self.next_id = 1
        """The number of the next segment."""
        self._finished_before = 0

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
        changes: list[Change] = []
        words = text_rules.units(text)
        found = self._utterance(utterance, words, final=final, now=now, changes=changes)
        if found is None:
            return changes
        clock_ms = int((now - self._epoch) * 1000)
        if not found.history:
            found.timed = start_ms is not None
            found.start_ms = found.frozen_ms = clock_ms if start_ms is None else start_ms
        found.end_ms = max(found.start_ms, clock_ms if end_ms is None else end_ms)
        found.updated_at, found.settled = now, False
        # A text that does not resemble what there was is another one: none of it is finished.
        found.start = find_end(found.frozen, found.units[found.start :], words) or 0
        found.history = [*found.history[-max(self._options.agreement - 1, 1) :], words]
        changes += self._finish(found, now) if final else self._update(found, now)
        return changes

    def cancel(self, utterance: int | None) -> list[Change]:
        """Withdraw an utterance, open or finished. Raises BadMessage if there is none of that number."""
        number = utterance if utterance is not None else next(reversed(self._open), None)
        if number is None:
            raise BadMessage("there is no open utterance to cancel")
        found = self._open.pop(number, None) or self._closed.pop(number, None)
        if found is None:
            raise BadMessage(f"field utterance: {number}: there is no such utterance to cancel")
        self._remember(replace(found, open=[], finished=[], ended=True))
        return [self._withdraw(id_) for id_ in (*found.finished, *found.open)]

    def correct(self, segment: int, text: str, now: float) -> list[Change]:
        """Give a finished segment another text. Raises BadMessage if there is none of that number, or no text."""
        text = text_rules.normalise(text)
        if not text:
            raise BadMessage('field text: "": a correction needs a text; to take a segment back, cancel its utterance')
        old = self._finished.get(segment)
        if old is None:
            raise BadMessage(f"field segment: {segment}: not a finished segment that can still be corrected")
        self._finished[segment] = new = replace(old, text=text, received_at=now)
        return [new]

    def successor(self, language: str) -> "Segmenter":
        """Return an empty segmenter for another language, whose numbers go on from here."""
        new = Segmenter(language, self._options, self._epoch)
        new.next_id, new._last_number = self.next_id, self._last_number
        new._finished_before = self.newest_finished()
        return new

    def resume(self, segments: Sequence[Segment], now: float, *, next_id: int, finished: int = 0) -> None:
        """Go on where another segmenter was cut off, which left these segments, in the order of their numbers.

        What is open waits for its speaker. What is not may have been cut off too: more of it is taken, but what it says
        already is not taken again. `finished` is the newest segment that was, in whatever language.
        """
        left: dict[int, _Utterance] = {}
        for segment in (replace(segment, received_at=now) for segment in segments):
            number = segment.utterance
            if segment.part == 1 or number not in left:
                left.pop(number, None)
                left[number] = _Utterance(number, segment.start_ms, 0, now, history=[[]], frozen_ms=segment.start_ms)
            utterance = left[number]
            utterance.history[-1] = text_rules.units(f"{''.join(utterance.units)} {segment.text}".strip())
            utterance.end_ms, utterance.timed = segment.end_ms, segment.timed
            if segment.final:
                self._finished[segment.id] = segment
                utterance.finished.append(segment.id)
                utterance.start, utterance.frozen = len(utterance.units), text_rules.keys(utterance.units)
                utterance.frozen_ms = segment.end_ms
            else:
                self._pending[segment.id] = segment
                utterance.open.append(segment.id)
        for utterance in left.values():
            utterance.orphaned = bool(utterance.open)
            (self._open if utterance.open else self._closed)[utterance.number] = utterance
        self._last_number = max(left, default=0)
        self.next_id, self._finished_before = next_id, finished

    def speaker_left(self) -> None:
        """Leave the open utterances to the next speaker, who may be the same one after a reconnect."""
        for utterance in self._open.values():
            utterance.orphaned = True

    def recent(self, count: int) -> list[Segment]:
        """Return the last `count` finished segments and all open ones, for a language that joins now."""
        finished = list(self._finished.values())[-count:] if count else []
        return [*finished, *(self._pending[id_] for id_ in sorted(self._pending))]

    def newest_finished(self) -> int:
        """Return the number of the newest finished segment; 0 if there is none."""
        return max(self._finished, default=self._finished_before)

    def unpunctuated(self) -> Unpunctuated | None:
        """Return what the newest open utterance says after its last sentence end, if it has no marks of its own."""
        newest = next(reversed(self._open.values()), None)
        if newest is None or text_rules.is_punctuated(newest.units):
            return None
        text = "".join(newest.units[newest.start :]).strip()
        return Unpunctuated(newest.number, newest.start, text) if text else None

    def receive_punctuation(self, asked: Unpunctuated, answer: str) -> list[Change]:
        """Take a text with the marks that were put in, and return what changed."""
        utterance = self._open.get(asked.utterance)
        if utterance is None:
            return []
        utterance.punctuated = [*utterance.units[: asked.start], *text_rules.units(answer)]
        return self._update(utterance, utterance.updated_at)

    def close_all(self, now: float, *, ended: bool = True) -> list[Change]:
        """Close every open utterance with the text it has; one that has not ended may go on with what comes after."""
        return [change for u in list(self._open.values()) for change in self._finish(u, now, ended=ended)]

    def next_timer(self) -> float | None:
        """Return when `handle_timer` wants to be called, on the caller's clock."""
        return min((self._deadline(u) for u in self._open.values()), default=None)

    def handle_timer(self, now: float) -> list[Change]:
        """Settle or close the utterances that have been silent for too long."""
        changes: list[Change] = []
        for utterance in [u for u in self._open.values() if self._deadline(u) <= now]:
            if utterance.settled:
                changes += self._finish(utterance, now, ended=False)
            else:
                utterance.settled = True
                changes += self._update(utterance, now)
        return changes

    def _deadline(self, utterance: _Utterance) -> float:
        options = self._options
        return utterance.updated_at + (options.idle_s if utterance.settled else options.settle_s)

    def _utterance(
        self, number: int | None, words: list[str], *, final: bool, now: float, changes: list[Change]
    ) -> _Utterance | None:
        """Find the utterance that is meant, open a new one, or return None for a late repeat of a finished one."""
        if number is None:
            number = next(reversed(self._open), None)
        if number is None:
            newest = next(reversed(self._closed.values()), None)
            number = newest.number if newest and _goes_on(newest, words) else self._last_number + 1
        found = self._open.get(number)
        if found and found.orphaned and not _continues(found, words):
            changes += self._finish(found, now)
            found = None
        if found is None and (closed := self._closed.get(number)):
            if (closed.ended or final) and _repeats(closed, words, final=final):
                return None
            if not closed.ended and _continues(closed, words):
                found = self._closed.pop(number)
        found = found or _Utterance(number, 0, 0, now)
        changes += self._close_orphans(now, but=found)
        found.orphaned = False
        self._open[number] = found
        self._last_number = max(self._last_number, number)
        if len(self._open) > _MAX_OPEN:
            changes += self._finish(next(iter(self._open.values())), now)
        return found

    def _close_orphans(self, now: float, *, but: _Utterance) -> list[Change]:
        orphans = [u for u in self._open.values() if u.orphaned and u is not but]
        return [change for u in orphans for change in self._finish(u, now)]

    def _update(self, utterance: _Utterance, now: float) -> list[Change]:
        """Present the open sentences anew; finish those that are agreed and followed by more."""
        start = utterance.start
        agreed = self._agreed(utterance) - start
        changes: list[Change] = []
        finished: list[tuple[Segment, list[str]]] = []
        parts = list(self._parts(utterance.marked[start:]))
        if utterance.guessed:
            parts = self._without_guesses(parts, agreed)
        position = 0
        for index, (segment, words) in enumerate(self._segments(utterance, parts, now)):
            position += len(words)
            if index < len(parts) - 1 and position <= agreed and len(finished) == index:
                finished.append((segment, words))
                changes.append(self._freeze(segment))
            else:
                unagreed = min(len(words), max(0, position - agreed))
                self._pending[segment.id] = replace(segment, unagreed=unagreed)
                changes.append(self._pending[segment.id])
        for segment, words in finished:
            utterance.open.remove(segment.id)
            utterance.finished.append(segment.id)
            utterance.start += len(words)
            utterance.frozen = text_rules.keys(utterance.units[: utterance.start])
            utterance.frozen_ms = segment.end_ms
        return [*changes, *self._drop_surplus(utterance, keep=len(parts) - len(finished))]

    def _finish(self, utterance: _Utterance, now: float, *, ended: bool = True) -> list[Change]:
        """Close an utterance: each of its sentences becomes final."""
        parts = list(self._parts(utterance.marked[utterance.start :]))
        segments = [segment for segment, _ in self._segments(utterance, parts, now)]
        changes: list[Change] = [self._freeze(segment) for segment in segments]
        changes += self._drop_surplus(utterance, keep=len(segments))
        utterance.finished += utterance.open
        if segments:
            utterance.start, utterance.frozen = len(utterance.units), text_rules.keys(utterance.units)
        utterance.frozen_ms = utterance.end_ms
        utterance.open, utterance.ended, utterance.orphaned = [], ended, False
        del self._open[utterance.number]
        self._remember(utterance)
        return changes

    def _without_guesses(self, parts: list[list[str]], agreed: int) -> list[list[str]]:
        """Join the sentences whose ends are not sure yet: a sentence end that a model takes back would flicker."""
        ends = list(accumulate(map(len, parts)))
        sure = sum(end + self._options.lookahead <= agreed for end in ends[:-1])
        rest = [word for part in parts[sure:] for word in part]
        return [*parts[:sure], rest] if rest else parts[:sure]

    def _remember(self, utterance: _Utterance) -> None:
        self._closed[utterance.number] = utterance
        self._closed.move_to_end(utterance.number)
        if len(self._closed) > _MAX_CLOSED:
            self._closed.popitem(last=False)

    def _agreed(self, utterance: _Utterance) -> int:
        """Return how many units of the newest text all of the last `agreement` updates share."""
        if utterance.settled or self._options.agreement == 1:
            return len(utterance.units)
        if len(utterance.history) < self._options.agreement:
            return 0
        return min(text_rules.common_prefix(past, utterance.units) for past in utterance.history[:-1])

    def _parts(self, words: list[str]) -> Iterator[list[str]]:
        """Cut words into sentences, and sentences without end into pieces."""
        for sentence in self._sentences(words):
            piece = sentence
            while len(piece) > self._options.max_units:
                cut = self._clause_start(piece)
                yield piece[:cut]
                piece = piece[cut:]
            yield piece

    def _sentences(self, words: list[str]) -> Iterator[list[str]]:
        """Cut words into sentences, never within a word; marks and emoji alone are no sentence."""
        ends = set(accumulate(map(len, text_rules.sentences("".join(words), self._language))))
        last = max((index for index, word in enumerate(words) if text_rules.is_speech(word)), default=-1)
        sentence: list[str] = []
        length, spoken, due = 0, False, False
        for index, word in enumerate(words):
            # The blank before a word counts to the sentence before.
            due = spoken and (due or length + len(word) - len(word.lstrip()) in ends)
            # An emoji belongs to what was said before it.
            if due and index <= last and text_rules.split_emoji(word)[0]:
                yield sentence
                sentence, spoken, due = [], False, False
            sentence.append(word)
            spoken = spoken or text_rules.is_speech(word)
            length += len(word)
        if sentence:
            yield sentence

    def _clause_start(self, words: Sequence[str]) -> int:
        """Return where to cut a sentence that is too long; looks at its first `max_units` words only."""
        starts = _CLAUSE_STARTS.get(self._language.split("-")[0], frozenset())
        options = self._options
        for cut in range(options.max_units, options.min_units - 1, -1):
            before, after = text_rules.key(words[cut - 1]), text_rules.key(words[cut])
            if text_rules.is_clause_border(words[cut - 1], words[cut]) or (after in starts and before not in starts):
                return cut
        return options.max_units

    def _segments(
        self, utterance: _Utterance, parts: list[list[str]], now: float
    ) -> Iterator[tuple[Segment, list[str]]]:
        """Number the sentences, oldest open number first, and give each its share of the time."""
        total = sum(len(words) for words in parts)
        span = utterance.end_ms - utterance.frozen_ms
        done = 0
        for index, words in enumerate(parts):
            if index == len(utterance.open):
                utterance.open.append(self.next_id)
                self.next_id += 1
            start_ms = utterance.frozen_ms + max(0, span * done // total)
            done += len(words)
            end_ms = utterance.frozen_ms + max(0, span * done // total)
            id_, text = utterance.open[index], "".join(words).strip()
            part = len(utterance.finished) + index + 1
            yield Segment(id_, utterance.number, text, 0, False, start_ms, end_ms, now, utterance.timed, part), words

    def _freeze(self, segment: Segment) -> Segment:
        self._pending.pop(segment.id, None)
        self._finished[segment.id] = final = replace(segment, final=True, unagreed=0)
        if len(self._finished) > self._options.remember:
            self._finished.popitem(last=False)
        return final

    def _drop_surplus(self, utterance: _Utterance, *, keep: int) -> list[Change]:
        surplus, utterance.open = utterance.open[keep:], utterance.open[:keep]
        return [self._withdraw(id_) for id_ in surplus]

    def _withdraw(self, id_: int) -> Withdrawal:
        self._pending.pop(id_, None)
        self._finished.pop(id_, None)
        return Withdrawal(id_)


def _continues(utterance: _Utterance, words: list[str]) -> bool:
    """Tell whether a text plausibly goes on with an utterance whose speaker was away."""
    old, keys = text_rules.keys(utterance.units), text_rules.keys(words)
    return 2 * text_rules.common_prefix(old, keys) >= min(len(old), len(keys))


def _goes_on(closed: _Utterance, words: list[str]) -> bool:
    """Tell whether a text without a number surely goes on with an utterance that was closed for being idle."""
    old, keys = text_rules.keys(closed.units), text_rules.keys(words)
    return not closed.ended and text_rules.common_prefix(old, keys) >= max(_SURE, len(old) - 1)


def _repeats(utterance: _Utterance, words: list[str], *, final: bool) -> bool:
    """Tell whether a text is a late or repeated message of an utterance that has its final."""
    old, keys = text_rules.keys(utterance.units), text_rules.keys(words)
    # A late partial is how the final began, as it was understood then.
    return keys == old if final else len(keys) <= 1 or find_end(keys, [], utterance.units) is not None
