"""The rooms of one node of several: which it leads, which it follows, and who asks whom."""

import asyncio
import math
import secrets
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

import structlog
from redis.exceptions import RedisError

from rtt.catalog import Catalog
from rtt.config import Config
from rtt.engine import Engine
from rtt.errors import TryAgainLater, WireError
from rtt.metrics import Metrics
from rtt.nodes.feed import Feed
from rtt.nodes.followed_room import LED_ELSEWHERE, FollowedRoom
from rtt.nodes.journal import Journal
from rtt.nodes.post import Post
from rtt.nodes.records import Answer, Count, HandOver, Letter, Say, Want
from rtt.nodes.shared_room import SharedRoom
from rtt.nodes.store import LEASE_S, Lead, Store, new_token, node_of
from rtt.protocol import EVERYBODY_TYPES, SPEAKER_TYPES, Error, decode, encode_error
from rtt.room import Room
from rtt.rooms import Rooms

_log = structlog.get_logger(__name__)

_TICK_S = 1.0
# How long a speaker waits until the node that led its room has let go, or is taken for dead.
_CLAIM_S = 10.0
_AGAIN_S = 0.1
# How long a reader may be ahead of this node, which it left another one for.
_CATCH_UP_S = 1.0
_AWAY = "the log that this server shares with others cannot be reached"


