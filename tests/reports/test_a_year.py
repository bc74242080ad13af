"""A generated year, dirty as years are: what is read quickly is what the slow and obvious way finds."""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from dentsync.cli import run
from dentsync.config import preset_text
from dentsync.runs.report_people import Whose
from dentsync.runs.report_rows import cards_of, visits
from dentsync.runs.reporting import Asked, report
from dentsync.runs.session import Session, looked_into, opened
from dentsync.store.sayings import Sayings
from dentsync.transform.reports.clinic import Terms, known
from dentsync.transform.reports.losses import is_back
from dentsync.transform.reports.period import Period
from dentsync.transform.reports.registry import COUNTED, LISTED, REPORTS
from tests.reports import slow

NOW = "2026-10-05T14:00"
YEAR = Period(date(2025, 10, 6), date(2026, 10, 20))
HEAD = (
    "ID приёма;Номер карты;Ф.И.О.;Телефон;Дата и время приёма;Врач;Специализация;Статус визита;Администратор;"
    "Дата создания записи;Причина отмены;Источник;Филиал"
)
OTHER = "Ф.И.О.;Телефон;Номер карты;Дата приёма;Время приёма;Результат;Дата записи;Источник"
CARDS = "Номер карты;Ф.И.О.;Телефон;Завершено визитов;Источник;Последний визит"
NAMES = ("Соколова Анна Викторовна", "Котов Иван Петрович", "Белова Ольга Ильинична", "Зимин Олег Ильич")
STATUSES = ("Визит состоялся",) * 6 + (
    "не пришёл",
    "Отменён",
    "ОТМЕНЕНА КЛИНИКОЙ",
    "Перенесён",
    "Записан",
    "Подтверждён",
)
SPELLINGS = ("%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:00+05:00")


def rows(pick: random.Random, count: int) -> Iterator[tuple[str, str]]:
    """Visits of sixty patients, and what another file tells of some: some have no card, some want no calls."""
    for number in range(count):
        card = pick.randint(1, 60)
        start = datetime(2025, 10, 6, 9) + timedelta(days=pick.randint(0, 380), hours=pick.randint(0, 9))
        booked = (start - timedelta(minutes=101 * number + 60)).strftime(pick.choice(SPELLINGS))
        number_of, phone = (
            "" if card % 7 == 0 else f"{card:04d}",
            f"8916555{card:04d}" + " не звонить" * (card % 5 == 0),
        )
        cells = (
            f"{number:05d}", number_of, NAMES[card % 4], phone, start.strftime(pick.choice(SPELLINGS)),
            pick.choice(("Лапина А.", "ЛАПИНА А.", "Смоляков", "")), pick.choice(("Терапия", "Хирургия", "")),
            pick.choice(STATUSES), pick.choice(("Белова", "Котова", "-")), pick.choice((booked, "", "01.01.0001")),
            pick.choice(("дорого", "Врач заболел", "", "")), pick.choice(("Сайт", "VK", "сайт", "")),
            pick.choice(("Центральный", "Северный", "")),
        )  # fmt: skip
        day, hour = pick.choice(((f"{start:%d.%m.%Y}", f"{start:%H:%M}"), ("", "")))
        other = (NAMES[card % 4], phone, number_of, day, hour, pick.choice(STATUSES), booked, pick.choice(("VK", "")))
        yield ";".join(cells), ";".join(other)


def card(pick: random.Random, number: int) -> str:
    last = pick.choice(("", "03.03.2025 10:30", "04.04.2025"))
    cells = (f"{number:04d}", NAMES[number % 4], f"8916555{number:04d}", str(pick.randint(0, 9)))
    return ";".join((*cells, pick.choice(("Сайт", "")), last))


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clinic with two files of visits and one of patients; half of the rows are linked to people."""
    folder = tmp_path_factory.mktemp("year")
    text = preset_text("helix-bitrix24").replace("visits_*.xlsx", "visits_*.csv").replace('"30h"', '""')
    text = (
        text.replace("settle_seconds = 10", "settle_seconds = 0") + '\n[reports]\nclinic_reasons = ["врач заболел"]\n'
    )
    (folder / "config.toml").write_text(text, encoding="utf-8")
    (folder / "inbox").mkdir()
    pick = random.Random(7)
    first, second = zip(*rows(pick, 900), strict=True)
    for name, lines in (
        ("visits_1.csv", (HEAD, *first)),
        ("primary_1.csv", (OTHER, *second[:300])),
        ("patients_1.csv", (CARDS, *(card(pick, number) for number in range(1, 60) if number % 7))),
    ):
        (folder / "inbox" / name).write_text("\r\n".join(lines) + "\r\n", encoding="cp1251")
    assert run(["--lang", "en", "extract", "-c", str(folder / "config.toml"), "--now", NOW]) == 0
    with opened(folder / "config.toml", NOW) as job:
        link = "UPDATE rows SET person = 'patient/main/' || json_extract(cells, '$.card_number')"
        job.store.db.execute(f"{link} WHERE id % 2 AND json_extract(cells, '$.card_number') > ''")
    return folder / "config.toml"


@pytest.fixture
def job(config: Path) -> Iterator[Session]:
    with looked_into(config, NOW) as job:
        yield job


@pytest.mark.parametrize("gap", [6, 0])
def test_the_quick_way_finds_what_the_slow_one_does(job: Session, gap: int) -> None:
    source = Sayings(job.store.db)
    whose = Whose(job, source)
    cards = cards_of(job, source, whose)
    rows = list(visits(job, source, whose, LISTED))
    assert rows == slow.visits(job, source, whose)
    assert len(rows) > 700
    here = known(rows, cards, YEAR, job.now, Terms(gap))
    every = slow.once(rows)
    found = slow.cases(every, cards, YEAR, job.now, gap)
    assert list(here.cases) == found
    assert len({(case.kind, case.outcome) for case in found}) > 10
    assert [is_back(case, here) for case in found] == [slow.is_back(case, every, job.now) for case in found]


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_that_reads_only_what_it_counts_by_counts_the_same(config: Path, name: str) -> None:
    asked = Asked(first="2025-10-06", last="2026-10-20")
    (quick,) = report(config, NOW, (name,), asked).reports
    (whole,) = report(config, NOW, (name,), asked, lists=True).reports
    assert [(table.rows, table.total) for table in quick.tables] == [
        (table.rows, table.total) for table in whole.tables
    ]
    assert quick.notes == whole.notes
    assert any(figure.n for table in quick.tables for row in table.rows.values() for figure in row.values())


def test_what_a_report_counts_by_is_a_field_of_a_visit() -> None:
    assert set(COUNTED) == set(REPORTS)
    assert frozenset().union(*COUNTED.values()) <= LISTED


def test_who_refuses_is_found_by_the_cells_that_say_so(job: Session) -> None:
    source = Sayings(job.store.db)
    whose = Whose(job, source)
    people = {visit.person for visit in visits(job, source, whose, LISTED)}
    refusing = {one for one in people if any(
        job.clean(row).values.get("do_not_contact") for row in job.store.facts.rows_of(one)  # type: ignore[union-attr]
    )}  # fmt: skip
    linked = {row.person for row in job.store.facts.rows_in(job.config.feeds) if row.person}
    assert {one for one in people & linked if whose.refuses(one)} == refusing
    assert 5 < len(refusing) < len(linked)
