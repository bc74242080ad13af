"""From raw rows to records."""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dentsync.extract.columns import fold_header
from dentsync.model import FIELDS, CleanRules, Entity, FieldType, Origin, RawRecord, Record, Reject, Status
from dentsync.transform.clean import PARSERS, Cleaner
from dentsync.transform.words import fold

MOSCOW = ZoneInfo("Europe/Moscow")
PATIENTS = CleanRules(timezone="Europe/Moscow", branch="Центральный", required=("full_name",), key=("card_number",))
VISITS = CleanRules(
    timezone="Europe/Moscow",
    branch="Центральный",
    entity=Entity.APPOINTMENT,
    required=("full_name",),
    key=("phones", "start_at", "doctor"),
    statuses={"Записан": Status.BOOKED, "Не пришёл": Status.NO_SHOW},
)
PATIENT = {"full_name": "Петров Иван Сергеевич", "card_number": "00123"}
VISIT = {
    "full_name": "Петров Иван Сергеевич",
    "phones": "8 916 555-01-23",
    "start_at": "05.03.2026 9:00",
    "doctor": "Смирнов",
}


def raw(cells: Mapping[str, str]) -> RawRecord:
    return RawRecord("feed", Origin("file.csv", "0123456789ab", 2), cells)


def clean(rules: CleanRules, cells: Mapping[str, str], **more: str) -> Record | Reject:
    return Cleaner(rules).clean(raw({**cells, **more}))


def record(rules: CleanRules, cells: Mapping[str, str], **more: str) -> Record:
    cleaned = clean(rules, cells, **more)
    assert isinstance(cleaned, Record), cleaned
    return cleaned


def reject(rules: CleanRules, cells: Mapping[str, str], **more: str) -> Reject:
    cleaned = clean(rules, cells, **more)
    assert isinstance(cleaned, Reject)
    return cleaned


def without(cells: Mapping[str, str], *names: str) -> dict[str, str]:
    return {name: text for name, text in cells.items() if name not in names}


def test_every_type_of_field_has_a_parser() -> None:
    assert set(PARSERS) == set(FieldType) == set(FIELDS.values())


def test_a_row_becomes_values_of_its_types() -> None:
    values = record(
        PATIENTS,
        PATIENT,
        phones="8(916)555-01-24; 8(473)255-01-23",
        birth_date="05.03.1980 0:00:00",
        completed_visits="1\u00a0005",
        balance="-1 500,50 руб.",
        sms_opt_out="Нет",
        last_visit_at="02.03.2026 9:05:00",
        discount=" 10 %\u00a0",
        email="petrov@example.com",
    ).values
    assert dict(values) == {
        "card_number": "00123",
        "phones": ("+79165550124", "+74732550123"),
        "birth_date": date(1980, 3, 5),
        "completed_visits": 1005,
        "balance": Decimal("-1500.50"),
        "sms_opt_out": False,
        "last_visit_at": datetime(2026, 3, 2, 9, 5, tzinfo=MOSCOW),
        "discount": "10 %",
        "email": "petrov@example.com",
        "last_name": "Петров",
        "first_name": "Иван",
        "patronymic": "Сергеевич",
        "full_name": "Петров Иван Сергеевич",
        "sms_name": "Иван Сергеевич",
        "phone_note": None,
        "do_not_contact": None,
    }


def test_the_three_kinds_of_empty_are_three_things() -> None:
    cleaned = record(PATIENTS, PATIENT, balance="-", birth_date="31.02.1980")
    assert cleaned.values["balance"] is None  # an empty cell
    assert "birth_date" not in cleaned.values  # unreadable: the CRM keeps what it has
    assert "discount" not in cleaned.values  # no such column
    assert [(fault.field, fault.raw) for fault in cleaned.faults] == [("birth_date", "31.02.1980")]


def test_false_and_zero_are_values() -> None:
    values = record(PATIENTS, PATIENT, sms_opt_out="0", completed_visits="0", balance="0").values
    assert (values["sms_opt_out"], values["completed_visits"], values["balance"]) == (False, 0, Decimal(0))