class SharedRooms(Rooms):
    """Rooms over a Redis; a relay leads none of them."""

    def __init__(self, catalog: Catalog, engine: Engine, config: Config, metrics: Metrics) -> None:
        super().__init__(catalog, engine, config, metrics, self._make_room)
        self._relay = config.relay
        self._store = store = Store(config.log, log_limit=config.log_limit)
        self._node = secrets.token_hex(8)
        self._feed = Feed(store, self._node)
        self._post = Post(store, self._node)
        self._tasks: set[asyncio.Task[None]] = set()
        self._running: asyncio.Future[Any] | None = None

    async def to_read(self, name: str, source: str | None, address: str, since: int | None) -> Room:
        """Return a room that a reader may join, which has all that the reader has seen. Raises what `open` does."""
        room = await self._enter(name, source, address)
        if since is not None and since > room.log.seq:
            with suppress(RedisError, TimeoutError):
                await self._catch_up(room, since)
        return room

    async def to_speak(self, name: str, source: str | None, address: str) -> Room:
        """Return a room that this node leads, whoever led it before. Raises what `open` does."""
        if self._relay:
            raise TryAgainLater("this server has readers only; connect again to reach another one")
        room = await self._enter(name, source, address)
        async with room.entering:
            await self._claim(room)
        return room

    async def to_operate(self, name: str, source: str | None, address: str) -> Room:
        """Return a room that some node leads. Raises what `open` does."""
        room = await self._enter(name, source, address)
        if not (room.leads or await self._lead(room)):
            await self.to_speak(name, source, address)
        return room

    async def find(self, name: str) -> Room:
        """Return the room of that name, whichever node has it, with all that is in its log.

        Raises NoRoom where none has it, and what `open` does.
        """
        try:
            if name not in self._rooms and not await self._store.has(name):
                return await super().find(name)
        except RedisError as error:
            raise TryAgainLater(_AWAY) from error
        room = await self._enter(name, None, "")
        with suppress(RedisError, TimeoutError):
            await self._catch_up(room)
        return room

    def unwritten(self) -> int:
        """Return how many events of the rooms that this node leads wait to be written."""
        return sum(room.unwritten for room in self._shared())

    # What rooms want of their leaders.

    def want(self, room: FollowedRoom, langs: set[str]) -> None:
        """Have the leader open some languages; until there is one, it is asked again and again."""
        self._start(self._want(room, langs))

    async def say(self, room: FollowedRoom, frame: str) -> None:
        """Have the leader take what an operator says. Raises WireError."""
        if lead := await self._lead(room):
            await self._ask(lead, room, Say(frame))
        else:
            raise TryAgainLater(f"nobody leads room {room.name}")

    def tell_census(self, room: FollowedRoom) -> None:
        """Tell the leader at once who is here and what they wish."""
        self._start(self._tell_census(room))

    # Life.

    async def run(self) -> None:
        """Tell, forget, follow and lead, for ever."""
        self._running = asyncio.gather(super().run(), self._feed.run(self._receive, self._follow_all), self._watch())
        await self._running

    def forget(self, room: Room) -> None:
        """Remove a room and stop its work at this node."""
        if isinstance(room, SharedRoom):
            self._feed.remove(room.name)
            self._start(self._let_go(room, for_good=not self._closing))
        super().forget(room)

    async def close(self) -> None:
        """End every room; what it leads is left to other nodes."""
        await super().close()
        # Nobody may ask the store for a connection once it is closed: that one would stay open.
        if self._running:
            self._running.cancel()
            await asyncio.wait([self._running])
        # Some of it begins more.
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._feed.close()
        await self._store.close()

    async def _let_go(self, room: SharedRoom, *, for_good: bool) -> None:
        """Let go of a room once nobody comes in any more: who was just about to would lead it for ever."""
        async with room.entering:
            await room.let_go(for_good=for_good)

    def _make_room(self, *of_room: Any) -> SharedRoom:  # noqa: ANN401 - those of Room
        room = SharedRoom(*of_room, leader=self)
        room.on_deposed = self._deposed
        return room

    def _deposed(self, room: SharedRoom) -> None:
        """Follow the room that another node leads now."""
        _log.warning("another node leads the room now", room=room.name)
        room.stop_leading(TryAgainLater(LED_ELSEWHERE))
        self._start(self._follow_again(room))

    async def _enter(self, name: str, source: str | None, address: str) -> SharedRoom:
        """Return a room that is followed or led. Raises what `open` does, and TryAgainLater without Redis."""
        while True:
            room = self.open(name, source, address)
            if not isinstance(room, SharedRoom):
                raise TryAgainLater(f"room {name} is another's")
            async with room.entering:
                if self._rooms.get(name) is not room:
                    continue
                try:
                    if not (room.leads or room.followed):
                        await self._follow(room)
                except RedisError as error:
                    self.forget(room)
                    raise TryAgainLater(_AWAY) from error
                return room

    async def _catch_up(self, room: SharedRoom, since: float = math.inf) -> None:
        """Wait until the room has what there is, up to what a reader has seen. Raises RedisError, TimeoutError."""
        there = await self._store.seq(room.name)
        async with asyncio.timeout(_CATCH_UP_S):
            while room.log.seq < min(since, there):  # noqa: ASYNC110 - it comes by itself
                await asyncio.sleep(_AGAIN_S / 10)

    async def _follow(self, room: SharedRoom) -> None:
        past = await self._store.read(room.name, room.log.id, room.kept_s)
        room.follow(past)
        self._feed.add(room, past.positions)

    async def _follow_again(self, room: SharedRoom) -> None:
        async with room.entering:
            if not room.leads and self._rooms.get(room.name) is room:
                await self._follow(room)

    async def _follow_all(self) -> None:
        # Not waited for: who holds a room may wait for a letter that is read here.
        for room in self._shared():
            room.followed = False
            self._start(self._follow_again(room))

    async def _claim(self, room: SharedRoom) -> None:
        """Lead a room, which its leader hands over unless it is dead. Raises TryAgainLater."""
        try:
            async with asyncio.timeout(_CLAIM_S):
                while not room.leads:
                    if holder := await self._try_to_lead(room):
                        await self._post.tell(node_of(holder), room.name, HandOver(holder))
                        await asyncio.sleep(_AGAIN_S)
        except TimeoutError:
            raise TryAgainLater(f"the node that leads room {room.name} does not let go of it") from None
        except RedisError as error:
            raise TryAgainLater(_AWAY) from error

    async def _try_to_lead(self, room: SharedRoom) -> str | None:
        """Lead a room, or return the token of the node that leads it."""
        token = new_token(self._node, secrets.token_hex(8))
        claimed = await self._store.claim(room.name, token, room.log.id)
        if isinstance(claimed, str):
            return claimed
        past = await self._store.read(room.name, room.log.id, room.kept_s)
        self._feed.remove(room.name)
        room.follow(past)
        journal = Journal(
            *(self._store, room.name, token, room.log.copy(), past.seq),
            kept_s=lambda: room.retention.kept_s(self._config.room_linger_s),
        )
        room.lead(journal, claimed)
        return None

    async def _watch(self) -> None:
        """See each second who leads what, and lead what nobody does any more."""
        while True:
            await asyncio.sleep(_TICK_S)
            rooms = self._shared()
            try:
                leads = await self._store.leads({room.name: room.kept_s for room in rooms})
                for room, lead in zip(rooms, leads, strict=True):
                    if not room.leads:
                        await self._tend(room, lead)
            except RedisError as error:
                _log.warning("who leads which room cannot be seen", reason=str(error))
                # Whoever leads could not tell that it is alive.
                await asyncio.sleep(LEASE_S)

    async def _tend(self, room: SharedRoom, lead: Lead) -> None:
        """Do what a follower does each second."""
        if not room.followed:
            await self._follow_again(room)
        if lead.node:
            await self._post.tell(lead.node, room.name, room.census())
            if wanted := room.wanted():
                self.want(room, wanted)
            return
        room.leaderless()
        if lead.wanted and not self._relay:
            async with room.entering:
                if not room.leads and self._rooms.get(room.name) is room:
                    await self._try_to_lead(room)

    async def _lead(self, room: FollowedRoom) -> str | None:
        """Return the node that leads a room, if one that is alive does. Raises TryAgainLater."""
        try:
            (lead,) = await self._store.leads({room.name: room.kept_s})
        except RedisError as error:
            raise TryAgainLater(_AWAY) from error
        return lead.node

    async def _tell_census(self, room: FollowedRoom) -> None:
        with suppress(TryAgainLater):
            if lead := await self._lead(room):
                await self._post.tell(lead, room.name, room.census())

    async def _want(self, room: FollowedRoom, langs: set[str]) -> None:
        try:
            if lead := await self._lead(room):
                await self._ask(lead, room, Want(sorted(langs)))
        except TryAgainLater as error:
            _log.info("languages are asked for again", room=room.name, reason=str(error))
        except WireError as error:
            room.refuse(langs, error)

    async def _ask(self, node: str, room: FollowedRoom, wish: Want | Say) -> None:
        """Raise the error that the leader answers with."""
        if refusal := await self._post.ask(node, room.name, wish):
            raise _error(refusal)

    def _receive(self, post: Letter | Answer) -> None:
        if isinstance(post, Answer):
            self._post.take(post)
            return
        room = self._rooms.get(post.room)
        if isinstance(room, SharedRoom):
            self._start(self._fulfil(room, post))

    async def _fulfil(self, room: SharedRoom, letter: Letter) -> None:
        """Do what another node wants of the leader, and answer when it is done."""
        try:
            match letter.wish:
                case Count():
                    room.count(letter.sender, letter.wish)
                case HandOver(token):
                    async with room.entering:
                        if room.token == token:
                            await room.hand_over()
                    await self._follow_again(room)
                case _ if not room.leads:
                    raise TryAgainLater(f"another node leads room {room.name}")
                case Want(langs):
                    room.announce(langs)
                case Say(frame):
                    if taken := room.receive(decode(frame, SPEAKER_TYPES)):
                        await taken
                    await room.kept()
        except WireError as error:
            await self._post.answer(letter, encode_error(error))
        else:
            await self._post.answer(letter)

    def _shared(self) -> list[SharedRoom]:
        return [room for room in self._rooms.values() if isinstance(room, SharedRoom)]

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            _log.warning("the log cannot be reached", reason=str(error))


def _error(frame: str) -> WireError:
    """Return the error of a frame."""
    said = decode(frame, EVERYBODY_TYPES)
    kinds = {kind.code: kind for kind in WireError.__subclasses__()}
    if not isinstance(said, Error) or said.code not in kinds:
        raise TryAgainLater(f"an answer that cannot be read: {frame}")
    return kinds[said.code](said.message)
