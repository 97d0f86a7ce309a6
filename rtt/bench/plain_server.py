"""The plain server that capacity is held against: a WebSocket before the same model, one request after the other.

Each text is translated whole, in the order in which they come: no batches, no cache, nothing is left out. It answers in
rtt's own messages, so that both are measured alike. A translation runs on one thread, as rtt's do: a model of this size
gains nothing from a second.
"""

import asyncio
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import uvloop
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.protocol import State

from rtt.bench.plain_engine import PlainEngine
from rtt.bench.servers import ready_line
from rtt.protocol import SPEAKER_TYPES, Caption, Final, Partial, decode, encode

PROGRAM = "from rtt.bench.plain_server import main; main()"


@dataclass(frozen=True, slots=True)
class _Request:
    connection: ServerConnection
    said: Partial | Final
    received_at: float


class _PlainServer:
    def __init__(self, engine: PlainEngine, target: str) -> None:
        self._engine = engine
        self._target = target
        self._requests: asyncio.Queue[_Request] = asyncio.Queue()

    async def converse(self, connection: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            async for frame in connection:
                said = decode(frame, SPEAKER_TYPES)
                self._requests.put_nowait(_Request(connection, said, asyncio.get_running_loop().time()))

    async def work(self) -> None:
        while True:
            request = await self._requests.get()
            # Nobody waits any more for what a peer that has left has sent.
            if request.connection.state is State.OPEN:
                answer = await asyncio.to_thread(self._engine.translate, request.said.text)
                with suppress(ConnectionClosed):
                    await request.connection.send(encode(self._caption(request, answer)))

    def _caption(self, request: _Request, answer: str) -> Caption:
        final = isinstance(request.said, Final)
        lag_ms = round((asyncio.get_running_loop().time() - request.received_at) * 1000)
        utterance, end_ms = request.said.utterance or 0, request.said.end_ms or 0
        return Caption(
            seq=0,
            segment=utterance,
            revision=0,
            utterance=utterance,
            lang=self._target,
            stable=answer if final else "",
            tentative="" if final else answer,
            final=final,
            start_ms=request.said.start_ms or 0,
            end_ms=end_ms,
            lag_ms=lag_ms,
        )


async def _serve(source: str, target: str, folders: list[Path]) -> None:
    plain = _PlainServer(PlainEngine(folders, source, target), target)
    async with serve(plain.converse, "127.0.0.1", 0, compression=None) as listening:
        port = listening.sockets[0].getsockname()[1]
        print(ready_line(f"http://127.0.0.1:{port}"), file=sys.stderr, flush=True)  # noqa: T201 - as its log
        await plain.work()


def main() -> None:
    """Serve until the process is ended: `SOURCE TARGET [MODELS…]`."""
    source, target, *folders = sys.argv[1:]
    uvloop.run(_serve(source, target, [Path(folder) for folder in folders]))
