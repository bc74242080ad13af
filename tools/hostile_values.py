"""Delimited text whose structure is sound and whose cells are not."""

from tools.hostile_tables import table


def files() -> dict[str, bytes]:
    """All of them, by name."""
    return {
        "null_words.csv": nulls(),
        "damaged_by_excel.csv": excel(),
        "dates.csv": dates(),
        "dates_of_others.csv": other_dates(),
        "day_and_time_apart.csv": apart(),
        "money.csv": money(),
        "flags.csv": flags(),
        "consent.csv": consent("Согласие на СМС"),
        "refusal.csv": consent("Отказ от СМС"),
        "nearly_all_refuse.csv": nearly_all(),
        "falsy_values.csv": falsy(),
        "phones.csv": phones(),
        "composite_cell.csv": composite(),
        "formulas_in_text.csv": formulas(),
        "doctors_spelt_otherwise.csv": doctors(),
        "statuses.csv": statuses(),
    }


def nulls() -> bytes:
    """The words for «nothing», one row each, in a column of every type."""
    header = ("Номер карты", "ФИО", "Телефон", "Дата рождения", "Дата последнего визита", "Баланс", "Отказ от СМС",
              "Откуда узнал", "Завершено визитов")  # fmt: skip
    words = ("", "-", "—", "н/д", "нет", "Не указан", "0", "NULL", "None", "NA", "#Н/Д", "#ЗНАЧ!", "01.01.0001 0:00:00",
             "30.12.1899", "00.00.0000", "01.01.1753")  # fmt: skip
    rows = [(str(number), "Котова Анна Ильинична", *[word] * 7) for number, word in enumerate(words, 1)]
    return table(header, *rows).encode("cp1251")


def excel() -> bytes:
    """What Excel makes of numbers that are names: exact, or lost."""
    header = ("Номер карты", "ФИО", "Телефон", "Баланс")
    numbers = ("123.0", '="00123"', "'00124", "1,2345E+04", "1,23E+04", "1E+05", "7,91656E+10", "05.мар", "12.06.2026",
               "########", "98\u00a0765", "АБ-12")  # fmt: skip
    phones = ("89165550123.0", '="89165550124"', "'89165550125", "8,9165550126E+10", "8,91656E+10", "8,9E+10",
              "########", "89165550127", "89165550128", "89165550129", "89165550130", "89165550131")  # fmt: skip
    sums = ("1 500,00", "'700", "########", '="12,50"', *[""] * 8)
    return table(
        header,
        *(
            (card, "Котова Анна Ильинична", phone, sum_)
            for card, phone, sum_ in zip(numbers, phones, sums, strict=True)
        ),
    ).encode("cp1251")


def dates() -> bytes:
    """Days and moments as programs write them; a year of two digits is nobody's."""
    header = ("ID приёма", "ФИО", "Телефон", "Начало приёма")
    texts = ("05.03.2026 9:00:00", "05.03.2026\u00a09:00", "5.3.2026 09:00", "5 марта 2026\u00a0г. 9:00:00",
             "2026-03-05T09:00:00", "2026-03-05 09:00:00.123456", "2026-03-05T06:00:00Z", "2026-03-05T13:00:00+07:00",
             "05.03.2026", "2026-04-03", "05.03.26 9:00", "03/05/2026", "46086,375", "05.03.2026 24:00", "31.02.2026",
             "01.01.0001 9:00:00", "завтра")  # fmt: skip
    rows = [(str(number), "Котова Анна", "89165550123", text) for number, text in enumerate(texts, 1)]
    return table(header, *rows).encode("cp1251")


def other_dates() -> bytes:
    """Spellings that have to be named before they are read."""
    header = ("ID приёма", "ФИО", "Телефон", "Начало приёма")
    texts = ("25/03/2026", "03/04/2026", "05.03.26", "46086,375", "46086", "31/31/2026")
    rows = [(str(number), "Котова Анна", "89165550123", text) for number, text in enumerate(texts, 1)]
    return table(header, *rows).encode("cp1251")


def apart() -> bytes:
    """A column for the day, one for the time."""
    header = ("ID приёма", "ФИО", "Телефон", "Дата приёма", "Время приёма")
    texts = (("05.03.2026", "9:00"), ("05.03.2026", "9.30"), ("05.03.2026", "9-30"), ("05.03.2026 0:00:00", "9:00:00"),
             ("05.03.2026 9:00:00", ""), ("05.03.2026", ""), ("05.03.2026", "24:00"),
             ("05.03.2026", "01.01.0001 9:15:00"), ("", "9:00"))  # fmt: skip
    rows = [(str(number), "Котова Анна", "89165550123", *pair) for number, pair in enumerate(texts, 1)]
    return table(header, *rows).encode("cp1251")


