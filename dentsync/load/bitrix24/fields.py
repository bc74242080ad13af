"""Our words and the fields of the portal.

``as_read`` says how values of ours look after the journey there and back, so that comparing finds what people changed
and nothing else.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from dentsync.lang import _
from dentsync.load.bitrix24.directory import MULTIFIELD, Directory, FieldInfo, mapping_of
from dentsync.load.bitrix24.multifields import Multifield
from dentsync.load.bitrix24.values import read, written
from dentsync.load.labels import several_meant
from dentsync.load.places import Unwritable
from dentsync.load.spelling import TypeId, phone_shown
from dentsync.load.target import TargetSettings
from dentsync.model import FIELDS, FieldType, Kind, Plain

MULTIFIELDS: Mapping[str, TypeId] = {"phones": "PHONE", "email": "EMAIL"}
LISTS = ("enumeration", "crm_status")

Wire = str | int | list[str | int]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The fields of one kind of item. ``fields`` maps our words to what the portal calls them."""

    kind: Kind
    zone: ZoneInfo
    fields: Mapping[str, FieldInfo] = field(repr=False)
    multifields: frozenset[str] = frozenset()

    def wires(self) -> list[str]:
        """Names to ask for when reading."""
        return sorted({info.wire for info in self.fields.values()})

    def write(self, ours: str, value: Plain) -> dict[str, Wire]:
        """Wire fields for one value; none where the clinic maps this word to nothing. Raises Unwritable."""
        info = self.fields.get(ours)
        if info is None:
            return {}
        try:
            wire = self._wire(info, ours, value)
        except Unwritable as error:
            where = {"field": ours, "name": info.wire, "problem": error}
            raise Unwritable(_("{field} ({name}): {problem}").format(**where)) from None
        if info.wire == "opportunity":
            # Without the flag the sum is counted anew from the products.
            return {"opportunity": wire or "0", "currencyId": "RUB", "isManualOpportunity": "Y"}
        return {info.wire: wire}

    def read(self, item: Mapping[str, Any], records: Iterable[Multifield] | None) -> dict[str, Plain]:
        """Our words for what an item holds; a field the answer does not carry is absent."""
        found = {ours: self._plain(info, ours, item[info.wire]) for ours, info in self._carried(item)}
        if records is None:
            return found
        return found | {word: _held(MULTIFIELDS[word], records) for word in self.multifields}

    def as_read(self, fields: Mapping[str, Plain]) -> dict[str, Plain]:
        """Values of ours as they would be read back."""
        known = self.fields.keys() | self.multifields
        return {ours: self._returned(ours, value) for ours, value in fields.items() if ours in known}

    def _carried(self, item: Mapping[str, Any]) -> list[tuple[str, FieldInfo]]:
        return [(ours, info) for ours, info in self.fields.items() if info.wire in item]

    def _returned(self, ours: str, value: Plain) -> Plain:
        if ours in self.multifields:
            return tuple(phone_shown(one) for one in value) if isinstance(value, tuple) else value
        try:
            return self._plain(self.fields[ours], ours, self.write(ours, value)[self.fields[ours].wire])
        except Unwritable:
            return value

    def _wire(self, info: FieldInfo, ours: str, value: Plain) -> Wire:
        if value is None or value in ("", ()):
            return _cleared(info)
        labels = [label for _number, label in info.items] if info.multiple and info.type in LISTS else []
        wires = [written(info, _kind(ours), one, self.zone) for one in several_meant(value, labels)]
        if info.multiple:
            return wires
        return wires[0] if len(wires) == 1 else ", ".join(map(str, wires))

    def _plain(self, info: FieldInfo, ours: str, wire: Any) -> Plain:
        if wire is None or wire in ("", [], {}) or (wire is False and info.type != "boolean"):
            return None
        if isinstance(wire, list):
            several = tuple(self._plain(info, ours, one) for one in wire)
            return several[0] if len(several) == 1 else tuple(str(one) for one in several)
        return read(info, _kind(ours), wire, self.zone)


def vocabulary_of(settings: TargetSettings, directory: Directory, kind: Kind) -> Vocabulary:
    """The words of a kind that the portal has a field for."""
    known = directory.fields.get(kind, {})
    mapping = mapping_of(settings, kind)
    return Vocabulary(
        kind,
        ZoneInfo(settings.timezone),
        {ours: known[name] for ours, name in mapping.items() if name in known},
        frozenset(ours for ours, name in mapping.items() if name == MULTIFIELD and ours in MULTIFIELDS),
    )


def _kind(ours: str) -> FieldType:
    return FIELDS.get(ours, FieldType.TEXT)


def _cleared(info: FieldInfo) -> str:
    if info.wire == "title":
        raise Unwritable(_("a title cannot be emptied"))
    if info.multiple and info.type in LISTS:
        # The update answers "done", and the value stays (bitrix-tools/b24-rest-docs#269).
        raise Unwritable(_("Bitrix24 cannot empty a list of several values over REST; empty it by hand"))
    return ""


def _held(kind: TypeId, records: Iterable[Multifield]) -> Plain:
    values = [one.value for one in records if one.type == kind]
    if kind == "PHONE":
        return tuple(dict.fromkeys(phone_shown(one) for one in values))
    return values[0] if values else None
