from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtt.measure.lag import (
    Lags,
    atd,
    bursts,
    finalisation_lags,
    first_word_lags,
    laal,
    lags,
    mean,
    percentile,
    reading_speeds,
    word_ends,
)
from rtt.measure.screen import settled_words
from tests.test_measure_eventlog import LAG_MS, Said, Told, log_of

# SimulEval's example of speech to text, a counter that says "1 second 2 second … 7 second" of 6.85 s of speech; its
# documentation gives LAAL 822.018 and ATD 2028.555.
COUNTED_MS = 6849.886621315192
COUNTER = [*(1000.0 * second for second in range(1, 7) for _word in range(2)), COUNTED_MS, COUNTED_MS]

# One utterance of 4 words from 1000 to 2000 ms: the first ends at 1200, "cat" and "sat" share 1200 to 1800.
SAID: Said = [
    (1300, "partial", 0, "the", 1000, 1200),
    (1900, "partial", 0, "the cat sad", 1000, 1800),
    (2300, "final", 0, "The cat sat – down.", 1000, 2000),
]
TOLD: Told = [
    (1400, "1: Die|"),
    (2000, "1: Die| Katze"),
    (2400, "1! Die Katze saß dort."),
]
SPOKEN: Told = [(2310, "1! The cat sat – down.")]


def test_laal_of_simulevals_example() -> None:
    assert laal(COUNTER, COUNTED_MS, reference_length=14) == pytest.approx(822.018, abs=5e-4)


def test_atd_of_simulevals_example() -> None:
    assert atd(COUNTER, COUNTER) == pytest.approx(2028.555, abs=5e-4)


@pytest.mark.parametrize(
    ("delays", "source", "reference", "expected"),
    [
        # As fast as it can be: each word as far behind as its place.
        ([0, 250, 500, 750], 1000, 0, 0),
        # 4 words in 1000 ms, each ideally 250 after the one before: (250 + 250 + 250 + 250) / 4.
        ([250, 500, 750, 1000], 1000, 0, 250),
        # The third word comes at the end already; the fourth no longer counts: (500 + 250 + 500) / 3.
        ([500, 500, 1000, 1000], 1000, 0, pytest.approx(1250 / 3)),
        # A reference of 5 words: 200 apart: (250 + 300 + 350 + 400) / 4.
        ([250, 500, 750, 1000], 1000, 5, 325),
        # Nothing before the end of speech.
        ([1400, 1400], 1000, 0, 1400),
    ],
)
def test_laal(delays: list[float], source: float, reference: int, expected: float) -> None:
    assert laal(delays, source, reference) == expected


@pytest.mark.parametrize(
    ("delays", "elapsed", "expected"),
    [
        # Speech of 900 ms is 3 tokens, to 300, 600, 900. A word after each: no delay.
        ([300, 600, 900], [300, 600, 900], 0),
        # All at the end: (600 + 300 + 0) / 3.
        ([900, 900, 900], [900, 900, 900], 300),
        # … and computed for 100 ms.
        ([900, 900, 900], [1000, 1000, 1000], 400),
        # 5 words for 3 tokens: the fourth and fifth belong to the last: (600 + 300 + 0 + 0 + 0) / 5.
        ([900] * 5, [900] * 5, 180),
        # 2 words for the first token (0 + 0), so the chunk of the second starts at the second token: t=3 less a surplus
        # of 1 is token 2, at 600: 0.
        ([300, 300, 600], [300, 300, 600], 0),
        # 400 ms are a token of 300 and one of 100: (100 + 0) / 2.
        ([400, 400], [400, 400], 50),
    ],
)
def test_atd(delays: list[float], elapsed: list[float], expected: float) -> None:
    assert atd(delays, elapsed) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (SAID, {0: [1200, 1500, 1800, 2000]}),
        # A final alone: its words share its time.
        ([(500, "final", 3, "A b.", 100, 500)], {3: [300, 500]}),
        # A partial that shrinks says nothing new.
        (
            [(1, "partial", 0, "a b", 0, 200), (2, "partial", 0, "a", 0, 100), (3, "final", 0, "A b c.", 0, 600)],
            {0: [100, 200, 600]},
        ),
        # A partial of more words than the final.
        ([(1, "partial", 0, "a b c", 0, 300), (2, "final", 0, "A bc.", 0, 400)], {0: [200, 400]}),
        # An utterance without a final has no words to align with.
        ([(1, "partial", 0, "a", 0, 100)], {}),
    ],
)
def test_when_words_were_spoken(said: Said, expected: dict[int, list[float]]) -> None:
    assert word_ends(log_of(said=said)) == expected


def test_a_first_word_lags_behind_the_end_of_its_first_source_word() -> None:
    log = log_of(TOLD, said=SAID, spoken=SPOKEN)
    assert first_word_lags(log, word_ends(log)) == ((200,), (LAG_MS,))  # 1400 − 1200


