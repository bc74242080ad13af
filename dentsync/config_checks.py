"""What every reader of the configuration needs: one value checked, and an error that says where it stands."""

import re
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import msgspec

from dentsync.config_tables import Table
from dentsync.errors import ConfigError
from dentsync.lang import _
from dentsync.model import FIELDS, Limit

T = TypeVar("T")
_UNKNOWN = re.compile(r"unknown field `(.+?)`")
_PERCENT = re.compile(r"(\d{1,3})\s*%")
_ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+")


def toml_of(path: Path) -> dict[str, Any]:
    """A configuration file, parsed. Raises ConfigError."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))  # Notepad writes a byte order mark
    except FileNotFoundError:
        raise ConfigError(
            _("{file}: no such file; write one with: dentsync init --preset helix-bitrix24").format(file=path)
        ) from None
    except OSError as error:
        raise ConfigError(_("{file}: cannot be read: {reason}").format(file=path, reason=error.strerror)) from None
    except UnicodeDecodeError:
        raise ConfigError(_("{file}: is not UTF-8; save it in this encoding").format(file=path)) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(_("{file}: not valid TOML: {reason}").format(file=path, reason=error)) from None


class Checks:
    """Knows which file is read, so that errors can say so; turns tables and texts into values."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def fail(self, where: str, message: str) -> NoReturn:
        raise ConfigError(f"{self.path.name}: {where}: {message}")

    def table(self, data: Any, shape: type[T], where: str) -> T:
        try:
            return msgspec.convert(data, shape, strict=True)
        except msgspec.ValidationError as error:
            self.fail(where, _explain(str(error), shape))

    # ── values ──

    def _hours(self, where: str, text: str) -> int | None:
        if not text:
            return None
        found = re.fullmatch(r"(\d+)\s*([hd])", text)
        if not found:
            self.fail(where, _("{text!r} is not a time span; for example 30h or 2d").format(text=text))
        return int(found[1]) * (24 if found[2] == "d" else 1)

    def _span(self, where: str, text: str) -> timedelta | None:
        hours = self._hours(where, text)
        return None if hours is None else timedelta(hours=hours)

    def _days(self, where: str, text: str) -> timedelta | None:
        found = re.fullmatch(r"([1-9]\d{0,4})\s*d", text)
        if text and not found:
            self.fail(where, _("{text!r} is not a number of days; for example 400d").format(text=text))
        return timedelta(days=int(found[1])) if found else None

    def _percent(self, where: str, text: str) -> int | None:
        if not text:
            return None
        found = _PERCENT.fullmatch(text)
        if not found:
            self.fail(where, _("{text!r} is not a share; for example 20%").format(text=text))
        return int(found[1])

    def _limit(self, where: str, value: str | int) -> Limit:
        if isinstance(value, int):
            return Limit(count=value)
        found = re.fullmatch(r"(?:(\d{1,3})\s*%)?\s*(\d+)?", value.strip())
        if not found:
            self.fail(where, _("{text!r} is not a limit; for example 20%, 500 or 20% 500").format(text=value))
        percent, count = found.groups()
        return Limit(int(percent) if percent else None, int(count) if count else None)

    def _address(self, where: str, address: str) -> None:
        if not _ADDRESS.fullmatch(address):
            self.fail(where, _("not a mail address, which looks like name@domain"))

    def _place(self, where: str, place: str) -> None:
        if place and not place.startswith(("env:", "file:")):
            self.fail(where, _('write "env:NAME" or "file:PATH", never the secret itself'))

    # ── names ──

    def _known(self, where: str, data: Any, names: tuple[str, ...]) -> None:
        for name in data if isinstance(data, dict) else ():
            if name not in names:
                self.fail(where or "*", _("unknown table [{name}]{hint}").format(name=name, hint=near(name, names)))

    def _field(self, where: str, name: str, more: tuple[str, ...] = ()) -> None:
        if name not in FIELDS and name not in more:
            self.fail(where, _("no field {name!r}{hint}").format(name=name, hint=near(name, FIELDS)))

    def _title(self, where: str, title: str) -> None:
        sample: dict[str, Any] = dict.fromkeys(FIELDS, "x")
        sample |= {name: datetime(2026, 1, 1, tzinfo=UTC) for name in FIELDS if name.endswith(("_at", "_on", "_date"))}
        try:
            title.format_map(sample)
        except (KeyError, ValueError, IndexError, AttributeError) as error:
            self.fail(where, _("this title cannot be filled in: {reason}").format(reason=error))


def near(name: str, names: Any) -> str:
    """A suggestion for a misspelt name, to stand at the end of a message; empty where no name is like it."""
    import difflib

    close = difflib.get_close_matches(name, [str(n) for n in names], n=1)
    return _(" (did you mean {name!r}?)").format(name=close[0]) if close else ""


def _explain(message: str, shape: Any) -> str:
    """msgspec's words, shortened, with a suggestion for a misspelt key."""
    unknown = _UNKNOWN.search(message)
    if unknown and isinstance(shape, type) and issubclass(shape, Table):
        name = unknown[1]
        return _("unknown key {name!r}{hint}").format(name=name, hint=near(name, shape.__struct_encode_fields__))
    return message.replace(" - at `$.", " `").replace("Object missing required field", _("this key is missing:"))
