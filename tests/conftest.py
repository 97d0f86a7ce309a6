"""Servers for the tests: real sockets, on a scripted engine or on the bundled model."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import settings
from starlette.applications import Starlette
from websockets.asyncio.client import ClientConnection, connect

from rtt.app import create_app
from rtt.auth import Auth
from rtt.catalog import Catalog
from rtt.config import make_config
from rtt.engine import Engine
from rtt.nodes.shared_rooms import SharedRooms
from rtt.rooms import Rooms
from rtt.server import Server
from tests.scripted import ScriptedEngine, scripted_catalog, shout

# The machine may be busy: how long an example takes says nothing.
settings.register_profile("rtt", deadline=None)
settings.load_profile("rtt")

# Only how long a failure takes: other tests run beside this one.
PATIENCE_S = 60


class Peer:
    """A socket that speaks JSON, and waits for the messages a test is interested in."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.seen: list[dict[str, Any]] = []

    async def send(self, message: dict[str, Any] | str | bytes) -> None:
        await self.connection.send(orjson.dumps(message).decode() if isinstance(message, dict) else message)

    async def next(self, **wanted: Any) -> dict[str, Any]:
        """Return the next message that has these fields; others are kept in `seen`."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                message: dict[str, Any] = orjson.loads(await self.connection.recv())
                self.seen.append(message)
                if all(message.get(name) == value for name, value in wanted.items()):
                    return message

    async def closed(self) -> int | None:
        """Wait until the server closes, and return the close code; what came before is in `seen`."""
        async with asyncio.timeout(PATIENCE_S):
            async for frame in _until_closed(self.connection):
                self.seen.append(orjson.loads(frame))
        return self.connection.close_code

    @property
    def last_error(self) -> dict[str, Any]:
        return [message for message in self.seen if message["type"] == "error"][-1]


async def _until_closed(connection: ClientConnection) -> AsyncIterator[str | bytes]:
    from websockets.exceptions import ConnectionClosed  # noqa: PLC0415 - used here only

    try:
        async for frame in connection:
            yield frame
    except ConnectionClosed:
        return


class Service:
    """A server that runs in the test's loop."""

    def __init__(self, server: Server, app: Starlette) -> None:
        self.server = server
        self.app = app
        self.url = server.address
        self.ws = self.url.replace("http", "ws", 1)

    @asynccontextmanager
    async def peer(self, path: str, **options: Any) -> AsyncIterator[Peer]:
        async with connect(self.ws + path, compression=None, proxy=None, **options) as connection:
            yield Peer(connection)


@asynccontextmanager
async def serving(
    engine: Engine, catalog: Catalog, *, secrets: Sequence[str] = (), **settings: Any
) -> AsyncIterator[Service]:
    """Serve on a free port of the loopback."""
    config = make_config({"port": 0} | settings)
    app = create_app(config, catalog, engine, Auth(secrets), SharedRooms if config.log else Rooms)
    server = Server(app, config)
    running = asyncio.create_task(server._serve())
    await server.listening.wait()
    try:
        yield Service(server, app)
    finally:
        server.should_exit = True
        await running


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    """A server whose German and French are English in capitals."""
    async with serving(ScriptedEngine(shout), scripted_catalog(("en", "de"), ("en", "fr"))) as it:
        yield it


@pytest.fixture(scope="session")
def real_server() -> Iterator[str]:
    """`rtt serve` with the bundled model, in a process of its own; the value is its URL."""
    # The machine may be busy: what is left out then would depend on it.
    with running_server("--no-adapt") as url:
        yield url


class running_server:  # noqa: N801 - used like a function
    """`rtt serve` on a free port as a context manager; `process` is the server's."""

    def __init__(
        self, *arguments: str, cwd: Path | None = None, inside: Sequence[str] = (), **environment: str
    ) -> None:
        """`inside`: a command that runs the one it is given, such as unshare."""
        command = [*inside, str(Path(sys.executable).with_name("rtt")), "serve", "--port", "0", *arguments]
        self.process = subprocess.Popen(
            command, stderr=subprocess.PIPE, text=True, cwd=cwd, env=_environment() | environment
        )
        self.said = ""
        """What it said on stderr: until it was ready, and after the end all of it."""

    def __enter__(self) -> str:
        assert self.process.stderr
        for line in self.process.stderr:
            self.said += line
            if (event := orjson.loads(line)).get("event") == "ready":
                return str(event["url"])
        raise RuntimeError(f"the server ended with {self.process.wait()}")

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGINT)
        self.said += self.process.communicate(timeout=PATIENCE_S)[1]


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("RTT_")}
