"""Broken exports, one kind after the other: nothing of them is used, the way out works, other files go on."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.clinic import ANNA, ANNAS_VISIT, DAY, PATIENTS, REMINDERS, Clinic
from tests.extract.build import write_xlsx
from tests.runs.test_refusals import digest_in

ROWS = 40


def rows(count: int = ROWS, status: str = "Активный", first: int = 1000) -> list[str]:
    return [
        f"{n};Котов Иван Петрович;8(916)555-{n // 100:02d}-{n % 100:02d};{status};Северный;20.10.2026 9:00"
        for n in range(first, first + count)
    ]


def text(*lines: str, header: str = PATIENTS) -> str:
    return "".join(f"{line}\r\n" for line in (header, *lines))


def statuses(clinic: Clinic) -> set[str]:
    return {contact["UF_CRM_PATIENT_STATUS"] for contact in clinic.contacts()}


def put(clinic: Clinic, name: str, content: bytes, at: str = DAY) -> Path:
    path = clinic.folder / "inbox" / name
    path.write_bytes(content)
    return clinic.stamp(path, at)


@pytest.fixture
def usual(clinic: Clinic) -> Clinic:
    """Three good files of forty patients were read."""
    for number in range(3):
        clinic.patients(*rows(status=f"День {number}"), name=f"patients_{number}.csv")
        assert clinic.say("extract").code == 0
    clinic.sync()
    assert statuses(clinic) == {"День 2"}
    return clinic


def shifted(line: str, by: int, first: int = 0) -> str:
    """The cells from the first one on, moved; as many as before."""
    cells = line.split(";")
    moved = cells[first:]
    return ";".join([*cells[:first], *moved[-by:], *moved[:-by]])


def garbled(line: str) -> str:
    """The name as UTF-8 that was taken for cp1251."""
    card, name, rest = line.split(";", 2)
    return f"{card};{name.encode().decode('cp1251', 'replace')};{rest}"


BROKEN: dict[str, tuple[str, str]] = {
    "cut short": (text(*rows(15, "Сбой")), "15 rows, usually 40"),
    "only a header": (text(), "has no rows; usually 40"),
    "several times over": (text(*rows(4 * ROWS, "Сбой")), "160 rows, usually 40"),
    "last line cut": (text(*rows(ROWS, "Сбой")).removesuffix(";Северный;20.10.2026 9:00\r\n"), "breaks off in the mid"),
    "all cells moved": (text(*[shifted(row, 1) for row in rows(ROWS, "Сбой")]), "40 of 40 rows rejected"),
    "some cells moved": (text(*[shifted(row, 1, 3) for row in rows(ROWS, "Сбой")]), "next_visit_at unreadable in 40"),
    "cells of a third lost": (
        text(*rows(25, "Сбой"), *[row.rpartition(";")[0] for row in rows(15, "Сбой", 1025)]),
        "15 of 40 rows rejected (:27, :28, :29), more than 20% (max_rejects), because of cells 15",
    ),
    "another encoding inside": (text(*[garbled(row) for row in rows(ROWS, "Сбой")]), "letters of a wrong encoding"),
    "letters lost": (
        text(*[row.replace("Котов Иван Петрович", "????? ???? ????????") for row in rows(ROWS, "Сбой")]),
        "letters of a wrong encoding",
    ),
    "a column gone": (
        text(*[row.rpartition(";")[0] for row in rows(ROWS, "Сбой")], header=PATIENTS.rpartition(";")[0]),
        "no column for next_visit_at",
    ),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_file_is_refused_and_let_through_only_by_approval(usual: Clinic, kind: str) -> None:
    content, words = BROKEN[kind]
    path = put(usual, "patients_9.csv", content.encode("utf-8"))
    requests = usual.counters()["requests"]
    for _half_hour in range(2):
        said = usual.say("sync")
        assert said.code == 5
        assert "! patients_9.csv " in said.out
        assert words in said.out
    assert statuses(usual) == {"День 2"}
    assert usual.counters()["requests"] == requests
    assert path.exists()
    for canary in ("Котов", "555-1", "Сбой"):
        assert canary not in said.all
    assert f"dentsync sync --approve {digest_in(said)}" in said.out
    assert usual.say("extract", "--approve", "00000000").code == 5
    assert usual.say("extract", "--approve", digest_in(said)).code == 0
    assert not path.exists()


WHOLE: dict[str, Callable[[], str]] = {
    "no line end at the end": lambda: text(*rows()).removesuffix("\r\n"),
    "a total without a line end": lambda: text(*rows()) + "Итого: 40",
    "columns in another order": lambda: text(
        *[";".join(reversed(row.split(";"))) for row in rows()], header=";".join(reversed(PATIENTS.split(";")))
    ),
    "columns under other names": lambda: text(
        *rows(), header="№ карты;ФИО пациента;Моб. телефон;Категория пациента;Подразделение;Следующий приём"
    ),
    "one column more": lambda: text(*[f"{row};мёд" for row in rows()], header=f"{PATIENTS};Аллергия"),
    "blank lines and repeats": lambda: text(*rows(), *rows(20), *[";;;;;"] * 30),
    "names to look at": lambda: text(*[row.replace("Котов Иван", "Котова Иван") for row in rows()]),
    "a few bad rows": lambda: text(*rows(36), *["7;;;;;"] * 4),
}


@pytest.mark.parametrize("kind", WHOLE)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_what_only_looks_different_is_not_refused(clinic: Clinic, kind: str, encoding: str) -> None:
    for number in range(3):
        clinic.patients(*rows(status=f"День {number}"), name=f"patients_{number}.csv")
        clinic.say("extract")
    put(clinic, "patients_9.csv", WHOLE[kind]().encode(encoding))
    said = clinic.say("extract")
    assert said.code == 0, said.all


def test_like_is_compared_with_like(clinic: Clinic) -> None:
    """Blank lines and repeats of earlier files were no rows of data, either."""
    for number in range(3):
        lines = [*rows(20, f"День {number}"), *rows(20, f"День {number}"), *[";;;;;"] * 60]
        clinic.patients(*lines, name=f"patients_{number}.csv")
        clinic.say("extract")
    clinic.patients(*rows(20), name="patients_9.csv")
    assert clinic.say("extract").code == 0


# ── files that cannot be read at all ──


def xml(count: int, *, whole: bool = True, tag: str = "Врач") -> bytes:
    visits = "".join(
        f"<Приём><ФИО>Котов Иван</ФИО><Телефон>8916555{n:04d}</Телефон><ДатаВремя>06.10.2026 9:00</ДатаВремя>"
        f"<{tag}>Петров</{tag}><Специализация>Хирургия</Специализация><Рекомендация>Да</Рекомендация>"
        "<Статус>Записан</Статус></Приём>"
        for n in range(count)
    )
    return f"<Выгрузка>{visits}{'</Выгрузка>' if whole else '<Приём><ФИО>Кот'}".encode()


VISITS = ("ID приёма", "Номер карты", "ФИО", "Телефон", "Начало приёма", "Врач", "Статус")


def workbook(folder: Path) -> bytes:
    visits = [(str(n), str(n), "Котов Иван", "89165550101", "04.10.2026 9:00", "Петров", "Завершен") for n in range(9)]
    return write_xlsx(folder, [VISITS, *visits]).read_bytes()


def test_zero_bytes_are_one_line_and_the_next_file_puts_them_aside(clinic: Clinic) -> None:
    path = put(clinic, "patients_1.csv", b"", at="2026-10-05T13:00")
    assert clinic.say("sync").code == 1
    assert path.exists()
    clinic.patients(ANNA, name="patients_2.csv")
    assert clinic.say("sync").code == 1
    said = clinic.say("sync")
    assert said.code == 0
    assert "patients_1.csv is older than what was read since; set aside" in said.out
    assert not path.exists()


def test_an_xml_that_is_not_closed_gives_no_row(clinic: Clinic) -> None:
    put(clinic, "recommendations_1.xml", xml(3, whole=False))
    said = clinic.say("sync")
    assert said.code == 1
    assert "damaged or cut off" in said.out
    assert clinic.state()["contacts"] == []


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_torn_workbook_gives_no_row(clinic: Clinic, share: float, tmp_path: Path) -> None:
    whole = workbook(tmp_path)
    put(clinic, "visits_1.xlsx", whole[: int(len(whole) * share)])
    said = clinic.say("sync")
    assert said.code == 1
    assert "damaged or cut off" in said.out
    assert clinic.state()["contacts"] == []


# ── columns ──


def test_a_column_that_nothing_needs_may_go_and_is_told_once(clinic: Clinic) -> None:
    clinic.drop("patients_1.csv", f"{ANNA};м", header=f"{PATIENTS};Пол")
    clinic.say("sync")
    clinic.patients(ANNA, name="patients_2.csv")
    said = clinic.say("sync")
    assert said.code == 0
    assert "columns gone since the last file: sex" in said.out
    clinic.patients(ANNA.replace("VIP", "Новый"), name="patients_3.csv")
    assert "columns gone" not in clinic.say("sync").out


def test_a_column_that_a_condition_asks_about_may_not_go_in_silence(clinic: Clinic) -> None:
    put(clinic, "recommendations_1.xml", xml(9))
    assert clinic.say("extract").code == 0
    put(clinic, "recommendations_2.xml", xml(9).replace("Специализация".encode(), "Кабинет".encode()))
    said = clinic.say("extract")
    assert said.code == 5
    assert "specialty («Специализация»)" in said.out
    clinic.configure('expect   = { max_age = "2h" }', 'expect   = { max_age = "2h", optional = ["specialty"] }')
    assert clinic.say("extract").code == 0


def test_a_tag_that_no_visit_of_a_small_list_has_is_not_missed(clinic: Clinic) -> None:
    put(clinic, "recommendations_1.xml", xml(30).replace("<Рекомендация>Да".encode(), "<Рекомендация>".encode(), 25))
    assert clinic.say("extract").code == 0
    tag = "<Рекомендация>Да</Рекомендация>".encode()
    put(clinic, "recommendations_2.xml", xml(20).replace(tag, b""))
    assert clinic.say("extract").code == 0
    put(clinic, "recommendations_3.xml", xml(40).replace(tag, b""))
    assert clinic.say("extract").code == 5


# ── time ──


def test_a_refused_list_is_put_aside_when_a_newer_one_was_read(usual: Clinic) -> None:
    content, _words = BROKEN["all cells moved"]
    broken = put(usual, "patients_8.csv", content.encode(), at="2026-10-05T13:00")
    usual.patients(*rows(status="День 3"), name="patients_9.csv")
    usual.say("extract")
    assert usual.say("extract").code == 0
    assert not broken.exists()
    assert [path.name[9:] for path in (usual.folder / "archive").rglob("*patients_8.csv")] == ["patients_8.csv"]


def test_an_appended_file_is_never_put_aside(clinic: Clinic) -> None:
    header = "ФИО;Телефон;Врач;Дата обращения;Результат"
    clinic.drop("waiting_1.csv", "Котов Иван;89165550101;Петров;01.10.2026 9:00;Ожидает", header=header)
    assert clinic.sync()["exit_code"] == 0
    lines = [f"Котов Иван;1;Петров;0{n}.10.2026 9:00;Ожидает" for n in range(1, 7)]
    older = clinic.drop("waiting_2.csv", *lines, header=header, at="2026-10-05T13:00")
    assert clinic.sync()["exit_code"] == 5
    assert clinic.sync()["exit_code"] == 5
    assert older.exists()


def test_a_file_from_the_future_is_refused_for_its_age_cannot_be_told(clinic: Clinic) -> None:
    path = clinic.reminders(ANNAS_VISIT, at="2099-10-05T14:00")
    said = clinic.say("sync")
    assert said.code == 5
    assert "ahead of this machine's clock" in said.out
    assert path.exists()
    assert clinic.sync("--approve", digest_in(said))["exit_code"] == 0
    with closing(sqlite3.connect(clinic.folder / "state" / "dentsync.db")) as db:
        [(written_at,)] = db.execute("SELECT modified_at FROM files")
    assert written_at < "2099", "a wrong date once does not make all that follows look old"


def test_a_day_that_is_rehearsed_may_have_files_that_were_copied_today(clinic: Clinic) -> None:
    path = clinic.folder / "inbox" / "reminders_1.csv"
    path.write_bytes(text(ANNAS_VISIT, header=REMINDERS).encode("cp1251"))
    clinic.configure("settle_seconds = 10", "settle_seconds = 0")
    assert clinic.sync()["exit_code"] == 0


# ── by hand ──


def test_a_file_given_by_hand_is_not_asked_for_its_age_and_size_but_for_what_it_holds(usual: Clinic) -> None:
    path = usual.folder / "few.csv"
    path.write_bytes(text(*rows(5, "Ручной")).encode())
    assert usual.say("import", str(path), "--feed", "patients").code == 0
    path.write_bytes(text(*[shifted(row, 1) for row in rows(ROWS)]).encode())
    said = usual.say("import", str(path), "--feed", "patients")
    assert said.code == 5
    assert "the same command with: --approve" in said.out


def test_limits_of_a_feed_can_be_set_and_switched_off(usual: Clinic) -> None:
    usual.configure(
        'min_share = "80%"', 'min_share = "", min_known = "", max_rejects = "", max_faulty = "", max_garbled = ""'
    )
    put(usual, "patients_9.csv", text(*[shifted(row, 1) for row in rows(20)]).encode())
    assert usual.say("extract").code == 0