def test_all_faults_of_a_row_are_told_at_once() -> None:
    cleaned = reject(
        VISITS, VISIT, full_name="Резерв", phones="8916555012", start_at="завтра", status="думает", booked_at="?"
    )
    assert {fault.field for fault in cleaned.faults} == {"full_name", "phones", "start_at", "status", "booked_at"}
    assert cleaned.origin.line == 2


def test_an_unreadable_optional_field_does_not_cost_the_row() -> None:
    cleaned = record(VISITS, VISIT, status="думает")
    assert "status" not in cleaned.values
    assert cleaned.faults[0].reason == "неизвестный статус: добавьте его в statuses этой выгрузки"
    assert cleaned.faults[0].raw == "думает"


@pytest.mark.parametrize("name", ["phones", "start_at", "doctor", "full_name"])
def test_a_row_without_a_key_or_required_field_is_rejected_by_that_name(name: str) -> None:
    assert [(fault.field, fault.reason) for fault in reject(VISITS, VISIT, **{name: "-"}).faults] == [(name, "пусто")]
    assert [fault.reason for fault in reject(VISITS, without(VISIT, name)).faults] == ["нет такой колонки"]


def test_an_unreadable_key_is_explained_once() -> None:
    assert [fault.reason for fault in reject(VISITS, VISIT, phones="8916555012").faults] == ["в номере не хватает цифр"]


def test_a_doubtful_number_is_reported_and_the_good_one_is_used() -> None:
    cleaned = record(VISITS, VISIT, phones="8916555О123\n8 916 555-01-24")
    assert cleaned.values["phones"] == ("+79165550124",)
    assert [fault.reason for fault in cleaned.faults] == ["в номере буква вместо цифры"]


def test_a_default_stands_in_where_the_file_says_nothing_and_never_over_what_it_says() -> None:
    rules = replace(VISITS, defaults={"status": "Записан"})
    assert record(rules, VISIT).values["status"] is Status.BOOKED
    assert record(rules, VISIT, status=" - ").values["status"] is Status.BOOKED
    assert record(rules, VISIT, status="не пришел").values["status"] is Status.NO_SHOW


def test_our_own_word_serves_as_a_default() -> None:
    assert record(replace(VISITS, defaults={"status": "confirmed"}), VISIT).values["status"] is Status.CONFIRMED


@pytest.mark.parametrize(("text", "value"), [("Да", False), ("Нет", True), ("-", True), ("", None)])
def test_an_inverted_flag_means_the_opposite_and_unknown_stays_unknown(text: str, value: bool | None) -> None:
    rules = replace(PATIENTS, inverted=("sms_opt_out",))
    assert record(rules, PATIENT, sms_opt_out=text).values["sms_opt_out"] is value


def test_three_columns_make_the_full_name() -> None:
    cells = {"card_number": "1", "last_name": "ПЕТРОВА", "first_name": "анна", "patronymic": "нет"}
    values = record(PATIENTS, cells).values
    assert values["full_name"] == "Петрова Анна"
    assert (values["last_name"], values["first_name"], values["patronymic"]) == ("Петрова", "Анна", None)


def test_a_full_name_stands_in_for_empty_columns() -> None:
    values = record(PATIENTS, PATIENT, last_name="", first_name="", patronymic="").values
    assert values["last_name"] == "Петров"


def test_columns_of_a_name_win_over_the_full_name() -> None:
    assert record(PATIENTS, PATIENT, last_name="Гусь", first_name="Любовь").values["full_name"] == "Гусь Любовь"


def test_a_name_that_no_patient_bears_costs_the_row_only_where_a_name_is_required() -> None:
    assert reject(PATIENTS, PATIENT, full_name="Тест Тестов").faults[0].reason == "тестовая запись"
    cleaned = record(replace(PATIENTS, required=()), PATIENT, full_name="Тест Тестов")
    assert not {"full_name", "last_name", "first_name", "patronymic"} & set(cleaned.values)
    assert [fault.field for fault in cleaned.faults] == ["full_name"]


