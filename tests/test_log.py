from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtt.log import Event, MemoryLog
from rtt.policy import Update
from rtt.segmenter import Segment, Withdrawal

# What happened, in order: a language, a segment, and whether it was shown open, finished or withdrawn.
Story = Sequence[tuple[str, int, str]]

stories = st.lists(
    st.tuples(st.sampled_from(["de", "fr"]), st.integers(1, 4), st.sampled_from(["open", "final", "gone"])), max_size=30
)
languages = st.sets(st.sampled_from(["de", "fr", "es"]))


def said(segment: int, kind: str) -> Update | Withdrawal:
    if kind == "gone":
        return Withdrawal(segment)
    final = kind == "final"
    source = Segment(
        id=segment, utterance=1, text="the cat", unagreed=0, final=final, start_ms=0, end_ms=0, received_at=0
    )
    return Update(source, revision=1, final=final, stable="", steady="", fast="", calm=True)


def told(story: Story, limit: int = 1000) -> tuple[MemoryLog, list[Event]]:
    """Tell a log a story, and return it with everything that it was told."""
    log = MemoryLog("log", limit)
    return log, [log.append(lang, said(segment, kind), lag_ms=0) for lang, segment, kind in story]


def seqs(events: Sequence[Event]) -> list[int]:
    return [event.seq for event in events]


def newest(events: Sequence[Event]) -> list[Event]:
    """Return the last event of each segment and language."""
    return list({(event.lang, event.segment): event for event in events}.values())


def last(events: list[Event], count: int) -> list[Event]:
    return events[max(0, len(events) - count) :]


def test_events_are_numbered_from_one_over_all_languages() -> None:
    log, events = told([("de", 1, "open"), ("fr", 1, "open"), ("de", 1, "final")])
    assert seqs(events) == [1, 2, 3]
    assert log.seq == 3


def test_an_event_keeps_what_it_was_told() -> None:
    update = said(3, "final")
    assert MemoryLog("log", 1).append("de", update, lag_ms=38) == Event(1, "de", update, 38)


@pytest.mark.parametrize(("kind", "lasting"), [("open", False), ("final", True), ("gone", True)])
def test_finals_and_withdrawals_last(kind: str, lasting: bool) -> None:  # noqa: FBT001 - a table's column
    event = Event(1, "de", said(5, kind), 0)
    assert (event.segment, event.lasting) == (5, lasting)


@pytest.mark.parametrize(
    ("story", "since", "expected"),
    [
        ([], 0, []),
        ([("de", 1, "open"), ("de", 1, "open")], 0, [2]),
        ([("de", 1, "open"), ("de", 1, "open")], 1, [2]),
        ([("de", 1, "open"), ("de", 1, "open")], 2, []),
        ([("de", 1, "open"), ("de", 1, "final")], 0, [2]),
        ([("de", 1, "open"), ("de", 1, "gone")], 0, [2]),
        ([("de", 1, "final"), ("de", 1, "final"), ("de", 1, "gone")], 0, [1, 2, 3]),
        ([("de", 1, "final"), ("fr", 1, "final"), ("de", 2, "final")], 0, [1, 3]),
        ([("de", 2, "open"), ("de", 1, "final"), ("de", 3, "open")], 0, [1, 2, 3]),
        ([("de", 1, "open"), ("de", 2, "open"), ("de", 1, "open")], 0, [2, 3]),
        ([("de", 1, "final"), ("de", 1, "open")], 1, [2]),
    ],
)
def test_what_a_reader_missed(story: Story, since: int, expected: list[int]) -> None:
    assert seqs(told(story)[0].since(since, ["de"])) == expected


@pytest.mark.parametrize(
    ("story", "count", "expected"),
    [
        ([], 3, []),
        ([("de", 1, "final"), ("de", 2, "final"), ("de", 3, "final")], 2, [2, 3]),
        ([("de", 1, "final"), ("de", 2, "final"), ("de", 3, "open")], 1, [2, 3]),
        ([("de", 1, "final"), ("de", 2, "open")], 0, [2]),
        ([("de", 1, "final"), ("de", 2, "final"), ("de", 2, "gone")], 1, [1]),
        ([("de", 1, "open"), ("de", 1, "gone")], 1, []),
        ([("de", 1, "final"), ("de", 2, "final"), ("de", 1, "final")], 2, [2, 3]),
        ([("de", 1, "final"), ("fr", 1, "final"), ("fr", 2, "final")], 1, [1]),
    ],
)
def test_what_a_late_reader_gets(story: Story, count: int, expected: list[int]) -> None:
    assert seqs(told(story)[0].recent(["de"], count)) == expected


def test_each_language_has_its_own_past() -> None:
    log, _ = told([("de", 1, "final"), ("fr", 1, "final"), ("fr", 2, "final"), ("es", 1, "open")])
    assert seqs(log.recent(["de", "fr", "es"], 1)) == [1, 3, 4]


@given(stories, languages, st.data())
def test_a_resuming_reader_misses_nothing_that_lasts(story: Story, langs: set[str], data: st.DataObject) -> None:
    log, events = told(story)
    since = data.draw(st.integers(0, len(story)))
    expected = [
        event
        for event in events
        if event.seq > since and event.lang in langs and (event.lasting or event in newest(events))
    ]
    assert log.since(since, langs) == expected


@given(stories, languages, st.integers(0, 4))
def test_a_late_reader_gets_the_last_sentences(story: Story, langs: set[str], count: int) -> None:
    log, events = told(story)
    lasting = newest([event for event in events if event.lasting])
    finished = sorted((e for e in lasting if isinstance(e.update, Update)), key=lambda event: event.seq)
    by_lang = [event for lang in langs for event in last([e for e in finished if e.lang == lang], count)]
    still_open = [event for event in newest(events) if not event.lasting and event.lang in langs]
    assert log.recent(langs, count) == sorted([*by_lang, *still_open], key=lambda event: event.seq)


@given(stories, languages)
def test_what_was_finished_is_the_newest_final_of_what_was_not_withdrawn(story: Story, langs: set[str]) -> None:
    log, events = told(story)
    lasting = newest([event for event in events if event.lasting])
    finished = [e for e in lasting if isinstance(e.update, Update) and e.lang in langs]
    assert sorted(seqs(log.finished(langs))) == sorted(seqs(finished))


@given(stories, languages, st.integers(1, 5), st.data())
def test_a_full_log_knows_how_far_it_reaches(story: Story, langs: set[str], limit: int, data: st.DataObject) -> None:
    log, events = told(story, limit)
    since = data.draw(st.integers(0, len(story)))
    lasting = [event for event in events if event.lasting]
    assert log.reaches(since) is all(event.seq <= since for event in lasting[:-limit])
    if log.reaches(since):
        assert log.since(since, langs) == told(story)[0].since(since, langs)


def test_a_full_log_forgets_the_oldest_but_nothing_that_is_open() -> None:
    log, _ = told([("de", 1, "open"), ("de", 2, "final"), ("de", 3, "final"), ("de", 4, "gone")], limit=2)
    assert not log.reaches(1)
    assert log.reaches(2)
    assert seqs(log.since(0, ["de"])) == [1, 3, 4]
