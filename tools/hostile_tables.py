"""Delimited text with broken bytes and broken structure."""

import codecs
from collections.abc import Sequence

Row = Sequence[str]

HEADER = ("Номер карты", "Ф.И.О.", "Телефон", "Дата рождения", "Статус пациента", "Комментарий")
PEOPLE: tuple[Row, ...] = (
    ("00123", "Котова Анна Ильинична", "8(916)555-01-23", "05.03.1986", "Постоянный", "просит утром"),
    ("00124", "Ёлкин Пётр Семёнович", "8(916)555-01-24", "17.11.1979", "Первичный", ""),
    ("00125", "Юрьева Фаина Эдуардовна", "8(916)555-01-25", "30.01.1990", "Постоянный", "боится боли"),
)
VISIT = ("ID приёма", "ФИО", "Телефон", "Начало приёма", "Врач", "Статус")
VISITS: tuple[Row, ...] = (
    ("901", "Котова Анна Ильинична", "8(916)555-01-23", "06.10.2026 9:00:00", "Петров П. П.", "Записан"),
    ("902", "Ёлкин Пётр Семёнович", "8(916)555-01-24", "06.10.2026 9:30:00", "Петров П. П.", "Подтвержден"),
    ("903", "Юрьева Фаина Эдуардовна", "8(916)555-01-25", "06.10.2026 10:00:00", "Зуева Р. А.", "Записан"),
)


def table(*rows: Row, delimiter: str = ";", end: str = "\r\n") -> str:
    """Rows as text; nothing is quoted."""
    return "".join(delimiter.join(row) + end for row in rows)


def cells(text: str) -> list[str]:
    """The cells of one row that is written as a file has it."""
    return text.split(";")


def people(count: int, first: int = 200) -> list[Row]:
    """So many patients whose numbers follow each other."""
    surnames, names = ("Лисина", "Белова", "Рыжова", "Седова"), ("Ольга", "Дарья", "Нина", "Яна")
    return [
        (f"{n:05}", f"{surnames[n % 4]} {names[n // 4 % 4]} Львовна", f"8(926)555-{n // 100:02}-{n % 100:02}",
         f"{n % 28 + 1:02}.06.1988", "Постоянный", "")
        for n in range(first, first + count)
    ]  # fmt: skip


def files() -> dict[str, bytes]:
    """All of them, by name."""
    return encodings() | damaged_letters() | foreign() | rows() | columns() | lines() | groups() | several()


def encodings() -> dict[str, bytes]:
    """One table in the encodings of 1C, Excel, DOS and Unix."""
    text = table(HEADER, *PEOPLE)
    digits = table(HEADER, *_digits())
    return {
        "bom_utf8.csv": ("\ufeff" + table([f'"{name}"' for name in HEADER], *PEOPLE)).encode(),
        "bom_twice.csv": codecs.BOM_UTF8 + ("\ufeff" + text).encode(),
        "plain_utf8.csv": text.encode(),
        "cp1251.csv": text.encode("cp1251"),
        "cp866.csv": text.encode("cp866"),
        "koi8r.csv": text.encode("koi8-r"),
        "capitals_cp1251.csv": text.upper().encode("cp1251"),
        "capitals_koi8r.csv": text.upper().encode("koi8-r"),
        "digits_cp866.csv": digits.encode("cp866"),
        "digits_utf8.csv": digits.encode(),
        "utf16_tab.txt": codecs.BOM_UTF16_LE + table(HEADER, *PEOPLE, delimiter="\t").encode("utf-16-le"),
        "utf16_without_bom.csv": text.encode("utf-16-le"),
        "nul_bytes.csv": table(HEADER, ("00123\0", *PEOPLE[0][1:]), *PEOPLE[1:]).encode("cp1251"),
    }


def _digits() -> list[Row]:
    """Hardly a letter before the last row: what detectors of encodings stumble over."""
    return [*[(f"{n:05}", "", f"8926555{n:04}", "", "", "") for n in range(1, 61)], PEOPLE[0]]


def damaged_letters() -> dict[str, bytes]:
    """Letters that were lost before the file was written: one row among many, or most of them."""
    rest = people(30)
    taken_for_cp1251 = PEOPLE[0][5].encode().decode("cp1251")
    name = PEOPLE[1][1].encode().decode("cp1251", "replace")
    return {
        "letters_lost.csv": table(HEADER, (*PEOPLE[0][:5], "?????? ?????"), *rest).encode("cp1251"),
        "letters_of_another_encoding.csv": table(HEADER, (*PEOPLE[0][:5], taken_for_cp1251), *rest).encode(),
        "letters_lost_everywhere.csv": table(
            HEADER, *((*row[:1], name, *row[2:]) for row in people(12)), *PEOPLE
        ).encode(),
        "exporter_died.csv": table(HEADER, *people(12)).encode("cp1251"),
        "whole_of_forty.csv": table(HEADER, *people(40), ("Итого строк: 40",)).encode("cp1251"),
        "whole_of_forty_two.csv": table(HEADER, *people(42), ("Итого строк: 42",)).encode("cp1251"),
        "whole_of_forty_one.csv": table(HEADER, *people(41), ("Итого строк: 41",)).encode("cp1251"),
    }


