"""Our words and the account's fields: every type, out and back; what is replaced as a whole."""

from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dentsync.load.amocrm.directory import FieldInfo
from dentsync.load.amocrm.fields import Vocabulary, parts_of
from dentsync.load.amocrm.merging import merged, multitext, same_text
from dentsync.load.amocrm.values import Zones
from dentsync.load.places import Unwritable
from dentsync.load.spelling import phone_key
from dentsync.model import Plain

A, B, C = "+79165550101", "+79165550102", "+74735550103"
PLACES = ("Терапия", "Хирургия", "Ортопедия")
MOSCOW = "Europe/Moscow"


def words(
    ours: str, kind: str, *, items: Any = (), account: str = MOSCOW, number: int = 7, name: str = "Поле"
) -> Vocabulary:
    info = FieldInfo(number, name, kind, items=items)
    return Vocabulary("contact", Zones(ZoneInfo(account), ZoneInfo(MOSCOW)), {ours: info})


@pytest.mark.parametrize(
    ("ours", "kind", "items", "value", "wire"),
    [
        ("card_number", "text", (), "00123", "00123"),
        ("completed_visits", "numeric", (), 5, "5"),
        ("balance", "numeric", (), "45000.5", "45000.5"),
        ("balance", "monetary", (), "-100", "-100"),
        ("sms_opt_out", "checkbox", (), True, True),
        ("sms_opt_out", "select", ("Да", "Нет"), True, "Да"),
        ("branch", "select", PLACES, "терапия ", "Терапия"),
        ("next_visit_at", "date_time", (), "2026-10-06T09:00:00+03:00", 1791266400),
        ("next_visit_at", "text", (), "2026-10-06T09:00:00+03:00", "06.10.2026 09:00"),
        ("birth_date", "birthday", (), "1990-05-17", "1990-05-17T12:00:00+04:00"),
    ],
)
def test_a_value_goes_out_as_the_field_takes_it(ours: str, kind: str, items: Any, value: Plain, wire: object) -> None:
    vocabulary = words(ours, kind, items=items)
    assert vocabulary.entries(ours, value) == [{"value": wire}]


def test_a_label_that_the_list_has_not_is_refused_here_and_named_without_its_value() -> None:
    with pytest.raises(Unwritable, match=r"^branch \(Поле\): ") as caught:
        words("branch", "select", items=PLACES).entries("branch", "Секретный филиал")
    assert "Секретный" not in str(caught.value)


@pytest.mark.parametrize("zone", [MOSCOW, "Asia/Vladivostok", "UTC", "Europe/Kaliningrad", "Asia/Kamchatka"])
@given(day=st.dates(min_value=datetime(1920, 1, 1).date(), max_value=datetime(2035, 1, 1).date()))
def test_a_birthday_is_the_same_day_in_every_zone_and_year(zone: str, day: Any) -> None:
    vocabulary = words("birth_date", "birthday", account=zone)
    sent = datetime.fromisoformat(vocabulary.entries("birth_date", day.isoformat())[0]["value"])
    for offset in (sent.utcoffset(), datetime(2026, 1, 1, tzinfo=ZoneInfo(zone)).utcoffset()):
        # The account cuts to its midnight: by its offset of that year, or by the one it has now.
        midnight = datetime.combine((sent.astimezone(UTC) + offset).date(), time(), UTC) - offset  # type: ignore[operator]
        assert vocabulary.read({}, {7: [{"value": int(midnight.timestamp())}]})["birth_date"] == day.isoformat()


def test_a_sum_reads_the_same_however_many_zeros_the_account_adds() -> None:
    vocabulary = words("balance", "numeric")
    assert vocabulary.read({}, {7: [{"value": "45000.50"}]}) == vocabulary.as_read({"balance": "45000.5"})


def test_an_unticked_box_is_no_and_not_nothing() -> None:
    vocabulary = words("sms_opt_out", "checkbox")
    assert vocabulary.read({}, {}) == {"sms_opt_out": False} == vocabulary.as_read({"sms_opt_out": None})


