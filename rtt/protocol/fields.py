"""What the fields of messages may hold."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from rtt import text as text_rules

VERSION = 1
MAX_TEXT = 4_000
MAX_TERMS = 1_000
# The longest text still fits when each of its characters is written as a pair of JSON escapes (12 bytes).
MAX_FRAME = 64 * 1024

Count = Annotated[int, Meta(ge=0, le=2**53)]
Seconds = Annotated[float, Meta(ge=0)]
Text = Annotated[str, Meta(max_length=MAX_TEXT)]
Title = Annotated[str, Meta(max_length=200)]
TermText = Annotated[str, Meta(min_length=1, max_length=200)]
# `(?!\n)`: Python's `$` also matches before a last line end.
Language = Annotated[str, Meta(pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*(?!\n)$", max_length=35)]
RoomName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}(?!\n)$")]


class Stability(StrEnum):
    """How calm a reader wants its captions."""

    FAST = "fast"
    STEADY = "steady"
    FINAL = "final"


class Load(StrEnum):
    """How busy the server is."""

    NORMAL = "normal"
    BUSY = "busy"
    OVERLOADED = "overloaded"


class Part(StrEnum):
    """What a peer does in a room, other than read."""

    SPEAKER = "speaker"
    OPERATOR = "operator"


def check_spoken(text: str, start_ms: int | None = None, end_ms: int | None = None) -> None:
    """Refuse what no captioner means to send. Raises ValueError, naming the field."""
    if len(text) > MAX_TEXT:
        raise ValueError(f"field text: {len(text)} characters; the limit is {MAX_TEXT}")
    _check("text", text)
    if start_ms is not None and end_ms is not None and end_ms < start_ms:
        raise ValueError(f"field end_ms: {end_ms}: Expected no time before start_ms, which is {start_ms}")


def check_title(title: str, speaker: str) -> None:
    """Refuse a title or a name that is no line of text. Raises ValueError, naming the field."""
    for name, said in (("title", title), ("speaker", speaker)):
        if "\n" in said or "\r" in said:
            raise ValueError(f"field {name}: Expected one line")
        _check(name, said)


def _check(name: str, text: str) -> None:
    try:
        text_rules.check(text)
    except ValueError as error:
        raise ValueError(f"field {name}: {error}") from None
