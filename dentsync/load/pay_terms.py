"""The sheets of rates and rules, which formulas read, and the comparison with the Labour Code."""

from decimal import Decimal

from dentsync.load.pay_places import TIERS
from dentsync.load.pay_rows import PayBook
from dentsync.load.pay_sheets import Cell, Column, Page

_RATE_COLUMNS = (
    Column("№", 6, "count"), Column("Сотрудник", 32), Column("Должность", 20), Column("Филиал", 16),
    Column("С даты", 12, "date"), Column("Ставка часа, ₽", 14, "input"), Column("Переработка, ₽", 14, "input"),
    Column("Основание", 50, "wrap"),
)  # fmt: skip


def write_rates(page: Page, book: PayBook) -> None:
    """Write the sheet."""
    page.heading(0, "Ставки, по которым начислено; измените — суммы пересчитаются (только в этой книге)", "lead")
    rows: list[list[Cell]] = [
        [number, one.name, one.position, one.branch, one.since, float(one.hour), _or_empty(one.overtime), one.place]
        for number, one in enumerate(book.rates, start=1)
    ]
    page.table(1, _RATE_COLUMNS, rows)
    page.arrange(2, "A3")


def _or_empty(amount: Decimal | None) -> Cell:
    return "" if amount is None else float(amount)


def write_rules(page: Page, book: PayBook) -> None:
    """Write the sheet."""
    rules = book.rules
    numbers: list[list[Cell]] = [
        ["Доплата за ночной час, доля ставки", float(rules.night)],
        ["Доплата за час в праздник, доля ставки", float(rules.holiday)],
        ["Записанных меньше — своя цена, человек", rules.small_booked],
        ["Цена за пришедшего, когда записанных мало, ₽", float(rules.small_per_visit)],
        ["Цена за пришедшего из листа ожидания, ₽", float(rules.waitlist)],
    ]
    columns = Column("Правило", 52), Column("Значение", 20, "input")
    page.heading(0, "Правила, по которым начислено", "lead")
    page.table(1, columns, numbers, filters=False)
    tiers: list[list[Cell]] = [[float(low), float(each)] for low, each in rules.tiers]
    page.table(
        TIERS - 2, (Column("Пришли от, %", 52, "input"), Column("За пришедшего, ₽", 20, "input")), tiers, filters=False
    )
    words: list[list[Cell]] = [[name, text] for name, text in rules.words]
    page.table(TIERS + len(tiers), (Column("Как считали", 52), Column("", 60, "wrap")), words, filters=False)
    page.arrange(1, "")


_LEAST_COLUMNS = (
    Column("Сотрудник", 30), Column("Должность", 22), Column("Первые два часа", 20), Column("Премии в часе", 14),
    Column("Норма", 9, "hours"), Column("Отработано", 11, "hours"), Column("Не меньше, ₽", 13, "money"),
    Column("Начислено, ₽", 13, "money"), Column("Не хватает, ₽", 13, "total"),
)  # fmt: skip


def write_leasts(page: Page, book: PayBook) -> None:
    """Write the sheet."""
    text = (
        "Сравнение с наименьшей оплатой сверхурочных по ст. 152 ТК РФ, без праздничных часов: ориентир для бухгалтера, "
        "на начисленное не влияет"
    )
    page.heading(0, text, "lead")
    rows: list[list[Cell]] = [
        [
            one.name, one.position, one.reading, one.bonuses, one.norm / 1440, one.worked / 1440, float(one.least),
            float(one.paid), float(one.short),
        ]
        for one in book.leasts
    ]  # fmt: skip
    page.table(1, _LEAST_COLUMNS, rows)
    page.arrange(2, "A3")
