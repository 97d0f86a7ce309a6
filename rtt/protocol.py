"""Every message on the wire as a type; decode and encode. No other module knows how they are written.

Text frames hold one JSON object each (RFC 8259), told apart by `type`. Times are milliseconds, languages BCP 47 tags.
"""

from collections.abc import Mapping
from enum import EnumType, StrEnum
from typing import Annotated, Any, Literal, TypeVar, get_args

import msgspec
import orjson
from msgspec import UNSET, Meta, Struct, UnsetType

from rtt import text as text_rules
from rtt.errors import BadMessage, BadRequest, TooLarge, WireError

VERSION = 1
MAX_TEXT = 4_000
MAX_TERMS = 1_000
# The longest text still fits when each of its characters is written as a pair of JSON escapes (12 bytes).
MAX_FRAME = 64 * 1024

Count = Annotated[int, Meta(ge=0, le=2**53)]
Seconds = Annotated[float, Meta(ge=0)]
Text = Annotated[str, Meta(max_length=MAX_TEXT)]
Title = Annotated[str, Meta(max_length=200)]
# `(?!\n)`: Python's `$` also matches before a last line end.
TermText = Annotated[str, Meta(min_length=1, max_length=200)]
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


def check_spoken(text: str, start_ms: int | None = None, end_ms: int | None = None) -> None:
    """Refuse what no captioner means to send. Raises ValueError, naming the field."""
    if len(text) > MAX_TEXT:
        raise ValueError(f"field text: {len(text)} characters; the limit is {MAX_TEXT}")
    try:
        text_rules.check(text)
    except ValueError as error:
        raise ValueError(f"field text: {error}") from None
    if start_ms is not None and end_ms is not None and end_ms < start_ms:
        raise ValueError(f"field end_ms: {end_ms}: Expected no time before start_ms, which is {start_ms}")


def check_title(title: str, speaker: str) -> None:
    """Refuse a title or a name that is no line of text. Raises ValueError, naming the field."""
    for name, said in (("title", title), ("speaker", speaker)):
        if "\n" in said or "\r" in said:
            raise ValueError(f"field {name}: Expected one line")
        try:
            text_rules.check(said)
        except ValueError as error:
            raise ValueError(f"field {name}: {error}") from None


class _Message(Struct, frozen=True, tag_field="type", omit_defaults=True):
    pass


class _Spoken(_Message, frozen=True):
    text: Text
    utterance: Count | None = None
    start_ms: Count | None = None
    end_ms: Count | None = None

    def __post_init__(self) -> None:
        check_spoken(self.text, self.start_ms, self.end_ms)


class Partial(_Spoken, frozen=True, tag="partial"):
    """The whole text of the open utterance so far; it replaces the one before."""


class Final(_Spoken, frozen=True, tag="final"):
    """The finished text of an utterance, which closes it."""


class CancelUtterance(_Message, frozen=True, tag="cancel"):
    """Withdraw an utterance; without a number, the open one."""

    utterance: Count | None = None


class Correct(_Message, frozen=True, tag="correct"):
    """Change the source text of a finished segment; every language gets a new revision."""

    segment: Count
    text: Text

    def __post_init__(self) -> None:
        check_spoken(self.text)


class Term(Struct, frozen=True, omit_defaults=True):
    """A word or words of the source language, and what is written for them; whole words, whatever their case."""

    source: TermText
    targets: dict[Language, TermText] = {}
    """By language."""
    keep: bool = False
    """Whether it stays as it is, in languages that it has no target in."""

    def __post_init__(self) -> None:
        if not (self.targets or self.keep):
            raise ValueError("Expected targets, or keep")
        for text in (self.source, *self.targets.values()):
            if not text_rules.is_speech(text):
                raise ValueError(f"Expected a letter or a digit in {_shown(text)}")
            text_rules.check(text)


