"""Definitions of custom fields (crm_platform/custom-fields)."""

from dataclasses import dataclass

from dentsync.sandbox.amocrm.storage import Json, Storage

TYPES = frozenset(
    {
        "text", "numeric", "checkbox", "select", "multiselect", "date", "url", "textarea", "radiobutton",
        "streetaddress", "smart_address", "birthday", "date_time", "legal_entity", "price", "category", "items",
        "multitext", "tracking_data", "linked_entity", "chained_list", "monetary", "file",
    }
)  # fmt: skip
CHOICES = frozenset({"select", "multiselect", "radiobutton", "category"})
"""Types whose values are chosen from ``enums``, which these must have."""


@dataclass(frozen=True, slots=True)
class Enum:
    """A value that can be chosen, or a sort of phone."""

    id: int
    value: str
    sort: int
    code: str | None


@dataclass(frozen=True, slots=True)
class Field:
    """One custom field of one kind of entity."""

    id: int
    kind: str
    name: str
    code: str | None
    type: str
    sort: int
    predefined: bool
    api_only: bool
    computed: bool
    enums: tuple[Enum, ...]

    @property
    def has_enums(self) -> bool:
        """Whether a value names an enum."""
        return self.type in CHOICES or self.type == "multitext"

    def enum(self, number: object) -> Enum | None:
        """The enum with that id."""
        return next((enum for enum in self.enums if enum.id == number), None)

    def shown(self, account: int, base: str) -> Json:
        """The definition as the API lists it."""
        enums = [{"id": e.id, "value": e.value, "sort": e.sort, "code": e.code} for e in self.enums]
        return {
            "id": self.id,
            "name": self.name,
            "type": self.type,
            "account_id": account,
            "code": self.code,
            "sort": self.sort,
            "is_api_only": self.api_only,
            "enums": enums or None,
            "group_id": None,
            "required_statuses": [],
            "hidden_statuses": [],
            "is_deletable": not self.predefined,
            "is_predefined": self.predefined,
            "is_computed": self.computed,
            "entity_type": self.kind,
            "tracking_callback": None,
            "remind": None,
            "triggers": [],
            "currency": None,
            "chained_lists": None,
            "search_in": None,
            "_links": {"self": {"href": f"{base}/api/v4/{self.kind}/custom_fields/{self.id}"}},
        }


@dataclass(frozen=True)
class Fields:
    """All custom fields of a kind of entity, in their order."""

    by_id: dict[int, Field]

    @classmethod
    def read(cls, storage: Storage, kind: str) -> "Fields":
        """Read them from the storage."""
        enums: dict[int, list[Enum]] = {}
        for field, *rest in storage.rows("SELECT field, id, value, sort, code FROM enums ORDER BY field, sort, id"):
            enums.setdefault(field, []).append(Enum(*rest))
        columns = "id, kind, name, code, type, sort, predefined, api_only, computed"
        rows = storage.rows(f"SELECT {columns} FROM fields WHERE kind = ? ORDER BY sort, id", (kind,))  # noqa: S608
        return cls({row[0]: Field(*[*row[:6], *map(bool, row[6:]), tuple(enums.get(row[0], ()))]) for row in rows})

    def named(self, item: Json) -> Field | None:
        """The field that ``field_id`` or ``field_code`` of an item names."""
        if item.get("field_id") is not None:
            return self.by_id.get(item["field_id"]) if isinstance(item["field_id"], int) else None
        return self.coded(item.get("field_code"))

    def coded(self, code: object) -> Field | None:
        """The field with that code."""
        return next((field for field in self.by_id.values() if code and field.code == code), None)