def test_a_name_that_a_person_should_see_is_used_as_typed_and_reported() -> None:
    cleaned = record(PATIENTS, PATIENT, full_name="СОКОЛОВА АННА СЕРГЕВНА")
    assert cleaned.values["full_name"] == "Соколова Анна Сергевна"
    assert [fault.reason for fault in cleaned.faults] == ["похоже на опечатку"]


def test_a_name_whose_order_nothing_confirms_is_not_reported_one_by_one_and_goes_into_no_message() -> None:
    cleaned = record(PATIENTS, PATIENT, full_name="Мартын Роман")
    assert (cleaned.values["first_name"], cleaned.values["sms_name"], cleaned.faults) == ("Роман", None, ())


def test_the_order_of_the_file_settles_what_a_name_leaves_open() -> None:
    values = record(replace(PATIENTS, name_order="first_last"), PATIENT, full_name="Мартын Роман").values
    assert (values["last_name"], values["sms_name"]) == ("Роман", "Мартын")


@pytest.mark.parametrize("name", ["Иван Павлович", "Петрова Иван", "Котова Анна Сергевна", "Тест Иван", "Иванов", "—"])
def test_a_doubtful_name_goes_into_no_message(name: str) -> None:
    rules = replace(PATIENTS, required=())
    assert record(rules, PATIENT, full_name=name).values["sms_name"] is None


def test_a_sex_that_contradicts_the_name_is_a_fault_and_touches_nothing() -> None:
    cleaned = record(PATIENTS, PATIENT, sex="Ж")
    assert (cleaned.values["full_name"], cleaned.values["sms_name"]) == ("Петров Иван Сергеевич", None)
    assert [fault.field for fault in cleaned.faults] == ["full_name"]


def test_what_a_person_has_to_judge_can_be_asked_for_by_itself() -> None:
    asked = Cleaner(PATIENTS).asked_of({"full_name": "Соколова Анна Сергевна"})
    assert asked is not None
    assert (asked.name.full, asked.name.action) == ("Соколова Анна Сергеевна", "propose")
    assert Cleaner(PATIENTS).asked_of({"full_name": "-"}) is None


def test_a_missing_name_is_empty_in_all_its_parts() -> None:
    values = record(replace(PATIENTS, required=()), PATIENT, full_name="—").values
    assert values["full_name"] is None


NINE = datetime(2026, 3, 5, 9, 0, tzinfo=MOSCOW)
HALVES = without(VISIT, "start_at")


@pytest.mark.parametrize(
    ("day", "clock"),
    [
        ("05.03.2026", "9:00"),
        ("05.03.2026 0:00:00", "01.01.0001 9:00:00"),
        ("2026-03-05", "9-00"),
        ("05.03.2026 9:00:00", ""),
        ("05.03.2026 9:00", None),
    ],
)
def test_the_halves_of_the_start_become_one_moment(day: str, clock: str | None) -> None:
    cells = {**HALVES, "start_on": day} | ({} if clock is None else {"start_time": clock})
    values = record(VISITS, cells).values
    assert values["start_at"] == NINE
    assert not {"start_on", "start_time"} & set(values)


def test_a_day_without_a_time_is_its_midnight_only_where_there_is_no_column_for_the_time() -> None:
    day = "05.03.2026"
    assert record(VISITS, HALVES, start_on=day).values["start_at"] == NINE.replace(hour=0)
    assert [fault.reason for fault in reject(VISITS, HALVES, start_on=day, start_time="").faults] == [
        "не указано время"
    ]


def test_an_unreadable_half_is_told_by_its_own_name() -> None:
    faults = reject(VISITS, HALVES, start_on="31.02.2026", start_time="25:00").faults
    assert [fault.field for fault in faults] == ["start_on", "start_time"]


def test_a_start_of_its_own_wins_over_the_halves() -> None:
    assert record(VISITS, VISIT, start_on="01.01.2020", start_time="8:00").values["start_at"] == NINE


