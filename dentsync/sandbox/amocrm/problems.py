"""Refusals as amoCRM writes them (crm_platform/error-codes; developers.kommo.com/docs/http-codes)."""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

Json = dict[str, Any]


PROBLEM = "application/problem+json"


class Problem(Exception):
    """A plain problem document. ``nothing_kept``: what the request had stored so far is forgotten."""

    nothing_kept = True

    def __init__(self, status: int, detail: str, **more: Any) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.more = more

    def body(self) -> Json:
        """The document."""
        title = HTTPStatus(self.status).phrase
        kind = f"https://httpstatus.es/{self.status}"
        return self.more | {"title": title, "type": kind, "status": self.status, "detail": self.detail}


class TooHeavy(Exception):
    """The batch took too long: a gateway page. What was stored until then is kept."""


class PartlyDone(Problem):
    """Business errors by entity id: what is not named has been done (``errors`` of 400)."""

    nothing_kept = False

    def __init__(self, errors: dict[int, str]) -> None:
        super().__init__(400, "Invalid request body", errors={str(number): text for number, text in errors.items()})


@dataclass
class Faulty:
    """What is wrong with the items of one request. Nothing of it is stored when anything is."""

    items: dict[str, list[Json]] = field(default_factory=dict)

    def add(self, request_id: str, code: str, path: str, detail: str) -> None:
        """One error of one item; ``path`` is relative to the item."""
        self.items.setdefault(request_id, []).append({"code": code, "path": path, "detail": detail})

    def check(self) -> None:
        """Raises Problem when anything is wrong."""
        if self.items:
            errors = [{"request_id": item, "errors": found} for item, found in self.items.items()]
            raise Problem(400, "Request validation failed", **{"validation-errors": errors})


NOT_A_CHOICE = "The value you selected is not a valid choice."
UNEXPECTED = "This field was not expected."
MISSING = "This field is missing."


def unauthorized() -> Problem:
    """401 on a call of the API; the text is Russian on amocrm.ru (UsefulWeb/AmoCRM issue 39)."""
    return Problem(401, "Неправильный логин или пароль")


def not_found(verb: str, address: str) -> Problem:
    """404 of a route that is not there."""
    return Problem(404, f"Cannot {verb} {address}!")


def system_error() -> Problem:
    """A transient 400 without ``validation-errors``."""
    return Problem(400, "Произошла системная ошибка, повторите запрос")
