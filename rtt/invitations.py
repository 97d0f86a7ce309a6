"""`POST /v1/rooms`: makes a room, and a token for each role in it."""

import secrets
import time
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from rtt.auth import Grant, Role
from rtt.config import Config
from rtt.endpoints.door import Door, address_of
from rtt.errors import BadRequest, TooLarge
from rtt.protocol import MAX_FRAME, MakeRoom, RoomMade, decode_body, encode
from rtt.retention import Retention
from rtt.room import Room
from rtt.rooms import Rooms

_ROLES = (Role.SPEAKER, Role.OPERATOR, Role.READER)


class Invitations:
    """Makes rooms for organisers, or for everybody where that is allowed."""

    def __init__(self, rooms: Rooms, config: Config, door: Door) -> None:
        self._rooms = rooms
        self._config = config
        self._door = door

    async def make(self, request: Request) -> Response:
        """Answer 201 with the tokens. Raises Unauthorized, Forbidden, BadRequest, UnsupportedPair, QuotaExceeded.

        The tokens carry the room's languages and its retention, so that it can be opened again after the server has
        forgotten it.
        """
        wanted = decode_body(await _body(request), MakeRoom)
        name = wanted.room or f"room-{secrets.token_hex(4)}"
        if not self._config.public_rooms:
            self._door.admit(request, Role.ORGANISER, name)
        retention = self._retention(wanted)
        room = await self._rooms.to_operate(name, wanted.source, address_of(request))
        room.limit_retention(retention)
        targets = [self._rooms.catalog.resolve(target) for target in wanted.targets]
        room.announce(targets)
        made = self._made(room, wanted.source, tuple(targets))
        return Response(encode(made), 201, media_type="application/json")

    def _retention(self, wanted: MakeRoom) -> Retention:
        """Return how the room is to be kept. Raises BadRequest where it is longer than the server keeps any."""
        most = self._config.room_linger_s
        if wanted.retention_s is not None and wanted.retention_s > most:
            raise BadRequest(
                f"field retention_s: {wanted.retention_s:g}: Expected at most {most:g}, the server's room_linger_s"
            )
        return Retention(wanted.retention_s, wanted.transcripts, wanted.private)

    def _made(self, room: Room, source: str | None, targets: tuple[str, ...]) -> RoomMade:
        retention = room.retention
        kept_s = retention.kept_s(self._config.room_linger_s)
        written = bool(self._config.transcripts) and retention.transcripts
        private = self._config.private or retention.private
        auth = self._door.auth
        if not auth.required:
            return RoomMade(room.name, dict.fromkeys(_ROLES, ""), None, kept_s, written, private)
        expires = int(time.time() + self._config.token_lifetime_s)
        tokens = {str(role): auth.issue(Grant(role, expires, room.name, source, targets, retention)) for role in _ROLES}
        expires_at = datetime.fromtimestamp(expires, UTC).isoformat().replace("+00:00", "Z")
        return RoomMade(room.name, tokens, expires_at, kept_s, written, private)


async def _body(request: Request) -> bytes:
    """Read a body that is no larger than a frame may be. Raises TooLarge."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FRAME:
            raise TooLarge(f"a body of more than {MAX_FRAME} bytes")
    return body
