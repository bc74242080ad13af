"""Rows of which it is plain that nobody asks in them to be left in peace: nearly all. They need no judge."""

import re
from collections.abc import Mapping
from functools import cache

from dentsync.transform.name_fields import NAME_FIELDS

_NUMBERS = re.compile(r"[\d\s()+,;-]*", re.ASCII)
# «Петров Иван»: letters of another encoding never look like that.
_WORDS = re.compile("(?:[А-ЯЁ][а-яё]+(?:[ -][А-ЯЁ][а-яё]+)*)?")


@cache
def _refusing() -> tuple[re.Pattern[str], ...]:
    from dentsync.transform.name_marks import MARKS  # its patterns cost more than a quiet run has to spare

    return tuple(mark.pattern for mark in MARKS if "do_not_contact" in mark.codes)


def is_silent(cells: Mapping[str, str]) -> bool:
    """Whether the cells are digits and words like a Russian name's, without any mark. False: it is to be judged."""
    if cells.get("do_not_contact") or not _NUMBERS.fullmatch(cells.get("phones", "")):
        return False
    words = " ".join(filter(None, map(cells.get, NAME_FIELDS)))
    return bool(_WORDS.fullmatch(words)) and not any(pattern.search(words) for pattern in _refusing())
