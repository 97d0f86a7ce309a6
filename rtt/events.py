"""Captions as Server-Sent Events (HTML Standard, section 9.2), for networks that let no WebSocket through."""

import asyncio
import random
import re
from contextlib import suppress

import msgspec
import structlog
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from rtt.auth import Role
from rtt.config import Config
from rtt.conversation import closed_when_old, converse
from rtt.door import Door, address_of
from rtt.errors import BadRequest, WireError
from rtt.outbox import Outbox
from rtt.protocol import (
    EVERYBODY_TYPES,
    Cancel,
    Caption,
    Clear,
    ListenQuery,
    Ready,
    decode,
    decode_query,
    decode_room,
    encode_error,
)
from rtt.room import Room
from rtt.rooms import Rooms

_log = structlog.get_logger(__name__)

_HEARTBEAT_S = 15.0
_CLOSE_S = 5.0
# Readers who are cut off together come back one after the other; one who will be refused again, in an hour.
_RETRY_MS = (1_000, 4_000)
_REFUSED_RETRY_MS = 3_600_000
_HEADERS = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    # nginx would hold events back until it has many.
    (b"x-accel-buffering", b"no"),
)
_ID = re.compile(r"([0-9]{1,15})(?:\.([0-9A-Za-z]{1,64}))?")
_OTHER_LOG = "another"


class Events:
    """`/v1/rooms/{room}/events`: what a reader is told on a socket, one event a message."""

    def __init__(self, rooms: Rooms, config: Config, door: Door) -> None:
        self._rooms = rooms
        self._config = config
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request (ASGI 3).

        What ends it becomes an `error` event, if trying again may help: browsers do. Else, where nothing has been sent
        yet, it is raised, and answered with its status: there a browser gives up.
        """
        request = Request(scope, receive)
        stream = _Stream(send)
        log = _log.bind(path=request.url.path)
        log.info("events opened")
        try:
            await self._listen(request, stream)
        except WireError as error:
            log.info("events closed by the server", code=error.code)
            if not (error.retryable or stream.is_open):
                raise
            with suppress(TimeoutError):
                async with asyncio.timeout(_CLOSE_S):
                    await stream.end_with(error)
        else:
            log.info("events closed by the peer")

    async def _listen(self, request: Request, stream: "_Stream") -> None:
        """Let a reader in by the rules of the sockets."""
        name = decode_room(request.path_params["room"])
        grant = self._door.admit(request, Role.READER, name)
        query = decode_query(request.query_params, ListenQuery)
        if request.method == "HEAD":
            await stream.open()
            await stream.close()
            return
        outbox = Outbox(limit=self._config.outbox_limit, patience_s=self._config.patience_s)
        address = address_of(request)
        with closed_when_old(outbox, self._config.max_age_s), self._rooms.quotas.socket(address):
            room = self._rooms.open(name, grant.source, address)
            with room.read(outbox, _resumed(query, request.headers.get("last-event-id", ""), room)):
                await stream.open()
                await converse(_until_gone(request), stream.write(outbox), outbox)


class _Stream:
    """The answer: events out of an outbox.

    An event's id is its `seq`. An event without data that follows says the log too (`41.1f2e3d4c`): it is not seen, but
    the browser keeps its id, and sends it when it comes back.
    """

    def __init__(self, send: Send) -> None:
        self._send = send
        self._log = ""
        self.is_open = False

    async def open(self) -> None:
        self.is_open = True
        await self._send({"type": "http.response.start", "status": 200, "headers": [*_HEADERS]})

    async def write(self, outbox: Outbox) -> None:
        """Write until the outbox is closed; a comment now and then keeps what lies between from closing."""
        while True:
            try:
                async with asyncio.timeout(_HEARTBEAT_S):
                    frame = await outbox.get()
            except TimeoutError:
                await self._put(":\n\n")
                continue
            if frame is None:
                return
            await self._put(self._event(frame))

    async def end_with(self, error: WireError) -> None:
        if not self.is_open:
            await self.open()
        wait_ms = random.randint(*_RETRY_MS) if error.retryable else _REFUSED_RETRY_MS  # noqa: S311 - no secret
        await self._put(f"retry: {wait_ms}\nevent: error\ndata: {encode_error(error)}\n\n")
        await self.close()

    async def close(self) -> None:
        await self._send({"type": "http.response.body", "body": b""})

    async def _put(self, text: str) -> None:
        await self._send({"type": "http.response.body", "body": text.encode(), "more_body": True})

    def _event(self, frame: str) -> str:
        message = decode(frame, EVERYBODY_TYPES)
        event = f"event: {message.__struct_config__.tag}\ndata: {frame}\n\n"
        match message:
            case Ready():
                self._log = message.log
                return f"retry: {random.randint(*_RETRY_MS)}\n{event}"  # noqa: S311 - no secret
            case Caption() | Cancel() | Clear():
                return f"id: {message.seq}\n{event}id: {message.seq}.{self._log}\n\n"
        return event


def _resumed(query: ListenQuery, last_id: str, room: Room) -> ListenQuery:
    """Return a query with the place that the peer has read to, if it says so; it knows that better than its address."""
    if not last_id:
        return query
    found = _ID.fullmatch(last_id)
    if not found:
        raise BadRequest(f"header Last-Event-ID: {last_id[:40]!r}: Expected the id of an event, such as 41")
    since, log = int(found[1]), found[2] or ""
    if not log and since > room.ready().seq:
        # A browser would go on asking: its place is in the log of a room that is forgotten.
        log = _OTHER_LOG
    return msgspec.structs.replace(query, since=since, log=log)


async def _until_gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
