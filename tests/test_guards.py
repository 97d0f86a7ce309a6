from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rtt import guards, text

words = st.sampled_from(["ja", "nein", "Das", "Haus", "das", "ist", "–"])
speech = st.lists(words, max_size=25).map(" ".join)
silence = ""


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("", "x" * 40),
        ("Yes", "Ja, das ist richtig."),
        ("The cat sat on the mat.", "Die Katze saß auf der Matte."),
        ("a" * 100, "b" * 240),
        ("你好世界", "x" * 64),
        ("한국어", "x" * 58),
        ("x" * 60, "好" * 53),
    ],
)
def test_an_answer_that_its_source_accounts_for(source: str, answer: str) -> None:
    assert not guards.runs_away(source, answer)


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("", "x" * 41),
        ("Yes", "ja " * 40),
        ("a" * 100, "b" * 241),
        ("你好世界", "x" * 65),
        ("한국어", "x" * 59),
        ("x" * 60, "好" * 54),
    ],
)
def test_an_answer_that_runs_away(source: str, answer: str) -> None:
    assert guards.runs_away(source, answer)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("", ""),
        ("Ja", "Ja"),
        ("Ja, ja.", "Ja, ja."),
        ("Ja, ja, ja!", "Ja!"),
        ("Das ist sehr sehr sehr sehr gut.", "Das ist sehr gut."),
        ("Sehr sehr, Sehr gut.", "Sehr gut."),
        ("auf dem Tisch auf dem Tisch auf dem Tisch.", "auf dem Tisch."),
        ("auf dem Tisch auf dem Tisch.", "auf dem Tisch auf dem Tisch."),
        ("a b c d e f a b c d e f a b c d e f g", "a b c d e f g"),
        ("a b c d e f g a b c d e f g a b c d e f g", "a b c d e f g a b c d e f g a b c d e f g"),
        ("ja ja ja nein nein nein", "ja nein"),
        ("x x x y x x x y x x x y", "x y"),
        ("– – – – Ja", "– – – – Ja"),
        ("谢谢，谢谢。", "谢谢，谢谢。"),
        ("好" * 5, "好" * 5),
        ("好" * 6, "好"),
        ("很好很好很好", "很好"),
        ("1 1 2 1 1 2 1 1 2", "1 1 2"),
    ],
    ids=ascii,
)
def test_repeats_are_said_once(answer: str, expected: str) -> None:
    assert guards.without_repeats("the cat", answer) == expected


@pytest.mark.parametrize("source", ["No, no, no!", "we go on, go on, go on", "go go go"])
def test_what_the_source_repeats_may_be_repeated(source: str) -> None:
    assert guards.without_repeats(source, "Nein, nein, nein!") == "Nein, nein, nein!"


@given(speech)
def test_nothing_is_taken_from_what_does_not_repeat(answer: str) -> None:
    assume(not repeats(answer))
    assert guards.without_repeats(silence, answer) == answer


@given(speech)
def test_no_repeat_is_left(answer: str) -> None:
    assert not repeats(guards.without_repeats(silence, answer))


@given(speech, speech)
def test_what_is_left_was_said(source: str, answer: str) -> None:
    left = guards.without_repeats(source, answer)
    said = iter(text.units(answer))
    assert all(word in said for word in text.units(left))
    assert left == answer or not repeats(source)


@given(speech)
def test_no_word_is_lost(answer: str) -> None:
    left = guards.without_repeats(silence, answer)
    assert set(text.keys(text.units(left))) == set(text.keys(text.units(answer)))


def repeats(said: str) -> bool:
    """Tell, by trying every place and size, whether up to six words are said three times in a row."""
    keys = [text.key(word) for word in text.units(said)]
    return any(
        any(phrases[0]) and all(a == b for a, b in pairwise(phrases))
        for size in range(1, 7)
        for start in range(len(keys))
        if len((phrases := [keys[start + n * size : start + (n + 1) * size] for n in range(3)])[-1]) == size
    )
