"""From parsed TOML to a Config: what a type cannot say (names of fields, feeds, statuses) is checked here.

Every error names file, table, key and the remedy.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from dentsync.config import Config, Feed, Reports, Retention, digest_of
from dentsync.config_alerts import AlertReader
from dentsync.config_checks import near, toml_of
from dentsync.config_crm import CrmReader
from dentsync.config_feeds import FeedReader, vocabulary
from dentsync.config_routes import RouteReader
from dentsync.config_tables import (
    ClinicTable,
    CrmTable,
    FilesTable,
    NamesTable,
    ReportsTable,
    RetentionTable,
    SafetyTable,
)
from dentsync.lang import _
from dentsync.model import SafetyRules

_LIMITS = ("updates", "moves", "lost", "creates", "stage", "field", "cleared")
_SPANS = ("journal", "runs", "rejects", "archive")


def load(path: Path) -> Config:
    """Read and check a configuration file. Raises ConfigError with one line for the first thing that is wrong."""
    return Reader(path).config(toml_of(path))


class Reader(CrmReader, FeedReader, RouteReader, AlertReader):
    """Turns the parsed TOML into a Config."""

    def config(self, data: dict[str, Any]) -> Config:
        tables = "clinic files crm feeds routes safety retention mail alerts names payroll follows reports"
        self._known("", data, tuple(tables.split()))
        for name in ("clinic", "crm", "feeds", "routes"):
            if not isinstance(data.get(name), dict):
                self.fail(f"[{name}]", _("this table is missing"))
        crm = dict(data["crm"])
        fields = self._crm_fields(crm.pop("fields", {}))
        clinic = self.table(data["clinic"], ClinicTable, "clinic")
        folder = self.table(data.get("files", {}), FilesTable, "files")
        target = self.table(crm, CrmTable, "crm")
        feeds = {name: self._feed(name, table, clinic) for name, table in data["feeds"].items()}
        routes = {name: self._route(name, table, feeds, fields) for name, table in data["routes"].items()}
        names = self.table(data.get("names", {}), NamesTable, "names")
        follows = self.table(data.get("follows", {}), dict[str, Any], "follows")
        root = self.path.resolve().parent
        words = {name: vocabulary(table.get("source", "helix")) for name, table in data["feeds"].items()}
        how = data["clinic"], names.doubtful
        return Config(
            path=self.path,
            clinic=clinic.name,
            zone=self._zone(clinic.timezone),
            phone_region=clinic.phone.region,
            area_code=clinic.phone.area_code,
            inbox=root / folder.inbox,
            archive=root / folder.archive if folder.archive else None,
            state=root / folder.state,
            limits=root / (folder.limits or folder.state),
            settle_seconds=folder.settle_seconds,
            target=target.target,
            secret=self._secret(target),
            access=self._access(target, root / folder.state),
            originator=target.originator,
            speed=target.speed,
            fields=fields,
            feeds=feeds,
            routes=routes,
            safety=self._safety(data.get("safety", {})),
            digest=digest_of(
                *(data.get(name, {}) for name in ("clinic", "crm", "feeds", "routes", "safety")),
                names.doubtful,
                follows,
                list(words.values()),
            ),
            reading={name: digest_of(*how, data["feeds"][name], words[name]) for name in feeds},
            holds_doubtful=names.doubtful == "hold",
            mail=self._mail(data.get("mail")),
            alerts=self.alerts(data),
            retention=self._retention(data.get("retention", {})),
            follows={name: self._follow(name, table, fields, routes) for name, table in follows.items()},
            reports=self._reports(data.get("reports", {}), feeds),
        )

    # ── tables ──

    def _zone(self, name: str) -> ZoneInfo:
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            self.fail("clinic.timezone", _("no time zone {name!r}; for example Europe/Moscow").format(name=name))

    def _safety(self, data: Any) -> SafetyRules:
        table = self.table(data, SafetyTable, "safety")
        limits = {name: self._limit(f"safety.{name}", getattr(table, name)) for name in _LIMITS}
        for field in table.fields:
            self._field("safety.fields", field, ("title", "contact"))
        fields = {name: self._limit(f"safety.fields.{name}", value) for name, value in table.fields.items()}
        corrections = self._span("safety.corrections", table.corrections)
        return SafetyRules(free=table.free, fields=fields, corrections=corrections, **limits)

    def _reports(self, data: Any, feeds: Mapping[str, Feed]) -> Reports:
        table = self.table(data, ReportsTable, "reports")
        if not 0 <= table.gap_months <= 120:
            self.fail("reports.gap_months", _("{n} is not 0 to 120 months").format(n=table.gap_months))
        for name in table.waitlist if "waitlist" in data else ():
            if name not in feeds:
                self.fail("reports.waitlist", _("no feed {name!r}{hint}").format(name=name, hint=near(name, feeds)))
        words = [word.casefold() for group in table.specialisations.values() for word in group]
        if twice := sorted({word for word in words if words.count(word) > 1}):
            self.fail("reports.specialisations", _("{word!r} stands in two groups").format(word=twice[0]))
        for address in table.mail:
            self._address("reports.mail", address)
        return Reports(**msgspec.structs.asdict(table))

    def _retention(self, data: Any) -> Retention:
        table = self.table(data, RetentionTable, "retention")
        spans = {name: self._days(f"retention.{name}", getattr(table, name)) for name in _SPANS}
        if table.backups < 0:
            self.fail(
                "retention.backups", _("{text!r} is not a number of files; for example 14").format(text=table.backups)
            )
        return Retention(backups=table.backups or None, **spans)
