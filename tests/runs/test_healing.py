"""After a change of the configuration, what could not be used is judged again: nobody has to export anything anew."""

import shutil

import pytest

from tests.clinic import ANNA, Clinic

VISITS = "ID приёма;Номер карты;Ф.И.О.;Телефон;Начало приёма;Врач;Статус"
DONE = "77;101;Соколова Анна Викторовна;8(916)555-01-01;04.10.2026 9:00;Петров;Лечение завершено"
ODD = "78;101;Соколова Анна Викторовна;8(916)555-01-01;04.10.2026 10:00;Петров;Ждёт снимок"
WORD = 'files    = "visits_*.xlsx"'
LEARNED = WORD + '\nstatuses = { completed = ["Лечение завершено"] }'


def visits(clinic: Clinic, *rows: str, name: str = "visits_1.csv", at: str = "2026-10-05T14:00") -> None:
    clinic.drop(name, *rows, header=VISITS, at=at)


def rejects(clinic: Clinic) -> list[str]:
    return [line for line in clinic.say("clean").out.splitlines() if line.startswith(("×", "·"))]


@pytest.fixture
def waiting(clinic: Clinic) -> Clinic:
    """Two visits whose words nobody knows."""
    clinic.configure(WORD, 'files    = "visits_*.csv"')
    clinic.patients(ANNA)
    visits(clinic, DONE, ODD)
    assert [file["rejected"] for file in clinic.sync()["files"]] == [0, 2]
    assert clinic.deals() == []
    clinic.configure('files    = "visits_*.csv"', LEARNED.replace("xlsx", "csv"))
    return clinic


def test_rejected_rows_are_used_once_their_word_is_known(waiting: Clinic) -> None:
    done = waiting.sync()
    assert [(file["state"], file["message"]) for file in done["files"]] == [
        ("seen", "was read before; 1 of its 2 rejected rows can be used now")
    ]
    assert [deal["title"] for deal in waiting.deals()] == ["NPS: Соколова Анна Викторовна, 04.10"]
    assert [line.partition("status")[0] for line in rejects(waiting)] == ["× visits  visits_1.csv:3  "]
    assert waiting.sync()["files"] == []


def test_a_dry_run_shows_what_would_heal_and_heals_nothing(waiting: Clinic) -> None:
    shown = waiting.say("diff").out
    assert "1 of its 2 rejected rows can be used now" in shown
    assert "NPS: " not in rejects(waiting)
    assert len(rejects(waiting)) == 2
    assert len(waiting.sync()["files"]) == 1


def test_what_a_newer_file_said_of_the_visit_stays(waiting: Clinic) -> None:
    visits(waiting, DONE.replace("Лечение завершено", "Отменен"), name="visits_2.csv", at="2026-10-05T14:01")
    waiting.configure('completed = ["Лечение завершено"]', 'completed = ["Не то"]')
    waiting.sync()
    waiting.configure('completed = ["Не то"]', 'completed = ["Лечение завершено"]')
    waiting.sync()
    assert waiting.deals() == []  # NPS has no stage for a visit that was cancelled
    assert len(rejects(waiting)) == 1


def test_a_file_that_is_gone_is_said_so_once(waiting: Clinic) -> None:
    shutil.rmtree(waiting.folder / "archive")
    said = [file["message"] for file in waiting.sync()["files"]]
    assert said == ["is gone: 2 rejected rows of it cannot be judged again; they count as before"]
    assert len(rejects(waiting)) == 2
    assert waiting.sync()["files"] == []


def test_files_that_stay_in_the_inbox_are_found_there(clinic: Clinic) -> None:
    clinic.configure('archive = "archive"', 'archive = ""')
    clinic.configure(WORD, 'files    = "visits_*.csv"')
    visits(clinic, DONE)
    clinic.sync()
    clinic.configure('files    = "visits_*.csv"', LEARNED.replace("xlsx", "csv"))
    clinic.sync()
    assert len(clinic.deals()) == 1


def test_a_rejected_row_that_is_still_bad_is_known_in_the_next_file(waiting: Clinic) -> None:
    waiting.sync()
    visits(waiting, DONE, ODD, ODD.replace("78;", "79;"), name="visits_2.csv", at="2026-10-05T14:01")
    (file,) = waiting.sync()["files"]
    assert (file["read"], file["loaded"], file["rejected"], file["fresh"]) == (3, 1, 2, 0)
    assert len(rejects(waiting)) == 2


def test_a_field_that_can_be_read_now_is_no_fault_any_more(clinic: Clinic) -> None:
    clinic.configure('defaults = { status = "Записан" }', "")
    clinic.reminders("Соколова Анна Викторовна;8(916)555-01-01;06.10.2026 9:00;Петров;Ждёт врача")
    clinic.sync()
    assert len(rejects(clinic)) == 1
    clinic.configure(
        'files    = "reminders_*.csv"', 'files    = "reminders_*.csv"\nstatuses = { booked = ["Ждёт врача"] }'
    )
    clinic.sync()
    assert rejects(clinic) == []
    assert len(clinic.deals()) == 1
