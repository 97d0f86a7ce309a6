from pathlib import Path

import pytest

from rtt.errors import TraceError
from rtt.trace import TraceEvent, read_trace

EVENT = b'{"at_ms":20,"type":"partial","text":"the cat"}'
FULL = b'{"at_ms":10,"type":"final","text":"The cat.","utterance":7,"start_ms":0,"end_ms":9,"who":"Ann"}'


def trace(folder: Path, content: bytes) -> Path:
    path = folder / "talk.trace.jsonl"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    "content",
    [FULL + b"\n" + EVENT + b"\n", EVENT + b"\n" + FULL, b"\n" + EVENT + b"\r\n \r\n" + FULL + b"\r\n\r\n"],
    ids=["in order", "out of order, without a last line end", "with blank lines and Windows' line ends"],
)
def test_a_trace_is_read_in_order_of_time(tmp_path: Path, content: bytes) -> None:
    assert read_trace(trace(tmp_path, content)) == [
        TraceEvent(10, "final", "The cat.", 7, 0, 9),
        TraceEvent(20, "partial", "the cat"),
    ]


def test_events_of_one_moment_keep_their_order(tmp_path: Path) -> None:
    events = [EVENT.replace(b"the cat", word) for word in (b"one", b"two", b"three")]
    assert [event.text for event in read_trace(trace(tmp_path, b"\n".join(events)))] == ["one", "two", "three"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b"{", "truncated"),
        (b"hello", "malformed"),
        (b"[1]", "Expected `object`"),
        (b'{"type":"partial","text":"a"}', "missing required field `at_ms`"),
        (b'{"at_ms":-1,"type":"partial","text":"a"}', "Expected `int` >= 0 - at `$.at_ms`"),
        (b'{"at_ms":"1","type":"partial","text":"a"}', "`$.at_ms`"),
        (b'{"at_ms":1,"type":"cancel","text":"a"}', "Invalid enum value 'cancel' - at `$.type`"),
        (b'{"at_ms":1,"type":"partial","text":"' + b"a" * 4001 + b'"}', "length <= 4000 - at `$.text`"),
        (b'{"at_ms":1,"type":"partial","text":"\xff"}', "can't decode byte 0xff"),
        (b'{"at_ms":1,"type":"partial","text":"\\u0000"}', "field text: character U+0000"),
        (b'{"at_ms":1,"type":"partial","text":"a","start_ms":2,"end_ms":1}', "field end_ms: 1"),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "",
)
def test_a_bad_line_is_told_with_its_number(tmp_path: Path, line: bytes, says: str) -> None:
    path = trace(tmp_path, EVENT + b"\n\n" + line + b"\n" + FULL)
    with pytest.raises(TraceError) as refused:
        read_trace(path)
    assert str(refused.value).startswith(f"{path}:3: ")
    assert says in str(refused.value)


@pytest.mark.parametrize("content", [b"", b"\n \n"])
def test_an_empty_trace_is_refused(tmp_path: Path, content: bytes) -> None:
    path = trace(tmp_path, content)
    with pytest.raises(TraceError, match="no events"):
        read_trace(path)


def test_a_missing_trace_is_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(TraceError, match=r"none\.jsonl: No such file"):
        read_trace(tmp_path / "none.jsonl")


def test_a_folder_is_no_trace(tmp_path: Path) -> None:
    with pytest.raises(TraceError, match="Is a directory"):
        read_trace(tmp_path)
