"""Two cards of one person: found and explained, never merged here.

A phone alone proves nothing, families share it; in a family the surname and the patronymic go together with it. So the
birth date leads, and given names that differ are two people whatever else agrees: twins share all but the name.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations
from typing import Literal

from dentsync.transform.name_words import given_gender, patronymic_gender

Confidence = Literal["same", "ask"]


@dataclass(frozen=True, slots=True)
class Card:
    """A patient as far as telling people apart needs it. Names are folded; ``phones`` without those of crowds."""

    key: str
    last: str = field(repr=False)
    first: str = field(repr=False)
    patronymic: str = field(default="", repr=False)
    born: date | None = field(default=None, repr=False)
    phones: frozenset[str] = field(default=frozenset(), repr=False)

    @property
    def name(self) -> tuple[str, str, str]:
        """Surname, given name, patronymic."""
        return self.last, self.first, self.patronymic

    @property
    def is_woman(self) -> bool:
        """As far as the name tells."""
        return "F" in (given_gender(self.first), patronymic_gender(self.patronymic))


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Two cards, which may be one person: ``same`` beyond reasonable doubt, or a person has to ``ask``.

    ``rule`` is a name for programs, ``reason`` is Russian.
    """

    a: str
    b: str
    confidence: Confidence
    rule: str
    reason: str


REASONS: Mapping[str, str] = {
    "born_and_name": "та же дата рождения и то же имя",
    "born_and_typo": "та же дата рождения, имя отличается одной буквой",
    "given_name_typo": "та же дата рождения, имена похожи: описка или близнецы?",
    "no_patronymic": "та же дата рождения, фамилия и имя; отчества нет",
    "day_and_month": "то же имя, в дате рождения переставлены день и месяц",
    "phone_and_name": "то же имя и телефон; даты рождения у одной карты нет",
    "namesakes": "то же имя и телефон, но на этом телефоне есть тёзка с другой датой рождения",
    "no_dates": "то же имя и телефон; дат рождения нет",
    "married": "то же имя, отчество, дата рождения и телефон, другая фамилия: сменила?",
}


def duplicates(cards: Sequence[Card]) -> list[Duplicate]:
    """Pairs that may be one person, the certain ones first. Time grows with the cards, not with their square."""
    namesakes = _Namesakes(cards)
    pairs = {(a.key, b.key): (a, b) for a, b in _candidates(cards)}
    found = [_duplicate(a, b, verdict) for a, b in pairs.values() if (verdict := _verdict(a, b, namesakes))]
    return sorted(found, key=lambda one: (one.confidence != "same", one.rule, one.a, one.b))


def _duplicate(a: Card, b: Card, verdict: tuple[Confidence, str]) -> Duplicate:
    return Duplicate(a.key, b.key, verdict[0], verdict[1], REASONS[verdict[1]])


# ── who is compared ───────────────────────────────────────────────────────────────────────────


def _candidates(cards: Iterable[Card]) -> Iterator[tuple[Card, Card]]:
    """Pairs with something in common that could prove anything, each in the order of the cards."""
    blocks: defaultdict[Hashable, list[Card]] = defaultdict(list)
    for card in cards:
        for key in _blocks_of(card):
            blocks[key].append(card)
    for block in blocks.values():
        yield from (pair for pair in combinations(block, 2) if pair[0].key != pair[1].key)


def _blocks_of(card: Card) -> Iterator[Hashable]:
    last, first, patronymic = card.name
    if not (last and first):
        return
    if card.born:
        yield card.born, "ФИ", last, first
        if patronymic:
            yield card.born, "ФО", last, patronymic
            yield card.born, "ИО", first, patronymic
            yield (*sorted((card.born, _swapped(card.born))), card.name)
    if patronymic:
        yield from ((phone, card.name) for phone in card.phones)


def _swapped(day: date) -> date:
    return day.replace(month=day.day, day=day.month) if day.day <= 12 else day


class _Namesakes:
    """Birth dates by phone and whole name: a grandfather and his grandson may share both."""

    def __init__(self, cards: Iterable[Card]) -> None:
        self._dates: defaultdict[tuple[str, tuple[str, str, str]], set[date]] = defaultdict(set)
        for card in cards:
            for phone in card.phones:
                self._dates[phone, card.name] |= {card.born} if card.born else set()

    def dates(self, a: Card, b: Card) -> set[date]:
        """All birth dates that this name has on the phones of both cards."""
        return set().union(*(self._dates[phone, a.name] for phone in a.phones & b.phones))


# ── what they are to each other ───────────────────────────────────────────────────────────────


def _verdict(a: Card, b: Card, namesakes: _Namesakes) -> tuple[Confidence, str] | None:
    if a.born and b.born:
        return _same_day(a, b) if a.born == b.born else _other_day(a, b)
    if a.name != b.name or not a.phones & b.phones:
        return None
    if not (a.born or b.born):
        return "ask", "no_dates"
    return ("same", "phone_and_name") if len(namesakes.dates(a, b)) == 1 else ("ask", "namesakes")


def _other_day(a: Card, b: Card) -> tuple[Confidence, str] | None:
    assert a.born
    return ("ask", "day_and_month") if a.name == b.name and _swapped(a.born) == b.born else None


def _same_day(a: Card, b: Card) -> tuple[Confidence, str] | None:
    """Of one birth date: what the three parts of the name say."""
    given = _given_names(a.first, b.first)
    if given == "other":
        return None
    last, patronymic = _likeness(a.last, b.last), _likeness(a.patronymic, b.patronymic)
    if given == "near":
        return ("ask", "given_name_typo") if last == patronymic == "equal" else None
    if not (a.patronymic and b.patronymic):
        return ("ask", "no_patronymic") if last == "equal" else None
    if "equal" not in (last, patronymic):
        return None
    if "other" not in (last, patronymic):
        return "same", "born_and_name" if last == patronymic else "born_and_typo"
    married = patronymic == "equal" and a.is_woman and bool(a.phones & b.phones)
    return ("ask", "married") if married else None


Likeness = Literal["equal", "near", "other"]


def _likeness(a: str, b: str) -> Likeness:
    return "equal" if a == b else "near" if is_one_slip(a, b) else "other"


def _given_names(a: str, b: str) -> Likeness:
    """Two names that people really have are two people, unless they are spellings of one (Наталья, Наталия)."""
    if _spelling(a) == _spelling(b):
        return "equal"
    if 1 in (len(a), len(b)):
        return "near" if a[:1] == b[:1] else "other"
    if given_gender(a) and given_gender(b):
        return "other"
    return "near" if is_one_slip(a, b) else "other"


def _spelling(name: str) -> str:
    plain = name.replace("ия", "ья").replace("иа", "ья").replace("ий", "й")
    return "".join(char for char, before in zip(plain, " " + plain, strict=False) if char != before)


def is_one_slip(a: str, b: str) -> bool:
    """Whether one letter was put in, left out or replaced, or two neighbours changed places."""
    if abs(len(a) - len(b)) > 1 or not (a and b):
        return False
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    rest_a, rest_b = a[start:], b[start:]
    if len(a) != len(b):
        longer, shorter = sorted((rest_a, rest_b), key=len, reverse=True)
        return longer[1:] == shorter
    return rest_a[1:] == rest_b[1:] or (rest_a[:2] == rest_b[1::-1] and rest_a[2:] == rest_b[2:])
