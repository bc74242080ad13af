"""Phones and e-mail addresses of a contact: records of their own inside the field ``fm``.

Source: api-reference/crm/data-types.md#crm_multifield, tutorials/crm/how-to-edit-crm-objects of bitrix24/b24restdocs.
An update is an object keyed by record id; the list form appends, and the same phone would be there twice.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from dentsync.load.spelling import TypeId, key_of

Form = Literal["", "PHONE", "fm"]

TRIAL_TYPE = "OTHER"
"""``valueType`` by which the upper-case form of a trial import is known again."""


@dataclass(frozen=True, slots=True)
class Multifield:
    """One record: ``type`` is PHONE, EMAIL or another of the portal's, ``value_type`` MOBILE, WORK…"""

    id: int
    type: str
    value_type: str
    value: str = field(repr=False)


def read_multifields(item: Mapping[str, object]) -> tuple[Multifield, ...] | None:
    """The records of an item, oldest first; None where the answer does not carry them."""
    records = item.get("fm")
    if not isinstance(records, list):
        return None
    found = [_record(one) for one in records if isinstance(one, Mapping)]
    return tuple(sorted((one for one in found if one is not None), key=lambda one: one.id))


def _record(one: Mapping[str, object]) -> Multifield | None:
    number = str(one.get("id", ""))
    if not number.isdigit():
        return None
    return Multifield(int(number), str(one.get("typeId")), str(one.get("valueType")), str(one.get("value") or ""))


# ── writing ───────────────────────────────────────────────────────────────────────────────────


def added(kind: TypeId, values: Iterable[str]) -> list[dict[str, str]]:
    """Records for a creation; a number given twice is written once."""
    unique: dict[str, str] = {}
    for value in values:
        unique.setdefault(key_of(kind, value), value)
    return [_written(kind, value) for value in unique.values()]


def imported(records: Sequence[Mapping[str, str]], form: Form) -> dict[str, object]:
    """The same records in the form an import takes them; both forms where it is not known yet which."""
    fields: dict[str, object] = {"fm": list(records)} if form != "PHONE" else {}
    for one in records if form != "fm" else ():
        value_type = one["valueType"] if form == "PHONE" else TRIAL_TYPE
        named = [other for other in records if other["typeId"] == one["typeId"]]
        fields[one["typeId"]] = [{"VALUE": other["value"], "VALUE_TYPE": value_type} for other in named]
    return fields


def changed(
    kind: TypeId, old: Sequence[str], new: Sequence[str], records: Iterable[Multifield], *, first: int = 0
) -> dict[str, dict[str, str]]:
    """What turns the present records into ours: adds what is missing, deletes what was ours and is wanted no more.

    A number people added stays. ``first`` is the number of the first new record (``n0``, ``n1``…). The number of ours
    that is to lead takes the first place, which is where messages go, if that place is ours.
    """
    present = [one for one in records if one.type == kind]
    there = {key_of(kind, one.value) for one in present}
    wanted = {key_of(kind, value) for value in new}
    unwanted = {key_of(kind, value) for value in old} - wanted
    missing = [one for one in added(kind, new) if key_of(kind, one["value"]) not in there]
    change = {
        **{str(one.id): {"typeId": kind, "value": ""} for one in present if key_of(kind, one.value) in unwanted},
        **{f"n{first + index}": one for index, one in enumerate(missing)},
    }
    ours = {key_of(kind, value) for value in old}
    if wanted and present and key_of(kind, present[0].value) in ours:
        _lead(change, kind, added(kind, new)[0], present)
    return change


def _lead(change: dict[str, dict[str, str]], kind: TypeId, lead: dict[str, str], present: Sequence[Multifield]) -> None:
    """Let the first record and the one with the leading number change places."""
    head, key = present[0], key_of(kind, lead["value"])
    if key_of(kind, head.value) == key:
        return
    place = next((str(one.id) for one in present if key_of(kind, one.value) == key), None) or next(
        name for name, one in change.items() if one["value"] and key_of(kind, one["value"]) == key
    )
    moved = change.get(str(head.id), _written(kind, head.value))  # it stays in another place, or goes
    change[str(head.id)] = lead
    if place.startswith("n") and not moved["value"]:
        del change[place]
    else:
        change[place] = moved


def _written(kind: TypeId, value: str) -> dict[str, str]:
    mobile = kind == "PHONE" and value.startswith("+79")
    return {"typeId": kind, "valueType": "MOBILE" if mobile else "WORK", "value": value}
