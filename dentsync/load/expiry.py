"""When a token ends, and whom to warn before: a token that is a JWT says so itself (RFC 7519, ``exp``)."""

import base64
from datetime import UTC, datetime, timedelta

import msgspec

from dentsync.lang import _

WARNED = (timedelta(days=30), timedelta(days=7), timedelta())
"""So long before its end a token is spoken of, each time anew; the last is the end itself."""


class _Claims(msgspec.Struct):
    exp: int | float


def end_of(token: str) -> datetime | None:
    """When a token ends, as it says itself: its signature is the CRM's affair. None for what says nothing."""
    parts = token.split(".")
    try:
        claims = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
        return datetime.fromtimestamp(msgspec.json.decode(claims, type=_Claims).exp, UTC) if len(parts) == 3 else None
    except (IndexError, ValueError, OverflowError, OSError, msgspec.MsgspecError):
        return None


def stage_of(end: datetime, now: datetime) -> int:
    """How many of the moments to warn at have passed: 0 for a token that lives long enough."""
    return sum(end - now <= ahead for ahead in WARNED)


def warning_of(token: str, now: datetime) -> str:
    """One line for a person where the token ends soon or has ended; empty otherwise. It shows nothing of the token."""
    end = end_of(token)
    if end is None or not (stage := stage_of(end, now)):
        return ""
    line = (
        _("crm.token has ended on {day}: make a new one in the integration's keys and put it in the place of this one")
        if stage == len(WARNED)
        else _(
            "crm.token ends on {day}, in {days} days: make a new one in the integration's keys and put it in the place "
            "of this one"
        )
    )
    return line.format(day=f"{end:%d.%m.%Y}", days=(end - now).days)
