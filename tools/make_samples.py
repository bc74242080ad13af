"""Writes dentsync/samples/helix: three days of exports of an invented clinic, the same bytes every time.

The same days as IDENT would export them stand beside it (``tools/ident_samples.py``), and small samples of other
programs (``tools/mis_samples.py``).

Run from the project's root: ``python -m tools.make_samples``. Everybody in these files is invented; their numbers are
of the form 8 (9xx) 555-NN-NN. The story is told in ``tools/sample_story.py``; here it becomes files, each feed in
another format, encoding and spelling, as clinics' programs write them.
"""

import csv
import io
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from xml.sax.saxutils import escape

import click
import openpyxl

from tools import ident_samples
from tools.mis_samples import TABLES
from tools.sample_story import DAYS, Person, Story, Waiting, read_story

TARGET = Path("dentsync/samples/helix")

Row = Sequence[object]
Table = list[Row]

# ── how the programs of the clinic spell the same things ──────────────────────────────────────

PHONES: tuple[Callable[[str, str, str, str], str], ...] = (
    lambda a, b, c, d: f"8 ({a}) {b}-{c}-{d}",
    lambda a, b, c, d: f"8({a}){b}-{c}-{d}",
    lambda a, b, c, d: f"+7 {a} {b}-{c}-{d}",
    lambda a, b, c, d: f"8{a}{b}{c}{d}",
    lambda a, b, c, d: f"+7({a}){b}{c}{d}",
    lambda a, b, c, d: f"{a}{b}{c}{d}",
    lambda a, b, c, d: f"8-{a}-{b}-{c}-{d}",
    lambda a, b, c, d: f"+7{a}{b}{c}{d}",
)


def table_of(header: str) -> Table:
    """A table with its header and no rows yet."""
    return [header.split(";")]


def phone(number: str, spelling: int) -> str:
    """Ten digits as people type them; what is not ten digits stays as it is."""
    parts = re.fullmatch(r"(\d{3})(\d{3})(\d\d)(\d\d)", number)
    return PHONES[spelling % len(PHONES)](*parts.groups()) if parts else number


def one_c(moment: datetime | None) -> str:
    """1C's own spelling: the hour without a zero, the seconds always."""
    return f"{moment:%d.%m.%Y} {moment.hour}:{moment:%M:%S}" if moment else ""


def day(value: date | None) -> str:
    """A day as everybody writes it."""
    return f"{value:%d.%m.%Y}" if value else ""


# ── formats ───────────────────────────────────────────────────────────────────────────────────


