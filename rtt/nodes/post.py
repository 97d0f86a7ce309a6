"""Letters between nodes, and their answers."""

import asyncio
from itertools import count

import structlog
from redis.exceptions import RedisError

from rtt.errors import TryAgainLater
from rtt.nodes.records import Answer, Letter, Wish, encode
from rtt.nodes.store import Store

_log = structlog.get_logger(__name__)

_PATIENCE_S = 1.5


class Post:
    """What one node has to say to others."""

    def __init__(self, store: Store, node: str) -> None:
        self._store = store
        self._node = node
        self._numbers = count()
        self._waiting: dict[int, asyncio.Future[str | None]] = {}

    async def ask(self, node: str, room: str, wish: Wish) -> str | None:
        """Ask the node that leads a room for something; return the error that it answers with, if any.

        Raises TryAgainLater where no answer comes.
        """
        number = next(self._numbers)
        answer: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            await self._store.send(node, encode(Letter(self._node, room, wish, number)))
            async with asyncio.timeout(_PATIENCE_S):
                return await answer
        except (RedisError, TimeoutError):
            raise TryAgainLater(f"the node that leads room {room} does not answer") from None
        finally:
            del self._waiting[number]

    async def tell(self, node: str, room: str, wish: Wish) -> None:
        """Tell it something that needs no answer. Raises RedisError."""
        await self._store.send(node, encode(Letter(self._node, room, wish)))

    async def answer(self, letter: Letter, error: str | None = None) -> None:
        """Answer a letter, if its sender waits for that."""
        if letter.number is None:
            return
        try:
            await self._store.send(letter.sender, encode(Answer(letter.number, error)))
        except RedisError as problem:
            _log.warning("a letter cannot be answered", room=letter.room, reason=str(problem))

    def take(self, answer: Answer) -> None:
        """Take an answer; one that came too late is of no use."""
        waiting = self._waiting.get(answer.number)
        if waiting and not waiting.done():
            waiting.set_result(answer.error)
