"""Our items, found again in the CRM: by key, else by id, else (contacts) by phone and name."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TypeVar

from dentsync.load.target import Needs, Reading
from dentsync.model import Kind, Present, Synced
from dentsync.transform.drift import Traces, namesakes

AT_ONCE = 2_400
"""Items read in one go: a full request of Bitrix24's, whatever kinds it is of. More only takes more memory."""

Read = Callable[[Needs], Reading]
Lost = tuple[Synced, tuple[Present, ...]]
"""An item that is not there under its id and key, and what carries its key."""

T = TypeVar("T")


def traced(items: Iterable[Synced], read: Read) -> Iterator[tuple[Synced, Traces]]:
    """Every item with its traces, in few requests; those that are not simply where we left them come last."""
    lost: list[Lost] = []
    for part in _slices(items):
        for item, by_key in _by_key(part, read):
            if any(one.crm_id == item.crm_id for one in by_key):
                yield item, Traces(by_key=by_key)
            else:
                lost.append((item, by_key))
    for rest in _slices(lost):
        yield from _by_id(rest, read)


def _by_key(items: list[Synced], read: Read) -> Iterator[Lost]:
    """By our key everything comes at once: the item, a second one with its key, and where a merged one is now."""
    needs = Needs(_keys(items, "contact"), _keys(items, "deal"), task_ids=_ids(items, "task"))
    reading = read(needs)
    holders: defaultdict[tuple[Kind, str | None], list[Present]] = defaultdict(list)
    for one in (*reading.contacts.values(), *reading.deals.values()):
        holders[one.kind, one.key].append(one)
    for item in items:
        if item.kind == "task" and item.crm_id in reading.tasks:  # a task is known by its number alone
            holders["task", item.key] = [reading.tasks[item.crm_id]]
    return ((item, tuple(holders.get((item.kind, item.key), ()))) for item in items)


def _keys(items: list[Synced], kind: Kind) -> frozenset[str]:
    return frozenset(item.key for item in items if item.kind == kind)


def _ids(items: Iterable[Synced], kind: Kind) -> frozenset[int]:
    return frozenset(item.crm_id for item in items if item.kind == kind)


def _by_id(lost: list[Lost], read: Read) -> Iterator[tuple[Synced, Traces]]:
    """They may have lost their key; and who has the phones of a contact that has died?"""
    phones = {item.key: _phones(item) for item, by_key in lost if item.kind == "contact" and not by_key}
    reading = read(
        Needs(
            contact_ids=_ids((item for item, _by_key in lost), "contact"),
            deal_ids=_ids((item for item, _by_key in lost), "deal"),
            phones=frozenset(phone for numbers in phones.values() for phone in numbers),
        )
    )
    for item, by_key in lost:
        alive = {"contact": reading.contacts, "deal": reading.deals}.get(item.kind, {})
        holders = sorted({n for phone in phones.get(item.key, ()) for n in reading.by_phone.get(phone, ())})
        alike = namesakes(item, [reading.contacts[number] for number in holders])
        yield item, Traces(alive.get(item.crm_id), by_key, alike)


def _phones(item: Synced) -> tuple[str, ...]:
    phones = item.fields.get("phones")
    return phones if isinstance(phones, tuple) else ()


def _slices(values: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(values)
    while part := list(islice(rest, AT_ONCE)):
        yield part
