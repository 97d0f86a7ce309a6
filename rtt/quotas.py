"""What one address, room or speaker may have or send, lest one of them leave nothing to the others."""

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter, MovingWindowRateLimiter

from rtt.config import Config
from rtt.errors import QuotaExceeded, RateLimited
from rtt.protocol import Part

# Characters are counted by the hundred: the window keeps an entry for each.
_UNIT = 100
# Who sends this many times as much as it may, for a minute, is no captioner.
_FLOOD = 20
_POLL_S = 0.05


class _LoopTimer(threading.Timer):
    """Calls on the event loop, a second after it was last asked whether it runs; it always does, and is no thread."""

    _due: asyncio.TimerHandle | None = None

    def is_alive(self) -> bool:
        if self._due is None:
            self._due = asyncio.get_running_loop().call_later(1.0, self._call)
        return True

    def _call(self) -> None:
        self._due = None
        self.function()


class _Memory(MemoryStorage):
    """Forgets what is past on the event loop: by itself it starts a thread for that with nearly every message."""

    def __init__(self) -> None:
        super().__init__()
        self.timer.cancel()
        self.timer = _LoopTimer(0, self.timer.function)


class Quotas:
    """The limits of one server, in its memory. An address of "" is this machine, which has none."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._sockets: Counter[str] = Counter()
        storage = _Memory()
        self._moving = MovingWindowRateLimiter(storage)
        self._fixed = FixedWindowRateLimiter(storage)

    @contextmanager
    def socket(self, address: str) -> Iterator[None]:
        """Count a socket while it is open. Raises QuotaExceeded."""
        most = self._config.sockets_per_address
        if address and most and self._sockets[address] >= most:
            raise QuotaExceeded(f"{address} has {most} sockets open already, which is the limit")
        self._sockets[address] += 1
        try:
            yield
        finally:
            self._sockets[address] -= 1
            if not self._sockets[address]:
                del self._sockets[address]

    def new_room(self, address: str) -> None:
        """Count a new room. Raises QuotaExceeded."""
        most = self._config.rooms_per_address
        if address and most and not self._moving.hit(RateLimitItemPerHour(most), "rooms", address):
            raise QuotaExceeded(f"{address} has made {most} rooms in an hour, which is the limit")

    def pace(self, part: str, name: str) -> "Pace":
        """Return the pace that somebody has to keep; the same for all sockets of that part and name."""
        config = self._config
        return Pace(self._moving, self._fixed, config.messages_per_s, config.characters_per_s, (part, name))

    def forget(self, name: str) -> None:
        """Forget what was sent under a name that will hardly come back."""
        for part in Part:
            self.pace(part, name).forget()


class Pace:
    """How fast one speaker may send."""

    def __init__(
        self,
        moving: MovingWindowRateLimiter,
        fixed: FixedWindowRateLimiter,
        messages_per_s: int,
        characters_per_s: int,
        speaker: tuple[str, ...],
    ) -> None:
        self._moving = moving
        self._fixed = fixed
        self._speaker = speaker
        self._messages_per_s = messages_per_s
        self._characters_per_s = characters_per_s
        self._messages = RateLimitItemPerSecond(messages_per_s, namespace="messages")
        self._characters = RateLimitItemPerSecond(-(-characters_per_s // _UNIT), namespace="characters")
        self._flood = RateLimitItemPerMinute(
            60 * _FLOOD * (messages_per_s or self._characters.amount or 1), namespace="flood"
        )

    def admits(self, characters: int, *, spare: bool = False) -> bool:
        """Tell whether a message of so many characters may come now, and count it if so.

        One that can be spared may only as long as half of what may be sent is left to others.
        """
        costs = self._costs(characters)
        if not all(
            self._moving.test(item, *self._speaker, cost=cost + spare * (item.amount // 2)) for item, cost in costs
        ):
            return False
        for item, cost in costs:
            self._moving.hit(item, *self._speaker, cost=cost)
        return True

    async def turn(self, characters: int) -> None:
        """Wait until a message of so many characters may come."""
        while not self.admits(characters):  # noqa: ASYNC110 - time is what is waited for
            await asyncio.sleep(_POLL_S)

    def forget(self) -> None:
        """Forget what was sent."""
        for item, _ in self._costs(0):
            self._moving.clear(item, *self._speaker)

    def _costs(self, characters: int) -> list[tuple[RateLimitItem, int]]:
        """Return what a message costs of each limit that there is; never more than can ever be had."""
        units = min(1 + characters // _UNIT, -(-self._characters.amount // 2))
        return [(item, cost) for item, cost in ((self._messages, 1), (self._characters, units)) if item.amount]

    def refuse(self) -> RateLimited:
        """Return the answer to a message that came too soon. Raises RateLimited where it goes on for long."""
        error = RateLimited(
            f"more than {self._messages_per_s} messages or {self._characters_per_s} characters in a second; "
            "this partial was dropped, the next one that comes in time replaces it"
        )
        if not self._fixed.hit(self._flood, *self._speaker):
            raise error
        return error