def foreign() -> dict[str, bytes]:
    """Other formats under the names of tables."""
    page = "<html><head><meta charset=windows-1251></head><body><table><tr><td>ФИО</td></tr></table></body></html>"
    dump = [("PatientNumber", "Surname", "Name", "Patronymic", "Birthday", "ClientPhone")]
    dump.append(tuple("-" * width for width in (13, 20, 12, 16, 10, 16)))
    dump += [
        (number.ljust(13), last.ljust(20), first.ljust(12), middle.ljust(16), born.ljust(10), phone.ljust(16))
        for number, last, first, middle, born, phone in (
            ("123", "Котова", "Анна", "Ильинична", "05.03.1986", "89165550123"),
            ("124", "Ёлкин", "Пётр", "NULL", "NULL", "89165550124"),
        )
    ]
    end, wrong = "\r\n(2 rows affected)\r\n", "\r\n(3 rows affected)\r\n"
    return {
        "mxl.xls": b"MOXCEL\x00\x08\x00\x01\x00\x0c\x00" + '{16,1,{1,1,{"ru","Отчёт"}}}'.encode(),
        "page.xls": page.encode("cp1251"),
        "old_workbook.xlsx": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504),
        "table.dbf.csv": b"\x03\x7e\x0a\x05\x02\x00\x00\x00\x41\x00\x20\x00" + bytes(20) + b"FIO\0\0\0\0\0\0\0\0C",
        "answer.csv": '[{"ФИО": "Котова Анна", "Телефон": "89165550123"}]'.encode(),
        "packed.csv": b"\x1f\x8b\x08\x08\x00\x00\x00\x00\x00\x03export.csv\x00",
        "sqlcmd.tsv": (table(*dump, delimiter="\t") + end).encode("cp1251"),
        "sqlcmd_bars.txt": (table(*dump, delimiter="|") + end).encode("cp1251"),
        "sqlcmd_short.tsv": (table(*dump, delimiter="\t") + wrong).encode("cp1251"),
        "sqlcmd_backslash.txt": (table(*dump, delimiter="\\") + end).encode("cp1251"),
    }


def rows() -> dict[str, bytes]:
    """Rows that have not as many cells as the header, and quotes that do not pair."""
    start = table(HEADER, *PEOPLE)
    inner = ("00126", "Белова Нина Львовна", "8(916)555-01-26", "01.02.1980", "", '"из "Ромашки""')
    klientiks = cells(
        "Начало записи;Исполнитель;Должность;Услуга;Имя клиента;Источник;Телефон;Дата последнего изменения;"
        "Причина отмены;Номер карты;Комментарий;Перезаписан;Сумма;Количество завершённых визитов;"
        "Дата рождения;Пол;Категория;Филиал;Метка"
    )
    visit = (
        "2026-10-05 09:00:00.000000;Петров П. П.;Терапевт;Осмотр;Котова Анна;Сайт;89165550123;2026-10-01 12:00:00;"
        ";123;{comment};Нет;1 500,00;3;05.03.1986;female;A;Центр;"
    )
    first = visit.format(comment="").split(";")
    second = visit.format(comment="").replace("89165550123", "89165550124").replace("Котова Анна", "Ёлкин Пётр")
    broken = visit.format(comment="просила\r\nперезвонить после обеда\r\nна работу")
    return {
        "rows_longer_than_header.csv": table(HEADER, *((*row, "лишнее") for row in people(12))).encode("cp1251"),
        "some_rows_longer.csv": table(HEADER, *people(12), (*PEOPLE[0], "лишнее")).encode("cp1251"),
        "unquoted_delimiter.csv": table(
            HEADER, *people(12), (*PEOPLE[0][:5], "звонить; после 18"), *PEOPLE[1:]
        ).encode("cp1251"),
        "klientiks_19_18.csv": table(klientiks, first, second.split(";")[:-1]).encode("cp1251"),
        "broken_comment.csv": (table(klientiks, second.split(";")) + broken + "\r\n").encode("cp1251"),
        "unclosed_quote.csv": (
            table(HEADER) + '00123;"Котова Анна;8(916)555-01-23;;;\r\n' + table(*people(6))
        ).encode("cp1251"),
        "inner_quotes.csv": (start + table(inner)).encode("cp1251"),
        "line_breaks.csv": (start + '00127;Белый Олег Олегович;8(916)555-01-27;;;"звонить\r\nпосле 18; не раньше"\r\n')
        .encode("cp1251"),
        "cut_in_a_row.csv": (table(HEADER, *people(12)) + "00124;Ёлкин Пё").encode("cp1251"),
        "header_only.csv": table(HEADER).encode("cp1251"),
        "empty.csv": b"",
    }  # fmt: skip


