"""From parsed TOML to a Config: what a type cannot say (names of fields, feeds, statuses) is checked here.

Every error names file, table, key and the remedy.
"""

import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, NoReturn, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from dentsync.config import PRESETS, Alerts, Config, Feed, MailAccount, Reports, Retention, Secret, digest_of
from dentsync.config_tables import (
    AlertsTable,
    ClinicTable,
    CrmTable,
    EndTable,
    ExpectTable,
    FeedTable,
    FieldTable,
    FilesTable,
    FollowTable,
    MailTable,
    MovedTable,
    NamesTable,
    PartTable,
    ReportsTable,
    RetentionTable,
    RouteTable,
    SafetyTable,
    Scalar,
    Table,
    TaskTable,
    WhenTable,
)
from dentsync.errors import ConfigError
from dentsync.lang import _
from dentsync.model import (
    DRIFTING,
    FIELDS,
    CleanRules,
    Condition,
    CrmField,
    FeedKind,
    FieldType,
    FileRules,
    Follow,
    Limit,
    MovedRules,
    Route,
    SafetyRules,
    StageRef,
    Status,
    TaskRules,
)


def load(path: Path) -> Config:
    """Read and check a configuration file. Raises ConfigError with one line for the first thing that is wrong."""
    return Reader(path).config(toml_of(path))


