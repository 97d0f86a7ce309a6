"""Captions as Server-Sent Events (HTML Standard, section 9.2), for networks that let no WebSocket through."""

import random
import re

import msgspec
from starlette.requests import Request

from rtt.errors import BadRequest, WireError
from rtt.metrics import Socket
from rtt.protocol import Cancel, Caption, Clear, ListenQuery, Ready, ToEverybody, encode_error
from rtt.room import Room

# Readers who are cut off together come back one after the other; one who will be refused again, in an hour.
_RETRY_MS = (1_000, 4_000)
_REFUSED_RETRY_MS = 3_600_000
_ID = re.compile(r"([0-9]{1,15})(?:\.([0-9A-Za-z]{1,64}))?")
_OTHER_LOG = "another"


class EventFormat:
    """`/v1/rooms/{room}/events`: what a reader is told on a socket, one event a message.

    An event's id is its `seq`. An event without data that follows says the log too (`41.1f2e3d4c`): it is not seen, but
    the browser keeps its id, and sends it when it comes back.
    """

    kind: Socket = "events"
    media_type = "text/event-stream"
    opening = ""
    heartbeat = ":\n\n"
    comes_back = True

    def __init__(self) -> None:
        self._log = ""
        self._came_back = False

    def query(self, asked: ListenQuery, request: Request) -> ListenQuery:
        """Return a query with the place that the peer has read to, if it says so; it knows better than its address."""
        last_id = request.headers.get("last-event-id", "")
        if not last_id:
            return asked
        found = _ID.fullmatch(last_id)
        if not found:
            raise BadRequest(f"header Last-Event-ID: {last_id[:40]!r}: Expected the id of an event, such as 41")
        self._came_back = True
        return msgspec.structs.replace(asked, since=int(found[1]), log=found[2] or "")

    def placed(self, query: ListenQuery, room: Room) -> ListenQuery:
        """Return it with another log where the peer comes back to a place that the room has not come to."""
        if not self._came_back or query.since is None or query.log or query.since <= room.log.seq:
            return query
        # A browser would go on asking: its place is in the log of a room that is forgotten.
        return msgspec.structs.replace(query, log=_OTHER_LOG)

    def written(self, message: ToEverybody, frame: str) -> str:
        """Return a message as an event."""
        event = f"event: {message.__struct_config__.tag}\ndata: {frame}\n\n"
        match message:
            case Ready():
                self._log = message.log
                return f"retry: {random.randint(*_RETRY_MS)}\n{event}"  # noqa: S311 - no secret
            case Caption() | Cancel() | Clear():
                return f"id: {message.seq}\n{event}id: {message.seq}.{self._log}\n\n"
        return event

    def error(self, error: WireError) -> str:
        """Return an error as the last event."""
        wait_ms = random.randint(*_RETRY_MS) if error.retryable else _REFUSED_RETRY_MS  # noqa: S311 - no secret
        return f"retry: {wait_ms}\nevent: error\ndata: {encode_error(error)}\n\n"
