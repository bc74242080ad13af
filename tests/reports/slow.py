"""The slow and obvious way to the cases of a period: every row cleaned whole, every visit compared with all others."""

from datetime import date, datetime

from dentsync.model import Entity, Record, Status, Value
from dentsync.runs.report_people import Whose
from dentsync.runs.session import Session
from dentsync.store.sayings import SayingRow, Sayings
from dentsync.transform.reports.history import Card, Kind, history_of, kind_of
from dentsync.transform.reports.period import Period, months_after
from dentsync.transform.reports.tables import Case
from dentsync.transform.reports.visits import CLINICS_OWN, Visit, merged, outcome_of
from dentsync.transform.words import fold


def visits(job: Session, source: Sayings, whose: Whose) -> list[Visit]:
    """Every stored row of a visit, cleaned whole."""
    feeds = [name for name, feed in job.config.feeds.items() if feed.rules.entity is Entity.APPOINTMENT]
    stored = {row.id: row for row in job.store.facts.rows_in(feeds)}
    found = []
    for feed in feeds:
        for row in source.rows(feed):
            record = job.cleaners[feed].clean(stored[row[0]].raw)
            assert isinstance(record, Record)
            found.append(_visit(record, stored[row[0]].cells["status"], row, row[1] or whose.person_of(feed, row), job))
    return found


def _visit(record: Record, word: str, row: SayingRow, person: str, job: Session) -> Visit:
    values = record.values
    own = {*CLINICS_OWN, *map(fold, job.config.reports.clinic_reasons)}

    def text(name: str) -> str:
        return str(values.get(name) or "")

    def moment(name: str) -> datetime | None:
        value: Value = values.get(name)
        return value if isinstance(value, datetime) else None

    booked = moment("booked_at")
    return Visit(
        person=person, place=(row[2], row[3]), start=moment("start_at"), status=Status(text("status")),
        id=text("appointment_id"), doctor=text("doctor"), specialty=text("specialty"), operator=text("operator"),
        booked_on=booked.date() if booked else None, source=text("lead_source"), reason=text("cancel_reason"),
        branch=text("branch") or job.config.feeds[record.feed].rules.branch, cancelled_at=moment("cancelled_at"),
        paid=bool(values["amount_received"]) if "amount_received" in values else None,
        waitlist=record.feed in job.config.reports.waitlist,
        own=text("status") == "cancelled" and (fold(word) in own or fold(text("cancel_reason")) in own),
    )  # fmt: skip


def once(rows: list[Visit]) -> list[Visit]:
    """Each appointment once, in its order; requests without a time at the end."""
    found: list[Visit] = []
    for row in rows:
        alike = [one for one in found if row.start and (one.person, one.start) == (row.person, row.start)]
        same = [one for one in alike if one.id == row.id] or [one for one in alike[:1] if not (one.id and row.id)]
        if same:
            found[found.index(same[0])] = merged(same[0], row)
        else:
            found.append(row)
    return sorted((one for one in found if one.start), key=_start) + [one for one in found if not one.start]


def _start(visit: Visit) -> datetime:
    assert visit.start
    return visit.start


def cases(every: list[Visit], cards: dict[str, Card], days: Period, now: datetime, gap: int) -> list[Case]:
    """Of the appointments of a period, each by a look at all."""
    came = [one for one in every if one.status == "completed" and one.start]
    since = min(_start(one) for one in came).date()
    found: list[Case] = []
    for visit in every:
        if not visit.start or visit.start.date() not in days:
            continue
        day, outcome = visit.start.date(), outcome_of(visit, now)
        hers = [_start(one) for one in came if one.person == visit.person]
        kind = _repeats(day, hers, cards.get(visit.person), gap)
        kind = kind or kind_of(day, history_of(hers, cards.get(visit.person)), gap, since)
        opens = outcome == "came" and not any(
            one.opens and (one.visit.person, one.day) == (visit.person, day) for one in found
        )
        found.append(Case(visit, outcome, kind, day, opens))
    return found


def _repeats(day: date, came: list[datetime], card: Card | None, gap: int) -> Kind | None:
    before = [one for one in (*(one.date() for one in came), *(card[:2] if card else ())) if one and one < day]
    return "repeat" if before and (not gap or months_after(max(before), gap) > day) else None


def is_back(case: Case, every: list[Visit], now: datetime) -> bool:
    """Whether the patient came later, or is booked for a day that is ahead."""
    return any(
        one.status == "completed" or (_start(one) > now and one.status in ("booked", "confirmed"))
        for one in every
        if one.person == case.visit.person and one.start and one.start > _start(case.visit)
    )
