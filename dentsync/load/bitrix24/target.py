"""Bitrix24 as a target: one webhook, one portal."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from dentsync.load.bitrix24.check import check_portal
from dentsync.load.bitrix24.commands import ImportForm
from dentsync.load.bitrix24.directory import Directory, read_directory
from dentsync.load.bitrix24.imports import with_phones
from dentsync.load.bitrix24.items import Portrait, portrait_of
from dentsync.load.bitrix24.outcomes import outcomes_of
from dentsync.load.bitrix24.packing import Packer, Request, unread
from dentsync.load.bitrix24.portal import Pace, Portal
from dentsync.load.bitrix24.reading import Reader
from dentsync.load.bitrix24.webhook import parse_webhook
from dentsync.load.target import Checked, Chunk, Clock, Needs, Reading, TargetSettings
from dentsync.model import Kind, Operation, Outcome, Plain


class Bitrix24:
    """The door to one portal. Not thread-safe.

    Raises ConfigError where ``settings.secret`` is not a webhook's address. Makes no request before it is asked to;
    without a directory that fits the settings, the first call resolves the names itself (two requests).
    """

    def __init__(self, settings: TargetSettings, clock: Clock) -> None:
        webhook = parse_webhook(settings.secret)
        pace = _read_pace(settings.pace, webhook.host)
        directory = read_directory(settings.directory, webhook.host, settings)
        self._settings = settings
        self._clock = clock
        self._name = webhook.host
        self._portal = Portal(webhook, clock, pace, host=pace.host or (directory.host if directory else ""))
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

    def read(self, needs: Needs) -> Reading:
        """Present items. Raises TargetError; changes nothing."""
        return self._ready().reader.read(needs)

    def chunks(self, operations: Sequence[Operation], ids: Mapping[str, int]) -> Iterator[Chunk]:
        """Requests to send, lazily; silent creations first (contacts) and last (deals)."""
        known = self._ready()
        contacts, deals = unread(operations, known.portrait)
        if contacts or deals:
            known.reader.read(Needs(contact_ids=frozenset(contacts), deal_ids=frozenset(deals)))
        yield from known.packer.chunks(operations, ids)

    def send(self, chunk: Chunk) -> list[Outcome]:
        """Send one request. Raises Forbidden or Unavailable only where nothing of the chunk was done."""
        known = self._ready()
        request: Request = chunk.request
        answers = self._portal.run({key: slot.command for key, slot in request.slots.items()}) if request.slots else {}
        found = outcomes_of(request, answers, known.portrait)
        found = with_phones(self._portal, known.packer, request, found)
        return [found[operation.id] for operation in chunk.operations]

    def as_read(self, kind: Kind, fields: Mapping[str, Plain]) -> Mapping[str, Plain]:
        """How values of ours look in a ``Present``."""
        return self._ready().portrait.words(kind).as_read(fields)

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


def _read_pace(raw: Mapping[str, Any] | None, portal: str) -> Pace:
    """What an earlier run left; nothing where it is damaged or of another portal."""
    try:
        pace = msgspec.convert(dict(raw or {}), Pace)
    except msgspec.ValidationError:
        return Pace()
    return pace if pace.portal == portal else Pace()
