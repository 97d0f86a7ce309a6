"""What waits to be sent to one connection: bounded, newest state first, finals never dropped."""

import asyncio
from collections.abc import Callable, Hashable

from rtt.errors import TryAgainLater, WireError


class Outbox:
    """Frames for one peer, in order.

    A frame put under a key replaces the unsent one of the same key: a superseded tentative caption is never sent.
    A peer that is `limit` frames or `patience_s` behind is given up with TryAgainLater; it may resume.
    """

    def __init__(self, *, limit: int, patience_s: float, superseded: Callable[[], object] = lambda: None) -> None:
        """`superseded` is called for each frame that is dropped for a newer one."""
        self._frames: dict[Hashable, tuple[str, float]] = {}
        self._news = asyncio.Event()
        self._limit = limit
        self._patience_s = patience_s
        self._superseded = superseded
        self.waited_s = 0.0
        """How long the frame that was taken last had waited."""
        self.closing: WireError | None = None
        self.on_give_up: Callable[[], object] = lambda: None
        self.write: Callable[[str], bool] | None = None
        """Sends a frame on the spot if it can, and tells whether it could; asked where nothing waits before it."""
        self._getting = False

    def put(self, frame: str, key: Hashable | None = None, *, lasting: bool = False) -> None:
        """Queue a frame, and drop the unsent one of the same key; a lasting one is never dropped."""
        if self.closing:
            return
        if self._getting and not self._frames and self.write and self.write(frame):
            return
        now = asyncio.get_running_loop().time()
        old = None if key is None else self._frames.pop(key, None)
        if old:
            self._superseded()
        self._frames[object() if lasting or key is None else key] = frame, old[1] if old else now
        oldest = next(iter(self._frames.values()))[1]
        if len(self._frames) > self._limit or now - oldest > self._patience_s:
            self.close(TryAgainLater("too slow: captions are not read as fast as they come; connect again and resume"))
            self.on_give_up()
        self._news.set()

    def close(self, error: WireError) -> None:
        """Take no more frames; what waits is still sent, then the error."""
        self.closing = self.closing or error
        self._news.set()

    def take_all(self) -> list[str]:
        """Return every frame that waits, without waiting."""
        frames = [frame for frame, _ in self._frames.values()]
        self._frames.clear()
        return frames

    async def get(self) -> str | None:
        """Return the next frame, or None when all has been sent and the outbox is closed."""
        while not self._frames:
            if self.closing:
                return None
            self._news.clear()
            self._getting = True
            try:
                await self._news.wait()
            finally:
                self._getting = False
        frame, since = self._frames.pop(next(iter(self._frames)))
        self.waited_s = asyncio.get_running_loop().time() - since
        return frame
