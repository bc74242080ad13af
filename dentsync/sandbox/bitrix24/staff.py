"""The portal's people: user.current and user.get (api-reference/user/user-get.md)."""

from typing import Any

import msgspec

from dentsync.sandbox import php
from dentsync.sandbox.bitrix24.answers import Answer, ApiError, Json
from dentsync.sandbox.bitrix24.call import PAGE, Call
from dentsync.sandbox.bitrix24.portal import User
from dentsync.sandbox.bitrix24.storage import Storage


def everybody(storage: Storage) -> list[User]:
    """All people by id, the dismissed ones too."""
    rows = storage.rows("SELECT data FROM users ORDER BY id")
    return [msgspec.json.decode(text, type=User) for (text,) in rows]


def of(storage: Storage, number: int) -> User | None:
    """One of them."""
    text = storage.value("SELECT data FROM users WHERE id = ?", (number,))
    return None if text is None else msgspec.json.decode(text, type=User)


def keep(storage: Storage, user: User) -> int:
    """Store somebody, new or changed."""
    storage.run("INSERT OR REPLACE INTO users VALUES (?, ?)", (user.id, msgspec.json.encode(user).decode()))
    return user.id


def current(call: Call) -> Answer:
    """user.current: who the webhook is."""
    found = of(call.world.storage, call.webhook.user)
    return Answer(_row(found or User(call.webhook.user, "", "")))


def get(call: Call) -> Answer:
    """user.get: an array, 50 a page. Dismissed people are in it unless ``ACTIVE`` is asked for."""
    sent = php.as_map(call.params.get("FILTER", call.params.get("filter")))
    rows = [row for row in map(_row, everybody(call.world.storage)) if all(_meets(row, *one) for one in sent.items())]
    if php.as_text(call.params.get("order", call.params.get("ORDER"))).upper() == "DESC":
        rows.reverse()
    start, total = call.start(), len(rows)
    shown = [_selected(row, php.as_list(call.params.get("select"))) for row in rows[max(start, 0) :][:PAGE]]
    following = start + PAGE if start >= 0 and start + PAGE < total else None
    return Answer(shown, 0 if start < 0 else total, following)


def _row(user: User) -> Json:
    return {
        "ID": str(user.id),
        "ACTIVE": user.active,
        "NAME": user.name,
        "LAST_NAME": user.last_name,
        "SECOND_NAME": user.second_name,
        "WORK_POSITION": user.position,
        "UF_DEPARTMENT": list(user.departments),
        "TIME_ZONE": user.timezone,
        "USER_TYPE": "employee",
    }


def _meets(row: Json, key: str, wanted: Any) -> bool:
    """``ID``, ``>ID``, ``@ID``, ``ACTIVE`` … ; a name that is not known narrows nothing."""
    name = key.lstrip("<>=@!%")
    if name not in row:
        return True
    have, choices = row[name], php.as_list(wanted)
    if key.startswith(">"):
        return php.as_int(have) > php.as_int(wanted)
    if isinstance(have, bool):
        return have == (php.as_text(wanted).lower() in ("1", "y", "true"))
    kept = {php.as_text(one) for one in (have if isinstance(have, list) else [have])}
    return bool(kept & {php.as_text(one) for one in (choices if choices is not None else [wanted])})


def _selected(row: Json, names: list[Any] | None) -> Json:
    return {name: row[name] for name in row if name in names} if names else row


def known(call: Call, number: int) -> User:
    """Somebody whose worked time is asked for, as the classic methods of timeman refuse what they do not know."""
    found = of(call.world.storage, number)
    if found is None:
        raise ApiError("", "User not found")
    return found
