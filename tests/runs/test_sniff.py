"""``dentsync sniff``: a file nobody has described, and the section that reads it, as the configuration is read."""

import json
import os
import re
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import dentsync
from dentsync import lang
from dentsync.cli import run
from dentsync.errors import DentsyncError
from dentsync.runs.sniffing import Sniffed, feeds_of, sniff
from dentsync.show_sniff_json import sniffed_json
from tests.extract.build import write, write_xlsx, xml_of
from tools.sniff_picture import picture

SAMPLES = Path(dentsync.__file__).parent / "samples"
HEADER = (
    "№ п/п;Пациент (Ф.И.О.);Моб. тел.;Дата записи;Специалист;Состояние визита;Стоимость, руб.;Согласие на СМС-рассылку"
)
NAMES = ["Котова Анна Ильинична", "Ёлкин Пётр Львович", "Соколова Вера Павловна", "Дятлов Иван Егорович"]
WORDS = ["Лечение завершено", "Не пришёл", "Лечение завершено", "Ждёт снимок"]


def report(count: int = 40) -> str:
    """A report as a clinic's program prints it: title lines, headers nobody has seen, dates with slashes, a total."""
    lines = ["Отчёт за период 01.03.2026–31.03.2026;;;;;;;", "Клиника;;;;;;;", HEADER]
    for n in range(count):
        person = f"{NAMES[n % 4]};8(916)555-{n % 100:02}-{n // 4 % 100:02};{n % 28 + 1:02}/03/2026 {9 + n % 9}:00"
        lines.append(f"{n + 1};{person};Петров П.П.;{WORDS[n % 4]};{n + 1} 000,00;{'Нет' if n % 5 == 0 else 'Да'}")
    return "".join(line + "\r\n" for line in [*lines, ";;;;;Итого;600 000,00;"])


def sniffed(path: Path, at: str = "2026-04-01T08:00") -> Sniffed:
    moment = datetime.fromisoformat(at).timestamp()
    os.utime(path, (moment, moment))
    return sniff(path)


def section(found: Sniffed) -> dict[str, Any]:
    (table,) = tomllib.loads(found.section)["feeds"].values()
    return dict(table)


def fields(found: Sniffed) -> dict[str, str]:
    return {guess.column.header: guess.field for guess in found.judgement.columns if guess.is_taken}


# ── a file that nobody has seen ───────────────────────────────────────────────────────────────


def test_a_report_nobody_has_seen_becomes_a_section_that_reads_it(tmp_path: Path) -> None:
    found = sniffed(write(tmp_path, report(), name="Отчёт 03.2026.xls"))
    assert (found.layout.format, found.layout.encoding, found.layout.header_line) == ("csv", "cp1251", 3)
    assert (found.rows.data, found.rows.aside) == (40, {"preamble": 2, "footer": 1})
    assert section(found) == {
        "files": "Отчёт *.xls",
        "source": "helix",
        "kind": "append",
        "entity": "appointment",
        "key": ["phones", "start_at", "doctor"],
        "required": ["full_name", "status"],
        "dates": ["%d/%m/%Y %H:%M"],
        "inverted": ["sms_opt_out"],
        "expect": {"max_age": "30h"},
        "columns": {
            "full_name": ["Пациент (Ф.И.О.)"],
            "phones": ["Моб. тел."],
            "start_at": ["Дата записи"],
            "status": ["Состояние визита"],
            "amount": ["Стоимость, руб."],
            "sms_opt_out": ["Согласие на СМС-рассылку"],
        },
    }
    feed = feeds_of(found.section)["visits"]
    assert feed.rules.inverted == ("sms_opt_out",)


def test_the_section_is_tried_on_the_file_and_unknown_words_are_left_to_people(tmp_path: Path) -> None:
    found = sniffed(write(tmp_path, report()))
    assert found.proof is not None
    assert (found.proof.rows, found.proof.rejected, found.proof.fields) == (40, 30, {"status": 30})
    assert '# statuses = { completed = ["Лечение завершено"], waiting = ["Ждёт снимок"] }' in found.section
    told = found.section.replace("# statuses", "statuses")
    assert "Лечение завершено" in feeds_of(told)["export"].rules.statuses


