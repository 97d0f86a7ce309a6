"""Transcripts over HTTP, during a talk and after it, as long as the room is remembered."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from rtt.auth import Role
from rtt.endpoints.door import Door
from rtt.errors import BadRequest, TryAgainLater
from rtt.protocol import TranscriptQuery, decode_query, decode_room
from rtt.records import record
from rtt.rooms import Rooms
from rtt.transcript.formats import Format, file_name, write

_MOST_WAITING = 100


class Transcripts:
    """The endpoint of transcripts, over one server's rooms."""

    def __init__(self, rooms: Rooms, door: Door) -> None:
        self._rooms = rooms
        self._door = door
        self._turn = asyncio.Lock()
        self._waiting = 0

    async def get(self, request: Request) -> Response:
        """`/v1/rooms/{room}/transcript.{format}`.

        Raises BadRequest, Unauthorized, Forbidden, NoRoom, UnsupportedPair, TryAgainLater.
        """
        name = decode_room(request.path_params["room"])
        grant = self._door.admit(request, Role.READER, name)
        format_ = _format(request.path_params["format"])
        query = decode_query(request.query_params, TranscriptQuery)
        room = await self._rooms.find(name)
        room.limit_retention(grant.retention)
        async with self._in_turn():
            found = record(room, query)
            text = await asyncio.to_thread(lambda: write(found.transcript(), format_))
        return Response(
            text,
            media_type=format_.media_type,
            headers={
                "Cache-Control": "no-store",
                "Content-Disposition": _attachment(file_name(found, format_)),
                "Content-Language": ", ".join(found.langs),
            },
        )

    @asynccontextmanager
    async def _in_turn(self) -> AsyncIterator[None]:
        """Wait until no other transcript is being written: captions need the cores. Raises TryAgainLater."""
        if self._waiting >= _MOST_WAITING:
            raise TryAgainLater(f"{self._waiting} transcripts are being written; ask again")
        self._waiting += 1
        try:
            async with self._turn:
                yield
        finally:
            self._waiting -= 1


def _attachment(name: str) -> str:
    """Have a browser save an answer under a name (RFC 6266, section 4.3)."""
    return f'attachment; filename="{name}"' if name.isascii() else f"attachment; filename*=UTF-8''{quote(name)}"


def _format(ending: str) -> Format:
    try:
        return Format(ending)
    except ValueError:
        raise BadRequest(f"there is no transcript.{ending[:20]}; the formats are: {', '.join(Format)}") from None
