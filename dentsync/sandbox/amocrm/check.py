"""Schema validation of what is written: every error of every item, before anything is stored."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from dentsync.sandbox.amocrm import tags, values
from dentsync.sandbox.amocrm.account import Account
from dentsync.sandbox.amocrm.pipelines import NoChoice
from dentsync.sandbox.amocrm.problems import MISSING, NOT_A_CHOICE, UNEXPECTED, Faulty
from dentsync.sandbox.amocrm.shape import is_int, of_type
from dentsync.sandbox.amocrm.storage import Json
from dentsync.sandbox.amocrm.values import IGNORED, Values

NULL, BLANK = "This value should not be null.", "This value should not be blank."

_COMMON = {
    "id": "any", "request_id": "any", "name": "text", "responsible_user_id": "user", "created_by": "author",
    "updated_by": "author", "created_at": "int", "updated_at": "int", "custom_fields_values": "fields",
    "tags_to_add": "tags", "_embedded": "embedded",
}  # fmt: skip
KEYS = {
    "contacts": _COMMON | {"first_name": "text", "last_name": "text"},
    "companies": _COMMON,
    "leads": _COMMON
    | {
        "price": "int", "status_id": "int", "pipeline_id": "int", "closed_at": "moment", "loss_reason_id": "reason",
        "visitor_uid": "any", "score": "any",
    },
}  # fmt: skip
"""What may be written, and how it is checked (crm_platform/contacts-api, leads-api, companies-api)."""

EMBEDDED = {
    ("contacts", True): {"tags", "companies"},
    ("contacts", False): {"tags", "companies"},
    ("companies", True): {"tags"},
    ("companies", False): {"tags"},
    ("leads", True): {"tags", "contacts", "companies", "source"},
    ("leads", False): {"tags"},
}
"""Keys of ``_embedded`` when an entity of that kind is new, and when it is changed."""


@dataclass
class Checked:
    """An item that may be written. ``fields``: field id -> values, None clears."""

    request_id: str
    id: Any = None
    plain: Json = field(default_factory=dict)
    fields: dict[int, Values | None] = field(default_factory=dict)
    tags: list[Json] | None = None
    tags_to_add: list[Json] = field(default_factory=list)
    tags_to_delete: list[Json] = field(default_factory=list)
    contacts: list[tuple[int, bool]] = field(default_factory=list)
    company: int | None = None


class Check:
    """Checks one item; the errors go to ``faulty``."""

    def __init__(self, account: Account, kind: str, faulty: Faulty, *, new: bool, path: str = "") -> None:
        self.account = account
        self.kind = kind
        self.new = new
        self._faulty = faulty
        self._path = path
        self._request_id = ""
        self._extra: frozenset[str] = frozenset()
        self._by_type: dict[str, Callable[[str, Any], None]] = {
            "any": lambda _key, _value: None, "text": self._text, "int": self._int, "moment": self._moment,
            "user": self._user, "author": self._author, "reason": self._reason, "fields": self._fields,
            "tags": self._tags, "embedded": self._embedded,
        }  # fmt: skip

    def item(self, item: Any, position: int, extra: frozenset[str] = frozenset()) -> Checked:
        """Check one item of a request; ``extra`` keys of ``_embedded`` are looked at elsewhere."""
        self._extra = extra
        given = item.get("request_id") if isinstance(item, dict) else None
        self._request_id = str(position if given is None else given)
        self.found = Checked(self._request_id)
        if not isinstance(item, dict):
            self._wrong("InvalidType", "", of_type("array"))
            return self.found
        self.found.id = item.get("id")
        if self.found.id is not None and not is_int(self.found.id):
            self._wrong("InvalidType", "id", of_type("int"))
        keys = KEYS[self.kind] | ({} if self.new else {"tags_to_delete": "tags"})
        for key, value in item.items():
            if key in keys:
                self._by_type[keys[key]](key, value)
            else:
                self._wrong("FieldNotExpected", key, UNEXPECTED)
        return self.found

    def status(self, now_in: int | None = None) -> None:
        """Whether the status belongs to the pipeline; ``now_in`` is where a changed lead is."""
        plain = self.found.plain
        if "status_id" not in plain and "pipeline_id" not in plain and not self.new:
            return
        try:
            status = self.account.pipelines.placed(plain.get("pipeline_id"), plain.get("status_id"), now_in)
        except NoChoice as error:
            self._wrong("NotSupportedChoice", str(error), NOT_A_CHOICE)
        else:
            plain |= {"status_id": status.id, "pipeline_id": status.pipeline}

    def _wrong(self, code: str, path: str, detail: str) -> None:
        full = ".".join(part for part in (self._path, path) if part)
        self._faulty.add(self._request_id, code, full, detail)

    def _keep(self, key: str, value: Any) -> None:
        self.found.plain[key] = value

    def _text(self, key: str, value: Any) -> None:
        if value is None:
            self._wrong("NotNullable", key, NULL)
        elif not isinstance(value, str):
            self._wrong("InvalidType", key, of_type("string"))
        else:
            self._keep(key, value)

    def _int(self, key: str, value: Any) -> None:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if value is None:
            self._wrong("NotNullable", key, NULL)
        elif not is_int(value):
            self._wrong("InvalidType", key, of_type("int"))
        else:
            self._keep(key, value)

    def _moment(self, key: str, value: Any) -> None:
        if value is None:
            self._keep(key, None)
        else:
            self._int(key, value)

    def _user(self, key: str, value: Any) -> None:
        self._chosen(key, value, self.account.is_active_user)

    def _author(self, key: str, value: Any) -> None:
        self._chosen(key, value, lambda number: number == 0 or self.account.is_active_user(number))

    def _reason(self, key: str, value: Any) -> None:
        known = "SELECT 1 FROM loss_reasons WHERE id = ?"
        if value is None:
            self._keep(key, None)
        else:
            self._chosen(key, value, lambda number: self.account.storage.row(known, (number,)) is not None)

    def _chosen(self, key: str, value: Any, is_choice: Callable[[int], bool]) -> None:
        self._int(key, value)
        if self.found.plain.get(key) is not None and not is_choice(value):
            self._wrong("NotSupportedChoice", key, NOT_A_CHOICE)

    # custom fields

    def _fields(self, key: str, value: Any) -> None:
        if value is None:
            return
        if not isinstance(value, list):
            self._wrong("InvalidType", key, of_type("array"))
            return
        for number, item in enumerate(value):
            if isinstance(item, dict):
                self._field(item, f"{key}.{number}")
            else:
                self._wrong("InvalidType", f"{key}.{number}", of_type("array"))

    def _field(self, item: Json, path: str) -> None:
        # ``field_name`` and ``field_type`` are what reading shows; a client in wide use sends the name back.
        strange = set(item) - {"field_id", "field_code", "field_name", "field_type", "values"}
        for key in sorted(strange):
            self._wrong("FieldNotExpected", f"{path}.{key}", UNEXPECTED)
        known = self.account.fields(self.kind).named(item)
        if known is None or known.computed:
            key = "field_id" if item.get("field_id") is not None else "field_code"
            self._wrong("NotSupportedChoice", f"{path}.{key}", NOT_A_CHOICE)
        elif "values" not in item:
            self._wrong("FieldMissing", f"{path}.values", MISSING)
        else:
            reader = values.Reader(known, self.account.zone, self.account.settings)
            kept = reader.read(item["values"], lambda code, below, text: self._wrong(code, f"{path}.{below}", text))
            if kept is not IGNORED:
                self.found.fields[known.id] = kept  # type: ignore[assignment]

    # tags and links

    def _tags(self, key: str, value: Any) -> None:
        setattr(self.found, key, self._tag_list(key, value))

    def _tag_list(self, path: str, value: Any) -> list[Json]:
        if not isinstance(value, list):
            self._wrong("InvalidType", path, of_type("array"))
            return []
        return [item for number, item in enumerate(value) if self._is_tag(f"{path}.{number}", item)]

    def _is_tag(self, path: str, item: Any) -> bool:
        if not isinstance(item, dict):
            self._wrong("InvalidType", path, of_type("array"))
        elif item.get("id") is not None:
            if is_int(item["id"]) and tags.is_known(self.account.storage, self.kind, item["id"]):
                return True
            self._wrong("NotSupportedChoice", f"{path}.id", NOT_A_CHOICE)
        elif not isinstance(item.get("name"), str) or not item["name"]:
            self._wrong("FieldMissing", f"{path}.name", MISSING)
        else:
            return True
        return False

    def _embedded(self, key: str, value: Any) -> None:
        if not isinstance(value, dict):
            self._wrong("InvalidType", key, of_type("array"))
            return
        allowed = EMBEDDED[self.kind, self.new] | self._extra
        for name, inner in value.items():
            path = f"{key}.{name}"
            if name not in allowed:
                self._wrong("FieldNotExpected", path, UNEXPECTED)
            elif name == "tags":
                self.found.tags = [] if inner is None else self._tag_list(path, inner)
            elif name in ("contacts", "companies") and name not in self._extra:
                self._linked(name, path, inner)

    def _linked(self, name: str, path: str, value: Any) -> None:
        if not isinstance(value, list):
            self._wrong("InvalidType", path, of_type("array"))
            return
        for number, item in enumerate(value):
            linked = item.get("id") if isinstance(item, dict) else None
            entity = self.account.storage.item(name, linked)
            if linked is None:
                self._wrong("FieldMissing", f"{path}.{number}.id", MISSING)
            elif entity is None or entity["deleted"]:
                self._wrong("NotSupportedChoice", f"{path}.{number}.id", NOT_A_CHOICE)
            elif name == "contacts":
                self.found.contacts.append((linked, bool(item.get("is_main"))))
            else:
                self.found.company = linked
