import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtt.log import Event
from rtt.policy import Update
from rtt.segmenter import Segment, Withdrawal
from rtt.transcript.sentences import sentences


def final(
    seq: int,
    segment: int,
    text: str,
    *,
    lang: str = "de",
    start: int = 0,
    end: int = 0,
    at: float = 0,
    timed: bool = True,
) -> Event:
    source = Segment(segment, segment, text, 0, True, start, end, at, timed)
    return Event(seq, lang, Update(source, 1, True, text, "", "", True), 0)


def test_the_newest_text_of_each_segment_in_the_order_they_were_said() -> None:
    events = [final(3, 2, "Zwei."), final(1, 1, "Ens."), final(4, 1, "Eins.")]
    assert [s.texts for s in sentences(events, ["de"])] == [{"de": "Eins."}, {"de": "Zwei."}]


def test_what_was_withdrawn_is_left_out() -> None:
    assert sentences([Event(2, "de", Withdrawal(1), 0)], ["de"]) == ()


def test_what_came_to_nothing_is_left_out() -> None:
    assert sentences([final(1, 1, "")], ["de"]) == ()


def test_languages_meet_in_their_segments_in_the_order_they_were_asked_for() -> None:
    events = [
        final(1, 1, "Eins."),
        final(2, 1, "One.", lang="en"),
        final(3, 2, "Two.", lang="en"),
        final(4, 1, "Un.", lang="fr"),
    ]
    found = sentences(events, ["en", "de"])
    assert [list(s.texts.items()) for s in found] == [[("en", "One."), ("de", "Eins.")], [("en", "Two.")]]


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        # Each: start, end, seconds of arrival, whether it is the speaker's own clock.
        ([(5, 9, 60, True), (9, 20, 61, True)], [(5, 9), (9, 20)]),
        ([(6100, 6200, 62, False), (6500, 6600, 66, False)], [(0, 100), (400, 500)]),
        # Two who speak at the same time
        ([(0, 4000, 4, True), (3000, 6000, 6, True), (2000, 7000, 7, True)], [(0, 4000), (3000, 6000), (3000, 8000)]),
        # A captioner that begins anew ten seconds after
        (
            [(0, 9000, 9, True), (9000, 9500, 9.5, True), (0, 2000, 21.5, True)],
            [(0, 9000), (9000, 9500), (19_500, 21_500)],
        ),
        # The talk is replayed faster than it was spoken
        ([(0, 9000, 1, True), (9000, 9500, 2, True), (0, 2000, 3, True)], [(0, 9000), (9000, 9500), (9500, 11_500)]),
        # From the server's clock to the speaker's, and back
        ([(5000, 5100, 5, False), (7, 107, 9, True), (9000, 9100, 9.5, False)], [(0, 100), (4000, 4100), (4500, 4600)]),
        # The time of day
        ([(17 * 10**11, 17 * 10**11 + 5, 1, True), (17 * 10**11 + 9, 17 * 10**11 + 10, 3, True)], [(0, 5), (9, 10)]),
        ([(0, 2**53, 1, True)], [(0, 3_600_000)]),
    ],
)
def test_times(story: list[tuple[int, int, float, bool]], expected: list[tuple[int, int]]) -> None:
    events = [
        final(seq, seq, "Ja.", start=start, end=end, at=at, timed=timed)
        for seq, (start, end, at, timed) in enumerate(story, 1)
    ]
    assert [(s.start_ms, s.end_ms) for s in sentences(events, ["de"])] == expected


@given(
    st.lists(
        st.tuples(st.integers(0, 2**53), st.integers(0, 2**53), st.integers(0, 10**6), st.booleans()).map(
            lambda t: (t[0], max(t[0], t[1]), *t[2:])
        ),
        max_size=20,
    )
)
def test_no_sentence_begins_before_the_one_before_it(story: list[tuple[int, int, int, bool]]) -> None:
    events = [
        final(seq, seq, "Ja.", start=start, end=end, at=at, timed=timed)
        for seq, (start, end, at, timed) in enumerate(story, 1)
    ]
    found = sentences(events, ["de"])
    assert len(found) == len(story)
    starts = [s.start_ms for s in found]
    assert starts == sorted(starts)
    assert all(0 <= s.start_ms <= s.end_ms for s in found)
