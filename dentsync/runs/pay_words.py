"""What the clinic reads of questions about pay, and the answers it may choose, in Russian both ways."""

from collections.abc import Mapping

from dentsync.transform.pay.facts import Answer
from dentsync.transform.pay.questions import ANSWERS, Kind
from dentsync.transform.words import fold

WHAT: Mapping[Kind, str] = {
    Kind.UNCLOSED_DAY: "Рабочий день не закрыт",
    Kind.UNCLOSED_EXTRA: "Работа вне графика не закрыта",
    Kind.NO_CLOCK: "Смена по графику без отметки о работе",
    Kind.UNSCHEDULED_WORK: "Работа, которой нет в графике",
    Kind.WORK_IN_ABSENCE: "Работа в дни отсутствия",
    Kind.OVERLAP: "Одно и то же время в двух сменах",
    Kind.NO_RATE: "Нет ставки",
    Kind.NO_OVERTIME_RATE: "Нет стоимости переработки",
    Kind.UNKNOWN_EMPLOYEE: "Такого сотрудника нет в справочнике ставок",
    Kind.NAMED_TWO_WAYS: "Сотрудник записан иначе, чем в справочнике",
    Kind.UNCLEAR_JOB: "Неясно, на какой должности отработано",
    Kind.EARLIER_OVERTIME: "Переработка месяцев, оплаченных как обычные часы",
    Kind.OPEN_VISIT: "Визит без результата",
    Kind.NO_AUTHOR: "Записи пациентов без автора",
    Kind.NOT_KNOWN: "Портал не сообщил отработанное время",
    Kind.PLAN_NOT_KNOWN: "Портал не сообщил график",
    Kind.ODD_RECORD: "Запись времени противоречит себе",
    Kind.UNAPPROVED: "Время изменено и не подтверждено руководителем",
}
MEANWHILE: Mapping[Kind, str] = {
    Kind.OVERLAP: "оплачено один раз",
    Kind.OPEN_VISIT: "нигде не учтён",
    Kind.NO_AUTHOR: "никому не засчитано",
    Kind.EARLIER_OVERTIME: "оплачено как часы",
    Kind.PLAN_NOT_KNOWN: "по тому, что известно",
    Kind.ODD_RECORD: "оплачено меньшее",
    Kind.UNAPPROVED: "оплачено",
    Kind.NO_RATE: "нет суммы",
    Kind.NO_OVERTIME_RATE: "нет суммы",
}
"""Of all others: not counted."""

_WORDS: Mapping[Answer, str] = {
    "as_planned": "по графику",
    "nothing": "не оплачивать",
    "times": "другое время",
    "as_shift": "как смену",
    "as_overtime": "как переработку",
    "same": "это сотрудник",
    "ignore": "не наш сотрудник",
}
_ACCEPT: Mapping[Kind, str] = {
    Kind.OVERLAP: "верно, один раз",
    Kind.EARLIER_OVERTIME: "учтено",
    Kind.OPEN_VISIT: "не пришёл",
    Kind.NO_AUTHOR: "никому",
    Kind.PLAN_NOT_KNOWN: "график верен",
    Kind.ODD_RECORD: "верно",
    Kind.UNAPPROVED: "подтверждено",
}


def word_of(kind: Kind, answer: Answer) -> str:
    """How the clinic calls an answer."""
    return _ACCEPT[kind] if answer == "accept" else _WORDS[answer]


def words_of(kind: Kind) -> tuple[str, ...]:
    """What may be chosen."""
    return tuple(word_of(kind, answer) for answer in ANSWERS[kind])


def parse_answer(kind: Kind, word: str) -> Answer:
    """The answer that was chosen. ValueError for a word that is none of them."""
    for answer in ANSWERS[kind]:
        if fold(word_of(kind, answer)) == fold(word):
            return answer
    raise ValueError(f"нет такого решения; выберите из списка: {', '.join(words_of(kind)) or 'решать нечего'}")