def as_csv(table: Table, delimiter: str, encoding: str) -> bytes:
    """A text table with CRLF line ends. A row of one cell is raw text."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    for row in table:
        if len(row) == 1:
            out.write(f"{row[0]}\r\n")
        else:
            writer.writerow(row)
    return out.getvalue().encode(encoding)


def as_xml(table: Table) -> bytes:
    """The records of a 1C exchange, declared and written in windows-1251."""
    header = [str(name) for name in table[0]]
    lines = ['<?xml version="1.0" encoding="windows-1251"?>', "<Выгрузка>"]
    for row in table[1:]:
        cells = (f"    <{name}>{escape(str(cell))}</{name}>" for name, cell in zip(header, row, strict=True))
        lines += ["  <Прием>", *cells, "  </Прием>"]
    return "\r\n".join([*lines, "</Выгрузка>", ""]).encode("cp1251")


def as_xlsx(table: Table, sheet: str, moment: datetime) -> bytes:
    """A workbook whose bytes depend on nothing but the table: fixed times inside and in the archive."""
    book = openpyxl.Workbook()
    book.properties.created = moment
    page = book.worksheets[0]
    page.title = sheet
    for row in table:
        page.append(list(row))
        for cell in page[page.max_row]:
            if isinstance(cell.value, datetime):
                cell.number_format = "DD.MM.YYYY HH:MM"
    saved = io.BytesIO()
    book.save(saved)
    out = io.BytesIO()
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(out, "w") as target:
        for name in sorted(source.namelist()):
            part = re.sub(
                rb"(?<=>)[^<]*(?=</dcterms:modified>)", f"{moment:%Y-%m-%dT%H:%M:%SZ}".encode(), source.read(name)
            )
            info = zipfile.ZipInfo(name, moment.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, part)
    return out.getvalue()


# ── feeds ─────────────────────────────────────────────────────────────────────────────────────


def patients(story: Story, now: datetime) -> bytes:
    """Everybody with a card, and the bad row of the day."""
    table = table_of(
        "Номер карты;Ф.И.О.;Телефон;Дата рождения;Статус пациента;Филиал;Дата последнего визита;Ближайший визит;"
        "Завершено визитов;Отказ от СМС"
    )
    table += [_patient(story, person, now) for person in story.carded(now)]
    table += [[line] for line in story.bad_patient_rows(now)]
    return as_csv(table, ";", "cp1251")


def _patient(story: Story, person: Person, now: datetime) -> Row:
    visits = story.completed(person, now)
    last = max([visit.start.date() for visit in visits], default=person.last_visit)
    return [
        person.card,
        person.name_at(now),
        phone(person.phone_at(now), int(person.card)) + person.phone_tail,
        day(person.birth),
        "Первичный" if person.visits + len(visits) < 2 else "Постоянный",
        person.branch,
        day(last),
        one_c(story.next_visit(person, now)),
        person.visits + len(visits),
        "Да" if person.no_sms else "Нет",
    ]


def reminders(story: Story, now: datetime) -> bytes:
    """Tomorrow's appointments, without any number of the person or of the appointment."""
    table: Table = [["Ф.И.О.", "Телефон", "Дата и время", "Врач"]]
    for visit in story.booked_for(now.date() + timedelta(days=1), now):
        number = visit.bad_phone or phone(visit.person.phone_at(now), visit.number)
        table.append([visit.person.name_at(now), number, one_c(visit.start), visit.doctor.surname])
    return as_csv(table, ";", "utf-8-sig")


def recommendations(story: Story, now: datetime) -> bytes:
    """Today's appointments with their status of this moment."""
    table = table_of("ФИО;Телефон;НомерКарты;ДатаВремя;Врач;Специализация;Рекомендации;Статус")
    for visit in story.on(now.date(), now):
        table.append(
            [
                visit.person.name_at(now),
                phone(visit.person.phone_at(now), visit.number + 2),
                visit.person.card_at(now),
                one_c(visit.start),
                visit.doctor.name,
                visit.doctor.specialty,
                "Да" if visit.is_marked(now) else "Нет",
                visit.status(now),
            ]
        )
    return as_xml(table)


def visits(story: Story, now: datetime) -> bytes:
    """What became of the appointments since the last working day."""
    table = table_of(
        "ID приёма;Номер карты;ФИО;Телефон;Начало приёма;Врач;Специализация;Статус;Сумма;Администратор;Источник"
    )
    for visit in story.finished(now):
        spelled = phone(visit.person.phone_at(now), visit.number + 4)
        table.append(
            [
                visit.number,
                visit.person.card_at(now),
                visit.person.name_at(now),
                int(spelled) if spelled.isdigit() else spelled,  # Excel has made a number of it
                visit.start,
                visit.doctor.name,
                visit.doctor.specialty,
                visit.status(now),
                visit.amount if visit.status(now) == "Завершен" else None,
                visit.operator,
                visit.person.source,
            ]
        )
    return as_xlsx(table, "Визиты", now)


def checkups(story: Story, now: datetime) -> bytes:
    """Who was last seen five to six months ago; one row was put there by mistake."""
    table: Table = [["Номер карты", "ФИО", "Телефон", "Последний визит"]]
    for person in story.due(now):
        number = phone(person.phone_at(now), int(person.card) + 5)
        table.append([person.card, person.name_at(now), number, day(person.last_visit)])
    return as_csv(table, ",", "utf-8")


def primary(story: Story, now: datetime) -> bytes:
    """The operators' journal of people who come for the first time."""
    table = table_of("ФИО;Телефон;Источник;Специализация;Оператор;Дата записи;Дата и время приема;Результат")
    for visit in story.first_visits(now):
        person = visit.person
        head = [person.name_at(now), phone(person.phone_at(now), visit.number + 1), person.source]
        times = [f"{visit.booked:%d.%m.%Y %H:%M}", f"{visit.start:%d.%m.%Y %H:%M}"]
        table.append([*head, visit.doctor.specialty, visit.operator, *times, visit.result(now)])
    return b"\xff\xfe" + as_csv(table, "\t", "utf-16-le")


