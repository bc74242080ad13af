"""Read what is there before writing: items by our key, by id, contacts by phone.

Sources: crm-item-list.md, settings/performance/huge-data.md and crm-duplicate-find-by-comm.md of bitrix24/b24restdocs.
Reading must be complete: a row that is missed becomes a duplicate, so any doubt is a TargetError.
"""

import math
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from dentsync.errors import TargetError
from dentsync.lang import _
from dentsync.load.bitrix24.directory import ENTITY
from dentsync.load.bitrix24.items import Portrait
from dentsync.load.bitrix24.limits import REQUEST_SECONDS
from dentsync.load.bitrix24.multifields import read_multifields
from dentsync.load.bitrix24.portal import ATTEMPTS, Portal, no_answer, result_of, strange_answer
from dentsync.load.bitrix24.tasks import read_tasks
from dentsync.load.bitrix24.wire import MAX_COMMANDS, Answer, Command, Done, Missing, Ref, Rejected
from dentsync.load.spelling import phone_key, spellings
from dentsync.load.target import Needs, Reading
from dentsync.model import Kind, Present

PAGE = 50
"""Rows of one list command; the portal gives no more."""

KEYS = PAGE - 1
"""Keys of one list command: a full page tells that a key is there twice."""

LIST = "crm.item.list"

Item = Mapping[str, Any]
T = TypeVar("T")
Found = dict[Kind, dict[int, Present]]
Lists = dict[str, tuple[Kind, Command]]


