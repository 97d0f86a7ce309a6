"""All rooms of a server: opened when somebody comes, forgotten when they have been empty for long."""

import asyncio
import secrets
from collections.abc import Callable
from datetime import UTC, datetime

import structlog

from rtt.archive import Archive
from rtt.catalog import Catalog
from rtt.config import Config
from rtt.engine import Engine
from rtt.errors import NoRoom, Restarting, TryAgainLater, UnsupportedPair
from rtt.metrics import Metrics
from rtt.profanity import read_profanity
from rtt.protocol import Load
from rtt.quotas import Quotas
from rtt.records import ended_talks, other_talks
from rtt.room import Room
from rtt.talk_schedule import Schedule, Slot
from rtt.transcript.sentences import Record

_log = structlog.get_logger(__name__)

_TICK_S = 1.0
# How long the last translations and corrections of a talk may come after it, until its files are written.
_SETTLE_S = 10.0


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
        self._private: set[str] = set()
        self._archive = Archive(config.transcripts) if config.transcripts else None
        self._profanity = read_profanity(config.profanity) if config.profanity else None
        self._schedule = Schedule(config.schedule) if config.schedule else None
        self._writing: set[asyncio.Task[None]] = set()
        self._closing = False

    def __len__(self) -> int:
        return len(self._rooms)

    def readers(self) -> int:
        """Return how many readers all rooms have."""
        return sum(room.readers for room in self._rooms.values())

    def unwritten(self) -> int:
        """Return how many events wait to be written to a log that outlives this server: here there is none."""
        return 0

    def free_bytes(self) -> int | None:
        """Return how much can still be written where transcripts are; None: none are written."""
        return self._archive.free_bytes() if self._archive else None

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
            self.quotas.new_room(address)
            self._rooms[name] = self._new_room(name, source, make)
        return self._rooms[name]

    async def find(self, name: str) -> Room:
        """Return the room of that name. Raises NoRoom where nobody has opened it, or it is forgotten."""
        if name not in self._rooms:
            raise NoRoom(f"there is no room {name}, or it is forgotten")
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
        room = self._open(f"private-{secrets.token_hex(8)}", source, "", Room)
        self._private.add(room.name)
        return room

    def forget(self, room: Room) -> None:
        """Remove a room and stop its work."""
        self._rooms.pop(room.name, None)
        self.quotas.forget(room.name)
        self._private.discard(room.name)
        if self._schedule:
            self._schedule.forget(room.name)
        room.close()

    async def run(self) -> None:
        """Tell every room's status each second, and forget the rooms that everybody left long ago."""
        while True:
            await asyncio.sleep(_TICK_S)
            self._follow_schedule()
            settled = asyncio.get_running_loop().time() - _SETTLE_S
            for room in list(self._rooms.values()):
                room.tell_status()
                if room.empty_for() > room.kept_s:
                    self._put_away(room)
                elif self._goes_to_files(room):
                    self._write(ended_talks(room, settled))

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

    def _new_room(self, name: str, source: str | None, make: Callable[..., Room]) -> Room:
        slot = self._schedule.due(name, datetime.now(UTC)) if self._schedule else None
        language = self.catalog.resolve(source or (slot and slot.source) or self._config.source)
        room = make(name, language, self.catalog, self.engine, self._config, self._metrics, self._profanity)
        if self._schedule and slot:
            self._begin(room, slot, self._schedule)
        return room

    def _follow_schedule(self) -> None:
        if self._schedule:
            self._schedule.refresh()
            for room in self._rooms.values():
                if slot := self._schedule.due(room.name, datetime.now(UTC)):
                    self._begin(room, slot, self._schedule)

    def _begin(self, room: Room, slot: Slot, schedule: Schedule) -> None:
        if not room.leads:
            # Another server begins the talk; should this one lead the room meanwhile, it is due again.
            schedule.forget(room.name)
            return
        start = slot.start.timestamp()
        if any(talk.slot == start for talk in room.talks.held):
            return
        _log.info("a talk begins", room=room.name, start=slot.start.isoformat())
        room.clear(slot.title, slot.speaker, start)
        for lang in self.catalog.resolve_all(slot.languages):
            try:
                room.announce([lang])
            except UnsupportedPair as error:
                _log.error("a language of the schedule cannot be had", room=room.name, reason=str(error))

    def _put_away(self, room: Room) -> None:
        """Forget a room, and write what was said in it where that is asked for."""
        if self._goes_to_files(room):
            self._write(other_talks(room))
        self.forget(room)

    def _goes_to_files(self, room: Room) -> bool:
        """Tell whether this server writes a room's transcripts to files; never what was said in private."""
        return bool(self._archive) and room.leads and room.name not in self._private and room.retention.transcripts

    def _write(self, records: list[Record]) -> None:
        if self._archive and records:
            writing = asyncio.create_task(asyncio.to_thread(self._archive.write, records))
            self._writing.add(writing)
            writing.add_done_callback(self._writing.discard)
