"""The raw broadcast that fan-out is held against: whatever comes on `/speak` goes to everybody else, as it is."""

import sys

import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve

from rtt.bench.servers import ready_line

PROGRAM = "from rtt.bench.broadcast_server import main; main()"


async def _serve() -> None:
    readers: set[ServerConnection] = set()

    async def converse(connection: ServerConnection) -> None:
        if connection.request and connection.request.path == "/speak":
            async for frame in connection:
                broadcast(readers, frame)
        else:
            readers.add(connection)
            await connection.wait_closed()
            readers.discard(connection)

    async with serve(converse, "127.0.0.1", 0, compression=None, ping_interval=None) as listening:
        port = listening.sockets[0].getsockname()[1]
        print(ready_line(f"http://127.0.0.1:{port}"), file=sys.stderr, flush=True)  # noqa: T201 - as its log
        await listening.wait_closed()


def main() -> None:
    """Serve until the process is ended."""
    uvloop.run(_serve())
