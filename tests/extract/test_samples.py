"""The sample exports: what the demo and the rehearsal rest on, read through the same door as a clinic's."""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from dentsync.extract.columns import words_of
from dentsync.extract.export import Export, open_export
from dentsync.extract.layout import Layout
from tests.extract.build import cells_of
from tools.make_samples import TARGET, files_of
from tools.sample_story import read_story

SAMPLES = Path(__file__).parents[2] / TARGET
NAMES = words_of({"any": ["ФИО", "Телефон", "Номер карты", "Дата и время", "Дата обращения", "Дата записи", "Врач"]})
SHAPES = {
    "patients": ("csv", "cp1251", ";"),
    "reminders": ("csv", "utf-8-sig", ";"),
    "recommendations": ("xml", "cp1251", ""),
    "visits": ("xlsx", "", ""),
    "checkups": ("csv", "utf-8", ","),
    "primary": ("csv", "utf-16-le", "\t"),
    "waiting": ("csv", "cp1251", "\t"),
}
EVERY = sorted(path.relative_to(SAMPLES).as_posix() for path in SAMPLES.rglob("*.*"))


def sample(name: str) -> Export:
    return open_export(SAMPLES / name, NAMES)


def shape(layout: Layout) -> tuple[str, str, str]:
    return layout.format, layout.encoding, layout.delimiter


@pytest.mark.parametrize("name", EVERY)
def test_sample_is_recognised_whatever_it_is_written_in(name: str) -> None:
    feed = Path(name).name.partition("_")[0]
    assert shape(sample(name).layout) == SHAPES[feed]
    assert sample(name).layout.hits >= 3


def test_tool_makes_the_committed_samples(tmp_path: Path) -> None:
    made = files_of(read_story())
    assert sorted(made) == EVERY
    for name, content in made.items():
        (tmp_path / Path(name).name).write_bytes(content)
        if name.endswith(".xlsx"):  # zlib may pack the same workbook otherwise
            assert cells_of(open_export(tmp_path / Path(name).name, NAMES)) == cells_of(sample(name))
        else:
            assert content == (SAMPLES / name).read_bytes(), name


def test_only_the_rows_that_are_meant_to_be_bad_are_bad() -> None:
    bad = {name: [row for row in cells_of(sample(name)) if isinstance(row, str)] for name in EVERY}
    assert {name: rows for name, rows in bad.items() if rows} == {
        "2026-10-06T0830/patients_2026-10-06.csv": ["в строке 12 ячеек вместо 10"],
        "2026-10-07T0830/patients_2026-10-07.csv": ["в строке 12 ячеек вместо 10"],
    }


def test_every_number_in_the_samples_is_an_invented_one() -> None:
    numbers = {digits[-10:] for name in EVERY for cell in _cells(name) if len(digits := re.sub(r"\D", "", cell)) > 9}
    assert len(numbers) > 70
    assert all(re.fullmatch(r"9\d\d555\d{4}|473255\d{4}", number) for number in numbers)


def _cells(name: str) -> Iterator[str]:
    """Cells without dates; a cell with two numbers gives two."""
    for row in cells_of(sample(name)):
        for cell in row if isinstance(row, list) else ():
            if not re.match(r"\d\d\.\d\d\.\d{4}", cell):
                yield from re.split(r"[;,/]", cell)


def test_same_file_is_dropped_twice_under_its_own_name() -> None:
    name = "visits_2026-10-06.xlsx"
    morning, afternoon = ((SAMPLES / f"2026-10-06T{clock}" / name).read_bytes() for clock in ("0830", "1400"))
    assert morning == afternoon


def test_story_creates_updates_moves_and_takes_away() -> None:
    patients = [_by_first("patients", day) for day in (5, 6, 7)]
    assert patients[0].keys() - patients[1].keys() == {"10044"}
    assert [len(later.keys() - earlier.keys()) for earlier, later in pairwise(patients)] == [2, 2]
    assert patients[0]["10028"][2] != patients[1]["10028"][2]
    assert (patients[0]["10031"][1], patients[1]["10031"][1]) == (
        "Орлова Маргорита Денисовна",
        "Орлова Маргарита Денисовна",
    )
    assert (patients[0]["10024"][7], patients[1]["10024"][7]) == ("06.10.2026 11:00:00", "07.10.2026 11:00:00")


def test_words_of_the_waiting_list_and_of_first_visits_go_forward() -> None:
    child = [_by_first("waiting", day)["Морозова Алиса Андреевна"][-1] for day in (5, 6, 7)]
    assert child == ["Ожидает", "Записан", "Визит состоялся"]
    platonova = [_by_first("primary", day)["Платонова Тамара Ивановна"][-1] for day in (5, 6, 7)]
    assert platonova == ["Записан", "Записан", "Записался, но не пришел"]


def _by_first(feed: str, day: int) -> dict[str, list[str]]:
    rows = cells_of(sample(f"2026-10-0{day}T0830/{feed}_2026-10-0{day}.csv"))
    return {row[0]: row for row in rows if isinstance(row, list)}
