"""What the lines above a table say about the file: when it was made."""

import re
from collections.abc import Iterable
from datetime import datetime, time
from zoneinfo import ZoneInfo

from dentsync.transform.dates import parse_datetime

_MADE = re.compile(
    r"(?:(?:дата|время|дата и время)\s+(?:формирования|создания|выгрузки|печати)(?:\s+(?:отч[её]та|файла|выгрузки))?"
    r"|(?:отч[её]т\s+)?(?:сформирован|выгружен|создан|напечатан)[ао]?|по состоянию на|generatedat|generated at|created)"
    r"\W{1,5}(?:на\s+|от\s+)?(\d[\d.\-: t]{7,}\d)",
    re.IGNORECASE,
)


def made_at(lines: Iterable[str], zone: ZoneInfo) -> datetime | None:
    """The earliest moment that the lines name as that of the export; of a day without a time, its end.

    A period that a report is about («за период с … по …») is no such moment.
    """
    found = [moment for line in lines for match in _MADE.finditer(line) if (moment := _moment(match[1], zone))]
    return min(found, default=None)


def _moment(text: str, zone: ZoneInfo) -> datetime | None:
    try:
        moment = parse_datetime(" ".join(text.split()), zone)
    except ValueError:
        return None
    return moment if ":" in text else datetime.combine(moment, time.max, zone)
