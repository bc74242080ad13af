"""The workbook of doubtful names: an administrator of the clinic says of each what is right, and sends it back.

Everything is text: a name that starts with ``=`` never becomes a formula. The file holds personal data: it is made
readable for its owner only, and appears under its name only when it is complete.
"""

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from dentsync.load.review_help import explain
from dentsync.load.sheets import LINE, as_text, for_paper, height_of, save_book, set_widths, style_header, writable
from dentsync.model import Verdict

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

FORMAT = "1"
"""Of the workbook: raise it when an older book can no longer be read."""
SHEET, HELP, OURS = "Имена", "Как заполнять", "dentsync"

WORDS: Mapping[Verdict, str] = {
    "accept": "принять",
    "correct": "исправить",
    "keep": "оставить как есть",
    "dismiss": "в карантин",
    "reopen": "спросить снова",
}
"""What may be chosen; the last one only where something was decided before."""

COLUMNS = {  # title: width in characters
    "Записано в МИС": 30,
    "Пол": 6,
    "Предложение: фамилия": 16,
    "Предложение: имя": 14,
    "Предложение: отчество": 16,
    "Почему спрашиваем": 32,
    "Уверен-\nность": 10,
    "Паци-\nентов": 8,
    "Карта или телефон": 20,
    "Решение": 19,
    "Верная фамилия": 16,
    "Верное имя": 14,
    "Верное отчество": 16,
    "Комментарий": 22,
}
HIDDEN = ("Ключ", "Отпечаток", "Правила")
SOURCE, PROPOSED, DECISION, CORRECTED = 0, slice(2, 5), 9, slice(10, 13)
KEY, PRINT = len(COLUMNS), len(COLUMNS) + 1
"""Where the columns stand, from 0."""

Confidence = Literal["средняя", "низкая", "решено"]
_COLOURS: Mapping[Confidence, str] = {"средняя": "FFF2CC", "низкая": "F8D3D0", "решено": "DDEBDA"}


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """One source value. ``parts``: the proposal, or what was accepted; ``decision``: what was decided before, if so.

    ``key`` names the value when the book comes back; ``where``: cards or phones of who has it, ``patients`` how many.
    """

    key: str
    source: str = dataclasses.field(repr=False)
    sex: str
    parts: tuple[str, str, str] = dataclasses.field(repr=False)
    reason: str = dataclasses.field(repr=False)
    confidence: Confidence
    patients: int
    where: str = dataclasses.field(repr=False)
    decision: Verdict | None = None
    corrected: tuple[str, str, str] = dataclasses.field(default=("", "", ""), repr=False)


@dataclass(frozen=True, slots=True)
class BookFacts:
    """What the book says of itself: whose it is, its own name, the last decision it knows of, the rules behind it."""

    clinic: str
    book: str
    seen: int
    rules: int


def print_of(key: str, source: str, parts: Sequence[str]) -> str:
    """Changes when somebody edits the value or the proposal, or sorts one column without the others."""
    plain = (" ".join(str(writable(text)).split()) for text in (key, source, *parts))
    return hashlib.blake2b("\x1f".join(plain).encode(), digest_size=6).hexdigest()


