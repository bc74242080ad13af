"""The account itself: settings, users, reasons for losing a lead (crm_platform/account-info, users-api)."""

from datetime import datetime
from typing import Any

from dentsync.sandbox.amocrm import reading, shape, shapes
from dentsync.sandbox.amocrm.call import NOTHING, Answer, Call
from dentsync.sandbox.amocrm.problems import MISSING, Faulty
from dentsync.sandbox.amocrm.storage import Json


def account(call: Call) -> Answer:
    """``GET /account``."""
    owner = call.account.owner
    shown: Json = {
        "id": owner.id,
        "name": owner.name,
        "subdomain": owner.subdomain,
        "created_at": shapes.FURNISHED,
        "created_by": 0,
        "updated_at": shapes.FURNISHED,
        "updated_by": 0,
        "current_user_id": call.user,
        "country": "RU",
        "currency": "RUB",
        "currency_symbol": "₽",
        "customers_mode": "unavailable",
        "is_unsorted_on": any(pipeline.unsorted for pipeline in call.account.pipelines.by_id.values()),
        "is_loss_reason_enabled": True,
        "is_helpbot_enabled": False,
        "is_technical_account": False,
        "contact_name_display_order": 1,
    }
    extra = {"is_api_filter_enabled": owner.api_filter, "version": 16, "drive_url": "https://drive-b.amocrm.ru"}
    shown |= {name: value for name, value in extra.items() if call.wants(name)}
    embedded = {name: make(call) for name, make in _EMBEDDED.items() if call.wants(name)}
    return Answer(shown | {"_links": call.href("account", call.request.query), "_embedded": embedded})


def _groups(_call: Call) -> Any:
    return [{"id": 0, "name": "Отдел продаж", "uuid": None}]


def _task_types(call: Call) -> Any:
    rows = call.account.storage.rows("SELECT id, name, code FROM task_types ORDER BY id")
    return [{"id": number, "name": name, "color": None, "icon_id": None, "code": code} for number, name, code in rows]


def _times(call: Call) -> Any:
    offset = f"{datetime.fromtimestamp(call.account.now, call.account.zone):%z}"
    return {
        "date_pattern": "d.m.Y H:i",
        "short_date_pattern": "d.m.Y",
        "short_time_pattern": "H:i",
        "date_formant": "d.m.Y",
        "time_format": "H:i:s",
        "timezone": call.account.zone.key,
        "timezone_offset": f"{offset[:3]}:{offset[3:]}",
    }


_EMBEDDED = {"users_groups": _groups, "task_types": _task_types, "datetime_settings": _times}


def users(call: Call) -> Answer:
    """``GET /users``: for administrators; who was deactivated stays in the list."""
    call.only_admin()
    rows = call.account.storage.rows("SELECT id, name, email, admin, active FROM users ORDER BY id")
    return reading.paged(call, "users", "users", [_user(call, row) for row in rows])


def user(call: Call, number: int) -> Answer:
    """``GET /users/{id}``."""
    call.only_admin()
    row = call.account.storage.row("SELECT id, name, email, admin, active FROM users WHERE id = ?", (number,))
    return Answer(_user(call, row)) if row else NOTHING


def _user(call: Call, row: tuple[Any, ...]) -> Json:
    number, name, email, admin, active = row
    every = dict.fromkeys(("view", "edit", "add", "delete", "export"), "A")
    rights: Json = {
        "leads": every,
        "contacts": every,
        "companies": every,
        "tasks": {"edit": "A", "delete": "A"},
        "mail_access": False,
        "catalog_access": bool(admin),
        "status_rights": [],
        "is_admin": bool(admin),
        "is_free": False,
        "is_active": bool(active),
        "group_id": None,
        "role_id": None,
    }
    links = call.href(f"users/{number}", call.request.query)
    return {"id": number, "name": name, "email": email, "lang": "ru", "rights": rights, "_links": links}


def reasons(call: Call) -> Answer:
    """``GET /leads/loss_reasons``; the route is in the official PHP client and on no page of the documentation."""
    rows = call.account.storage.rows("SELECT id, name, sort FROM loss_reasons ORDER BY sort, id")
    return reading.paged(call, "leads/loss_reasons", "loss_reasons", [shapes.reason(call, row) for row in rows])


def reason(call: Call, number: int) -> Answer:
    """``GET /leads/loss_reasons/{id}``."""
    row = call.account.storage.row("SELECT id, name, sort FROM loss_reasons WHERE id = ?", (number,))
    return Answer(shapes.reason(call, row)) if row else NOTHING


def add_reasons(call: Call) -> Answer:
    """``POST /leads/loss_reasons``."""
    call.only_admin()
    faulty = Faulty()
    sent = shape.batch(call.batch(), faulty)
    for given, item in sent:
        if "name" not in item:
            faulty.add(given, "FieldMissing", "name", MISSING)
    faulty.check()
    sql = "INSERT INTO loss_reasons (name, sort) VALUES (?, ?)"
    rows = [(item["name"], item.get("sort", 500)) for _, item in sent]
    shown = [shapes.reason(call, (call.account.storage.run(sql, row), *row)) for row in rows]
    return Answer({"_links": call.href("leads/loss_reasons"), "_embedded": {"loss_reasons": shown}})
