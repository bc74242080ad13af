"""What opens an account: one long-lived token, or a pair that changes daily and must never be lost.

A refresh token can be used once: the new pair is on the disk before it is used, and of several processes only the one
that holds the lock exchanges; the others find its pair in the file.
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import msgspec
from filelock import FileLock, Timeout

from dentsync.errors import ConfigError, Forbidden, TargetError, Unavailable
from dentsync.lang import _
from dentsync.load.expiry import end_of
from dentsync.load.http import NotSent, Reply, Session
from dentsync.load.target import Clock
from dentsync.redact import redact

AHEAD = 300.0
"""Seconds before its end at which a token is changed: a long request must not outlive it."""

LOCK_SECONDS = 90.0
TRIES = 4


class Tokens(Protocol):
    """The token of an account."""

    def current(self) -> str:
        """The token to send. Raises ConfigError, TargetError."""
        ...

    def renew(self, refused: str) -> None:
        """The account does not take this one: find another. Raises Forbidden, Unavailable."""
        ...


class LongLived:
    """A token that was made by hand for up to five years."""

    def __init__(self, token: str, clock: Clock) -> None:
        self._token, self._clock = token, clock

    def current(self) -> str:
        """The token."""
        return self._token

    def renew(self, refused: str) -> None:
        """There is no other one."""
        end = end_of(refused)
        if end is not None and end.timestamp() <= self._clock.time():
            line = _("amoCRM refuses the token (401): it has ended on {day}; make a new one in the integration's keys")
            raise Forbidden(line.format(day=f"{end:%d.%m.%Y}"))
        raise Forbidden(
            _(
                "amoCRM refuses the token (401): it was revoked or is not this account's; make a new one in the "
                "integration's keys"
            )
        )


class Pair(msgspec.Struct, frozen=True):
    """What is on the disk. ``expires_at``: epoch seconds of our clock."""

    access_token: str
    refresh_token: str
    expires_at: float
    base: str
    client_id: str
    redirect_uri: str


class Rotating:
    """OAuth with tokens in a file that all processes of this machine share.

    ``access`` has ``client_id``, ``redirect_uri``, ``tokens`` (the file) and ``code``, needed once.
    """

    def __init__(self, base: str, secret: str, access: Mapping[str, str], session: Session, clock: Clock) -> None:
        self._base, self._secret, self._access = base, secret, access
        self._session, self._clock = session, clock
        self._file = Path(access["tokens"])
        self._pair: Pair | None = None

    def current(self) -> str:
        """The token, changed in time; the first one for the authorization code."""
        self._pair = self._pair or self._read()
        if self._pair is None:
            self._locked("")
        elif self._pair.expires_at - self._clock.time() < AHEAD:
            self._locked(self._pair.access_token)
        assert self._pair is not None
        return self._pair.access_token

    def renew(self, refused: str) -> None:
        """Take what another process has left, else exchange."""
        if self._pair is None or self._pair.access_token == refused:
            self._locked(refused)

    def _locked(self, refused: str) -> None:
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = FileLock(self._file.with_suffix(".lock"), timeout=LOCK_SECONDS, mode=0o600)
        try:
            with lock:
                kept = self._read()
                self._pair = kept if kept and kept.access_token != refused else self._exchanged(kept)
        except Timeout:
            raise Unavailable(_("another process is changing the tokens of amoCRM and does not end")) from None

    def _exchanged(self, kept: Pair | None) -> Pair:
        """A new pair for the refresh token, or for the code where there was none."""
        code = self._access.get("code", "")
        if kept:
            try:
                return self._asked({"grant_type": "refresh_token", "refresh_token": kept.refresh_token})
            except Forbidden:
                if not code:
                    raise
        if code:
            return self._asked({"grant_type": "authorization_code", "code": code})
        raise ConfigError(
            _(
                "no tokens of amoCRM yet: open the integration's keys, put the authorization code where crm.oauth.code "
                "says, and run `dentsync check` within 20 minutes"
            )
        )

    def _asked(self, grant: Mapping[str, str]) -> Pair:
        own = {name: self._access[name] for name in ("client_id", "redirect_uri")}
        body = {**own, "client_secret": self._secret, **grant}
        for attempt in range(TRIES):
            answer = self._session.send("POST", f"{self._base}/oauth2/access_token", body)
            if not isinstance(answer, NotSent) and not (isinstance(answer, Reply) and answer.status == 429):
                break
            self._clock.sleep(2.0**attempt)
        if isinstance(answer, Reply) and answer.status == 200:
            return self._kept(answer.body, own)
        raise _no_pair(answer)

    def _kept(self, body: object, own: Mapping[str, str]) -> Pair:
        found = body if isinstance(body, Mapping) else {}
        try:
            until = self._clock.time() + float(found["expires_in"])
            pair = Pair(str(found["access_token"]), str(found["refresh_token"]), until, base=self._base, **own)
        except (KeyError, TypeError, ValueError):
            raise TargetError(_("amoCRM answered {name} in a shape that is not known").format(name="oauth2")) from None
        _hide(pair)
        write_pair(self._file, pair)
        return pair

    def _read(self) -> Pair | None:
        """The pair on the disk, if it is this integration's."""
        try:
            pair = msgspec.json.decode(self._file.read_bytes(), type=Pair)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.DecodeError):
            raise ConfigError(
                _("{file}: the tokens of amoCRM cannot be read; remove the file and authorise anew").format(
                    file=self._file
                )
            ) from None
        _hide(pair)
        return pair if (pair.base, pair.client_id) == (self._base, self._access["client_id"]) else None


def write_pair(file: Path, pair: Pair) -> None:
    """Whole or not at all, for nobody else to read, and on the disk when it returns. Raises TargetError."""
    part = file.with_name(f".{file.name}.part")
    try:
        with suppress(FileNotFoundError):
            part.unlink()
        number = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(number, "wb") as out:
            out.write(msgspec.json.encode(pair))
            out.flush()
            os.fsync(out.fileno())
        part.replace(file)
        if os.name == "posix":
            folder = os.open(file.parent, os.O_RDONLY)
            os.fsync(folder)
            os.close(folder)
    except OSError as error:
        raise TargetError(
            _("{file}: the new tokens of amoCRM cannot be written ({reason}): authorise anew once they can").format(
                file=file, reason=error.strerror
            )
        ) from None


def _hide(pair: Pair) -> None:
    redact.register(pair.access_token)
    redact.register(pair.refresh_token)


def _no_pair(answer: object) -> TargetError:
    status = answer.status if isinstance(answer, Reply) else None
    if status in (400, 401):
        return Forbidden(
            _(
                "amoCRM does not exchange the tokens ({status}): they were revoked or used elsewhere, or the secret is "
                "wrong; authorise the integration anew, with a fresh code in crm.oauth.code"
            ).format(status=status)
        )
    if status == 403:
        return Forbidden(_("amoCRM refuses to exchange tokens (403): the account or this address is blocked"))
    return Unavailable(_("amoCRM did not answer while tokens were exchanged; the next run tries again"))
