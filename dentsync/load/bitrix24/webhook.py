"""The address of a portal's inbound webhook. It is a secret: never shown, not even in part."""

import re
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from dentsync.errors import ConfigError
from dentsync.lang import _
from dentsync.load.http import is_loopback

V3_METHODS = frozenset({"timeman.record.list"})
"""Methods that have an address of their own (api-reference/rest-v3.md)."""

_PATH = re.compile(r"^/rest/\d+/[A-Za-z0-9_-]+(?=/|$)")


@dataclass(frozen=True, slots=True)
class Webhook:
    """``https://{host}/rest/{user}/{secret}/``: where the methods of a portal are called."""

    scheme: str
    host: str
    path: str = field(repr=False)

    def url(self, method: str) -> str:
        """The address of a method. Secret."""
        path = f"/rest/api{self.path.removeprefix('/rest')}" if method in V3_METHODS else self.path
        return f"{self.scheme}://{self.host}{path}/{method}"

    def moved(self, location: str, method: str) -> "Webhook | None":
        """The same webhook on the host a redirect names; None where it is not the same webhook elsewhere."""
        try:
            parts = urlsplit(urljoin(self.url(method), location))
        except ValueError:
            return None
        secure = parts.scheme == "https" or (parts.scheme == self.scheme and is_loopback(parts.hostname))
        # A portal that closed its doors redirects to a page, often on the same host: that is no renaming.
        same = parts.path.startswith("/rest/") and parts.netloc != self.host
        return Webhook(parts.scheme, parts.netloc, self.path) if secure and same and "@" not in parts.netloc else None

    def on(self, host: str) -> "Webhook":
        """The same webhook on another host."""
        return Webhook(self.scheme, host, self.path)


def parse_webhook(text: str) -> Webhook:
    """Read the URL Bitrix24 shows when a webhook is made. Raises ConfigError that does not repeat it."""
    try:
        parts = urlsplit(text.strip())
        host, secret = parts.hostname, _PATH.match(parts.path)
    except ValueError:
        host, secret = None, None
    if not host or not secret or "@" in parts.netloc or parts.scheme not in ("https", "http"):
        raise ConfigError(
            _("the webhook is not a Bitrix24 webhook address; copy it whole: https://<portal>/rest/<number>/<secret>/")
        )
    if parts.scheme == "http" and not is_loopback(host):
        raise ConfigError(_("the webhook is an http:// address, so its secret would travel openly; use https://"))
    return Webhook(parts.scheme, parts.netloc, secret.group())
