"""Our words and the portal's fields: every type of field, out and back."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dentsync.load.bitrix24.directory import FieldInfo, find_field
from dentsync.load.bitrix24.fields import Vocabulary
from dentsync.load.places import Unwritable, fold
from dentsync.model import Plain

BRANCHES = (("51", "Центральный"), ("52", "Северный"))
FLAGS = (("7", "Да"), ("8", "Нет"))
VISIT = "2026-10-06T09:00:00+03:00"


def words(ours: str, kind: str, *, multiple: bool = False, items: Any = (), wire: str = "UF_CRM_X") -> Vocabulary:
    info = FieldInfo(wire, kind, multiple=multiple, items=items)
    return Vocabulary("contact", ZoneInfo("Europe/Moscow"), {ours: info})


@pytest.mark.parametrize(
    ("ours", "kind", "value", "wire"),
    [
        ("card_number", "string", "00017", "00017"),
        ("completed_visits", "string", 3, "3"),
        ("sms_opt_out", "string", True, "да"),
        ("sms_opt_out", "string", False, "нет"),
        ("birth_date", "string", "1990-02-03", "03.02.1990"),
        ("start_at", "string", VISIT, "06.10.2026 09:00"),
        ("birth_date", "date", "1990-02-03", "1990-02-03"),
        ("start_at", "date", VISIT, "2026-10-06"),
        ("start_at", "datetime", VISIT, VISIT),
        ("start_at", "datetime", "2026-10-06T06:00:00+00:00", VISIT),
        ("birth_date", "datetime", "1990-02-03", "1990-02-03T00:00:00+03:00"),
        ("branch", "enumeration", "северный", 52),
        ("branch", "crm_status", "Северный", "52"),
        ("sms_opt_out", "boolean", True, "Y"),
        ("sms_opt_out", "boolean", False, "N"),
        ("patient_status", "boolean", "нет", "N"),
        ("completed_visits", "integer", 3, 3),
        ("completed_visits", "integer", 0, 0),
        ("balance", "double", "-12500.5", "-12500.5"),
        ("balance", "double", "1E+3", "1000"),
        ("balance", "money", "12500.5", "12500.5|RUB"),
        ("balance", "money", "0", "0|RUB"),
        ("card_number", "string", None, ""),
        ("balance", "money", None, ""),
        ("birth_date", "date", None, ""),
        ("branch", "enumeration", None, ""),
    ],
)
def test_value_is_written_as_its_field_wants_it(ours: str, kind: str, value: Plain, wire: Any) -> None:
    written = words(ours, kind, items=BRANCHES).write(ours, value)
    assert written == {"UF_CRM_X": wire}
    assert type(written["UF_CRM_X"]) is type(wire)


@pytest.mark.parametrize(
    ("ours", "kind", "wire", "value"),
    [
        ("birth_date", "date", "1990-02-03T03:00:00+03:00", "1990-02-03"),
        ("start_at", "datetime", "2026-10-06T06:00:00+00:00", VISIT),
        ("start_at", "datetime", "2026-10-06T13:00:00+07:00", VISIT),
        ("birth_date", "datetime", "1990-02-02T21:00:00+00:00", "1990-02-03"),
        ("start_at", "string", "06.10.2026 09:00", VISIT),
        ("birth_date", "string", "03.02.1990", "1990-02-03"),
        ("birth_date", "string", "в марте", "в марте"),
        ("start_at", "string", "завтра. утром", "завтра. утром"),
        ("branch", "enumeration", 52, "Северный"),
        ("branch", "enumeration", "52", "Северный"),
        ("branch", "enumeration", 99, "99"),
        ("sms_opt_out", "boolean", "Y", True),
        ("sms_opt_out", "boolean", "N", False),
        ("sms_opt_out", "boolean", 1, True),
        ("sms_opt_out", "boolean", 0, False),
        ("sms_opt_out", "boolean", False, False),
        ("sms_opt_out", "string", "Да", True),
        ("completed_visits", "integer", 3, 3),
        ("completed_visits", "double", 3.0, 3),
        ("completed_visits", "string", "много", "много"),
        ("balance", "money", "12500.50|RUB", "12500.5"),
        ("balance", "money", "|RUB", None),
        ("balance", "double", 12500.5, "12500.5"),
        ("balance", "double", 100000, "100000"),
        ("card_number", "string", "", None),
        ("card_number", "string", None, None),
        ("card_number", "string", False, None),
        ("card_number", "string", [], None),
        ("card_number", "string", 17, "17"),
    ],
)
def test_value_is_read_in_our_words(ours: str, kind: str, wire: Any, value: Plain) -> None:
    found = words(ours, kind, items=BRANCHES).read({"UF_CRM_X": wire}, None)
    assert found == {ours: value}
    assert type(found[ours]) is type(value)


def test_flag_may_be_a_list_of_yes_and_no() -> None:
    flag = words("sms_opt_out", "enumeration", items=FLAGS)
    assert flag.write("sms_opt_out", True) == {"UF_CRM_X": 7}
    assert flag.read({"UF_CRM_X": 8}, None) == {"sms_opt_out": False}


def test_several_values_go_into_a_field_of_several() -> None:
    several = words("branch", "enumeration", multiple=True, items=BRANCHES)
    assert several.write("branch", "Северный") == {"UF_CRM_X": [52]}
    assert several.write("branch", ("Северный", "центральный")) == {"UF_CRM_X": [52, 51]}
    assert several.read({"UF_CRM_X": [52]}, None) == {"branch": "Северный"}
    assert several.read({"UF_CRM_X": [52, 51]}, None) == {"branch": ("Северный", "Центральный")}
    assert several.write("branch", "северный, Центральный") == {"UF_CRM_X": [52, 51]}
    assert several.as_read({"branch": "северный, Центральный"}) == {"branch": ("Северный", "Центральный")}
    assert words("card_number", "string").write("card_number", ("1", "2")) == {"UF_CRM_X": "1, 2"}


@pytest.mark.parametrize(
    ("ours", "kind", "value", "multiple"),
    [
        ("branch", "enumeration", "Луна 17", False),
        ("branch", "enumeration", None, True),
        ("start_at", "datetime", "Луна 17", False),
        ("birth_date", "date", "Луна 17", False),
        ("completed_visits", "integer", "Луна 17", False),
        ("balance", "money", "Луна 17", False),
        ("balance", "double", "Луна 17", False),
        ("sms_opt_out", "boolean", "Луна 17", False),
    ],
)
def test_value_that_does_not_fit_is_refused_without_showing_it(
    ours: str, kind: str, value: Plain, multiple: bool
) -> None:
    with pytest.raises(Unwritable) as caught:
        words(ours, kind, multiple=multiple, items=BRANCHES).write(ours, value)
    assert ours in str(caught.value)
    assert "UF_CRM_X" in str(caught.value)
    assert "Луна" not in f"{caught.value!r} {caught.value.__cause__!r}"


def test_title_is_never_emptied() -> None:
    with pytest.raises(Unwritable):
        words("title", "string", wire="title").write("title", None)


def test_sum_is_sent_with_its_currency_and_never_counted_anew() -> None:
    amount = words("amount", "double", wire="opportunity")
    assert amount.write("amount", "12500.5") == {
        "opportunity": "12500.5",
        "currencyId": "RUB",
        "isManualOpportunity": "Y",
    }
    assert amount.write("amount", None)["opportunity"] == "0"
    assert amount.as_read({"amount": None}) == amount.read({"opportunity": 0}, None)


@settings(deadline=None)
@given(
    st.sampled_from(["string", "date", "datetime", "money", "double", "integer", "boolean", "enumeration"]), st.data()
)
def test_reading_back_what_was_read_back_changes_nothing(kind: str, data: st.DataObject) -> None:
    """Otherwise the same value would be news for ever."""
    ours, values = data.draw(st.sampled_from(CASES))
    value = data.draw(values)
    vocabulary = words(ours, kind, items=BRANCHES)
    once = vocabulary.as_read({ours: value})
    assert vocabulary.as_read(once) == once


CASES: list[tuple[str, st.SearchStrategy[Any]]] = [
    ("card_number", st.text()),
    ("birth_date", st.dates().map(str)),
    (
        "start_at",
        st.datetimes(timezones=st.just(ZoneInfo("Europe/Moscow"))).map(
            lambda one: one.replace(microsecond=0).isoformat()
        ),
    ),
    ("balance", st.decimals(allow_nan=False, allow_infinity=False, places=2).map(lambda one: f"{one.normalize():f}")),
    ("completed_visits", st.integers()),
    ("sms_opt_out", st.booleans()),
    ("branch", st.sampled_from(["северный", "Луна"])),
]


def test_field_is_found_by_either_of_its_names() -> None:
    """Portals before CRM 25.0.0 know no original names: what is not called by its own is ignored in silence."""
    fields = {"ufCrmMisId": {"type": "string", "upperName": "UF_CRM_MIS_ID"}, "sourceId": {"type": "crm_status"}}
    old = find_field(fields, "UF_CRM_MIS_ID")
    assert old is not None
    assert old.wire == "ufCrmMisId"
    assert find_field(fields, "SOURCEID") is not None
    assert find_field(fields, "UF_CRM_OTHER") is None


@pytest.mark.parametrize("name", ["Записан на приём", " ЗАПИСАН  на\u00a0прием "])
def test_names_are_the_same_whatever_their_case_spaces_and_dots(name: str) -> None:
    assert fold(name) == "записан на прием"
