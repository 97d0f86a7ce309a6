"""One socket's two loops: what the peer says goes to the room, what the outbox holds goes to the peer."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from rtt.errors import BadMessage, Forbidden, IdleTimeout, RateLimited, TryAgainLater
from rtt.metrics import Metrics
from rtt.outbox import Outbox
from rtt.protocol import Partial, Ping, Pong, Spoken, decode, encode, encode_error
from rtt.quotas import Pace

_BAD_IN_A_ROW = 10


def _at_once(acknowledge: Callable[[], object]) -> None:
    acknowledge()


@dataclass(frozen=True, slots=True)
class Intake:
    """What a peer may send, who takes it, and how fast."""

    types: Mapping[str, type[msgspec.Struct]]
    receive: Callable[[Spoken], Awaitable[None] | None]
    """Where it has to be waited for, the peer's next message waits too."""
    pace: Pace
    promise: Callable[[Callable[[], object]], object] = _at_once
    """Calls back as soon as what was received is safe, so that it may be acknowledged."""


class Conversation:
    """Reads messages for an intake, answers pings, and writes the outbox."""

    def __init__(self, websocket: WebSocket, outbox: Outbox, intake: Intake, idle_s: float, metrics: Metrics) -> None:
        self._websocket = websocket
        self._outbox = outbox
        self._intake = intake
        self._idle_s = idle_s
        self._metrics = metrics

    async def run(self) -> None:
        """Read and write until the peer leaves or the outbox is closed. Raises WireError for the latter."""
        if write := self._websocket.scope.get("extensions", {}).get("rtt.write"):
            self._outbox.write = partial(self._write_at_once, write)
        await converse(self._read(), self._write(), self._outbox)

    async def _read(self) -> None:
        bad_in_a_row = 0
        while True:
            frame = await self._next_frame()
            try:
                await self._take(frame)
            except (BadMessage, Forbidden) as error:
                bad_in_a_row += 1
                if bad_in_a_row == _BAD_IN_A_ROW:
                    raise
                self._metrics.refused(error)
                self._outbox.put(encode_error(error))
            else:
                bad_in_a_row = 0

    async def _take(self, frame: str | bytes) -> None:
        """Take one message, in its turn: a partial that comes too soon is dropped, anything else waits.

        While it waits nothing more is read, so that the peer has to wait too (TCP's flow control).
        """
        pace = self._intake.pace
        with self._metrics.stage("decode"):
            message = decode(frame, self._intake.types)
        if not isinstance(message, Partial):
            await pace.turn(len(frame))
        elif not pace.admits(len(frame), spare=True):
            self._outbox.put(encode_error(pace.refuse()), RateLimited)
            return
        if isinstance(message, Ping):
            now_ms = round(asyncio.get_running_loop().time() * 1000)
            self._intake.promise(partial(self._outbox.put, encode(Pong(message.t, now_ms))))
        elif waiting := self._intake.receive(message):
            await waiting

    async def _next_frame(self) -> str | bytes:
        try:
            async with asyncio.timeout(self._idle_s or None):
                message = await self._websocket.receive()
        except TimeoutError:
            raise IdleTimeout(f"nothing received for {self._idle_s:g} s, not even a ping") from None
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message["code"])
        text: str | None = message.get("text")
        return message["bytes"] if text is None else text

    def _write_at_once(self, write: Callable[[str], bool], frame: str) -> bool:
        started = time.perf_counter()
        written = write(frame)
        if written:
            self._metrics.spent("send", time.perf_counter() - started)
        return written

    async def _write(self) -> None:
        while (frame := await self._outbox.get()) is not None:
            started, waited_s = time.perf_counter(), self._outbox.waited_s
            await self._websocket.send_text(frame)
            self._metrics.spent("send", waited_s + time.perf_counter() - started)


async def converse(read: Coroutine[None, None, None], write: Coroutine[None, None, None], outbox: Outbox) -> None:
    """Run two loops until one ends or the outbox is given up. Raises what ended them, and WireError of the outbox."""
    reading, writing = asyncio.create_task(read), asyncio.create_task(write)
    # A peer that does not read leaves the writing stuck.
    outbox.on_give_up = writing.cancel
    tasks = (reading, writing)
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in tasks:
        if not task.cancelled() and (error := task.exception()) and not isinstance(error, WebSocketDisconnect):
            raise error
    if outbox.closing:
        raise outbox.closing


@contextmanager
def closed_when_old(outbox: Outbox, age_s: float) -> Iterator[None]:
    """Close an outbox that is still in use after so long; its peer connects again and resumes. 0: never."""
    error = TryAgainLater(f"this connection is {age_s:g} s old; connect again and resume")
    aging = asyncio.get_running_loop().call_later(age_s, outbox.close, error) if age_s else None
    try:
        yield
    finally:
        if aging:
            aging.cancel()
