"""A real Redis for the tests, of Debian's package, on a free port and with a folder of its own."""

import asyncio
import resource
import shutil
import signal
import socket
import subprocess
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from tests.conftest import PATIENCE_S


class RedisServer:
    """A Redis that a test can kill and start again; it keeps what it was told on disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"

    async def start(self) -> None:
        """Start, and wait until it answers."""
        command = shutil.which("redis-server")
        if command is None:
            pytest.skip("needs redis-server (Debian: redis-server), which scripts/test installs")
        options = {"port": self.port, "bind": "127.0.0.1", "dir": self._folder, "save": "", "appendonly": "yes"}
        self._run([command, *(str(part) for name, value in options.items() for part in (f"--{name}", value))])
        async with asyncio.timeout(PATIENCE_S):
            while not await self._answers():
                await asyncio.sleep(0.02)

    def kill(self) -> None:
        """End it at once, as a power cut does."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def lose(self) -> None:
        """Lose what is on its disk."""
        shutil.rmtree(self._folder / "appendonlydir")

    def fill_disk(self, *, full: bool) -> None:
        """Let no file of its grow, as on a full disk, or let them again."""
        assert self._process
        limit = 0 if full else resource.RLIM_INFINITY
        resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))

    async def expire_all(self) -> None:
        """Let everything run out that ever will, as where its clock jumps ahead."""
        async with self.client() as client:
            async for key in client.scan_iter():
                if await client.pttl(key) > 0:
                    await client.pexpire(key, 0)

    def client(self) -> Redis:
        """Return a connection of the test's own."""
        return Redis.from_url(self.url)

    def _run(self, command: list[str]) -> None:
        # A file that may not grow is to be an error, and not the end, as it is on a full disk.
        before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        try:
            self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, restore_signals=False)
        finally:
            signal.signal(signal.SIGXFSZ, before)

    async def _answers(self) -> bool:
        redis = self.client()
        try:
            return bool(await redis.ping())
        except RedisError:
            return False
        finally:
            await redis.aclose()


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
