"""Sends frames on one socket, each at its time: the speaker of a room, whatever the server."""

import asyncio
import time
from collections.abc import Sequence

from websockets.asyncio.client import ClientConnection, connect

from rtt.bench.apart import Link


async def send(link: Link, url: str, frames: Sequence[tuple[float, str]], grace_s: float) -> list[float]:
    """Connect, wait for the word, send each frame at its second, and return when each was sent (monotonic clock).

    Afterwards wait for `grace_s`, so that all that follows from the last frame can arrive. Work for `rtt.bench.apart`.
    """
    async with connect(url, compression=None, proxy=None, ping_interval=None) as connection:
        draining = asyncio.create_task(_drain(connection))
        await link.ready()
        start = time.monotonic()
        sent: list[float] = []
        for at_s, frame in frames:
            await asyncio.sleep(start + at_s - time.monotonic())
            sent.append(time.monotonic())
            await connection.send(frame)
        await asyncio.sleep(grace_s)
        draining.cancel()
        return sent


async def _drain(connection: ClientConnection) -> None:
    async for _ in connection:
        continue
