"""Letters of a wrong encoding are seen; names, signs and foreign words as clinics write them are not taken for them."""

import json
from pathlib import Path

import pytest

from dentsync.transform.garble import is_garbled, ungarbled

NAME = "Соколова Анна Викторовна"
SLIPS = [
    ("utf-8", "cp1251"), ("utf-8", "latin-1"), ("utf-8", "cp1252"), ("cp1251", "cp866"), ("cp866", "cp1251"),
    ("cp1251", "koi8-r"), ("koi8-r", "cp1251"), ("cp1251", "latin-1"), ("cp1251", "utf-8"), ("cp1251", "ascii"),
]  # fmt: skip


@pytest.mark.parametrize(("written", "read"), SLIPS)
def test_a_name_read_in_a_wrong_encoding_is_garbled(written: str, read: str) -> None:
    assert is_garbled(NAME.encode(written).decode(read, "replace"))


@pytest.mark.parametrize("text", ["?????? ????", "Ђктивный", "Соко\ufffd\ufffd", "Петров ???"])
def test_lost_letters_are_garbled(text: str) -> None:
    assert is_garbled(text)


@pytest.mark.parametrize(
    "text",
    [
        NAME, NAME.upper(), "ООО «Ромашка»", "№ 5, каб. 12 — 2 этаж", "Müller Jürgen", "СЁМИНА АЛЁНА", "Гарсіа Їжак",
        "1\u00a0234,50 ₽", "38,5°С", "о’Нил", "“кавычки”…", "ИвановаАНна", "не звонить!?", "ул. СОЛНЕЧНАЯ", "",
        "перезвонить???",
    ],
)  # fmt: skip
def test_what_clinics_write_is_not_garbled(text: str) -> None:
    assert not is_garbled(text)


def test_hardly_any_of_the_worst_names_is_taken_for_a_wrong_encoding() -> None:
    lines = (Path(__file__).parents[1] / "cases" / "names.jsonl").read_text(encoding="utf-8").splitlines()
    names = [case["raw"] for line in lines if "raw" in (case := json.loads(line))]
    assert len(names) > 100
    assert sum(map(is_garbled, names)) * 20 <= len(names)


@pytest.mark.parametrize(("written", "read"), [("utf-8", "cp1251"), ("utf-8", "latin-1"), ("utf-8", "cp1252"),
    ("cp1251", "latin-1"), ("cp866", "cp1251"), ("cp1251", "cp866")])  # fmt: skip
@pytest.mark.parametrize("name", ["Соколова Анна", "Ёжиков Пётр", "терапия, каб. 5"])
def test_letters_of_one_wrong_encoding_are_put_right_exactly_or_not_at_all(written: str, read: str, name: str) -> None:
    taken = name.encode(written).decode(read, "replace")
    assert ungarbled(taken) in ((name,) if "\ufffd" not in taken else (None,))


@pytest.mark.parametrize("text", ["?????", "Соко\ufffd\ufffd", "Müller"])
def test_letters_that_are_lost_are_not_invented(text: str) -> None:
    assert ungarbled(text) is None
