"""Phone cells. The cases are invented; what they expect was written before the code."""

import json
import re
from pathlib import Path
from typing import Any

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dentsync.transform.phones import REASONS, PhoneCell, parse_phones

FOLDER = Path(__file__).parents[1] / "cases"
CODES = "473 4732"  # Voronezh: seven digits and the old six


def cases(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FOLDER / name).read_text(encoding="utf-8").splitlines()]


CASES = cases("phones.jsonl")
HELD_OUT = cases("phones_held_out.jsonl")
HELD_OUT_2 = cases("phones_held_out_2.jsonl")  # links, markup, groups, labels: only numbers and action are expected


def codes_of(config: dict[str, Any]) -> str:
    """The area codes of a case as a clinic configures them."""
    return " ".join(dict.fromkeys((config["default_area_code"], *config["local_number_lengths"].values()))).strip()


def as_case(cell: PhoneCell) -> dict[str, Any]:
    return {
        "phones": [
            {
                "e164": phone.e164,
                "type": phone.kind,
                "region": phone.region,
                "ext": phone.extension or None,
                "sms_capable": phone.sms,
            }
            for phone in cell.phones
        ],
        "action": cell.action,
        "flags": list(cell.flags),
        "note": cell.note or None,
    }


@pytest.mark.parametrize("case", CASES + HELD_OUT, ids=lambda case: case["id"])
def test_a_cell_is_read_as_a_careful_person_would(case: dict[str, Any]) -> None:
    expected = {key: case["expected"][key] for key in ("phones", "action", "flags", "note")}
    config = case["config"]
    assert as_case(parse_phones(case["raw"], config["default_region"], codes_of(config))) == expected


@pytest.mark.parametrize("case", HELD_OUT_2, ids=lambda case: case["id"])
def test_a_cell_of_links_and_labels_gives_its_numbers_or_asks(case: dict[str, Any]) -> None:
    config, expected = case["config"], case["expected"]
    cell = parse_phones(case["raw"], config["default_region"], codes_of(config))
    assert list(cell.numbers) == [phone["e164"] for phone in expected["phones"]]
    assert cell.action in (
        "propose",
        "keep" if expected["action"] == "auto" else expected["action"],
        expected["action"],
    )


def test_the_case_files_are_whole() -> None:
    assert (len(CASES), len(HELD_OUT), len(HELD_OUT_2)) == (70, 141, 85)


def usable(text: str, area_code: str = CODES) -> tuple[str, ...]:
    return parse_phones(text, "RU", area_code).usable


