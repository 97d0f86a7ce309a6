"""Replays over real sockets: with the bundled model, and with an engine that does as the test says."""

import time
from pathlib import Path

import pytest

from rtt.engine import Job
from rtt.errors import ServerError
from rtt.measure.eventlog import EventLog, finals
from rtt.measure.replay import Performance, numbered, replay, translate_offline
from rtt.measure.report import measure, report, rows
from rtt.protocol import Caption, Stability
from rtt.trace import TraceEvent, read_trace
from tests.conftest import Service, serving
from tests.scripted import ScriptedEngine, scripted_catalog, shout

WELCOME = Path(__file__).parent.parent / "examples" / "welcome.trace.jsonl"
TALK = [
    TraceEvent(100, "partial", "good morning", start_ms=0, end_ms=90),
    TraceEvent(400, "partial", "good morning welcome", start_ms=0, end_ms=390),
    TraceEvent(700, "final", "Good morning. Welcome.", start_ms=0, end_ms=690),
    TraceEvent(800, "final", "Thank you.", start_ms=700, end_ms=790),
]


def text(log: EventLog) -> list[str]:
    return [caption.stable for caption in finals(log.received).values()]


def open_captions(log: EventLog) -> list[Caption]:
    return [e.message for e in log.received if isinstance(e.message, Caption) and not e.message.final]


async def test_each_reader_gets_a_log_of_its_own(service: Service) -> None:
    readers = [("de", Stability.FAST), ("fr", Stability.FINAL), ("en", Stability.STEADY)]
    german, french, english = await replay(service.url, Performance("talk", "en", TALK, speed=1), readers)
    assert text(german) == text(french) == ["GOOD MORNING.", "WELCOME.", "THANK YOU."]
    assert text(english) == ["Good morning.", "Welcome.", "Thank you."]
    assert (german.talk.target, german.talk.stability, german.talk.model) == ("de", Stability.FAST, "en-de")
    assert open_captions(german)
    assert not open_captions(french)
    assert [entry.event.text for entry in german.sent] == [event.text for event in TALK]
    assert [caption.stable for caption in finals(german.spoken).values()] == text(english)


async def test_times_are_those_of_the_trace(service: Service) -> None:
    began = time.monotonic()
    (log,) = await replay(service.url, Performance("talk", "en", TALK, speed=2), [("de", Stability.STEADY)])
    most_ms = 2 * 1000 * (time.monotonic() - began)
    # The clock of the trace goes twice as fast as this one, so that nothing is early, and nothing after the end.
    assert all(entry.event.at_ms <= entry.at_ms <= most_ms for entry in log.sent)
    assert TALK[-1].at_ms <= log.received[-1].at_ms <= most_ms


async def test_progress_is_told(service: Service) -> None:
    times: list[float] = []
    await replay(service.url, Performance("talk", "en", TALK, speed=100), [("de", Stability.STEADY)], times.append)
    assert times == [event.at_ms for event in TALK]


async def test_sentences_are_translated_offline(service: Service) -> None:
    sentences = ["One. Two.", "Three.", ""]
    assert await translate_offline(service.url, sentences, "en", "de") == ("ONE. TWO.", "THREE.", "")


async def test_what_the_model_makes_nothing_of_is_lost() -> None:
    def rule(job: Job) -> str:
        return "" if "Thank" in job.text else shout(job)

    async with serving(ScriptedEngine(rule), scripted_catalog(("en", "de"))) as service:
        (log,) = await replay(service.url, Performance("talk", "en", TALK, speed=100), [("de", Stability.STEADY)])
    assert measure(log).completeness.lost_segments == 1


async def test_what_never_comes_is_not_waited_for_for_ever() -> None:
    async with serving(ScriptedEngine(), scripted_catalog(("en", "de")), drain_s=0.1) as service:
        performance = Performance("talk", "en", TALK, speed=100, patience_s=0.5)
        (log,) = await replay(service.url, performance, [("de", Stability.STEADY)])
    assert measure(log).completeness.lost_segments == 3


async def test_a_pair_that_is_not_there_is_told(service: Service) -> None:
    with pytest.raises(ServerError, match="unsupported_pair"):
        await replay(service.url, Performance("talk", "en", TALK), [("xx", Stability.STEADY)])


async def test_a_server_that_is_not_there_is_told() -> None:
    with pytest.raises(ServerError, match="does not answer"):
        await replay("ws://127.0.0.1:9", Performance("talk", "en", TALK, patience_s=1), [("de", Stability.STEADY)])


def test_events_without_numbers_are_numbered() -> None:
    assert [event.utterance for event in numbered(TALK)] == [0, 0, 0, 1]
    own = [TraceEvent(0, "final", "a", 7), TraceEvent(1, "partial", "b"), TraceEvent(2, "final", "c", 9)]
    assert [event.utterance for event in numbered(own)] == [7, 8, 9]


async def test_a_talk_is_measured_from_end_to_end(real_server: str) -> None:
    events = read_trace(WELCOME)
    sentences = [event.text for event in events if event.type == "final"]
    readers = [("de", Stability.STEADY), ("de", Stability.FINAL)]
    logs = await replay(real_server, Performance("welcome", "en", events, speed=20), readers)
    offline = await translate_offline(real_server, sentences, "en", "de")
    for log in logs:
        # Held against what the model makes of whole utterances: what is spoken as well as it is written, word for word.
        figures = report(measure(log, offline), "welcome")
        assert figures.utterances == len(sentences)
        assert figures.segments >= len(sentences)
        assert (figures.lost_segments, figures.doubled_segments, figures.unfinished_segments) == (0, 0, 0)
        assert (figures.lost_utterances, figures.doubled_utterances) == (0, 0)
        assert figures.stable_erased == 0
        assert figures.bleu is not None
        # Finals keep what was shown: they say the same in other words more often than a translation made afresh.
        assert figures.bleu > 60
        missing = {row.measure for row in rows(figures) if row.value == "–"}
        assert missing == set()
    steady, final = (report(measure(log), "welcome") for log in logs)
    assert final.ne == 0
    assert steady.ne is not None
    assert steady.first_word_p50_ms is not None
    assert final.first_word_p50_ms is not None
    assert steady.first_word_p50_ms < final.first_word_p50_ms
