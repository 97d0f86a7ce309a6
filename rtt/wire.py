"""uvicorn's WebSockets, with a shorter way out for what goes to many readers.

A frame that is sent through ASGI wakes a task of each reader's. Where nothing waits before it and the peer keeps up, it
can as well be handed to the connection on the spot. The application finds that way in its scope, as the ASGI extension
`rtt.write`: a function that takes a text, and tells whether it was written.
"""

from typing import Any, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode


class DirectProtocol(WebSocketsSansIOProtocol):
    """A server's end of a WebSocket."""

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