@pytest.mark.parametrize(
    "text",
    [
        "8916 мама 5550123",
        "89165550123 24",
        "8 916 555 01 23-24",
        "89165550123 4 89165550124",
        "8916555012³",
        "99165550123",
        "8916555012",
        "7916555012",
        "7495555012",
        "+7916555012",
        "8916555012**",
        "8916555x0123",
        "555-01-23, 8916",
        "916 555 0",
        "855-01-23",
        "2916555x0123",
        "+84942350123",
        "8 916 55",
        "89165550123?",
        "8916555О123",
        "91655501239165550124",
        "7015550123",
        "8 029 555-01-23",
        "9165550123,4",
        "8 916 555 01 23 (4)",
        "8 (916) 123-45-67",
        "8 800 200-00-00",
        "7,91656E+10",
        "22.05.1980",
        "кв 12",
        "8 8 916 555 01 23",
        "+7 7 916 555-01-23",
        "89165550123 чужой номер",
        "89165550123 (ошиблись номером)",
        "номер не существует 89165550123",
        "СНИЛС 916-555-012 34",
        "0505550123",
        "########",
        "№ 8916 555 01",
        "карта 255012",
        "паспорт 9205 123456",
        "ИНН 7912345678",
        "карта 8916 555 01 23",
        "9165550123 (4)",
        "9876543210",
        "8916555 ... 23",
    ],
)
def test_doubtful_digits_are_nobodys_number(text: str) -> None:
    cell = parse_phones(text, "RU", CODES)
    assert cell.usable == ()
    assert cell.action in ("propose", "quarantine")
    assert cell.reasons


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("+7(916)555-01-23,+7(916)555-01-24", ("+79165550123", "+79165550124")),
        ("8 (916) 555-01-23 8 (916) 555-01-24", ("+79165550123", "+79165550124")),
        ("916 555 01 23 916 555 01 24", ("+79165550123", "+79165550124")),
        ("89165550123/89165550124", ("+79165550123", "+79165550124")),
        ("89165550123.0; 84732550123.0", ("+79165550123", "+74732550123")),
        ("8(473)255-01-23; 8916 555 01 23", ("+79165550123", "+74732550123")),
        ("89165550123; +7 916 555-01-23", ("+79165550123",)),
        ("8(495)555-01-23, доб. 12", ("+74955550123",)),
        ("8+79165550123", ("+79165550123",)),
        ("+8 916 555 01 23", ("+79165550123",)),
        ("89165550123 (с 9 до 18)", ("+79165550123",)),
        ("89165550123 после 18:00, кв 5", ("+79165550123",)),
        ("89165550123 №5", ("+79165550123",)),
        ("٨٩١٦٥٥٥٠١٢٣", ("+79165550123",)),
        ("+49 30 901820", ("+4930901820",)),
        ("8 10 49 30 901820", ("+4930901820",)),
        ("не звонить!! 89165550123", ("+79165550123",)),
        ("старый 89165550123", ("+79165550123",)),
        ("255-01-23", ("+74732550123",)),
        ("55-01-23", ("+74732550123",)),
        ("89165550123 255-01-24", ("+79165550123", "+74732550124")),
        ("89165550123; 394000 Воронеж", ("+79165550123",)),
        ("89165550123 карта 255012", ("+79165550123",)),
        ("кв. 8 89165550123", ("+79165550123",)),
        ("89165550123 12 лет", ("+79165550123",)),
        ("звонить после 18 89165550123", ("+79165550123",)),
        ("8 (4732) 55-01-23 вн. 7, 8916 555 01 23 Анна", ("+79165550123", "+74732550123")),
        ("старый 89165550123, новый 89165550124", ("+79165550124", "+79165550123")),
        ("89165550123 чужой, 89165550124 свой", ("+79165550124",)),
        ("+79165550128+79165550124", ("+79165550128", "+79165550124")),
        ("+79165550178+7916555012", ("+79165550178",)),
        ("+7 [916] 555-01-23", ("+79165550123",)),
        ("код 473 255-01-23", ("+74732550123",)),
    ],
)
def test_numbers_beyond_doubt_are_used_the_mobile_one_first(text: str, numbers: tuple[str, ...]) -> None:
    assert usable(text) == numbers


def test_a_good_number_survives_a_bad_neighbour_and_the_bad_one_is_reported() -> None:
    cell = parse_phones("89165550123; 8916555012")
    assert cell.usable == ("+79165550123",)
    assert cell.reasons == ("в номере не хватает цифр",)


def test_a_city_number_without_a_configured_code_is_refused_with_the_way_out() -> None:
    cell = parse_phones("255-01-23")
    assert cell.usable == ()
    assert "area_code" in cell.reasons[0]


def test_the_words_around_become_a_note() -> None:
    assert parse_phones("Оля (жена) 9165550123 звонить вечером").note == "Оля (жена); звонить вечером"


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("мама 89165550123 папа 89165550124", ("мама", "папа")),
        ("89165550123 (муж), 89165550124 (жена)", ("муж", "жена")),
        ("раб. 84732550123\nмоб. 89165550123", ("моб", "раб")),
        ("тел. 89165550123", ("",)),
        ("89165550123 89165550124 мама", ("", "мама")),
    ],
)
def test_each_number_keeps_the_words_that_say_whose_it_is(text: str, labels: tuple[str, ...]) -> None:
    assert tuple(phone.label for phone in parse_phones(text).phones) == labels


@pytest.mark.parametrize(
    ("text", "refuses"),
    [
        ("89165550123 не звонить", True),
        ("89165550123 Не беспокоить!!!", True),
        ("не писать и не звонить 89165550123", True),
        ("89165550123 просил без рассылок", True),
        ("не звонить", True),
        ("89165550123 не звонить до 12:00", False),
        ("89165550123 не звонить, только смс", False),
        ("89165550123 не звонить на работу", False),
        ("89165550123 только смс", False),
        ("89165550123 мама", False),
        ("89165550123", False),
    ],
)
def test_who_wants_no_calls_at_all_is_told_from_who_says_when_and_how(text: str, refuses: bool) -> None:
    assert parse_phones(text).refuses is refuses


