"""`/health/live` and `/health/ready`: whether the server runs, and whether it can translate."""

import asyncio
from importlib.metadata import version

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from rtt.auth import Role
from rtt.config import Config
from rtt.endpoints.door import Door
from rtt.engine import Engine
from rtt.errors import Forbidden, Unauthorized
from rtt.rooms import Rooms


class Health:
    """The endpoints for those who watch a server."""

    def __init__(self, engine: Engine, rooms: Rooms, config: Config, door: Door) -> None:
        self._engine = engine
        self._rooms = rooms
        self._writes = not config.relay
        self._door = door
        self._version = version("rtt")

    def routes(self) -> list[BaseRoute]:
        """Return the way to each answer."""
        return [Route("/health/live", self.live), Route("/health/ready", self.ready)]

    async def live(self, _request: Request) -> Response:
        """Answer 200 as soon as the server runs."""
        return JSONResponse({"status": "live"})

    async def ready(self, request: Request) -> Response:
        """Answer 200 once the models are loaded and have translated, else 503.

        An operator is told the `version` besides, and where transcripts are written how many bytes are free there:
        `transcripts` is null where none are; a relay, which writes none of those of its rooms, leaves it out.
        """
        ready = self._engine.ready
        told: dict[str, object] = {"status": "ready" if ready else "loading"}
        if self._is_operator(request):
            told["version"] = self._version
            if self._writes:
                free = await asyncio.to_thread(self._rooms.free_bytes)
                told["transcripts"] = None if free is None else {"free_bytes": free}
        return JSONResponse(told, 200 if ready else 503)

    def _is_operator(self, request: Request) -> bool:
        try:
            self._door.admit(request, Role.OPERATOR)
        except (Unauthorized, Forbidden):
            return False
        return True
