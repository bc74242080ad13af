"""The search index: what ``query`` and the field filter see, some seconds after it was written."""

from dentsync.sandbox.amocrm import values
from dentsync.sandbox.amocrm.account import Account
from dentsync.sandbox.amocrm.storage import SEPARATORS, Json

_VISIBLE = (
    "SELECT max(version) FROM search WHERE kind = ? AND item = s.item AND since <= ?"  # the newest that has arrived
)


def index(account: Account, kind: str, item: Json) -> None:
    """Let the search learn of an entity after the lag."""
    storage, now = account.storage, account.clock.now()
    known = account.fields(kind).by_id
    filled = [(known[int(key)], kept) for key, kept in item["fields"].items() if int(key) in known]
    texts = [item.get(key) or "" for key in ("name", "first_name", "last_name")]
    texts += [text for field, kept in filled for text in values.texts(field, kept)]
    _forget(account, kind, item["id"], now)
    version = storage.run(
        "INSERT INTO search (kind, item, since, text) VALUES (?, ?, ?, ?)",
        (kind, item["id"], now + account.lag(), "\n".join(texts).casefold()),
    )
    for field, kept in filled:
        for value in values.filterable(field, kept):
            storage.run("INSERT INTO search_values VALUES (?, ?, ?)", (version, field.id, value))


def drop(account: Account, kind: str, number: int) -> None:
    """Forget an entity at once."""
    versions = "SELECT version FROM search WHERE kind = ? AND item = ?"
    account.storage.run(f"DELETE FROM search_values WHERE version IN ({versions})", (kind, number))  # noqa: S608
    account.storage.run("DELETE FROM search WHERE kind = ? AND item = ?", (kind, number))


def _forget(account: Account, kind: str, number: int, now: float) -> None:
    """Drop the versions that nobody can see any more."""
    storage = account.storage
    sql = "SELECT version FROM search WHERE kind = ? AND item = ? AND since <= ? ORDER BY version DESC"
    for (version,) in storage.rows(sql, (kind, number, now))[1:]:
        storage.run("DELETE FROM search WHERE version = ?", (version,))
        storage.run("DELETE FROM search_values WHERE version = ?", (version,))


def by_query(account: Account, kind: str, query: str) -> tuple[str, list[object]]:
    """A condition for entities with the text in any filled field: a piece of it, as it is spelled."""
    now, wanted = account.clock.now(), query.casefold()
    found = "instr(s.text, ?)"
    parameters: list[object] = [kind, now, wanted]
    digits = wanted.translate(SEPARATORS)
    if account.settings.query_digits and digits.isdigit():
        found = "(instr(s.text, ?) OR instr(plain(s.text), ?))"
        parameters.append(digits)
    here = f"s.kind = ? AND s.since <= ? AND {found} AND s.version = ({_VISIBLE})"
    sql = f"id IN (SELECT s.item FROM search s WHERE {here})"  # noqa: S608
    return sql, [*parameters, kind, now]


def by_field(account: Account, kind: str, field: int, wanted: list[str]) -> tuple[str, list[object]]:
    """A condition for entities with one of the values in a custom field."""
    marks = ",".join("?" * len(wanted))
    return _values(account, kind, f"v.field = ? AND v.value IN ({marks})", [field, *wanted])


def by_range(account: Account, kind: str, field: int, first: float, last: float) -> tuple[str, list[object]]:
    """A condition for entities with a value in a range."""
    return _values(account, kind, "v.field = ? AND CAST(v.value AS REAL) BETWEEN ? AND ?", [field, first, last])


def _values(account: Account, kind: str, condition: str, parameters: list[object]) -> tuple[str, list[object]]:
    now = account.clock.now()
    sql = (
        "id IN (SELECT s.item FROM search_values v JOIN search s ON s.version = v.version "  # noqa: S608
        f"WHERE {condition} AND s.kind = ? AND s.version = ({_VISIBLE}))"
    )
    return sql, [*parameters, kind, kind, now]
