"""Who may read a room over HTTP, by what a request says of itself."""

from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from rtt.config import Config
from rtt.errors import Forbidden


def check_reader(connection: HTTPConnection, _room: str, config: Config) -> None:
    """Refuse who may not read a room. Raises Forbidden."""
    check_origin(connection, config.origins)


def check_origin(connection: HTTPConnection, allowed: tuple[str, ...]) -> None:
    """Refuse pages of other sites: a browser would let any of them speak to a server on the reader's own machine."""
    origin = connection.headers.get("origin")
    if origin and urlsplit(origin).netloc != connection.headers.get("host") and origin not in allowed:
        raise Forbidden(f"pages of {origin} may not connect here; the server's setting origins allows them")


def answer_headers(connection: HTTPConnection, config: Config) -> dict[str, str]:
    """Return the headers of whatever a reader is answered: nobody stores it, and foreign pages that may read it can."""
    headers = {"Cache-Control": "no-store", "Vary": "Origin"}
    if (origin := connection.headers.get("origin")) in config.origins:
        headers["Access-Control-Allow-Origin"] = str(origin)
    return headers
