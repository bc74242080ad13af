"""What a method of the API works with, and what it gives back."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from dentsync.sandbox import php
from dentsync.sandbox.amocrm.account import Account
from dentsync.sandbox.amocrm.entities import Actor
from dentsync.sandbox.amocrm.problems import Problem
from dentsync.sandbox.amocrm.storage import Json
from dentsync.sandbox.exchange import Request

T = TypeVar("T")

BATCH = 250
"""Items of a write; more are refused (developers.kommo.com/docs/http-codes)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a method gives back; no body is 204."""

    body: Any = None
    status: int = 200


NOTHING = Answer(status=204)


@dataclass
class Call:
    """One request of a token, or one act of a person.

    ``base`` is the account's own address; ``half``: only half of a batch is stored.
    """

    account: Account
    request: Request
    base: str
    user: int
    admin: bool
    half: bool = False
    person: bool = False
    params: Json = field(default_factory=dict)

    @property
    def actor(self) -> Actor:
        """The user whom the token acts for, or somebody at the screen."""
        return Actor(self.user, self.person)

    def href(self, path: str, query: str = "") -> Json:
        """``_links`` with nothing but ``self``."""
        tail = f"?{query}" if query else ""
        return {"self": {"href": f"{self.base}/api/v4/{path}{tail}"}}

    def wants(self, name: str) -> bool:
        """Whether ``with`` asks for it."""
        return name in [part.strip() for part in php.as_text(self.params.get("with")).split(",")]

    def filter(self, name: str) -> Any:
        """The value of ``filter[name]``."""
        return php.as_map(self.params.get("filter")).get(name)

    def body(self) -> Any:
        """The JSON that was sent. Raises Problem."""
        if not self.request.body:
            raise Problem(400, "Request data can not be empty")
        try:
            sent = json.loads(self.request.body)
        except ValueError:
            raise Problem(400, "Invalid JSON") from None
        if sent in ([], {}):
            raise Problem(400, "Request data can not be empty")
        return sent

    def batch(self) -> list[Any]:
        """The array that was sent. Raises Problem."""
        sent = self.body()
        if not isinstance(sent, list):
            wrong = {"code": "InvalidType", "path": "", "detail": "This value should be of type array."}
            errors = [{"request_id": "0", "errors": [wrong]}]
            raise Problem(400, "Request validation failed", **{"validation-errors": errors})
        if len(sent) > BATCH:
            raise Problem(422, f"Limit {BATCH} per page")
        return sent

    def object(self) -> Json:
        """The object that was sent to an entity's own address; an array there is a method that does not exist."""
        sent = self.body()
        if not isinstance(sent, dict):
            raise Problem(405, "Method Not Allowed")
        return sent

    def stored(self, items: Sequence[T]) -> Sequence[T]:
        """The part of a batch that is carried out."""
        return items[: len(items) // 2] if self.half else items

    def shuffled(self, items: list[T]) -> list[T]:
        """Answers come in an order of amoCRM's own."""
        if self.account.settings.shuffle:
            self.account.random.shuffle(items)
        return items

    def only_admin(self) -> None:
        """Refuse a token without an administrator's rights."""
        if not self.admin:
            raise Problem(403, "Admin access only")
