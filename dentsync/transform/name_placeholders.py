"""Values that stand where a name should stand: compared as whole words, a substring never decides."""

import re
from collections.abc import Sequence

from dentsync.transform.name_draft import Note, Reading
from dentsync.transform.name_reasons import BLANK
from dentsync.transform.words import fold, listed

TEST = listed(
    """check demo patient test testing testov testova демо проба пробная пробный проверка проверочный тест тестов
    тестова тестовая тестович тестовна тестово тестовое тестовый тестирование"""
)
"""Words of a test record, when every word of the name is one."""

NO_SURNAME = listed(
    """nan none null unknown аноним анонимно б/и б/н б/о б/ф бн бо н/д н/у неизвестен неизвестна неизвестно нет
    отсутствует отсутств пусто имя отчество фамилия фио xxx ххх"""
)
"""Words that say that nothing is known, and that nobody is called."""

NOTHING = NO_SURNAME | listed("анонимная анонимный безымянная безымянный неизвестная неизвестный")
"""Words that say that nothing is known; some are surnames."""

RESERVED = listed("бронь заблокировано закрыто занято резерв свободно удалить")
"""Words of an hour that is kept for somebody, or for nobody; «Гость» and «Окно» are surnames, too."""

_NOBODY = listed(
    """asdf asdfgh qwerty zxcv брони врача выходной гость запас йцу йцукен каникулы командировка конференция не новая
    нерабочее новый обед окно отпуск больничный перерыв планерка прочее резервный ремонт санитарный свободное свободный
    собрание стерилизация технический уборка учеба фыв фыва фывап цукен ыва ячс ячсм ячсмит asd qwe zxc"""
)
PLACEHOLDERS = NOTHING | RESERVED | _NOBODY
"""Words that stand for no patient: a reserved hour, a break, a row of keys."""

_FILLERS = listed(
    """patient time доктора день час время запись записи клиент клиента место на номер определена определено определен
    пациент пациентка пациента прием приема рабочее указана указано указан известна известно известен имени имя
    данных без фамилии фио для первичный первичная повторный записан занимать записывать администратор врач услуга
    консультация осмотр гигиена чистка лечение"""
)
_ROWS = ("йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_WORDS = TEST | PLACEHOLDERS | _FILLERS
_BREAK = re.compile(r"[\s\-.,_/№#]+")

NO_PATRONYMIC = frozenset(
    {
        "нет",
        "б/о",
        "бо",
        "без отчества",
        "отсутствует",
        "не указано",
        "н/д",
        "н/у",
        "null",
        "none",
        "nan",
        "-",
        "--",
        "—",
        "",
    }
) | {"нет отчества", "отч", "отчество", "не указан", "неизвестно", "неизв"}
"""What people type where a patronymic is obligatory."""


def whole_placeholder(text: str) -> str:
    """``test_record``, ``placeholder`` or ``lost`` for a value that names nobody; "" for any other."""
    whole = fold(text)
    if not any(char.isalpha() for char in whole):
        return "lost" if "??" in text or "\ufffd" in text else "placeholder"
    first = _BREAK.split(whole, 1)[0]
    if whole in NOTHING:
        return "placeholder"
    if first and first not in _WORDS and not _is_nothing_typed(first) and not first.isdigit():
        return ""
    words = [word for word in _BREAK.split(whole) if word and not word.isdigit()]
    if words and all(map(_is_nothing_typed, words)):
        return "placeholder"
    if not all(word in _WORDS for word in words):
        return ""
    return "test_record" if any(word in TEST for word in words) else "placeholder"


def _is_nothing_typed(word: str) -> bool:
    """One letter again and again, or four keys in a row."""
    if len(word) > 3 and any(word in row for row in _ROWS):
        return True
    return len(word) > 1 and word == word[0] * len(word)


# ── among the words of a name ──


def without_placeholders(reading: Reading) -> None:
    """«Петров Иван нет», «Резерв Петров»: what stands there says that nothing stands there."""
    words = reading.words
    if len(words) > 2 and fold(words[-1]) in NO_PATRONYMIC:
        reading.draft.notes.append(Note("placeholder", words.pop()))
        reading.codes.add("patronymic_placeholder")
    if len(words) < 3 and any(fold(word) in PLACEHOLDERS for word in words):
        found = [word for word in words if fold(word) in PLACEHOLDERS]
        reading.words = [word for word in words if word not in found]
        reading.codes.add("placeholder")
        _note_placeholders(reading, found)


def _note_placeholders(reading: Reading, found: Sequence[str]) -> None:
    for word in found:
        noted = fold(word) not in NOTHING and reading.words
        reading.draft.notes.append(Note("note" if noted else "placeholder", word))
        if noted:
            reading.codes.add("note")


def blank_code(reading: Reading) -> str:
    """Why nothing of it is a name, or ""."""
    folded = [fold(word) for word in reading.words]
    if folded and (all(word in TEST for word in folded) or "тест" in folded[1:]):
        return "test_record"
    if folded and folded[0] in ("тест", "test", "проба"):
        reading.codes.add("test_suspect")
    if not reading.codes.isdisjoint(BLANK):
        return next(iter(reading.codes & BLANK))
    if len(folded) < 2 and "company" in reading.codes and "title" not in reading.codes:
        reading.codes.discard("note")
        return "only_company"
    if not folded and "representative" in reading.codes:
        return "only_representative"
    return "" if folded else "placeholder"
