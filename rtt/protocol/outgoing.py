"""What everybody is sent."""

from typing import Literal

from msgspec import UNSET, Struct, UnsetType, field

from rtt.protocol.fields import Load
from rtt.protocol.incoming import Glossary, Message


class Ready(Message, frozen=True, tag="ready"):
    """The first message on every socket; sent again where a new speaker changes the room's source language."""

    protocol: int
    room: str
    source: str
    targets: list[str]
    seq: int
    models: dict[str, str]
    log: str = ""
    """Which log `seq` counts in; another one after the server has forgotten the room."""
    gap: bool = False
    segment: int = 0
    """The newest finished one; a first revision of it or of one before it is of the past, however late it comes."""
    title: str = ""
    speaker: str = ""
    """Of the talk that goes on, where they are known."""


class CaptionTiming(Struct, frozen=True):
    """Where the time of a caption's translation went."""

    wait_ms: float
    """Until a worker took the text."""
    tokenise_ms: float
    translate_ms: float
    batch: int
    """How many texts were translated together; 0: no model was asked."""
    cached: bool
    """Whether the answer was known already."""


class Caption(Message, frozen=True, tag="caption", omit_defaults=False):
    """The newest state of one segment in one language. A reader shows `stable` + `tentative`."""

    seq: int
    segment: int
    revision: int
    utterance: int
    lang: str
    stable: str
    tentative: str
    final: bool
    start_ms: int
    end_ms: int
    lag_ms: int
    timing: CaptionTiming | UnsetType = UNSET
    """Where the query asks for it, and an answer is what made the caption."""


class Cancel(Message, frozen=True, tag="cancel"):
    """A segment is withdrawn."""

    seq: int
    segment: int
    lang: str


class Clear(Message, frozen=True, tag="clear"):
    """Another talk begins: every segment up to this one is taken away, and whatever still comes of it is not shown."""

    seq: int
    segment: int
    title: str = ""
    speaker: str = ""


class Status(Message, frozen=True, tag="status"):
    """How the room fares; live only, without a `seq`."""

    speaker: Literal["connected", "disconnected"]
    readers: int
    behind_ms: int
    load: Load
    languages: dict[str, int] = field(default_factory=dict)
    """How many read each language; told to speakers and operators only."""
    loading: list[str] = field(default_factory=list)
    """Languages whose captions wait until their model is loaded."""


class Pong(Message, frozen=True, tag="pong"):
    """The answer to a ping; whatever was sent before the ping has been received, and is safe if nodes share a log."""

    t: int | float
    server_ms: int


class Error(Message, frozen=True, tag="error", omit_defaults=False):
    """What was wrong with a request or message."""

    code: str
    message: str
    retryable: bool


ToEverybody = Ready | Caption | Cancel | Status | Glossary | Pong | Error | Clear
