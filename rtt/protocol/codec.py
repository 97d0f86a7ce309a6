"""Reads and writes frames, queries and bodies."""

from collections.abc import Mapping
from typing import Any, get_args

import msgspec
import orjson
from msgspec import Struct

from rtt.errors import BadMessage, BadRequest, TooLarge, WireError
from rtt.protocol.fields import MAX_FRAME, MAX_TEXT, RoomName
from rtt.protocol.incoming import FromReader, FromSpeaker
from rtt.protocol.outgoing import Error, ToEverybody
from rtt.protocol.problems import convert, shown
from rtt.protocol.requests import Body, Query


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
    value = _object(frame, BadMessage)
    kind = value.get("type")
    if not isinstance(kind, str) or kind not in types:
        raise BadMessage(f"field type: {shown(kind)} is unknown here; there are: {', '.join(types)}")
    text = value.get("text")
    if isinstance(text, str) and len(text) > MAX_TEXT:
        raise TooLarge(f"field text: {len(text)} characters; the limit is {MAX_TEXT}")
    return convert(value, types[kind], BadMessage)


def decode_query(query: Mapping[str, str], into: type[Query]) -> Query:
    """Read the query of a request; lists are comma-separated, unknown fields ignored. Raises BadRequest."""
    lists = {f.name for f in msgspec.structs.fields(into) if f.name in {"lang", "target"}}
    value: dict[str, Any] = {
        name: [part.strip() for part in raw.split(",") if part.strip()] if name in lists else raw
        for name, raw in query.items()
        if raw
    }
    result: Query = convert(value, into, BadRequest, strict=False)
    return result


def decode_body(body: bytes, into: type[Body]) -> Body:
    """Read the body of a request; an empty one has no fields. Raises BadRequest."""
    result: Body = convert(_object(body or b"{}", BadRequest), into, BadRequest)
    return result


def decode_room(name: str) -> str:
    """Check a room's name. Raises BadRequest."""
    try:
        return msgspec.convert(name, RoomName)
    except msgspec.ValidationError:
        raise BadRequest(f"room: {shown(name)}; a name is 1 to 64 letters, digits, - or _") from None


def encode(message: Struct) -> str:
    """Write one message as the text of a frame."""
    return orjson.dumps(message, default=msgspec.to_builtins).decode()


def encode_error(error: WireError) -> str:
    """Write an error as the text of a frame."""
    return encode(Error(error.code, str(error), error.retryable))


def _object(text: str | bytes, error: type[WireError]) -> dict[str, Any]:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as problem:
        raise error(f"not JSON: {problem}") from None
    if not isinstance(value, dict):
        raise error(f"not a JSON object but {shown(value)}")
    return value
