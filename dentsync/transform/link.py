"""Who is meant: a row's patient among the people already known.

A card number names a patient inside a branch. A phone never does by itself: families share it. Without a card, a person
is known by phone and agreeing name; when the card turns up later, it joins that person, and the CRM contact stays.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from dentsync.model import Record
from dentsync.transform.names import name_key, names_agree
from dentsync.transform.words import fold


@dataclass(frozen=True, slots=True)
class Mention:
    """How a row speaks of a patient. ``key`` is its own name for them; ``branch_known``: the row says which branch."""

    key: str
    card: str | None
    name_key: str = field(repr=False)
    phones: tuple[str, ...] = field(repr=False)
    branch_known: bool = False


@dataclass(frozen=True, slots=True)
class Somebody:
    """A known person, as far as matching needs it."""

    key: str
    card: str | None
    name_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Match:
    """The decision: the key of the person, or None with the reason why it is held."""

    person: str | None
    reason: str = ""


def mention_of(record: Record, branch: str) -> Mention:
    """What the row says about its patient; ``branch`` is used where the row names none."""
    values = record.values
    parts = (values.get("last_name"), values.get("first_name"), values.get("patronymic"))
    name = name_key(*(str(part or "") for part in parts))
    own, theirs = values.get("phones") or (), values.get("representative_phones") or ()
    assert isinstance(own, tuple)
    assert isinstance(theirs, tuple)
    phones = tuple(dict.fromkeys((*own, *theirs)))  # her own first: a key may be made of it
    card = str(values.get("card_number") or "") or None
    home = str(values.get("branch") or branch)
    return Mention(_key(home, card, name, phones), card, name, phones, bool(values.get("branch")))


def typed_key(record: Record, branch: str) -> str | None:
    """Under which key the patient was known before a person decided the name; None where nobody did."""
    if record.typed is None:
        return None
    typed = dict(zip(("last_name", "first_name", "patronymic"), record.typed, strict=True))
    return mention_of(replace(record, values={**record.values, **typed}), branch).key


def patient_key(branch: str, card: str) -> str:
    """The key of a patient with a card."""
    return f"patient/{fold(branch).replace(' ', '-')}/{card}"


def _key(branch: str, card: str | None, name: str, phones: Sequence[str]) -> str:
    if card:
        return patient_key(branch, card)
    digest = hashlib.blake2b("\x1f".join((*phones[:1], name)).encode(), digest_size=8).hexdigest()
    return patient_key(branch, f"~{digest}")


def identify(
    mention: Mention, exact: Somebody | None, by_card: Sequence[Somebody], by_phone: Sequence[Somebody]
) -> Match:
    """Decide who is meant. ``exact`` answers to the mention's own key, the others share its card number or a phone.

    A card number without a branch may be anybody's with that number: there the name decides.
    """
    if mention.card and not mention.branch_known and len(by_card) > 1:
        return _by_name(mention, by_card)
    if exact:
        return Match(exact.key)
    agreeing = [person for person in by_phone if names_agree(person.name_key, mention.name_key)]
    if mention.card:
        return _with_card(mention, by_card, agreeing)
    if not mention.phones:
        return Match(None, "нет ни номера карты, ни телефона: непонятно, кто это")
    return _only(agreeing, mention.key)


def _by_name(mention: Mention, by_card: Sequence[Somebody]) -> Match:
    agreeing = [person for person in by_card if names_agree(person.name_key, mention.name_key)]
    if len(agreeing) == 1:
        return Match(agreeing[0].key)
    return Match(None, f"карта с этим номером есть у {len(by_card)} пациентов, а филиал не указан")


def _with_card(mention: Mention, by_card: Sequence[Somebody], agreeing: Sequence[Somebody]) -> Match:
    elsewhere = [person for person in by_card if names_agree(person.name_key, mention.name_key)]
    if elsewhere and not mention.branch_known:
        return Match(elsewhere[0].key)
    return _only([person for person in agreeing if person.card is None], mention.key)


def _only(people: Sequence[Somebody], otherwise: str) -> Match:
    if len(people) > 1:
        return Match(None, f"подходят {len(people)} пациента с тем же телефоном и именем: выберите по номеру карты")
    return Match(people[0].key if people else otherwise)