def toml_of(path: Path) -> dict[str, Any]:
    """A configuration file, parsed. Raises ConfigError."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(
            _("{file}: no such file; write one with: dentsync init --preset helix-bitrix24").format(file=path)
        ) from None
    except OSError as error:
        raise ConfigError(_("{file}: cannot be read: {reason}").format(file=path, reason=error.strerror)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(_("{file}: not valid TOML: {reason}").format(file=path, reason=error)) from None


T = TypeVar("T")
_UNKNOWN = re.compile(r"unknown field `(.+?)`")
_PERCENT = re.compile(r"(\d{1,3})\s*%")
_ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
TOKENS = "amocrm-tokens.json"


class Reader:
    """Turns the parsed TOML into a Config; knows where it is, so that errors can say so."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def fail(self, where: str, message: str) -> NoReturn:
        raise ConfigError(f"{self.path.name}: {where}: {message}")

    def table(self, data: Any, shape: type[T], where: str) -> T:
        try:
            return msgspec.convert(data, shape, strict=True)
        except msgspec.ValidationError as error:
            self.fail(where, _explain(str(error), shape))

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
        words = [vocabulary(table.get("source", "helix")) for table in data["feeds"].values()]
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
                words,
            ),
            reading=digest_of(data["clinic"], data["feeds"], names.doubtful, words),
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

    def _secret(self, crm: CrmTable) -> Secret:
        """Where the one secret is that opens this CRM."""
        given = {"webhook": crm.webhook, "token": crm.token, "oauth": crm.oauth}
        fitting = ("webhook",) if crm.target == "bitrix24" else ("token", "oauth")
        for name in (name for name, value in given.items() if value and name not in fitting):
            self.fail(f"crm.{name}", _("is not for {target}; it needs {names}").format(
                target=crm.target, names=_(" or ").join(fitting)))  # fmt: skip
        named = [name for name in fitting if given[name]]
        if len(named) != 1:
            self.fail("crm", _("{target} needs {names}").format(target=crm.target, names=_(" or ").join(fitting)))
        if crm.oauth:
            self._place("crm.oauth.code", crm.oauth.code)
            return Secret(crm.oauth.client_secret, "crm.oauth.client_secret")
        return Secret(crm.webhook or crm.token, f"crm.{named[0]}")

    def _access(self, crm: CrmTable, state: Path) -> dict[str, str]:
        """What else leads to the CRM."""
        if crm.target == "bitrix24":
            return {"certificates": self._certificates(crm.certificates)} if crm.certificates else {}
        if not crm.address:
            self.fail("crm.address", _('write the address of your account, for example "smile.amocrm.ru"'))
        if crm.rate < 1:
            self.fail(
                "crm.rate", _("{value} is not a number of requests a second; for example 7").format(value=crm.rate)
            )
        oauth = {name: getattr(crm.oauth, name) for name in ("client_id", "redirect_uri", "code")} if crm.oauth else {}
        tokens = str(
            self.path.resolve().parent / crm.oauth.tokens if crm.oauth and crm.oauth.tokens else state / TOKENS
        )
        own = {"address": crm.address, "key_field": crm.key_field, "tag": crm.tag.strip(), "rate": str(crm.rate)}
        return {**own, **({**oauth, "tokens": tokens} if oauth else {})}

    def _certificates(self, name: str) -> str:
        """The file of those who vouch for a portal on the clinic's own server."""
        import ssl  # of no use to other runs

        file = self.path.resolve().parent / name
        try:
            ssl.create_default_context(cafile=file)
        except OSError:
            self.fail("crm.certificates", _("{name} is no file with certificates (PEM)").format(name=name))
        return str(file)

    def _crm_fields(self, data: Any) -> dict[str, dict[str, CrmField]]:
        self._known("crm.fields", data, ("contact", "deal"))
        return {kind: self._fields_of(kind, data.get(kind, {})) for kind in ("contact", "deal")}

    def _fields_of(self, kind: str, data: dict[str, Any]) -> dict[str, CrmField]:
        result = {}
        for ours, value in data.items():
            where = f"crm.fields.{kind}.{ours}"
            self._field(where, ours, ("title",))
            line = FieldTable(field=value) if isinstance(value, str) else self.table(value, FieldTable, where)
            quiet = ours in DRIFTING if line.quiet is None else line.quiet
            result[ours] = CrmField(name=line.field, policy=line.policy, quiet=quiet)
        return result

    def _feed(self, name: str, data: Any, clinic: ClinicTable) -> Feed:
        where = f"feeds.{name}"
        table = self.table(data, FeedTable, where)
        for part in ("key", "required", "columns", "defaults", "inverted", "groups", "fill_down", "merge", "parts"):
            for field in getattr(table, part):
                self._field(f"{where}.{part}", field)
        for field in table.merge:
            if FIELDS[field] not in _MERGED:
                self.fail(f"{where}.merge", _("{field!r} is neither a sum nor a text").format(field=field))
        for sign in chain.from_iterable(table.status_from.values()):
            for field in sign.split("+"):
                self._field(f"{where}.status_from", field.strip())
        if not table.key:
            self.fail(f"{where}.key", _('name the fields that make a row unique, for example ["card_number"]'))
        source = self._source(where, table.source)
        return Feed(
            name=name,
            files=table.files,
            kind=table.kind,
            aliases=_aliases(source, table),
            rules=_clean_rules(source, table, clinic),
            expect=self._expect(f"{where}.expect", table.expect, table.kind),
            silent=table.silent,
            sheet=table.sheet,
            encoding=table.encoding,
            pad=table.pad,
            rejoin=table.rejoin,
            groups=table.groups,
            fill_down=table.fill_down,
            parts={field: self._part(f"{where}.parts.{field}", part) for field, part in table.parts.items()},
            moved=self._moved(f"{where}.moved", table.moved) if table.moved else None,
            no_show_after=self._span(f"{where}.no_show_after", table.no_show_after),
        )

    def _moved(self, where: str, table: MovedTable) -> MovedRules:
        within = self._hours(f"{where}.within", table.within or "0")
        assert within is not None
        return MovedRules(timedelta(hours=within), table.same_doctor)

    def _part(self, where: str, part: PartTable) -> tuple[str, str]:
        try:
            groups = re.compile(part.take).groups
        except re.error as error:
            self.fail(where, _("not a regular expression: {reason}").format(reason=error))
        if groups != 1:
            self.fail(where, _("the regular expression needs one group in parentheses: what to take"))
        return part.column, part.take

    def _source(self, where: str, name: str) -> dict[str, Any]:
        if "-" in name or not (PRESETS / f"{name}.toml").is_file():
            self.fail(f"{where}.source", _("no source {name!r}").format(name=name))
        return vocabulary(name)

    def _expect(self, where: str, table: ExpectTable, kind: FeedKind) -> FileRules:
        low, high = table.rows or (None, None)
        for field in table.optional:
            self._field(f"{where}.optional", field)
        return FileRules(
            max_age_hours=self._hours(f"{where}.max_age", table.max_age),
            min_percent=self._percent(
                f"{where}.min_share", _MIN_SHARE[kind] if table.min_share is None else table.min_share
            ),
            max_percent=self._percent(f"{where}.max_share", table.max_share),
            min_rows=low,
            max_rows=high,
            max_rejects=self._percent(f"{where}.max_rejects", table.max_rejects),
            max_faulty=self._percent(f"{where}.max_faulty", table.max_faulty),
            max_garbled=self._percent(f"{where}.max_garbled", table.max_garbled),
            optional=table.optional,
            whole=table.whole,
            allow_empty=table.allow_empty,
            totals=table.totals,
            new_owners=table.new_owners,
        )

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

    def _percent(self, where: str, text: str) -> int | None:
        if not text:
            return None
        found = _PERCENT.fullmatch(text)
        if not found:
            self.fail(where, _("{text!r} is not a share; for example 20%").format(text=text))
        return int(found[1])

    def _route(
        self, name: str, data: Any, feeds: Mapping[str, Feed], fields: Mapping[str, Mapping[str, CrmField]]
    ) -> Route:
        where = f"routes.{name}"
        table = self.table(data, RouteTable, where)
        for feed in table.feeds:
            if feed not in feeds:
                self.fail(f"{where}.feeds", _("there is no [feeds.{name}]").format(name=feed))
        for field in table.fields:
            if field not in fields["deal"]:
                self.fail(f"{where}.fields", _("{field!r} has no line in [crm.fields.deal]").format(field=field))
        if table.per:
            self._field(f"{where}.per", table.per)
        self._title(f"{where}.title", table.title)
        return Route(
            name=name,
            feeds=table.feeds,
            pipeline=table.pipeline,
            title=table.title,
            stages={status: self._stage(where, status, stage) for status, stage in table.stages.items()},
            when=tuple(self._condition(f"{where}.when", field, test) for field, test in table.when.items()),
            unless=tuple(self._exception(f"{where}.unless", field, test) for field, test in table.unless.items()),
            per=table.per,
            people=table.people,
            fields=table.fields,
            group=table.group,
            adopt=table.adopt,
            task=self._task(f"{where}.task", table.task) if table.task else None,
        )

    def _follow(
        self, name: str, data: Any, fields: Mapping[str, Mapping[str, CrmField]], routes: Mapping[str, Route]
    ) -> Follow:
        where = f"follows.{name}"
        table = self.table(data, FollowTable, where)
        if name in {route.group or route.name for route in routes.values()}:
            self.fail(where, _("a route has this name; choose another one"))
        if not (table.looks.ends or table.looks.stages):
            self.fail(f"{where}.from", _('name an end or stages: ends = "won"'))
        if bool(table.pipeline) == table.back:
            self.fail(where, _("name a pipeline, or back = true"))
        for field in (*table.fields, *table.when):
            if field not in fields["deal"]:
                self.fail(f"{where}.fields", _("{field!r} has no line in [crm.fields.deal]").format(field=field))
        self._title(f"{where}.title", table.title.replace("{title", "{doctor"))
        looks = table.looks
        places = {} if isinstance(table.stage, str) else dict(table.stage)
        stage = table.stage if isinstance(table.stage, str) else places.pop("default", "")
        if not stage or (places and not table.back):
            self.fail(f"{where}.stage", _("name one stage; with back also one for each pipeline, and a default"))
        return Follow(
            name, looks.pipelines, table.pipeline, stage, table.title, looks.ends or None, looks.stages,
            table.fields, table.back, tuple(self._exception(f"{where}.when", *one) for one in table.when.items()),
            tuple(self._exception(f"{where}.unless", *one) for one in table.unless.items()), places,
        )  # fmt: skip

    def _task(self, where: str, table: TaskTable) -> TaskRules:
        self._field(f"{where}.deadline", table.deadline)
        if FIELDS[table.deadline] not in (FieldType.DATE, FieldType.DATETIME):
            self.fail(f"{where}.deadline", _("{field!r} is no moment").format(field=table.deadline))
        self._title(f"{where}.text", table.text)
        return TaskRules(table.type, table.deadline, table.text)

    def _stage(self, where: str, status: str, stage: str | EndTable) -> StageRef:
        if status != "default" and status not in list(Status):
            self.fail(f"{where}.stages", _("no status {name!r}{hint}").format(name=status, hint=_near(status, Status)))
        if isinstance(stage, str):
            return StageRef(stage)
        if bool(stage.won) == bool(stage.lost):
            self.fail(f"{where}.stages.{status}", _('name one stage, as won or as lost: won = "stage"'))
        return StageRef(stage.won or stage.lost, "won" if stage.won else "lost")

    def _condition(self, where: str, field: str, test: Scalar | list[Scalar] | WhenTable) -> Condition:
        self._field(where, field)
        match test:
            case WhenTable():
                return self._bounds(f"{where}.{field}", field, test)
            case list():
                return Condition(field, one_of=tuple(test))
            case _:
                return Condition(field, one_of=(test,))

    def _exception(self, where: str, field: str, test: Scalar | list[Scalar] | WhenTable) -> Condition:
        """A condition that keeps a row out: it has to be one that the clock cannot end."""
        condition = self._condition(where, field, test)
        if condition.unit != "number":
            self.fail(f"{where}.{field}", _("no times here; write a value, a list, range = [from, to], or present"))
        return condition

    def _bounds(self, where: str, field: str, test: WhenTable) -> Condition:
        given = [unit for unit in ("months_ago", "days_ago", "days_ahead", "range") if getattr(test, unit)]
        if test.present is not None and not given:
            return Condition(field, present=test.present)
        if len(given) != 1:
            self.fail(where, _("write one of months_ago, days_ago, days_ahead, range = [from, to], or present"))
        low, high = getattr(test, given[0])
        unit: Any = "number" if given[0] == "range" else given[0]
        return Condition(field, low=low, high=high, unit=unit)

    def _title(self, where: str, title: str) -> None:
        sample: dict[str, Any] = dict.fromkeys(FIELDS, "x")
        sample |= {name: datetime(2026, 1, 1, tzinfo=UTC) for name in FIELDS if name.endswith(("_at", "_on", "_date"))}
        try:
            title.format_map(sample)
        except (KeyError, ValueError, IndexError, AttributeError) as error:
            self.fail(where, _("this title cannot be filled in: {reason}").format(reason=error))

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
                self.fail("reports.waitlist", _("no feed {name!r}{hint}").format(name=name, hint=_near(name, feeds)))
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

    def _days(self, where: str, text: str) -> timedelta | None:
        found = re.fullmatch(r"([1-9]\d{0,4})\s*d", text)
        if text and not found:
            self.fail(where, _("{text!r} is not a number of days; for example 400d").format(text=text))
        return timedelta(days=int(found[1])) if found else None

    def alerts(self, data: Mapping[str, Any]) -> Alerts | None:
        """``[alerts]`` and what it needs, also where the rest is wrong. None where nobody is to be told."""
        table = self.table(data.get("alerts", {}), AlertsTable, "alerts")
        clinic = data.get("clinic")
        named = {name: str(clinic.get(name, "")) if isinstance(clinic, dict) else "" for name in ("name", "timezone")}
        for address in table.mail:
            self._address("alerts.mail", address)
        for key in ("webhook", "heartbeat"):
            self._place(f"alerts.{key}", getattr(table, key))
        account = self._mail(data.get("mail")) if table.mail else None
        if table.mail and account is None:
            self.fail("alerts.mail", _("there is no [mail] to send letters with"))
        if not (table.mail or table.webhook or table.heartbeat):
            return None
        return Alerts(named["name"], named["timezone"], table.mail, account, table.webhook, table.heartbeat)

    def _mail(self, data: Any) -> MailAccount | None:
        if data is None:
            return None
        table = self.table(data, MailTable, "mail")
        self._place("mail.password", table.password)
        if table.security == "none" and table.host not in _LOOPBACK:
            self.fail("mail.security", _('letters would travel openly; write "starttls" or "tls"'))
        if bool(table.user) != bool(table.password):
            self.fail("mail.user", _("user and password go together"))
        sender = table.sender or table.user
        self._address("mail.from", sender)
        port = table.port or {"starttls": 587, "tls": 465, "none": 25}[table.security]
        return MailAccount(table.host, port, table.security, table.user, table.password, sender)

    def _address(self, where: str, address: str) -> None:
        if not _ADDRESS.fullmatch(address):
            self.fail(where, _("not a mail address, which looks like name@domain"))

    def _place(self, where: str, place: str) -> None:
        if place and not place.startswith(("env:", "file:")):
            self.fail(where, _('write "env:NAME" or "file:PATH", never the secret itself'))

    def _limit(self, where: str, value: str | int) -> Limit:
        if isinstance(value, int):
            return Limit(count=value)
        found = re.fullmatch(r"(?:(\d{1,3})\s*%)?\s*(\d+)?", value.strip())
        if not found:
            self.fail(where, _("{text!r} is not a limit; for example 20%, 500 or 20% 500").format(text=value))
        percent, count = found.groups()
        return Limit(int(percent) if percent else None, int(count) if count else None)

    # ── names ──

    def _known(self, where: str, data: Any, names: tuple[str, ...]) -> None:
        for name in data if isinstance(data, dict) else ():
            if name not in names:
                self.fail(where or "*", _("unknown table [{name}]{hint}").format(name=name, hint=_near(name, names)))

    def _field(self, where: str, name: str, more: tuple[str, ...] = ()) -> None:
        if name not in FIELDS and name not in more:
            self.fail(where, _("no field {name!r}{hint}").format(name=name, hint=_near(name, FIELDS)))


