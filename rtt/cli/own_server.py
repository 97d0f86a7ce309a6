"""A server for a command: the one that is named, or one of its own."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from rtt.bench.servers import rtt_server


@asynccontextmanager
async def own_server(url: str | None, models: Sequence[Path] | None) -> AsyncIterator[str]:
    """Give the address of a server: the one that is named, or one of our own in a process of its own."""
    if url:
        yield url
    else:
        async with rtt_server(models) as server:
            yield server.url
