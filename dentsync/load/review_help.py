"""The second sheet of the review workbook: what an administrator of the clinic chooses when, and what comes of it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dentsync.load.sheets import for_paper, height_of, set_widths, style_header
from dentsync.model import Verdict

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_TITLES = ("Решение", "Когда выбирать", "Что будет")
_TOLD: Mapping[Verdict, tuple[str, str]] = {
    "accept": (
        "Предложенные фамилия, имя и отчество верны.",
        "Пациент получит их в CRM; сообщения обратятся к нему по имени и отчеству.",
    ),
    "correct": (
        "Верно другое. Впишите фамилию, имя и отчество в столбцы «Верная фамилия», «Верное имя», «Верное отчество»;"
        " чего нет, оставьте пустым.",
        "В CRM и сообщениях будет то, что вы вписали. Если вы добавили, чего в МИС нет (фамилию к «Анна», отчество),"
        " исправление относится к одному пациенту; у нескольких сразу исправьте в МИС.",
    ),
    "keep": (
        "В МИС записано верно, хотя и необычно.",
        "Имя останется, как записано; сообщения обратятся по нему.",
    ),
    "dismiss": (
        "Это не имя пациента: проверка, дубль, организация, два человека.",
        "Такая запись в CRM не уходит. Что уже есть в CRM, остаётся: удалите там сами.",
    ),
    "reopen": (
        "Только там, где решение уже было (книга, выгруженная с --all): оно было ошибкой, а верного вы не знаете.",
        "Прежнее решение забыто, имя снова читается по правилам.",
    ),
}
_EMPTY = ("(пусто)", "Не знаете или нет времени.", "Имя ждёт; в сообщения оно не попадёт. Спросим в следующей книге.")
_NOTES = (
    "Одна строка — одно значение; в столбце «Пациентов» видно, у скольких оно записано. Решение действует для всех них"
    " и для всех будущих выгрузок: второй раз об этом не спросят.",
    "Лучше всего исправить имя в самой МИС: тогда верным оно будет везде. Строка, которую тем временем исправили в МИС,"
    " не принимается, и это не ошибка.",
    "Цвет: жёлтый — скорее всего, предложение верно; красный — без вас не разобраться; зелёный — решено раньше.",
    "Строки можно сортировать, фильтровать и удалять. Сохраните книгу в формате Excel (.xlsx) и верните тому, кто её"
    " прислал. Столбец «Комментарий» — для вас: dentsync его не читает.",
    "В книге персональные данные: не пересылайте её открытой почтой и удалите, когда она больше не нужна.",
)
_WIDTHS = (20, 62, 62)


def explain(sheet: "Worksheet", words: Mapping[Verdict, str]) -> None:
    """Fill the sheet; ``words`` are those that can be chosen."""
    from openpyxl.styles import Alignment, Font

    set_widths(sheet, _WIDTHS)
    told = [(word, *_TOLD[verdict]) for verdict, word in words.items()]
    for number, texts in enumerate([_TITLES, *told, _EMPTY], start=1):
        sheet.append(list(texts))
        sheet.row_dimensions[number].height = height_of(texts, _WIDTHS) + 4
    below = sheet.max_row + 2
    for number, note in enumerate(_NOTES, start=below):
        sheet.cell(number, 1, note)
        sheet.merge_cells(start_row=number, start_column=1, end_row=number, end_column=len(_WIDTHS))
        sheet.row_dimensions[number].height = height_of((note,), (sum(_WIDTHS),)) + 4
    for row in sheet.iter_rows(min_row=2):
        for cell in row:
            cell.alignment = Alignment(vertical="top", wrap_text=True)
    for number in range(2, below):
        sheet.cell(number, 1).font = Font(name="Calibri", bold=True)
    style_header(sheet[1])
    sheet.freeze_panes = "A2"
    for_paper(sheet)
