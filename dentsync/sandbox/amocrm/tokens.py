"""Tokens and their exchange (oauth/oauth, oauth/step-by-step; bodies of refusals: amocrm-api-php issues 123, 235)."""

import base64
import hashlib
import json
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

from dentsync.sandbox.amocrm.account import Account
from dentsync.sandbox.amocrm.problems import Json

ACCESS, REFRESH, CODE = 86_400, 92 * 86_400, 20 * 60
"""Seconds that an access token, a refresh token and an authorization code live."""
LONG = 5 * 365 * 86_400
_BORN = 1_767_225_600
_TYPE = "https://developers.amocrm.ru/v3/errors/OAuthProblemJson"


class OAuthRefused(Exception):
    """The exchange is refused with this body."""

    def __init__(self, status: int, title: str, detail: str, hint: str = "") -> None:
        super().__init__(title)
        self.status = status
        said = {"title": title, "type": _TYPE, "status": status, "detail": detail}
        self.body: Json = ({"hint": hint} if hint else {}) | said


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whom a token acts for."""

    user: int
    admin: bool


def _jwt(account: Account, user: int, born: int, expires: int, salt: str) -> str:
    owner = account.owner
    jti = hashlib.sha256(f"{owner.client_secret}.{user}.{born}.{salt}".encode()).hexdigest()
    claims = {
        "aud": owner.client_id, "jti": jti, "iat": born, "nbf": born, "exp": expires, "sub": str(user),
        "grant_type": "", "account_id": owner.id, "base_domain": "amocrm.ru", "version": 2,
        "scopes": ["crm", "files", "files_delete", "notifications", "push_notifications"],
        "api_domain": "api-b.amocrm.ru",
    }  # fmt: skip
    parts = [_encoded({"typ": "JWT", "alg": "RS256", "jti": jti}), _encoded(claims)]
    signature = hashlib.sha512(f"{'.'.join(parts)}{owner.client_secret}".encode()).digest()
    return ".".join([*parts, base64.urlsafe_b64encode(signature).decode().rstrip("=")])


def _encoded(value: Json) -> str:
    text = json.dumps(value, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _store(account: Account, token: str, sort: str, user: int, expires: float) -> str:
    sql = "INSERT OR IGNORE INTO tokens VALUES (?, ?, ?, ?, 'live')"
    account.storage.run(sql, (token, sort, user, expires))
    account.storage.commit()
    return token


def integration_user(account: Account) -> int:
    """The administrator whom the integration acts for."""
    return int(account.storage.value("SELECT min(id) FROM users"))


def long_lived(account: Account, user: int | None = None) -> str:
    """The long-lived token of a user; always the same one until it is revoked."""
    owner = integration_user(account) if user is None else user
    token = _jwt(account, owner, _BORN, _BORN + LONG, "long")
    return _store(account, token, "access", owner, _BORN + LONG)


def issue(account: Account, user: int, seconds: float) -> str:
    """Another long-lived token, for so many virtual seconds from now."""
    now = account.clock.now()
    token = _jwt(account, user, int(now), int(now + seconds), token_hex(64))
    return _store(account, token, "access", user, now + seconds)


def code(account: Account) -> str:
    """A fresh authorization code, as the redirect would bring it."""
    user = integration_user(account)
    return _store(account, f"def502{token_hex(64)}", "code", user, account.clock.now() + CODE)


def bearer(account: Account, token: str) -> Bearer | None:
    """Whom the access token acts for, while it lives."""
    sql = "SELECT user, expires FROM tokens WHERE token = ? AND sort = 'access' AND state = 'live'"
    row = account.storage.row(sql, (token,))
    if row is None or row[1] <= account.clock.now():
        return None
    user = account.storage.row("SELECT admin, active FROM users WHERE id = ?", (row[0],))
    # An administrator's token survives that user's deactivation (oauth/scopes).
    return Bearer(row[0], bool(user[0])) if user and (user[0] or user[1]) else None


def knows(account: Account, token: str) -> bool:
    """Whether the account ever issued it."""
    return account.storage.row("SELECT 1 FROM tokens WHERE token = ?", (token,)) is not None


def revoke(account: Account) -> None:
    """The integration was switched off: no token lives any more."""
    account.storage.run("UPDATE tokens SET state = 'revoked'")


def exchange(account: Account, sent: Json) -> Json:
    """``POST /oauth2/access_token``: a code or a refresh token for a new pair. Raises OAuthRefused."""
    owner = account.owner
    if (sent.get("client_id"), sent.get("client_secret")) != (owner.client_id, owner.client_secret):
        raise OAuthRefused(401, "Некорректный клиент", "Авторизация клиента не удалась")
    if sent.get("redirect_uri") != owner.redirect_uri:
        raise _wrong(400, "Check the `redirect_uri` parameter")
    sort = {"authorization_code": "code", "refresh_token": "refresh_token"}.get(str(sent.get("grant_type")))
    if sort is None:
        raise _wrong(400, "Check the `grant_type` parameter")
    if not isinstance(sent.get(sort), str) or not sent[sort]:
        raise _wrong(400, f"Check the `{sort}` parameter")
    return _pair(account, _spend(account, sort, sent[sort]))


def _wrong(status: int, hint: str) -> OAuthRefused:
    title = "Некорректный запрос"
    return OAuthRefused(status, title, "В запросе отсутствует ряд параметров или параметры невалидны", hint)


def _spend(account: Account, sort: str, token: str) -> int:
    """Use up a code or a refresh token; the user."""
    kind = {"code": "code", "refresh_token": "refresh"}[sort]
    sql = "SELECT user, expires, state FROM tokens WHERE token = ? AND sort = ?"
    row = account.storage.row(sql, (token, kind))
    # The wordings beside "revoked" are those of league/oauth2-server, which the endpoint resembles.
    if row is None:
        raise _wrong(401, f"Cannot decrypt the {'authorization code' if kind == 'code' else 'refresh token'}")
    if row[2] != "live":
        raise _wrong(401, "Authorization code has been revoked" if kind == "code" else "Token has been revoked")
    if row[1] <= account.clock.now():
        raise _wrong(401, "Authorization code has expired" if kind == "code" else "Token has expired")
    account.storage.run("UPDATE tokens SET state = 'used' WHERE token = ?", (token,))
    return int(row[0])


def _pair(account: Account, user: int) -> Json:
    now = account.clock.now()
    access = _jwt(account, user, int(now), int(now + ACCESS), token_hex(64))
    refresh = f"def502{token_hex(64)}"
    sql = "INSERT INTO tokens VALUES (?, ?, ?, ?, 'live')"
    account.storage.run(sql, (access, "access", user, now + ACCESS))
    account.storage.run(sql, (refresh, "refresh", user, now + REFRESH))
    return {
        "token_type": "Bearer",
        "expires_in": ACCESS,
        "server_time": int(now),
        "access_token": access,
        "refresh_token": refresh,
    }


def subdomain(account: Account, refresh: Any) -> Json | None:
    """``GET /oauth2/account/current/subdomain`` (oauth/account-subdomain-info); None for an unknown token."""
    sql = "SELECT 1 FROM tokens WHERE token = ? AND sort = 'refresh' AND state = 'live'"
    if not account.storage.row(sql, (refresh,)):
        return None
    name = account.owner.subdomain
    return {"id": account.owner.id, "subdomain": name, "domain": f"{name}.amocrm.ru", "top_level_domain": "ru"}
