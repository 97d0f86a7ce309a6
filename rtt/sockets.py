"""The three sockets: who may connect to what, and how a socket ends."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from urllib.parse import urlsplit

import structlog
from msgspec import Struct
from starlette.websockets import WebSocket, WebSocketDisconnect

from rtt.audience import Reader
from rtt.config import Config
from rtt.conversation import Conversation, Spoken
from rtt.errors import BadMessage, Forbidden, WireError
from rtt.metrics import Metrics, Socket
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
from rtt.rooms import Rooms

_log = structlog.get_logger(__name__)

_CLOSE_S = 5.0


class Sockets:
    """The endpoints of the sockets, over one server's rooms."""

    def __init__(self, rooms: Rooms, config: Config, metrics: Metrics) -> None:
        self._rooms = rooms
        self._config = config
        self._metrics = metrics

    async def listen(self, websocket: WebSocket) -> None:
        """`/v1/rooms/{room}/listen`: any number of readers."""
        await self._serve("listen", websocket, self._listen)

    async def speak(self, websocket: WebSocket) -> None:
        """`/v1/rooms/{room}/speak`: the one speaker."""
        await self._serve("speak", websocket, self._speak)

    async def translate(self, websocket: WebSocket) -> None:
        """`/v1/translate`: one consumer, who sends text and receives its own captions."""
        await self._serve("translate", websocket, self._translate)

    async def _serve(
        self, kind: Socket, websocket: WebSocket, endpoint: Callable[[WebSocket, Outbox], Awaitable[None]]
    ) -> None:
        """Run an endpoint; whatever is wrong with the peer becomes an `error` and a close."""
        await websocket.accept()
        outbox = Outbox(
            limit=self._config.outbox_limit,
            patience_s=self._config.patience_s,
            superseded=self._metrics.superseded,
        )
        log = _log.bind(path=websocket.url.path)
        log.info("socket opened")
        try:
            _check_origin(websocket, self._config.origins)
            with self._metrics.socket(kind):
                await endpoint(websocket, outbox)
        except WireError as error:
            self._metrics.refused(error)
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
        langs = self._resolved(query.lang) or tuple(room.ready().targets) or (room.source,)
        reader = Reader(outbox, langs, query.stability, query.timing)
        room.join(reader, query.since, query.log)
        try:
            await self._converse(websocket, outbox, READER_TYPES, _reject)
        finally:
            room.leave(reader)

    async def _speak(self, websocket: WebSocket, outbox: Outbox) -> None:
        query = decode_query(websocket.query_params, SpeakQuery)
        room = self._rooms.open(decode_room(websocket.path_params["room"]), query.source)
        source = self._rooms.catalog.resolve(query.source) if query.source else room.source
        room.take_over(outbox, source, self._resolved(query.target))
        try:
            await self._converse(websocket, outbox, SPEAKER_TYPES, room.receive)
        finally:
            room.speaker_left(outbox)

    async def _translate(self, websocket: WebSocket, outbox: Outbox) -> None:
        query = decode_query(websocket.query_params, TranslateQuery)
        room = self._rooms.open_private(query.source)
        try:
            room.join(Reader(outbox, self._resolved(query.target), query.stability, query.timing))
            await self._converse(websocket, outbox, SPEAKER_TYPES, room.receive)
        finally:
            self._rooms.forget(room)

    async def _converse(
        self,
        websocket: WebSocket,
        outbox: Outbox,
        types: Mapping[str, type[Struct]],
        receive: Callable[[Spoken], None],
    ) -> None:
        await Conversation(websocket, outbox, types, receive, self._config.idle_timeout_s, self._metrics).run()

    def _resolved(self, langs: list[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self._rooms.catalog.resolve(lang) for lang in langs))


def _reject(message: Spoken) -> None:
    raise BadMessage(f"a reader may not send {type(message).__name__}")


def _check_origin(websocket: WebSocket, allowed: tuple[str, ...]) -> None:
    """Refuse pages of other sites: a browser would let any of them speak to a server on the reader's own machine."""
    origin = websocket.headers.get("origin")
    if origin and urlsplit(origin).netloc != websocket.headers.get("host") and origin not in allowed:
        raise Forbidden(f"pages of {origin} may not connect here; the server's setting origins allows them")
