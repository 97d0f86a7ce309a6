"""The door over HTTP: refuses the pages of others, and answers each error of the protocol with its HTTP status."""

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from rtt.endpoints.door import Door
from rtt.errors import Forbidden, Unauthorized, WireError
from rtt.protocol import encode_error


class Doorkeeper:
    """Refuses a request from a page of others; sockets pass, and are checked where they can be told why."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self._app = app
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request (ASGI 3)."""
        try:
            if scope["type"] == "http":
                self._door.check_page(HTTPConnection(scope))
        except Forbidden as error:
            await answer(error)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def answer(error: WireError) -> Response:
    """Return an error as the answer to a request; its body is the protocol's `error`."""
    headers = {"WWW-Authenticate": "Bearer"} if isinstance(error, Unauthorized) else None
    return Response(encode_error(error), error.status, headers, media_type="application/json")


async def handle_error(_request: Request, error: Exception) -> Response:
    """Answer whatever error of the protocol a route raises."""
    if not isinstance(error, WireError):
        raise error
    return answer(error)