def test_a_column_that_only_numbers_the_rows_is_nobodys_card(tmp_path: Path) -> None:
    assert "№ п/п" not in fields(sniffed(write(tmp_path, report())))


@pytest.mark.parametrize("kind", ["cp1251", "utf-8", "utf-8-sig", "utf-16", "cp866", "xlsx", "xml"])
def test_format_and_encoding_are_found_with_what_speaks_for_them(tmp_path: Path, kind: str) -> None:
    table = [line.split(";") for line in report().splitlines()[2:-1]]
    if kind == "xlsx":
        found = sniffed(write_xlsx(tmp_path, table, name="export.csv"))
        assert "whatever its name says" in found.notes[0]
    elif kind == "xml":
        tags = ["Номер", "ФИО", "Телефон", "ДатаВремя", "Врач", "Статус", "Сумма", "СогласиеНаСМС"]
        rows = [dict(zip(tags, row, strict=True)) for row in table[1:]]
        found = sniffed(write(tmp_path, xml_of(rows), name="export.xml"))
        assert found.encoding_why == "as it declares, and its bytes agree"
    else:
        found = sniffed(write(tmp_path, report().replace("–", "-"), encoding=kind))
        speaks = {"utf-8": "valid UTF-8", "utf-8-sig": "byte order mark", "utf-16": "byte order mark"}
        assert speaks.get(kind, "not UTF-8; read so") in found.encoding_why
    assert {"phones", "start_at", "doctor", "status", "amount", "sms_opt_out"} <= set(fields(found).values())
    assert found.proof is not None


@pytest.mark.parametrize("name", sorted(path.relative_to(SAMPLES).as_posix() for path in SAMPLES.rglob("*_*.*")))
def test_every_sample_gets_a_section_that_rejects_hardly_a_row(name: str) -> None:
    found = sniff(SAMPLES / name)
    assert found.proof is not None
    assert found.proof.rejected <= 2
    (feed,) = feeds_of(found.section).values()
    assert feed.rules.key
    source = name.split("/")[0].removesuffix("-amocrm")
    assert found.judgement.source == source or source == "infoclinica"


@pytest.mark.parametrize(
    ("name", "kind", "key"),
    [
        ("helix/2026-10-06T0830/patients_2026-10-06.csv", "snapshot", ["card_number"]),
        ("helix/2026-10-06T0830/checkups_2026-10-06.csv", "window", ["card_number"]),
        ("helix/2026-10-06T0830/visits_2026-10-06.xlsx", "append", ["appointment_id"]),
        ("helix/2026-10-06T1400/reminders_2026-10-06.csv", "window", ["phones", "start_at", "doctor"]),
        ("helix/2026-10-06T0830/waiting_2026-10-06.csv", "append", ["phones", "booked_at"]),
        ("ident/appointments_2026-10-05.csv", "window", ["appointment_id"]),
        ("ident/patients_2026-10-05.csv", "snapshot", ["card_number"]),
        ("klientiks/visits_2026-10-05.csv", "window", ["phones", "start_at", "doctor"]),
    ],
)
def test_kind_and_key_are_those_of_the_presets(name: str, kind: str, key: list[str]) -> None:
    table = section(sniff(SAMPLES / name))
    assert (table["kind"], table["key"]) == (kind, key)


def test_columns_that_say_the_status_are_proposed_where_no_column_is_it() -> None:
    table = section(sniff(SAMPLES / "klientiks/visits_2026-10-05.csv"))
    assert table["status_from"] == {"rescheduled": ["is_rescheduled"], "cancelled": ["cancel_reason"]}
    assert table["pad"] is True
    assert table["defaults"] == {"status": "Записан"}


# ── what is not certain ───────────────────────────────────────────────────────────────────────


def test_sensitive_columns_are_recognised_and_left_alone() -> None:
    found = sniff(SAMPLES / "ident/patients_2026-10-05.csv")
    sensitive = {guess.field for guess in found.judgement.columns if guess.is_sensitive}
    assert sensitive == {"patient_comment", "extra_comment", "snils", "inn"}
    assert "columns" not in section(found) or not section(found)["columns"]
    assert re.search(r'# snils +=\s\["СНИЛС"\]  # sensitive', found.section)


