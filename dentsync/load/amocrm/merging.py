"""Fields that are replaced as a whole: phones, addresses, lists of several labels. What people added stays in them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dentsync.load.spelling import TypeId, key_of

Entry = Mapping[str, Any]
"""One entry of ``values`` as it was read."""


def merged(
    present: Sequence[Entry], old: Sequence[str], new: Sequence[Entry], key: Callable[[str], str], *, leads: bool
) -> list[dict[str, Any]] | None:
    """All entries that the field is to hold; None where it holds them already.

    ``old`` is what was ours and goes unless it is wanted still. With ``leads`` our first entry takes the first place,
    which is where messages go, if that place is ours.
    """
    wanted = {key(_text(one)): one for one in reversed(new)}
    ours = {key(one) for one in old}
    kept = [one for one in present if key(_text(one)) not in ours - wanted.keys()]
    there = {key(_text(one)) for one in kept}
    missing = [one for one in wanted_in_order(new, key) if key(_text(one)) not in there]
    entries = [*kept, *missing]
    if leads and new and present and key(_text(present[0])) in ours:
        first = key(_text(new[0]))
        entries.insert(0, entries.pop(next(at for at, one in enumerate(entries) if key(_text(one)) == first)))
    return (
        None if [_text(one) for one in entries] == [_text(one) for one in present] else [_sent(one) for one in entries]
    )


def wanted_in_order(new: Sequence[Entry], key: Callable[[str], str]) -> list[Entry]:
    """Each value once: a number given twice is written once."""
    unique: dict[str, Entry] = {}
    for one in new:
        unique.setdefault(key(_text(one)), one)
    return list(unique.values())


def multitext(kind: TypeId, value: str) -> dict[str, str]:
    """A new entry of a phone or an address."""
    mobile = kind == "PHONE" and value.startswith("+79")
    return {"value": value, "enum_code": "MOB" if mobile else "WORK"}


def same_text(kind: TypeId) -> Callable[[str], str]:
    """What makes two numbers or addresses the same."""
    return lambda text: key_of(kind, text)


def _text(entry: Entry) -> str:
    return str(entry.get("value") or "")


def _sent(entry: Entry) -> dict[str, Any]:
    """An entry as it may be written: a code that is null, or a name of the field, is refused."""
    named = "enum_id" if entry.get("enum_id") else "enum_code"
    return {"value": _text(entry)} | ({named: entry[named]} if entry.get(named) else {})