def columns() -> dict[str, bytes]:
    """Headers that were renamed, moved, doubled, misspelt."""
    order = (5, 2, 0, 4, 1, 3)
    moved = [[row[index] for index in order] for row in (HEADER, *PEOPLE)]
    moved[0] = ["Примечание администратора", "Моб. телефон", "№ карты", "Категория пациента", "ФИО пациента", "Д.р."]
    odd = [
        "Ноmep кaрты",
        "Ф.И.О.\xa0*",
        '"Тeлефон\r\nпациента"',
        "Дата  рождения:",
        "Cтатус  пациента",
        "\ufeffЗаметка",
    ]
    ident = cells(
        "Имя и фамилия администратора создавшего запись;Дата и время создания записи;Дата и время приема;"
        "ФИО врача к которому записан пациент;Статус записи;Сумма к оплате;Коды оказанных услуг;Тема обращения;"
        "Комментарий;Тип приема;Филиал;ID Приема;ID Обращения;Скидка;Фактически полученная сумма ДС;"
        "Сумма оказанных услуг;Врач;Актуально с;Комментарий;ID Профосмотра;Номер медкарты;ФИО;Телефон"
    )
    visit = cells(
        "Ирина Белова;01.10.2026 12:00:00;06.10.2026 9:00:00;Петров Пётр Петрович;Записан;1\u00a0500,00;A1, B2;Осмотр;"
        "о приёме;Первичный;Центр;901;77;0;0,00;1\u00a0500,00;Зуева Р. А.;01.12.2026;о задаче;55;00123;"
        "Котова Анна Ильинична;89165550123"
    )
    return {
        "columns_moved_and_renamed.csv": table(*moved).encode("cp1251"),
        "column_missing.csv": table(*[row[:2] + row[3:] for row in (HEADER, *PEOPLE)]).encode("cp1251"),
        "lookalike_header.csv": table(odd, *PEOPLE).encode(),
        "ident_appointments_20.csv": table(ident, visit).encode("cp1251"),
        "two_row_header.csv": table(
            ("", "Пациент", "", "", "Врач", ""),
            ("Номер карты", "ФИО", "Телефон", "Дата рождения", "", "Комментарий"),
            *((*row[:4], "Петров П. П.", row[5]) for row in PEOPLE),
        ).encode("cp1251"),
        "commas.csv": table(HEADER, *PEOPLE, delimiter=",").encode("cp1251"),
        "no_header.csv": table(*PEOPLE).encode("cp1251"),
    }


def lines() -> dict[str, bytes]:
    """What stands above and below the rows, and between them."""
    header = (*VISIT, "Сумма")
    sums = ("1\u00a0500,00", "2\u00a0000,50", "700")
    paid = [(*visit, amount) for visit, amount in zip(VISITS, sums, strict=True)]
    above = "Отчёт о записях\r\nза период с 06.10.2026 по 06.10.2026\r\nДата формирования: {made}\r\n\r\n"
    below = "\r\nГлавный врач ____________ ;Петров П. П.;;;;;\r\nСтраница 1 из 1\r\n"
    total = ("Итого", "", "", "", "", "", "{total}")
    return {
        "preamble.csv": (above.format(made="05.10.2026 13:55:00") + table(header, *paid)).encode("cp1251"),
        "preamble_of_yesterday.csv": (above.format(made="04.10.2026 13:55:00") + table(header, *paid)).encode("cp1251"),
        "total_agrees.csv": (table(header, *paid, total).format(total="4\u00a0200,50") + below).encode("cp1251"),
        "total_differs.csv": (table(header, *paid, total).format(total="5\u00a0200,50") + below).encode("cp1251"),
        "subtotals_agree.csv": (
            table(header, *paid[:2], ("Итого по врачу", *[""] * 5, "3 500,50"), paid[2])
            + table(("Итого по врачу", *[""] * 5, "700,00"), ("Всего", *[""] * 5, "4 200,50 ₽"))
        ).encode("utf-8"),
        "count_differs.csv": (table(HEADER, *people(12)) + "Количество записей: 14\r\n").encode("cp1251"),
        "header_on_every_page.csv": table(HEADER, *people(5), HEADER, *people(5, 300), HEADER, *PEOPLE).encode(
            "cp1251"
        ),
        "blank_rows.csv": (table(HEADER) + ";;;;;\r\n\r\n" + table(*PEOPLE) + "\r\n").encode("cp1251"),
    }


