"""A client's connection to a socket of the server, and what it is told on it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from urllib.parse import urlencode

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from rtt.errors import BadMessage, ServerError, Unreachable
from rtt.protocol import EVERYBODY_TYPES, Error, ToEverybody, decode


def connected(url: str, path: str, query: Mapping[str, str | int], token: str) -> connect:
    """Return a connection to a socket of a server, to be entered as a context."""
    base = url.rstrip("/").replace("http", "ws", 1) if url.startswith("http") else url.rstrip("/")
    # A header is not logged where a query is.
    headers = {"Authorization": f"Bearer {token}"} if token else None
    return connect(f"{base}{path}?{urlencode(query)}", additional_headers=headers, compression=None, max_queue=None)


async def messages(connection: ClientConnection) -> AsyncIterator[ToEverybody]:
    """Yield messages until the connection closes. Raises ServerError where the server's last word is not to retry."""
    error: Error | None = None
    try:
        async for frame in connection:
            try:
                message = decode(frame, EVERYBODY_TYPES)
            except BadMessage:
                # A newer server may say more than this client knows.
                continue
            error = message if isinstance(message, Error) else None
            yield message
    except ConnectionClosed:
        if error and not error.retryable:
            raise ServerError(error.code, error.message) from None
        raise


@asynccontextmanager
async def connected_once(
    url: str, path: str, query: Mapping[str, str | int], token: str
) -> AsyncIterator[ClientConnection]:
    """Give a connection that is not to be tried again. Raises Unreachable where it cannot be had, or breaks."""
    try:
        async with connected(url, path, query, token) as connection:
            yield connection
    except TimeoutError:
        raise Unreachable("no answer in time") from None
    except (OSError, WebSocketException) as error:
        raise Unreachable(str(error)) from None
