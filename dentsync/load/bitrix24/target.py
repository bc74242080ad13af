"""Bitrix24 as a target: one webhook, one portal."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from dentsync.load.bitrix24.check import check_portal
from dentsync.load.bitrix24.commands import ImportForm
from dentsync.load.bitrix24.directory import Directory, read_directory
from dentsync.load.bitrix24.items import Portrait, portrait_of
from dentsync.load.bitrix24.line import BitrixLine
from dentsync.load.bitrix24.packing import Packer, unread
from dentsync.load.bitrix24.portal import Pace, Portal
from dentsync.load.bitrix24.reading import Reader
from dentsync.load.bitrix24.webhook import parse_webhook
from dentsync.load.flow import Flow
from dentsync.load.target import OVERLAP, Changes, Checked, Clock, Needs, Patience, Reading, Step, TargetSettings
from dentsync.model import Kind, Operation, Plain, Present


class Bitrix24:
    """The door to one portal. Called from one thread.

    Raises ConfigError where ``settings.secret`` is not a webhook's address. Makes no request before it is asked to;
    without a directory that fits the settings, the first call resolves the names itself (two requests).
    """

    carries_tasks = True

    def __init__(self, settings: TargetSettings, clock: Clock) -> None:
        webhook = parse_webhook(settings.secret)
        pace = read_pace(settings.pace, webhook.host)
        directory = read_directory(settings.directory, webhook.host, settings)
        self._settings = settings
        self._clock = clock
        self._name = webhook.host
        host = pace.host or (directory.host if directory else "")
        certificates = settings.access.get("certificates", "")
        self._portal = Portal(webhook, clock, pace, host=host, limits=settings.limits, certificates=certificates)
        self._known: _Known | None = None
        self._form: ImportForm = pace.multifields
        if directory is not None:
            self._know(directory)

    @property
    def requests(self) -> int:
        """HTTP requests sent so far."""
        return self._portal.requests

    def check(self) -> Checked:
        """Resolve names and rights in two requests. Raises TargetError."""
        directory, checked = check_portal(self._portal, self._settings, self._clock, self._name)
        self._know(directory)
        return checked

    def setup(self) -> tuple[str, ...]:
        """Nothing: Bitrix24 has fields for our key."""
        return ()

    def read(self, needs: Needs) -> Reading:
        """Present items. Raises TargetError; changes nothing."""
        return self._ready().reader.read(needs)

    def changed_deals(self, pipelines: Collection[str], since: float | None) -> Changes:
        """Deals of these pipelines that were changed since then. Raises TargetError."""
        known, asked_at = self._ready(), self._clock.time()
        zone = ZoneInfo(self._settings.timezone)
        deals: tuple[Present, ...] = ()
        if since is None:
            known.reader.ask_time()
        else:
            numbers = {one.id for name in pipelines for one in known.portrait.directory.pipelines_named(name)}
            deals = known.reader.changed_deals(numbers, datetime.fromtimestamp(since - OVERLAP, zone))
        return Changes(deals, self._portal.budgets.portal_time - (self._clock.time() - asked_at))

    def carry_out(self, operations: Sequence[Operation], ids: Mapping[str, int], patience: Patience) -> Iterator[Step]:
        """Requests side by side within the limits; contacts before their deals."""
        known = self._ready()
        needs = unread(operations, known.portrait)
        if needs != Needs():
            known.reader.read(needs)
        line = BitrixLine(self._portal, known.portrait, known.packer, ids)
        return Flow(line, operations, patience).steps()

    def as_read(self, kind: Kind, fields: Mapping[str, Plain]) -> Mapping[str, Plain]:
        """How values of ours look in a ``Present``."""
        portrait = self._ready().portrait
        return portrait.tasks.as_read(fields) if kind == "task" else portrait.words(kind).as_read(fields)

    def pace(self) -> Mapping[str, Any]:
        """State of the limits, for the next run."""
        form = self._known.packer.form if self._known else self._form
        pace: Mapping[str, Any] = msgspec.to_builtins(msgspec.structs.replace(self._portal.pace(), multifields=form))
        return pace

    def _ready(self) -> "_Known":
        if self._known is None:
            self.check()
        assert self._known is not None
        return self._known

    def _know(self, directory: Directory) -> None:
        form = self._known.packer.form if self._known else self._form
        self._known = _Known(self._portal, portrait_of(self._settings, directory), form)


class _Known:
    """What works only once the names are resolved."""

    def __init__(self, portal: Portal, portrait: Portrait, form: ImportForm) -> None:
        self.portrait = portrait
        self.reader = Reader(portal, portrait)
        self.packer = Packer(portal, portrait, form)


def read_pace(raw: Mapping[str, Any] | None, portal: str) -> Pace:
    """What an earlier run left; nothing where it is damaged or of another portal."""
    try:
        pace = msgspec.convert(dict(raw or {}), Pace)
    except msgspec.ValidationError:
        return Pace()
    return pace if pace.portal == portal else Pace()