_MERGED = (FieldType.MONEY, FieldType.NUMBER, FieldType.TEXT)
_LIMITS = ("updates", "moves", "lost", "creates", "stage", "field", "cleared")
_SPANS = ("journal", "runs", "rejects", "archive")
_MIN_SHARE: Mapping[FeedKind, str] = {"snapshot": "50%", "window": "20%", "append": "20%"}
"""Everybody is as many as yesterday; who comes tomorrow is not."""


@cache
def vocabulary(name: str) -> dict[str, Any]:
    """Columns and words of a source, as its file has them."""
    return tomllib.loads((PRESETS / f"{name}.toml").read_text(encoding="utf-8"))


def _aliases(source: Mapping[str, Any], table: FeedTable) -> dict[str, tuple[str, ...]]:
    """Names of columns by field; the feed's own come first, also where the source means another field by the name."""
    known = {field: tuple(names) for field, names in source["columns"].items()}
    own = {field: names + known.get(field, ()) for field, names in table.columns.items()}
    return own | {field: names for field, names in known.items() if field not in own}


def _clean_rules(source: Mapping[str, Any], table: FeedTable, clinic: ClinicTable) -> CleanRules:
    words = {word: Status(status) for status, names in source["statuses"].items() for word in names}
    words |= {word: status for status, names in table.statuses.items() for word in names}
    return CleanRules(
        timezone=clinic.timezone,
        branch=table.branch or clinic.branch,
        region=clinic.phone.region,
        area_code=clinic.phone.area_code,
        statuses=words,
        required=table.required,
        key=table.key,
        entity=table.entity,
        defaults=({"branch": table.branch} if table.branch else {}) | table.defaults,
        dates=tuple(source.get("dates", ())) + table.dates,
        inverted=table.inverted,
        merge=table.merge,
        fix_garbled=table.fix_garbled,
        status_from=table.status_from,
    )


def _near(name: str, names: Any) -> str:
    import difflib

    close = difflib.get_close_matches(name, [str(n) for n in names], n=1)
    return _(" (did you mean {name!r}?)").format(name=close[0]) if close else ""


def _explain(message: str, shape: Any) -> str:
    """msgspec's words, shortened, with a suggestion for a misspelt key."""
    unknown = _UNKNOWN.search(message)
    if unknown and isinstance(shape, type) and issubclass(shape, Table):
        name = unknown[1]
        return _("unknown key {name!r}{hint}").format(name=name, hint=_near(name, shape.__struct_encode_fields__))
    return message.replace(" - at `$.", " `").replace("Object missing required field", _("this key is missing:"))