@pytest.mark.parametrize(("exact", "price"), [("45000.5", 45001), ("45000.49", 45000), ("100", 100), (None, 0)])
def test_the_price_is_whole_roubles_and_the_field_has_the_exact_sum(exact: Plain, price: int) -> None:
    vocabulary = words("amount", "numeric")
    assert vocabulary.native("amount", exact) == {"price": price}
    held = {7: vocabulary.entries("amount", exact)}
    assert vocabulary.read({"price": price}, held) == {"amount": exact} == vocabulary.as_read({"amount": exact})


def test_a_price_that_a_person_changed_is_seen_beside_the_exact_sum() -> None:
    assert words("amount", "numeric").read({"price": 52000}, {7: [{"value": "45000.5"}]}) == {"amount": "52000"}


def test_without_a_field_the_sum_is_what_the_price_can_hold() -> None:
    vocabulary = words("amount", "price", number=0, name="price")
    assert vocabulary.as_read({"amount": "45000.5"}) == {"amount": "45001"}


@pytest.mark.parametrize(
    ("name", "last_first", "parts"),
    [
        ("Соколова Анна Викторовна", False, ("Соколова", "Анна", "Викторовна")),
        ("Анна Соколова", False, ("Соколова", "Анна", "")),
        ("Соколова Анна", True, ("Соколова", "Анна", "")),
        ("Анна", False, ("", "Анна", "")),
        ("", False, ("", "", "")),
    ],
)
def test_a_name_that_people_typed_as_one_text_has_parts(name: str, last_first: bool, parts: tuple[str, ...]) -> None:
    assert tuple(parts_of(name, last_first=last_first).values()) == parts


# ── replaced as a whole ───────────────────────────────────────────────────────────────────────


def phones(present: list[str], old: list[str], new: list[str]) -> list[str] | None:
    entries = [{"value": one, "enum_id": 5, "enum_code": "WORK", "field_name": "x"} for one in present]
    fresh = [multitext("PHONE", one) for one in new]
    found = merged(entries, old, fresh, same_text("PHONE"), leads=True)
    return None if found is None else [one["value"] for one in found]


def test_a_number_that_people_added_stays_and_ours_gives_way_to_the_new_one() -> None:
    assert phones(["8 (916) 555-01-01", C], [A], [B]) == [B, C]
    assert phones([C, A], [A], [B]) == [C, B]


def test_what_is_there_already_is_not_sent_in_whatever_spelling() -> None:
    assert phones(["8 (916) 555-01-01", C], [A], [A]) is None
    assert phones([A], [], []) is None


def test_our_first_number_leads_only_where_the_first_place_is_ours() -> None:
    assert phones([A, B], [A, B], [B, A]) == [B, A]
    assert phones([C, A, B], [A, B], [B, A]) is None


def test_nothing_is_echoed_that_the_account_refuses() -> None:
    entries = [{"value": "a", "enum_id": 5, "enum_code": None, "field_type": "x"}, {"value": "b", "enum_code": None}]
    found = merged(entries, (), [multitext("PHONE", A)], same_text("PHONE"), leads=True)
    assert found == [{"value": "a", "enum_id": 5}, {"value": "b"}, {"value": A, "enum_code": "MOB"}]


numbers = st.lists(st.sampled_from([A, B, C, "8 (916) 555-01-01", "89165550102"]), max_size=4, unique=True)


@given(present=numbers, old=numbers, new=numbers)
def test_no_number_of_people_goes_and_every_wanted_one_is_there_once(
    present: list[str], old: list[str], new: list[str]
) -> None:
    found = phones(present, old, new)
    held = [phone_key(one) for one in (present if found is None else found)]
    theirs = {phone_key(one) for one in present} - {phone_key(one) for one in old}
    assert theirs | {phone_key(one) for one in new} <= set(held)
    added = held[:]
    for one in present:
        if phone_key(one) in added:
            added.remove(phone_key(one))
    assert len(added) == len(set(added))
    now = present if found is None else found
    again = phones(now, new, new)
    assert sorted(again or now) == sorted(now)
    assert phones(again or now, new, new) is None
