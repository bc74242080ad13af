"""Writes docs/pay.png and docs/pay_questions.png: the pay workbook of an invented clinic for October 2026.

Run from the project's root: ``python -m tools.pay_picture``. Needs LibreOffice and poppler (soffice, pdftoppm).
"""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import click

from dentsync import lang
from dentsync.config import preset_text
from dentsync.runs.main_job import Options, extract
from dentsync.runs.pay_closing import close
from dentsync.runs.pay_issue import look

DOCS = Path("docs")
NOW = "2026-11-01T08:00"
WRITTEN = 1_793_505_600
"""Some hours before, in seconds since the epoch."""
FIRST, DAYS = date(2026, 9, 1), 61

PAYROLL = """
[payroll]
plan = "plan.csv"
time = "time.csv"
"""
RATE = """
[[payroll.rate]]
employee = "{name}"
position = "{position}"
since = 2026-01-01
hour = {hour}
overtime = {overtime}
"""
STAFF = (  # name, position, hour, overtime, first day at work, days on and off, start, end, share of patients who come
    ("Котова Анна Ильинична", "администратор", 250, 350, 0, 2, "8:00", "20:00", 5),
    ("Ершова Дарья Олеговна", "администратор", 250, 350, 2, 2, "8:00", "20:00", 3),
    ("Носов Иван Петрович", "оператор", 230, 320, 1, 2, "20:00", "8:00", 4),
    ("Зимина Вера Павловна", "оператор", 220, 310, 3, 2, "9:00", "21:00", 2),
)
UNUSUAL = {  # how some October days ended
    ("Котова Анна Ильинична", date(2026, 10, 7)): "21:30",
    ("Ершова Дарья Олеговна", date(2026, 10, 9)): "",
    ("Зимина Вера Павловна", date(2026, 10, 20)): "22:15",
}
MISSING = ("Ершова Дарья Олеговна", date(2026, 10, 17))
PRIMARY = "Номер карты;Ф.И.О.;Телефон;Дата записи;Дата и время приёма;Результат;Администратор"


def _shifts() -> Iterator[tuple[str, date, str, str]]:
    for name, _position, _hour, _overtime, began, length, start, end, _share in STAFF:
        for number in range(DAYS):
            if (number - began) % (2 * length) < length:
                yield name, FIRST + timedelta(days=number), start, end


def _plan() -> Iterator[str]:
    yield "Сотрудник;Дата;Начало;Окончание"
    for name, day, start, end in _shifts():
        yield f"{name};{day:%d.%m.%Y};{start};{end}"


def _time() -> Iterator[str]:
    yield "Сотрудник;Дата;Начало;Окончание"
    for name, day, start, end in _shifts():
        if (name, day) != MISSING:
            yield f"{name};{day:%d.%m.%Y};{start};{UNUSUAL.get((name, day), end)}"


def _primary() -> Iterator[str]:
    """Every shift books a patient; of so many in a row one does not come."""
    yield PRIMARY
    shares = {row[0]: row[-1] for row in STAFF}
    for number, (name, day, _start, _end) in enumerate(_shifts()):
        result = "Записался, но не пришел" if number % (shares[name] + 1) == 0 else "Визит состоялся"
        person = f"{1000 + number};Соколова Анна Викторовна;8916555{number:04}"
        yield f"{person};{day:%d.%m.%Y} 9:00;{day:%d.%m.%Y} 9:00;{result};{name}"


def _write(path: Path, lines: Iterator[str]) -> None:
    path.write_text("\r\n".join((*lines, "")), encoding="utf-8-sig")
    os.utime(path, (WRITTEN, WRITTEN))


def written(folder: Path) -> Path:
    """The workbook of October, after September was closed."""
    config, path = folder / "config.toml", folder / "october.xlsx"
    rates = "".join(RATE.format(name=row[0], position=row[1], hour=row[2], overtime=row[3]) for row in STAFF)
    config.write_text(preset_text("helix-bitrix24") + PAYROLL + rates, "utf-8")
    (folder / "inbox").mkdir()
    for name, lines in (("plan.csv", _plan()), ("time.csv", _time()), ("inbox/primary_1.csv", _primary())):
        _write(folder / name, lines)
    extract(Options(config, NOW), ["primary"])
    close(config, "2026-09", NOW)
    look(config, "2026-10", NOW, path)
    return path


def pictures() -> tuple[bytes, bytes]:
    """The first two pages as PNG."""
    lang.choose("en")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = written(folder)
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        _run("soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", name, str(path))
        for page, height in ((1, 540), (2, 150)):
            crop = ("-x", "40", "-y", "50", "-W", "1440", "-H", str(height))
            given = ("-r", "130", "-f", str(page), "-l", str(page), *crop, "-png", "-singlefile")
            _run("pdftoppm", *given, f"{name}/october.pdf", f"{name}/page{page}")
        return (folder / "page1.png").read_bytes(), (folder / "page2.png").read_bytes()


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=120)  # noqa: S603


def main() -> None:
    """Write the pictures anew."""
    for name, content in zip(("pay.png", "pay_questions.png"), pictures(), strict=True):
        (DOCS / name).write_bytes(content)
        click.echo(f"{DOCS / name} {len(content)} bytes")


if __name__ == "__main__":
    main()
