"""The three sockets: who may connect to what, and how a socket ends."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect

from rtt.audience import Reader
from rtt.auth import Grant, Role
from rtt.config import Config
from rtt.endpoints.conversation import Conversation, Intake, closed_when_old
from rtt.endpoints.door import Door, address_of
from rtt.errors import BadMessage, Forbidden, WireError
from rtt.metrics import Metrics, Socket
from rtt.outbox import Outbox
from rtt.protocol import (
    READER_TYPES,
    SPEAKER_TYPES,
    CancelUtterance,
    ClearRoom,
    Correct,
    Glossary,
    ListenQuery,
    Part,
    SpeakQuery,
    Spoken,
    TranslateQuery,
    decode_query,
    decode_room,
    encode_error,
)
from rtt.quotas import Pace
from rtt.room import Room
from rtt.rooms import Rooms

_log = structlog.get_logger(__name__)

_CLOSE_S = 5.0


class Sockets:
    """The endpoints of the sockets, over one server's rooms."""

    def __init__(self, rooms: Rooms, config: Config, door: Door, metrics: Metrics) -> None:
        self._rooms = rooms
        self._config = config
        self._door = door
        self._metrics = metrics

    async def listen(self, websocket: WebSocket) -> None:
        """`/v1/rooms/{room}/listen`: any number of readers."""
        await self._serve("listen", websocket, self._listen)

    async def speak(self, websocket: WebSocket) -> None:
        """`/v1/rooms/{room}/speak`: the one speaker, and any number of operators."""
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
            self._door.check_page(websocket)
            with (
                closed_when_old(outbox, self._config.max_age_s),
                self._rooms.quotas.socket(address_of(websocket)),
                self._metrics.socket(kind),
            ):
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
        name = decode_room(websocket.path_params["room"])
        grant = self._door.admit(websocket, Role.READER, name)
        query = decode_query(websocket.query_params, ListenQuery)
        if query.role:
            _check_part(grant, query.role)
        room = await self._rooms.to_read(name, grant.source, address_of(websocket), query.since)
        room.limit_retention(grant.retention)
        pace = self._pace("reader", str(id(outbox)))
        try:
            with room.read(outbox, query):
                await self._converse(websocket, outbox, Intake(READER_TYPES, _reject, pace))
        finally:
            pace.forget()

    async def _speak(self, websocket: WebSocket, outbox: Outbox) -> None:
        name = decode_room(websocket.path_params["room"])
        grant = self._door.admit(websocket, Role.OPERATOR, name)
        query = decode_query(websocket.query_params, SpeakQuery)
        part = query.role or (Part.OPERATOR if grant.role is Role.OPERATOR else Part.SPEAKER)
        _check_part(grant, part)
        wanted = name, query.source or grant.source, address_of(websocket)
        if part is Part.OPERATOR:
            room = await self._rooms.to_operate(*wanted)
            room.limit_retention(grant.retention)
            await self._operate(websocket, outbox, room)
            return
        room = await self._rooms.to_speak(*wanted)
        room.limit_retention(grant.retention)
        source = self._rooms.catalog.resolve(query.source or grant.source or room.source)
        room.take_over(outbox, source, self._resolved(query.target or grant.targets))
        try:
            intake = Intake(SPEAKER_TYPES, room.receive, self._pace(part, name), room.promise)
            await self._converse(websocket, outbox, intake)
        finally:
            room.speaker_left(outbox)

    async def _operate(self, websocket: WebSocket, outbox: Outbox, room: Room) -> None:
        def receive(message: Spoken) -> Awaitable[None] | None:
            if not isinstance(message, Correct | CancelUtterance | Glossary | ClearRoom):
                raise Forbidden("an operator may send clear, correct, glossary, cancel and ping only")
            return room.receive(message)

        room.join_operator(outbox)
        try:
            intake = Intake(SPEAKER_TYPES, receive, self._pace(Part.OPERATOR, room.name), room.promise)
            await self._converse(websocket, outbox, intake)
        finally:
            room.operator_left(outbox)

    async def _translate(self, websocket: WebSocket, outbox: Outbox) -> None:
        grant = self._door.admit(websocket, Role.OPERATOR)
        query = decode_query(websocket.query_params, TranslateQuery)
        if query.role is not Part.OPERATOR:
            _check_part(grant, Part.SPEAKER)
        room = self._rooms.open_private(query.source)
        try:
            room.join(Reader(outbox, self._resolved(query.target), query.stability, timing=query.timing))
            pace = self._pace(Part.SPEAKER, room.name)
            await self._converse(websocket, outbox, Intake(SPEAKER_TYPES, room.receive, pace))
        finally:
            self._rooms.forget(room)

    async def _converse(self, websocket: WebSocket, outbox: Outbox, intake: Intake) -> None:
        await Conversation(websocket, outbox, intake, self._config.idle_timeout_s, self._metrics).run()

    def _pace(self, part: str, name: str) -> Pace:
        return self._rooms.quotas.pace(part, name)

    def _resolved(self, langs: Iterable[str]) -> tuple[str, ...]:
        return self._rooms.catalog.resolve_all(langs)


def _reject(message: Spoken) -> None:
    raise BadMessage(f"a reader may not send {type(message).__name__}")


def _check_part(grant: Grant, part: Part) -> None:
    if not grant.role.includes(Role(part)):
        raise Forbidden(f"the token's role is {grant.role}; field role: {part} needs {part}")
