"""A status that no column names, but others say outright."""

from dataclasses import replace

import pytest

from dentsync.model import CleanRules, Entity, Origin, RawRecord, Record, Reject, Status
from dentsync.transform.clean import Cleaner

RULES = CleanRules(
    timezone="Europe/Moscow",
    branch="Центральный",
    entity=Entity.APPOINTMENT,
    required=("status",),
    key=("appointment_id",),
    statuses={"Записан": Status.BOOKED, "Подтверждён": Status.CONFIRMED},
    status_from={
        Status.RESCHEDULED: ("is_rescheduled",),
        Status.CANCELLED: ("cancelled_at", "cancel_reason"),
        Status.COMPLETED: ("ended_at", "receipt_at"),
        Status.CONFIRMED: ("is_notified + is_confirmed",),
    },
    defaults={"status": "Записан"},
)


def clean(**cells: str) -> Record | Reject:
    return Cleaner(RULES).clean(RawRecord("visits", Origin("f.csv", "0", 2), {"appointment_id": "1", **cells}))


def status(**cells: str) -> object:
    cleaned = clean(**cells)
    assert isinstance(cleaned, Record), cleaned
    return cleaned.values["status"]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({}, Status.BOOKED),
        ({"is_rescheduled": "Нет", "cancel_reason": "—", "ended_at": "01.01.0001 0:00:00"}, Status.BOOKED),
        ({"is_rescheduled": "Да", "cancel_reason": "Заболел"}, Status.RESCHEDULED),
        ({"cancel_reason": "Заболел"}, Status.CANCELLED),
        ({"cancelled_at": "05.10.2026 9:00", "ended_at": "05.10.2026 10:00"}, Status.CANCELLED),
        ({"ended_at": "05.10.2026 10:00"}, Status.COMPLETED),
        ({"receipt_at": "05.10.2026 10:05", "is_notified": "Да", "is_confirmed": "Да"}, Status.COMPLETED),
        ({"is_notified": "Да", "is_confirmed": "Да"}, Status.CONFIRMED),
        ({"is_notified": "Да", "is_confirmed": "Нет"}, Status.BOOKED),
        ({"is_notified": "Да"}, Status.BOOKED),
    ],
)
def test_the_sign_that_counts_first_decides(cells: dict[str, str], expected: Status) -> None:
    assert status(**cells) == expected


def test_a_sign_is_more_than_the_word() -> None:
    assert status(status="Подтверждён", cancel_reason="Заболел") == Status.CANCELLED
    assert status(status="Подтверждён", cancel_reason="") == Status.CONFIRMED


def test_a_sign_that_cannot_be_read_makes_no_booking_of_a_visit() -> None:
    cleaned = clean(cancelled_at="вчера", status="Записан")
    assert isinstance(cleaned, Reject)
    assert {fault.field for fault in cleaned.faults} == {"status", "cancelled_at"}
    assert [fault.raw for fault in cleaned.faults if fault.field == "status"] == [""]


def test_what_ended_a_visit_counts_first_however_the_configuration_is_written() -> None:
    written = {Status.ARRIVED: ("arrived_at",), Status.COMPLETED: ("ended_at",), Status.CANCELLED: ("cancelled_at",)}
    assert list(replace(RULES, status_from=written).signs) == [Status.CANCELLED, Status.COMPLETED, Status.ARRIVED]
