"""``check``: names and rights of the portal, in two requests, with the way out of each problem."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from dentsync.errors import ConfigError, Forbidden, TargetError, Unavailable
from dentsync.load.bitrix24 import Bitrix24
from dentsync.load.bitrix24.webhook import parse_webhook
from dentsync.load.target import TargetSettings, WallClock
from dentsync.load.targets import SEARCH_LAG, TARGETS
from dentsync.model import CrmField, Result, StageRef
from dentsync.sandbox.server import Running
from tests.load.portal_kit import FIELDS, ROUTES, Desk, person, results, visit


def problems(box: Running, **settings: Any) -> tuple[str, ...]:
    return Desk(box, **settings).target.check().problems


def with_fields(kind: str, **fields: str) -> Mapping[str, Mapping[str, CrmField]]:
    return {**FIELDS, kind: {**FIELDS[kind], **{ours: CrmField(name) for ours, name in fields.items()}}}


def test_portal_in_order_is_checked_in_two_requests(box: Running) -> None:
    desk = Desk(box)
    assert desk.target.check().problems == ()
    assert desk.target.requests == 2


def test_directory_is_json_and_saves_the_requests_of_the_next_run(desk: Desk) -> None:
    directory = json.loads(json.dumps(desk.target.check().directory))
    second = Desk(desk.box, directory=directory)
    assert second.requests_of(person(), visit()) == 1
    assert len(desk.deals) == 1


def test_without_a_directory_the_names_are_resolved_by_the_way(box: Running) -> None:
    desk = Desk(box)
    assert results(desk.apply(person(), visit())) == {Result.APPLIED}
    assert desk.target.requests == 3


@pytest.mark.parametrize(
    "spoil",
    [
        lambda one: {},
        lambda one: {"pipelines": 7},
        lambda one: one | {"portal": "other.bitrix24.ru"},
        lambda one: one | {"pipelines": []},
        lambda one: one | {"fields": {}},
    ],
)
def test_directory_that_does_not_fit_is_resolved_anew(desk: Desk, spoil: Any) -> None:
    second = Desk(desk.box, directory=spoil(dict(desk.target.check().directory)))
    assert second.requests_of(person()) == 3


@pytest.mark.parametrize("pace", [{}, {"level": "x"}, {"portal": "other", "level": 50.0}, {"budgets": [1]}])
def test_pace_that_does_not_fit_is_forgotten(box: Running, pace: Any) -> None:
    desk = Desk(box, pace=pace)
    assert desk.target.check().problems == ()
    assert desk.clock.slept == 0


def test_names_are_found_in_any_case_and_spacing(box: Running) -> None:
    stages = {"booked": StageRef("  ЗАПИСАН ")}
    route = replace(ROUTES[0], pipeline="оповещение  о Визите", stages=stages, people=())
    assert problems(box, routes=(route,), fields=with_fields("contact", card_number="uf_crm_card_number")) == ()


def test_pipeline_that_is_missing_is_named_with_those_that_are_there(box: Running) -> None:
    (line,) = problems(box, routes=(replace(ROUTES[0], pipeline="Напоминания"),))
    assert "routes.reminder" in line
    assert "«Напоминания»" in line
    assert "«Оповещение о визите»" in line


def test_stage_that_is_missing_is_named_with_those_that_are_there(box: Running) -> None:
    route = replace(ROUTES[0], stages={"booked": StageRef("Записано")}, people=("Уточнить", "Подумать"))
    first, second = problems(box, routes=(route,))
    assert "«Записано»" in first
    assert "«Записан»" in first
    assert "«Подумать»" in second


def test_stage_that_ends_otherwise_than_the_route_says_is_a_problem(box: Running) -> None:
    stages = {
        "completed": StageRef("Пришёл", "lost"),
        "booked": StageRef("Записан", "won"),
        "no_show": StageRef("пришел", "won"),
    }
    lines = problems(box, routes=(replace(ROUTES[0], stages=stages),))
    assert len(lines) == 2
    assert "«Пришёл»" in lines[0]
    assert "won" in lines[0]
    assert "«Записан»" in lines[1]


def test_field_that_is_missing_is_named_with_the_nearest(box: Running) -> None:
    (line,) = problems(box, fields=with_fields("contact", card_number="UF_CRM_CARD_NUMBR"))
    assert "crm.fields.contact.card_number" in line
    assert "UF_CRM_CARD_NUMBER (Номер карты)" in line


def test_field_that_the_portal_keeps_itself_is_a_problem(box: Running) -> None:
    (line,) = problems(box, fields=with_fields("contact", card_number="createdTime"))
    assert "createdTime" in line


def test_field_for_people_of_the_portal_is_a_problem(box: Running) -> None:
    (line,) = problems(box, fields=with_fields("contact", operator="assignedById"))
    assert "assignedById" in line


def test_field_with_a_policy_only_is_the_usual_one(desk: Desk) -> None:
    fields = {"contact": {"patronymic": CrmField("", "never_clear")}, "deal": {}}
    assert problems(desk.box, fields=fields) == ()


def test_owner_who_is_no_administrator_is_a_problem(box: Running) -> None:
    box.admin("POST", "settings", {"webhooks": [{"secret": "limited", "user": 7, "admin": False}]})
    (line,) = problems(box, secret=f"{box.url}/rest/7/limited/")
    assert "administrator" in line


def test_scope_that_is_missing_is_a_problem(box: Running) -> None:
    box.admin("POST", "settings", {"webhooks": [{"secret": "narrow", "scopes": ["user"]}]})
    (line,) = problems(box, secret=f"{box.url}/rest/1/narrow/")
    assert "crm" in line


@pytest.mark.parametrize("code", ["INVALID_CREDENTIALS", "NO_AUTH_FOUND"])
def test_wrong_secret_is_refused_without_showing_it(box: Running, code: str) -> None:
    box.admin("POST", "settings", {"auth_code": code})
    desk = Desk(box, secret=f"{box.url}/rest/1/wr0ngsecret/")
    with pytest.raises(Forbidden, match=code) as caught:
        desk.target.check()
    shown = [repr(error) for error in (caught.value, caught.value.__cause__, caught.value.__context__)]
    assert "wr0ngsecret" not in "".join(shown) + str(caught.value)
    assert desk.target.requests == 1


def test_portal_that_is_switched_off_is_reported(box: Running) -> None:
    desk = Desk(box)
    desk.fault("portal_off_html_404", times=0)
    with pytest.raises(Unavailable, match="browser"):
        desk.target.check()


def test_refused_command_of_a_check_is_reported(box: Running) -> None:
    desk = Desk(box)
    desk.fault("error:ACCESS_DENIED", "crm.category.list")
    with pytest.raises(TargetError, match=r"crm\.category\.list: ACCESS_DENIED"):
        desk.target.check()


# ── the webhook ──


@pytest.mark.parametrize(
    "text",
    [
        "https://clinic.bitrix24.ru/rest/1/abc123/",
        "https://clinic.bitrix24.ru/rest/1/abc123",
        " https://clinic.bitrix24.ru/rest/1/abc123/profile.json\n",
        "https://clinic.bitrix24.ru:8443/rest/17/abc123/",
        "http://127.0.0.1:8080/rest/1/abc123/",
        "http://localhost/rest/1/abc123/",
        "http://[::1]:80/rest/1/abc123/",
    ],
)
def test_webhook_may_be_copied_with_what_stands_behind_it(text: str) -> None:
    webhook = parse_webhook(text)
    assert webhook.url("batch").endswith("/abc123/batch")
    assert "abc123" not in repr(webhook)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc123",
        "https://clinic.bitrix24.ru/",
        "https://clinic.bitrix24.ru/rest/1/",
        "https://clinic.bitrix24.ru/rest/abc123/",
        "https://clinic.bitrix24.ru/rest/api/1/abc123/",
        "https://user:abc123@clinic.bitrix24.ru/rest/1/abc123/",
        "ftp://clinic.bitrix24.ru/rest/1/abc123/",
        "http://clinic.bitrix24.ru/rest/1/abc123/",
        "http://127.0.0.1.example.org/rest/1/abc123/",
        "https://[bad/rest/1/abc123/",
    ],
)
def test_what_is_no_webhook_is_refused_without_showing_it(text: str) -> None:
    settings = TargetSettings(text, "dentsync", "Europe/Moscow", {}, ())
    with pytest.raises(ConfigError) as caught:
        TARGETS["bitrix24"](settings, WallClock())
    assert "abc123" not in str(caught.value)


@pytest.mark.parametrize(
    ("location", "host"),
    [
        ("https://new.bitrix24.ru/rest/1/abc123/batch", "new.bitrix24.ru"),
        ("//new.bitrix24.ru/rest/1/abc123/batch", "new.bitrix24.ru"),
        ("http://new.bitrix24.ru/rest/1/abc123/batch", None),
        ("https://clinic.bitrix24.ru/rest/1/abc123/batch", None),
        ("/rest/1/abc123/batch", None),
        ("https://new.bitrix24.ru/auth/?backurl=/rest/", None),
        ("https://x@new.bitrix24.ru/rest/1/abc123/batch", None),
        ("https://[", None),
    ],
)
def test_only_the_same_webhook_on_another_safe_host_is_followed(location: str, host: str | None) -> None:
    moved = parse_webhook("https://clinic.bitrix24.ru/rest/1/abc123/").moved(location, "batch")
    assert (moved.host if moved else None) == host


def test_target_and_its_lag_are_found_by_name(box: Running) -> None:
    target = TARGETS["bitrix24"](TargetSettings(box.webhook, "dentsync", "Europe/Moscow", {}, ()), WallClock())
    assert isinstance(target, Bitrix24)
    assert target.requests == 0
    assert SEARCH_LAG["bitrix24"].total_seconds() > 60