def waiting(story: Story, now: datetime) -> bytes:
    """The waiting list."""
    table = table_of("ФИО;Телефон;Врач;Специализация;Оператор;Дата обращения;Результат")
    table += [_waiting(entry, index, now) for index, entry in enumerate(story.waiting) if entry.asked < now]
    return as_csv(table, "\t", "cp1251")


def _waiting(entry: Waiting, index: int, now: datetime) -> Row:
    person, doctor = entry.person, entry.doctor
    head = [person.name_at(now), phone(person.phone_at(now), index), doctor.name, doctor.specialty]
    return [*head, entry.operator, f"{entry.asked:%d.%m.%Y %H:%M}", entry.result(now)]


Feed = Callable[[Story, datetime], bytes]
MORNING: Mapping[str, Feed] = {
    "patients_{day}.csv": patients,
    "recommendations_{day}_{time}.xml": recommendations,
    "visits_{day}.xlsx": visits,
    "checkups_{day}.csv": checkups,
    "primary_{day}.csv": primary,
    "waiting_{day}.csv": waiting,
}
AFTERNOON: Mapping[str, Feed] = {
    "reminders_{day}.csv": reminders,
    "recommendations_{day}_{time}.xml": recommendations,
}
TWICE = ("2026-10-06", "visits_2026-10-06.xlsx")
"""The MIS exports this file of the morning once more in the afternoon, byte for byte."""


def drops() -> Iterator[tuple[datetime, Mapping[str, Feed]]]:
    """The moments at which files appear, and which."""
    for each in DAYS:
        yield datetime.combine(each, time(8, 30)), MORNING
        yield datetime.combine(each, time(14)), AFTERNOON


def files_of(story: Story) -> dict[str, bytes]:
    """Path below the samples -> content."""
    made: dict[str, bytes] = {}
    for now, feeds in drops():
        for pattern, feed in feeds.items():
            name = pattern.format(day=f"{now:%Y-%m-%d}", time=f"{now:%H%M}")
            made[f"{now:%Y-%m-%dT%H%M}/{name}"] = feed(story, now)
    again, name = TWICE
    made[f"{again}T1400/{name}"] = made[f"{again}T0830/{name}"]
    return dict(sorted(made.items()))


def others_of(story: Story) -> dict[str, bytes]:
    """Samples of other programs: path below ``dentsync/samples`` -> content."""
    made = {}
    for name, (table, delimiter, encoding) in TABLES.items():
        made[name] = as_csv(table(story, phone), delimiter, encoding)
    return made | _below("ident-amocrm", ident_files_of(story))


def ident_files_of(story: Story) -> dict[str, bytes]:
    """The three days of a clinic with IDENT: path below its samples -> content."""
    made = {}
    moments = [(datetime.combine(each, clock), tables) for each in DAYS for clock, tables in ident_samples.TIMES]
    for now, tables in moments:
        for pattern, (table, delimiter, encoding) in tables.items():
            name = pattern.format(day=f"{now:%Y-%m-%d}", time=f"{now:%H%M}")
            mark = b"\xff\xfe" if encoding == "utf-16-le" else b""
            made[f"{now:%Y-%m-%dT%H%M}/{name}"] = mark + as_csv(table(story, now, phone), delimiter, encoding)
    return made


def main() -> None:
    """Write the samples anew and say what they hold."""
    shutil.rmtree(TARGET, ignore_errors=True)
    story = read_story()
    for name, content in {**_below(TARGET.name, files_of(story)), **others_of(story)}.items():
        path = TARGET.parent / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        click.echo(f"{name:55} {_rows(name, content):4} rows {len(content):7} bytes")


def _below(folder: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {f"{folder}/{name}": content for name, content in files.items()}


def _rows(name: str, content: bytes) -> int:
    match Path(name).suffix:
        case ".xlsx":
            return openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].max_row - 1
        case ".xml":
            return content.count("<Прием>".encode("cp1251"))
        case _:
            return len(content.splitlines()) - 1 if not content.startswith(b"\xff\xfe") else content.count(b"\n\0") - 1


if __name__ == "__main__":
    main()
