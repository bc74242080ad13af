"""What an answer means: the status first, JSON only where there is some, and two envelopes that both come with 400."""

import pytest

from dentsync.errors import Forbidden
from dentsync.load.amocrm.answers import Done, Flaw, Invalid, Partial, Rejected, meaning_of
from dentsync.load.http import Lost, NotSent, Reply
from dentsync.load.refusals import Refused

PROBLEM = {"title": "Bad Request", "type": "https://httpstatus.es/400", "status": 400}
INVALID = PROBLEM | {
    "validation-errors": [
        {"request_id": "1", "errors": [{"code": "InvalidType", "path": "price", "detail": "…"}]},
        {"errors": [{"code": "NotSupportedChoice", "path": "id", "detail": "…"}]},
    ]
}


def test_an_empty_list_is_an_answer_though_it_has_no_body() -> None:
    assert meaning_of(Reply(204, None)) == Done(None)


def test_validation_errors_name_items_and_nothing_was_written() -> None:
    flaws = {"1": (Flaw("InvalidType", "price"),), "": (Flaw("NotSupportedChoice", "id"),)}
    assert meaning_of(Reply(400, INVALID)) == Invalid(flaws)


@pytest.mark.parametrize(
    ("errors", "texts"),
    [
        ({"11062353": "Lead not found"}, {"11062353": "Lead not found"}),
        ([{"code": 226, "id": 11062353}], {"11062353": "226"}),
    ],
)
def test_errors_by_id_say_that_all_others_were_written(errors: object, texts: dict[str, str]) -> None:
    assert meaning_of(Reply(400, PROBLEM | {"errors": errors})) == Partial(texts)


@pytest.mark.parametrize(
    ("reply", "meaning"),
    [
        (Reply(429, {"title": "Too Many Requests", "retry_after": 300}), Refused("rate", 300.0)),
        (Reply(429, None), Refused("rate", None)),
        (Reply(429, None, retry_after=7.0), Refused("rate", 7.0)),
        (Reply(401, {"title": "Unauthorized"}), Refused("token", 0.0)),
        (Reply(402, {"title": "Payment Required"}), Refused("unpaid", 60.0)),
        (Reply(302, None, "https://other.amocrm.ru"), Refused("moved")),
        (NotSent("connection"), Refused("connection")),
        (NotSent("certificate"), Refused("certificate")),
    ],
)
def test_refused_calls_may_be_made_again(reply: Reply | NotSent, meaning: Refused) -> None:
    assert meaning_of(reply, creates=True) == meaning


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, None),
        Reply(500, None),
        Reply(500, {"title": "ErrInternalServer", "trace_id": "x"}),
        Reply(502, None),
        Reply(504, None),
        Reply(400, PROBLEM | {"detail": "Произошла системная ошибка, повторите запрос"}),
        Reply(400, PROBLEM | {"detail": "Ошибка 219"}),
        Reply(400, None),
        Lost("time-out"),
    ],
)
def test_what_may_have_happened_is_never_said_to_have_failed(reply: Reply | Lost) -> None:
    assert isinstance(meaning_of(reply, creates=True), Lost)


def test_a_page_of_404_is_asked_again_but_never_after_a_creation() -> None:
    assert meaning_of(Reply(404, None)) == Refused("routing")
    assert isinstance(meaning_of(Reply(404, None), creates=True), Lost)
    assert meaning_of(Reply(404, {"detail": "Cannot GET https://…/api/v4/xyz!"})) == Rejected(404)


@pytest.mark.parametrize(("body", "words"), [(None, "support"), ({"code": 113, "title": "x"}, "IP")])
def test_a_blocked_account_stops_everything(body: object, words: str) -> None:
    with pytest.raises(Forbidden, match=words):
        meaning_of(Reply(403, body))


def test_a_right_that_is_missing_is_one_refusal_only() -> None:
    assert meaning_of(Reply(403, {"title": "Forbidden", "detail": "Admin access only"})) == Rejected(403)


@pytest.mark.parametrize(
    ("detail", "code"),
    [
        ("Invalid filter for current account", "filter"),
        ("Код ошибки 244", "244"),
        ("Request data can not be empty", ""),
    ],
)
def test_a_plain_refusal_keeps_no_text_but_its_number(detail: str, code: str) -> None:
    assert meaning_of(Reply(400, PROBLEM | {"detail": detail})) == Rejected(400, code)
