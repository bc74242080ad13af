"""What stands below the rows: totals, counts, page numbers, signatures. Dropped; what it says is a check first."""

import re
from collections.abc import Sequence

TOTALS = ("Итого", "Всего", "Итог")
_COUNTED = ("Количество", "Кол-во", "Число", "Записей", "Строк", "Затронуто", "Обработано")
_PAGES = ("Страница", "Стр.", "Лист", "Конец", "Сформирован", "Дата формирования", "Дата печати", "Напечатано")
BEGINNINGS: tuple[str, ...] = tuple(
    spelled for word in (*TOTALS, *_COUNTED, *_PAGES) for spelled in (word, word.lower(), word.upper())
)
"""A row that begins otherwise, and has no signature line, is no footer."""
SIGNATURE = "___"

# Texts, not compiled: most files have no line that these are asked about.
_TOTAL = rf"(?i:{'|'.join(TOTALS)})\b"
_PAGE = (
    r"(?i)(?:страница|стр\.?|лист)\s*№?\s*\d+(?:\s*(?:из|/)\s*\d+)?|конец\s+(?:выгрузки|отч[её]та|файла|списка)\W*"
    r"|(?:сформирован|дата формирования|дата печати|напечатано).*"
)
_NUMBER = r"(\d[\d \xa0\u202f]*)(?:[.,]0+)?"
_COUNT = (
    rf"(?i)\(?{_NUMBER} rows? affected\)?"
    rf"|\(?(?:(?:обработано|затронуто) строк|строк (?:обработано|затронуто)) ?: ?{_NUMBER}\)?"
    rf"|(?:(?:итого|всего|количество|кол-во|число) )?(?:записей|строк)(?: в (?:файле|выгрузке|отч[её]те))? ?[:=–—-]? ?"
    rf"{_NUMBER}"
)


def is_footer(filled: Sequence[str], width: int) -> bool:
    """Whether a row of so many cells, of which these are not blank, is one of the lines below the rows.

    A total has «Итого» first, and then no words or at least half of the cells empty: «Итого Анна Петровна» is somebody.
    """
    first, others = filled[0].strip(), filled[1:]
    if re.match(_TOTAL, first) and (2 * len(others) <= width - 1 or not any(map(_has_letters, others))):
        return True
    if len(filled) <= 2 and (re.fullmatch(_PAGE, first) or declared_count(filled) is not None):
        return True
    return len(filled) <= 3 and any(SIGNATURE in text for text in filled)


def declared_count(cells: Sequence[str]) -> int | None:
    """The number of rows that a footer says there are, where it cannot mean anything else."""
    match = re.fullmatch(_COUNT, " ".join(" ".join(cells).split()))
    number = next(filter(None, match.groups()), None) if match else None
    return int(re.sub(r"\D", "", number)) if number else None


def _has_letters(text: str) -> bool:
    return any(map(str.isalpha, text))
