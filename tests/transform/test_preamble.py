"""When a file was made, by its first lines."""

from datetime import datetime

import pytest

from dentsync.transform.preamble import made_at
from tests.builders import ZONE


@pytest.mark.parametrize(
    ("line", "moment"),
    [
        ("Дата формирования: 05.10.2026 14:00:03", datetime(2026, 10, 5, 14, 0, 3)),
        ("Дата формирования отчёта;05.10.2026 8:00;;", datetime(2026, 10, 5, 8, 0)),
        ("Отчёт сформирован 05.10.2026 в отделении", datetime(2026, 10, 5, 23, 59, 59, 999999)),
        ("Создан: 2026-10-05T09:00:00", datetime(2026, 10, 5, 9, 0)),
        ("по состоянию на 05.10.2026 8:00", datetime(2026, 10, 5, 8, 0)),
        ("GeneratedAt: 2026-10-05 09:00", datetime(2026, 10, 5, 9, 0)),
    ],
)
def test_moment_of_the_export_is_read(line: str, moment: datetime) -> None:
    assert made_at(["Отчёт", line], ZONE) == moment.replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    "line",
    ["за период с 01.10.2026 по 05.10.2026", "Записи на 05.10.2026", "Дата формирования: вчера", "Создан: 32.10.2026"],
)
def test_what_a_report_is_about_is_not_when_it_was_made(line: str) -> None:
    assert made_at([line], ZONE) is None
