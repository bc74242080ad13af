"""Phones and e-mail addresses of a contact: records of their own inside the field ``fm``.

Source: api-reference/crm/data-types.md#crm_multifield, tutorials/crm/how-to-edit-crm-objects of bitrix24/b24restdocs.
An update is an object keyed by record id; the list form appends, and the same phone would be there twice.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

TypeId = Literal["PHONE", "EMAIL"]
Form = Literal["", "PHONE", "fm"]

TRIAL_TYPE = "OTHER"
"""``valueType`` by which the upper-case form of a trial import is known again."""

_EXTENSION = re.compile(r"[;#,].*$", re.DOTALL)


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


# ── sameness ──────────────────────────────────────────────────────────────────────────────────


def phone_key(text: str) -> str:
    """Digits by which two spellings of a number are the same; the extension does not count."""
    main = _EXTENSION.sub("", text)
    digits = re.sub(r"\D", "", main)
    if main.strip().startswith("+"):
        return digits
    if len(digits) == 11 and digits.startswith("8"):
        return "7" + digits[1:]
    # People leave the country code out.
    return "7" + digits if len(digits) == 10 else digits


def email_key(text: str) -> str:
    """Addresses are compared without case."""
    return text.strip().casefold()


def key_of(kind: TypeId, text: str) -> str:
    """What makes two values of a type the same."""
    return phone_key(text) if kind == "PHONE" else email_key(text)


def phone_shown(text: str) -> str:
    """A number of the CRM in E.164 where it is a Russian or an international one; else as it stands."""
    key = phone_key(text)
    if (len(key) == 11 and key.startswith("7")) or text.strip().startswith("+"):
        return f"+{key}"
    return text


def spellings(phone: str) -> list[str]:
    """How an E.164 number may be written in the CRM; at most 20, the most a look-up takes.

    The docs compare a number as a whole, the core of the product normalises it first; both find these.
    """
    digits = phone.removeprefix("+")
    if len(digits) != 11 or not digits.startswith("7"):
        return [phone, digits]
    area, rest = digits[1:4], digits[4:]
    dashed, plain = f"{rest[:3]}-{rest[3:5]}-{rest[5:]}", f"{area}{rest}"
    return [phone, digits, f"8{plain}", plain] + [
        form.format(code=code, area=area, dashed=dashed)
        for code in ("+7", "8")
        for form in (
            "{code} ({area}) {dashed}",
            "{code}({area}){dashed}",
            "{code} {area} {dashed}",
            "{code}-{area}-{dashed}",
        )
    ]


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
