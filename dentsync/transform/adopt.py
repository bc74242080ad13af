"""Before a contact is created: is the person already in the CRM?

Order: our key there → phone and name agree → phone alone, where exactly one contact has it, no other patient of the
MIS does, and the names do not contradict → create. Where several fit, nothing is guessed.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from dentsync.model import Change, Operation, Plain, Present, Route
from dentsync.transform.follows import followed_by
from dentsync.transform.names import name_key, names_agree
from dentsync.transform.plain import is_nothing, same
from dentsync.transform.words import fold, is_among

CROWD = 6
"""So many people on one number are no family: it is the clinic's own, or a filler. It tells nobody from anybody."""

NAMES = ("last_name", "first_name", "patronymic")
_NOBODY = {
    "без", "имени", "контакт", "клиент", "пациент", "новый", "неизвестный", "входящий", "звонок", "заявка", "лид",
}  # fmt: skip
"""Words that telephony and forms write where a name belongs."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Adopt this contact, or hold with a reason, or (neither) create."""

    found: Present | None = field(default=None, repr=False)
    hold: str = ""


def choose(
    operation: Operation, ours: Present | None, with_phone: Sequence[Present], taken: Callable[[int], bool], *,
    alone: bool, in_crowd: Sequence[Present] = (), orphan: Callable[[str], bool] = lambda _key: False,
) -> Choice:  # fmt: skip
    """Decide for one creation. ``ours`` carries our key; ``with_phone`` share a phone; ``taken`` tells CRM ids that
    are linked to somebody else; ``alone``: no other patient of the MIS has this phone; ``in_crowd`` share nothing but a
    number of many people, by which nobody is adopted; ``orphan`` tells keys of ours
    that a restored store has forgotten: who carries one may be this patient under the name of an earlier day.
    """
    if ours:
        return Choice(ours)
    free = [item for item in with_phone if _is_free(item.key, operation.key, orphan) and not taken(item.crm_id)]
    wanted = {change.field: change.new for change in operation.changes}
    name = _name(wanted)
    agreeing = [item for item in free if _is_called(item, name)]
    if len(agreeing) > 1:
        numbers = ", ".join(str(item.crm_id) for item in agreeing)
        return Choice(hold=f"в CRM {len(agreeing)} контакта с этим именем и телефоном (№ {numbers}): объедините их")
    if agreeing:
        return Choice(agreeing[0])
    possible = [item for item in free if _may_be(item, wanted)]
    if possible and alone and len(with_phone) == 1:
        return Choice(possible[0])
    if possible:
        numbers = ", ".join(str(item.crm_id) for item in possible)
        return Choice(
            hold=f"на этом номере не один человек, а у контакта № {numbers} в CRM нет полного имени: впишите его"
        )
    return _unproven(name, in_crowd, taken)


def _unproven(name: str, in_crowd: Sequence[Present], taken: Callable[[int], bool]) -> Choice:
    """A contact with this name on a number of many people: to adopt it may be wrong, and so may be a second one."""
    alike = [one for one in in_crowd if one.key is None and not taken(one.crm_id)]
    numbers = [str(one.crm_id) for one in alike if _is_called(one, name)]
    if not numbers:
        return Choice()
    alike_ones = ", ".join(numbers)
    return Choice(
        hold=f"номер общий у многих, и контакт № {alike_ones} может быть другим: впишите телефон в МИС и в CRM"
    )


def choose_deal(route: Route, pipelines: Collection[str], deals: Iterable[Present]) -> Choice:
    """The open deal of the patient that a new one would only repeat, or (neither) create.

    ``deals`` are those of the patient's contact that nobody of this run was given; ``pipelines`` those of the route's
    group. Only deals that people made count, and that followed what people did, at the stages that the route adopts.
    """
    fitting = [
        one
        for one in deals
        if (one.key is None or followed_by(one.key))
        and one.ends is None
        and is_among(one.pipeline, pipelines)
        and is_among(one.stage, route.adopt)
    ]
    if len(fitting) > 1:
        numbers = ", ".join(str(one.crm_id) for one in fitting)
        return Choice(hold=f"в CRM {len(fitting)} открытые заявки этого пациента (№ {numbers}): оставьте одну")
    return Choice(fitting[0]) if fitting else Choice()


def _is_free(key: str | None, ours: str, orphan: Callable[[str], bool]) -> bool:
    return key is None or key == ours or orphan(key)


def _name(fields: Mapping[str, Plain]) -> str:
    return name_key(*(str(fields.get(part) or "") for part in NAMES))


def _is_called(item: Present, name: str) -> bool:
    """Surname and given name in either order: people type both into one field, as it comes."""
    last, first, patronymic = (str(item.fields.get(part) or "") for part in NAMES)
    return any(names_agree(key, name) for key in (name_key(last, first, patronymic), name_key(first, last, patronymic)))


def _may_be(item: Present, wanted: Mapping[str, Plain]) -> bool:
    """A contact without a name, or with a part of this one: what a call or a form left."""
    theirs = [word for word in _words(item.fields) if word not in _NOBODY]
    ours = _words(wanted)
    return all(any(word == one or (len(word) == 1 and one.startswith(word)) for one in ours) for word in theirs)


def _words(fields: Mapping[str, Plain]) -> list[str]:
    return re.findall(r"[^\W\d_]+", fold(" ".join(str(fields.get(part) or "") for part in NAMES)))


def adopted(
    operation: Operation, found: Present, as_read: Mapping[str, Plain], contact: int | None = None
) -> Operation:
    """The creation turned into an update of what was found: only what differs, phones only added, our key set.

    What we made ourselves and never heard of is emptied, too, where the MIS has nothing any more. ``as_read``: our
    values as the CRM would show them; fields it has no place for are absent and sent as they are. ``contact``: the CRM
    id of the deal's contact, where it is known.
    """
    claims = found.key != operation.key
    changes = tuple(
        change if change.known and not claims else Change(change.field, there, change.new, known=False)
        for change, there in ((change, found.fields.get(change.field)) for change in operation.changes)
        if not same(as_read.get(change.field), there) and not (is_nothing(change.new) and (claims or not change.known))
    )
    linked = contact is not None and contact in (found.contacts or ())
    if operation.kind == "deal" and operation.contact and not linked:
        changes += (Change("contact", None, operation.contact, known=False),)
    return replace(
        operation, action="update", changes=changes, crm_id=found.crm_id, pipeline=found.pipeline, stage=None,
        status=None, claims=claims,
    )  # fmt: skip


def with_whole_name(changes: tuple[Change, ...], found: Present) -> tuple[Change, ...]:
    """No part of a name without the others: a CRM that keeps it as one text would be left with that part alone."""
    sent = {change.field for change in changes}
    if sent.isdisjoint(NAMES):
        return changes
    kept = {part: there for part in NAMES if part not in sent and (there := found.fields.get(part))}
    return (*changes, *(Change(part, there, there, known=False) for part, there in kept.items()))