def write_review(path: Path, lines: Sequence[ReviewLine], facts: BookFacts) -> None:
    """Write the book. Raises DentsyncError when it cannot be written; a file that was there is then untouched."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    _fill(sheet, lines, facts)
    _arrange(sheet, 2 + len(lines))
    explain(book.create_sheet(HELP), WORDS)
    _sign(book, facts)
    save_book(book, path)


def _fill(sheet: "Worksheet", lines: Sequence[ReviewLine], facts: BookFacts) -> None:
    sheet.title = SHEET
    sheet.append([_LEAD])
    sheet.append([*COLUMNS, *HIDDEN])
    widths = list(COLUMNS.values())
    for number, line in enumerate(lines, start=3):
        row = (*_cells(line), line.key, print_of(line.key, line.source, line.parts), str(facts.rules))
        sheet.append(list(map(writable, row)))
        sheet.row_dimensions[number].height = height_of(row, widths) + 4
        _style(sheet, number, line)
    if not lines:
        sheet["A3"] = "Спрашивать не о чем: все имена прочитаны уверенно."


_LEAD = (
    "Имена, в которых dentsync не уверен. Для каждой строки выберите «Решение» из списка (столбец J); чтобы исправить, "
    "впишите фамилию, имя и отчество правее. Остальные столбцы не меняйте. Пустое решение — спросим в другой раз. "
    "Подробнее на листе «Как заполнять»."
)


def _cells(line: ReviewLine) -> tuple[str | int, ...]:
    word = WORDS[line.decision] if line.decision else ""
    return (
        line.source, line.sex, *line.parts, line.reason, line.confidence, line.patients, line.where, word,
        *line.corrected, "",
    )  # fmt: skip


# ── the look ──────────────────────────────────────────────────────────────────────────────────


def _style(sheet: "Worksheet", number: int, line: ReviewLine) -> None:
    from openpyxl.styles import Alignment, Border, PatternFill, Side

    text = Alignment(vertical="top", wrap_text=True)
    centre = Alignment(vertical="top", horizontal="center", wrap_text=True)
    colour = PatternFill("solid", fgColor=_COLOURS[line.confidence])
    thin = Side(style="thin", color="C9CED3")
    for index, cell in enumerate(sheet[number]):
        as_text(cell)
        cell.alignment = centre if index in (1, 6, 7) else text
        cell.border = Border(bottom=thin, left=thin, right=thin)
        if index in (2, 3, 4, 6):
            cell.fill = colour
        elif index in range(DECISION, len(COLUMNS)):
            cell.fill = PatternFill("solid", fgColor="FDFDF5")
    sheet.cell(number, 8).number_format = "0"


def _arrange(sheet: "Worksheet", last: int) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    widths = list(COLUMNS.values())
    set_widths(sheet, widths)
    for index in range(len(COLUMNS) + 1, len(COLUMNS) + len(HIDDEN) + 1):
        sheet.column_dimensions[get_column_letter(index)].hidden = True
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(COLUMNS))
    sheet["A1"].alignment = Alignment(vertical="center", wrap_text=True)
    sheet["A1"].font = Font(name="Calibri", color="1F5C7A", bold=True)
    sheet.row_dimensions[1].height, sheet.row_dimensions[2].height = 2.4 * LINE, 2.4 * LINE
    style_header(sheet[2])
    style_header(sheet[2][DECISION : len(COLUMNS)], "2E6B3A")  # what people fill in
    sheet.freeze_panes = "B3"
    # The hidden columns are inside: who sorts the list, sorts them along.
    sheet.auto_filter.ref = f"A2:{get_column_letter(len(COLUMNS) + len(HIDDEN))}{max(last, 3)}"
    sheet.print_title_rows = "1:2"
    sheet.print_area = f"A1:{get_column_letter(len(COLUMNS))}{max(last, 3)}"
    for_paper(sheet)
    if (footer := sheet.oddFooter) and footer.center:
        footer.center.text = "стр. &P из &N"
    _offer(sheet, max(last, 3))


def _offer(sheet: "Worksheet", last: int) -> None:
    """The list of decisions, and a colour for what is still missing beside one."""
    from openpyxl.formatting.rule import FormulaRule
    from openpyxl.styles import PatternFill
    from openpyxl.worksheet.datavalidation import DataValidation

    offer = DataValidation("list", formula1=f'"{",".join(WORDS.values())}"', allow_blank=True, showErrorMessage=True)
    offer.errorTitle, offer.error = "Решение", "Выберите решение из списка или оставьте ячейку пустой."
    offer.promptTitle, offer.prompt = "Решение", "Верно предложенное — «принять». Верно другое — «исправить»."
    offer.showInputMessage = True
    offer.add(f"J3:J{last}")
    sheet.add_data_validation(offer)
    missing = 'AND($J3="исправить",TRIM($K3&$L3)="")'
    stray = 'AND($J3<>"исправить",TRIM($K3&$L3&$M3)<>"")'
    for formula in (missing, stray):
        fill = PatternFill("solid", bgColor="F4A582")
        rule = FormulaRule(formula=[formula], fill=fill)  # type: ignore[no-untyped-call]
        sheet.conditional_formatting.add(f"K3:M{last}", rule)


def _sign(book: "Workbook", facts: BookFacts) -> None:
    sheet = book.create_sheet(OURS)
    sheet.sheet_state = "hidden"
    values = (("формат", FORMAT), *((name, str(value)) for name, value in dataclasses.asdict(facts).items()))
    for row in values:
        sheet.append(list(row))
        as_text(sheet.cell(sheet.max_row, 2))
