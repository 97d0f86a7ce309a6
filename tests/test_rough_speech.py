"""Rough speech in many scripts, through segmenter and policy, as readers of every kind are told of it."""

import random
from collections.abc import Callable
from zlib import crc32

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtt import text as text_rules
from rtt.captions import message_for
from rtt.engine import Hypothesis, Job
from rtt.log import MemoryLog
from rtt.policy import PolicyOptions, Stream
from rtt.protocol import Stability
from rtt.segmenter import Change, Segmenter, SegmenterOptions
from tests.reader import Reader, squeezed
from tests.rough import TALKS, Message, halting_utterances, rough_talks

# Some letters of each language, as clusters: marks above and below, strokes, joiners.
_LETTERS = {
    "de": ["a", "ß", "e", "ü", "i", "n", "o"],
    "zh": ["桥", "今", "晚", "打", "开", "左", "边"],
    "ja": ["橋", "が", "ラ", "ー", "ぱ", "々", "っ"],
    "th": ["กิ่", "ที่", "ซ้", "น้ำ", "เ", "ป", "ผู้"],
    "ar": ["جِ", "مَ", "كـ", "ي", "سّ", "ب", "ةٌ"],
    "hi": ["पु", "क्य", "ल", "है", "ब", "ई", "ओ"],
    "mixed": ["a", "e\u0323\u0301", "👍🏽", "ß", "ب", "好", "z"],
}
_MARKS = {"zh": "。", "ja": "。", "th": "", "hi": "।"}


def translation(text: str, lang: str) -> str:
    """Word for word, so that what a text says is what its parts say; no word is said thrice in a row."""
    letters, mark = _LETTERS[lang], _MARKS.get(lang, ".")
    blank, length = ("", 1) if lang in {"zh", "ja", "th"} else (" ", 2)
    answer = ""
    for unit in text_rules.units(text):
        if key := text_rules.key(unit):
            number = crc32(key.encode(), 1)
            answer += blank + "".join(letters[number // 7**place % 7] for place in range(length))
        answer += mark if text_rules.ends_sentence(unit) else ""
    return text_rules.normalise(answer)


def keeping_prefix(lang: str) -> Callable[[Job], str]:
    """A model that goes on where the prefix ends, as a decoder with a forced prefix does."""

    def answer(job: Job) -> str:
        whole = translation(job.text, lang)
        return whole if whole.startswith(job.prefix) else job.prefix + whole[len(job.prefix) :]

    return answer


class Hall:
    """Segmenter, streams and log as a room joins them, and readers of every kind; each message takes 0.1 s."""

    def __init__(self, source: str, rules: dict[str, Callable[[Job], str]]) -> None:
        self.segmenter = Segmenter(source, SegmenterOptions(min_units=5, max_units=20), 0.0)
        self.rules = rules
        self.streams = {lang: Stream(lang, PolicyOptions()) for lang in rules}
        self.jobs: dict[str, Job | None] = dict.fromkeys(rules)
        self.readers = {(lang, stability): Reader() for lang in rules for stability in Stability}
        self.log = MemoryLog("log", 1000)
        self.now = 0.0

    def hear(self, message: Message) -> None:
        self.now += 0.1
        if message.text is None:
            while (at := self.segmenter.next_timer()) is not None:
                self.now = max(self.now, at)
                self.apply(self.segmenter.handle_timer(self.now))
            return
        self.apply(
            self.segmenter.receive_text(
                message.text,
                final=message.final,
                now=self.now,
                utterance=message.utterance,
                start_ms=message.start_ms,
                end_ms=message.end_ms,
            )
        )

    def apply(self, changes: list[Change]) -> None:
        for lang, stream in self.streams.items():
            for change in changes:
                stream.receive(change)
            self.publish(lang)

    def publish(self, lang: str) -> None:
        for update in self.streams[lang].updates_to_send():
            event = self.log.append(lang, update, 0)
            for (its, stability), reader in self.readers.items():
                if its == lang and (message := message_for(event, stability)):
                    reader.take(msgspec.to_builtins(message))

    def draw(self, lang: str) -> None:
        self.jobs[lang] = self.jobs[lang] or self.streams[lang].job_to_run()

    def answer(self, lang: str) -> None:
        if job := self.jobs[lang]:
            self.jobs[lang] = None
            self.streams[lang].receive_hypothesis(Hypothesis(self.rules[lang](job)))
            self.publish(lang)

    def end(self) -> None:
        self.apply(self.segmenter.close_all(self.now))
        for lang in self.streams:
            self.draw(lang)
            while self.jobs[lang]:
                self.answer(lang)
                self.draw(lang)


def source_of(talk: str) -> str:
    return "en" if talk == "mixed" else talk


@pytest.mark.parametrize("talk", TALKS)
@settings(max_examples=20)
@given(st.data(), st.sampled_from(sorted(_LETTERS)), st.integers(0))
def test_whatever_comes_readers_get_all_of_it_once(talk: str, data: st.DataObject, target: str, seed: int) -> None:
    """Every promise of the protocol holds on the way, and each utterance ends as its final, in every language."""
    source = source_of(talk)
    hall = Hall(source, {source: lambda job: job.text, f"to-{target}": keeping_prefix(target)})
    texts = TALKS[talk]
    chance = random.Random(seed)  # noqa: S311 - no secret
    for message in data.draw(rough_talks(texts)):
        hall.hear(message)
        for lang in hall.rules:
            for step in chance.choice([(), (hall.draw,), (hall.draw, hall.answer), (hall.answer,)]):
                step(lang)
    hall.end()
    for (lang, _), reader in hall.readers.items():
        assert not reader.open
        for number, text in enumerate(texts):
            whole = text_rules.normalise(text)
            expected = whole if lang == source else translation(whole, target)
            assert squeezed("".join(reader.sentences(lang, number))) == squeezed(expected)


@pytest.mark.parametrize("numbered", [True, False], ids=["numbered", "not numbered"])
@pytest.mark.parametrize("talk", TALKS)
@settings(max_examples=15)
@given(st.data())
def test_silences_lose_and_double_nothing(talk: str, numbered: bool, data: st.DataObject) -> None:  # noqa: FBT001 - a table's column
    """An utterance that is closed for being silent goes on where it was, or ends as it was."""
    source = source_of(talk)
    hall = Hall(source, {source: lambda job: job.text})
    expected = ""
    for number, text in enumerate(TALKS[talk]):
        messages = data.draw(halting_utterances(text, number if numbered else None))
        expected += [m.text for m in messages if m.text][-1]
        for message in messages:
            hall.hear(message)
            hall.draw(source)
            hall.answer(source)
    hall.end()
    for reader in hall.readers.values():
        assert not reader.open
        assert squeezed("".join(m["stable"] for _, m in sorted(reader.finals.items()))) == squeezed(
            text_rules.normalise(expected)
        )
