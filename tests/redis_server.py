"""A real Redis for the tests, of Debian's package, on a free port and a disk of its own."""

import asyncio
import shutil
import socket
import subprocess
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError


class RedisServer:
    """A Redis that a test can kill and start again; it keeps what it was told on disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = _free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        """Start, and wait until it answers."""
        command = shutil.which("redis-server")
        if command is None:
            pytest.skip("needs redis-server (Debian: redis-server), which scripts/test installs")
        options = {"port": self.port, "bind": "127.0.0.1", "dir": self._folder, "save": "", "appendonly": "yes"}
        arguments = [str(part) for name, value in options.items() for part in (f"--{name}", value)]
        self._run([command, *arguments])
        async with asyncio.timeout(20):
            while not await self._answers():
                await asyncio.sleep(0.02)

    def _run(self, command: list[str]) -> None:
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)

    def kill(self) -> None:
        """End it at once, as a power cut does."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def lose(self) -> None:
        """Lose what is on its disk."""
        shutil.rmtree(self._folder / "appendonlydir")

    def client(self) -> Redis:
        """Return a connection of the test's own."""
        return Redis.from_url(self.url)

    async def _answers(self) -> bool:
        redis = self.client()
        try:
            return bool(await redis.ping())
        except RedisError:
            return False
        finally:
            await redis.aclose()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