def test_two_columns_of_one_name_are_named_by_their_place(tmp_path: Path) -> None:
    rows = "\r\n".join(f"{n:04};Котова Анна;8916555{n:04};звонить;срочно" for n in range(20))
    found = sniffed(write(tmp_path, f"Номер карты;ФИО;Телефон;Комментарий;Комментарий\r\n{rows}\r\n"))
    assert '["Комментарий#1"]' in found.section
    assert '["Комментарий#2"]' in found.section


def test_a_header_that_its_contents_speak_against_is_not_believed(tmp_path: Path) -> None:
    rows = "\r\n".join(f"{n:04};Котова Анна Ильинична;Петров;0{n % 9 + 1}.03.2026 9:00" for n in range(20))
    found = sniffed(write(tmp_path, f"Номер карты;ФИО;Телефон;Врач\r\n{rows}\r\n"))
    against = {guess.column.header for guess in found.judgement.columns if guess.why == "against"}
    assert against == {"Телефон", "Врач"}
    assert "phones" not in fields(found).values()


@pytest.mark.parametrize(
    ("dates", "written", "said"),
    [
        (["31/03/2026", "01/03/2026"], ["%d/%m/%Y"], "dd/mm/yyyy"),
        (["03/31/2026", "03/01/2026"], ["%m/%d/%Y"], "mm/dd/yyyy"),
        (["01/03/2026", "04/05/2026"], None, "day or month first?"),
        (["31/03/2026", "03/31/2026"], None, "cannot be told apart"),
        (["31.03.26", "01.03.26"], ["%d.%m.%y"], "two digits"),
        (["46112", "46113"], ["excel"], "number of a day in Excel"),
        (["20260331", "20260301"], ["%Y%m%d"], "yyyymmdd"),
        (["31.03.2026", "2026-03-01"], None, "dd.mm.yyyy"),
    ],
)
def test_the_order_of_day_and_month_is_told_only_where_the_values_tell_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], dates: list[str], written: list[str] | None, said: str
) -> None:
    rows = "\r\n".join(f"{n:04};Котова Анна Ильинична;{dates[n % 2]}" for n in range(20))
    path = write(tmp_path, f"Номер карты;ФИО;Последний визит\r\n{rows}\r\n")
    assert section(sniffed(path)).get("dates") == written
    assert run(["--lang", "en", "sniff", str(path)]) == 0
    assert said in capsys.readouterr().out


def test_rows_that_repeat_the_key_are_counted_with_what_they_differ_in(tmp_path: Path) -> None:
    rows = "\r\n".join(
        f"{n // 2};Котова Анна Ильинична;0{n % 9 + 1}.03.2026 9:00;Снимок {n};100" for n in range(2000, 2040)
    )
    found = sniffed(write(tmp_path, f"ID записи;ФИО;Дата и время приёма;Услуга;Сумма\r\n{rows}\r\n"))
    key = found.judgement.feed.key
    assert (key.fields, key.repeated, key.lines) == (("appointment_id",), 20, (3, 5, 7))
    assert set(key.differing) == {"start_at", "service"}
    assert "20 rows repeat it" in found.section
    assert "merge" not in section(found)


def test_several_rows_of_a_visit_are_merged_where_only_services_differ(tmp_path: Path) -> None:
    rows = "\r\n".join(f"{n // 2};Котова Анна Ильинична;01.03.2026 9:00;Снимок {n};{n},00" for n in range(2000, 2040))
    found = sniffed(write(tmp_path, f"ID записи;ФИО;Дата и время приёма;Услуга;Сумма\r\n{rows}\r\n"))
    assert section(found)["merge"] == ["service", "amount"]
    assert feeds_of(found.section)["export"].rules.merge == ("service", "amount")


# ── nobody is shown ───────────────────────────────────────────────────────────────────────────


