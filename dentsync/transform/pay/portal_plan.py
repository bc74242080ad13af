"""Planned shifts out of Bitrix24's calendars, and the rate directory out of a list of its own, verbatim -> facts.

Sources: calendar-event-get.md and lists-element-get.md of bitrix24/b24restdocs. Everything is text there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from dentsync.model import Grid, PortalAnswer
from dentsync.transform.pay.facts import Job, Shift
from dentsync.transform.pay.portal_time import Told
from dentsync.transform.pay.rate_sheet import RATES
from dentsync.transform.pay.time_sheet import check_length
from dentsync.transform.words import fold

EVENTS = "calendar.event.get"
ELEMENTS = "lists.element.get"
PEOPLE = "user.get"
ROUBLES = "|RUB"


def shifts_of(answers: Iterable[PortalAnswer], word: str, month: date, zone: ZoneInfo, told: Told) -> tuple[Shift, ...]:
    """Events of employees' calendars whose name begins with ``word``. What cannot be read as a shift is asked about."""
    found: list[Shift] = []
    for answer in answers:
        if answer.method != EVENTS:
            continue
        rows = answer.body if isinstance(answer.body, list) else None
        if answer.error or rows is None:
            told.month_unknown("plan_not_known", answer.about, month, answer.error or "unreadable")
            continue
        for row in rows:
            if isinstance(row, Mapping) and row.get("DELETED") == "Y":
                continue
            if isinstance(row, Mapping) and not fold(str(row.get("NAME"))).startswith(fold(word)):
                continue
            try:
                found.append(_shift(answer.about, row, zone))
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                why = str(error) if isinstance(error, _NoShift) else "unreadable"
                told.month_unknown("plan_not_known", answer.about, month, why)
    return (*found,)


class _NoShift(ValueError):
    """A word that says why."""


def _shift(user: str, row: Mapping[str, Any], zone: ZoneInfo) -> Shift:
    # A repeating event stands for days that nobody documents: it is no guess what they are.
    if row.get("RRULE"):
        raise _NoShift("repeating")
    if row.get("DT_SKIP_TIME") == "Y":
        raise _NoShift("whole_day")
    start, end = (datetime.fromtimestamp(int(row[name]), zone) for name in ("DATE_FROM_TS_UTC", "DATE_TO_TS_UTC"))
    return Shift(Job(user), start, check_length(start, end), f"Битрикс24, событие {row['ID']}")


# ── rates ─────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class ListGrid(Grid):
    """A list of the portal as a sheet: the same rules and complaints, with the element's number for a cell.

    ``ids``: of the elements, by row; the first row is the header.
    """

    ids: tuple[str, ...] = ()

    def place(self, row: int | None = None, column: int = 0) -> str:
        """Where a value stands."""
        if not row or row >= len(self.ids):
            return self.file
        return f"{self.file}, элемент {self.ids[row]}, «{self.rows[0][column]}»"


def rates_grid(answers: Iterable[PortalAnswer], columns: Mapping[str, str]) -> ListGrid | None:
    """The list of rates as a sheet; ``columns``: our word -> ``PROPERTY_…``. None where the portal was not asked.

    Whoever is there as a user's id has it as code, with the name of the portal's user.
    """
    every = list(answers)
    answer = next((one for one in every if one.method == ELEMENTS), None)
    if answer is None:
        return None
    names = names_of(every)
    words = [word for word in columns if word != "employee"]
    header = ("Код", "Сотрудник", *(RATES[word][0] for word in words))
    rows, ids = [header], [""]
    for element in answer.body if isinstance(answer.body, list) else ():
        who = _text(element, columns["employee"])
        rows.append((who, names.get(who, who), *(_text(element, columns[word]) for word in words)))
        ids.append(str(element.get("ID")))
    return ListGrid(f"Битрикс24, список {answer.about}", "", (*rows,), ids=(*ids,))


def names_of(answers: Iterable[PortalAnswer]) -> dict[str, str]:
    """«Фамилия Имя Отчество» by id of the portal's users."""
    people = [one.body for one in answers if one.method == PEOPLE and isinstance(one.body, list)]
    return {
        str(row.get("ID")): " ".join(filter(None, (row.get(part) for part in ("LAST_NAME", "NAME", "SECOND_NAME"))))
        for rows in people
        for row in rows
    }


def _text(element: Mapping[str, Any], name: str) -> str:
    """A property's only value; several are left as they are, for the reader of cells to refuse."""
    value = element.get(name)
    texts = [str(one) for one in value.values()] if isinstance(value, Mapping) else [str(value or "")]
    return "; ".join(text.removesuffix(ROUBLES) for text in texts)
