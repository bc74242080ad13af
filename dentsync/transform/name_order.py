"""Who is who among the words of a name: every allowed order is weighed, the best one wins by a margin or not at all.

A pattern says what each word is: S surname, G given name, P patronymic. Its weight is how often people type that order,
times how often each word is typed in that place (``name_words.Odds``), all in natural logarithms: a margin of 5 is 150
to 1. What wins by less is believed or swapped by nobody but a person.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from dentsync.transform.name_odds import Odds, odds_of
from dentsync.transform.name_words import is_turkic
from dentsync.transform.words import fold

Lean = Literal["", "last_first", "first_last"]
"""The order in which a file is known to be typed; "" where nobody knows."""

INITIAL = re.compile("[A-Za-zÀ-ÖØ-öø-ɏ\u0400-\u052f]\\.?")
KEPT, SWAPPED, OF_TWO = 3.0, 4.5, 4.0
"""How clearly the typed order must win to be kept (``OF_TWO``: without a patronymic), and another one to be applied."""

_ORDERS: Mapping[int, Mapping[str, float]] = {
    2: {"SG": -0.2, "GS": -1.8, "GP": -4.5, "PG": -7.0, "SP": -10.0},
    3: {"SGP": 0.0, "GPS": -2.0, "SPG": -8.0, "GSP": -7.0, "PGS": -8.0, "PSG": -10.0}
    | {"SGG": -9.0, "SSG": -9.5, "GGS": -11.0, "GSS": -13.0},
    4: {"SSGP": -3.0, "SGGP": -4.0, "GPSS": -5.0, "GGPS": -6.0, "SGPS": -5.0}
    | {"SGGG": -9.0, "SSGG": -9.0, "SSSG": -12.0, "GGSS": -12.0},
}
_CANONICAL = frozenset({"SG", "SGP", "GP", "SP", "SSGP", "SGGP", "SGG", "SSG"})
_DOUBTFUL = frozenset({"SP", "PSG"})
_LEANING = 5.5
_TELLING = 5.0
_ELSEWHERE = -6.0  # words stand under another header than their own
_GENDERS_DIFFER, _SURNAME_DIFFERS = -8.0, -3.0


class Order(NamedTuple):
    """One way to read the words: a letter for each of them; how usual it is, and how well the words fit."""

    pattern: str
    usual: float
    fit: float

    @property
    def weight(self) -> float:
        """Of this order beside others."""
        return self.usual + self.fit


class Seats(NamedTuple):
    """The chosen order. ``margin`` is its lead over the next one; ``others`` are the next ones, best first.

    ``is_sure``: nobody has to be asked. ``shows``: the order of the file, as far as these words alone tell it.
    """

    pattern: str
    margin: float
    others: tuple[str, ...] = ()
    is_sure: bool = False
    shows: Lean = ""

    @property
    def is_typed(self) -> bool:
        """Surname, given name, patronymic, as a list of people is written."""
        return self.pattern in _CANONICAL


def seats_of(words: Sequence[str], lean: Lean = "", typed: str = "") -> Seats:
    """Who is who among two to six words without initials. ``typed``: the pattern that the headers of columns say."""
    odds = [odds_of(fold(word)) for word in words]
    found = sorted(_weighed(odds, lean, typed), key=lambda order: -order.weight)
    pattern, margin = found[0].pattern, found[0].weight - found[1].weight
    sure = _is_sure(pattern, margin, odds, lean, typed, pattern == "SGP" and _is_turkic(words, odds))
    return Seats(pattern, margin, _near(found), sure, _shown(found))


def _is_turkic(words: Sequence[str], odds: Sequence[Odds]) -> bool:
    """«Тагиева Нармин Намик кызы»: names that stand before «кызы» may end like Russian surnames."""
    if len(words) != 3 or " " not in words[2]:
        return False
    return is_turkic(fold(words[2])) and fold(words[1]).endswith("ин") and odds[0].surname > -2.0


def _is_sure(pattern: str, margin: float, odds: Sequence[Odds], lean: Lean, typed: str, turkic: bool) -> bool:
    """Whether nobody has to be asked about the order. Of two words, one has to be known as a given name."""
    if not turkic and any(_is_misplaced(place, word) for place, word in zip(pattern, odds, strict=True)):
        return False
    if not typed and {"S", "G"} <= set(pattern):
        family, given = odds[pattern.index("S")], odds[pattern.index("G")]
        if family.listed and not given.listed and given.given < given.surname:
            return False
    guided = bool(lean or typed)
    if pattern in _DOUBTFUL or pattern.count("S") > 1 or pattern.count("G") > 1:
        return False
    if len(odds) == 2 and not guided and margin < _needed(odds[pattern.index("G")], odds[1 - pattern.index("G")]):
        return False
    kept = OF_TWO if len(odds) == 2 and not guided else KEPT
    return margin >= (kept if pattern in _CANONICAL or typed else SWAPPED)


def _is_misplaced(place: str, word: Odds) -> bool:
    """A given name that is seen only as something else."""
    if place == "G":
        return word.given < -9.0 or word.given - word.surname < -5.0
    return place == "S" and word.surname < -12.0


def _needed(given: Odds, other: Odds) -> float:
    """The lead that two words need whose given name is rare (or often a surname) or not known at all."""
    lead = given.given - given.surname
    if lead < 1.0:
        return 7.0 if other.given <= -9.0 and other.patronymic < -10.0 else 99.0
    if lead > 4.0:
        return 0.0
    return 4.8 if other.surname - other.given > 3.5 else 6.5


def _shown(found: Sequence[Order]) -> Lean:
    if "S" not in found[0].pattern:
        return ""
    last, first = (max(order.fit for order in found if order.pattern[0] in starts) for starts in ("S", "GP"))
    return "" if abs(last - first) < _TELLING else "last_first" if last > first else "first_last"


def _near(found: Sequence[Order]) -> tuple[str, ...]:
    """What a person may have to choose from: the runners-up that are not absurd."""
    return tuple(order.pattern for order in found[1:4] if order.weight > found[0].weight - 9.0 and order.weight > -30.0)


def _weighed(odds: Sequence[Odds], lean: Lean, typed: str) -> Iterable[Order]:
    orders = _ORDERS.get(len(odds)) or _long_orders(len(odds))
    fathered = not typed and any(word.patronymic > -1.0 for word in odds)
    for pattern in orders if not typed or typed in orders else (*orders, typed):
        if fathered and "P" not in pattern and len(pattern) > 2:
            continue
        usual = _column_weight(pattern, typed) if typed else _usual(pattern, orders[pattern], lean)
        yield Order(pattern, usual, _fit(pattern, odds))


def _long_orders(count: int) -> Mapping[str, float]:
    return {
        "S" * (count - 2) + "GP": -6.0,
        "GP" + "S" * (count - 2): -8.0,
        "S" + "G" * (count - 1): -9.0,
    }


def _column_weight(pattern: str, typed: str) -> float:
    return 0.0 if pattern == typed else _ELSEWHERE - (4.0 if "SS" in pattern or "GG" in pattern else 0.0)


def _usual(pattern: str, weight: float, lean: Lean) -> float:
    """How usual an order is in a file of this leaning."""
    match lean, pattern[0]:
        case "", _:
            return weight
        case "first_last", "S":
            return weight - _LEANING
        case "first_last", _:
            return max(weight, -0.2) if pattern in ("GS", "GPS") else weight
        case "last_first", "S":
            return weight
    return weight - (3.0 if pattern[0] == "P" else _LEANING)


def _fit(pattern: str, odds: Sequence[Odds]) -> float:
    """How well the words fit their places, and each other."""
    weight = 0.0
    genders: dict[str, str] = {}
    for place, word in zip(pattern, odds, strict=True):
        match place:
            case "S":
                weight += word.surname
                _note(genders, "S", word.surname_gender)
            case "G":
                weight += word.given
                _note(genders, "G", word.given_gender)
            case _:
                weight += word.patronymic
                _note(genders, "P", word.patronymic_gender)
    return weight + _discord(genders)


def _note(genders: dict[str, str], place: str, gender: str | None) -> None:
    if gender and gender != "U":
        genders.setdefault(place, gender)


def _discord(genders: Mapping[str, str]) -> float:
    given, father, family = genders.get("G"), genders.get("P"), genders.get("S")
    own = father or given
    weight = _GENDERS_DIFFER if given and father and given != father else 0.0
    return weight + (_SURNAME_DIFFERS if family and own and family != own else 0.0)


def seated(words: Sequence[str], pattern: str, hyphen: str = "-") -> tuple[str, str, str]:
    """Surname, given name, patronymic. Two surnames get the hyphen that was left out."""
    last = [word for place, word in zip(pattern, words, strict=True) if place == "S"]
    first = [word for place, word in zip(pattern, words, strict=True) if place == "G"]
    father = [word for place, word in zip(pattern, words, strict=True) if place == "P"]
    return hyphen.join(last), " ".join(first), " ".join(father)
