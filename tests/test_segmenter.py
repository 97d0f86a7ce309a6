"""The source side of the policy: agreement, sentences, frozen parts, silence, reconnects."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtt import text as text_rules
from rtt.errors import BadMessage
from rtt.segmenter import Change, Segment, Segmenter, SegmenterOptions, Withdrawal


def segmenter(**options: float) -> Segmenter:
    return Segmenter("en", SegmenterOptions(**options), now=0.0)  # type: ignore[arg-type]


def say(it: Segmenter, *texts: str, utterance: int | None = None, now: float = 1.0) -> list[Change]:
    """Send partials; a last text that ends in `|` is the final. Return what the last one changed."""
    changes: list[Change] = []
    for text in texts:
        changes = it.receive_text(text.removesuffix("|"), final=text.endswith("|"), now=now, utterance=utterance)
    return changes


def brief(changes: list[Change]) -> list[tuple[int, str, int | str]]:
    """(segment, text, words not agreed, or "final"); a withdrawal has no text."""
    return [
        (c.id, "", "withdrawn") if isinstance(c, Withdrawal) else (c.id, c.text, "final" if c.final else c.unagreed)
        for c in changes
    ]


@pytest.mark.parametrize(
    ("texts", "last"),
    [
        pytest.param(["the"], [(1, "the", 1)], id="the first update agrees with nothing"),
        pytest.param(["the", "the cat"], [(1, "the cat", 1)], id="a word said twice is agreed"),
        pytest.param(["the cat", "the cat"], [(1, "the cat", 0)], id="a repeat agrees with all"),
        pytest.param(["the cut", "the cat sat"], [(1, "the cat sat", 2)], id="agreement ends at the first change"),
        pytest.param(["the cat sat", "the"], [(1, "the", 0)], id="a text may shrink"),
        pytest.param(["the cat", ""], [], id="an empty partial says nothing"),
        pytest.param(["the cat", "The cat.|"], [(1, "The cat.", "final")], id="the final closes the segment"),
        pytest.param(["the cat", "|"], [(1, "", "withdrawn")], id="an empty final withdraws"),
        pytest.param(
            ["a b c", "One. Two. Three.|"],
            [(1, "One.", "final"), (2, "Two.", "final"), (3, "Three.", "final")],
            id="each sentence of a final is a segment",
        ),
        pytest.param(
            ["One. Two", "One. Two three"],
            [(1, "One.", "final"), (2, "Two three", 1)],
            id="a sentence is frozen once it is agreed and followed by more",
        ),
        pytest.param(["One.", "One."], [(1, "One.", 0)], id="the last sentence stays open until the final"),
        pytest.param(
            ["One. Two", "One Two"],
            [(1, "One Two", 2), (2, "", "withdrawn")],
            id="a sentence end that goes away takes its segment with it",
        ),
        pytest.param(
            ["One. Two", "One. Two three", "One. Two three four.|"],
            [(2, "Two three four.", "final")],
            id="a frozen sentence is not said again",
        ),
        pytest.param(
            ["Won. Two", "Won. Two three", "One. Two three four.|"],
            [(2, "Two three four.", "final")],
            id="a frozen sentence stays as it is though its words change",
        ),
        pytest.param(
            ["Ann ran. Bob", "Ann ran. Bob sat", "Ann and I ran. Bob sat down|"],
            [(2, "Bob sat down", "final")],
            id="the frozen part is found again though it grew",
        ),
        pytest.param(["One. Two", "One. Two", "One.|"], [(2, "", "withdrawn")], id="what was open may go away"),
        pytest.param(
            ["It was late. We", "It was late. We left", "Somebody asks the driver to come to the door|"],
            [(2, "Somebody asks the driver to come to the door", "final")],
            id="nothing of another text is taken for what is frozen",
        ),
        pytest.param(
            [
                "It was late. We left",
                "It was late. We left for",
                "We left for home. And",
                "We left for home. And slept|",
            ],
            [(2, "We left for home.", "final"), (3, "And slept", "final")],
            id="a text that forgets its beginning goes on where it was",
        ),
        pytest.param(
            ["It was late. We", "It was late. We left", "Zq vw", "It was late. We left it|"],
            [(2, "We left it", "final")],
            id="a text that comes back goes on where it was",
        ),
        pytest.param(
            ["See example.Com for it. Yes", "See example.Com for it. Yes it"],
            [(1, "See example.Com for it.", "final"), (2, "Yes it", 1)],
            id="a word is not cut, and the sentences after it are",
        ),
        pytest.param(
            ["... one. Two", "... one. Two three"],
            [(1, "... one.", "final"), (2, "Two three", 1)],
            id="marks alone are no sentence",
        ),
        pytest.param(["One! …|"], [(1, "One! …", "final")], id="nor at the end"),
        pytest.param(
            ["One! 👍🏽 Two. 🎉|"],
            [(1, "One! 👍🏽", "final"), (2, "Two. 🎉", "final")],
            id="an emoji belongs to what was said before it",
        ),
        pytest.param(["👍", "👍|"], [(1, "👍", "final")], id="an emoji alone is said too"),
        pytest.param(["\u200b\u2060|"], [], id="what cannot be seen is not said"),
    ],
)
def test_one_utterance(texts: list[str], last: list[tuple[int, str, int | str]]) -> None:
    assert brief(say(segmenter(), *texts)) == last


def test_a_first_part_finished_alone_when_only_it_is_agreed() -> None:
    it = segmenter()
    assert brief(say(it, "One. Two. Thr", "One. Two! Three")) == [(1, "One.", "final"), (2, "Two!", 1), (3, "Three", 1)]


def test_three_updates_must_agree_where_asked() -> None:
    assert brief(say(segmenter(agreement=3), "a b", "a b c", "a b c d")) == [(1, "a b c d", 2)]
    assert brief(say(segmenter(agreement=3), "a b", "a b c")) == [(1, "a b c", 3)]
    assert brief(say(segmenter(agreement=1), "a b")) == [(1, "a b", 0)]


def test_speech_without_punctuation_is_cut_at_a_clause() -> None:
    it = segmenter(min_units=3, max_units=6)
    spoken = "we walk along the river and then we go home"
    assert brief(say(it, spoken, spoken + " now")) == [
        (1, "we walk along the river", "final"),
        (2, "and then we go home now", 1),
    ]


def test_speech_without_clauses_is_cut_all_the_same() -> None:
    words = " ".join(f"word{n}" for n in range(300))
    segments = [c for c in say(segmenter(), words + "|") if isinstance(c, Segment)]
    assert len(segments) == 6
    assert " ".join(s.text for s in segments) == words


def test_chinese_is_cut_by_characters() -> None:
    it = Segmenter("zh", SegmenterOptions(min_units=3, max_units=10), 0.0)
    segments = [
        c for c in it.receive_text("今天天气很好，我们去公园散步吧", final=True, now=1) if isinstance(c, Segment)
    ]
    assert [s.text for s in segments] == ["今天天气很好，", "我们去公园散步吧"]


@pytest.mark.parametrize(
    ("language", "said", "sentences"),
    [
        ("zh", "他说：“好。”「来。」走了。", ["他说：“好。”", "「来。」", "走了。"]),
        ("ja", "「はい。」と言った。「いいえ。」", ["「はい。」", "と言った。", "「いいえ。」"]),
        ("ar", "«نعم». كيف حالك؟ أنا بخير", ["«نعم».", "كيف حالك؟", "أنا بخير"]),
        ("hi", "नमस्ते। कैसे हैं?", ["नमस्ते।", "कैसे हैं?"]),
        ("th", "สวัสดีครับ วันนี้อากาศดีมาก เราไปเดินเล่นกัน", ["สวัสดีครับ วันนี้อากาศดีมาก", "เราไปเดินเล่นกัน"]),
        ("ar", "قلت له إن الطريق طويل، لكنه لم يسمعني ولم ينتظر أحدا منا ثم ذهب وحده إلى هناك في تلك الليلة الباردة",
         ["قلت له إن الطريق طويل،", "لكنه لم يسمعني ولم ينتظر أحدا منا ثم ذهب وحده إلى هناك في تلك الليلة الباردة"]),
    ],
    ids=ascii,
)  # fmt: skip
def test_sentences_of_many_scripts(language: str, said: str, sentences: list[str]) -> None:
    it = Segmenter(language, SegmenterOptions(min_units=3, max_units=20), 0.0)
    segments = it.receive_text(said, final=True, now=1)
    assert [s.text for s in segments if isinstance(s, Segment)] == sentences


def test_silence_settles_and_then_closes_and_speech_goes_on() -> None:
    it = segmenter(settle_s=1, idle_s=30)
    say(it, "the cat", now=1.0)
    assert it.next_timer() == 2.0
    assert brief(it.handle_timer(2.0)) == [(1, "the cat", 0)]
    assert it.next_timer() == 31.0
    assert brief(it.handle_timer(31.0)) == [(1, "the cat", "final")]
    assert it.next_timer() is None
    assert brief(say(it, "the cat sat", utterance=1, now=40)) == [(2, "sat", 1)]
    assert brief(say(it, "The cat sat down.|", utterance=1, now=41)) == [(2, "sat down.", "final")]


def test_an_utterance_without_a_number_goes_on_after_the_silence_that_closed_it() -> None:
    it = segmenter()
    say(it, "the cat sat", now=1.0)
    it.handle_timer(2.0)
    it.handle_timer(40.0)
    assert brief(say(it, "the cat sat on", now=50)) == [(2, "on", 1)]
    it.handle_timer(51.0)
    it.handle_timer(90.0)
    assert brief(say(it, "the dog ran|", now=99)) == [(3, "the dog ran", "final")]


def test_a_timer_that_is_early_does_nothing() -> None:
    it = segmenter()
    say(it, "the cat")
    assert it.handle_timer(1.5) == []


def test_times_are_shared_out_over_the_sentences() -> None:
    it = segmenter()
    first, second = it.receive_text("Aa bb. Cc dd.", final=True, now=9, start_ms=1000, end_ms=3000)
    assert isinstance(first, Segment)
    assert isinstance(second, Segment)
    assert [(s.start_ms, s.end_ms) for s in (first, second)] == [(1000, 2000), (2000, 3000)]


def test_without_times_the_room_clock_counts() -> None:
    it = segmenter()
    it.receive_text("a", final=False, now=2.0)
    (change,) = it.receive_text("a b", final=True, now=3.5)
    assert isinstance(change, Segment)
    assert (change.start_ms, change.end_ms) == (2000, 3500)


class TestUtteranceNumbers:
    def test_a_final_opens_the_next(self) -> None:
        it = segmenter()
        numbers = [c.utterance for text in ("a|", "b|") for c in say(it, text) if isinstance(c, Segment)]
        assert numbers == [1, 2]

    def test_several_may_be_open(self) -> None:
        it = segmenter()
        say(it, "one", utterance=7)
        say(it, "two", utterance=8)
        assert brief(say(it, "one!|", utterance=7)) == [(1, "one!", "final")]
        assert brief(say(it, "two!|")) == [(2, "two!", "final")]

    def test_too_many_open_ones_close_the_oldest(self) -> None:
        it = segmenter()
        for number in range(8):
            say(it, "word", utterance=number)
        assert brief(say(it, "word", utterance=8)) == [(1, "word", "final"), (9, "word", 1)]

    @pytest.mark.parametrize(
        "late", ["Good morning all.|", "good morning all", "good mourning", "good", "could morning all", "…"]
    )
    def test_a_late_or_repeated_message_is_ignored(self, late: str) -> None:
        it = segmenter()
        say(it, "good morning", "Good morning all.|", utterance=3)
        assert say(it, late, utterance=3) == []

    def test_a_number_used_again_is_a_new_utterance(self) -> None:
        it = segmenter()
        say(it, "Good morning.|", utterance=3)
        assert brief(say(it, "And welcome.|", utterance=3)) == [(2, "And welcome.", "final")]


class TestSpeakerChange:
    def test_the_same_speaker_goes_on(self) -> None:
        it = segmenter()
        say(it, "good morning", utterance=3)
        it.speaker_left()
        assert brief(say(it, "good morning all", utterance=3)) == [(1, "good morning all", 1)]

    def test_another_speaker_closes_what_was_open(self) -> None:
        it = segmenter()
        say(it, "good morning", utterance=3)
        it.speaker_left()
        assert brief(say(it, "my turn", utterance=4)) == [(1, "good morning", "final"), (2, "my turn", 2)]

    def test_another_speaker_with_the_same_number_does_too(self) -> None:
        it = segmenter()
        say(it, "good morning", utterance=0)
        it.speaker_left()
        assert brief(say(it, "my turn now", utterance=0)) == [(1, "good morning", "final"), (2, "my turn now", 3)]

    def test_another_language_goes_on_counting(self) -> None:
        it = segmenter()
        say(it, "a|")
        assert brief(say(it.successor("de"), "b|")) == [(2, "b", "final")]


class TestCancel:
    def test_the_open_one(self) -> None:
        it = segmenter()
        say(it, "One. Two", "One. Two three")
        assert brief(it.cancel(None)) == [(1, "", "withdrawn"), (2, "", "withdrawn")]
        assert it.next_timer() is None

    def test_a_finished_one(self) -> None:
        it = segmenter()
        say(it, "One.|", utterance=5)
        assert brief(it.cancel(5)) == [(1, "", "withdrawn")]

    def test_none(self) -> None:
        with pytest.raises(BadMessage, match="no open utterance"):
            segmenter().cancel(None)
        with pytest.raises(BadMessage, match="utterance: 9"):
            segmenter().cancel(9)

    def test_a_cancelled_one_is_forgotten(self) -> None:
        it = segmenter()
        say(it, "hello there", utterance=5)
        it.cancel(5)
        assert it.recent(10) == []
        assert say(it, "hello", utterance=5) == []


class TestCorrections:
    def test_a_finished_segment_gets_another_text(self) -> None:
        it = segmenter()
        say(it, "The hat sat.|")
        assert brief(it.correct(1, "The cat sat.", 5)) == [(1, "The cat sat.", "final")]
        assert [s.text for s in it.recent(1)] == ["The cat sat."]

    def test_an_open_or_unknown_one_does_not(self) -> None:
        it = segmenter()
        say(it, "The hat")
        with pytest.raises(BadMessage, match="segment: 1"):
            it.correct(1, "x", 5)

    def test_only_the_last_ones_are_remembered(self) -> None:
        it = segmenter(remember=2)
        for n in range(3):
            say(it, f"{n}.|", utterance=n)
        with pytest.raises(BadMessage):
            it.correct(1, "x", 5)
        assert [s.text for s in it.recent(9)] == ["1.", "2."]


WORDS = st.lists(st.sampled_from(["a", "Bb", "so", "and", "c.", "d,", "e?", "12", "the", "你好", "😀"]), max_size=40)


@given(WORDS, st.lists(st.integers(1, 40), max_size=12), st.integers(2, 6), st.integers(6, 12))
def test_whatever_grows_ends_in_the_same_text_once(
    words: list[str], cuts: list[int], min_units: int, max_units: int
) -> None:
    """However an utterance grows and however it is cut: its segments' texts are its text."""
    it = segmenter(min_units=min_units, max_units=max_units)
    changes: list[Change] = []
    for cut in sorted(cuts):
        changes += it.receive_text(" ".join(words[:cut]), final=False, now=1, utterance=1)
    changes += it.receive_text(" ".join(words), final=True, now=2, utterance=1)
    finals = [c for c in changes if isinstance(c, Segment) and c.final]
    assert text_rules.units("".join(f.text for f in finals).replace(" ", "")) == text_rules.units("".join(words))
    assert [f.id for f in finals] == sorted({f.id for f in finals})


