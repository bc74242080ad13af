"""The address of an account: ``https://smile.amocrm.ru``."""

from urllib.parse import urlsplit

from dentsync.errors import ConfigError
from dentsync.lang import _
from dentsync.load.http import is_loopback

EXAMPLE = "example.amocrm.ru"
"""What stands in a preset: somebody's account, and none of ours."""


def parse_address(text: str) -> str:
    """The root of an account's URLs, without a slash at the end. Raises ConfigError."""
    given = text.strip().rstrip("/")
    try:
        parts = urlsplit(given if "://" in given else f"https://{given}")
        host = parts.hostname
    except ValueError:
        parts, host = urlsplit(""), None
    if not host or parts.path or parts.query or "@" in parts.netloc or not ("." in host or is_loopback(host)):
        raise ConfigError(_('crm.address is not the address of an account; for example "smile.amocrm.ru"'))
    if host == EXAMPLE:
        raise ConfigError(_("crm.address is still the example of the preset; write your account's address there"))
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise ConfigError(_("crm.address is an http:// address, so the token would travel openly; use https://"))
    return f"{parts.scheme}://{parts.netloc}"
