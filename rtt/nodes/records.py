"""What nodes write to Redis, as bytes (MessagePack). Pure."""

from typing import Any

import msgspec
from msgspec import Struct

from rtt import talks
from rtt.engine import Timing
from rtt.log import Clearing, Event, News
from rtt.policy import Update
from rtt.protocol import Status, Term
from rtt.retention import Retention
from rtt.segmenter import Withdrawal

_KINDS: dict[str, type[News]] = {cls.__name__: cls for cls in (Update, Withdrawal, Clearing)}


class Talk(Struct, frozen=True):
    """How a room is led: what its followers tell their readers, and what the next leader has to go on with."""

    log: str
    source: str
    models: dict[str, str]
    """The way to each language that is open."""
    since: dict[str, int]
    """The first segment of each language that is open, that of the source included."""
    held: tuple[talks.Talk, ...] = ()
    """What was held in the room so far, and what goes on; when they ended is on the leader's clock."""
    archived: int = 0
    """Of how many there are files."""
    retention: Retention = Retention()


class Terms(Struct, frozen=True):
    """The glossary in force."""

    terms: list[Term]


class Want(Struct, frozen=True, tag=True):
    """Readers of another node wait for some languages."""

    langs: list[str]


class Say(Struct, frozen=True, tag=True):
    """What an operator said at another node: a frame of the protocol."""

    frame: str


class HandOver(Struct, frozen=True, tag=True):
    """A speaker has come to another node, which wants to lead."""

    token: str
    """Of the claim that is to end."""


class Count(Struct, frozen=True, tag=True):
    """How many readers another node has, and in which languages."""

    readers: int
    languages: dict[str, int]
    empty: bool
    """Whether nobody at all is there, not even an operator."""
    retention: Retention
    """What those who came there wish."""


Wish = Want | Say | HandOver | Count


class Letter(Struct, frozen=True, tag=True):
    """What one node wants of the one that leads a room."""

    sender: str
    room: str
    wish: Wish
    number: int | None = None
    """That of the answer that is waited for; None: of none."""


class Answer(Struct, frozen=True, tag=True):
    """The answer to a letter: how it went wrong, as an error of the protocol, or nothing."""

    number: int
    error: str | None


class _Entry(Struct, frozen=True, array_like=True):
    kind: str
    seq: int
    lang: str
    lag_ms: int
    update: msgspec.Raw
    timing: Timing | None


def encode_event(event: Event) -> bytes:
    """Write an event of the log."""
    update = msgspec.Raw(msgspec.msgpack.encode(event.update))
    entry = _Entry(type(event.update).__name__, event.seq, event.lang, event.lag_ms, update, event.timing)
    return msgspec.msgpack.encode(entry)


def decode_event(data: bytes) -> Event:
    """Read one. Raises msgspec.ValidationError."""
    entry = msgspec.msgpack.decode(data, type=_Entry)
    update: Any = msgspec.msgpack.decode(entry.update, type=_KINDS[entry.kind])
    return Event(entry.seq, entry.lang, update, entry.lag_ms, entry.timing)


def encode(record: Talk | Terms | Status | Letter | Answer) -> bytes:
    """Write anything else."""
    return msgspec.msgpack.encode(record)


def decode_post(data: bytes) -> Letter | Answer:
    """Read what a node has sent to another. Raises msgspec.ValidationError."""
    return msgspec.msgpack.decode(data, type=Letter | Answer)