def groups() -> dict[str, bytes]:
    """Reports with a row of its own for what the rows below share."""
    header = ("Время приёма", "ФИО", "Телефон", "Статус", "Сумма")
    one = ("9:00", "Котова Анна Ильинична", "8(916)555-01-23", "Записан", "1 500,00")
    two = ("9:30", "Ёлкин Пётр Семёнович", "8(916)555-01-24", "Подтвержден", "0")
    empty = ("", "", "", "")
    days = table(
        ("Записи на 06.10.2026", *empty),
        header,
        ("Петров П. П.", *empty),
        one,
        two,
        ("Итого", "", "", "", "1 500,00"),
        ("Врач: Зуева Р. А.", *empty),
        one,
        delimiter="\t",
    )
    nested = table(
        header,
        ("вторник, 6 октября 2026 г.", *empty),
        ("Петров П. П.", *empty),
        one,
        ("Зуева Р. А.", "", "", "", "1 500,00"),
        two,
        ("среда, 7 октября 2026 г.", *empty),
        ("Петров П. П.", *empty),
        one,
        delimiter="\t",
    )
    return {
        "grouped_by_doctor.txt": codecs.BOM_UTF8 + days.encode(),
        "grouped_by_day_and_doctor.txt": codecs.BOM_UTF8 + nested.encode(),
        "grouped_too_deep.txt": codecs.BOM_UTF8
        + table(header, one, ("Центр", *empty), ("Петров П. П.", *empty), one, delimiter="\t").encode(),
    }


def several() -> dict[str, bytes]:
    """Several rows for one thing, and one number for several things."""
    header = ("ID приёма", "ФИО", "Телефон", "Начало приёма", "Врач", "Статус", "Услуга", "Сумма")
    visit, other = VISITS[0], VISITS[1]
    late = ("Дата последнего изменения", *VISIT)
    changed = (*visit[:5], "Отменен")
    restarted = [(row[0], "Новиков Иван Ильич", row[2], "07.07.1977", "Первичный", "") for row in people(12)]
    return {
        "visit_in_several_rows.csv": table(
            header,
            (*visit, "Осмотр", "500"),
            (*other, "Осмотр", "500"),
            (*visit, "Снимок", "1 000,50"),
            (*visit, "Осмотр", "500"),
        ).encode("cp1251"),
        "visit_in_several_rows_changed.csv": table(
            header, (*visit, "Осмотр", "500"), (*other, "Осмотр", "500"), (*visit, "Снимок", "1 200,50")
        ).encode("cp1251"),
        "visit_contradicts_itself.csv": table(
            header, (*visit, "Осмотр", "500"), (*visit[:4], "Зуева Р. А.", visit[5], "Снимок", "900"), (*other, "", "")
        ).encode("cp1251"),
        "same_row_twice.csv": table(VISIT, *VISITS, VISITS[0], (*VISITS[1][:1], f"{VISITS[1][1]} ", *VISITS[1][2:]))
        .encode("cp1251"),
        "one_key_two_answers.csv": table(VISIT, *VISITS, changed).encode("cp1251"),
        "later_version_counts.csv": table(
            late,
            ("05.10.2026 12:00:00", *changed),
            ("05.10.2026 9:00:00", *visit),
            ("05.10.2026 9:00:00", *other),
        ).encode("cp1251"),
        "earlier_version_again.csv": table(late, ("05.10.2026 9:00:00", *visit)).encode("cp1251"),
        "cards_as_text.csv": table(HEADER, *PEOPLE, *people(12)).encode("cp1251"),
        "cards_as_numbers.csv": table(HEADER, *((row[0].lstrip("0"), *row[1:]) for row in (*PEOPLE, *people(12))))
        .encode("cp1251"),
        "numbers_given_anew.csv": table(HEADER, *restarted, *PEOPLE).encode("cp1251"),
        "one_card_of_another.csv": table(HEADER, *PEOPLE, *people(12)[1:], restarted[0]).encode("cp1251"),
        "past_visit_still_booked.csv": table(VISIT, (*visit[:3], "01.10.2026 9:00:00", *visit[4:])).encode("cp1251"),
        "deleted_and_archived.csv": table((*VISIT, "Удалён"), (*visit, "Да"), (*other, "Нет")).encode("cp1251"),
    }  # fmt: skip