def money() -> bytes:
    """Sums with every space, sign and currency."""
    header = ("Номер карты", "ФИО", "Баланс")
    texts = ("1234,50", "1 234,50", "1\u00a0234,50 ₽", "1\u202f234,50 руб.", "1\u2009234.50р", "12.345,00", "12,345.00",
             "1'234,50", "₽ 500", "(500,00)", "-500", "−500", "+500", "0", "0,00", "12.345", "5-", "сто", "100 $",
             "1,5")  # fmt: skip
    rows = [(str(number), "Котова Анна", text) for number, text in enumerate(texts, 1)]
    return table(header, *rows).encode()


def flags() -> bytes:
    """A yes, a no, and what is neither."""
    header = ("ID приёма", "ФИО", "Телефон", "Начало приёма", "Рекомендации")
    texts = ("Да", "ИСТИНА", "true", "1", "+", "v", "х", "Нет", "Ложь", "0", "-", "", "—", "неизвестно", "отказ", "2")
    rows = [
        (str(number), "Котова Анна", "89165550123", "05.03.2026 9:00", text) for number, text in enumerate(texts, 1)
    ]
    return table(header, *rows).encode("cp1251")


def consent(column: str) -> bytes:
    """One question asked in two ways."""
    words = ("Да", "Нет", "", "отказ", "согласен", "подумает")
    rows = [(str(number), "Котова Анна Ильинична", word) for number, word in enumerate(words, 1)]
    return table(("Номер карты", "ФИО", column), *rows).encode("cp1251")


def nearly_all() -> bytes:
    """So many refuse that the column must ask for something else."""
    rows = [(str(number), "Котова Анна Ильинична", "Нет" if number == 7 else "Да") for number in range(1, 31)]
    return table(("Номер карты", "ФИО", "Отказ от СМС"), *rows).encode("cp1251")


def falsy() -> bytes:
    """Zero and no are answers; an empty cell is none; a column that is not there says nothing."""
    header = ("Номер карты", "ФИО", "Баланс", "Завершено визитов", "Отказ от СМС", "Скидка")
    rows = (("1", "Котова Анна Ильинична", "0", "0", "Нет", "0"), ("2", "Ёлкин Пётр Семёнович", "", "", "", ""))
    return table(header, *rows).encode("cp1251")


def phones() -> bytes:
    """What stands in a cell for phones."""
    texts = ("8(916)555-01-23, 8-473-255-01-24 доб.2", "+7 916 555-01-25 мама", "916 555 01 26", "+8 916 555-01-27",
             "11111111111", "нет", "89165550128;не звонить!!", "+375 29 555-01-29")  # fmt: skip
    rows = [
        (str(number), "Котова Анна Ильинична", f'"{text}"' if ";" in text else text)
        for number, text in enumerate(texts, 1)
    ]
    return table(("Номер карты", "ФИО", "Телефон"), *rows).encode("cp1251")


def composite() -> bytes:
    """Several things in one cell."""
    column = "Дата следующего приема и ФИО доктора"
    cells = ('"12.10.2026, Центр, Петров П. П., Комментарий: снимок"', "", "по звонку")
    rows = [(str(number), "Котова Анна Ильинична", cell) for number, cell in enumerate(cells, 1)]
    return table(("Номер карты", "ФИО", column), *rows).encode("cp1251")


def formulas() -> bytes:
    """Texts that a spreadsheet would calculate."""
    texts = ('"=HYPERLINK(""http://example.test"";""x"")"', "@SUM(1)", "+79165550123", "-1+1")
    rows = [(str(number), "Котова Анна Ильинична", text) for number, text in enumerate(texts, 1)]
    return table(("Номер карты", "ФИО", "Откуда узнал"), *rows).encode("cp1251")


def doctors() -> bytes:
    """One doctor, three spellings."""
    header = ("ID приёма", "ФИО", "Телефон", "Начало приёма", "Врач", "Статус")
    names = ("Петров П.П.", "Петров Пётр Петрович", "д-р Петров")
    rows = [
        (str(number), "Котова Анна", "89165550123", "05.03.2026 9:00", name, "Записан")
        for number, name in enumerate(names, 1)
    ]
    return table(header, *rows).encode("cp1251")


def statuses() -> bytes:
    """Whole phrases only."""
    header = ("ID приёма", "ФИО", "Телефон", "Начало приёма", "Статус")
    words = ("Пришёл", "не пришел", "НЕ ПОДТВЕРЖДЁН", "Запись подтверждена.", "Уточнить", "прием", "")
    rows = [
        (str(number), "Котова Анна", "89165550123", "05.03.2026 9:00", word) for number, word in enumerate(words, 1)
    ]
    return table(header, *rows).encode("cp1251")