def test_an_appointment_without_a_day_has_no_start() -> None:
    rules = replace(VISITS, key=("phones",))
    assert record(rules, HALVES, start_on="", start_time="").values["start_at"] is None


@pytest.mark.parametrize(
    ("text", "value"), [("00123", "00123"), ("12\u00a0345", "12345"), ("123.0", "123"), (" А-17/2 ", "А-17/2")]
)
def test_an_id_is_kept_verbatim_apart_from_what_1c_and_excel_add(text: str, value: str) -> None:
    assert record(PATIENTS, PATIENT, card_number=text).values["card_number"] == value


def test_an_id_that_excel_rounded_off_is_refused() -> None:
    assert "Excel" in reject(PATIENTS, PATIENT, card_number="1,2346E+10").faults[0].reason


@pytest.mark.parametrize("text", ["0", "000", "б/н", "нет", "00000000-0000-0000-0000-000000000000"])
def test_an_empty_id_is_no_key_that_many_rows_would_share(text: str) -> None:
    assert reject(PATIENTS, PATIENT, card_number=text).faults[0].reason == "пусто"


@pytest.mark.parametrize(
    ("name", "text"),
    [("email", "нет почты"), ("email", "a@b"), ("completed_visits", "-3"), ("birth_date", "05.03.45")],
)
def test_single_fields_are_checked_beyond_their_type(name: str, text: str) -> None:
    cleaned = record(replace(PATIENTS, dates=("%d.%m.%y",)), PATIENT, **{name: text})
    assert name not in cleaned.values
    assert [fault.field for fault in cleaned.faults] == [name]


# ── keys ──────────────────────────────────────────────────────────────────────────────────────


def test_the_key_of_a_row_with_an_id_is_readable() -> None:
    assert record(PATIENTS, PATIENT).key == "patient/центральный/00123"
    rules = replace(VISITS, key=("appointment_id",))
    assert record(rules, VISIT, appointment_id="77", branch="Филиал  №2 ").key == "appointment/филиал-no2/77"


def test_an_empty_branch_falls_back_to_the_branch_of_the_feed() -> None:
    cleaned = record(PATIENTS, PATIENT, branch="")
    assert cleaned.key == "patient/центральный/00123"
    assert cleaned.values["branch"] is None


def test_a_natural_key_shows_nothing_of_the_person() -> None:
    key = record(VISITS, VISIT).key
    head, _, tail = key.partition("~")
    assert head == "appointment/центральный/"
    assert len(tail) == 16
    assert set(tail) <= set("0123456789abcdef")


@pytest.mark.parametrize(
    "change",
    [
        {"phones": "+7 (916) 555-01-23"},
        {"phones": "8916-555-01-23; 8473 255-01-23"},
        {"start_at": "2026-03-05T06:00:00Z"},
        {"doctor": " СМИРНОВ "},
        {"full_name": "Петрова Анна Сергеевна"},
        {"comment": "перезвонить"},
    ],
)
def test_a_natural_key_does_not_depend_on_spelling(change: dict[str, str]) -> None:
    assert record(VISITS, {**VISIT, **change}).key == record(VISITS, VISIT).key


@pytest.mark.parametrize(
    "change",
    [{"phones": "8916-555-01-24"}, {"start_at": "05.03.2026 9:30"}, {"doctor": "Смирнова"}, {"branch": "Северный"}],
)
def test_a_natural_key_depends_on_each_of_its_parts(change: dict[str, str]) -> None:
    assert record(VISITS, {**VISIT, **change}).key != record(VISITS, VISIT).key


def test_one_cleaner_gives_each_row_its_own_values() -> None:
    cleaner = Cleaner(PATIENTS)
    first = cleaner.clean(raw({**PATIENT, "balance": "1"}))
    second = cleaner.clean(raw({**PATIENT, "discount": "5%"}))
    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert "discount" not in first.values
    assert "balance" not in second.values


