"""The three sockets: who may connect to what, and how a socket ends."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect

from rtt.audience import Reader
from rtt.config import Config
from rtt.conversation import Conversation, Spoken
from rtt.errors import BadMessage, WireError
from rtt.outbox import Outbox
from rtt.protocol import (
    READER_TYPES,
    SPEAKER_TYPES,
    ListenQuery,
    SpeakQuery,
    TranslateQuery,
    decode_query,
    decode_room,
    encode_error,
)
from rtt.readers import check_origin
from rtt.rooms import Rooms

_log = structlog.get_logger(__name__)

_CLOSE_S = 5.0


class Sockets:
    """The endpoints of the sockets, over one server's rooms."""

    def __init__(self, rooms: Rooms, config: Config) -> None:
        self._rooms = rooms
        self._config = config

    async def listen(self, websocket: WebSocket) -> None:
        """`/v1/rooms/{room}/listen`: any number of readers."""
        await self._serve(websocket, self._listen)

    async def speak(self, websocket: WebSocket) -> None:
        """`/v1/rooms/{room}/speak`: the one speaker."""
        await self._serve(websocket, self._speak)

    async def translate(self, websocket: WebSocket) -> None:
        """`/v1/translate`: one consumer, who sends text and receives its own captions."""
        await self._serve(websocket, self._translate)

    async def _serve(self, websocket: WebSocket, endpoint: Callable[[WebSocket, Outbox], Awaitable[None]]) -> None:
        """Run an endpoint; whatever is wrong with the peer becomes an `error` and a close."""
        await websocket.accept()
        outbox = Outbox(limit=self._config.outbox_limit, patience_s=self._config.patience_s)
        log = _log.bind(path=websocket.url.path)
        log.info("socket opened")
        try:
            check_origin(websocket, self._config.origins)
            await endpoint(websocket, outbox)
        except WireError as error:
            log.info("socket closed by the server", code=error.code)
            with suppress(WebSocketDisconnect, RuntimeError, TimeoutError):
                async with asyncio.timeout(_CLOSE_S):
                    await websocket.send_text(encode_error(error))
                    await websocket.close(error.close, error.code)
        else:
            log.info("socket closed by the peer")

    async def _listen(self, websocket: WebSocket, outbox: Outbox) -> None:
        query = decode_query(websocket.query_params, ListenQuery)
        room = self._rooms.open(decode_room(websocket.path_params["room"]))
        with room.read(outbox, query):
            await Conversation(websocket, outbox, READER_TYPES, _reject, self._config.idle_timeout_s).run()

    async def _speak(self, websocket: WebSocket, outbox: Outbox) -> None:
        query = decode_query(websocket.query_params, SpeakQuery)
        room = self._rooms.open(decode_room(websocket.path_params["room"]), query.source)
        source = self._rooms.catalog.resolve(query.source) if query.source else room.source
        room.take_over(outbox, source, self._resolved(query.target))
        try:
            await Conversation(websocket, outbox, SPEAKER_TYPES, room.receive, self._config.idle_timeout_s).run()
        finally:
            room.speaker_left(outbox)

    async def _translate(self, websocket: WebSocket, outbox: Outbox) -> None:
        query = decode_query(websocket.query_params, TranslateQuery)
        room = self._rooms.open_private(query.source)
        try:
            room.join(Reader(outbox, self._resolved(query.target), query.stability))
            await Conversation(websocket, outbox, SPEAKER_TYPES, room.receive, self._config.idle_timeout_s).run()
        finally:
            self._rooms.forget(room)

    def _resolved(self, langs: list[str]) -> tuple[str, ...]:
        return self._rooms.catalog.resolve_all(langs)


def _reject(message: Spoken) -> None:
    raise BadMessage(f"a reader may not send {type(message).__name__}")
