"""Whether a number still means whom it meant: a MIS that was installed anew may count from 1 again."""

from collections.abc import Mapping

from dentsync.model import Record

NAMES = ("full_name", "last_name", "first_name", "patronymic")


def may_be_another(before: Mapping[str, str], after: Mapping[str, str]) -> bool:
    """Whether name and birth date both read otherwise than before, as text: only then is a closer look worth while."""
    return before.get("birth_date") != after.get("birth_date") and any(
        before.get(name) != after.get(name) for name in NAMES
    )


def is_another(before: Record, after: Record) -> bool:
    """Whether two rows of one number are about two people: born on other days, and no part of the name in common."""
    born = before.values.get("birth_date"), after.values.get("birth_date")
    names = _words(before), _words(after)
    return None not in born and born[0] != born[1] and all(names) and names[0].isdisjoint(names[1])


def _words(record: Record) -> set[str]:
    return set(str(record.values.get("full_name") or "").casefold().replace("ё", "е").split())
