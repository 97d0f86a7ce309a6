"""A TCP proxy whose connections a test can cut, as a bad network does; over several servers, a balancer."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class Proxy:
    """Forwards to `host:port`, or to the next of `others` that answers; `port` is its own."""

    def __init__(self, host: str, port: int, *others: tuple[str, int]) -> None:
        self._target = host, port
        self._others = others
        self._writers: set[asyncio.StreamWriter] = set()
        self.port = 0
        self.refusing = False
        self.cuts = 0

    def turn(self) -> None:
        """Let the next server be the first from now on."""
        self._target, *others = *self._others, self._target
        self._others = tuple(others)

    def cut(self) -> None:
        """Drop every connection at once, without a goodbye."""
        self.cuts += 1
        for writer in self._writers:
            writer.transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.refusing:
            writer.transport.abort()
            return
        far = await self._connect()
        if far is None:
            writer.transport.abort()
            return
        far_reader, far_writer = far
        self._writers |= {writer, far_writer}
        try:
            await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
        finally:
            self._writers -= {writer, far_writer}

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        for target in (self._target, *self._others):
            with suppress(OSError):
                return await asyncio.open_connection(*target)
        return None


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.transport.abort()


@asynccontextmanager
async def proxying(url: str, *others: str, tls: ssl.SSLContext | None = None) -> AsyncIterator[Proxy]:
    """Put a proxy before a server, with TLS or without, or before several of which it takes the first that answers."""
    proxy = Proxy(*_address(url), *map(_address, others))
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0, ssl=tls)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        proxy.cut()


def _address(url: str) -> tuple[str, int]:
    host, _, port = url.removeprefix("http://").partition(":")
    return host, int(port)
