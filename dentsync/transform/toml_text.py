"""Values as TOML on one line, to be pasted into a configuration."""

import json
import re
from collections.abc import Mapping, Sequence

Toml = str | bool | int | Sequence["Toml"] | Mapping[str, "Toml"]

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def value_of(value: Toml) -> str:
    """``{ completed = ["Лечение завершено"] }``."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return text_of(value)
        case int():
            return str(value)
        case Mapping():
            inside = ", ".join(f"{key_of(name)} = {value_of(one)}" for name, one in value.items())
            return f"{{ {inside} }}" if inside else "{}"
        case _:
            return f"[{', '.join(map(value_of, value))}]"


def key_of(name: str) -> str:
    """Bare where TOML lets it be."""
    return name if _BARE.fullmatch(name) else text_of(name)


def text_of(text: str) -> str:
    """A basic string: its escapes are those of JSON, which lets one more character stand as it is."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
