"""Headers on every HTTP answer, for security and against stale pages."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Pages and modules are asked for again each time (by their ETag), lest an old page speak to a new server.
_HEADERS = {
    "Cache-Control": "no-cache",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
# Nothing is loaded from elsewhere or sent there, no page runs inline code or is shown in another's frame, no window of
# another page can reach into ours, and a room's address never leaves in a Referer.
_POLICIES = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
        "manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "microphone=(), camera=(), geolocation=()",
    "Referrer-Policy": "no-referrer",
}
# What is here is part of a page and under its policies; thirty times their length is a phone's first second.
_PARTS = "/static/"

# Only here somebody speaks.
_SPEAKING = "/speak/"
_MICROPHONE = {"Permissions-Policy": "microphone=(self), camera=(), geolocation=()"}


class Headers:
    """Adds the headers to each answer that has none of its own; sockets pass untouched."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request (ASGI 3)."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _headers_for(scope["path"]).items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)


def _headers_for(path: str) -> dict[str, str]:
    if path.startswith(_PARTS):
        return _HEADERS
    return _HEADERS | _POLICIES | (_MICROPHONE if path.startswith(_SPEAKING) else {})
