"""The event log, and the short notation in which the tests of the measures write theirs."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import pytest

from rtt.errors import TraceError
from rtt.measure.eventlog import EventLog, Received, Sent, Spoken, Talk, finals, load, utterances
from rtt.protocol import Cancel, Caption, Stability
from rtt.trace import TraceEvent

# (ms, "1: Die Katze| saß") shows segment 1 with `stable` before the bar and `tentative` after it, (ms, "1! Die Katze.")
# is its final and (ms, "1x") withdraws it.
Told = Sequence[tuple[float, str]]
# What was sent: when, a partial or a final, of which utterance, its text, and from when to when it was spoken.
Said = Sequence[tuple[int, str, int, str, int, int]]

LAG_MS = 40


def message(what: str, utterance: int, lang: str) -> Caption | Cancel:
    segment = int(what[0])
    if what[1] == "x":
        return Cancel(1, segment, lang)
    stable, _, tentative = what[2:].removeprefix(" ").partition("|")
    return Caption(1, segment, 1, utterance, lang, stable, tentative, what[1] == "!", 0, 0, LAG_MS)


def log_of(
    told: Told = (),
    *,
    said: Said = (),
    spoken: Told = (),
    utterance: Mapping[int, int] | None = None,
    target: str = "de",
    stability: Stability = Stability.STEADY,
    speed: float = 1.0,
) -> EventLog:
    """Write a log; segments belong to utterance 0 unless `utterance` says otherwise."""
    belongs = utterance or {}
    return EventLog(
        talk=Talk("talk", "en", target, stability, "en-de", speed),
        sent=tuple(
            Sent(at_ms, msgspec.convert(dict(zip(TraceEvent.__struct_fields__, event, strict=True)), TraceEvent))
            for event in ((at_ms, kind, text, number, start, end) for at_ms, kind, number, text, start, end in said)
            for at_ms in [event[0]]
        ),
        received=tuple(Received(at, message(what, belongs.get(int(what[0]), 0), target)) for at, what in told),
        spoken=tuple(Spoken(at, message(what, belongs.get(int(what[0]), 0), "en")) for at, what in spoken),
        offline=("Die Katze.",),
    )


WHOLE = log_of(
    [(150, "1: Die|"), (250, "1! Die Katze."), (260, "2x")],
    said=[(100, "partial", 0, "the", 0, 90), (200, "final", 0, "The cat.", 0, 190)],
    spoken=[(210, "1! The cat.")],
)


def test_a_log_is_the_same_after_it_was_saved(tmp_path: Path) -> None:
    WHOLE.save(tmp_path / "talk.log.jsonl")
    assert load(tmp_path / "talk.log.jsonl") == WHOLE


def test_a_log_is_written_in_order_of_time(tmp_path: Path) -> None:
    WHOLE.save(tmp_path / "talk.log.jsonl")
    lines = [msgspec.json.decode(line) for line in (tmp_path / "talk.log.jsonl").read_bytes().splitlines()]
    assert [line["type"] for line in lines] == [
        *("talk", "sent", "received", "sent", "spoken", "received", "received", "offline")
    ]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "0 lines of type talk"),
        (b"{}\n", "talk.log.jsonl:1: "),
        (b'{"type":"sent","at_ms":"now"}\n', "talk.log.jsonl:1: "),
        (b"\xff\n", "talk.log.jsonl:1: "),
    ],
)
def test_what_is_no_log_is_refused(content: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "talk.log.jsonl"
    path.write_bytes(content)
    with pytest.raises(TraceError, match=says):
        load(path)


def test_a_log_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TraceError, match="No such file"):
        load(tmp_path / "talk.log.jsonl")


def test_finals_are_in_order_and_without_what_was_withdrawn() -> None:
    log = log_of([(1, "2! zwei"), (2, "1: ei|"), (3, "1! eins"), (4, "3! drei"), (5, "3x"), (6, "1! Eins")])
    assert [(segment, caption.stable) for segment, caption in finals(log.received).items()] == [
        (1, "Eins"),
        (2, "zwei"),
    ]


def test_utterances_are_those_that_were_finished() -> None:
    log = log_of(said=[(1, "partial", 4, "a", 0, 1), (2, "final", 4, "A b.", 0, 2), (3, "partial", 5, "c", 2, 3)])
    assert {number: event.text for number, event in utterances(log).items()} == {4: "A b."}
