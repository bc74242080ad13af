"""Dates and times: explicit formats only, nothing is guessed.

Understood without configuration: ``05.03.2025``, ``05.03.2025 9:00[:00]`` (1C writes the hour without a zero),
``5 марта 2025 г. 9:00``, ISO 8601 with ``T`` or a space, fractional seconds and an offset. Years have four digits.
Anything else, two-digit years too, needs a ``strptime`` format in the configuration, or ``excel``: the number of days
that a workbook has where the cell is not formatted as a date.
"""

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

FIRST_YEAR, LAST_YEAR = 1900, 2100

_MONTHS = ["января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября"]
_MONTHS += ["декабря"]
_DAY = (
    r"(?:(\d{1,2})\.(\d{1,2})\.(\d{4})|(\d{4})-(\d{2})-(\d{2})"
    rf"|(\d{{1,2}}) ({'|'.join(_MONTHS)}) (\d{{4}}))"
)
_HOUR = r"(\d{1,2})([:.\-])(\d{2})(?:\11(\d{2})(?:[.,](\d{1,9}))?)?"
# A minus after h:mm may be the end of an interval (9:00-10:30), so a negative offset needs seconds before it.
_OFFSET = r" ?(Z|\+\d{2}:?(?:\d{2})?|(?<=[:.]\d\d[:.]\d\d)-\d{2}:?\d{2})"
_DATETIME = re.compile(rf"{_DAY}(?: ?г\.?)?(?:(?:T|,? ){_HOUR}(?:{_OFFSET})?)?", re.IGNORECASE)
_TIME = re.compile(
    r"(?:0?1\.0?1\.0001 |30\.12\.1899 |0001-01-01[T ]|1899-12-30[T ])?(\d{1,2})([:.\-])(\d{2})(?:\2(\d{2}))?"
)

_NOT_A_DATE = "не похоже на дату: ожидается дд.мм.гггг"
_SERIAL = "не похоже на дату: если это число дней из Excel, добавьте в dates формат excel"
_OTHER_ORDER = "не похоже на дату: назовите её запись в dates, например %d/%m/%Y или %d.%m.%y"
_NOT_A_TIME = "не похоже на время: ожидается чч:мм"
_NO_SUCH_DATE = "такой даты нет в календаре"
_NO_SUCH_TIME = "такого времени не бывает"
_WRONG_YEAR = f"год вне {FIRST_YEAR}–{LAST_YEAR}"
_WHICH_DAY = "дата со смещением часового пояса и временем: день неоднозначен"


@lru_cache(maxsize=65536)
def parse_date(text: str, formats: tuple[str, ...] = ()) -> date:
    """A day of the calendar. A time beside it is dropped. ValueError with a Russian reason.

    A time with an offset is refused: midnight in Moscow is the day before in UTC.
    """
    moment = _moment(text, formats)
    if moment.tzinfo is not None and moment.time() != time():
        raise ValueError(_WHICH_DAY)
    return moment.date()


@lru_cache(maxsize=65536)
def parse_datetime(text: str, zone: ZoneInfo, formats: tuple[str, ...] = ()) -> datetime:
    """An aware moment in the clinic's ``zone``; a written offset wins over it. A date alone is its midnight.

    ValueError with a Russian reason.
    """
    moment = _moment(text, formats)
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)


@lru_cache(maxsize=4096)
def parse_time(text: str) -> time:
    """A time of day: «9:00», «9.30», «9-30», also after the empty date of 1C or Excel. ValueError otherwise."""
    found = _TIME.fullmatch(_spaced(text))
    if found is None:
        raise ValueError(_NOT_A_TIME)
    hour, _, minute, second = found.groups()
    try:
        return time(int(hour), int(minute), int(second or 0))
    except ValueError:
        raise ValueError(_NO_SUCH_TIME) from None


def _moment(text: str, formats: tuple[str, ...]) -> datetime:
    """The moment as written: naive, or aware when an offset is written."""
    plain = _spaced(text)
    found = _DATETIME.fullmatch(plain)
    moment = _configured(plain, formats) if found is None else _matched(found)
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError(_WRONG_YEAR)
    return moment


def _spaced(text: str) -> str:
    if text.isascii():
        return " ".join(text.split())
    return " ".join(unicodedata.normalize("NFKC", text).split())


def _matched(found: re.Match[str]) -> datetime:
    year, month, day = _day(found)
    hour, second, fraction, offset = found[10], found[13], found[14], found[15]
    try:
        day_start = datetime(year, month, day)  # noqa: DTZ001  the zone is the caller's
    except ValueError:
        raise ValueError(_NO_SUCH_DATE) from None
    if hour is None:
        return day_start
    micro = int((fraction or "0")[:6].ljust(6, "0"))
    try:
        return day_start.replace(
            hour=int(hour), minute=int(found[12]), second=int(second or 0), microsecond=micro, tzinfo=_offset(offset)
        )
    except ValueError:
        raise ValueError(_NO_SUCH_TIME) from None


def _day(found: re.Match[str]) -> tuple[int, int, int]:
    if found[3] is not None:
        return int(found[3]), int(found[2]), int(found[1])
    if found[4] is not None:
        return int(found[4]), int(found[5]), int(found[6])
    return int(found[9]), _MONTHS.index(found[8].lower()) + 1, int(found[7])


def _offset(text: str | None) -> timezone | None:
    if text is None:
        return None
    if text in "Zz":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    span = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-span if text[0] == "-" else span)


def _configured(text: str, formats: tuple[str, ...]) -> datetime:
    for pattern in formats:
        try:
            return _serial(text) if pattern == EXCEL else datetime.strptime(text, pattern)  # noqa: DTZ007
        except ValueError:
            continue
    if re.fullmatch(_DAYS, text):
        raise ValueError(_SERIAL)
    raise ValueError(_OTHER_ORDER if re.match(_SLASHED, text) else _NOT_A_DATE)


EXCEL = "excel"
"""Among the formats: days since 30.12.1899, as a number."""

_DAYS = r"\d{5}(?:[.,]\d{1,12})?"
_SLASHED = r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b|\d{4}[./]\d"


def _serial(text: str) -> datetime:
    if not re.fullmatch(_DAYS, text):
        raise ValueError(_NOT_A_DATE)
    seconds = round(float(text.replace(",", ".")) * 86_400)
    return datetime(1899, 12, 30) + timedelta(seconds=seconds)  # noqa: DTZ001  the zone is the caller's
