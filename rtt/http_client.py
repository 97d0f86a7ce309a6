"""What a client asks a server over HTTP."""

from http.client import HTTPException
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

import msgspec

from rtt.errors import ConfigError, ServerError
from rtt.protocol import Error


class _Stay(HTTPRedirectHandler):
    """Goes nowhere else: whoever that is would be sent the token too."""

    def redirect_request(self, *_: object) -> None:
        """Leave a redirect to be told as an error."""


def http_address(url: str) -> str:
    """Return the address of a server without a slash at the end; that of its sockets (`ws`, `wss`) does as well."""
    base = url.rstrip("/")
    return base.replace("ws", "http", 1) if base.startswith(("ws:", "wss:")) else base


def fetch(url: str, path: str, token: str = "", *, timeout_s: float = 60.0) -> str:
    """Return what a server answers to a GET.

    Raises ServerError where it refuses, its code the error's or the HTTP status, and ConfigError where none answers.
    """
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        request = Request(http_address(url) + path, headers=headers)  # noqa: S310 - whatever the user names
        with build_opener(_Stay).open(request, timeout=timeout_s) as answer:
            return str(answer.read().decode())
    except HTTPError as refused:
        try:
            error = msgspec.json.decode(refused.read(), type=Error)
        except msgspec.DecodeError:
            moved = f", moved to {place}" if (place := refused.headers.get("Location")) else ""
            raise ServerError(str(refused.code), refused.reason + moved) from None
        raise ServerError(error.code, error.message) from None
    except (OSError, HTTPException, ValueError) as error:
        raise ConfigError(f"url: {url!r}: no rtt answers there: {error}") from None
