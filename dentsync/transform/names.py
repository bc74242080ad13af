"""Names of people: what is certain is repaired, what is likely is proposed, the rest waits for a person.

Rather a question than an error: ё is not restored, variants are not unified (Наталия, Наталья), Саша stays Саша, a
surname is bent to fit a gender by nobody but a person. Nothing is thrown away: what is no name is kept as notes.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Literal, NamedTuple

from dentsync.transform.name_fathers import is_misspelt_patronymic, is_of_listed_name
from dentsync.transform.name_odds import is_common
from dentsync.transform.name_order import INITIAL, Lean
from dentsync.transform.name_reasons import Action, findings_of, flags_of, reasons_of
from dentsync.transform.name_words import (
    given_gender,
    patronymic_gender,
    sex_of,
    surname_gender,
)
from dentsync.transform.words import fold

Gender = Literal["M", "F", "U"]


class Parts(NamedTuple):
    """Surname, given name, patronymic; "" for a missing one."""

    last: str = ""
    first: str = ""
    patronymic: str = ""

    @property
    def full(self) -> str:
        """«Фамилия Имя Отчество», without the parts that are missing."""
        return " ".join(part for part in self if part)

    def __repr__(self) -> str:
        return "Parts(…)"


@dataclass(frozen=True, slots=True)
class PersonName:
    """A name in parts, "" for a missing one.

    ``action``: ``keep`` (as typed), ``auto`` (repaired without doubt), ``propose`` (the parts are a proposal),
    ``quarantine`` (must not reach a patient; the parts are what can be made of it). ``typed``: the typed words in the
    same places, cleaned but not guessed: what the CRM may show until a person has looked, ``None`` where nothing is fit
    to be shown. ``others``: further readings to choose from. ``notes``: what stood beside the name, as (kind, text).
    ``order``: how the file is typed, as far as this name tells it. ``codes`` are all findings, ``flags`` those shown.
    """

    last: str = field(default="", repr=False)
    first: str = field(default="", repr=False)
    patronymic: str = field(default="", repr=False)
    flags: tuple[str, ...] = ()
    action: Action = "quarantine"
    gender: Gender = "U"
    sms_name: str | None = field(default=None, repr=False)
    typed: Parts | None = field(default=None, repr=False)
    others: tuple[Parts, ...] = field(default=(), repr=False)
    notes: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    order: Lean = ""
    codes: frozenset[str] = frozenset()

    @property
    def parts(self) -> Parts:
        """The three parts."""
        return Parts(self.last, self.first, self.patronymic)

    @property
    def full(self) -> str:
        """«Фамилия Имя Отчество», without the parts that are missing."""
        return self.parts.full

    @property
    def confidence(self) -> Literal["high", "medium", "low"]:
        """How sure the parts are."""
        return "high" if self.action in ("keep", "auto") else "medium" if self.action == "propose" else "low"

    @property
    def reasons(self) -> tuple[str, ...]:
        """In Russian: what a person should look at, the gravest first. Names nobody."""
        return reasons_of(self.codes, doubts=True)

    @property
    def faults(self) -> tuple[str, ...]:
        """The reasons that are worth a line in a report: half a list may have names that nothing confirms."""
        return reasons_of(self.codes - {"ambiguous"}, doubts=True) if "order_assumed" in self.codes else self.reasons

    @property
    def changes(self) -> tuple[str, ...]:
        """In Russian: everything that was found or done. Names nobody."""
        return reasons_of(self.codes, doubts=False)

    @property
    def do_not_contact(self) -> bool:
        """The field itself says that the patient must not be written to."""
        return "do_not_contact" in self.codes

    def noted(self, *kinds: str) -> str:
        """The notes of these kinds (of all, if none is named), joined by "; "."""
        return "; ".join(text for kind, text in self.notes if not kinds or kind in kinds)


@lru_cache(maxsize=65536)
def parse_name(text: str, sex: str = "", lean: Lean = "") -> PersonName:
    """The name in one cell. ``sex``: what the MIS says in another; ``lean``: the order in which the file is typed."""
    plain = _plain(text, lean)
    if plain is not None and (not sex or sex_of(sex) in ("U", plain.gender)):
        return plain
    # Forty expressions that a day of plainly written names does not need.
    from dentsync.transform.name_reading import read_name

    return read_name(text, sex, lean)


@lru_cache(maxsize=65536)
def join_name(last: str, first: str, patronymic: str, sex: str = "") -> PersonName:
    """The name in three columns. Headers say the order, unless the words say plainly that they are wrong."""
    from dentsync.transform.name_reading import read_columns

    return read_columns(last, first, patronymic, sex)


def decided(name: PersonName, parts: Parts, gender: Gender | None = None) -> PersonName:
    """The name as a person decided it: certain, whatever the rules thought of it. Notes and marks stay."""
    from dentsync.transform.name_result import sms_name_of

    codes = (name.codes & {"do_not_contact", "deceased", "note"}) | {"decided"}
    return replace(
        name, last=parts.last, first=parts.first, patronymic=parts.patronymic, flags=flags_of(codes), action="auto",
        gender=gender or name.gender, sms_name=None if "deceased" in codes else sms_name_of(parts), typed=parts,
        others=(), codes=frozenset(codes),
    )  # fmt: skip


def dismissed(name: PersonName) -> PersonName:
    """The name as a person put it aside: it is no patient's, and nothing of it is shown. Notes stay."""
    return replace(
        name, action="quarantine", flags=flags_of({"dismissed"}), sms_name=None, typed=None, others=(),
        codes=frozenset({"dismissed"}),
    )  # fmt: skip


