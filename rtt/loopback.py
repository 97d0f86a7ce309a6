"""Which names are this machine's own."""

import ipaddress


def is_loopback(host: str) -> bool:
    """Tell whether a name or an IP address leads to the machine that it is used on."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
