"""The workbook of rejected rows for the people of the clinic: a list to work through, and counts.

Every cell is text: a value that starts with ``=`` never becomes a formula. The file holds personal data, so it is made
readable for its owner only, and appears under its name only when it is complete.
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dentsync.load.sheets import LINE, as_text, for_paper, height_of, save_book, set_widths, style_header, writable

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet


@dataclass(frozen=True, slots=True)
class RejectLine:
    """One fault. ``line`` is physical, from 1; ``lost``: the row was not loaded at all; ``raw`` is the cell's text."""

    feed: str
    file: str
    line: int
    field: str
    raw: str = dataclasses.field(repr=False)
    reason: str
    lost: bool


LABELS = {
    "full_name": "Ф.И.О.",
    "last_name": "Фамилия",
    "first_name": "Имя",
    "patronymic": "Отчество",
    "sms_name": "Имя для СМС",
    "phones": "Телефон",
    "phone_note": "Пометка у телефона",
    "card_number": "Номер медкарты",
    "patient_id": "Код пациента",
    "patient_status": "Статус пациента",
    "representative": "Представитель",
    "representative_phones": "Телефон представителя",
    "sex": "Пол",
    "birth_date": "Дата рождения",
    "email": "E-mail",
    "branch": "Филиал",
    "lead_source": "Откуда узнал",
    "sms_opt_out": "Отказ от СМС",
    "do_not_contact": "Просит не беспокоить",
    "completed_visits": "Завершено визитов",
    "last_visit_at": "Последний приём",
    "next_visit_at": "Ближайший приём",
    "balance": "Аванс/долг",
    "lifetime_total": "Сумма за все визиты",
    "discount": "Скидка",
    "archive_reason": "Причина списания в архив",
    "age": "Возраст",
    "first_visit_at": "Первый приём",
    "is_new": "Новый пациент",
    "patient_created_at": "Дата создания пациента",
    "sanation": "Санация",
    "patient_comment": "Комментарий о пациенте",
    "extra_comment": "Доп. комментарий",
    "address": "Адрес",
    "snils": "СНИЛС",
    "inn": "ИНН",
    "appointment_id": "Код записи",
    "start_at": "Дата и время приёма",
    "start_on": "Дата приёма",
    "start_time": "Время приёма",
    "doctor": "Врач",
    "specialty": "Специализация",
    "status": "Статус записи",
    "recommendation": "Отметка о рекомендациях",
    "complex_treatment": "Нужно комплексное лечение",
    "service": "Услуга",
    "amount": "Сумма",
    "operator": "Администратор",
    "booked_at": "Дата создания записи",
    "changed_at": "Дата изменения",
    "cancel_reason": "Причина отмены",
    "comment": "Комментарий",
    "end_at": "Конец приёма",
    "visit_type": "Тип приёма",
    "request_topic": "Тема обращения",
    "request_id": "Код обращения",
    "service_codes": "Коды услуг",
    "amount_due": "Сумма к оплате",
    "amount_rendered": "Сумма оказанных услуг",
    "amount_received": "Полученная сумма",
    "confirmed_at": "Когда подтверждён",
    "arrived_at": "Когда пришёл",
    "started_at": "Когда приём начат",
    "ended_at": "Когда приём окончен",
    "receipt_at": "Когда выдан чек",
    "is_notified": "Уведомлён",
    "is_confirmed": "Подтвердил",
    "cancelled_at": "Когда отменён",
    "is_rescheduled": "Перезаписан",
    "rescheduled_from": "Перенесён с записи",
    "is_deleted": "Удалён",
    "task_id": "Код профосмотра",
    "task_doctor": "Врач профосмотра",
    "task_from_at": "Профосмотр актуален с",
    "task_comment": "Комментарий профосмотра",
    "task_closed_at": "Профосмотр закрыт",
}
"""Our fields as clinic people call them."""

_COLUMNS = {  # title: width in characters
    "Файл": 26,
    "Строка": 8,
    "Поле": 22,
    "Значение": 34,
    "Причина": 44,
    "Что сделать": 52,
    "Итог": 24,
}
_COUNTS = {"Выгрузка": 18, "Поле": 22, "Причина": 56}
_LOST, _KEPT = "строка не загружена", "строка загружена"


