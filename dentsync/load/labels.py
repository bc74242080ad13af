"""Labels of a list in a CRM: which one is meant, and whether a text means several."""

import re
from collections.abc import Collection, Iterable

from dentsync.load.places import fold
from dentsync.load.values import NO, YES, Scalar
from dentsync.model import Plain

SEXES = (("м", "муж", "мужской", "мужчина", "m", "male"), ("ж", "жен", "женский", "женщина", "f", "female"))
"""«Ж» in the MIS and «Женский» in the list are one sex, whichever of the two is the long one."""


def label_meant(value: Scalar, labels: Iterable[str]) -> str | None:
    """The label as the CRM spells it; None where the list has none that means this value."""
    wanted = (YES if value else NO) if isinstance(value, bool) else (fold(str(value)),)
    there = {fold(label): label for label in reversed(list(labels))}
    found = next((there[word] for word in wanted if word in there), None)
    if found is None:
        sex = next((words for words in SEXES if wanted[0] in words), ())
        found = next((there[word] for word in sex if word in there), None)
    return found


def several_meant(value: Plain, labels: Collection[str]) -> tuple[Scalar, ...]:
    """«Терапия, Хирургия» as two labels, for a field that may have several; for any other ``labels`` are empty."""
    if value is None or isinstance(value, tuple):
        return value or ()
    if not labels or not isinstance(value, str) or label_meant(value, labels):
        return (value,)
    return tuple(part.strip() for part in re.split("[,;]", value) if part.strip()) or (value,)
