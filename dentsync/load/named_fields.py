"""Fields of a CRM that the clinic's configuration names: are they there, and can they be filled?"""

import difflib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from dentsync.lang import _

LISTS = frozenset({"enumeration", "select", "multiselect", "radiobutton", "category"})
"""Types whose values are the items of a list."""


class Named(Protocol):
    """What has to be known of a field."""

    @property
    def type(self) -> str: ...
    @property
    def read_only(self) -> bool: ...
    @property
    def items(self) -> Sequence[object]: ...


@dataclass(frozen=True, slots=True)
class FieldPlace:
    """One line of ``[crm.fields.*]``: ``ours = "name"``, for a kind of item of a CRM."""

    kind: str
    ours: str
    name: str
    crm: str


def problems_of_field(
    place: FieldPlace, info: Named | None, unfit: Collection[str], titles: Mapping[str, str]
) -> Iterator[str]:
    """Why a field cannot be filled. ``unfit`` types cannot; ``titles``: what there is, name -> title."""
    where = {"where": f"crm.fields.{place.kind}.{place.ours}", "name": place.name, "crm": place.crm}
    if info is None:
        yield _("{where}: {crm} has no field {name!r} in a {kind}; nearest: {near}").format(
            kind=place.kind, near=_nearest(place.name, titles), **where
        )
    elif info.read_only:
        yield _("{where}: {crm} keeps the field {name!r} itself and lets nobody write it").format(**where)
    elif info.type in unfit:
        yield _("{where}: the field {name!r} is of type {type!r}, which cannot be filled; use a text or a list").format(
            type=info.type, **where
        )
    elif info.type in LISTS and not info.items:
        yield _("{where}: the list {name!r} has no items yet; add them in {crm}").format(**where)


def _nearest(name: str, titles: Mapping[str, str]) -> str:
    shown = {key.casefold(): f"{key} ({title})" if title != key else key for key, title in titles.items()}
    near = difflib.get_close_matches(name.casefold(), shown, n=3, cutoff=0.5)
    return ", ".join(shown[one] for one in near) or "—"