def write_rejects(path: Path, rejects: Sequence[RejectLine]) -> None:
    """Write both sheets: «Отклонено», one line a fault, and «Сводка», counts by feed, field and reason.

    Raises DentsyncError when the file cannot be written; a file that was there is then untouched.
    """
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    _fill(sheet, "Отклонено", _COLUMNS, [_cells(line) for line in rejects])
    counts, rows = _counted(rejects)
    summary = book.create_sheet()
    _fill(summary, "Сводка", counts, rows)
    _stress_last(summary)
    save_book(book, path)


def _cells(line: RejectLine) -> tuple[str | int, ...]:
    label = LABELS.get(line.field, line.field)
    return line.file, line.line, label, line.raw, line.reason, _advice(line), _LOST if line.lost else _KEPT


def _advice(line: RejectLine) -> str:
    """What a person of the clinic can do about it, in the MIS: correcting the CRM would last until the next night."""
    match line.field:
        case "status":
            return "Впишите слово в statuses этой выгрузки или исправьте статус в МИС"
        case "phones":
            return "Исправьте телефон в карточке пациента в МИС, формат +7 916 555-01-23"
        case "full_name" | "last_name" | "first_name" | "patronymic":
            return "Исправьте Ф.И.О. в карточке пациента в МИС: фамилия, имя, отчество, без пометок"
        case "card_number" | "patient_id" | "appointment_id":
            return "Выгрузите номер текстом; если он пуст, заполните его в МИС"
        case "birth_date" | "start_at" | "start_on" | "start_time" | "booked_at" | "last_visit_at" | "next_visit_at":
            return "Исправьте дату в МИС; если так записаны все строки, впишите формат в dates"
    return "Исправьте значение в МИС"


def _counted(rejects: Sequence[RejectLine]) -> tuple[dict[str, int], list[tuple[str | int, ...]]]:
    """Columns and rows of «Сводка»: how many faults cost the row and how many did not, and the total."""
    import pandas

    headings = _COUNTS | {_LOST.capitalize(): 16, _KEPT.capitalize(): 16, "Всего": 10}
    if not rejects:
        return headings, []
    frame = pandas.DataFrame(
        [(line.feed, LABELS.get(line.field, line.field), line.reason, line.lost) for line in rejects],
        columns=["feed", "field", "reason", "lost"],
    )
    table = frame.pivot_table(index=["feed", "field", "reason"], columns="lost", aggfunc="size", fill_value=0)
    table = table.reindex(columns=[True, False], fill_value=0)
    table["total"] = table.sum(axis=1)
    table = table.sort_values("total", ascending=False, kind="stable")
    rows: list[tuple[str | int, ...]] = [(*map(str, key), *map(int, counts)) for key, *counts in table.itertuples()]
    return headings, [*rows, ("Всего", "", "", *(int(total) for total in table.sum()))]


# ── the look ──────────────────────────────────────────────────────────────────────────────────


def _fill(sheet: "Worksheet", title: str, columns: dict[str, int], rows: Sequence[tuple[str | int, ...]]) -> None:
    from openpyxl.styles import Alignment

    sheet.title = title
    sheet.append(list(columns))
    for row in rows:
        sheet.append(list(map(writable, row)))
    text, number = Alignment(vertical="top", wrap_text=True), Alignment(vertical="top", horizontal="center")
    for line in sheet.iter_rows(min_row=2, max_row=len(rows) + 1, max_col=len(columns)):
        for cell in line:
            if isinstance(cell.value, str):
                as_text(cell)
            cell.alignment = text if isinstance(cell.value, str) else number
    _size(sheet, list(columns.values()), rows)
    _arrange(sheet, len(columns), len(rows) + 1)


def _size(sheet: "Worksheet", widths: list[int], rows: Sequence[tuple[str | int, ...]]) -> None:
    set_widths(sheet, widths)
    for number, row in enumerate(rows, start=2):
        sheet.row_dimensions[number].height = height_of(row, widths)
    sheet.row_dimensions[1].height = 2 * LINE
    style_header(sheet[1])


def _stress_last(sheet: "Worksheet") -> None:
    """The line of totals."""
    from openpyxl.styles import Font

    if sheet.max_row > 1:
        for cell in sheet[sheet.max_row]:
            cell.font = Font(name="Calibri", bold=True)


def _arrange(sheet: "Worksheet", width: int, height: int) -> None:
    from openpyxl.utils import get_column_letter

    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(width)}{height}"
    sheet.print_title_rows = "1:1"
    for_paper(sheet)