class Glossary(_Message, frozen=True, tag="glossary"):
    """The terms of the room, in force from the next sentence on; they replace those before."""

    terms: Annotated[list[Term], Meta(max_length=MAX_TERMS)]


class ClearRoom(_Message, frozen=True, tag="clear"):
    """End the talk and begin the next: what was said is taken off every screen, and transcripts begin anew.

    One that has the title and speaker of the talk that goes on changes nothing.
    """

    title: Title = ""
    speaker: Title = ""
    """Of the talk that begins."""

    def __post_init__(self) -> None:
        check_title(self.title, self.speaker)


class Ping(_Message, frozen=True, tag="ping"):
    """Ask for a pong with the same `t`."""

    t: int | float


FromSpeaker = Partial | Final | CancelUtterance | Correct | Ping | Glossary | ClearRoom
FromReader = Ping
Spoken = Partial | Final | CancelUtterance | Correct | Glossary | ClearRoom


class Ready(_Message, frozen=True, tag="ready"):
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


class Caption(_Message, frozen=True, tag="caption", omit_defaults=False):
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


class Cancel(_Message, frozen=True, tag="cancel"):
    """A segment is withdrawn."""

    seq: int
    segment: int
    lang: str


class Clear(_Message, frozen=True, tag="clear"):
    """Another talk begins: every segment up to this one is taken away, and whatever still comes of it is not shown."""

    seq: int
    segment: int
    title: str = ""
    speaker: str = ""


class Status(_Message, frozen=True, tag="status"):
    """How the room fares; live only, without a `seq`."""

    speaker: Literal["connected", "disconnected"]
    readers: int
    behind_ms: int
    load: Load
    languages: dict[str, int] = {}
    """How many read each language; told to speakers and operators only."""


class Pong(_Message, frozen=True, tag="pong"):
    """The answer to a ping; whatever was sent before the ping has been received, and is safe if nodes share a log."""

    t: int | float
    server_ms: int


class Error(_Message, frozen=True, tag="error", omit_defaults=False):
    """What was wrong with a request or message."""

    code: str
    message: str
    retryable: bool


ToEverybody = Ready | Caption | Cancel | Status | Glossary | Pong | Error | Clear


class Part(StrEnum):
    """What a peer does in a room, other than read."""

    SPEAKER = "speaker"
    OPERATOR = "operator"


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


Query = TypeVar("Query", ListenQuery, TranscriptQuery, SpeakQuery, TranslateQuery)
Body = TypeVar("Body", bound=Struct)


def _by_type(union: Any) -> dict[str, type[Struct]]:  # noqa: ANN401 - a union type has no better name
    return {cls.__struct_config__.tag: cls for cls in (get_args(union) or (union,))}


SPEAKER_TYPES = _by_type(FromSpeaker)
READER_TYPES = _by_type(FromReader)
EVERYBODY_TYPES = _by_type(ToEverybody)


def decode(frame: str | bytes, types: Mapping[str, type[Struct]]) -> Any:  # noqa: ANN401 - one of `types`
    """Read one frame as one of `types` (message type → class).

    Raises BadMessage, naming the field, its value and what would be right, and TooLarge.
    """
    if isinstance(frame, bytes):
        raise BadMessage("binary frame; send text frames, one JSON object each")
    if len(frame) > MAX_FRAME:
        raise TooLarge(f"message of {len(frame)} characters; the limit is {MAX_FRAME}")
    try:
        value = orjson.loads(frame)
    except orjson.JSONDecodeError as error:
        raise BadMessage(f"not JSON: {error}") from None
    if not isinstance(value, dict):
        raise BadMessage(f"not a JSON object but {_shown(value)}")
    kind = value.get("type")
    if not isinstance(kind, str) or kind not in types:
        raise BadMessage(f"field type: {_shown(kind)} is unknown here; there are: {', '.join(types)}")
    text = value.get("text")
    if isinstance(text, str) and len(text) > MAX_TEXT:
        raise TooLarge(f"field text: {len(text)} characters; the limit is {MAX_TEXT}")
    return _convert(value, types[kind], BadMessage)


