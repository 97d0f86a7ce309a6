"""Where a server is, by its address."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from rtt.errors import ConfigError
from rtt.http_client import http_address
from rtt.loopback import is_loopback

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Place:
    """A server's address."""

    url: str
    """With `http` or `https`, and without a slash at the end."""
    host: str
    port: int

    @property
    def encrypted(self) -> bool:
        """Whether it is reached over TLS."""
        return self.url.startswith("https:")

    @property
    def local(self) -> bool:
        """Whether it is this machine: what is said stays on it, and browsers trust its pages without TLS."""
        return is_loopback(self.host)

    def page(self, name: str, room: str) -> str:
        """Return the address of a page of a room."""
        return f"{self.url}/{name}/{room}"


def find_place(url: str) -> Place:
    """Read a server's address; that of its sockets (`ws`, `wss`) does as well. Raises ConfigError."""
    given = http_address(url)
    try:
        parts = urlsplit(given)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ConfigError(f"url: {url!r}: {error}") from None
    if parts.scheme not in _PORTS or not host or parts.query or parts.fragment:
        raise ConfigError(f"url: {url!r}: expected the address of a server, such as https://captions.example.org")
    return Place(given, host, port or _PORTS[parts.scheme])
