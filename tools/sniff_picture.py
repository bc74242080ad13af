"""Writes docs/sniff.svg: ``dentsync sniff`` on a report that nobody has described, of people who are invented.

Run from the project's root: ``python -m tools.sniff_picture``.
"""

import io
import os
import re
import tempfile
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from dentsync import lang
from dentsync.runs.sniffing import sniff
from dentsync.show_sniff import lines_above, lines_below

TARGET = Path("docs/sniff.svg")
WIDTH = 112
NAME = "Отчёт по визитам 03.2026.xls"
HEADER = "№;Пациент (Ф.И.О.);Моб. тел.;Дата записи;Специалист;Состояние визита;Стоимость, руб.;Согласие на СМС;СНИЛС"
PEOPLE = (
    "Агапова Вера Ильинична",
    "Зимин Алексей Константинович",
    "Орлова Маргарита Денисовна",
    "Носов Вадим Эдуардович",
)
DOCTORS = ("Вершинина О.Л.", "Смоляков А.В.", "Лапина Е.И.")
WORDS = ("Лечение завершено", "Визит состоялся", "Не пришёл", "Визит состоялся", "Отменил сам пациент", "Ждёт снимок")
WRITTEN = 1_775_001_600
"""1 April 2026, in seconds since the epoch."""


def report() -> bytes:
    """As the program of a clinic prints it: a title, a period, headers of its own, a total at the end."""
    lines = ["Отчёт по визитам;;;;;;;;", "Период: 01.03.2026 - 31.03.2026;;;;;;;;", HEADER]
    for n in range(60):
        cells = (
            n + 1, PEOPLE[n % 4], f"8 (9{n % 4}6) 555-{n % 60:02}-{n * 7 % 60:02}",
            f"{n % 28 + 1:02}/03/2026 {9 + n % 9}:00", DOCTORS[n % 3], WORDS[n * 7 // 5 % 6],
            f"{n % 9 + 1} {n % 7}50,00", "Нет" if n % 8 == 0 else "Да", "",
        )  # fmt: skip
        lines.append(";".join(map(str, cells)))
    return "".join(line + "\r\n" for line in [*lines, ";;;;;Итого;298 500,00;;"]).encode("cp1251")


def picture() -> str:
    """The terminal as SVG, without fonts from elsewhere."""
    lang.choose("en")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / NAME
        path.write_bytes(report())
        os.utime(path, (WRITTEN, WRITTEN))
        found = sniff(path)
    out = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    out.print(Text.assemble(("$ ", "dim"), f'dentsync sniff "{NAME}"'))
    for line in lines_above(found, WIDTH):
        out.print(Text.assemble(*line), no_wrap=True, overflow="ellipsis")
    out.print()
    for text in found.section.splitlines():
        code, mark, remark = text.partition("#")
        out.print(Text.assemble((code, "cyan"), (mark + remark, "dim")))
    out.print()
    for line in lines_below(found, WIDTH):
        out.print(Text.assemble(*line))
    svg = out.export_svg(title="dentsync", unique_id="sniff")
    return re.sub(r"@font-face\s*{[^}]*}\s*|<!--.*?-->\s*", "", svg)


def main() -> None:
    """Write the picture anew."""
    TARGET.write_text(picture(), encoding="utf-8")
    click.echo(f"{TARGET} {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
