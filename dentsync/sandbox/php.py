"""PHP's view of parameters and of JSON: brackets, and arrays that are lists and maps at once.

Both CRMs are written in PHP. Source: settings/how-to-call-rest-api/data-encoding.md of bitrix24/b24restdocs.
"""

import json
import re
from email import message_from_bytes
from typing import Any
from urllib.parse import unquote_plus

_BRACKETS = re.compile(r"\[([^\]]*)\]")


def parse_query(text: str, max_vars: int = 0) -> dict[str, Any]:
    """``a[b][]=1&c=2`` as nested dicts and lists; the values stay text. Variables beyond ``max_vars`` are lost."""
    pairs = [pair for pair in text.split("&") if pair]
    tree: dict[str, Any] = {}
    for pair in pairs[: max_vars or None]:
        name, _, value = pair.partition("=")
        _insert(tree, unquote_plus(name), unquote_plus(value))
    return as_map(as_php(tree))


def _insert(tree: dict[str, Any], name: str, value: Any) -> None:
    head, bracket, rest = name.partition("[")
    keys = [head.replace(".", "_").replace(" ", "_"), *_BRACKETS.findall(bracket + rest)]
    for key in keys[:-1]:
        child = tree.setdefault(key or _next(tree), {})
        if not isinstance(child, dict):
            child = tree[key] = {}
        tree = child
    tree[keys[-1] or _next(tree)] = value


def _next(tree: dict[str, Any]) -> str:
    return str(max((int(key) for key in tree if key.isdigit()), default=-1) + 1)


def parse_multipart(body: bytes, content_type: str) -> dict[str, Any]:
    """The fields of a ``multipart/form-data`` body."""
    message = message_from_bytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    tree: dict[str, Any] = {}
    for part in message.walk():
        name = part.get_param("name", header="content-disposition")
        payload = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(payload, bytes):
            _insert(tree, name, payload.decode("utf-8", "replace"))
    return as_map(as_php(tree))


def as_php(value: Any) -> Any:
    """The value after PHP had it: a map whose keys are 0, 1, 2… is a list, and an empty map is an empty list."""
    if isinstance(value, dict):
        if list(value) == [str(number) for number in range(len(value))]:
            return [as_php(item) for item in value.values()]
        return {str(key): as_php(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_php(item) for item in value]
    return value


def dumps(value: Any) -> bytes:
    """JSON as PHP writes it."""
    return json.dumps(as_php(value), ensure_ascii=False, separators=(",", ":")).encode()


def as_map(value: Any) -> dict[str, Any]:
    """A PHP array read by its keys; anything else is empty."""
    if isinstance(value, dict):
        return value
    return {str(number): item for number, item in enumerate(value)} if isinstance(value, list) else {}


def as_list(value: Any) -> list[Any] | None:
    """A PHP array read by its values; None when it is not an array."""
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else None


def as_text(value: Any) -> str:
    """PHP's ``(string)``."""
    match value:
        case None | False:
            return ""
        case True:
            return "1"
        case list() | dict():
            return "Array"
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return str(value)


def as_int(value: Any) -> int:
    """PHP's ``(int)``: the leading digits as far as 64 bits go, else 0."""
    found = re.match(r"\s*([+-]?\d+)", as_text(value))
    return max(-(2**63), min(int(found[1]), 2**63 - 1)) if found else 0


def as_float(value: Any) -> float:
    """PHP's ``(float)``: the leading number, else 0."""
    found = re.match(r"\s*([+-]?\d+(?:\.\d*)?|[+-]?\.\d+)", as_text(value))
    return float(found[1]) if found else 0.0
