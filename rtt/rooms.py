"""All rooms of a server: opened when somebody comes, forgotten when they have been empty for long."""

import asyncio
import secrets

import structlog

from rtt.archive import Archive
from rtt.catalog import Catalog
from rtt.config import Config
from rtt.engine import Engine
from rtt.errors import NoRoom, Restarting, TryAgainLater
from rtt.quotas import Quotas
from rtt.room import Room

_log = structlog.get_logger(__name__)

_TICK_S = 1.0


class Rooms:
    """The rooms by name, and the nameless ones of `/v1/translate`."""

    def __init__(self, catalog: Catalog, engine: Engine, config: Config) -> None:
        self.catalog = catalog
        self.engine = engine
        self.quotas = Quotas(config)
        self._config = config
        self._rooms: dict[str, Room] = {}
        self._private: set[str] = set()
        self._archive = Archive(config.transcripts) if config.transcripts else None
        self._writing: set[asyncio.Task[None]] = set()
        self._closing = False

    def __len__(self) -> int:
        return len(self._rooms)

    def open(self, name: str, source: str | None = None, address: str = "") -> Room:
        """Return the room of that name, opened if need be for a peer of that address.

        Raises TryAgainLater, QuotaExceeded, Restarting.
        """
        if self._closing:
            raise Restarting("the server restarts; connect again")
        if name not in self._rooms:
            if len(self._rooms) >= self._config.max_rooms:
                raise TryAgainLater(f"all {self._config.max_rooms} rooms are taken")
            language = self.catalog.resolve(source or self._config.source)
            self.quotas.new_room(address)
            self._rooms[name] = Room(name, language, self.catalog, self.engine, self._config)
        return self._rooms[name]

    def find(self, name: str) -> Room:
        """Return the room of that name. Raises NoRoom where nobody has opened it, or it is forgotten."""
        if name not in self._rooms:
            raise NoRoom(f"there is no room {name}, or it is forgotten")
        return self._rooms[name]

    def open_private(self, source: str) -> Room:
        """Return a new room that nobody else can find; `forget` it afterwards."""
        room = self.open(f"private-{secrets.token_hex(8)}", source)
        self._private.add(room.name)
        return room

    def forget(self, room: Room) -> None:
        """Remove a room and stop its work."""
        self._rooms.pop(room.name, None)
        self.quotas.forget(room.name)
        self._private.discard(room.name)
        room.close()

    async def run(self) -> None:
        """Tell every room's status each second, and forget the rooms that everybody left long ago."""
        while True:
            await asyncio.sleep(_TICK_S)
            for room in list(self._rooms.values()):
                room.tell_status()
                if room.empty_for() > self._config.room_linger_s:
                    self._put_away(room)

    async def close(self) -> None:
        """Translate what is open to its finals, as far as the time allows, and end every room."""
        self._closing = True
        try:
            async with asyncio.timeout(self._config.drain_s):
                await asyncio.gather(*(room.drain() for room in self._rooms.values()))
        except TimeoutError:
            _log.warning("not all finals were translated before the end", waited_s=self._config.drain_s)
        for room in list(self._rooms.values()):
            self._put_away(room)
        await asyncio.gather(*self._writing)

    def _put_away(self, room: Room) -> None:
        """Forget a room, and write what was said in it where that is asked for; never what was said in private."""
        if self._archive and room.name not in self._private:
            writing = asyncio.create_task(asyncio.to_thread(self._archive.write, room.records()))
            self._writing.add(writing)
            writing.add_done_callback(self._writing.discard)
        self.forget(room)
