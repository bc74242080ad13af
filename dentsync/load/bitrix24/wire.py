"""How commands travel in a ``batch`` and how its reply is read.

Source: settings/how-to-call-rest-api/batch.md and data-encoding.md of bitrix24/b24restdocs. A command is
``method?query`` in PHP's bracket form, percent-encoded once; the reply has five maps that are ``[]`` when empty.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

MAX_COMMANDS = 50
"""Commands of one batch; further ones are refused with ERROR_BATCH_LENGTH_EXCEEDED."""

MAX_PARAMETERS = 900
"""Scalars in one command: PHP reads at most 1000 variables of a query and drops the rest in silence."""

REFERENCE = "$result["
_WORD = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Ref:
    """A value out of the result of an earlier command of the same batch, resolved by the portal."""

    key: str
    path: tuple[str | int, ...]

    def __str__(self) -> str:
        return f"$result[{self.key}]" + "".join(f"[{step}]" for step in self.path)


@dataclass(frozen=True, slots=True)
class Command:
    """One call of a method. ``params`` is what JSON can say, and ``Ref``."""

    method: str
    params: Mapping[str, Any] = field(repr=False)

    def pairs(self) -> list[tuple[str, object]]:
        """``(a[b][0], scalar)`` for every scalar inside."""
        return [pair for key, value in self.params.items() for pair in _pairs(str(key), value)]

    @property
    def refers(self) -> frozenset[str]:
        """Keys of the commands whose results this one uses."""
        return frozenset(value.key for _, value in self.pairs() if isinstance(value, Ref))

    @property
    def single(self) -> bool:
        """Some text looks like a reference: the portal would expand it inside a batch, and there is no escape."""
        return any(isinstance(value, str) and REFERENCE in value for _, value in self.pairs())


def encode(command: Command) -> str:
    """The command as a string of ``cmd``."""
    query = "&".join(f"{quote(key, safe='')}={_scalar(value)}" for key, value in command.pairs())
    return f"{command.method}?{query}" if query else command.method


def _pairs(key: str, value: object) -> Iterator[tuple[str, object]]:
    match value:
        case Mapping():
            for name, inner in value.items():
                yield from _pairs(f"{key}[{name}]", inner)
        case list() | tuple():
            for index, inner in enumerate(value):
                yield from _pairs(f"{key}[{index}]", inner)
        case _:
            yield key, value


def _scalar(value: object) -> str:
    match value:
        case Ref():
            return str(value)
        case bool():
            return "Y" if value else "N"
        case int() | str():
            return quote(str(value), safe="")
        case _:
            # None has no spelling in a query: it would be stored as the text "None".
            raise TypeError(f"no spelling for {type(value).__name__} in a batch")


def resolve(value: Any, results: Mapping[str, Any]) -> Any:
    """``value`` with its references replaced by what ``results`` has. Raises LookupError where it has not."""
    match value:
        case Ref() if value.key in results:
            return _walk(results[value.key], value.path)
        case Mapping():
            return {key: resolve(inner, results) for key, inner in value.items()}
        case list() | tuple():
            return [resolve(inner, results) for inner in value]
        case _:
            return value


def _walk(value: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        try:
            value = value[step]
        except (TypeError, KeyError, IndexError):
            raise LookupError(f"nothing at {step!r}") from None
    return value


# ── the reply ─────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Done:
    """The command was carried out. ``total`` and ``next`` belong to lists."""

    result: Any = field(repr=False)
    time: Mapping[str, Any] = field(default_factory=dict, repr=False)
    total: int | None = None
    next: int | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """The portal said no. ``code`` is safe to show; ``text`` may quote what was sent and is not."""

    code: str
    text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Missing:
    """The reply says nothing of the command: it may have been carried out."""


Answer = Done | Rejected | Missing


def decode(result: object, keys: list[str]) -> dict[str, Answer] | None:
    """What a batch answered for each key; None where this is no answer to a batch at all."""
    if not isinstance(result, Mapping) or not ("result" in result or "result_error" in result):
        return None
    maps = {name: _map(result.get(name)) for name in ("result", "result_error", "result_total", "result_next")}
    times = _map(result.get("result_time"))
    return {key: _answer(key, maps, times) for key in keys}


def _answer(key: str, maps: Mapping[str, Mapping[str, Any]], times: Mapping[str, Any]) -> Answer:
    done, failed = key in maps["result"], key in maps["result_error"]
    if done and not failed:
        spent = times.get(key)
        total, following = (_int(maps[name].get(key)) for name in ("result_total", "result_next"))
        return Done(maps["result"][key], spent if isinstance(spent, Mapping) else {}, total, following)
    if failed and not maps["result"].get(key):
        return rejection(maps["result_error"][key])
    return Missing()


def rejection(error: object) -> Rejected:
    """The error envelope, whatever stands in it: the code may be "", 0, 100, a sentence, or an object."""
    if not isinstance(error, Mapping):
        return Rejected(_code(error))
    inner = error.get("error")
    if isinstance(inner, Mapping):
        return Rejected(_code(inner.get("code")), str(inner.get("message") or ""))
    return Rejected(_code(inner), str(error.get("error_description") or ""))


def _code(value: object) -> str:
    """A word or number; a sentence may quote what was sent, so it is not shown."""
    text = str(value if value is not None else "").strip()
    return text if _WORD.fullmatch(text) else ""


def _map(value: object) -> Mapping[str, Any]:
    """PHP writes an empty map as ``[]``, and a map with keys 0, 1, 2… as a list."""
    if isinstance(value, Mapping):
        return value
    return {str(index): item for index, item in enumerate(value)} if isinstance(value, list) else {}


def _int(value: object) -> int | None:
    return value if isinstance(value, int) else None
