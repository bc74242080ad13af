"""Read what is there before writing: items by our key, by id, contacts by phone.

Reading must be complete, because a row that is missed becomes a duplicate, and must be believed of nobody: a search
finds every text that contains what was asked for, a filter that the account has not paid for is refused or gives
everything. So each row is looked at again here.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from dentsync.load.amocrm.account import Account, body_of
from dentsync.load.amocrm.answers import NO_FILTER, Done, Invalid, Partial, Rejected
from dentsync.load.amocrm.items import Portrait, Values, values_in
from dentsync.load.amocrm.tasks import questions
from dentsync.load.amocrm.wire import ENTITY, PAGE, Request, Row, get, has_next, rows_of, strange_answer
from dentsync.load.spelling import phone_key, phone_keys
from dentsync.load.target import Needs, Reading
from dentsync.model import Kind, Present

IDS = 50
"""Ids of one request: each row of the answer repeats its whole address."""

KEYS = 20
"""Keys of one request, which are longer."""

FEW = 8
"""So many look-ups are made without asking how many items there are."""

T = TypeVar("T")
Found = dict[Kind, dict[int, Present]]


@dataclass(slots=True)
class _Wanted:
    """What of one kind is looked for: marks of ours, ids, phones (their digits)."""

    kind: Kind
    marks: list[str]
    ids: list[int]
    phones: dict[str, str] = field(default_factory=dict, repr=False)  # E.164 -> digits


class Reader:
    """Reads one account through a portrait."""

    def __init__(self, account: Account, portrait: Portrait) -> None:
        self._account = account
        self._portrait = portrait
        self._filters = portrait.directory.filters
        phones = portrait.contact.fields.get("phones")
        self._phones_field = phones.id if phones else 0

    def read(self, needs: Needs) -> Reading:
        """Everything asked for."""
        found: Found = {"contact": {}, "deal": {}}
        phones = {phone: phone_key(phone) for phone in sorted(needs.phones)}
        holders: dict[str, set[int]] = {}
        contacts = _Wanted("contact", self._marks(needs.contact_keys), sorted(needs.contact_ids), phones)
        for wanted in (contacts, _Wanted("deal", self._marks(needs.deal_keys), sorted(needs.deal_ids))):
            for row in self._rows(wanted):
                self._take(found[wanted.kind], wanted, row, holders)
        cards = self._cards(sorted(needs.open_deals_of))
        found["deal"] |= self._open_deals(cards)
        by_phone = {one: tuple(sorted(holders[key])) for one, key in phones.items() if key in holders}
        tasks = self._portrait.tasks.found(self._listed("task", questions(needs)), needs)
        gone = needs.open_deals_of - {int(card["id"]) for card in cards}
        return Reading(found["contact"], found["deal"], by_phone, tasks, gone)

    def _cards(self, contacts: Sequence[int]) -> list[Row]:
        """Contacts with the numbers of their deals."""
        asked = [get(ENTITY["contact"], *_by_ids(page), ("with", "leads"), *_SORTED) for page in _pages(contacts, IDS)]
        return list(self._listed("contact", asked))

    def _open_deals(self, cards: Iterable[Row]) -> dict[int, Present]:
        """Deals of these contacts that have not ended: there is no filter for them, a contact names its own."""
        numbers = sorted({number for card in cards for number in _leads_of(card)})
        rows = self._listed("deal", [self.values_of("deal", page) for page in _pages(numbers, IDS)])
        deals = (self._portrait.present("deal", row) for row in rows if int(row["id"]) in numbers)
        return {deal.crm_id: deal for deal in deals if deal.ends is None}

    def newest_change(self) -> int:
        """When the deal that was changed last was changed (epoch seconds of the account); 0 where there is none."""
        request = get(ENTITY["deal"], ("order[updated_at]", "desc"), ("limit", 1))
        rows = rows_of(self._account.bodies([request])[0], ENTITY["deal"])
        return max((int(row["updated_at"]) for row in rows), default=0)

    def changed_deals(self, pipelines: Collection[int], since: int) -> tuple[tuple[Present, ...], int]:
        """Deals of these pipelines (ids) that were changed since then, and when the last of them was."""
        places = [("filter[pipeline_id][]", one) for one in sorted(pipelines)]
        request = self._list("deal", ("filter[updated_at][from]", since), *places)
        listed = self._listed("deal", [request] if places else [])
        rows = [row for row in listed if row["pipeline_id"] in pipelines and row["updated_at"] >= since]
        newest = max((int(row["updated_at"]) for row in rows), default=since)
        return tuple(self._portrait.present("deal", row) for row in rows), newest

    def values_of(self, kind: Kind, numbers: Sequence[int]) -> Request:
        """The request that reads these items as they are now."""
        return self._list(kind, *_by_ids(numbers))

    def _marks(self, keys: Iterable[str]) -> list[str]:
        return [self._portrait.mark(key) for key in sorted(keys)]

    def _take(self, found: dict[int, Present], wanted: _Wanted, row: Row, holders: dict[str, set[int]]) -> None:
        """Believe a row only where it is what was asked for."""
        number, values = int(row["id"]), values_in(row)
        numbers = self._numbers(values) & set(wanted.phones.values()) if wanted.phones else set()
        if number in wanted.ids or numbers or self._mark(wanted.kind, values) in set(wanted.marks):
            found[number] = self._portrait.present(wanted.kind, row)
            for one in numbers:
                holders.setdefault(one, set()).add(number)

    def _mark(self, kind: Kind, values: Values) -> str:
        key = self._portrait.key_in(kind, values)
        return "" if key is None else self._portrait.mark(key)

    def _numbers(self, values: Values) -> set[str]:
        return {key for one in values.get(self._phones_field, ()) for key in phone_keys(str(one.get("value") or ""))}

    # ── which way ─────────────────────────────────────────────────────────────────────────────

    def _rows(self, wanted: _Wanted) -> Iterator[Row]:
        """By look-ups or by reading all there is, whichever takes fewer requests."""
        ids = [self.values_of(wanted.kind, page) for page in _pages(wanted.ids, IDS)]
        yield from self._listed(wanted.kind, ids)
        look_ups = self._cost(wanted)
        last = self._last_page(wanted.kind, look_ups) if look_ups > FEW else None
        if last is not None:
            yield from self._all(wanted.kind, last)
            return
        yield from self._by_mark(wanted.kind, wanted.marks)
        searches = [text for digits in wanted.phones.values() for text in texts_of(digits)]
        yield from self._listed(wanted.kind, [self._list(wanted.kind, ("query", text)) for text in searches])

    def _cost(self, wanted: _Wanted) -> int:
        marks = -(-len(wanted.marks) // KEYS) if self._filters else len(wanted.marks)
        return marks + sum(len(texts_of(digits)) for digits in wanted.phones.values())

    def _by_mark(self, kind: Kind, marks: Sequence[str]) -> Iterator[Row]:
        """By the paid filter where the account has it and it works; else by a search for the text, one by one."""
        if self._filters and marks:
            rows = self._filtered(kind, marks)
            if rows is not None:
                yield from rows
                return
            self._filters = False
        yield from self._listed(kind, [self._list(kind, ("query", mark)) for mark in marks])

    def _filtered(self, kind: Kind, marks: Sequence[str]) -> list[Row] | None:
        """None where the filter is refused, or gives what was not asked for."""
        name = f"filter[custom_fields_values][{self._portrait.directory.keys[kind]}][]"
        requests = [self._list(kind, *((name, mark) for mark in page)) for page in _pages(marks, KEYS)]
        known = set(marks)
        rows: list[Row] = []
        for request, answer in zip(requests, self._account.ask(requests), strict=True):
            if isinstance(answer, Rejected) and answer.code == NO_FILTER:
                return None
            page = rows_of(body_of(answer, request), ENTITY[kind])
            if any(self._mark(kind, values_in(row)) not in known for row in page):
                return None
            rows += [*page, *self._further(kind, request, answer)]
        return rows

    # ── lists ─────────────────────────────────────────────────────────────────────────────────

    def _list(self, kind: Kind, *query: tuple[str, object]) -> Request:
        linked = (("with", "contacts"),) if kind == "deal" else ()
        return get(ENTITY[kind], *query, *linked, *_SORTED)

    def _listed(self, kind: Kind, requests: Sequence[Request]) -> Iterator[Row]:
        for request, answer in zip(requests, self._account.ask(requests), strict=True):
            yield from rows_of(body_of(answer, request), ENTITY[kind])
            yield from self._further(kind, request, answer)

    def _further(self, kind: Kind, request: Request, answer: Done | Invalid | Partial | Rejected) -> Iterator[Row]:
        """Pages behind the first one."""
        page, body = 1, body_of(answer, request)
        before = rows_of(body, ENTITY[kind])
        while has_next(body):
            page += 1
            body = self._account.bodies([_paged(request, page)])[0]
            rows = rows_of(body, ENTITY[kind])
            if rows and rows[0]["id"] == before[0]["id"]:
                raise strange_answer(request.path)
            yield from rows
            before = rows or before

    # ── all there is ──────────────────────────────────────────────────────────────────────────

    def _last_page(self, kind: Kind, most: int) -> int | None:
        """The number of the last page, 0 where there is none; None where there are more than ``most``."""
        full = self._is_there(kind)
        low, high = 0, 1
        while full(high):
            if high >= most:
                return None
            low, high = high, min(2 * high, most)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if full(middle) else (low, middle)
        return low

    def _is_there(self, kind: Kind) -> Callable[[int], bool]:
        request = self._list(kind)
        return lambda page: bool(rows_of(self._account.bodies([_paged(request, page)])[0], ENTITY[kind]))

    def _all(self, kind: Kind, last: int) -> Iterator[Row]:
        """Every item, from the last page to the first, one after another.

        By rising id an item that dies meanwhile moves those behind it to the left: to pages that are still to come.
        """
        request = self._list(kind)
        for page in range(last, 0, -1):
            yield from rows_of(self._account.bodies([_paged(request, page)])[0], ENTITY[kind])


def texts_of(digits: str) -> tuple[str, ...]:
    """What to search for a number by: parts of it that stand together in every spelling people use.

    A search is for a text, not for a number: ``8 (916) 5550101`` has no ten digits in a row.
    """
    if not re.fullmatch(r"7\d{10}", digits):
        return (digits,) if digits else ()
    a, b, c = digits[4:7], digits[7:9], digits[9:]
    return f"{a}{b}{c}", f"{a}-{b}-{c}", f"{a} {b} {c}", f"{a}.{b}.{c}", f"{a}-{b}{c}", f"{a} {b}{c}"


_SORTED: tuple[tuple[str, object], ...] = (("order[id]", "asc"), ("limit", PAGE))


def _by_ids(numbers: Sequence[int]) -> list[tuple[str, object]]:
    return [("filter[id][]", one) for one in numbers]


def _leads_of(card: Row) -> list[int]:
    embedded = card.get("_embedded")
    listed = embedded.get("leads") if isinstance(embedded, Mapping) else None
    if not isinstance(listed, list):
        raise strange_answer(ENTITY["contact"])
    return [int(one["id"]) for one in listed]


def _paged(request: Request, page: int) -> Request:
    return Request(request.verb, request.path, (*request.query, ("page", str(page))))


def _pages(values: Sequence[T], size: int) -> list[Sequence[T]]:
    return [values[start : start + size] for start in range(0, len(values), size)]