def test_cells_are_shown_by_their_shape_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, report() + "41;Орлова Зоя;89165550199;01/03/2026 9:00;Сидоров С.С.;Орлова Зоя;1;Да\r\n")
    for argv in (["sniff", str(path)], ["sniff", str(path), "--json"]):
        assert run(["--lang", "en", *argv]) == 0
        said = "".join(capsys.readouterr())
        words = {word for name in [*NAMES, "Орлова Зоя", "Петров", "Сидоров"] for word in name.split()}
        assert not {word for word in words if word in said}
        assert not re.search(r"916|555", said)
        assert "Хххххх Ххх" in said  # the status that is no status


@pytest.mark.parametrize("lines", [["Котова Анна Ильинична;8(916)555-01-02;Петров;Записан;01.03.2026 9:00"] * 3, [
    f"{name};Петров;Хирургия;Записан" for name in NAMES
]])  # fmt: skip
def test_a_first_row_that_is_a_patient_is_no_header_and_is_not_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], lines: list[str]
) -> None:
    path = write(tmp_path, "\r\n".join([*lines, ""]))
    for argv in (["sniff", str(path)], ["sniff", str(path), "--json"]):
        assert run(["--lang", "en", *argv]) == 0
        said = capsys.readouterr().out
        assert "no header row with names" in said
        assert "feeds." not in said
        assert not [word for word in ("Котова", "Анна", "Ёлкин", "Соколова", "Петров", "01-02") if word in said]


# ── what cannot be read ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "zero bytes"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"MOXCEL\0", "MXL"),
        (b"PK\x03\x04broken", "damaged"),
        (b"<?xml version='1.0'?><a><b>", "damaged or cut off"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_clear_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, said: str
) -> None:
    assert run(["--lang", "en", "sniff", str(write(tmp_path, content))]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert said in captured.err


@pytest.mark.parametrize("name", ["", "nothing.csv"])
def test_a_folder_and_a_missing_file_are_one_clear_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert run(["--lang", "en", "sniff", str(tmp_path / name)]) == 1
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    "content", ["ФИО;Телефон\r\n", "ФИО\r\nКотова Анна\r\n", "\r\n\r\n", "а", '"', ";;;\r\n;;;\r\n"]
)
def test_hardly_anything_is_no_trouble(tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str) -> None:
    assert run(["--lang", "en", "sniff", str(write(tmp_path, content))]) in (0, 1)
    assert "bug" not in capsys.readouterr().err


_TEXT = st.text(alphabet="ФИОТелефонДатаСтатус0123456789;,\t\"'\r\n .:/-#[]{}=<>", max_size=300)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.one_of(st.binary(max_size=400), _TEXT.map(str.encode), _TEXT.map(lambda one: one.encode("cp1251"))))
def test_whatever_the_bytes_are_there_is_a_section_that_loads_or_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "any.csv"
    path.write_bytes(content)
    try:
        found = sniff(path)
    except DentsyncError:
        return
    json.loads(sniffed_json(found))
    if found.section:
        assert len(feeds_of(found.section)) == 1


# ── how it is said ────────────────────────────────────────────────────────────────────────────


def test_it_speaks_russian(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, report())
    try:
        assert run(["--lang", "ru", "sniff", str(path)]) == 0
    finally:
        lang.choose("en")
    said = capsys.readouterr().out
    assert "разделитель" in said
    assert "дд/мм/гггг ч:мм → %d/%m/%Y %H:%M" in said
    assert "# неизвестные слова" in said
    assert not re.search(r"\b(column|header|unknown|rows)\b", said.replace("sniff", ""))


def test_the_picture_in_the_documents_shows_what_is_said_today() -> None:
    drawn = (SAMPLES.parents[1] / "docs" / "sniff.svg").read_text(encoding="utf-8")
    assert _texts(drawn) == _texts(picture())
    assert set(re.findall(r"https?://([^/\"']+)", drawn)) == {"www.w3.org"}


def _texts(svg: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


@pytest.mark.slow
def test_thirty_thousand_rows_take_less_than_a_second(tmp_path: Path) -> None:
    import time

    path = write(tmp_path, report(30_000))
    sniff(path)
    begun = time.process_time()
    sniff(path)
    assert time.process_time() - begun < 1