def test_a_city_of_five_digits_has_its_own_local_numbers() -> None:
    assert usable("2-34-56", "47396") == ("+74739623456",)
    assert usable("2-34-56") == ()


def test_a_clinic_outside_russia_has_its_own_national_numbers() -> None:
    assert parse_phones("8 029 555-01-23", "BY").usable == ("+375295550123",)
    assert parse_phones("7015550123", "KZ").usable == ("+77015550123",)


def test_numbers_and_notes_stay_out_of_repr() -> None:
    shown = repr(parse_phones("89165550123 доб. 77 мама"))
    assert not re.search(r"9165550123|77|мама", shown)


PIECES = [
    "8",
    "7",
    "+7",
    "8916",
    "916",
    "9165550123",
    "89165550123",
    "555",
    "01",
    "23",
    "5550123",
    "8473",
    "2550124",
    "375",
]
JOINTS = [
    "",
    "",
    " ",
    "-",
    "(",
    ")",
    ", ",
    "; ",
    "/",
    " мама ",
    "\n",
    ".",
    "+",
    "доб. ",
    "x",
    "О",
    "*",
    " или ",
    "E+10",
    " №",
]
CELLS = st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(JOINTS)), max_size=8).map(
    lambda pairs: "".join(piece + joint for piece, joint in pairs)
)


@given(CELLS)
def test_digits_are_never_cut_joined_or_invented(text: str) -> None:
    """Of every number that is used, the national digits stand in the cell: in a row, as a number of their own."""
    for number in usable(text, ""):
        digits = re.sub(r"\D", "", number)
        national = digits[1:] if digits.startswith("7") else digits
        gap = r"[ \-()+./]*"
        assert re.search(gap.join(national) + r"(?![ \-()./]*\d{1,2}(?!\d))", text)


@given(st.integers(9_000_000_000, 9_999_999_999), st.sampled_from(["+7", "8", "7", "", "8 ", "+7 ", "'8", "tel:+7"]))
def test_one_mobile_number_is_one_number_in_every_spelling(national: int, prefix: str) -> None:
    digits = str(national)
    grouped = f"({digits[:3]}) {digits[3:6]}-{digits[6:8]}-{digits[8:]}"
    spellings = {usable(prefix + digits), usable(prefix + grouped), usable(prefix + digits + " мама")}
    assert spellings in ({(f"+7{digits}",)}, {()})  # all or none: the library or a rule refused the number itself


@given(CELLS)
def test_a_number_is_read_the_same_when_it_is_written_back(text: str) -> None:
    numbers = usable(text)
    assert set(usable("; ".join(numbers))) == set(numbers)


@given(st.text(max_size=80) | CELLS | st.text("0123456789+-() ,;/.\n№#_*xОмадвн:@=Ee", max_size=60))
def test_reading_never_raises_and_gives_only_numbers_that_the_library_knows(text: str) -> None:
    cell = parse_phones(text, "RU", CODES)
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(number)) for number in cell.numbers)
    assert len(set(cell.numbers)) == len(cell.numbers)
    assert (cell.action == "quarantine") == (not cell.numbers)
    assert cell.action != "keep" or cell.usable == tuple(text.split())  # nothing was done to it
    assert bool(cell.reasons) == (cell.usable != cell.numbers or not cell.numbers or bool(REASONS.keys() & cell.flags))


ANY_NUMBER = st.sampled_from([f"+7916555012{i}" for i in range(8)] + [f"+7473255012{i}" for i in range(4)])


@given(st.lists(ANY_NUMBER, min_size=1, max_size=5, unique=True), st.sampled_from([", ", "; ", "\n", " / ", " и "]))
def test_numbers_stay_as_typed_and_the_first_that_takes_a_message_leads(numbers: list[str], joint: str) -> None:
    lead = next((number for number in numbers if number.startswith("+79")), numbers[0])
    assert usable(joint.join(numbers)) == (lead, *(number for number in numbers if number != lead))


@pytest.mark.parametrize("text", ["8" * 5000, "89165550123 " * 400, "(" * 3000, "+7" * 900, "x" * 2000 + "1"])
def test_a_cell_of_any_length_is_read_at_once(text: str) -> None:
    assert parse_phones(text, "RU", CODES).action in ("quarantine", "propose")
