"""Recorded talks: what a captioner sent, and when. One JSON object a line."""

from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from rtt.errors import TraceError
from rtt.protocol import Count, Text, check_spoken


class TraceEvent(Struct, frozen=True):
    """A partial or final, and when it was sent, in milliseconds since the talk began."""

    at_ms: Count
    type: Literal["partial", "final"]
    text: Text
    utterance: Count | None = None
    start_ms: Count | None = None
    end_ms: Count | None = None

    def __post_init__(self) -> None:
        check_spoken(self.text, self.start_ms, self.end_ms)


def read_trace(path: Path) -> list[TraceEvent]:
    """Read a trace, in order of time. Raises TraceError."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise TraceError(f"{path}: {error.strerror}") from None
    events = [_read_line(line, f"{path}:{number}") for number, line in enumerate(lines, 1) if line.strip()]
    if not events:
        raise TraceError(f"{path}: no events")
    return sorted(events, key=lambda event: event.at_ms)


def _read_line(line: bytes, place: str) -> TraceEvent:
    try:
        return msgspec.json.decode(line, type=TraceEvent)
    except (UnicodeDecodeError, msgspec.MsgspecError) as error:
        raise TraceError(f"{place}: {error}") from None
