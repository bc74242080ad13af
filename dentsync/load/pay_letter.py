"""The director's letter about a month of pay: a short summary as text and as a page; the workbook is attached."""

from decimal import Decimal

from dentsync.load.letter_page import page_of, row_of
from dentsync.load.pay_rows import PayBook, TotalRow

_ADVICE = "Ответы — в приложенной книге, лист «Вопросы»; заполненную книгу верните тому, кто запускает dentsync."


def subject_of(book: PayBook) -> str:
    """«Ваша улыбка: зарплата … за октябрь 2026 (черновик)»."""
    return f"{book.clinic}: {book.title}" + (" (черновик)" if book.state.startswith("Черновик") else "")


def text_of(book: PayBook) -> str:
    """The summary as plain text."""
    width = max([len(row.name) for row in book.totals] + [5])
    lines = [
        f"{row.name:<{width}}  {_hours(row):>7}  {_primary(row):>12}  {roubles(row.total):>14}" for row in book.totals
    ]
    return "\n".join(
        [
            f"{book.title.capitalize()}", book.state, "",
            f"{'':<{width}}  {'часы':>7}  {'первичные':>12}  {'итого, ₽':>14}",
            *lines,
            f"{'Всего':<{width}}  {'':>7}  {'':>12}  {roubles(book.total):>14}",
            "", *_open(book), "Подробно — во вложении.", "",
        ]
    )  # fmt: skip


def html_of(book: PayBook) -> str:
    """The same as a page."""
    titles = "", "часы", "первичные", "итого, ₽", "прошлый месяц, ₽"
    rows = [
        row_of(row.name, _hours(row), _primary(row), roubles(row.total), roubles(row.before, "—"))
        for row in book.totals
    ]
    rows.append(row_of("Всего", "", "", roubles(book.total), "", tag="th"))
    return page_of(book.title.capitalize(), book.state, titles, rows, _open(book))


def _hours(row: TotalRow) -> str:
    minutes = row.minutes[0] + row.minutes[1]
    return f"{minutes // 60}:{minutes % 60:02}"


def _primary(row: TotalRow) -> str:
    booked, came = row.primary
    return f"{came}/{booked} {came / booked:.0%}" if booked else "—"


def _open(book: PayBook) -> list[str]:
    open_ = [one for one in book.questions if not one.answer]
    if not open_:
        return []
    return [f"Открытых вопросов: {len(open_)}. До ответа суммы предварительные. {_ADVICE}"]


def roubles(amount: Decimal | None, unknown: str = "?") -> str:
    """«44 408,33»."""
    return unknown if amount is None else f"{amount:,.2f}".replace(",", " ").replace(".", ",")