def test_nothing_of_a_person_is_in_repr() -> None:
    for cleaned in (record(VISITS, VISIT), reject(VISITS, VISIT, phones="8916555012")):
        assert not any(secret in repr(cleaned) for secret in ("Петров", "916555", "Смирнов"))


# ── the vocabulary of 1С:Хеликс ───────────────────────────────────────────────────────────────


def helix() -> dict[str, Any]:
    return tomllib.loads(files("dentsync").joinpath("presets/helix.toml").read_text(encoding="utf-8"))


def test_the_vocabulary_names_every_status_and_nothing_else() -> None:
    assert set(helix()["columns"]) <= set(FIELDS)
    assert set(helix()["statuses"]) == {status.value for status in Status}


def test_no_word_of_the_vocabulary_means_two_things() -> None:
    for section, folding in (("columns", fold_header), ("statuses", fold)):
        words = [folding(word) for names in helix()[section].values() for word in names]
        assert len(words) == len(set(words))


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Визит состоялся", Status.COMPLETED),
        ("ЗАПИСАЛСЯ, НО НЕ ПРИШЁЛ", Status.NO_SHOW),
        ("Запись отменена.", Status.CANCELLED),
        ("запись подтверждена", Status.CONFIRMED),
        ("Лист ожидания", Status.WAITING),
        ("Перенесён", Status.RESCHEDULED),
        ("На приёме", Status.IN_PROGRESS),
        ("приём", None),
        ("отказ", None),
        ("Уточнить", None),
        ("Не подтвердил", None),
    ],
)
def test_the_vocabulary_knows_what_is_documented_and_leaves_out_what_is_ambiguous(
    word: str, status: Status | None
) -> None:
    words = {text: Status(name) for name, texts in helix()["statuses"].items() for text in texts}
    assert record(replace(VISITS, statuses=words), VISIT, status=word).values.get("status") == status


# ── what cells with telephones say beside the numbers ──


def test_the_words_of_a_phone_cell_are_a_field_of_their_own() -> None:
    values = record(PATIENTS, PATIENT, phones="8 916 555-01-23 мама").values
    assert (values["phones"], values["phone_note"], values["do_not_contact"]) == (("+79165550123",), "мама", None)


@pytest.mark.parametrize("phones", ["8 916 555-01-23 не звонить!", "не беспокоить"])
def test_who_asks_beside_a_phone_to_be_left_in_peace_is_marked_whatever_the_column_says(phones: str) -> None:
    assert record(PATIENTS, PATIENT, phones=phones).values["do_not_contact"] is True
    assert record(PATIENTS, PATIENT, phones=phones, do_not_contact="нет").values["do_not_contact"] is True


def test_who_says_only_when_to_call_is_not_marked() -> None:
    assert record(PATIENTS, PATIENT, phones="89165550123 не звонить до 12:00").values["do_not_contact"] is None
    assert record(PATIENTS, PATIENT, phones="89165550123", do_not_contact="нет").values["do_not_contact"] is False


def test_a_representative_who_is_written_with_a_number_is_a_name_and_a_number() -> None:
    values = record(PATIENTS, PATIENT, representative="Орлова Мария (мать), 8-916-555-01-24").values
    assert values["representative"] == "Орлова Мария (мать)"
    assert values["representative_phones"] == ("+79165550124",)


def test_the_number_of_a_representative_stands_in_for_the_phone_of_a_patient_who_has_none() -> None:
    cells = {"phones": "нет", "representative": "мать 89165550124"}
    assert record(PATIENTS, PATIENT, **cells).values["phones"] == ("+79165550124",)
    assert record(VISITS, VISIT, **cells).values["phones"] == ("+79165550124",)


def test_a_representative_without_a_number_is_left_as_written() -> None:
    values = record(PATIENTS, PATIENT, representative="Орлова М. И., паспорт 20 05 123456").values
    assert values["representative"] == "Орлова М. И., паспорт 20 05 123456"
    assert "representative_phones" not in values
