"""Builders: real export files, valid unless the test says otherwise. All people are invented."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import openpyxl

from dentsync.extract.columns import words_of
from dentsync.extract.export import Export, open_export
from dentsync.extract.layout import RowFault
from dentsync.extract.sift import Sift

ALIASES = {
    "card_number": ["Номер карты", "Номер медкарты"],
    "full_name": ["ФИО", "Ф.И.О."],
    "phones": ["Телефон", "Контакт"],
    "start_at": ["Дата и время"],
    "comment": ["Комментарий"],
}
WORDS = words_of(ALIASES)
HEADER = ["Номер карты", "ФИО", "Телефон"]
ROWS = [["007", "Котова Анна Ильинична", "8(916)555-01-23"], ["8", "Ёлкин Пётр", ""]]

Cells = Sequence[object]


def text_of(rows: Sequence[Sequence[str]], delimiter: str = ";", end: str = "\r\n") -> str:
    return "".join(delimiter.join(row) + end for row in rows)


def write(folder: Path, content: bytes | str, name: str = "export.csv", encoding: str = "cp1251") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def write_xlsx(folder: Path, rows: Sequence[Cells], name: str = "export.xlsx") -> Path:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(list(row))
    path = folder / name
    book.save(path)
    return path


def xml_of(records: Sequence[dict[str, str]], *, declared: str = "windows-1251", tag: str = "Прием") -> str:
    lines = [
        f"<{tag}>" + "".join(f"<{name}>{text}</{name}>" for name, text in record.items()) + f"</{tag}>"
        for record in records
    ]
    return f'<?xml version="1.0" encoding="{declared}"?>\n<Выгрузка>\n' + "\n".join(lines) + "\n</Выгрузка>\n"


def read(path: Path, **how: object) -> Export:
    return open_export(path, WORDS, **how)  # type: ignore[arg-type]


def rows_of(export: Export) -> list[tuple[int, list[str] | str]]:
    """Line and cells of every row that is data; instead of the cells the reason, where they cannot be read."""
    return [(line, cells_or_reason(export, raw)) for line, _fingerprint, raw in Sift(export).fresh()]


def cells_or_reason(export: Export, raw: bytes) -> list[str] | str:
    try:
        return export.cells(raw)
    except RowFault as fault:
        return fault.reason


def cells_of(export: Export) -> list[list[str] | str]:
    return [cells for _line, cells in rows_of(export)]


MORNING = datetime(2026, 10, 5, 8, 30)
