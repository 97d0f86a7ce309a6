"""Where known words end in a text that has changed."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtt import text as text_rules
from rtt.alignment import find_end


def split(known: str, following: str, now: str) -> list[str] | None:
    """Return what of the text is known, and what is new."""
    units = text_rules.units(now)
    end = find_end(text_rules.keys(text_rules.units(known)), text_rules.units(following), units)
    return None if end is None else ["".join(units[:end]).strip(), "".join(units[end:]).strip()]


@pytest.mark.parametrize(
    ("known", "following", "now", "expected"),
    [
        pytest.param("", "", "a b", ["", "a b"], id="nothing is known"),
        pytest.param("", "", "…", ["", "…"], id="nothing is known, and no word is said"),
        pytest.param("A b.", "c", "a b c d", ["a b", "c d"], id="it goes on"),
        pytest.param("a b", "c", "a", ["a", ""], id="it was cut short"),
        pytest.param("a b", "", "a – b – c", ["a – b", "– c"], id="marks alone are no words"),
        pytest.param("won", "two", "one two three", ["one", "two three"], id="a word changed"),
        pytest.param("a b c", "d", "a x y b c d e", ["a x y b c", "d e"], id="words were put in"),
        pytest.param("a b c d", "e", "a d e f", ["a d", "e f"], id="words were left out"),
        pytest.param("a b", "c", "a b x c", ["a b", "x c"], id="words were put in at the border: they are new"),
        pytest.param("a b c", "d e", "d e f", ["", "d e f"], id="all of it went away"),
        pytest.param("a b c d", "e f", "c d e f g", ["c d", "e f g"], id="some of it went away"),
        pytest.param("a b c", "d", "u v w x y z", None, id="another text"),
        pytest.param("i went to the shop", "and we", "the plan is to go to the shop", None, id="a few words by chance"),
        pytest.param("今天天气", "很好", "今日天气很好吗", ["今日天气", "很好吗"], id="characters"),
        pytest.param(
            "قال المعلم", "شكرا", "قالَ المُعَلِّمُ شُكـــرا لكم", ["قالَ المُعَلِّمُ", "شُكـــرا لكم"], id="optional marks"
        ),
    ],
)
def test_find_end(known: str, following: str, now: str, expected: list[str] | None) -> None:
    assert split(known, following, now) == expected


@given(st.lists(st.integers(0, 99), max_size=200), st.data())
def test_however_long_a_text_that_changes_in_one_place_is_found_again(words: list[int], data: st.DataObject) -> None:
    units = [f" {number}-{word}" for number, word in enumerate(words)]
    border = data.draw(st.integers(0, len(units)))
    changed = [*units]
    place = data.draw(st.integers(0, len(units)))
    changed[place : place + 1] = data.draw(st.sampled_from([[], [" new"], [" new", " words"]]))
    end = find_end(text_rules.keys(units[:border]), units[border:], changed)
    if len(units) > 2:
        assert end is not None
        assert set(units[:border]) & set(changed) <= set(changed[:end])
        assert set(units[border:]) & set(changed) <= set(changed[end:])


LONG = " ".join(f"w{number}" for number in range(80))


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param("w0 w1 w2", ["w0 w1 w2", ""], id="it was cut short"),
        pytest.param("x y", None, id="another text"),
        pytest.param("x " * 32, None, id="another text, just as long"),
        pytest.param("", ["", ""], id="nothing is left of it"),
    ],
)
def test_a_text_that_ends_long_before_the_place_that_is_sought(now: str, expected: list[str] | None) -> None:
    assert split(LONG, "and so on", now) == expected


def test_no_text_takes_long() -> None:
    """The server's one loop runs this for each partial."""
    start = time.process_time()
    words = [f" {number}" for number in range(700)]
    assert find_end(text_rules.keys(words[:400]), words[400:], [" uh", *words]) == 401
    assert time.process_time() - start < 0.05
