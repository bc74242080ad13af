"""Time records, reports, planned shifts, rates and people, as crm/bitrix24.md 9 and 3.9 has them."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from dentsync.errors import ConfigError
from dentsync.sandbox.bitrix24.world import World
from dentsync.sandbox.storage import FILE
from tests.sandbox.conftest import Portal, command

OCTOBER = ["2026-10-01T00:00:00+03:00", "2026-10-31T23:59:59+03:00"]
PREFIX = "BITRIX_REST_V3_EXCEPTION_"
LIST = {"IBLOCK_TYPE_ID": "lists", "IBLOCK_ID": 33}


def v3(portal: Portal, method: str = "timeman.record.list", **params: Any) -> Any:
    url = portal.webhook.replace("/rest/", "/rest/api/") + method
    return portal.session.post(url, json=params, timeout=10)


def records(portal: Portal, user: int = 501, **params: Any) -> list[dict[str, Any]]:
    answer = v3(portal, filter=[["userId", user]], **params)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["result"]["items"]
    return found


def error(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"].removeprefix(PREFIX).removesuffix("EXCEPTION")


def clock(portal: Portal, start: str, end: str = "", user: int = 501, **more: Any) -> int:
    return portal.act("clock", user=user, start=start, end=end, **more)


@pytest.fixture
def worked(portal: Portal) -> Portal:
    """A day with a break of 59 minutes, in October."""
    clock(portal, "2026-10-02T09:01:00+03:00", "2026-10-02T18:05:00+03:00", breaks=3540)
    return portal


# ── v3 timeman.record.list ──


def test_a_record_has_its_times_in_seconds_with_breaks_taken_out_of_the_duration(worked: Portal) -> None:
    assert records(worked) == [
        {
            "id": 1,
            "userId": 501,
            "startTime": "2026-10-02T09:01:00+03:00",
            "endTime": "2026-10-02T18:05:00+03:00",
            "duration": 29100,
            "breakLength": 3540,
            "state": "CLOSED",
            "isApproved": True,
        }
    ]
    worked.settings(time_duration="gross")
    assert records(worked)[0]["duration"] == 32640


def test_an_open_day_has_no_end(portal: Portal) -> None:
    clock(portal, "2026-10-02T20:00:00+03:00")
    assert records(portal)[0]["endTime"] is None
    portal.settings(time_open_end="empty")
    assert records(portal)[0]["endTime"] == ""
    portal.settings(time_open_end="absent")
    assert "endTime" not in records(portal)[0]


def test_a_night_shift_is_one_record_and_belongs_to_the_day_it_began(portal: Portal) -> None:
    clock(portal, "2026-10-31T20:00:00+03:00", "2026-11-01T08:00:00+03:00")
    answer = v3(portal, filter=[["userId", 501], ["startTime", "between", OCTOBER]])
    assert answer.json()["result"]["items"][0]["endTime"] == "2026-11-01T08:00:00+03:00"


def test_times_are_in_the_zone_in_which_the_day_was_begun(portal: Portal) -> None:
    clock(portal, "2026-10-02T09:00:00+05:00", "2026-10-02T16:00:00+03:00", user=503)
    assert records(portal, 503)[0]["endTime"] == "2026-10-02T18:00:00+05:00"


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ([], "VALIDATION_REQUESTVALIDATION"),
        ([["startTime", "between", OCTOBER]], "VALIDATION_REQUESTVALIDATION"),
        ([["userId", 501], ["userId", 502]], "INVALIDFILTER"),
        ([["userId", 501], ["duration", ">", 1]], "INVALIDFILTER"),
        ([["userId", 501], ["nothing", 1]], "UNKNOWNDTOPROPERTY"),
        ([["userId", 501], ["startTime", "like", "x"]], "UNKNOWNFILTEROPERATOR"),
        ([["userId", 501], ["startTime", ">", "today"]], "INVALIDFILTER"),
        ({"userId": 501}, "INVALIDFILTER"),
    ],
)
def test_a_filter_has_exactly_one_employee_and_otherwise_only_the_start(worked: Portal, sent: Any, code: str) -> None:
    assert error(v3(worked, filter=sent)) == (400, code)


def test_what_is_missing_is_named_in_an_error_that_is_an_object(portal: Portal) -> None:
    assert v3(portal).json()["error"]["validation"] == [
        {"field": "filter.userId", "message": "Required field `filter.userId` is not specified"}
    ]


def test_time_that_the_role_does_not_show_is_refused_and_the_next_employee_is_not(worked: Portal) -> None:
    worked.settings(time_hidden=[501])
    answer = v3(worked, filter=[["userId", 501]])
    assert error(answer) == (403, "ACCESSDENIED")
    assert answer.json()["error"]["validation"][0]["field"] == "filter.userId"
    assert records(worked, 502) == []


def test_a_page_has_fifty_rows_and_an_order(portal: Portal) -> None:
    for number in range(51):
        clock(portal, f"2026-10-02T09:{number:02}:00+03:00", f"2026-10-02T09:{number:02}:30+03:00")
    first = records(portal, order={"startTime": "DESC"}, select=["id", "nothing"])
    assert (len(first), first[0]) == (50, {"id": 51})
    assert [one["id"] for one in records(portal, pagination={"page": 2, "limit": 50})] == [51]
    assert len(records(portal, pagination={"page": 1, "limit": 1000})) == 50
    assert error(v3(portal, filter=[["userId", 501]], pagination={"limit": 0})) == (400, "INVALIDPAGINATION")
    assert error(v3(portal, filter=[["userId", 501]], order={"state": "ASC"})) == (400, "INVALIDORDER")


def test_numbers_may_be_strings(worked: Portal) -> None:
    worked.settings(time_numbers="string")
    one = records(worked)[0]
    assert (one["id"], one["userId"], one["duration"], one["breakLength"]) == ("1", "501", "29100", "3540")
    day = worked.ok("timeman.timecontrol.reports.get", USER_ID=501, MONTH=10, YEAR=2026)["report"]["days"][0]
    assert (day["workday_duration_final"], day["workday_complete"]) == ("32640", True)


def test_v3_reads_json_alone(worked: Portal) -> None:
    url = worked.webhook.replace("/rest/", "/rest/api/") + "timeman.record.list"
    assert error(worked.session.post(f"{url}?filter[0][0]=userId", data="filter=1")) == (400, "INVALIDJSON")
    assert error(worked.session.get(url)) == (400, "INVALIDJSON")


def test_an_old_portal_has_no_v3(worked: Portal) -> None:
    worked.settings(rest_v3=False)
    answer = v3(worked, filter=[["userId", 501]])
    assert (answer.status_code, answer.json()["error"]) == (404, "ERROR_METHOD_NOT_FOUND")


def test_a_webhook_without_the_scope_is_refused_by_both_versions(worked: Portal) -> None:
    worked.settings(webhooks=[{"secret": "h3l1xsandboxhook", "scopes": ["crm"]}])
    assert error(v3(worked, filter=[["userId", 501]])) == (403, "INSUFFICIENTSCOPE")
    for method in ("timeman.status", "calendar.event.get", "lists.element.get"):
        assert worked.refused(method) == (403, "insufficient_scope")


def test_v3_requests_cost_as_others_do_and_are_counted(worked: Portal) -> None:
    worked.settings(rate_threshold=1)
    v3(worked, filter=[["userId", 501]])
    answer = v3(worked, filter=[["userId", 501]])
    assert (answer.status_code, answer.json()["error"]) == (503, "QUERY_LIMIT_EXCEEDED")
    assert worked.counters()["commands"]["timeman.record.list"] == 1


# ── the older report ──


def report(portal: Portal, user: int = 501, month: int = 10) -> dict[str, Any]:
    found: dict[str, Any] = portal.ok("timeman.timecontrol.reports.get", USER_ID=user, MONTH=month, YEAR=2026)
    return found


def test_a_report_has_the_days_of_one_employee_and_one_month(worked: Portal) -> None:
    clock(worked, "2026-11-01T09:00:00+03:00", "2026-11-01T10:00:00+03:00")
    found = report(worked)
    assert found["user"]["id"] == 501
    (day,) = found["report"]["days"]
    assert day["index"] == "20261002"
    assert day["workday_date_start"] == "2026-10-02T09:01:00+03:00"
    assert (day["workday_duration_final"], day["workday_time_leaks_user"]) == (32640, 3540)
    assert found["report"]["date_finish"] == "2026-10-31T23:59:59+03:00"


def test_a_day_that_is_not_complete_ends_at_the_moment_of_the_report(portal: Portal) -> None:
    clock(portal, "2026-10-02T20:00:00+03:00")
    portal.settings(now="2026-10-03T12:00:00+03:00")
    (day,) = report(portal)["report"]["days"]
    assert (day["workday_complete"], day["workday_date_finish"]) == (False, "2026-10-03T12:00:00+03:00")


def test_a_day_that_was_opened_again_is_one_day_with_a_break(worked: Portal) -> None:
    clock(worked, "2026-10-02T19:05:00+03:00", "2026-10-02T20:05:00+03:00")
    (day,) = report(worked)["report"]["days"]
    assert (day["workday_date_finish"][11:16], day["workday_time_leaks_user"]) == ("20:05", 3540 + 3600)


def test_with_the_feature_off_people_worked_and_there_are_no_days(worked: Portal) -> None:
    worked.settings(timecontrol=False)
    assert report(worked)["report"]["days"] == []
    assert worked.ok("timeman.timecontrol.reports.settings.get")["active"] is False
    worked.settings(timecontrol=True)
    found = worked.ok("timeman.timecontrol.reports.settings.get")
    assert (found["active"], found["user_admin"], found["report_view_type"]) == (True, True, "full")


def test_a_report_is_refused_for_whom_the_role_does_not_show(worked: Portal) -> None:
    worked.settings(time_hidden=[501])
    params = {"USER_ID": 501, "MONTH": 10, "YEAR": 2026}
    assert worked.refused("timeman.timecontrol.reports.get", **params) == (400, "USER_ACCESS_ERROR")
    found = worked.batch({f"u{user}": command("timeman.timecontrol.reports.get", **params | {"USER_ID": user})
                          for user in (501, 502)})  # fmt: skip
    assert (set(found["result"]), set(found["result_error"])) == ({"u502"}, {"u501"})


def test_a_report_needs_the_employee_and_the_month(portal: Portal) -> None:
    assert portal.refused("timeman.timecontrol.reports.get", USER_ID=501, YEAR=2026) == (400, 100)
    assert portal.refused("timeman.timecontrol.reports.get", USER_ID=9, MONTH=10, YEAR=2026) == (400, "")


# ── the day that is open ──


def test_status_knows_the_last_day_only(worked: Portal) -> None:
    worked.settings(now="2026-10-03T21:00:00+03:00")
    assert worked.ok("timeman.status", USER_ID=501)["STATUS"] == "CLOSED"
    assert worked.ok("timeman.status", USER_ID=501)["DURATION"] == "08:05:00"
    clock(worked, "2026-10-03T20:00:00+03:00")
    found = worked.ok("timeman.status", USER_ID=501)
    assert (found["STATUS"], found["TIME_FINISH"], found["DURATION"]) == ("OPENED", None, "00:00:00")
    assert worked.ok("timeman.status", USER_ID=502)["TIME_START"] is None
    assert worked.refused("timeman.status", USER_ID=9) == (400, "")


def test_a_night_shift_over_midnight_expires(portal: Portal) -> None:
    clock(portal, "2026-10-02T20:00:00+05:00", user=503, approved=False)
    portal.settings(now="2026-10-03T01:00:00+05:00")
    found = portal.ok("timeman.status", USER_ID=503)
    assert (found["STATUS"], found["ACTIVE"], found["TZ_OFFSET"]) == ("EXPIRED", False, 18000)


# ── the calendar ──


def shift(portal: Portal, start: str, end: str, **more: Any) -> int:
    return portal.act("plan", user=501, start=start, end=end, **more)


def events(portal: Portal, **params: Any) -> list[dict[str, Any]]:
    window = {"from": "2026-10-01", "to": "2026-10-31"}
    found: list[dict[str, Any]] = portal.ok(
        "calendar.event.get", **{"type": "user", "ownerId": 501, **window, **params}
    )
    return found


def test_an_event_is_text_in_the_portals_format_and_seconds_of_utc(portal: Portal) -> None:
    shift(portal, "2026-10-05T20:00+05:00", "2026-10-06T08:00+05:00", zone="Asia/Yekaterinburg")
    (one,) = events(portal)
    assert (one["ID"], one["OWNER_ID"], one["NAME"], one["DELETED"]) == ("1", "501", "Смена", "N")
    assert (one["DATE_FROM"], one["TZ_FROM"]) == ("05.10.2026 20:00:00", "Asia/Yekaterinburg")
    assert (one["DATE_FROM_TS_UTC"], one["DATE_TO_TS_UTC"]) == ("1791212400", "1791255600")
    assert one["TZ_OFFSET_FROM"] == "18000"


def test_an_event_that_touches_the_window_is_in_it(portal: Portal) -> None:
    shift(portal, "2026-09-30T20:00+03:00", "2026-10-01T08:00+03:00")
    shift(portal, "2026-10-31T20:00+03:00", "2026-11-01T08:00+03:00")
    shift(portal, "2026-11-01T20:00+03:00", "2026-11-02T08:00+03:00")
    assert [one["ID"] for one in events(portal)] == ["1", "2"]


def test_without_a_window_it_is_a_month_back_and_three_ahead(portal: Portal) -> None:
    portal.settings(now="2026-10-15T12:00:00+03:00")
    for day in ("2026-09-01", "2026-10-01", "2027-01-01", "2027-02-01"):
        shift(portal, f"{day}T08:00+03:00", f"{day}T20:00+03:00")
    assert [one["ID"] for one in events(portal, **{"from": "", "to": ""})] == ["2", "3"]


def test_what_somebody_else_keeps_private_is_not_there_and_nothing_says_so(portal: Portal) -> None:
    shift(portal, "2026-10-05T08:00+03:00", "2026-10-05T20:00+03:00", private=True)
    assert events(portal) == []


def test_calendars_are_told_by_type_owner_and_section(portal: Portal) -> None:
    times = {"start": "2026-10-05T08:00+03:00", "end": "2026-10-05T20:00+03:00"}
    portal.act("plan", calendar="company_calendar", **times)
    portal.act("plan", user=501, section=4, **times)
    assert [one["ID"] for one in events(portal, type="company_calendar", ownerId=0)] == ["1"]
    assert [one["ID"] for one in events(portal, section=[4])] == ["2"]
    assert events(portal, section=[5]) == []


def test_the_calendars_type_must_be_named(portal: Portal) -> None:
    answer = portal.post("calendar.event.get", {"ownerId": 501})
    assert (answer.status_code, answer.json()["error"]) == (400, "")
    assert '"type"' in answer.json()["error_description"]


# ── lists ──


def test_an_element_has_its_values_as_text_under_ids_of_their_own(portal: Portal) -> None:
    rows = portal.ok("lists.element.get", **LIST, SELECT=["ID", "PROPERTY_951", "PROPERTY_955", "PROPERTY_959"])
    assert rows[0] == {"ID": "1", "PROPERTY_951": {"1951": "501"}, "PROPERTY_955": {"1955": "250|RUB"}}
    assert rows[2]["PROPERTY_959"] == {"3959": "30"}
    assert portal.ok("lists.element.get", **LIST)[0] == {"ID": "1"}


def test_a_list_comes_in_pages_of_fifty(portal: Portal) -> None:
    for _number in range(50):
        portal.act("enter", list=33, values={"951": "502"})
    first = portal.body("lists.element.get", **LIST)
    assert (len(first["result"]), first["total"], first["next"]) == (50, 53, 50)
    assert [row["ID"] for row in portal.ok("lists.element.get", **LIST, start=50)] == ["51", "52", "53"]
    assert [row["ID"] for row in portal.ok("lists.element.get", **LIST, FILTER={">ID": 52})] == ["53"]
    assert len(portal.ok("lists.element.get", **LIST, FILTER={"=PROPERTY_951": "501"})) == 1


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({}, "ERROR_REQUIRED_PARAMETERS_MISSING"),
        ({"IBLOCK_TYPE_ID": "lists"}, "ERROR_REQUIRED_PARAMETERS_MISSING"),
        ({"IBLOCK_TYPE_ID": "lists", "IBLOCK_ID": 34}, "ERROR_IBLOCK_NOT_FOUND"),
    ],
)
def test_a_list_that_is_not_there_is_refused(portal: Portal, params: dict[str, Any], code: str) -> None:
    assert portal.refused("lists.element.get", **params) == (400, code)


def test_a_list_is_not_shown_to_everybody(portal: Portal) -> None:
    portal.settings(webhooks=[{"secret": "narrow", "user": 7, "admin": False, "scopes": ["lists"]}])
    portal.webhook = f"{portal.server.url}/rest/7/narrow/"
    assert portal.refused("lists.element.get", **LIST) == (400, "ACCESS_DENIED")


# ── people ──


def test_dismissed_people_are_there_unless_active_ones_are_asked_for(portal: Portal) -> None:
    assert [row["ID"] for row in portal.ok("user.get")] == ["1", "7", "501", "502", "503", "504"]
    active = portal.ok("user.get", FILTER={"ACTIVE": True, "USER_TYPE": "employee"})
    assert [row["ID"] for row in active] == ["1", "7", "501", "502", "503"]
    portal.act("dismiss", user=503)
    assert portal.ok("user.get", FILTER={"ID": [503]})[0]["ACTIVE"] is False


def test_people_come_as_an_array_with_the_columns_asked_for(portal: Portal) -> None:
    assert portal.ok("user.get", FILTER={"UF_DEPARTMENT": 2}, select=["ID", "LAST_NAME"]) == [
        {"ID": "501", "LAST_NAME": "Котова"}
    ]
    assert portal.ok("user.get", sort="ID", order="DESC")[0]["ID"] == "504"


def test_people_come_in_pages_of_fifty(portal: Portal) -> None:
    for number in range(600, 650):
        portal.act("hire", user={"id": number, "name": "Вера", "last_name": f"Новая-{number}"})
    first = portal.body("user.get")
    assert (len(first["result"]), first["total"], first["next"]) == (50, 56, 50)
    assert len(portal.ok("user.get", start=50)) == 6
    assert portal.body("user.get", start=-1)["total"] == 0
    assert [row["ID"] for row in portal.ok("user.get", FILTER={">ID": 648})] == ["649"]


# ── what staff do ──


def test_a_record_is_corrected_and_deleted_later(worked: Portal) -> None:
    worked.act("correct_clock", record=1, end="2026-10-02T19:05:00+03:00", breaks=0, approved=False)
    (one,) = records(worked)
    assert (one["duration"], one["isApproved"], one["startTime"][11:16]) == (36240, False, "09:01")
    worked.act("delete_clock", record=1)
    assert records(worked) == []


def test_a_rate_is_amended_and_struck_out_and_a_shift_is_cancelled(portal: Portal) -> None:
    portal.act("amend", element=1, values={"955": "260|RUB", "957": ""})
    (row,) = portal.ok("lists.element.get", **LIST, FILTER={"ID": 1}, SELECT=["PROPERTY_955", "PROPERTY_957"])
    assert row == {"ID": "1", "PROPERTY_955": {"1955": "260|RUB"}}
    portal.act("strike", element=1)
    assert len(portal.ok("lists.element.get", **LIST)) == 2
    number = shift(portal, "2026-10-05T08:00+03:00", "2026-10-05T20:00+03:00")
    portal.act("cancel_plan", event=number)
    assert events(portal) == []


@pytest.mark.parametrize(
    "sent",
    [
        {"do": "clock", "user": 9, "start": "2026-10-05T08:00+03:00"},
        {"do": "clock", "user": 501, "start": "2026-10-05T08:00"},
        {"do": "clock", "user": 501},
        {"do": "enter", "list": 33, "values": {"1": "x"}},
        {"do": "enter", "list": 1, "values": {}},
        {"do": "delete_clock", "record": 99},
        {"do": "hire", "user": {"id": 1}},
    ],
)
def test_an_act_that_cannot_be_done_is_refused(portal: Portal, sent: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        portal.server.admin("POST", "act", sent)


def test_a_portal_kept_by_an_earlier_version_gets_the_tables_it_lacks(tmp_path: Path) -> None:
    World(tmp_path, "helix", 1.0).storage.close()
    with closing(sqlite3.connect(tmp_path / FILE)) as old:
        old.executescript("DROP TABLE users; DROP TABLE time_records;")
    world = World(tmp_path, "helix", 1.0)
    assert world.storage.rows("SELECT * FROM users") == []
    world.storage.close()
