"""Our words and the fields of the account.

``as_read`` says how values of ours look after the journey there and back, so that comparing finds what people changed
and nothing else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import InvalidOperation
from typing import Any, cast
from zoneinfo import ZoneInfo

from dentsync.lang import _
from dentsync.load.amocrm.directory import Directory, FieldInfo, mapping_of
from dentsync.load.amocrm.merging import Entry, multitext, same_text, wanted_in_order
from dentsync.load.amocrm.values import Zones, read, whole, written
from dentsync.load.labels import several_meant
from dentsync.load.places import Unwritable, fold
from dentsync.load.spelling import TypeId, phone_shown
from dentsync.load.target import TargetSettings
from dentsync.load.values import Scalar, amount
from dentsync.load.wishes import values_of
from dentsync.model import FIELDS, FieldType, Kind, Plain

MULTITEXTS: Mapping[str, TypeId] = {"phones": "PHONE", "email": "EMAIL"}
PRICE, AMOUNT = "price", "amount"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The fields of one kind of item. ``fields`` maps our words to what the account calls them."""

    kind: Kind
    zones: Zones
    fields: Mapping[str, FieldInfo] = field(repr=False)
    last_name_first: bool = False

    # ── out ──

    def is_merged(self, ours: str) -> bool:
        """Whether a field is replaced as a whole, and people may have added to it."""
        return ours in MULTITEXTS or (ours in self.fields and self.fields[ours].type == "multiselect")

    def native(self, ours: str, value: Plain) -> dict[str, Any]:
        """What goes beside the custom fields: names, and the price of any sum. Raises Unwritable."""
        info = self.fields.get(ours)
        if ours == AMOUNT and info is not None:
            return {PRICE: self._price(value)}
        if info is None or info.id:
            return {}
        text = "" if value is None else str(value)
        if info.name == "name" and not text:
            raise Unwritable(_("a title cannot be emptied"))
        return {info.name: text}

    def entries(self, ours: str, value: Plain) -> list[Entry]:
        """Entries of a custom field; none where it is to be empty. Raises Unwritable."""
        info = self.fields[ours]
        if ours in MULTITEXTS:
            kind = MULTITEXTS[ours]
            return wanted_in_order([multitext(kind, one) for one in values_of(value)], same_text(kind))
        if value is None or value in ("", ()):
            return []
        try:
            found: list[Entry] = [written(info, _kind(ours), one, self.zones) for one in self.several(ours, value)]
        except Unwritable as error:
            where = {"field": ours, "name": info.name, "problem": error}
            raise Unwritable(_("{field} ({name}): {problem}").format(**where)) from None
        if len(found) > 1 and info.type != "multiselect":
            return [{"value": ", ".join(str(one["value"]) for one in found)}]
        return found

    def several(self, ours: str, value: Plain) -> tuple[Scalar, ...]:
        """One value or several, as several; a text may name several labels of a list."""
        info = self.fields[ours]
        return several_meant(value, info.items if info.type == "multiselect" else ())

    def _price(self, value: Plain) -> int:
        try:
            return whole(cast(Scalar, value)) if value not in (None, "", ()) else 0
        except InvalidOperation:
            raise Unwritable(_("{field}: is not a sum").format(field=AMOUNT)) from None

    # ── back ──

    def read(self, item: Mapping[str, Any], values: Mapping[int, Sequence[Entry]]) -> dict[str, Plain]:
        """Our words for what an item holds; ``values`` are its custom fields by id."""
        found = {ours: self._plain(ours, info, item, values.get(info.id, ())) for ours, info in self.fields.items()}
        return found | self._names(item, found)

    def as_read(self, fields: Mapping[str, Plain]) -> dict[str, Plain]:
        """Values of ours as they would be read back."""
        return {ours: self._returned(ours, value) for ours, value in fields.items() if ours in self.fields}

    def _returned(self, ours: str, value: Plain) -> Plain:
        info = self.fields[ours]
        try:
            item = self.native(ours, value)
            return self._plain(ours, info, item, self.entries(ours, value) if info.id else ())
        except Unwritable:
            return value

    def _plain(self, ours: str, info: FieldInfo, item: Mapping[str, Any], entries: Sequence[Entry]) -> Plain:
        if info.id == 0 and info.name != PRICE:
            return str(item.get(info.name) or "") or None
        several = tuple(read(info, _kind(ours), one, self.zones) for one in entries)
        if ours == AMOUNT:
            return _sum(item.get(PRICE), several)
        if ours == "phones":
            return tuple(dict.fromkeys(phone_shown(str(one)) for one in several))
        if ours in MULTITEXTS:
            return several[0] if several else None
        if not several:
            return False if info.type == "checkbox" else None
        return several[0] if len(several) == 1 else tuple(str(one) for one in several)

    def _names(self, item: Mapping[str, Any], found: Mapping[str, Plain]) -> dict[str, Plain]:
        """The parts of a name that people typed as one text."""
        if self.kind != "contact" or found.get("last_name") or found.get("first_name"):
            return {}
        parts = parts_of(str(item.get("name") or ""), last_first=self.last_name_first)
        return {ours: part or None for ours, part in parts.items() if ours in self.fields and not found.get(ours)}


def _sum(price: object, exact: Sequence[Plain]) -> Plain:
    """The exact sum, as long as the price says the same: else a person has changed the price."""
    told = amount(price) if isinstance(price, int | str) and str(price) else None
    if exact and exact[0] is not None:
        try:
            if told is None or amount(whole(str(exact[0]))) == told:
                return exact[0]
        except InvalidOperation:
            return exact[0]
    return None if told == "0" else told


def parts_of(name: str, *, last_first: bool) -> dict[str, str]:
    """Surname, given name and patronymic of a whole name; a patronymic in the third place says who is first."""
    words = name.split()
    if len(words) < 2:
        return {"last_name": "", "first_name": name.strip(), "patronymic": ""}
    if last_first or (len(words) == 3 and fold(words[2]).endswith(_PATRONYMICS)):
        return {"last_name": words[0], "first_name": words[1], "patronymic": " ".join(words[2:])}
    return {"last_name": words[-1], "first_name": words[0], "patronymic": " ".join(words[1:-1])}


_PATRONYMICS = ("вич", "вна", "чна", "оглы", "кызы")


def vocabulary_of(settings: TargetSettings, directory: Directory, kind: Kind) -> Vocabulary:
    """The words of a kind that the account has a field for."""
    known = directory.fields.get(kind, {})
    return Vocabulary(
        kind,
        Zones(ZoneInfo(directory.timezone), ZoneInfo(settings.timezone)),
        {ours: known[name] for ours, name in mapping_of(settings, kind).items() if name in known},
        directory.last_name_first,
    )


def _kind(ours: str) -> FieldType:
    return FIELDS.get(ours, FieldType.TEXT)
