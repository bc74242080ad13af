"""amoCRM accounts side by side behind the door of the sandbox."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dentsync.sandbox import admin
from dentsync.sandbox.amocrm import blueprint as blueprints
from dentsync.sandbox.amocrm import board, front, furnish, people, state, tokens
from dentsync.sandbox.amocrm.account import Account
from dentsync.sandbox.amocrm.settings import changed
from dentsync.sandbox.amocrm.storage import Storage
from dentsync.sandbox.clock import VirtualClock
from dentsync.sandbox.exchange import Reply, Request
from dentsync.sandbox.house import Door, Json
from dentsync.sandbox.loopback import is_loopback


class AmoCrm:
    """The accounts of a blueprint, with one clock.

    A request belongs to the account whose subdomain its host begins with (``smile.localhost``). Where the host says
    nothing (``127.0.0.1``, ``localhost``), it belongs to the account that issued its token, or whose ``client_id`` it
    sends.
    """

    paths: tuple[str, ...] = ("/api/{path:path}", "/oauth2/{path:path}")
    verbs: tuple[str, ...] = ("GET", "POST", "PATCH", "PUT", "DELETE")

    def __init__(self, folder: Path, name: str, speed: float) -> None:
        self._speed = speed
        self.clock = VirtualClock(speed)
        made = blueprints.load(name)
        self.accounts = {
            owner.subdomain: Account(folder / owner.subdomain, made, owner, self.clock) for owner in made.accounts
        }

    def doors(self, base: str) -> tuple[Door, ...]:
        """An account each: its address, a long-lived token, and what OAuth needs."""
        return tuple(Door(name, base, _keys(account)) for name, account in self.accounts.items())

    def answer(self, request: Request) -> Reply:
        account = self._meant(request)
        return front.answer(account, request) if account else front.no_such_account()

    def _meant(self, request: Request) -> Account | None:
        name = request.host.partition(".")[0]
        if name in self.accounts:
            return self.accounts[name]
        if not is_loopback(urlsplit(f"//{request.host}").hostname or ""):
            return None
        token = front.token_of(request) or request.headers.get("x-refresh-token", "")
        client = front.sent_to_oauth(request).get("client_id") if request.path == front.OAUTH else None
        found = [one for one in self.accounts.values() if one.owner.client_id == client or tokens.knows(one, token)]
        return found[0] if found else self._first

    @property
    def _first(self) -> Account:
        return next(iter(self.accounts.values()))

    def administer(self, verb: str, name: str, query: Mapping[str, str], sent: Any) -> Any:
        """The calls of every CRM, and those of an account: ``?account=smilekids``, the first one if nothing is said."""
        if (verb, name) == ("POST", "reset") and "account" not in query:
            self.clock = VirtualClock(self._speed)
            for account in self.accounts.values():
                account.clock = self.clock
                _reset(account)
            return {"accounts": list(self.accounts)}
        return _administer(self._named(query), verb, name, sent)

    def _named(self, query: Mapping[str, str]) -> Account:
        name = query.get("account") or self._first.owner.subdomain
        if name not in self.accounts:
            raise ValueError(f"no account {name!r}; one of: {', '.join(self.accounts)}")
        return self.accounts[name]

    def board(self, query: Mapping[str, str]) -> Json:
        account = self._named(query)
        others = [{"name": name, "title": one.owner.name} for name, one in self.accounts.items()]
        return board.data(account, query) | {"account": account.owner.subdomain, "accounts": others}

    def card(self, kind: str, number: int, query: Mapping[str, str]) -> Json | None:
        return (board.contact if kind == "contact" else board.lead)(self._named(query), number)

    def close(self) -> None:
        for account in self.accounts.values():
            account.storage.close()


def empty(folder: Path, name: str) -> None:
    """Make the folder fresh accounts."""
    made = blueprints.load(name)
    for owner in made.accounts:
        storage = Storage(folder / owner.subdomain)
        try:
            furnish.furnish(storage, made, owner)
        finally:
            storage.close()


def _reset(account: Account) -> None:
    account.reset()
    _keys(account)  # the long-lived tokens of before are good again


def _keys(account: Account) -> dict[str, str]:
    owner = account.owner
    staff = account.storage.value("SELECT min(id) FROM users WHERE active AND NOT admin")
    return {
        "token": tokens.long_lived(account),
        "staff_token": tokens.long_lived(account, staff),
        "client_id": owner.client_id,
        "client_secret": owner.client_secret,
        "redirect_uri": owner.redirect_uri,
    }


def _administer(account: Account, verb: str, name: str, sent: Any) -> Any:
    match verb, name:
        case "GET", "state":
            return state.everything(account)
        case "GET", "trash":
            return state.trash(account)
        case "GET", "unsorted":
            return state.unsorted(account)
        case "GET", "automations":
            return state.automations(account)
        case "GET", "counters":
            return state.counters(account)
        case "GET", "settings":
            return state.settings(account)
        case "POST", "settings":
            return _set(account, dict(sent))
        case "POST", "reset":
            _reset(account)
            return {"accounts": [account.owner.subdomain]}
        case "POST", "code":
            return {"code": tokens.code(account)}
        case "POST", "token":
            return {"token": tokens.issue(account, _user(account, sent), float(sent.get("seconds", tokens.LONG)))}
        case "POST", "act":
            try:
                done = people.act(account, sent)
            except BaseException:
                account.storage.rollback()
                raise
            account.storage.commit()
            return done
    return admin.answer(account, verb, name, sent)


def _user(account: Account, sent: Json) -> int:
    row = account.storage.row("SELECT id FROM users WHERE name = ?", (sent.get("user", ""),))
    return int(row[0]) if row else tokens.integration_user(account)


def _set(account: Account, sent: Json) -> Any:
    speed, advance, now = (sent.pop(name, None) for name in ("speed", "advance", "now"))
    account.settings = changed(account.settings, sent)
    admin.set_clock(account.clock, speed, advance, now)
    return state.settings(account)
