import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtt.measure.erasure import Erasure, erasure
from tests.test_measure_eventlog import Told, log_of

LETTERS = st.lists(st.sampled_from("abcde"), min_size=1, max_size=8)


def captions(texts: list[list[str]]) -> Told:
    return [(100.0 * i, "1:| " + " ".join(text)) for i, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([], Erasure()),
        # 3 words, then "b c" go for "x": 2 of the 2 words at the end.
        ([(0, "1:| a b c"), (100, "1! a x")], Erasure(2, 2, 2, 2)),
        # Case and punctuation: raw, all 3 words change and 3 stand; compared, none.
        ([(0, "1:| die katze saß"), (100, "1! Die Katze saß.")], Erasure(0, 3, 3, 3)),
        # Characters of Chinese: 界 goes.
        ([(0, "1:| 你好世界"), (100, "1! 你好世人。")], Erasure(1, 4, 1, 4)),
        # `stable` says "a b", then "a c": 1 word taken back, which a reader sees as well.
        ([(0, "1: a b|"), (100, "1: a c|")], Erasure(1, 2, 1, 2, stable_erased=1)),
        # The final may rewrite `stable`.
        ([(0, "1: a b|"), (100, "1! a c")], Erasure(1, 2, 1, 2)),
        # What is tentative becomes stable: nothing goes.
        ([(0, "1: a| b"), (100, "1: a b|")], Erasure(0, 2, 0, 2)),
        # A segment withdrawn takes 2 words with it, 1 of them stable.
        ([(0, "1: a| b"), (100, "1x")], Erasure(2, 0, 2, 0, stable_erased=1)),
        # A segment withdrawn after its final.
        ([(0, "1! a b"), (100, "1x")], Erasure(2, 0, 2, 0)),
    ],
)
def test_what_is_taken_back(told: Told, expected: Erasure) -> None:
    assert erasure(log_of(told)) == expected


def test_normalised_erasure_is_erasure_for_each_word_of_the_last_output() -> None:
    # Successive outputs in the manner of Arivazhagan et al. 2020: "New medicines" → "New medicines may" → "New drugs
    # may be lung" → "New drugs could be lung and ovarian cancer": 0 + 2 + 3 words go, 8 are left.
    texts = [
        "New medicines",
        "New medicines may",
        "New drugs may be lung",
        "New drugs could be lung and ovarian cancer",
    ]
    found = erasure(log_of(captions([text.split() for text in texts])))
    assert (found.erased, found.shown) == (5, 8)
    assert found.ne == found.raw_ne == 0.625


def test_nothing_shown_has_no_rate() -> None:
    assert erasure(log_of([])).ne is None


def test_talks_count_by_their_words() -> None:
    # 1 of 10 and 3 of 2: not the mean of 0.1 and 1.5 but 4 of 12.
    assert (Erasure(1, 10) + Erasure(3, 2)).ne == pytest.approx(1 / 3)


@given(LETTERS)
def test_what_only_grows_erases_nothing(final: list[str]) -> None:
    assert erasure(log_of(captions([final[:n] for n in range(1, len(final) + 1)]))).ne == 0


@given(LETTERS, st.data())
def test_a_flicker_adds_exactly_its_words_there_and_back(final: list[str], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(final) - 1))
    flicker = [*final[:at], "flicker", *final[at + 1 :]]
    calm, restless = (erasure(log_of(captions(texts))).erased for texts in ([final, final], [final, flicker, final]))
    assert (calm, restless) == (0, 2 * (len(final) - at))


@given(st.lists(LETTERS, max_size=6))
def test_case_and_punctuation_never_lower_erasure(texts: list[list[str]]) -> None:
    found = erasure(log_of(captions([[w.upper() if i % 2 else w for w in text] for i, text in enumerate(texts)])))
    assert found.raw_erased >= found.erased == erasure(log_of(captions(texts))).erased


@given(st.lists(LETTERS, min_size=1, max_size=6), st.integers(0, 8))
def test_where_segments_are_cut_does_not_matter(texts: list[list[str]], cut: int) -> None:
    """The same words on the screen, in one segment or in two that are told in one frame."""
    whole = erasure(log_of(captions(texts)))
    halves = [
        (100.0 * i + part, f"{part}:| " + " ".join(text[:cut] if part == 1 else text[cut:]))
        for i, text in enumerate(texts)
        for part in (1, 2)
    ]
    assert erasure(log_of(halves)) == whole
