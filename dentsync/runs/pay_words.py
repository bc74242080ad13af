"""What the clinic reads of questions about pay, and the answers it may choose, in Russian both ways."""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from dentsync.load.pay_places import LABELS
from dentsync.transform.pay.facts import Answer
from dentsync.transform.pay.questions import ANSWERS, Kind, Remark
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

RULES: Mapping[str, str] = {
    "rate.hour": "ставка часа",
    "overtime.shift": "сверх смены",
    "overtime.month": "сверх нормы месяца",
    "overtime.period": "сверх учётного периода",
    "night.surcharge": "доплата за ночь",
    "holiday.multiplier": "доплата за праздник",
    "primary.tiers": "по доле пришедших",
    "primary.small": "записано мало",
    "waitlist.per_visit": "за пришедшего",
}
"""How a line's rule is called."""
REMARKS: Mapping[str, str] = {
    "late": "опоздание",
    "left_early": "уход до конца смены",
    "early_start_clipped": "приход до начала смены, не оплачен",
    "overtime_below_threshold": "переработка меньше порога, не оплачена",
    "rate_change": "с этого дня другая ставка",
    "month_boundary": "смена на границе месяцев, здесь её часть",
    "small_n": "записано мало: цена за пришедшего своя",
    "absent": "отсутствие",
    "sick": "больничный",
    "vacation": "отпуск",
    "leave": "отпуск за свой счёт",
    "trip": "командировка",
}
"""Anything else is an absence in the clinic's own word."""
_MINUTES = re.compile(r"(\d+)min")
_SPAN = re.compile(r"(\d{4})-(\d\d)-(\d\d)\.\.(\d{4})-(\d\d)-(\d\d)")


def remark_of(remark: Remark, words: Mapping[str, str] = REMARKS, minutes: str = "мин") -> str:
    """«15.05.2026: опоздание, 40 мин»; ``words`` and ``minutes``: in another language."""
    detail = _SPAN.sub(r"\3.\2.\1–\6.\5.\4", _MINUTES.sub(rf"\1 {minutes}", remark.detail))
    day = f"{remark.on:%d.%m.%Y}: " if remark.on else ""
    return day + ", ".join(filter(None, (words.get(remark.what, remark.what), detail)))


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


def changes(was: Sequence[Mapping[str, Any]], now: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What differs between an employee's lines of two versions: «переработка 525.00 → 700.00 (90 → 120)», cards."""
    for code, label in LABELS.items():
        before, after = ([line for line in some if line["code"] == code] for some in (was, now))
        amounts, quantities = ([_sum(some, name) for some in (before, after)] for name in ("amount", "quantity"))
        cards = [{card for line in some for card in line["came"]} for some in (before, after)]
        if amounts[0] != amounts[1]:
            found = f"{label.lower()} {amounts[0]} → {amounts[1]}"
            found += f" ({quantities[0]} → {quantities[1]})" if quantities[0] != quantities[1] else ""
            signed = [f"+{card}" for card in sorted(cards[1] - cards[0])]
            signed += [f"−{card}" for card in sorted(cards[0] - cards[1])]
            yield found + (f", карты {' '.join(signed)}" if signed else "")


def _sum(lines: Sequence[Mapping[str, Any]], name: str) -> Decimal:
    return sum((Decimal(line[name] or 0) for line in lines), Decimal(0))
