"""Who gets the message, and who is shown first: a child's reminder goes to whoever speaks for the child."""

from collections.abc import Mapping
from datetime import date, datetime

from dentsync.model import Value
from dentsync.transform.dialling import can_get_message
from dentsync.transform.words import fold

ADULT = 18
"""Years. Until then parents or guardians speak for the patient (civil code of Russia, articles 26 and 28)."""

Age = int | None


def numbers_of(values: Mapping[str, Value], now: datetime) -> tuple[str, ...] | None:
    """The patient's numbers, the one for messages first; None where no file has a column for them.

    A representative's number leads while the patient is a child, or of unknown age: somebody wrote it for a reason. An
    adult's messages are nobody else's business, whoever once brought them.
    """
    own, theirs = _numbers(values.get("phones")), _numbers(values.get("representative_phones"))
    if "phones" not in values and not theirs:
        return None
    if not theirs or not is_child(values, now, unknown=True):
        return own
    numbers = tuple(dict.fromkeys((*theirs, *own)))
    lead = [number for number in numbers if can_get_message(number)][:1]
    return (*lead, *(number for number in numbers if number not in lead))


def is_child(values: Mapping[str, Value], now: datetime, *, unknown: bool) -> bool:
    """Whether the patient is not of age yet; ``unknown`` is the answer where nothing says so."""
    years = age_of(values, now)
    return unknown if years is None else years < ADULT


def age_of(values: Mapping[str, Value], now: datetime) -> Age:
    """Full years, from the birth date or else from the column for the age."""
    born, stated = values.get("birth_date"), values.get("age")
    if isinstance(born, date):
        today = now.date()
        return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return stated if isinstance(stated, int) else None


def _numbers(value: Value) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


def seniority(values: Mapping[str, Value], relatives: frozenset[str], now: datetime) -> tuple[int, int]:
    """A sort key for people on one number: who speaks for another of them, adults, unknown age, children; oldest first.

    ``relatives`` are the folded texts of «Представитель» of everybody on that number.
    """
    name = [fold(str(values.get(part) or "")) for part in ("last_name", "first_name")]
    speaks = all(name) and any(all(part in words.split() for part in name) for words in relatives)
    years = age_of(values, now)
    rank = 0 if speaks else 2 if years is None else 1 if years >= ADULT else 3
    return rank, -(years or 0)
