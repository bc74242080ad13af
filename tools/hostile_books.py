"""Workbooks as 1C, Excel and people leave them."""

import io
import re
import zipfile
from collections.abc import Callable, Sequence
from datetime import datetime

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from tools.hostile_tables import HEADER, PEOPLE, people

MADE = datetime.fromisoformat("2026-10-05T08:00")


def book(*rows: Sequence[object], shape: Callable[[Worksheet], None] = lambda _sheet: None) -> bytes:
    """A workbook of one sheet, the same bytes every time."""
    made = openpyxl.Workbook()
    made.properties.created = MADE
    sheet = made.worksheets[0]
    sheet.title = "Лист1"
    for row in rows:
        sheet.append(list(row))
    shape(sheet)
    saved = io.BytesIO()
    made.save(saved)
    return repacked(saved.getvalue())


def repacked(content: bytes, replace: Callable[[str, bytes], bytes] = lambda _name, part: part) -> bytes:
    """The archive with fixed times; ``replace`` may change its parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as target:
        for name in sorted(source.namelist()):
            part = re.sub(rb"(?<=>)[^<]*(?=</dcterms:modified>)", b"2026-10-05T08:00:00Z", source.read(name))
            info = zipfile.ZipInfo(name, MADE.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, replace(name, part))
    return out.getvalue()


def files() -> dict[str, bytes]:
    """All of them, by name."""
    plain = book(HEADER, *PEOPLE)
    return {
        "workbook_named.csv": plain,
        "torn.xlsx": plain[: len(plain) * 2 // 3],
        "numbers_for_texts.xlsx": numbers(),
        "report_with_two_header_rows.xlsx": report(),
        "merged_cells.xlsx": merged(),
        "hidden_rows_and_sheets.xlsx": hidden(),
        "formulas_without_values.xlsx": formulas(),
        "lost_cell.xlsx": book(HEADER, *PEOPLE, shape=lambda sheet: put(sheet, "XFD1048576", "x")),
        "other_letter_case.xlsx": repacked_names(plain),
        "journal_by_hand.xlsx": journal(),
    }


def put(sheet: Worksheet, place: str, value: object) -> None:
    """One cell."""
    sheet[place] = value


def numbers() -> bytes:
    """1C makes numbers of texts that look like some: zeros and signs are gone, the digits are exact."""
    rows = [
        (123, "Котова Анна Ильинична", 89165550123, datetime.fromisoformat("1986-03-05"), "Постоянный", None),
        (124.0, "Ёлкин Пётр Семёнович", 79165550124.0, "17.11.1979", "Первичный", None),
        (1234567890123456789, "Юрьева Фаина Эдуардовна", 89165550125, 32903, "Постоянный", None),
    ]
    return book(HEADER, *rows)


def report() -> bytes:
    """A report of 1C: title, period, a merged header of two rows, doctors in rows of their own, a total."""
    rows = [
        ("Записи пациентов", None, None, None, None),
        ("Период: 06.10.2026 - 06.10.2026", None, None, None, None),
        (None,),
        ("Время приёма", "Пациент", None, "Статус", "Сумма"),
        (None, "ФИО", "Телефон", None, None),
        ("Петров П. П.", None, None, None, 1500),
        ("9:00", "Котова Анна Ильинична", "8(916)555-01-23", "Записан", 1500),
        ("Зуева Р. А.", None, None, None, 2000.5),
        ("9:00", "Ёлкин Пётр Семёнович", "8(916)555-01-24", "Записан", 2000.5),
        ("Итого", None, None, None, 3500.5),
    ]

    def shape(sheet: Worksheet) -> None:
        for area in ("A1:E1", "A4:A5", "B4:C4", "D4:D5", "E4:E5"):
            sheet.merge_cells(area)

    return book(*rows, shape=shape)


def merged() -> bytes:
    """Day and doctor merged over their rows: only the first has them."""
    rows = [
        ("Дата приёма", "Врач", "Время приёма", "ФИО", "Телефон"),
        ("06.10.2026", "Петров П. П.", "9:00", "Котова Анна Ильинична", "8(916)555-01-23"),
        (None, None, "9:30", "Ёлкин Пётр Семёнович", "8(916)555-01-24"),
        (None, "Зуева Р. А.", "9:30", "Юрьева Фаина Эдуардовна", "8(916)555-01-25"),
    ]

    def shape(sheet: Worksheet) -> None:
        sheet.merge_cells("A2:A4")
        sheet.merge_cells("B2:B3")

    return book(*rows, shape=shape)


def hidden() -> bytes:
    """A hidden row, a hidden sheet before it and another sheet behind it."""

    def shape(sheet: Worksheet) -> None:
        sheet.row_dimensions[3].hidden = True
        workbook = sheet.parent
        assert isinstance(workbook, openpyxl.Workbook)
        workbook.create_sheet("Черновик", 0).sheet_state = "hidden"
        workbook.create_sheet("Архив").append(["Номер карты", "ФИО"])

    return book(HEADER, *PEOPLE, shape=shape)


def formulas() -> bytes:
    """Formulas that nobody calculated: the card of one row, the comment of another."""
    return book(HEADER, ('=TEXT(123,"00000")', *PEOPLE[0][1:]), (*PEOPLE[1][:5], '=A2&" см."'), *people(12), PEOPLE[2])


def repacked_names(content: bytes) -> bytes:
    """Parts in other letter case, as some writers have them."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as target:
        for info in source.infolist():
            name = info.filename.replace("xl/worksheets/sheet1.xml", "xl/worksheets/Sheet1.XML")
            target.writestr(zipfile.ZipInfo(name, MADE.timetuple()[:6]), source.read(info.filename))
    return out.getvalue()


def journal() -> bytes:
    """A journal kept by hand: real dates, typed dates, a remark in between, a number in the column of days."""
    rows = [
        ("ФИО", "Телефон", "Дата записи", "Специализация", "Администратор", "Результат"),
        ("Котова Анна", 89165550123, datetime.fromisoformat("2026-10-01T12:00"), "Терапия", "Белова", "Записан"),
        ("Ёлкин Пётр", "8 916 555 01 24", "2 октября 2026 г.", "Хирургия", "Белова", "записался, но не пришел"),
        ("перезвонить всем до пятницы", None, None, None, None, None),
        ("Юрьева Фаина", "89165550125", 46297, "Терапия", "Белова", "Записан"),
    ]
    return book(*rows)
