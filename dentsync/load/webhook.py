"""A message, or a sign of life, to an address that is a secret: in no error, and no redirect takes it elsewhere."""

from collections.abc import Mapping

import requests

from dentsync.lang import _

SECONDS = 5.0
"""A run waits no longer for somebody who only wants to know about it."""


def post(address: str, message: Mapping[str, object]) -> str:
    """Send a message as JSON; nothing, or why it was not taken."""
    return _sent("POST", address, message)


def ping(address: str) -> str:
    """Say that a run was there; nothing, or why that was not heard."""
    return _sent("GET", address, None)


def _sent(method: str, address: str, message: Mapping[str, object] | None) -> str:
    with requests.Session() as session:
        session.trust_env = False
        try:
            response = session.request(method, address, json=message, timeout=SECONDS, allow_redirects=False)
        except requests.RequestException as error:
            return _why(error)
    return (
        ""
        if response.ok and not response.is_redirect
        else _("the answer was {status}").format(status=response.status_code)
    )


def _why(error: requests.RequestException) -> str:
    match error:
        case requests.exceptions.SSLError():
            return _("its certificate is not trusted")
        case requests.Timeout():
            return _("no answer in {seconds} s").format(seconds=int(SECONDS))
        case (
            requests.exceptions.InvalidURL() | requests.exceptions.MissingSchema() | requests.exceptions.InvalidSchema()
        ):
            return _("it is not an address; copy it whole: https://…")
        case _:
            return _("no connection")
