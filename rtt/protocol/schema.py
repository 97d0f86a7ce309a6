"""The protocol as a JSON Schema."""

from typing import Any

import msgspec

from rtt.protocol.fields import VERSION
from rtt.protocol.incoming import FromReader, FromSpeaker
from rtt.protocol.outgoing import ToEverybody
from rtt.protocol.requests import ListenQuery, MakeRoom, RoomMade, SpeakQuery, TranscriptQuery, TranslateQuery


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of every message, by who sends it, and of what is said in requests over HTTP."""
    parts = {
        "from_speaker": FromSpeaker,
        "from_reader": FromReader,
        "to_everybody": ToEverybody,
        "room_to_make": MakeRoom,
        "room_made": RoomMade,
        "translate_query": TranslateQuery,
        "speak_query": SpeakQuery,
        "listen_query": ListenQuery,
        "transcript_query": TranscriptQuery,
    }
    refs, components = msgspec.json.schema_components(parts.values(), ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"rtt wire protocol, version {VERSION}",
        "properties": dict(zip(parts, refs, strict=True)),
        "$defs": components,
    }
