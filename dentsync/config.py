"""The configuration as the program sees it: frozen, checked once, at the edge. Secrets are never part of it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from dentsync.errors import ConfigError
from dentsync.lang import _
from dentsync.model import CleanRules, CrmField, FeedKind, FileRules, Route, SafetyRules

PRESETS = Path(__file__).with_name("presets")


@dataclass(frozen=True, slots=True)
class Feed:
    """One kind of export file, ready to be read and cleaned."""

    name: str
    files: str
    kind: FeedKind
    aliases: Mapping[str, tuple[str, ...]]
    rules: CleanRules
    expect: FileRules
    silent: bool = False
    sheet: str | None = None
    encoding: str | None = None
    pad: bool = False


@dataclass(frozen=True, slots=True)
class Config:
    """All that a run needs to know. ``digest`` changes when anything that shapes a plan changes."""

    path: Path
    clinic: str
    zone: ZoneInfo
    phone_region: str
    area_code: str
    inbox: Path
    archive: Path | None
    state: Path
    limits: Path
    settle_seconds: int
    target: str
    webhook: str
    originator: str
    speed: float
    fields: Mapping[str, Mapping[str, CrmField]]
    feeds: Mapping[str, Feed]
    routes: Mapping[str, Route]
    safety: SafetyRules
    digest: str


def digest_of(*parts: Any) -> str:
    """A short digest of JSON-able values: the same for equal values, whatever their order of keys."""
    encoded = msgspec.json.encode(parts, order="sorted")
    return hashlib.sha256(encoded).hexdigest()[:16]


def secret_of(config: Config, environ: Mapping[str, str]) -> str:
    """The webhook, from where the configuration says it is. Raises ConfigError, which never shows it."""
    scheme, _sep, place = config.webhook.partition(":")
    match scheme:
        case "env":
            value = environ.get(place, "")
            where = _("environment variable {name}").format(name=place)
        case "file":
            where = str(config.path.parent / place)
            value = _read_secret(config.path.parent / place)
        case _:
            raise ConfigError(
                _('{file}: crm.webhook must be "env:NAME" or "file:PATH", never the address itself').format(
                    file=config.path.name
                )
            )
    if not value.strip():
        raise ConfigError(_("no webhook: {where} is empty; put the portal's inbound webhook there").format(where=where))
    return value.strip()


def _read_secret(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise ConfigError(_("no webhook: {where} cannot be read").format(where=path)) from None


@cache
def presets() -> tuple[str, ...]:
    """Names for ``dentsync init --preset``."""
    return tuple(sorted(file.stem for file in PRESETS.glob("*-*.toml")))


def preset_text(name: str) -> str:
    """The commented configuration of a preset."""
    if name not in presets():
        raise ConfigError(_("no preset {name!r} (there are: {names})").format(name=name, names=", ".join(presets())))
    return (PRESETS / f"{name}.toml").read_text(encoding="utf-8")


def write_preset(name: str, path: Path) -> None:
    """Write a preset's configuration to a new file; an existing one is never replaced."""
    text = preset_text(name)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise ConfigError(_("{file}: is there already; it was not touched").format(file=path)) from None
    except OSError as error:
        raise ConfigError(_("{file}: cannot be written: {reason}").format(file=path, reason=error.strerror)) from None