TEXTS = st.one_of(st.text("ab.,! 你", max_size=12), WORDS.map(" ".join))
MESSAGES = st.lists(
    st.one_of(
        st.tuples(st.just("partial"), st.integers(0, 3), TEXTS),
        st.tuples(st.just("final"), st.integers(0, 3), TEXTS),
        st.tuples(st.just("cancel"), st.integers(0, 3), st.just("")),
        st.tuples(st.just("wait"), st.integers(0, 40), st.just("")),
        st.tuples(st.just("leave"), st.just(0), st.just("")),
    ),
    max_size=30,
)


@given(MESSAGES)
def test_whatever_comes_each_segment_ends_once(messages: list[tuple[str, int, str]]) -> None:
    """Every segment that was ever open is finished exactly once or withdrawn, and never comes back."""
    it = segmenter(max_units=12, min_units=3)
    now = 0.0
    changes: list[Change] = []
    for kind, number, text in messages:
        now += 0.1
        if kind == "wait":
            now += number
            changes += it.handle_timer(now)
        elif kind == "leave":
            it.speaker_left()
        elif kind == "cancel":
            try:
                changes += it.cancel(number)
            except BadMessage:
                continue
        else:
            changes += it.receive_text(text, final=kind == "final", now=now, utterance=number)
    changes += it.close_all(now)
    open_now: set[int] = set()
    finished: set[int] = set()
    gone: set[int] = set()
    for change in changes:
        assert change.id not in gone
        if isinstance(change, Withdrawal):
            assert change.id in open_now | finished
            gone.add(change.id)
            open_now.discard(change.id)
            finished.discard(change.id)
        else:
            assert change.id not in finished
            assert change.text
            assert change.start_ms <= change.end_ms
            open_now.add(change.id)
            if change.final:
                open_now.discard(change.id)
                finished.add(change.id)
    assert not open_now
