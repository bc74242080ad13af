"""What each answer of the portal means: done, refused, may be repeated, may have happened, or all is over."""

from typing import Any

import pytest

from dentsync.errors import Forbidden
from dentsync.load.bitrix24.answers import Moved, meaning_of
from dentsync.load.bitrix24.wire import Done, Rejected
from dentsync.load.http import Lost, NotSent, Reply
from dentsync.load.refusals import Refused


def error(code: Any, text: str = "") -> dict[str, Any]:
    return {"error": code, "error_description": text}


@pytest.mark.parametrize("result", [1, True, [], {}, None, 0, "", {"items": []}])
def test_result_is_done_whatever_it_is(result: Any) -> None:
    assert meaning_of(Reply(200, {"result": result, "time": {}})) == Done(result)


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [
        (503, error("QUERY_LIMIT_EXCEEDED"), "rate"),
        (429, error("OPERATION_TIME_LIMIT"), "budget"),
        (429, None, "budget"),
    ],
)
def test_refusals_for_the_limits_may_be_repeated(status: int, body: Any, why: str) -> None:
    assert meaning_of(Reply(status, body, retry_after=9.0)) == Refused(why, 9.0)  # type: ignore[arg-type]


@pytest.mark.parametrize("why", ["connection", "certificate"])
def test_what_was_not_sent_may_be_repeated(why: Any) -> None:
    assert meaning_of(NotSent(why)) == Refused(why)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(500, error("INTERNAL_SERVER_ERROR")),
        Reply(200, error("INTERNAL_SERVER_ERROR")),
        Reply(500, error("ERROR_UNEXPECTED_ANSWER")),
        Reply(500, error("")),
        Reply(503, error("")),
        Reply(500, None),
        Reply(502, None),
        Reply(503, None),
        Reply(504, None),
        Reply(403, None),
        Reply(404, None),
        Reply(200, None),
        Reply(200, []),
        Reply(200, "ok"),
        Reply(200, {}),
        Reply(200, {"time": {}}),
        Reply(302, None),
    ],
)
def test_work_that_may_have_been_done_is_never_called_refused(reply: Reply) -> None:
    assert isinstance(meaning_of(reply), Lost)


def test_lost_call_stays_lost() -> None:
    assert meaning_of(Lost("time-out")) == Lost("time-out")


@pytest.mark.parametrize(
    ("status", "code", "shown"),
    [
        (400, "NOT_FOUND", "NOT_FOUND"),
        (400, 0, "0"),
        (400, 100, "100"),
        (200, "", ""),
        (400, "Not found.", ""),
        (400, "ACCESS_DENIED", "ACCESS_DENIED"),
        (404, "ERROR_METHOD_NOT_FOUND", "ERROR_METHOD_NOT_FOUND"),
    ],
)
def test_key_error_decides_and_not_its_value(status: int, code: Any, shown: str) -> None:
    assert meaning_of(Reply(status, error(code, "text"))) == Rejected(shown, "text")


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (401, "NO_AUTH_FOUND"),
        (401, "INVALID_CREDENTIALS"),
        (403, "INVALID_CREDENTIALS"),
        (401, "expired_token"),
        (403, "insufficient_scope"),
        (200, "insufficient_scope"),
        (403, "ACCESS_DENIED"),
        (403, "something new"),
        (503, "OVERLOAD_LIMIT"),
        (500, "PORTAL_DELETED"),
        (410, "PORTAL_DELETED"),
        (401, "PAYMENT_REQUIRED"),
    ],
)
def test_refusal_of_the_webhook_itself_stops_everything(status: int, code: str) -> None:
    with pytest.raises(Forbidden) as caught:
        meaning_of(Reply(status, error(code, "секрет")))
    assert "секрет" not in str(caught.value)
    assert code in str(caught.value) or str(status) in str(caught.value)


def test_renamed_portal_says_where_it_is() -> None:
    assert meaning_of(Reply(302, None, "https://new.bitrix24.ru/rest/1/x/batch")) == Moved(
        "https://new.bitrix24.ru/rest/1/x/batch"
    )
