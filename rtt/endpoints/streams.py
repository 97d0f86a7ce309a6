"""Captions in the body of an answer that goes on for as long as somebody reads it, under the rules of the sockets."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

import structlog
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from rtt.auth import Role
from rtt.config import Config
from rtt.endpoints.conversation import closed_when_old, converse
from rtt.endpoints.door import Door, address_of
from rtt.errors import WireError
from rtt.metrics import Metrics, Socket
from rtt.outbox import Outbox
from rtt.protocol import EVERYBODY_TYPES, ListenQuery, ToEverybody, decode, decode_query, decode_room
from rtt.room import Room
from rtt.rooms import Rooms

_log = structlog.get_logger(__name__)

_HEARTBEAT_S = 15.0
_CLOSE_S = 5.0


class Format(Protocol):
    """How one reader's stream is written."""

    kind: Socket
    media_type: str
    opening: str
    heartbeat: str
    """What means nothing, and keeps what lies between from closing."""
    comes_back: bool
    """Whether its readers come back by themselves after an error that they are told of in the stream."""

    def query(self, asked: ListenQuery, request: Request) -> ListenQuery:
        """Return what the reader wants. Raises BadRequest."""
        ...

    def placed(self, query: ListenQuery, room: Room) -> ListenQuery:
        """Return the same for the room as it is found."""
        ...

    def written(self, message: ToEverybody, frame: str) -> str:
        """Return a message, of which there is the frame too, as part of the stream."""
        ...

    def error(self, error: WireError) -> str:
        """Return the end of a stream that ends with an error."""
        ...


class Streams:
    """An endpoint that writes what a reader of a room is told in one format."""

    def __init__(
        self, rooms: Rooms, config: Config, door: Door, metrics: Metrics, new_format: Callable[[], Format]
    ) -> None:
        self._rooms = rooms
        self._config = config
        self._door = door
        self._metrics = metrics
        self._new_format = new_format

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request (ASGI 3).

        What ends it is the end of the stream, if the reader may come back. Else, where nothing has been sent yet, it is
        raised, and answered with its status: there a browser gives up.
        """
        request = Request(scope, receive)
        format_ = self._new_format()
        body = _Body(send, format_)
        log = _log.bind(path=request.url.path)
        log.info("stream opened")
        try:
            await self._listen(request, body, format_)
        except WireError as error:
            self._metrics.refused(error)
            log.info("stream closed by the server", code=error.code)
            if not (body.is_open or (format_.comes_back and error.retryable)):
                raise
            with suppress(TimeoutError):
                async with asyncio.timeout(_CLOSE_S):
                    await body.end_with(error)
        else:
            log.info("stream closed by the peer")

    async def _listen(self, request: Request, body: "_Body", format_: Format) -> None:
        name = decode_room(request.path_params["room"])
        grant = self._door.admit(request, Role.READER, name)
        query = decode_query(request.query_params, ListenQuery)
        if request.method == "HEAD":
            await body.open()
            await body.close()
            return
        outbox = Outbox(
            limit=self._config.outbox_limit,
            patience_s=self._config.patience_s,
            superseded=self._metrics.superseded,
        )
        address = address_of(request)
        with (
            closed_when_old(outbox, self._config.max_age_s),
            self._rooms.quotas.socket(address),
            self._metrics.socket(format_.kind),
        ):
            query = format_.query(query, request)
            room = await self._rooms.to_read(name, grant.source, address, query.since)
            room.limit_retention(grant.retention)
            with room.read(outbox, format_.placed(query, room)):
                await body.open()
                await converse(_until_gone(request), body.write(outbox), outbox)


class _Body:
    def __init__(self, send: Send, format_: Format) -> None:
        self._send = send
        self._format = format_
        self.is_open = False

    async def open(self) -> None:
        self.is_open = True
        headers = [
            (b"content-type", f"{self._format.media_type}; charset=utf-8".encode()),
            (b"cache-control", b"no-store"),
            # nginx would hold it back until there is much.
            (b"x-accel-buffering", b"no"),
        ]
        await self._send({"type": "http.response.start", "status": 200, "headers": headers})
        await self._put(self._format.opening)

    async def write(self, outbox: Outbox) -> None:
        """Write until the outbox is closed."""
        while True:
            try:
                async with asyncio.timeout(_HEARTBEAT_S):
                    frame = await outbox.get()
            except TimeoutError:
                await self._put(self._format.heartbeat)
                continue
            if frame is None:
                return
            await self._put(self._format.written(decode(frame, EVERYBODY_TYPES), frame))

    async def end_with(self, error: WireError) -> None:
        if not self.is_open:
            await self.open()
        await self._put(self._format.error(error))
        await self.close()

    async def close(self) -> None:
        await self._send({"type": "http.response.body", "body": b""})

    async def _put(self, text: str) -> None:
        if text:
            await self._send({"type": "http.response.body", "body": text.encode(), "more_body": True})


async def _until_gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
