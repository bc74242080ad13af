"""What a person may look at: feeds and runs, who calls, what is not in place, what was rejected."""

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from dentsync.config import Config, exposures, secret_of
from dentsync.errors import ConfigError, TargetError
from dentsync.lang import _
from dentsync.load.expiry import warning_of
from dentsync.model import Plain, Record
from dentsync.runs.crm import check_target, target_of
from dentsync.runs.main_job import Options
from dentsync.runs.remarks import Diary
from dentsync.runs.session import Session, looked_into, opened, wall_time
from dentsync.store import FaultLine, FileEntry
from dentsync.transform.adopt import CROWD
from dentsync.transform.contacts import contact_of, known_of
from dentsync.transform.family import seniority
from dentsync.transform.name_reasons import asks
from dentsync.transform.phones import parse_phones
from dentsync.transform.words import fold


@dataclass(frozen=True, slots=True)
class FeedStatus:
    """A feed at a glance; ``last`` is its last good file, ``diary`` how it was read, and when that last changed."""

    name: str
    kind: str
    last: FileEntry | None
    age_hours: int | None
    late: bool
    diary: Diary = field(default_factory=lambda: Diary({}))


@dataclass(frozen=True, slots=True)
class Overview:
    """What ``status`` shows."""

    clinic: str
    target: str
    now: datetime
    feeds: tuple[FeedStatus, ...]
    runs: tuple[Mapping[str, Any], ...]
    held: tuple[Mapping[str, str], ...]
    faults: tuple[FaultLine, ...]
    contacts: int
    deals: int
    drift: int
    deleted: int  # of our items, as far as the CRM was looked at
    unsettled: int
    crowds: tuple[tuple[str, int], ...] = ()  # numbers of many people, masked, with how many
    names: int = 0  # rows whose name was found doubtful, loaded or not
    expiring: str = ""  # the secret of the CRM ends soon


def status(options: Options) -> Overview:
    """Feeds, runs, what waits and what was rejected."""
    with looked_into(options.config, options.now) as job:
        last = {entry.feed: entry for entry in job.store.facts.last_files()}
        counts = job.store.ledger.item_counts(job.config.target)
        held = [
            dict(zip(("kind", "key", "origin", "reason"), row, strict=True))
            for row in job.store.ledger.held(job.config.target)
        ]
        faults = tuple(job.store.facts.faults())
        names = ("id", "command", "now", "finished_at", "exit_code", "summary")
        return Overview(
            clinic=job.config.clinic,
            target=job.config.target,
            now=job.now,
            feeds=tuple(_feed_status(job, name, last.get(name)) for name in job.config.feeds),
            runs=tuple(dict(zip(names, row, strict=True)) for row in job.store.ledger.runs()),
            held=tuple(held),
            faults=faults,
            names=sum(any(one.field == "full_name" and asks(one.reason) for one in row.faults) for row in faults),
            contacts=counts.get("contact", 0),
            deals=counts.get("deal", 0),
            drift=job.store.ledger.drift_count(job.config.target),
            deleted=job.store.ledger.deleted_count(job.config.target),
            unsettled=job.news.count(job.now),
            expiring=expiring(job.config),
            crowds=tuple((f"{one[:5]}•••{one[-2:]}", people) for one, people in job.store.facts.crowds(CROWD)),
        )


def _feed_status(job: Session, name: str, last: FileEntry | None) -> FeedStatus:
    feed = job.config.feeds[name]
    if last is None:
        return FeedStatus(name, feed.kind, None, None, late=False)
    written = job.now - datetime.fromisoformat(last.modified_at)
    age = max(int(written.total_seconds() // 3600), 0)  # a day that is rehearsed has files that were copied today
    limit = feed.expect.max_age_hours
    diary = Diary.of(job.store.facts.layout(name))
    return FeedStatus(name, feed.kind, last, age, late=limit is not None and age > limit, diary=diary)


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who may be calling. Fields are our words; ``crm_id`` is the contact in the CRM."""

    key: str
    crm_id: int | None
    fields: Mapping[str, Plain] = field(repr=False)


def whois(options: Options, phone: str) -> list[Caller]:
    """Everybody the store knows by this number, in any spelling: who speaks for the others first, children last."""
    with looked_into(options.config, options.now) as job:
        numbers = parse_phones(phone, job.config.phone_region, job.config.area_code).numbers
        if not numbers:
            raise ConfigError(_("this is not a phone number; write +7 and ten digits"))
        people = [(person.key, _records(job, person.key)) for person in job.store.facts.people_with(numbers)]
        known = {key: known_of(records, job.masters) for key, records in people}
        relatives = frozenset(fold(str(values.get("representative") or "")) for values in known.values())
        people.sort(key=lambda person: seniority(known[person[0]], relatives, job.now))
        return [_caller(job, key, records) for key, records in people]


def _records(job: Session, person: str) -> list[Record]:
    rows = job.store.facts.rows_of(person)
    return [record for row in rows if isinstance(record := job.clean(row), Record)]


def _caller(job: Session, person: str, records: list[Record]) -> Caller:
    shown = ("card_number", "patient_status", "branch", "last_visit_at", "next_visit_at")
    contact = contact_of(person, records, job.masters, shown, job.now)
    item = job.store.ledger.synced(job.config.target, "contact", person)
    return Caller(person, item.crm_id if item else None, contact.fields)


def check(options: Options) -> tuple[tuple[str, ...], str]:
    """Problems with folders, reports, pay and the CRM, each with its way out; a line about what will be one soon."""
    from dentsync.runs.office_check import office_problems  # who asks who calls needs no mail

    with opened(options.config, options.now, warn=False) as job:
        problems = [*exposures(job.config)]
        if not job.config.inbox.is_dir():
            problems.append(
                _("{folder}: no such folder; the MIS has to drop its files there").format(folder=job.config.inbox)
            )
        problems += office_problems(job)
        try:
            target, _checked = target_of(job.config, job.store)
            problems += check_target(job, target)
        except (ConfigError, TargetError) as error:
            problems.append(str(error))
        return tuple(problems), expiring(job.config)


def expiring(config: Config) -> str:
    """A line where the secret of the CRM ends soon, else nothing. Real time decides, whatever is replayed."""
    try:
        return warning_of(secret_of(config, os.environ), wall_time())
    except ConfigError:
        return ""


def setup(options: Options) -> tuple[str, ...]:
    """Make what the target needs for itself in the CRM: a line for each thing made. Raises ConfigError, TargetError."""
    with opened(options.config, options.now, warn=False) as job:
        target, _checked = target_of(job.config, job.store)
        return target.setup()


def write_rejects(faults: Collection[FaultLine], path: Path) -> None:
    """The workbook for the clinic: one line a fault."""
    from dentsync.load.workbook import RejectLine
    from dentsync.load.workbook import write_rejects as write

    lines = [
        RejectLine(line.feed, line.origin.file, line.origin.line, fault.field, fault.raw, fault.reason, line.lost)
        for line in faults
        for fault in line.faults
    ]
    write(path, lines)
