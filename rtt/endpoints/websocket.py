"""The WebSocket of a connection: uvicorn's, more patient, and with a shorter way out for what goes to many readers.

A frame that is sent through ASGI wakes a task of each reader's. Where nothing waits before it and the peer keeps up, it
can as well be handed to the connection on the spot. The application finds that way in its scope, as the ASGI extension
`rtt.write`: a function that takes a text, and tells whether it was written.
"""

import asyncio
import logging
from typing import Any, cast

from uvicorn.config import Config
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.frames import CloseCode, Frame, Opcode
from websockets.protocol import State
from websockets.server import ServerProtocol

from rtt.errors import TooLarge
from rtt.protocol import MAX_FRAME, encode_error

_CLOSE_S = 2.0


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """Uvicorn's protocol, which says what is wrong before it closes, and closes on nobody whose turn has not come."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.conn = _Connection(max_size=config.ws_max_size, logger=logging.getLogger("uvicorn.error"))

    async def run_asgi(self) -> None:
        """Run the application on this connection."""
        extensions = cast("dict[str, Any]", self.scope.setdefault("extensions", {}))
        extensions["rtt.write"] = self.write
        await super().run_asgi()

    def write(self, text: str) -> bool:
        """Write a text frame at once, unless the peer is behind or the connection is not open."""
        opened = self.handshake_complete and not self.close_sent and not self.disconnected
        if not opened or not self.writable.is_set() or self.transport.is_closing():
            return False
        self.transport.write(Frame(Opcode.TEXT, text.encode()).serialize(mask=False))
        return True

    def keepalive_timeout(self) -> None:
        """Give up a peer that does not answer, unless we are not reading: then its pong is still to be read."""
        if self.read_paused:
            self.pong_timer = self.pending_ping_payload = None
            self.schedule_ping()
        else:
            super().keepalive_timeout()

    def handle_parser_exception(self) -> None:
        """Send what there is to say, and leave the peer the time to read it.

        What it still sends is read and thrown away: to close on unread data would reset the connection (RFC 1122,
        section 4.2.2.13), and the peer might never see why.
        """
        if self.close_sent or self.conn.close_sent is None:
            return
        self.queue.put_nowait({"type": "websocket.disconnect", "code": self.conn.close_sent.code})
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = self.disconnected = True
        self.close_timer = self.loop.call_later(_CLOSE_S, self.transport.close)


class _Connection(ServerProtocol):
    """Sends an `error` before it fails."""

    def fail(self, code: CloseCode | int, reason: str = "") -> None:
        if code == CloseCode.MESSAGE_TOO_BIG and self.state is State.OPEN:
            error = TooLarge(f"a frame of more than {self.max_message_size} bytes; the limit is {MAX_FRAME} characters")
            self.send_text(encode_error(error).encode())
        super().fail(code, reason)
