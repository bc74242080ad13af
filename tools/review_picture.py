"""Writes docs/review.png: the workbook of doubtful names of an invented clinic, half decided.

Run from the project's root: ``python -m tools.review_picture``. Needs LibreOffice and poppler (soffice, pdftoppm).
"""

import os
import subprocess
import tempfile
from pathlib import Path

import click
from openpyxl import load_workbook

from dentsync import lang
from dentsync.config import preset_text
from dentsync.load.review_book import HELP, SHEET
from dentsync.runs.main_job import Options, extract
from dentsync.runs.reviewing import review

TARGET = Path("docs/review.png")
DAY = "2026-10-05T14:00"
WRITTEN = 1_791_194_400
"""An hour before, in seconds since the epoch."""
HEADER = "Номер карты;Ф.И.О.;Пол;Телефон"
PEOPLE = (
    "101;Соколова Анна Сергевна;Ж;89165550101",
    "102;Мартын Роман;;89165550102",
    "118;Мартын Роман;;89165550118",
    "103;Петрова Иван Сергеевич;М;89165550103",
    "104;Анна;Ж;89165550104",
    "105;Зимин Олег и Вера;;89165550105",
    "106;bdfyjd bdfy;;89165550106",
    "107;Тестов Тест;;89165550107",
    "108;Тер Казарян Левон Гагикович;М;89165550108",
    "109;=Белов Пётр 2;М;89165550109",
)
DECIDED = {
    "Мартын Роман": ("исправить", "Роман", "Мартын", None),
    "Соколова Анна Сергевна": ("принять", None, None, None),
    "Тестов Тест": ("в карантин", None, None, None),
    "Тер Казарян Левон Гагикович": ("исправить", None, None, None),
}
"""The last one shows how a correction that is missing is marked."""
RESOLUTION = 130
CROP = ("-x", "44", "-y", "60", "-W", "1432", "-H", "290")


def written(folder: Path) -> Path:
    """The workbook, as ``dentsync clean --review`` writes it, with some decisions typed in."""
    config, path = folder / "config.toml", folder / "review.xlsx"
    config.write_text(preset_text("helix-bitrix24").replace(', min_share = "80%"', ', max_rejects = ""'), "utf-8")
    (folder / "inbox").mkdir()
    export = folder / "inbox" / "patients_1.csv"
    export.write_text("\r\n".join((HEADER, *PEOPLE, "")), encoding="utf-8-sig")
    os.utime(export, (WRITTEN, WRITTEN))
    options = Options(config, DAY)
    extract(options, ["patients"])
    review(options, path, every=False)
    book = load_workbook(path)
    for row in book[SHEET].iter_rows(min_row=3):
        for cell, text in zip(row[9:13], DECIDED.get(str(row[0].value), ()), strict=False):
            cell.value = text
    del book[HELP]
    book.save(path)
    return path


def picture() -> bytes:
    """The first page as PNG."""
    lang.choose("en")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = written(folder)
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        _run("soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", name, str(path))
        _run("pdftoppm", "-r", str(RESOLUTION), *CROP, "-png", "-singlefile", f"{name}/review.pdf", f"{name}/page")
        return (folder / "page.png").read_bytes()


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=120)  # noqa: S603


def main() -> None:
    """Write the picture anew."""
    TARGET.write_bytes(picture())
    click.echo(f"{TARGET} {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
