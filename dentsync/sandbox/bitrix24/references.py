"""``$result[key][path]`` in the commands of a batch (settings/how-to-call-rest-api/batch.md of b24restdocs)."""

import re
from collections.abc import Callable
from typing import Any

from dentsync.sandbox.php import as_map, as_text

_BRACKETS = re.compile(r"\[([^\]]*)\]")
_REFERENCE = re.compile(r"\$result((?:\[[^\[\]]*\])+)")


def substituted(value: Any, results: dict[str, Any], unresolved: Callable[[str], str]) -> Any:
    """``$result[key][path]`` replaced by the data of earlier commands, wherever it stands in the text.

    There is no escape: text that a person typed is replaced like any other (batch.md).
    """
    if isinstance(value, dict):
        return {key: substituted(item, results, unresolved) for key, item in value.items()}
    if isinstance(value, list):
        return [substituted(item, results, unresolved) for item in value]
    if not isinstance(value, str) or "$result[" not in value:
        return value

    def replace(found: re.Match[str]) -> str:
        data = _lookup(results, _BRACKETS.findall(found[1]))
        return unresolved(found[0]) if data is None else as_text(data)

    whole = _REFERENCE.fullmatch(value)
    data = _lookup(results, _BRACKETS.findall(whole[1])) if whole else None
    return data if isinstance(data, dict | list) else _REFERENCE.sub(replace, value)


def _lookup(data: Any, path: list[str]) -> Any:
    for key in path:
        data = as_map(data).get(key)
    return data
