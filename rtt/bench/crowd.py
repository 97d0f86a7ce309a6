"""Many readers in one process, as light as can be: they take down when each frame came and do nothing else.

A client that parsed what it is told, three thousand times, would take more of the machine than the server. So this is
the least of a WebSocket client (RFC 6455): it knows the unfragmented frames of a server, and answers pings only.
"""

import asyncio
import resource
import time
from array import array
from collections import defaultdict
from typing import cast
from urllib.parse import urlsplit

from rtt.bench.apart import Link
from rtt.errors import BenchError

_CONNECTING = 100
_HANDSHAKE_S = 30.0
_TEXT, _PING = 1, 9
_KEY = "cnR0IGJlbmNoIGNyb3dkIQ=="
_SPARE_FILES = 100

Arrivals = dict[bytes, "array[float]"]
"""For each frame, when it came to each reader, in seconds on the machine's monotonic clock."""


async def read(link: Link, urls: list[str]) -> Arrivals:
    """Connect a reader to each address, wait for the word to stop, and return what came; work for `rtt.bench.apart`.

    Raises BenchError where a server refuses one.
    """
    allow_files(len(urls))
    arrivals: Arrivals = defaultdict(lambda: array("d"))
    for start in range(0, len(urls), _CONNECTING):
        await asyncio.gather(*(_connect(url, arrivals) for url in urls[start : start + _CONNECTING]))
    await link.ready()
    return dict(arrivals)


def allow_files(number: int) -> None:
    """Let this process and its children open so many sockets. Raises BenchError where the system forbids it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = number + _SPARE_FILES
    if hard != resource.RLIM_INFINITY and wanted > hard:
        raise BenchError(f"{number} sockets need ulimit -n {wanted}; the limit of this system is {hard}")
    if soft != resource.RLIM_INFINITY and wanted > soft:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


async def _connect(url: str, arrivals: Arrivals) -> None:
    parts = urlsplit(url)
    loop = asyncio.get_running_loop()
    reader = _Reader(arrivals, loop.create_future())
    path = f"{parts.path or '/'}?{parts.query}"
    request = (
        f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {_KEY}\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    await loop.create_connection(lambda: reader, parts.hostname or "", parts.port or 80)
    reader.write(request.encode())
    try:
        async with asyncio.timeout(_HANDSHAKE_S):
            status = await reader.upgraded
    except TimeoutError:
        raise BenchError(f"{url} does not answer") from None
    if b" 101 " not in status:
        raise BenchError(f"{url}: {status.decode(errors='replace')}")


class _Reader(asyncio.Protocol):
    def __init__(self, arrivals: Arrivals, upgraded: "asyncio.Future[bytes]") -> None:
        self._arrivals = arrivals
        self._buffer = b""
        self._transport: asyncio.WriteTransport | None = None
        self.upgraded = upgraded

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)

    def write(self, data: bytes) -> None:
        if self._transport:
            self._transport.write(data)

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer + data if self._buffer else data
        if not self.upgraded.done():
            head, end, buffer = buffer.partition(b"\r\n\r\n")
            if not end:
                self._buffer = head
                return
            self.upgraded.set_result(head.split(b"\r\n")[0])
        now = time.monotonic()
        position = 0
        while frame := next_frame(buffer, position):
            opcode, payload, position = frame
            if opcode == _TEXT:
                self._arrivals[payload].append(now)
            elif opcode == _PING:
                # Masked, as a client's frames are, with zeros.
                self.write(bytes([0x8A, 0x80 | len(payload)]) + bytes(4) + payload)
        self._buffer = buffer[position:]

    def connection_lost(self, _error: Exception | None) -> None:
        if not self.upgraded.done():
            self.upgraded.set_result(b"closed")


def next_frame(buffer: bytes, position: int) -> tuple[int, bytes, int] | None:
    """Return the opcode and payload of the unmasked frame at a position and where the next begins; None: not whole."""
    begin = position + 2
    if len(buffer) < begin:
        return None
    length = buffer[position + 1]
    if length >= 126:
        wide = 2 if length == 126 else 8
        length = int.from_bytes(buffer[begin : begin + wide], "big")
        begin += wide
    end = begin + length
    return None if len(buffer) < end else (buffer[position] & 0x0F, buffer[begin:end], end)
