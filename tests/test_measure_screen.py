import pytest

from rtt.measure.screen import changes, raw_words, settled_words, words
from tests.test_measure_eventlog import Told, log_of


@pytest.mark.parametrize(
    ("text", "compared", "raw"),
    [
        ("", [], []),
        ("Die Katze, saß – dort.", ["die", "katze", "sass", "dort"], ["Die", "Katze,", "saß", "–", "dort."]),
        ("你好，世界。", ["你", "好", "世", "界"], ["你", "好，", "世", "界。"]),
        ("ここはTokyo", ["こ", "こ", "は", "tokyo"], ["こ", "こ", "は", "Tokyo"]),
    ],
)
def test_words(text: str, compared: list[str], raw: list[str]) -> None:
    assert words(text) == compared
    assert raw_words(text) == raw


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        # ms of the change, words erased, words added behind what stays
        ([(0, "1: a| b"), (100, "1: a b| c")], [(0, 0, 2), (100, 0, 1)]),
        ([(0, "1:| a b c"), (100, "1:| a x")], [(0, 0, 3), (100, 2, 1)]),
        ([(0, "1: a b|"), (100, "1x")], [(0, 0, 2), (100, 2, 0)]),
        # What stands behind a segment that grows is pushed on: all of it counts.
        ([(0, "1: a|"), (50, "2: c d|"), (100, "1: a b|")], [(0, 0, 1), (50, 0, 2), (100, 2, 3)]),
        # A word moves to the next segment within a frame of the display …
        ([(0, "1:| a b c"), (100, "1! A b."), (110, "2:| c d")], [(0, 0, 3), (110, 0, 1)]),
        # … and is gone for a moment that can be seen.
        ([(0, "1:| a b c"), (100, "1! A b."), (140, "2:| c d")], [(0, 0, 3), (100, 1, 0), (140, 0, 2)]),
    ],
)
def test_changes(told: Told, expected: list[tuple[float, int, int]]) -> None:
    found = [(c.at_ms, c.erased, len(c.after) - c.kept) for c in changes(log_of(told))]
    assert found == expected


def test_a_frame_is_as_long_on_the_wall_at_any_speed() -> None:
    told = [(0, "1:| a"), (60, "1:| a b")]
    assert len(list(changes(log_of(told)))) == 2
    assert len(list(changes(log_of(told, speed=5)))) == 1


def test_a_word_is_settled_when_nothing_before_it_changes_any_more() -> None:
    log = log_of(
        [
            (100, "1:| die katze"),
            (200, "1:| die Katze saß"),  # a capital is no change: both words keep their time
            (300, "1:| das tier saß dort"),  # the first word changes, and all after it count anew
            (400, "1! Das Tier saß dort."),
            (500, "2: Und|"),
        ],
        utterance={2: 1},
    )
    assert [(w.word, w.segment, w.utterance, w.at_ms) for w in settled_words(log)] == [
        ("das", 1, 0, 300),
        ("tier", 1, 0, 300),
        ("sass", 1, 0, 300),
        ("dort", 1, 0, 300),
        ("und", 2, 1, 500),
    ]


def test_a_word_that_moves_to_the_next_segment_stays_settled() -> None:
    log = log_of([(100, "1:| a b c"), (200, "1! A b."), (205, "2: c| d")])
    assert [(w.word, w.segment, w.at_ms) for w in settled_words(log)] == [
        *(("a", 1, 100), ("b", 1, 100), ("c", 2, 100), ("d", 2, 205)),
    ]
