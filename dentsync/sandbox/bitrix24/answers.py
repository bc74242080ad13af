"""Envelopes of answers and errors (settings/how-to-call-rest-api/, _includes/system-errors.md of b24restdocs)."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

Json = dict[str, Any]


class ApiError(Exception):
    """A refusal: the code (also ``""``, ``0`` or a sentence, as some methods do), the text and the HTTP status."""

    def __init__(self, code: str | int, text: str = "", status: int = 400) -> None:
        super().__init__(str(code))
        self.code = code
        self.text = text
        self.status = status

    def body(self) -> Json:
        """As it stands in an answer or in ``result_error``."""
        return {"error": self.code, "error_description": self.text}


class V3Error(ApiError):
    """A refusal of REST v3: ``error`` is an object, also of a portal whose other errors are words (rest-v3.md)."""

    def __init__(self, code: str, text: str, status: int = 400, field: str = "") -> None:
        super().__init__(f"BITRIX_REST_V3_EXCEPTION_{code}EXCEPTION", text, status)
        self.field = field

    def body(self) -> Json:
        error: Json = {"code": self.code, "message": self.text}
        return {"error": error | ({"validation": [{"field": self.field, "message": self.text}]} if self.field else {})}


class Cut(Exception):
    """The request passed 60 seconds: what was done stays done, and no answer comes (limits.md)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a method returns; ``total`` and ``next`` only from list methods."""

    result: Any
    total: int | None = None
    next: int | None = None


@dataclass(frozen=True, slots=True)
class Timing:
    """How long something took, in virtual epoch seconds, and the CPU budget of its method afterwards."""

    start: float
    finish: float
    operating: float | None = None
    reset_at: int | None = None

    def body(self, zone: tzinfo) -> Json:
        """The ``time`` block of an answer (api-reference/data-types.md#time)."""
        duration = self.finish - self.start
        block: Json = {
            "start": round(self.start, 6),
            "finish": round(self.finish, 6),
            "duration": round(duration, 6),
            "processing": round(duration, 6),
            "date_start": iso(self.start, zone),
            "date_finish": iso(self.finish, zone),
        }
        if self.operating is not None:
            block |= {"operating_reset_at": self.reset_at, "operating": round(self.operating, 6)}
        return block


def iso(moment: float, zone: tzinfo) -> str:
    """Epoch seconds as ISO 8601 with the server's offset."""
    return datetime.fromtimestamp(moment, zone).isoformat(timespec="seconds")


def required(params: Json, name: str) -> Any:
    """A parameter that must be there."""
    if name not in params:
        raise ApiError(100, f"Could not find value for parameter {{{name}}}")
    return params[name]
