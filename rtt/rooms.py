"""All rooms of a server: opened when somebody comes, forgotten when they have been empty for long."""

import asyncio
import secrets
from collections.abc import Callable

import structlog

from rtt.catalog import Catalog
from rtt.config import Config
from rtt.engine import Engine
from rtt.errors import Restarting, TryAgainLater
from rtt.metrics import Metrics
from rtt.protocol import Load
from rtt.quotas import Quotas
from rtt.room import Room

_log = structlog.get_logger(__name__)

_TICK_S = 1.0


class Rooms:
    """The rooms by name, and the nameless ones of `/v1/translate`."""

    def __init__(
        self, catalog: Catalog, engine: Engine, config: Config, metrics: Metrics, make: Callable[..., Room] = Room
    ) -> None:
        """`make` makes the rooms that others can find."""
        self.catalog = catalog
        self.engine = engine
        self.quotas = Quotas(config)
        self._config = config
        self._metrics = metrics
        self._make = make
        self._rooms: dict[str, Room] = {}
        self._closing = False

    def __len__(self) -> int:
        return len(self._rooms)

    def readers(self) -> int:
        """Return how many readers all rooms have."""
        return sum(room.readers for room in self._rooms.values())

    def unwritten(self) -> int:
        """Return how many events wait to be written to a log that outlives this server: here there is none."""
        return 0

    def open(self, name: str, source: str | None = None, address: str = "") -> Room:
        """Return the room of that name, opened if need be for a peer of that address.

        Raises TryAgainLater, QuotaExceeded, Restarting.
        """
        return self._open(name, source, address, self._make)

    def _open(self, name: str, source: str | None, address: str, make: Callable[..., Room]) -> Room:
        if self._closing:
            raise Restarting("the server restarts; connect again")
        if name not in self._rooms:
            if len(self._rooms) >= self._config.max_rooms:
                raise TryAgainLater(f"all {self._config.max_rooms} rooms are taken")
            if self._config.adapt and self.engine.load is not Load.NORMAL:
                raise TryAgainLater("the server is busy and takes no new rooms for now")
            language = self.catalog.resolve(source or self._config.source)
            self.quotas.new_room(address)
            self._rooms[name] = make(name, language, self.catalog, self.engine, self._config, self._metrics)
        return self._rooms[name]

    async def to_read(self, name: str, source: str | None, address: str, _since: int | None) -> Room:
        """Return a room that a reader may join, who has seen it up to `since`. Raises what `open` does."""
        return self.open(name, source, address)

    async def to_speak(self, name: str, source: str | None, address: str) -> Room:
        """Return a room that a speaker may take over. Raises what `open` does."""
        return self.open(name, source, address)

    async def to_operate(self, name: str, source: str | None, address: str) -> Room:
        """Return a room that an operator may join. Raises what `open` does."""
        return self.open(name, source, address)

    def open_private(self, source: str) -> Room:
        """Return a new room that nobody else can find; `forget` it afterwards."""
        return self._open(f"private-{secrets.token_hex(8)}", source, "", Room)

    def forget(self, room: Room) -> None:
        """Remove a room and stop its work."""
        self._rooms.pop(room.name, None)
        self.quotas.forget(room.name)
        room.close()

    async def run(self) -> None:
        """Tell every room's status each second, and forget the rooms that everybody left long ago."""
        while True:
            await asyncio.sleep(_TICK_S)
            for room in list(self._rooms.values()):
                room.tell_status()
                if room.empty_for() > self._config.room_linger_s:
                    self.forget(room)

    async def close(self) -> None:
        """Translate what is open to its finals, as far as the time allows, and end every room."""
        self._closing = True
        try:
            async with asyncio.timeout(self._config.drain_s):
                await asyncio.gather(*(room.drain() for room in self._rooms.values()))
        except TimeoutError:
            _log.warning("not all finals were translated before the end", waited_s=self._config.drain_s)
        for room in list(self._rooms.values()):
            self.forget(room)
