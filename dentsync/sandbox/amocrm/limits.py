"""Requests per second, the block that follows, the subscription (api/recommendations; Kommo docs/http-codes)."""

from dentsync.sandbox.amocrm.account import Account
from dentsync.sandbox.amocrm.problems import Problem
from dentsync.sandbox.exchange import Reply, page

_PATIENCE = 60
"""Seconds within which refusals are counted."""


def limited(account: Account) -> Reply | None:
    """A refusal when the request comes too soon. Raises Problem when that is said in JSON."""
    now, settings, counts = account.clock.now(), account.settings, account.journal.counts
    mine = account.bucket.takes(now, settings.rate, settings.rate)
    if account.account_bucket.takes(now, settings.account_rate, settings.account_rate) and mine:
        return None
    counts["refused_429"] += 1
    account.breaches.append(now)
    while account.breaches[0] < now - _PATIENCE:
        account.breaches.popleft()
    if settings.block_after and len(account.breaches) >= settings.block_after:
        settings.blocked = True
    return too_many(account, {"json": True, "html": False}.get(settings.too_many, counts["refused_429"] % 2 == 1))


def too_many(account: Account, as_json: bool) -> Reply:
    """429: with ``retry_after`` as Kommo says it, or a page of the gateway without any hint."""
    if not as_json:
        return page(429, "429 Too Many Requests")
    detail = "You have sent too many requests in a given amount of time"
    raise Problem(429, detail, retry_after=account.settings.retry_after)


def check_paid(account: Account, verb: str) -> None:
    """Refuse writes, later reads too, when the subscription is over. Raises Problem."""
    subscription = account.settings.subscription
    over = subscription == "over" and verb != "GET"
    if over or subscription == "closed" or account.clock.now() < account.unpaid_until:
        raise Problem(402, "Payment required")
