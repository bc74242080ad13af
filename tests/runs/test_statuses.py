"""Words that nobody has told the meaning of: listed, guessed at, told in one line; and never a patient."""

import json
import tomllib
from typing import Any

import pytest

from tests.clinic import Clinic

VISITS = "ID приёма;Номер карты;Ф.И.О.;Телефон;Начало приёма;Врач;Статус"


def visit(number: int, status: str) -> str:
    return f"{number};101;Соколова Анна Викторовна;8(916)555-01-01;04.10.2026 9:00;Петров;{status}"


@pytest.fixture
def visits(clinic: Clinic) -> Clinic:
    clinic.configure('files    = "visits_*.xlsx"', 'files    = "visits_*.csv"\nstatuses = { no_show = ["Не дошёл"] }')
    words = ["Лечение завершено", "лечение  завершено.", "Ждёт снимок", "Завершён", "Не дошёл", "Записан"]
    clinic.drop("visits_1.csv", *(visit(n, word) for n, word in enumerate(words, 1)), header=VISITS)
    clinic.configure("[feeds.checkups]", 'expect   = { max_rejects = "" }\n\n[feeds.checkups]')
    clinic.configure('expect   = { max_age = "30h" }\n\nexpect', "expect")
    assert clinic.say("extract").code == 0
    return clinic


def listed(clinic: Clinic, *argv: str) -> dict[str, Any]:
    said = clinic.say("statuses", "--json", *argv)
    assert said.code == 0, said.all
    found: dict[str, Any] = json.loads(said.out)
    return found


def test_unknown_words_are_counted_whatever_their_spelling(visits: Clinic) -> None:
    words = {word["word"]: word for word in listed(visits)["words"]}
    assert {word: entry["rows"] for word, entry in words.items()} == {"Лечение завершено": 2, "Ждёт снимок": 1}
    done = words["Лечение завершено"]
    assert (done["status"], done["like"]) == ("completed", "Прием завершен")
    assert done["origins"] == ["visits_1.csv:2", "visits_1.csv:3"]


def test_the_line_keeps_what_is_configured_and_heals_the_rows(visits: Clinic) -> None:
    line = listed(visits)["lines"]["visits"]
    assert tomllib.loads(line)["statuses"] == {
        "no_show": ["Не дошёл"], "completed": ["Лечение завершено"], "waiting": ["Ждёт снимок"],
    }  # fmt: skip
    visits.configure('statuses = { no_show = ["Не дошёл"] }', line)
    assert "3 of its 3 rejected rows" in visits.say("extract").out
    assert visits.say("statuses").out == "every status word is known\n"


def test_words_of_a_file_that_was_refused_whole_are_listed_too(clinic: Clinic) -> None:
    clinic.configure('files    = "visits_*.xlsx"', 'files    = "visits_*.csv"')
    rows = (visit(n, "Явился вовремя" if n % 2 else "Закрыт") for n in range(40))
    clinic.drop("visits_1.csv", *rows, header=VISITS)
    assert clinic.say("extract").code == 5
    assert {(word["word"], word["rows"]) for word in listed(clinic)["words"]} == {
        ("Явился вовремя", 20),
        ("Закрыт", 20),
    }


def test_only_the_named_feed_is_asked_about(visits: Clinic) -> None:
    assert listed(visits, "reminders")["words"] == []
    assert visits.say("statuses", "reminder").code == 2


@pytest.mark.parametrize(
    "cell",
    [
        "Соколова Анна Викторовна", "СОКОЛОВА", "соколова анна", "Петров П.П.", "8(916)555-01-01", "04.10.2026 9:00",
        "Позвонить Марии", "anna@clinic.example", "Ким", "101", "Перезвонить по номеру 89165550101 после обеда",
    ],
)  # fmt: skip
def test_what_may_be_a_person_is_shown_by_its_shape_only(clinic: Clinic, cell: str) -> None:
    clinic.configure('files    = "visits_*.xlsx"', 'files    = "visits_*.csv"')
    clinic.drop("visits_1.csv", visit(1, cell), header=VISITS)
    clinic.say("extract")
    telling = [word for word in cell.split() if len(word) > 2 and not word.islower()] or cell.split()
    for way in ((), ("--json",)):
        said = clinic.say("statuses", *way).all
        assert "visits_1.csv:2" in said
        assert not [word for word in telling if word in said]
        assert "statuses = {" not in said


def test_the_terminal_fits_eighty_columns_and_says_what_to_do(visits: Clinic) -> None:
    said = visits.say("statuses").out
    assert max(map(len, said.splitlines())) <= 110
    assert "[feeds.visits]" in said
    assert "what it means is for you to say" not in said
    assert said.endswith("check every word, write the line, look: dentsync diff\n")


def test_looking_at_words_writes_nothing_into_the_store(clinic: Clinic) -> None:
    clinic.say("status")
    store = clinic.folder / "state" / "dentsync.db"
    before = store.read_bytes()
    clinic.configure('files    = "visits_*.xlsx"', 'files    = "visits_*.csv"')
    clinic.drop("visits_1.csv", visit(1, "Ждёт снимок"), header=VISITS)
    assert len(listed(clinic)["words"]) == 1
    assert store.read_bytes() == before
