"""Cards that may be one person's: read from what the MIS exported, told to people, merged by nobody here."""

from collections import defaultdict
from datetime import date

from dentsync.model import Entity, Record, Value
from dentsync.runs.main_job import Options
from dentsync.runs.session import Session, looked_into
from dentsync.transform.adopt import CROWD
from dentsync.transform.contacts import known_of
from dentsync.transform.duplicates import Card, Duplicate, duplicates
from dentsync.transform.words import fold


def find(options: Options) -> list[Duplicate]:
    """Pairs of patients, the certain ones first. Looks at every patient's row: seconds for a large clinic."""
    with looked_into(options.config, options.now) as job:
        crowds = {phone for phone, _people in job.store.facts.crowds(CROWD)}
        return duplicates([_card(key, known_of(rows, job.masters), crowds) for key, rows in _patients(job).items()])


def _patients(job: Session) -> dict[str, list[Record]]:
    """The rows of every patient who has one."""
    feeds = [name for name, feed in job.config.feeds.items() if feed.rules.entity is Entity.PATIENT]
    rows: defaultdict[str, list[Record]] = defaultdict(list)
    for row in job.store.facts.rows_in(feeds):
        record = job.clean(row)
        if row.person and isinstance(record, Record):
            rows[row.person].append(record)
    return rows


def _card(key: str, values: dict[str, Value], crowds: set[str]) -> Card:
    last, first, patronymic = (fold(str(values.get(part) or "")) for part in ("last_name", "first_name", "patronymic"))
    born, phones = values.get("birth_date"), values.get("phones")
    numbers = frozenset(phones) - crowds if isinstance(phones, tuple) else frozenset()
    return Card(key, last, first, patronymic, born if isinstance(born, date) else None, numbers)
