"""What other nodes write: one connection that waits for all rooms of a node at once, and for its letters."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

import msgspec
import structlog
from redis.exceptions import RedisError

from rtt.log import Event
from rtt.nodes.records import Answer, Letter, decode_event, decode_post
from rtt.nodes.store import FACTS, Fact, Store, mailbox, streams

_log = structlog.get_logger(__name__)

_FIRST_DELAY_S, _LONGEST_DELAY_S = 0.05, 1.0


class Follower(Protocol):
    """A room that another node leads."""

    name: str

    def take(self, news: Event | Fact) -> None:
        """Take what its leader has written."""
        ...


class Feed:
    """Reads the streams of the rooms that are followed, and the node's mailbox."""

    def __init__(self, store: Store, node: str) -> None:
        self._store = store
        self._node = node
        self._followers: dict[str, Follower] = {}
        self._positions: dict[str, str] = {}
        self._waking: set[asyncio.Task[None]] = set()

    def add(self, room: Follower, positions: Mapping[str, str]) -> None:
        """Follow a room from these positions of its streams on."""
        self._followers |= dict.fromkeys(streams(room.name), room)
        self._positions |= positions
        self._wake()

    def remove(self, room: str) -> None:
        """Follow a room no longer."""
        for key in streams(room):
            self._followers.pop(key, None)
            self._positions.pop(key, None)

    async def close(self) -> None:
        """Wait until nothing is sent any more; what was left of it is of no use."""
        for waking in self._waking:
            waking.cancel()
        await asyncio.gather(*self._waking, return_exceptions=True)

    async def run(self, receive: Callable[[Letter | Answer], None], anew: Callable[[], Awaitable[None]]) -> None:
        """Hand on what comes, for ever.

        `receive` takes the letters. `anew` is called when Redis was away, may have lost something, and is back.
        """
        delay_s, lost = _FIRST_DELAY_S, True
        post = mailbox(self._node)
        while True:
            try:
                if lost:
                    self._positions[post] = await self._store.newest_letter(self._node)
                    await anew()
                    delay_s, lost = _FIRST_DELAY_S, False
                news = await self._store.news(self._positions)
                for key, position, name, data in news:
                    self._hand_on(key, position, name, data, receive)
                if letters := [position for key, position, *_ in news if key == post]:
                    await self._store.take_away(self._node, letters)
            except RedisError as error:
                _log.warning("the log cannot be read; trying again", reason=str(error))
                lost = True
                await asyncio.sleep(delay_s)
                delay_s = min(2 * delay_s, _LONGEST_DELAY_S)

    def _hand_on(
        self, key: str, position: str, name: bytes, data: bytes, receive: Callable[[Letter | Answer], None]
    ) -> None:
        if key not in self._positions:
            return
        self._positions[key] = position
        try:
            if key == mailbox(self._node):
                if data:
                    receive(decode_post(data))
            elif name == b"event":
                self._followers[key].take(decode_event(data))
            elif name in FACTS:
                self._followers[key].take(msgspec.msgpack.decode(data, type=FACTS[name]))
        except msgspec.MsgspecError as error:
            _log.error("an entry cannot be read; is another version running?", stream=key, reason=str(error))

    def _wake(self) -> None:
        """Have the connection ask anew, for one room more."""
        waking = asyncio.create_task(self._send_nothing())
        self._waking.add(waking)
        waking.add_done_callback(self._waking.discard)

    async def _send_nothing(self) -> None:
        try:
            await self._store.send(self._node, b"")
        except RedisError as error:
            _log.warning("the log cannot be written", reason=str(error))
