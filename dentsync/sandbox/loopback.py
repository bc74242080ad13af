"""The sandbox has no passwords: it talks to this machine only."""

import ipaddress
from urllib.parse import urlsplit


def is_loopback(host: str) -> bool:
    """Whether the name or address is this machine's own."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_ours(host: str, origin: str | None) -> bool:
    """Whether a request was meant for this machine and not sent by a page of some other site."""
    name = urlsplit(f"//{host}").hostname or ""
    return is_loopback(name) and (origin is None or urlsplit(origin).netloc == host)
