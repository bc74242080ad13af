"""What the server, the admin API and the board need of a CRM that is switched on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from dentsync.sandbox.exchange import Reply, Request

Json = dict[str, Any]


@dataclass(frozen=True)
class Door:
    """A way in: the portal's or account's name, the URL that a client is pointed to, and the keys that it needs."""

    name: str
    url: str = field(repr=False)
    keys: Mapping[str, str] = field(default_factory=dict, repr=False)


class House(Protocol):
    """A CRM with all its portals or accounts. One thread.

    ``query`` is what stands behind the question mark of an address; a house with several accounts finds ``account``
    there.
    """

    paths: tuple[str, ...]
    """Routes of the CRM's own API, as Starlette writes them."""
    verbs: tuple[str, ...]
    """HTTP methods that reach it."""

    def doors(self, base: str) -> tuple[Door, ...]:
        """The ways in, when the server answers at ``base``."""

    def answer(self, request: Request) -> Reply:
        """Answer a request of the CRM's API and remember it."""

    def administer(self, verb: str, name: str, query: Mapping[str, str], sent: Any) -> Any:
        """Run one admin call. Raises admin.Unknown, ``ValueError`` or ``msgspec.ValidationError``."""

    def board(self, query: Mapping[str, str]) -> Json:
        """What the board draws."""

    def card(self, kind: str, number: int, query: Mapping[str, str]) -> Json | None:
        """A ``contact`` or a ``deal`` as its panel on the board shows it, or None."""

    def close(self) -> None:
        """Let the files go."""
