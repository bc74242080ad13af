"""The name of a row: written in one cell or in three, read, and put into the fields of a record."""

from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dentsync.model import Fault, FieldType, Value
from dentsync.transform.damage import damage_of
from dentsync.transform.words import is_empty

if TYPE_CHECKING:  # a report reads a year of visits and no name
    from dentsync.transform.name_order import Lean
    from dentsync.transform.names import Parts, PersonName

NAME_PARTS = ("last_name", "first_name", "patronymic")
NAME_FIELDS = (*NAME_PARTS, "full_name")


@dataclass(frozen=True, slots=True)
class WrittenName:
    """How a row writes a name. ``texts``: the whole name in one cell, or surname, given name and patronymic."""

    texts: tuple[str, ...] = field(repr=False)
    sex: str
    order: "Lean"

    @property
    def typed(self) -> str:
        """On one line, without the cells that say nothing."""
        return self.texts[0] if len(self.texts) == 1 else " ".join(filter(None, self._parts))

    @property
    def _parts(self) -> list[str]:
        return ["" if is_empty(text, FieldType.NAME) else text for text in self.texts]

    def read(self) -> "PersonName":
        """What the rules make of it; it is neither empty nor damaged."""
        from dentsync.transform.names import join_name, parse_name

        if len(self.texts) == 1:
            return parse_name(self.texts[0], self.sex, self.order)
        last, first, patronymic = self._parts
        return join_name(last, first, patronymic, self.sex)

    @property
    def damage(self) -> str | None:
        """Why it cannot be read."""
        return damage_of(self.typed, FieldType.NAME)


def written_name(texts: Mapping[str, str], sex: str, order: "Lean") -> WrittenName | None:
    """The name in the texts of a row's columns: in one column where the others do not have it."""
    parts = tuple(texts.get(part, "") for part in NAME_PARTS)
    if "full_name" in texts and any(is_empty(part, FieldType.NAME) for part in parts[:2]):
        return WrittenName((texts["full_name"],), sex, order)
    return WrittenName(parts, sex, order) if any(part in texts for part in NAME_PARTS) else None


def put_name(
    written: WrittenName,
    values: MutableMapping[str, Value],
    faults: list[Fault],
    decide: "Callable[[PersonName], PersonName]",
) -> "tuple[bool, Parts | None]":
    """What was typed stands in the fields of the name until a person has looked; a message gets a certain name only.

    Returns whether a person has to look, and, where one did (``decide``), how the name was before.
    """
    values["sms_name"] = None
    typed = written.typed
    if is_empty(typed, FieldType.NAME):
        values.update(dict.fromkeys(("full_name",) if len(written.texts) == 1 else NAME_FIELDS))
        return False, None
    if damage := written.damage:
        faults.append(Fault("full_name", damage, typed))
        return False, None
    before = written.read()
    name = decide(before)
    values["sms_name"] = name.sms_name
    if name.faults:
        faults.append(Fault("full_name", "; ".join(name.faults), typed))
    if name.do_not_contact:
        values["do_not_contact"] = True
    if name.typed is not None and name.action != "quarantine":
        values.update(fields_of(name.typed))
    return name.action in ("propose", "quarantine"), None if name is before else before.typed


def fields_of(parts: "Parts") -> dict[str, Value]:
    """The fields of a name; a missing part is empty."""
    named: dict[str, Value] = {name: part or None for name, part in zip(NAME_PARTS, parts, strict=True)}
    return {**named, "full_name": parts.full}