def decode_query(query: Mapping[str, str], into: type[Query]) -> Query:
    """Read the query of a request; lists are comma-separated, unknown fields ignored. Raises BadRequest."""
    lists = {f.name for f in msgspec.structs.fields(into) if f.name in {"lang", "target"}}
    value: dict[str, Any] = {
        name: [part.strip() for part in raw.split(",") if part.strip()] if name in lists else raw
        for name, raw in query.items()
        if raw
    }
    result: Query = _convert(value, into, BadRequest, strict=False)
    return result


def decode_body(body: bytes, into: type[Body]) -> Body:
    """Read the body of a request; an empty one has no fields. Raises BadRequest."""
    try:
        value = orjson.loads(body or b"{}")
    except orjson.JSONDecodeError as error:
        raise BadRequest(f"not JSON: {error}") from None
    if not isinstance(value, dict):
        raise BadRequest(f"not a JSON object but {_shown(value)}")
    result: Body = _convert(value, into, BadRequest)
    return result


def decode_room(name: str) -> str:
    """Check a room's name. Raises BadRequest."""
    try:
        return msgspec.convert(name, RoomName)
    except msgspec.ValidationError:
        raise BadRequest(f"room: {_shown(name)}; a name is 1 to 64 letters, digits, - or _") from None


def encode(message: Struct) -> str:
    """Write one message as the text of a frame."""
    return orjson.dumps(message, default=msgspec.to_builtins).decode()


def encode_error(error: WireError) -> str:
    """Write an error as the text of a frame."""
    return encode(Error(error.code, str(error), error.retryable))


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of every message, by who sends it, and of the bodies of `POST /v1/rooms`."""
    directions = {
        "from_speaker": FromSpeaker,
        "from_reader": FromReader,
        "to_everybody": ToEverybody,
        "room_to_make": MakeRoom,
        "room_made": RoomMade,
    }
    refs, components = msgspec.json.schema_components(directions.values(), ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"rtt wire protocol, version {VERSION}",
        "properties": dict(zip(directions, refs, strict=True)),
        "$defs": components,
    }


def plainly(what: str, kind: Any) -> str:  # noqa: ANN401 - a type has no better name
    """Say in words what msgspec says of a value that should be a `kind`."""
    if isinstance(kind, EnumType):
        return f"Expected one of {', '.join(kind)}"
    if "regex" not in what:
        return what
    described = (meta.description for meta in get_args(kind) if isinstance(meta, Meta) and meta.description)
    return f"Expected {next(described, 'a language tag (BCP 47) such as en or pt-BR')}"


def _convert(value: dict[str, Any], into: Any, error: type[WireError], *, strict: bool = True) -> Any:  # noqa: ANN401 - as msgspec.convert
    try:
        return msgspec.convert(value, into, strict=strict)
    except msgspec.ValidationError as problem:
        raise error(_explained(problem, value, into)) from None


def _explained(problem: msgspec.ValidationError, value: Mapping[str, Any], into: type[Struct]) -> str:
    """Say which field is wrong, what it holds and what would be right."""
    fields = {field.name: field for field in msgspec.structs.fields(into)}
    if missing := [name for name, field in fields.items() if field.required and name not in value]:
        return f"field {missing[0]}: missing; the fields are: {', '.join(fields)}"
    what, _, path = str(problem).replace(" - at `key` in", " - at").rpartition(" - at `$.")
    if not what:
        return str(problem)
    path = path.removesuffix("`")
    name, _, index = path.removesuffix("]").partition("[")
    shown = value[name][int(index)] if index.isdecimal() else value[name]
    return f"field {path}: {_shown(shown)}: {plainly(what, fields[name].type)}"


def _shown(value: Any) -> str:  # noqa: ANN401 - any JSON value
    shown = orjson.dumps(value).decode()
    return shown if len(shown) <= 60 else shown[:57] + "..."