def test_the_second_segment_of_an_utterance_begins_after_the_words_of_the_first() -> None:
    log = log_of(
        [(1400, "1:|"), (1500, "1:| Die"), (2500, "2:| Saß")],
        said=SAID,
        spoken=[(1, "1! The cat."), (2, "2! Sat down.")],
    )
    # An empty caption is not a first word. 1500 − 1200 for "the", 2500 − 1800 for "sat".
    assert first_word_lags(log, word_ends(log))[0] == (300, 700)


def test_a_finalisation_lags_behind_the_end_of_the_aligned_source_word() -> None:
    log = log_of(TOLD, said=SAID, spoken=SPOKEN)
    # 4 words for 4: 1400 − 1200, 2000 − 1500, 2400 − 1800, 2400 − 2000.
    assert finalisation_lags(settled_words(log), word_ends(log)) == (200, 500, 600, 400)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # 2 words for 4: the second and the fourth.
        ("eins zwei", (3000 - 1500, 3000 - 2000)),
        # 8 for 4: each source word twice.
        ("1 2 3 4 5 6 7 8", (1800, 1800, 1500, 1500, 1200, 1200, 1000, 1000)),
        # 3 for 4: ⌈4/3⌉ = 2, ⌈8/3⌉ = 3, 4.
        ("eins zwei drei", (1500, 1200, 1000)),
    ],
)
def test_words_are_aligned_by_position(text: str, expected: tuple[float, ...]) -> None:
    log = log_of([(3000, f"1! {text}")], said=SAID)
    assert finalisation_lags(settled_words(log), word_ends(log)) == expected


def test_a_retracted_word_counts_from_its_last_update() -> None:
    log = log_of([(1400, "1:| Der Hund"), (2000, "1:| Die Katze"), (2400, "1! Die Katze")], said=SAID)
    assert finalisation_lags(settled_words(log), word_ends(log)) == (500, 0)  # both at 2000; words 2 and 4 of 4


def test_delays_of_an_utterance_start_with_it() -> None:
    found = lags(log_of(TOLD, said=SAID, spoken=SPOKEN))
    # LAAL: from 1000 ms on, 400, 1000, 1400, 1400 of 1000 ms, each word ideally 250 after the one before; the second
    # comes at the end of speech, the last that counts: (400 + 750) / 2.
    # ATD: tokens of speech end at 300, 400 (heard with the first word), 700, 1000. Heard at 400: word 1 → 300: 100.
    # Heard at 1000: words 2 to 4 → 400, 700, 1000: 600, 700, 400. In all 1800 / 4.
    assert (found.laal, found.atd) == ((575,), (450,))


def test_what_a_talk_without_times_gives() -> None:
    assert lags(log_of([])) == Lags()
    assert mean([]) is None
    assert percentile([], 95) is None


def test_words_added_at_once() -> None:
    # 1, then 3 more, then one less, which adds nothing, then 2; a rewritten word is none that is added.
    told = [(0, "1:| a"), (100, "1:| a b c d"), (200, "1:| a x y"), (300, "1! a x y"), (400, "2: z z|")]
    assert bursts(log_of(told)) == (1, 3, 2)


def test_reading_speed() -> None:
    # 20 characters in the first ten seconds, one of them taken back; 10 in the second; nothing in the third.
    told = [(0, "1:| " + "a" * 20), (9000, "1! " + "a" * 19), (12000, "2! " + "b" * 10), (31000, "3! c")]
    assert reading_speeds(log_of(told)) == (1.9, 1.0, 0.1)


def test_pooled_samples_count_the_same() -> None:
    pooled = Lags(finalisation=(1, 1, 1)) + Lags(finalisation=(5,))
    assert mean(pooled.finalisation) == 2
    assert percentile(pooled.finalisation, 50) == 1


def test_a_percentile_lies_between_samples() -> None:
    assert percentile((0, 10), 95) == 9.5


def shifted(by: int) -> Lags:
    said = [(at + by, kind, number, text, start + by, end + by) for at, kind, number, text, start, end in SAID]
    told = [(at + by, what) for at, what in TOLD]
    return lags(log_of(told, said=said, spoken=[(at + by, what) for at, what in SPOKEN]))


@given(st.integers(0, 10**9))
def test_lags_do_not_depend_on_when_a_talk_begins(by: int) -> None:
    assert shifted(by) == shifted(0)


@given(st.lists(st.integers(0, 5000), min_size=1, max_size=20), st.integers(1, 5000))
def test_later_words_never_lower_atd(delays: list[int], wait: int) -> None:
    settled = sorted(delays)
    assert atd(settled, [delay + wait for delay in settled]) == pytest.approx(atd(settled, settled) + wait)


@given(st.lists(st.sampled_from(["a", "b", "c d", "d e f"]), min_size=1, max_size=8))
def test_words_before_are_never_settled_later(texts: list[str]) -> None:
    log = log_of([(100.0 * i, f"1:| {text}") for i, text in enumerate(texts)])
    assert all(first.at_ms <= second.at_ms for first, second in pairwise(settled_words(log)))
