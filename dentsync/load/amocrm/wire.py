"""Requests of API v4, and the rows of its answers.

Bodies of a collection are arrays, replies carry their rows in ``_embedded``, an empty list is 204 without a body.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from dentsync.errors import TargetError
from dentsync.lang import _
from dentsync.model import Kind

ENTITY: Mapping[Kind, str] = {"contact": "contacts", "deal": "leads", "task": "tasks"}
PAGE = 250
"""Rows of a page at most; more is clipped in silence."""

Row = Mapping[str, Any]
Query = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Request:
    """One call: ``path`` behind ``/api/v4/``. ``query`` may hold phones, ``body`` people."""

    verb: str
    path: str
    query: Query = field(default=(), repr=False)
    body: Any = field(default=None, repr=False)

    @property
    def creates(self) -> bool:
        """Whether a second one would make things twice."""
        return self.verb == "POST" and self.path in ENTITY.values()

    def url(self, base: str) -> str:
        """The full address."""
        query = "&".join(f"{quote(name, safe='[]')}={quote(value, safe='')}" for name, value in self.query)
        return f"{base}/api/v4/{self.path}" + (f"?{query}" if query else "")


def get(path: str, *query: tuple[str, object]) -> Request:
    """A request that changes nothing."""
    return Request("GET", path, tuple((name, str(value)) for name, value in query))


def rows_of(body: object, name: str) -> list[Row]:
    """The rows of a collection. Raises TargetError where the answer has another shape."""
    if body is None:
        return []
    embedded = body.get("_embedded") if isinstance(body, Mapping) else None
    rows = embedded.get(name) if isinstance(embedded, Mapping) else None
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) and "id" in row for row in rows):
        raise strange_answer(name)
    return rows


def has_next(body: object) -> bool:
    """Whether another page follows: how many rows came says nothing of that."""
    links = body.get("_links") if isinstance(body, Mapping) else None
    return isinstance(links, Mapping) and bool(links.get("next"))


def strange_answer(name: str) -> TargetError:
    """The answer has another shape than the documentation says."""
    return TargetError(_("amoCRM answered {name} in a shape that is not known").format(name=name))
