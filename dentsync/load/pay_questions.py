"""The sheet of questions: what, who, when, evidence; a person chooses an answer and sends the book back."""

from collections.abc import Sequence

from dentsync.load.pay_rows import PayBook, QuestionRow
from dentsync.load.pay_sheets import Cell, Column, Page
from dentsync.load.review_book import print_of
from dentsync.load.sheets import height_of

SHEET = "Вопросы"
COLUMNS = (
    Column("№", 5, "count"),
    Column("Что неясно", 28, "wrap"),
    Column("Кто", 20, "wrap"),
    Column("Когда", 11, "date"),
    Column("Основание", 42, "wrap"),
    Column("Пока считается", 17, "wrap"),
    Column("Решение", 19, "fill"),
    Column("Начало", 8, "fill"),
    Column("Конец", 8, "fill"),
    Column("Кто это", 20, "fill"),
    Column("Комментарий", 17, "fill"),
    Column("Вопрос", 8, hidden=True),
    Column("Данные", 8, hidden=True),
    Column("Отпечаток", 8, hidden=True),
)
WHAT, WHO, PROOF = 1, 2, 4
DECISION, START, END, SAME = 6, 7, 8, 9
ID, EVIDENCE, PRINT = 11, 12, 13
"""Where the columns stand, from 0."""
_LEAD = (
    "Выберите «Решение» из списка; для «другое время» впишите начало и конец (8:05); для «это сотрудник» — кто. "
    "Пустое решение — спросим снова. Сохраните (.xlsx) и верните: dentsync payroll decide ФАЙЛ"
)
_WIDTHS = [round(column.width) for column in COLUMNS]


def row_print(cells: Sequence[str]) -> str:
    """Changes when somebody edits a question, or sorts one column without the others."""
    return print_of(cells[ID], cells[EVIDENCE], [cells[WHAT], cells[WHO], cells[PROOF]])


_REMARK_COLUMNS = Column("Сотрудник", 34), Column("Замечание", 90, "wrap")


def write_remarks(page: Page, book: PayBook) -> None:
    """Write the sheet of what is worth a look and needs no answer."""
    page.heading(0, "Стоит взглянуть; на суммы не влияет" if book.remarks else "Замечаний нет.", "lead")
    page.table(1, _REMARK_COLUMNS, [[one.name, one.text] for one in book.remarks])
    page.arrange(2, "A3")


def write_questions(page: Page, book: PayBook) -> None:
    """Write the sheet."""
    page.heading(0, _LEAD if book.questions else "Вопросов нет.", "lead")
    rows = [_cells(number, one) for number, one in enumerate(book.questions, start=1)]
    page.table(1, COLUMNS, rows, fill_in=range(DECISION, ID))
    for number, (one, row) in enumerate(zip(book.questions, rows, strict=True), start=2):
        page.sheet.set_row(number, height_of([str(cell) for cell in row[:ID]], _WIDTHS) + 4)
        _offer(page, number, one, len(book.staff))
    page.sheet.print_area(0, 0, max(len(rows), 1) + 1, ID - 1)
    page.arrange(2, "C3")


def _cells(number: int, one: QuestionRow) -> list[Cell]:
    shown = [one.what, one.who, one.on or "", one.proof, one.meanwhile]
    given = [one.answer, one.start, one.end, one.same, ""]
    texts = [str(number), *map(str, shown), *given, one.id, one.evidence]
    return [number, *shown, *given, one.id, one.evidence, row_print(texts)]


def _offer(page: Page, number: int, one: QuestionRow, staff: int) -> None:
    if not one.answers:
        page.sheet.write_string(number, DECISION, "исправьте ставки или график", page.pages.cell("wrap"))
        return
    page.sheet.data_validation(
        number, DECISION, number, DECISION,
        {
            "validate": "list", "source": list(one.answers), "error_title": "Решение",
            "error_message": "Выберите решение из списка или оставьте ячейку пустой.",
        },
    )  # fmt: skip
    if staff:
        page.sheet.data_validation(
            number, SAME, number, SAME, {"validate": "list", "source": f"='dentsync'!$D$1:$D${staff}"}
        )
