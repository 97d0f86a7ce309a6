"""Who may come in, by what a request says of itself: the page it comes from, its token, its address."""

import ipaddress
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from rtt.auth import Auth, Grant, Role
from rtt.config import Config
from rtt.errors import Forbidden

_BEARER = "bearer "


class Door:
    """The checks that every socket and every request has to pass."""

    def __init__(self, config: Config, auth: Auth) -> None:
        self.auth = auth
        self._public_metrics = config.public_metrics
        self._origins = {origin.lower() for origin in config.origins}
        self._names = {name.lower() for name in ("localhost", config.host, *config.hosts)}
        self._checks_names = bool(config.hosts) or not auth.required

    def admit(self, connection: HTTPConnection, least: Role, room: str | None = None) -> Grant:
        """Return what the peer may do, if that is at least a role in a room. Raises Unauthorized, Forbidden."""
        return self.auth.admit(_token(connection), least, room)

    def admit_watcher(self, connection: HTTPConnection) -> None:
        """Refuse to say how the server fares, but to this machine and to operators. Raises Unauthorized, Forbidden."""
        if not self._public_metrics and address_of(connection):
            self.admit(connection, Role.OPERATOR)

    def check_page(self, connection: HTTPConnection) -> None:
        """Refuse the pages of others, which a browser would let speak to a server that it can reach. Raises Forbidden.

        A page names its origin, and its own origin where it got there by DNS rebinding: then the server is called by a
        name that is not its own. Such a name is no IP address, and where tokens are needed it gains nothing.
        """
        origin, host = (connection.headers.get(name, "").lower() for name in ("origin", "host"))
        if origin and origin.partition("://")[2] != host and origin not in self._origins:
            raise Forbidden(f"pages of {origin} may not connect here; the server's setting origins allows them")
        # A browser always names the host; a health check that does not is no page.
        if host and self._checks_names and not self._is_own(host):
            raise Forbidden(f"this server is not known as {host}; its setting hosts allows that name")

    def _is_own(self, host: str) -> bool:
        try:
            name = (urlsplit(f"//{host}").hostname or "").removesuffix(".")
        except ValueError:
            return False
        return name in self._names or _is_ip(name)


def address_of(connection: HTTPConnection) -> str:
    """Return whom a limit for an address counts: an IPv4 address, or the network of an IPv6 one; "" for this machine.

    An IPv6 host has a /64 network to itself (RFC 6177), and changes its address in it at will (RFC 8981).
    """
    try:
        address = ipaddress.ip_address(connection.client.host if connection.client else "")
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if address.is_loopback:
        return ""
    return str(address) if address.version == 4 else str(ipaddress.ip_network((address, 64), strict=False))


def _token(connection: HTTPConnection) -> str:
    authorization = connection.headers.get("authorization", "")
    if authorization.lower().startswith(_BEARER):
        return authorization[len(_BEARER) :].strip()
    return connection.query_params.get("token", "")


def _is_ip(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
