"""amoCRM as a target: one account, one integration."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from dentsync.errors import ConfigError
from dentsync.load.amocrm.account import Account
from dentsync.load.amocrm.address import parse_address
from dentsync.load.amocrm.check import check_account
from dentsync.load.amocrm.directory import BUILT_IN, Directory, read_directory
from dentsync.load.amocrm.items import Portrait, portrait_of
from dentsync.load.amocrm.line import AmoLine
from dentsync.load.amocrm.packing import MOST, Packer
from dentsync.load.amocrm.reading import Reader
from dentsync.load.amocrm.setup import set_up
from dentsync.load.flow import Flow
from dentsync.load.places import pipelines_named
from dentsync.load.target import OVERLAP, Changes, Checked, Clock, Needs, Patience, Reading, Step, TargetSettings
from dentsync.model import Kind, Operation, Plain


class Pace(msgspec.Struct, frozen=True):
    """What one run leaves to the next. ``size`` of requests; names resolved before ``stale_at`` are not true."""

    account: str = ""
    size: int = MOST
    stale_at: float = 0.0


class AmoCrm:
    """The door to one account. Called from one thread.

    Raises ConfigError where ``settings.access`` has no address of an account. Makes no request before it is asked to;
    without a directory that fits the settings, the first call resolves the names itself.
    """

    carries_tasks = True

    def __init__(self, settings: TargetSettings, clock: Clock) -> None:
        base = parse_address(settings.access.get("address", ""))
        self._settings = settings
        self._account = Account(base, settings, clock)
        self._pace = _read_pace(settings.pace, base)
        self._known: tuple[Portrait, Reader] | None = None
        self._line: AmoLine | None = None
        self._packer: Packer | None = None
        directory = read_directory(settings.directory, base, settings, self._pace.stale_at)
        if directory is not None:
            self._know(directory)

    @property
    def requests(self) -> int:
        """HTTP requests sent so far."""
        return self._account.requests

    def check(self) -> Checked:
        """Resolve names and rights. Raises TargetError."""
        directory, checked = check_account(self._account, self._settings)
        if set(directory.keys) == set(BUILT_IN):
            self._know(directory)
        return checked

    def setup(self) -> tuple[str, ...]:
        """Make the fields of our key."""
        return set_up(self._account, self._settings)

    def read(self, needs: Needs) -> Reading:
        """Present items. Raises TargetError; changes nothing."""
        return self._ready()[1].read(needs)

    def changed_deals(self, pipelines: Collection[str], since: float | None) -> Changes:
        """Deals of these pipelines that were changed since then. Raises TargetError."""
        portrait, reader = self._ready()
        if since is None:
            return Changes((), reader.newest_change())
        numbers = {one.id for name in pipelines for one in pipelines_named(portrait.directory.pipelines, name)}
        deals, newest = reader.changed_deals(numbers, max(0, int(since - OVERLAP)))
        return Changes(deals, max(since, newest))

    def carry_out(self, operations: Sequence[Operation], ids: Mapping[str, int], patience: Patience) -> Iterator[Step]:
        """Requests side by side at the account's pace; contacts before their deals."""
        portrait, reader = self._ready()
        self._packer = Packer(portrait, reader, self._packer.size if self._packer else self._pace.size)
        self._line = AmoLine(self._account, self._packer, ids)
        return Flow(self._line, operations, patience).steps()

    def as_read(self, kind: Kind, fields: Mapping[str, Plain]) -> Mapping[str, Plain]:
        """How values of ours look in a ``Present``."""
        portrait = self._ready()[0]
        return portrait.tasks.as_read(fields) if kind == "task" else portrait.words(kind).as_read(fields)

    def pace(self) -> Mapping[str, Any]:
        """State of the limits, for the next run."""
        is_stale = self._line is not None and self._line.is_stale
        found = Pace(
            self._account.base,
            self._packer.size if self._packer else self._pace.size,
            self._account.clock.time() if is_stale else self._pace.stale_at,
        )
        pace: Mapping[str, Any] = msgspec.to_builtins(found)
        return pace

    def _ready(self) -> tuple[Portrait, Reader]:
        if self._known is None:
            checked = self.check()
            # Names that were believed until the account refused one: what it lacks now would be left out silently.
            if self._known is None or checked.problems:
                raise ConfigError("\n".join(checked.problems))
        return self._known

    def _know(self, directory: Directory) -> None:
        portrait = portrait_of(self._settings, directory)
        self._known = portrait, Reader(self._account, portrait)


def _read_pace(raw: Mapping[str, Any] | None, account: str) -> Pace:
    """What an earlier run left; nothing where it is damaged or of another account."""
    try:
        pace = msgspec.convert(dict(raw or {}), Pace)
    except msgspec.ValidationError:
        return Pace()
    return pace if pace.account == account else Pace()
