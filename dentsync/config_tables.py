"""The shape of config.toml, table by table. msgspec checks types and unknown keys; ``config_reader`` the rest."""

from typing import Literal

import msgspec

from dentsync.model import Entity, FeedKind, Policy, Status, Totals


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of config.toml: unknown keys are errors."""


class NamesTable(Table, frozen=True):
    """``[names]``: what a record does whose name waits for a person."""

    doubtful: Literal["without_name", "hold"] = "without_name"


class PhoneTable(Table, frozen=True):
    """``[clinic] phone``: how to read numbers without a country or city code."""

    region: str = "RU"
    area_code: str = ""


class ClinicTable(Table, frozen=True):
    """``[clinic]``."""

    name: str
    timezone: str
    branch: str = "main"
    phone: PhoneTable = PhoneTable()


class FilesTable(Table, frozen=True):
    """``[files]``: paths relative to the folder of config.toml."""

    inbox: str = "inbox"
    archive: str = "archive"
    state: str = "state"
    limits: str = ""
    settle_seconds: int = 10


class FieldTable(Table, frozen=True):
    """One line of ``[crm.fields.*]`` where a plain name is not enough."""

    field: str = ""
    policy: Policy = "mis_wins"
    quiet: bool | None = None


class OAuthTable(Table, frozen=True):
    """``[crm.oauth]``: amoCRM without a long-lived token. ``client_secret`` and ``code`` are places of secrets.

    ``tokens`` is the file of the tokens that change daily, in the state folder where nothing else is said.
    """

    client_id: str
    client_secret: str
    redirect_uri: str
    code: str = ""
    tokens: str = ""


class CrmTable(Table, frozen=True):
    """``[crm]`` without ``fields``: ``webhook`` for Bitrix24; ``address`` with ``token`` or ``oauth`` for amoCRM.

    ``certificates``: a PEM file, for a portal on the clinic's own server.
    """

    target: Literal["bitrix24", "amocrm"]
    webhook: str = ""
    certificates: str = ""
    address: str = ""
    token: str = ""
    oauth: OAuthTable | None = None
    key_field: str = "DENTSYNC_KEY"
    tag: str = ""
    rate: int = 7
    originator: str = "dentsync"
    speed: float = 1.0


class ExpectTable(Table, frozen=True):
    """``[feeds.*] expect``: what the file usually is. A limit that is "" is not asked about."""

    max_age: str = ""
    min_share: str | None = None
    max_share: str = "300%"
    min_known: str = "10%"
    rows: tuple[int, int] | None = None
    max_rejects: str = "20%"
    max_faulty: str = "30%"
    max_garbled: str = "5%"
    optional: tuple[str, ...] = ()
    whole: bool = True
    allow_empty: bool = False
    totals: Totals = "check"
    new_owners: bool = False


class PartTable(Table, frozen=True):
    """``[feeds.*.parts]``: a field that stands inside a cell: its column, and a regular expression with one group."""

    column: str
    take: str


class MovedTable(Table, frozen=True):
    """``[feeds.*] moved``: a cancelled visit was moved where another one was booked within so long of it."""

    within: str
    same_doctor: bool = True


class FeedTable(Table, frozen=True):
    """``[feeds.*]``."""

    files: str
    kind: FeedKind
    entity: Entity
    key: tuple[str, ...]
    source: str = "helix"
    required: tuple[str, ...] = ()
    columns: dict[str, tuple[str, ...]] = {}
    statuses: dict[Status, tuple[str, ...]] = {}
    status_from: dict[Status, tuple[str, ...]] = {}
    defaults: dict[str, str] = {}
    dates: tuple[str, ...] = ()
    inverted: tuple[str, ...] = ()
    expect: ExpectTable = ExpectTable()
    silent: bool = False
    branch: str = ""
    sheet: str | None = None
    encoding: str | None = None
    pad: bool = False
    rejoin: bool = False
    groups: tuple[str, ...] = ()
    fill_down: tuple[str, ...] = ()
    merge: tuple[str, ...] = ()
    parts: dict[str, PartTable] = {}
    fix_garbled: bool = False
    moved: MovedTable | None = None
    no_show_after: str = ""


class MailTable(Table, frozen=True, rename={"sender": "from"}):
    """``[mail]``: the mailbox that dentsync writes from. ``port`` 0: the usual one of ``security``."""

    host: str
    port: int = 0
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password: str = ""
    sender: str = ""


class AlertsTable(Table, frozen=True):
    """``[alerts]``: who is told when a run goes wrong. ``webhook`` and ``heartbeat`` are places of secrets."""

    mail: tuple[str, ...] = ()
    webhook: str = ""
    heartbeat: str = ""


class EndTable(Table, frozen=True):
    """A stage that ends a deal: ``{ won = "…" }`` or ``{ lost = "…" }``."""

    won: str = ""
    lost: str = ""


Bounds = tuple[int, int]


class WhenTable(Table, frozen=True):
    """A condition that is more than a value or a list."""

    months_ago: Bounds | None = None
    days_ago: Bounds | None = None
    days_ahead: Bounds | None = None
    range: Bounds | None = None
    present: bool | None = None


class TaskTable(Table, frozen=True):
    """``[routes.*] task``: the task that a deal carries; ``deadline`` is a field, ``text`` a template."""

    type: str
    deadline: str
    text: str = ""


Scalar = str | int | bool


class RouteTable(Table, frozen=True):
    """``[routes.*]``."""

    feeds: tuple[str, ...]
    pipeline: str
    title: str
    stages: dict[str, str | EndTable]
    when: dict[str, Scalar | list[Scalar] | WhenTable] = {}
    unless: dict[str, Scalar | list[Scalar] | WhenTable] = {}
    per: str | None = None
    people: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    group: str = ""
    adopt: tuple[str, ...] = ()
    task: TaskTable | None = None


class FromTable(Table, frozen=True):
    """Where a rule of ``[follows.*]`` looks."""

    pipelines: tuple[str, ...]
    ends: Literal["won", "lost", ""] = ""
    stages: tuple[str, ...] = ()


class FollowTable(Table, frozen=True, rename={"looks": "from"}):
    """``[follows.*]``."""

    looks: FromTable
    title: str
    stage: str | dict[str, str]
    pipeline: str = ""
    back: bool = False
    fields: tuple[str, ...] = ()
    when: dict[str, Scalar | list[Scalar] | WhenTable] = {}
    unless: dict[str, Scalar | list[Scalar] | WhenTable] = {}


class RetentionTable(Table, frozen=True):
    """``[retention]``: a number of days ("400d"); what is not named is kept. ``backups``: so many of the newest."""

    journal: str = ""
    runs: str = ""
    rejects: str = ""
    archive: str = ""
    backups: int = 0


class SafetyTable(Table, frozen=True):
    """``[safety]``: a share ("20%"), a count, or both ("20% 500")."""

    free: int = 50
    updates: str | int = "30%"
    moves: str | int = "30%"
    lost: str | int = "20%"
    creates: str | int = ""
    stage: str | int = "50%"
    field: str | int = "30%"
    cleared: str | int = "10%"
    fields: dict[str, str | int] = {}
    corrections: str = "3d"


class ReportsTable(Table, frozen=True):
    """``[reports]``: ``specialisations`` is a group -> the doctors and specialties of the MIS that belong to it.

    ``clinic_reasons``: status words and reasons of the clinic's own cancellations; ``waitlist``: feeds of that list;
    ``mail``: who gets the book of a month.
    """

    gap_months: int = 6
    specialisations: dict[str, tuple[str, ...]] = {}
    clinic_reasons: tuple[str, ...] = ()
    waitlist: tuple[str, ...] = ("waiting",)
    mail: tuple[str, ...] = ()
