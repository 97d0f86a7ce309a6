"""The HTTP server: uvicorn, which tells the rooms before it closes their sockets."""

import asyncio
import socket

import uvicorn
from starlette.applications import Starlette

from rtt.config import Config
from rtt.endpoints.websocket import WebSocketProtocol
from rtt.rooms import Rooms

# Frames a little over the protocol's limit are read, so that they can be answered with an error.
_MAX_READ = 8 * 1024 * 1024
# Accepted sockets inherit it. The system's own buffers hold megabytes, which is an hour of captions: a reader who falls
# behind would be sent all of them late, and never be noticed.
_SEND_BUFFER = 32 * 1024
# How long the last frames may take to leave before the sockets are closed all the same.
_FLUSH_S = 5.0


class Server(uvicorn.Server):
    """Drains the rooms first when it is told to stop: the last finals are sent, then 1012."""

    def __init__(self, app: Starlette, config: Config) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                host=config.host,
                port=config.port,
                loop="uvloop",
                ws=WebSocketProtocol,
                ws_max_size=_MAX_READ,
                # Captions are small: compressing them costs more time and memory than it saves.
                ws_per_message_deflate=False,
                access_log=False,
                log_config=None,
                server_header=False,
            )
        )
        self._rooms: Rooms = app.state.rooms
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start listening."""
        await super().startup(sockets or [self._bind()])
        self.listening.set()

    def _bind(self) -> socket.socket:
        listener = self.config.bind_socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
        return listener

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop gracefully."""
        await self._rooms.close()
        if self.server_state.tasks:
            await asyncio.wait(self.server_state.tasks, timeout=_FLUSH_S)
        await super().shutdown(sockets)

    @property
    def address(self) -> str:
        """Where the server listens, once it has started."""
        host, port = self.servers[0].sockets[0].getsockname()[:2]
        return f"http://{f'[{host}]' if ':' in host else host}:{port}"