def source_hash(*cells: str) -> str:
    """What a decision about a name is tied to: the cells as they stand in the file, in a fixed order."""
    return hashlib.blake2b("\x1f".join(cells).encode(), digest_size=8).hexdigest()


def name_key(last: str, first: str, patronymic: str) -> str:
    """The folded name for matching: case, ё/е, spaces and final dots do not matter."""
    return "|".join((fold(last), fold(first), fold(patronymic)))


def names_agree(a_key: str, b_key: str) -> bool:
    """Whether two keys may be one person: surname and given name equal, patronymic not contradicting.

    An initial agrees with any name it begins; a missing patronymic with any. A missing surname or given name with none.
    """
    last_a, first_a, patronymic_a = a_key.split("|")
    last_b, first_b, patronymic_b = b_key.split("|")
    if not (last_a and first_a and first_b) or last_a != last_b:
        return False
    return _agree(first_a, first_b) and (not patronymic_a or not patronymic_b or _agree(patronymic_a, patronymic_b))


def _agree(a: str, b: str) -> bool:
    return a == b or (1 in (len(a), len(b)) and a[0] == b[0])


# ── what needs no closer look ─────────────────────────────────────────────────────────────────

_WORDS = re.compile(
    r"[А-ЯЁ][а-яё]+(?: [А-ЯЁ][а-яё]+){1,2}|[А-ЯЁ]{2,}(?: [А-ЯЁ]{2,}){1,2}|[а-яё]{2,}(?: [а-яё]{2,}){1,2}"
)
_SEATS = {"SGP": (0, 1, 2), "GPS": (2, 0, 1), "SG": (0, 1), "GS": (1, 0)}
_SHOWS: dict[str, Lean] = {"S": "last_first", "G": "first_last"}


def _plain(text: str, lean: Lean) -> PersonName | None:
    """«Соколова Анна Викторовна»: an ordinary name, by endings and lists alone; no dictionary is opened for it."""
    if _WORDS.fullmatch(text) is None:
        return None
    words = text.title().split()
    pattern, gender = _plain_pattern([fold(word) for word in words])
    if not pattern or (pattern == "GS" and lean == "last_first") or (pattern == "SG" and lean == "first_last"):
        return None
    parts = Parts(*(words[seat] for seat in _SEATS[pattern]))
    codes = {
        "all_caps": text.isupper(), "all_lower": text.islower(), "has_yo": "Ё" in text or "ё" in text,
        "no_patronymic": not parts.patronymic, "order_swapped": pattern[0] == "G",
    }  # fmt: skip
    found = findings_of(frozenset(code for code, is_found in codes.items() if is_found))
    sms = f"{parts.first} {parts.patronymic}".rstrip()
    order = _SHOWS[pattern[0]]
    return PersonName(*parts, found.flags, found.action, gender, sms, parts, order=order, codes=found.codes)


def _plain_pattern(words: Sequence[str]) -> tuple[str, Gender]:
    """Where an unmistakable surname, given name and patronymic stand; "" for anything less."""
    patterns = ("SGP", "GPS") if len(words) == 3 else ("SG", "GS")
    for pattern in patterns:
        last, first, *father = (words[seat] for seat in _SEATS[pattern])
        gender = given_gender(first) if is_common(first) else None
        if gender not in ("M", "F") or len(last) < 4 or surname_gender(last) not in (gender, "U"):
            continue
        if not father or _is_plain_patronymic(father[0], gender):
            return pattern, gender
    return "", "U"


def _is_plain_patronymic(folded: str, gender: str) -> bool:
    return patronymic_gender(folded) == gender and is_of_listed_name(folded) and not is_misspelt_patronymic(folded)


__all__ = [
    "INITIAL", "Gender", "Lean", "Parts", "PersonName", "decided", "dismissed", "join_name", "name_key", "names_agree",
    "parse_name", "source_hash",
]  # fmt: skip