class Reader:
    """Reads one portal through a portrait, which keeps the phone records."""

    def __init__(self, portal: Portal, portrait: Portrait) -> None:
        self._portal = portal
        self._portrait = portrait

    def read(self, needs: Needs) -> Reading:
        """Everything asked for: one request for a usual day, few for a first run."""
        found: Found = {"contact": {}, "deal": {}}
        phones, keys = sorted(needs.phones), sorted(needs.contact_keys)
        others, by_key = self._other_lists(needs), self._key_lists(keys)
        if len(others) + len(by_key) + len(phones) <= MAX_COMMANDS:
            self._read_at_once(found, others | by_key, phones)
        elif not phones:
            self._read_lists(found, others | by_key)
        else:
            total = self._read_lists(found, others, total=True)
            self._find(found, phones, by_key, total)
        by_phone = self._by_phone(found["contact"], phones)
        tasks = read_tasks(self._portal, self._portrait.tasks, needs)
        return Reading(found["contact"], found["deal"], by_phone, tasks)

    def _read_at_once(self, found: Found, lists: Lists, phones: Sequence[str]) -> None:
        look_ups = _look_ups(phones)
        answers = self._portal.ask({**{key: one[1] for key, one in lists.items()}, **look_ups})
        self._take_lists(found, lists, answers)
        self._load(found, (one for key in look_ups for one in _matches(result_of(answers[key], LOOK_UP))))

    def _read_lists(self, found: Found, lists: Lists, *, total: bool = False) -> int:
        """Read lists, and on the way how many contacts there are if that is asked."""
        counting = {"total": _count()} if total else {}
        if not lists and not counting:
            return 0
        answers = self._portal.ask({**{key: one[1] for key, one in lists.items()}, **counting})
        self._take_lists(found, lists, answers)
        return _total(answers["total"]) if total else 0

    def _take_lists(self, found: Found, lists: Lists, answers: Mapping[str, Done | Rejected]) -> None:
        for key, (kind, command) in lists.items():
            self._take(found, kind, self._all_pages(kind, command, _rows(result_of(answers[key], LIST))))

    def ask_time(self) -> None:
        """Make the portal say something: its answers carry its clock."""
        self._portal.ask({"total": _count()})

    def changed_deals(self, pipelines: Collection[int], since: datetime) -> tuple[Present, ...]:
        """Deals of these pipelines that were changed since then, by rising id."""
        found: Found = {"contact": {}, "deal": {}}
        where = {">=updatedTime": since.isoformat(timespec="seconds"), "@categoryId": sorted(pipelines)}
        lists: Lists = {"u0": ("deal", self._list("deal", where))} if pipelines else {}
        self._read_lists(found, lists)
        return tuple(found["deal"].values())

    # ── lists ─────────────────────────────────────────────────────────────────────────────────

    def _other_lists(self, needs: Needs) -> Lists:
        """Deals by key, deals and contacts by id, open deals by contact."""
        deals = [self._by_key("deal", page) for page in _pages(sorted(needs.deal_keys), KEYS)]
        lists: Lists = {f"d{index}": ("deal", command) for index, command in enumerate(deals)}
        ids: tuple[tuple[Kind, frozenset[int]], ...] = (("contact", needs.contact_ids), ("deal", needs.deal_ids))
        for kind, numbers in ids:
            for page in _pages(sorted(numbers)):
                lists[f"l{len(lists)}"] = kind, self._list(kind, {"@id": page})
        for page in _pages(sorted(needs.open_deals_of)):
            lists[f"o{len(lists)}"] = "deal", self._list("deal", {"@contactId": page, "=stageSemanticId": "P"})
        return lists

    def _key_lists(self, keys: Sequence[str]) -> Lists:
        """Contacts by key."""
        lists = [self._by_key("contact", page) for page in _pages(keys, KEYS)]
        return {f"k{index}": ("contact", command) for index, command in enumerate(lists)}

    def _by_key(self, kind: Kind, keys: Sequence[str]) -> Command:
        return self._list(kind, {"=originatorId": self._portrait.settings.originator, "@originId": list(keys)})

    def _list(self, kind: Kind, where: Mapping[str, object], after: int | Ref | None = None) -> Command:
        # Only "*" carries the phone records; a deal is cheaper by name.
        columns = ["*"] if kind == "contact" else [*_DEAL_COLUMNS]
        return Command(
            LIST,
            {
                "entityTypeId": ENTITY[kind],
                "useOriginalUfNames": "Y",
                "select": [*columns, *(one for one in self._portrait.words(kind).wires() if one not in columns)],
                "filter": {**where, **({} if after is None else {">id": after})},
                "order": {"id": "ASC"},
                "start": -1,
            },
        )

    def _all_pages(self, kind: Kind, command: Command, rows: list[Item]) -> list[Item]:
        """Namesakes of a key, or many deals of a contact, may push others to the next page."""
        where = command.params["filter"]
        page = rows
        while len(page) >= PAGE and "@id" not in where:
            last = int(page[-1]["id"])
            page = _rows(result_of(self._portal.ask({"l0": self._list(kind, where, last)})["l0"], LIST))
            _check_cursor(page, last)
            rows = rows + page
        return rows

    def _take(self, found: Found, kind: Kind, rows: Iterable[Item]) -> None:
        for row in rows:
            found[kind][int(row["id"])] = self._portrait.present(kind, row)

    def _load(self, found: Found, contacts: Iterable[int]) -> None:
        missing = sorted({one for one in contacts if one not in found["contact"]})
        commands = {f"i{index}": self._list("contact", {"@id": page}) for index, page in enumerate(_pages(missing))}
        for answer in self._portal.ask(commands).values() if commands else ():
            self._take(found, "contact", _rows(result_of(answer, LIST)))

    # ── phones ────────────────────────────────────────────────────────────────────────────────

    def _find(self, found: Found, phones: Sequence[str], by_key: Lists, total: int) -> None:
        """Look keys and phones up, or read all contacts, whichever takes fewer requests; in an empty CRM neither."""
        if not total:
            return
        scan = math.ceil((total // PAGE + 1) / MAX_COMMANDS)
        loads = math.ceil(min(total, len(phones)) / (PAGE * MAX_COMMANDS))
        look_up = math.ceil(len(by_key) / MAX_COMMANDS) + math.ceil(len(phones) / MAX_COMMANDS) + loads
        if scan <= look_up:
            keys = {key for _, one in by_key.values() for key in one.params["filter"]["@originId"]}
            numbers = {phone_key(one) for one in phones}
            rows = (row for row in self._scan(total) if _is_ours(row, keys) or _phones_of(row) & numbers)
            self._take(found, "contact", rows)
        else:
            self._read_lists(found, by_key)
            answers = self._portal.ask(_look_ups(phones))
            self._load(found, (one for answer in answers.values() for one in _matches(result_of(answer, LOOK_UP))))

    def _scan(self, total: int) -> Iterator[Item]:
        """All contacts by rising id, up to 2,500 in a request: each page starts behind the last row before it."""
        last, seen, failures = 0, 0, 0
        while True:
            commands = self._chain(last, (total - seen) // PAGE + 1)
            answers = self._portal.run(commands)
            for key in commands:
                rows = _known_rows(answers[key])
                if rows is None:
                    failures += 1
                    break
                _check_cursor(rows, last)
                yield from rows
                if len(rows) < PAGE:
                    return
                last, seen, failures = int(rows[-1]["id"]), seen + len(rows), 0
            if failures >= ATTEMPTS:
                raise no_answer()

    def _chain(self, last: int, pages: int) -> dict[str, Command]:
        in_time = int(REQUEST_SECONDS / max(self._portal.seconds(self._list("contact", {})), 0.001))
        count = max(1, min(pages, in_time, MAX_COMMANDS))
        after: list[int | Ref] = [last, *(Ref(f"s{index}", ("items", PAGE - 1, "id")) for index in range(count - 1))]
        return {f"s{index}": self._list("contact", {}, start) for index, start in enumerate(after)}

    def _by_phone(self, contacts: Iterable[int], phones: Iterable[str]) -> dict[str, tuple[int, ...]]:
        holders: dict[str, set[int]] = {}
        for contact in contacts:
            for one in self._portrait.cards.get(contact, ()):
                if one.type == "PHONE":
                    holders.setdefault(phone_key(one.value), set()).add(contact)
        return {phone: tuple(sorted(holders[key])) for phone in phones if (key := phone_key(phone)) in holders}


LOOK_UP = "crm.duplicate.findbycomm"

_DEAL_COLUMNS = ("id", "originId", "originatorId", "categoryId", "stageId", "stageSemanticId", "contactIds")


def _look_ups(phones: Iterable[str]) -> dict[str, Command]:
    """One phone a command: the answer does not say which value it belongs to."""
    return {
        f"p{index}": Command(LOOK_UP, {"entity_type": "CONTACT", "type": "PHONE", "values": spellings(phone)})
        for index, phone in enumerate(phones)
    }


def _count() -> Command:
    return Command(LIST, {"entityTypeId": ENTITY["contact"], "select": ["id"], "start": 0})


def _total(answer: Done | Rejected) -> int:
    """How many there are. An answer without the figure must not pass for an empty CRM."""
    rows = _rows(result_of(answer, LIST))
    total = answer.total if isinstance(answer, Done) else None
    return sys.maxsize if total is None else max(total, len(rows))


def _matches(result: object) -> list[int]:
    """PHP writes "nobody" as an empty list."""
    found = [] if result == [] else result.get("CONTACT", []) if isinstance(result, Mapping) else None
    if not isinstance(found, list) or not all(map(_is_id, found)):
        raise strange_answer(LOOK_UP)
    return [int(one) for one in found]


def _rows(result: object) -> list[Item]:
    items = result.get("items") if isinstance(result, Mapping) else None
    if not isinstance(items, list) or not all(isinstance(one, Mapping) and _is_id(one.get("id")) for one in items):
        raise strange_answer(LIST)
    return items


def _is_id(value: object) -> bool:
    return str(value).isdigit()


def _known_rows(answer: Answer) -> list[Item] | None:
    return None if isinstance(answer, Missing) else _rows(result_of(answer, LIST))


def _is_ours(row: Item, keys: set[str]) -> bool:
    """Whether a contact has one of the keys; whose key it is, the portrait says."""
    return str(row.get("originId") or "") in keys


def _phones_of(row: Item) -> set[str]:
    return {phone_key(one.value) for one in read_multifields(row) or () if one.type == "PHONE"}


def _check_cursor(rows: list[Item], last: int) -> None:
    """A filter that is not understood gives the first page for ever."""
    if rows and int(rows[0]["id"]) <= last:
        raise TargetError(_("Bitrix24 gives the same page of {method} again; reading was stopped").format(method=LIST))


def _pages(values: Sequence[T], size: int = PAGE) -> list[Sequence[T]]:
    return [values[start : start + size] for start in range(0, len(values), size)]
