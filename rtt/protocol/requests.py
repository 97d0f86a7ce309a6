"""Queries and bodies of HTTP requests."""

from typing import Annotated, TypeVar

from msgspec import Meta, Struct

from rtt.protocol.fields import Count, Language, Part, RoomName, Seconds, Stability


class ListenQuery(Struct, frozen=True):
    """The query of `/listen`."""

    lang: list[Language] = []
    stability: Stability = Stability.STEADY
    since: Count | None = None
    log: str = ""
    """The log that `since` was seen in, from its `ready`."""
    role: Part | None = None
    """What else it does in the room; speakers and operators who look on are not counted as readers."""
    timing: bool = False
    """Whether each caption says where its time went."""


class TranscriptQuery(Struct, frozen=True):
    """The query of `/transcript.{format}`."""

    lang: list[Language] = []
    talk: Annotated[int, Meta(ge=1)] | None = None
    """None: the newest in which something was said."""


class SpeakQuery(Struct, frozen=True):
    """The query of `/speak`."""

    source: Language | None = None
    target: list[Language] = []
    role: Part | None = None
    """None: what the token is for; without tokens, the speaker."""


class TranslateQuery(Struct, frozen=True):
    """The query of `/v1/translate`."""

    source: Language
    target: Annotated[list[Language], Meta(min_length=1)]
    stability: Stability = Stability.STEADY
    role: Part | None = None
    """An operator has to say so, who rehearses here; to anybody else it means nothing."""
    timing: bool = False
    """Whether each caption says where its time went."""


class MakeRoom(Struct, frozen=True):
    """The body of `POST /v1/rooms`."""

    room: RoomName | None = None
    """None: the server names it."""
    source: Language | None = None
    targets: list[Language] = []
    retention_s: Seconds | None = None
    """How long what was said is kept once everybody has left; None: as long as the server keeps any room."""
    transcripts: bool = True
    """Whether it may go into files, where the server writes them."""
    private: bool = False
    """Whether no answers are shared with other rooms, which are kept elsewhere to save their computing."""


class RoomMade(Struct, frozen=True):
    """The answer to it: who has a role's token has the role, until it expires."""

    room: str
    tokens: dict[str, str]
    """By role; empty where no tokens are needed."""
    expires_at: str | None
    """ISO 8601, in UTC; None where no tokens are needed."""
    retention_s: float
    """How long what was said is kept once everybody has left."""
    transcripts: bool
    """Whether the server writes it to files."""
    private: bool
    """Whether no answers are shared with other rooms."""


Query = TypeVar("Query", ListenQuery, TranscriptQuery, SpeakQuery, TranslateQuery)
Body = TypeVar("Body", bound=Struct)
