"""One socket's two loops: what the peer says goes to the room, what the outbox holds goes to the peer."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from rtt.errors import BadMessage, IdleTimeout
from rtt.outbox import Outbox
from rtt.protocol import CancelUtterance, Correct, Final, Partial, Ping, Pong, decode, encode, encode_error

_BAD_IN_A_ROW = 10

Spoken = Partial | Final | CancelUtterance | Correct


class Conversation:
    """Reads messages of some types for `receive`, answers pings, and writes the outbox."""

    def __init__(
        self,
        websocket: WebSocket,
        outbox: Outbox,
        types: Mapping[str, type[msgspec.Struct]],
        receive: Callable[[Spoken], None],
        idle_s: float,
    ) -> None:
        self._websocket = websocket
        self._outbox = outbox
        self._types = types
        self._receive = receive
        self._idle_s = idle_s

    async def run(self) -> None:
        """Read and write until the peer leaves or the outbox is closed. Raises WireError for the latter."""
        await converse(self._read(), self._write(), self._outbox)

    async def _read(self) -> None:
        bad_in_a_row = 0
        while True:
            frame = await self._next_frame()
            try:
                self._take(frame)
            except BadMessage as error:
                bad_in_a_row += 1
                if bad_in_a_row == _BAD_IN_A_ROW:
                    raise
                self._outbox.put(encode_error(error))
            else:
                bad_in_a_row = 0

    def _take(self, frame: str | bytes) -> None:
        message = decode(frame, self._types)
        if isinstance(message, Ping):
            now_ms = round(asyncio.get_running_loop().time() * 1000)
            self._outbox.put(encode(Pong(message.t, now_ms)))
        else:
            self._receive(message)

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

    async def _write(self) -> None:
        while (frame := await self._outbox.get()) is not None:
            await self._websocket.send_text(frame)


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
