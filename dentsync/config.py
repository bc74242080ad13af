"""The configuration as the program sees it: frozen, checked once, at the edge. Secrets are never part of it."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec

from dentsync.errors import ConfigError
from dentsync.lang import _
from dentsync.model import CleanRules, CrmField, FeedKind, FileRules, Follow, MovedRules, Route, SafetyRules
from dentsync.redact import redact

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
    rejoin: bool = False
    groups: tuple[str, ...] = ()
    fill_down: tuple[str, ...] = ()
    parts: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # field -> column and regular expression
    moved: MovedRules | None = None  # when a cancelled visit counts as moved
    no_show_after: timedelta | None = None  # so long after its time a visit without any sign is a no-show


@dataclass(frozen=True, slots=True)
class MailAccount:
    """The mailbox that letters are sent from. ``password`` is the place of it: "env:NAME" or "file:PATH"."""

    host: str
    port: int
    security: Literal["starttls", "tls", "none"]
    user: str
    password: str
    sender: str


@dataclass(frozen=True, slots=True)
class Alerts:
    """Who is told when a run goes wrong. ``webhook`` and ``heartbeat`` are places of secrets, like a password's.

    ``clinic`` and ``timezone`` are what letters speak of; empty where the configuration cannot be read that far.
    """

    clinic: str = ""
    timezone: str = ""
    to: tuple[str, ...] = ()
    account: MailAccount | None = None
    webhook: str = ""
    heartbeat: str = ""


@dataclass(frozen=True, slots=True)
class Retention:
    """How long what speaks of patients is kept after it has served; None keeps it. ``backups`` is a number of files."""

    journal: timedelta | None = None
    runs: timedelta | None = None
    rejects: timedelta | None = None
    archive: timedelta | None = None
    backups: int | None = None


@dataclass(frozen=True, slots=True)
class Secret:
    """Where a secret is: ``place`` is "env:NAME" or "file:PATH", ``key`` the line of the configuration that says so."""

    place: str
    key: str


@dataclass(frozen=True, slots=True)
class Reports:
    """What reports call what; see ``ReportsTable``. ``gap_months`` 0: nobody returns."""

    gap_months: int = 6
    specialisations: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    clinic_reasons: tuple[str, ...] = ()
    waitlist: tuple[str, ...] = ("waiting",)
    mail: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Config:
    """All that a run needs to know. ``digest`` changes when anything that shapes a plan changes, ``reading`` of a
    feed when anything does that its rows are judged with.
    """

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
    secret: Secret
    access: Mapping[str, str]  # what the target needs beside the secret, by name; never a secret itself
    originator: str
    speed: float
    fields: Mapping[str, Mapping[str, CrmField]]
    feeds: Mapping[str, Feed]
    routes: Mapping[str, Route]
    safety: SafetyRules
    digest: str
    reading: Mapping[str, str]
    holds_doubtful: bool = False  # a record whose name waits for a person is not sent
    mail: MailAccount | None = None
    alerts: Alerts | None = None
    retention: Retention = Retention()
    follows: Mapping[str, Follow] = field(default_factory=dict)
    reports: Reports = Reports()


def digest_of(*parts: Any) -> str:
    """A short digest of JSON-able values: the same for equal values, whatever their order of keys."""
    encoded = msgspec.json.encode(parts, order="sorted")
    return hashlib.sha256(encoded).hexdigest()[:16]


def secret_of(config: Config, environ: Mapping[str, str]) -> str:
    """What opens the CRM: a webhook, a token. Raises ConfigError, which never shows it."""
    secret = secret_at(config.secret.place, config.secret.key, config.path, environ)
    if not (secret.isascii() and secret.isprintable()):
        line = _("{key} has characters that none has: copy it anew, as one line")
        raise ConfigError(line.format(key=config.secret.key))
    return secret


def access_of(config: Config, environ: Mapping[str, str]) -> Mapping[str, str]:
    """What the target needs beside its secret; ``code``, which is there once, may be empty."""
    code = config.access.get("code", "")
    try:
        return (
            {**config.access, "code": secret_at(code, "crm.oauth.code", config.path, environ)}
            if code
            else config.access
        )
    except ConfigError:
        return {**config.access, "code": ""}


def secret_at(place: str, key: str, config: Path, environ: Mapping[str, str]) -> str:
    """A secret, from where ``key`` of the configuration says it is; from now on no sink shows it.

    Raises ConfigError, which never shows it either.
    """
    scheme, _sep, name = place.partition(":")
    match scheme:
        case "env":
            value = environ.get(name, "").strip()
            where = _("environment variable {name}").format(name=name)
        case "file":
            value = _read_secret(config.parent / name, key).strip()
            where = str(config.parent / name)
        case _:
            redact.register(place)
            line = _('{file}: {key} must be "env:NAME" or "file:PATH", never the secret itself')
            raise ConfigError(line.format(file=config.name, key=key))
    if not value:
        raise ConfigError(_("no {key}: {where} is empty; put the secret there").format(key=key, where=where))
    redact.register(value)
    return value


def _read_secret(path: Path, key: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise ConfigError(_("no {key}: {where} cannot be read").format(key=key, where=path)) from None


def exposures(config: Config) -> tuple[str, ...]:
    """Files of secrets that others on this machine can read or write, a line each with what to type (POSIX only)."""
    places = [config.secret.place, config.access.get("code", "")]
    if config.mail:
        places.append(config.mail.password)
    if config.alerts:
        places += [config.alerts.webhook, config.alerts.heartbeat]
    paths = [config.path.parent / place.removeprefix("file:") for place in places if place.startswith("file:")]
    line = _("{file}: others on this machine can read the secret in it; type: chmod 600 {file}")
    return tuple(line.format(file=path) for path in dict.fromkeys(paths) if os.name == "posix" and _is_open(path))


def _is_open(path: Path) -> bool:
    try:
        return bool(path.stat().st_mode & 0o077)
    except OSError:
        return False  # whoever needs the secret will say so


@cache
def presets() -> tuple[str, ...]:
    """Names for ``dentsync init --preset``."""
    return tuple(sorted(file.stem for file in PRESETS.glob("*-*.toml")))


@cache
def sources() -> tuple[str, ...]:
    """Names of vocabularies: what a feed may have as its ``source``."""
    return tuple(sorted(file.stem for file in PRESETS.glob("*.toml") if "-" not in file.stem))


def preset_text(name: str) -> str:
    """The commented configuration of a preset."""
    if name not in presets():
        raise ConfigError(_("no preset {name!r} (there are: {names})").format(name=name, names=", ".join(presets())))
    return (PRESETS / f"{name}.toml").read_text(encoding="utf-8")


def next_step(preset: str) -> str:
    """What a preset's configuration needs before the first check: where the secret of its CRM goes."""
    crm = msgspec.toml.decode(preset_text(preset))["crm"]
    variable = (crm.get("token") or crm["webhook"]).removeprefix("env:")
    if "token" in crm:
        line = _(
            "put your account's address into it and the token into {variable}, then: dentsync setup, dentsync check"
        )
    else:
        line = _("put the webhook into {variable}, then: dentsync check")
    return line.format(variable=variable)


def write_preset(name: str, path: Path) -> None:
    """Write a preset's configuration to a new file; an existing one is never replaced."""
    text = preset_text(name)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise ConfigError(
            _("{file}: is there already and was not touched; name another one").format(file=path)
        ) from None
    except OSError as error:
        raise ConfigError(_("{file}: cannot be written: {reason}").format(file=path, reason=error.strerror)) from None
