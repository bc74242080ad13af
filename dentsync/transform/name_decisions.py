"""What a person decided about a name: which source value it is tied to, whom it is about, and what becomes of the name.

A decision holds for the value as it stands in the file, whatever the rules think of it later. A correction that adds
what the value does not say (a surname to «Анна», a patronymic) is about one patient, and holds for that one alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dentsync.model import Decision, Decisions, Value
from dentsync.transform.name_words import sex_of
from dentsync.transform.names import Parts, PersonName, decided, dismissed, join_name, source_hash
from dentsync.transform.words import fold, visible

EVERYBODY = ""
"""In the place of a patient: the decision holds for all who have the value."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A name of one row as a person may be asked about it: ``name`` is what the rules make of it.

    ``texts``: the cell, or the cells of surname, given name and patronymic. ``sex``: the word of the MIS. ``card`` and
    ``phones`` tell whose it is, as far as the row says.
    """

    texts: tuple[str, ...] = field(repr=False)
    sex: str
    name: PersonName
    card: str = ""
    branch: str = ""
    phones: tuple[str, ...] = field(default=(), repr=False)

    @property
    def source(self) -> str:
        """The hash of the source value. The sex belongs to it where it is part of the contradiction."""
        sex = (sex_of(self.sex),) if "gender_mismatch" in self.name.codes else ()
        return source_hash(*self.texts, *sex)

    @property
    def shown(self) -> str:
        """The source value on one line; cells of several columns are kept apart."""
        return " | ".join(self.texts)

    @property
    def patient(self) -> str:
        """A hash that stands for the patient: card number within a branch, else the first phone, else nothing."""
        if self.card:
            return source_hash("card", fold(self.branch), self.card)
        return source_hash("phone", self.phones[0]) if self.phones else ""

    @property
    def doubtful(self) -> bool:
        """Whether a person has to look."""
        return self.name.action in ("propose", "quarantine")

    def decided(self, decisions: Decisions) -> PersonName:
        """The name after what people decided: of this patient first, then of the value."""
        about = decisions.get(self.source)
        decision = about and (about.get(self.patient) or about.get(EVERYBODY))
        return as_decided(self.name, decision) if decision else self.name


def asked_of(texts: tuple[str, ...], sex: str, name: PersonName, values: Mapping[str, Value], branch: str) -> Asked:
    """A row's name with what its clean values say about whose it is; ``branch`` is used where they name none."""
    phones = values.get("phones")
    return Asked(
        texts, sex, name, str(values.get("card_number") or ""), str(values.get("branch") or branch),
        phones if isinstance(phones, tuple) else (),
    )  # fmt: skip


def as_decided(name: PersonName, decision: Decision) -> PersonName:
    """The name by a person's word."""
    if decision.verdict == "dismiss":
        return dismissed(name)
    return decided(name, Parts(decision.last, decision.first, decision.patronymic))


def adds(name: PersonName, parts: Parts) -> bool:
    """Whether a correction says more than the value does: others who are written like this may be called otherwise."""
    known = max(sum(map(bool, one)) for one in (name.parts, name.typed or ()))
    return name.action == "quarantine" or sum(map(bool, parts)) > known


def corrected(last: str, first: str, patronymic: str) -> Parts:
    """Parts that a person typed; slips of case and of the keyboard's language are put right where that is certain.

    Raises ValueError, in Russian, for what is no name.
    """
    typed = Parts(visible(last), visible(first), visible(patronymic))
    if not typed.last and not typed.first:
        raise ValueError("впишите фамилию, имя или то и другое")
    if sum(map(bool, typed)) == 1 and " " in typed.full:
        raise ValueError("впишите фамилию, имя и отчество в разные столбцы")
    name = join_name(*typed)
    if not name.codes.isdisjoint(_NO_PARTS) or any(len(part) > LONGEST for part in typed):
        raise ValueError("исправление не похоже на имя: только буквы, дефис и апостроф")
    tidy = name.action in ("keep", "auto") and name.codes.isdisjoint({"field_shift", "order_swapped"})
    return name.parts if tidy else typed


LONGEST = 100
_NO_PARTS = frozenset(
    {
        "digits", "odd_characters", "lost", "mojibake", "email_in_name", "phone_in_name", "date_in_name", "note",
        "test_record", "two_people", "unknown_note", "only_company",
    }
)  # fmt: skip
