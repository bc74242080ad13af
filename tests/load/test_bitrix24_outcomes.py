"""What is said of each operation, whatever the portal's answer looks like."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dentsync.errors import TargetError
from dentsync.load.bitrix24.box import Request, Slot
from dentsync.load.bitrix24.commands import Draft, command, import_command
from dentsync.load.bitrix24.directory import Directory
from dentsync.load.bitrix24.fields import Vocabulary
from dentsync.load.bitrix24.items import Portrait
from dentsync.load.bitrix24.multifields import Multifield
from dentsync.load.bitrix24.outcomes import landing_of
from dentsync.load.bitrix24.portal import Envelope, result_of
from dentsync.load.bitrix24.reading import _total
from dentsync.load.bitrix24.reasons import reason_of
from dentsync.load.bitrix24.tasks import TaskWords
from dentsync.load.bitrix24.wire import Answer, Done, Missing, Ref, Rejected
from dentsync.load.target import TargetSettings
from dentsync.model import Operation, Outcome, Result
from tests.load.portal_kit import changes, move, person, update, visit

ZONE = ZoneInfo("Europe/Moscow")
PHONE = Multifield(431, "PHONE", "MOBILE", "+79165550101")


def portrait() -> Portrait:
    settings = TargetSettings("", "dentsync", "Europe/Moscow", {}, ())
    words = Vocabulary("contact", ZONE, {}), Vocabulary("deal", ZONE, {})
    return Portrait(settings, Directory(), *words, TaskWords("dentsync", ZONE))


def outcomes_of(slots: dict[str, Slot], answers: dict[str, Answer], known: Portrait) -> dict[str, Outcome]:
    commands = {key: slot.command for key, slot in slots.items()}
    landing = landing_of(Request(slots, {}, Envelope(commands, "batch", {}, {})), answers, known)
    return {one.operation.id: one for one in landing.outcomes}


def outcome(operation: Operation, answer: Answer, fields: Any = None, more: Any = None) -> Outcome:
    one = command(operation, Draft(fields or {}), operation.crm_id)
    slots = {**(more[0] if more else {}), "x0": Slot(one, (operation,))}
    answers = {**(more[1] if more else {}), "x0": answer}
    return outcomes_of(slots, answers, portrait())[operation.id]


@pytest.mark.parametrize("result", [True, None, [], {}, {"item": []}, {"item": {}}, {"item": {"id": "x"}}, 5])
def test_creation_without_an_id_in_the_answer_is_unknown(result: Any) -> None:
    assert outcome(person(), Done(result)).result is Result.UNKNOWN


@pytest.mark.parametrize("result", [True, None, [], {}, {"item": {}}, {"item": {"id": 5, "contactIds": [None, "x"]}}])
def test_update_that_was_done_is_done_whatever_the_echo(result: Any) -> None:
    found = outcome(update("deal", "d1", 5, *changes(title="Х")), Done(result))
    assert (found.result, found.crm_id) == (Result.APPLIED, 5)


def test_id_may_be_a_text() -> None:
    assert outcome(person(), Done({"item": {"id": "17"}})).crm_id == 17


@pytest.mark.parametrize("operation", [person(), update("contact", "p1", 5), move("d1", 5)])
def test_command_of_which_nothing_was_said_is_unknown(operation: Operation) -> None:
    assert outcome(operation, Missing()).result is Result.UNKNOWN


@pytest.mark.parametrize(
    ("item", "linked"),
    [
        ({"id": 9, "contactIds": [88]}, True),
        ({"id": 9, "contactIds": [7, 88]}, True),
        ({"id": 9, "contactIds": []}, False),
        ({"id": 9, "contactIds": [7]}, False),
        ({"id": 9, "contactId": 88}, True),
        ({"id": 9, "contactId": None}, False),
        ({"id": 9}, True),
    ],
)
@pytest.mark.parametrize("sent", [88, Ref("c0", ("item", "id"))])
def test_deal_is_linked_if_the_echo_shows_its_contact(item: Any, linked: bool, sent: Any) -> None:
    more = ({"c0": Slot(command(person(), Draft({}), None), (person(),))}, {"c0": Done({"item": {"id": 88}})})
    assert outcome(visit(), Done({"item": item}), {"contactIds": [sent]}, more).linked is linked


def test_deal_whose_contact_is_not_known_to_be_there_is_not_linked() -> None:
    more = ({"c0": Slot(command(person(), Draft({}), None), (person(),))}, {"c0": Missing()})
    found = outcome(visit(), Done({"item": {"id": 9}}), {"contactIds": [Ref("c0", ("item", "id"))]}, more)
    assert (found.result, found.linked) == (Result.APPLIED, False)


def test_phones_are_forgotten_where_the_echo_does_not_show_them() -> None:
    """Otherwise a later update would count with numbers that are not there."""
    known = portrait()
    operation = update("contact", "p1", 5, *changes(phones=()))
    slots = {"c0": Slot(command(operation, Draft({}), 5), (operation,))}
    for answer, cards in (
        (Done({"item": {"id": 5}}), {}),
        (Missing(), {}),
        (Rejected("X"), {}),
        (
            Done({"item": {"id": 5, "fm": [{"id": 7, "typeId": "PHONE", "valueType": "WORK", "value": "1"}]}}),
            {5: (Multifield(7, "PHONE", "WORK", "1"),)},
        ),
    ):
        known.cards[5] = (PHONE,)
        outcomes_of(slots, {"c0": answer}, known)
        assert known.cards == cards


# ── imports ──


def imported(answer: Answer, rows: int = 3) -> list[Outcome]:
    operations = tuple(person(f"p{n}", silent=True) for n in range(rows))
    slot = Slot(import_command(operations, [{}] * rows), operations, (Draft({}),) * rows)
    found = outcomes_of({"i0": slot}, {"i0": answer}, portrait())
    return [found[operation.id] for operation in operations]


def test_rows_of_an_import_are_told_apart_by_position() -> None:
    found = imported(
        Done({"items": [{"item": {"id": 1}}, {"error": "X", "error_description": "y"}, {"item": {"id": 3}}]})
    )
    assert [(one.result, one.crm_id) for one in found] == [
        (Result.APPLIED, 1),
        (Result.FAILED, None),
        (Result.APPLIED, 3),
    ]


@pytest.mark.parametrize(
    "items", [[{"item": {"id": 1}}], [{"item": {"id": 1}}, {}, None], [{"item": {"id": 1}}, [], {"item": []}]]
)
def test_rows_an_import_says_nothing_of_are_unknown(items: Any) -> None:
    assert [one.result for one in imported(Done({"items": items}))] == [Result.APPLIED, Result.UNKNOWN, Result.UNKNOWN]


@pytest.mark.parametrize("result", [[], {}, True, {"items": {}}, {"items": None}])
def test_import_that_says_nothing_of_its_rows_leaves_them_unknown(result: Any) -> None:
    assert {one.result for one in imported(Done(result))} == {Result.UNKNOWN}


def test_import_that_was_refused_as_a_whole_made_nothing() -> None:
    assert {one.result for one in imported(Rejected("MAX_IMPORT_BATCH_SIZE_EXCEEDED"))} == {Result.FAILED}


# ── words ──


@pytest.mark.parametrize(
    "code",
    [
        "",
        "0",
        "100",
        "-",
        "NOT_FOUND",
        "ACCESS_DENIED",
        "CRM_FIELD_ERROR_VALUE_NOT_VALID",
        "ERROR_METHOD_NOT_FOUND",
        "OPERATION_TIME_LIMIT",
        "SOMETHING_NEW",
    ],
)
def test_reason_shows_the_code_and_never_what_the_portal_wrote(code: str) -> None:
    reason = reason_of(Rejected(code, 'Соколова Анна "+79165550101"'))
    assert code in reason
    assert reason
    assert "Соколова" not in reason
    assert "7916" not in reason


def test_reason_names_the_required_field() -> None:
    assert "Источник" in reason_of(Rejected("CRM_FIELD_ERROR_REQUIRED", 'Поле "Источник" обязательно'))
    assert "Источник" in reason_of(Rejected("CRM_FIELD_ERROR_REQUIRED", "Поле «Источник» обязательно"))
    assert reason_of(Rejected("CRM_FIELD_ERROR_REQUIRED", "")).startswith("CRM_FIELD_ERROR_REQUIRED")


def test_unknown_number_of_contacts_is_not_an_empty_crm() -> None:
    rows = [{"id": 1}]
    assert _total(Done({"items": rows}, total=None)) > 10**6
    assert _total(Done({"items": rows}, total=0)) == 1
    assert _total(Done({"items": []}, total=0)) == 0
    with pytest.raises(TargetError):
        _total(Rejected("X"))
    with pytest.raises(TargetError):
        result_of(Rejected(""), "crm.item.list")
