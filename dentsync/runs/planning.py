"""From facts to a plan: who is meant, what each row wants, what differs, what waits, what is too much."""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from dentsync.config import digest_of
from dentsync.model import NAME_WAITS, Desired, Entity, Held, Kind, Operation, Plan, Record, Reject
from dentsync.runs.approval import without_approved
from dentsync.runs.deals import Deals, Patient
from dentsync.runs.ours import Ours
from dentsync.runs.session import Session
from dentsync.store import Person, StoredRow
from dentsync.transform.adopt import CROWD
from dentsync.transform.contacts import contact_of
from dentsync.transform.diff import operations_of
from dentsync.transform.link import Match, Mention, Somebody, identify, mention_of, typed_key
from dentsync.transform.no_show import with_no_shows
from dentsync.transform.reschedule import moves_among
from dentsync.transform.safety import plan_refusals

PLAN_VERSION = 1
IN_DOUBT = "не известно, дошла ли прошлая операция: проверим, когда CRM успеет её показать"

Progress = Callable[[int, int], None]
"""Called with people planned and people in all."""


@dataclass(slots=True)
class Work:
    """A plan with what the run needs to remember about it: which rows wait for which items, and when they wake."""

    plan: Plan
    rows: dict[int, set[str]] = field(default_factory=dict)  # row -> "kind:key" of the items it speaks for
    wakes: dict[int, str | None] = field(default_factory=dict)
    moved: dict[int, str] = field(default_factory=dict)  # rows that turned out to be somebody else's -> whose
    judged: set[str] = field(default_factory=set)  # "kind:key" of the rows themselves
    looked_at: set[str] = field(default_factory=set)  # "kind:key" of items that no row speaks for


def make_plan(
    job: Session,
    *,
    mark: str,
    waiting: frozenset[str] = frozenset(),
    feeds: Collection[str] = (),
    only: Collection[str] | None = None,
    progress: Progress | None = None,
) -> Work:
    """Plan everything that has news. Writes only who is who; call it inside a transaction or a rehearsal.

    ``mark`` is where the state stood before this run; ``waiting`` are items ("kind:key") whose last operation may
    still be on its way: they are held. ``feeds`` limits the plan to news from these, ``only`` to these items.
    """
    return _Planner(job, waiting, only).work(mark, feeds or job.config.feeds, progress)


class _Planner:
    def __init__(self, job: Session, waiting: frozenset[str], only: Collection[str] | None) -> None:
        self.job, self.waiting, self.only = job, waiting, only
        self.facts, self.ledger = job.store.facts, job.store.ledger
        self.deals = Deals(job)
        self.approvals = job.approvals
        self.no_shows = {feed.name: feed.no_show_after for feed in job.config.feeds.values() if feed.no_show_after}
        self.told = {name: self.facts.newest(name) for name in self.no_shows}
        self.moved_rules = {feed.name: feed.moved for feed in job.config.feeds.values() if feed.moved}
        self.wanted = tuple(job.config.fields["contact"])
        self.records: dict[int, Record | None] = {}
        self.operations: dict[str, Operation] = {}
        self.held: list[Held] = []
        self.rows: dict[int, set[str]] = {}
        self.wakes: dict[int, str | None] = {}
        self.moved: dict[int, str] = {}
        self.judged: set[str] = set()
        self.left: defaultdict[str, list[StoredRow]] = defaultdict(list)  # the same rows, by whose they were

    def work(self, mark: str, feeds: Collection[str], progress: Progress | None) -> Work:
        self.job.news.heal(self.job.rules, self.job.now)
        unsettled, known = list(self.job.news.rows(self.job.now)), self.job.config.feeds
        # Read by another configuration, or by this one as it was: it has nothing to say here.
        self.job.news.settle((row.id, None) for row in unsettled if row.feed not in known)
        rows = [row for row in unsettled if row.feed in feeds and row.feed in known]
        people: dict[str, list[tuple[StoredRow, Record]]] = defaultdict(list)
        for row in sorted(rows, key=self._is_visit):  # cards first
            self._assign(row, people)
        for done, (person, news) in enumerate(people.items(), start=1):
            self._plan_person(person, news)
            if progress:
                progress(done, len(people))
        for person in self.left.keys() - people.keys():
            self._plan_person(person, [])
        return Work(
            plan_of(self.job, mark, self.operations.values(), self.held), self.rows, self.wakes, self.moved, self.judged
        )

    def _is_visit(self, row: StoredRow) -> bool:
        return self.job.config.feeds[row.feed].rules.entity is not Entity.PATIENT

    def _record(self, row: StoredRow) -> Record | None:
        if row.id not in self.records:
            record = self.job.clean(row)
            self.records[row.id] = None if isinstance(record, Reject) else record
        return self.records[row.id]

    def _waits(self, record: Record) -> bool:
        """Whether the record is not sent because of its name."""
        return record.doubtful and self.job.config.holds_doubtful

    # ── who ──

    def _assign(self, row: StoredRow, people: dict[str, list[tuple[StoredRow, Record]]]) -> None:
        record = self._record(row)
        self.rows[row.id] = set()
        kind: Kind = "deal" if self._is_visit(row) else "contact"
        self.judged.add(f"{kind}:{row.key}")
        if record is None:  # a newer rule rejects it: what was done stays, and there is nothing to do
            return
        branch = self.job.config.feeds[row.feed].rules.branch
        mention = mention_of(record, branch)
        if self._waits(record):
            self.held.append(Held(kind, row.key, record.origin, NAME_WAITS))
            return
        exact = self.facts.person_of(mention.key)
        match = identify(mention, _somebody(exact) if exact else None, *self._candidates(mention, known=bool(exact)))
        if exact is None and match.person == mention.key and (before := typed_key(record, branch)):
            # Nobody else is meant: whoever was known by the name as it was typed is called otherwise from now on.
            known = self.facts.person_of(before)
            match = Match(known.key) if known else match
        if match.person is None:
            self.held.append(Held("contact", mention.key, record.origin, match.reason))
            self.rows[row.id].add(f"contact:{mention.key}")
            return
        person = Person(match.person, mention.name_key, mention.card)
        if exact == person:
            self.facts.put_phones(person.key, mention.phones)
        else:  # a visit may misspell a name, and must not make its patient unknown
            names = record.entity is Entity.PATIENT or record.typed is not None
            self.facts.put_person(person, mention.key, mention.phones, names=names)
        if row.person is None:
            self.facts.set_person(row.id, match.person)
        elif row.person != match.person:  # stored when all is done: until then, both contacts are to be put right
            self.moved[row.id] = match.person
        for person_before in {one for one in (row.person, row.left) if one and one != match.person}:
            self.left[person_before].append(row)
        people[match.person].append((row, record))

    def _candidates(self, mention: Mention, *, known: bool) -> tuple[list[Somebody], list[Somebody]]:
        """Who shares the card number, and who a phone, as far as that can still decide."""
        anywhere = mention.card and not mention.branch_known
        by_card = self.facts.people_with_card(mention.card) if mention.card and (anywhere or not known) else []
        by_phone = [] if known else self.facts.people_with(self._telling(mention))
        return [_somebody(p) for p in by_card], [_somebody(p) for p in by_phone]

    def _telling(self, mention: Mention) -> list[str]:
        """Numbers by which a patient may be known. Where there is a card, one of a crowd adds nothing but time."""
        return [one for one in mention.phones if not (mention.card and self.facts.is_crowded(one, CROWD))]

    # ── what ──

    def _plan_person(self, person: str, news: list[tuple[StoredRow, Record]]) -> None:
        found = (self._record(row) for row in self._rows_of(person, news))
        moves = moves_among([record for record in found if record and not self._waits(record)], self.moved_rules)
        records = with_no_shows(moves.records, self.no_shows, self.told, self.job.now)
        contact = self._contact(person, records, news)
        self._plan_item(contact, [row for row, _record in news] + self.left.get(person, []))
        patient = Patient(person, records, self.job.masters, moves.spoken)
        for row, as_read in news:
            record = patient.rows.get((as_read.feed, as_read.key), as_read)
            for deal in self.deals.of(record, patient, silent=row.silent):
                self._plan_item(deal, [row])
            self.wakes[row.id] = self.deals.wakes(record)
        for deal in self.deals.following(patient, [record for _row, record in news]) if news else ():
            self._plan_item(deal, [row for row, _record in news])

    def _rows_of(self, person: str, news: list[tuple[StoredRow, Record]]) -> list[StoredRow]:
        known = [row for row in self.facts.rows_of(person) if self.moved.get(row.id, person) == person]
        return known + [row for row, _record in news if row.id in self.moved]

    def _contact(self, person: str, records: Sequence[Record], news: list[tuple[StoredRow, Record]]) -> Desired:
        lost = self.left.get(person, [])
        if not records:  # known by a misspelt row only, which is right now
            cleared = {"next_visit_at": None} if "next_visit_at" in self.wanted else {}
            return Desired("contact", person, lost[0].origin, f"contact from {lost[0].feed}", cleared, creates=False)
        silent = any(row.silent for row, _record in news)
        return contact_of(
            person, records, self.job.masters, self.wanted, self.job.now, silent=silent, lost_a_visit=bool(lost)
        )

    def _plan_item(self, desired: Desired, rows: list[StoredRow]) -> None:
        name = desired.item
        for row in rows:
            self.rows[row.id].add(name)
        if self.only is not None and name not in self.only:
            return
        operations, held = changes_of(self.job, desired, self.waiting, self.approvals)
        self.operations |= {operation.id: operation for operation in operations}
        self.held += held


def changes_of(
    job: Session, desired: Desired, waiting: Collection[str], approvals: frozenset[str] = frozenset()
) -> tuple[Sequence[Operation], Sequence[Held]]:
    """What leads an item from what we last left to what is wanted; nothing while a creation of it is in doubt."""
    if desired.item in waiting:
        return (), (Held(desired.kind, desired.key, desired.origin, IN_DOUBT),)
    ledger, crm = job.store.ledger, job.config.target
    synced = ledger.synced(crm, desired.kind, desired.key)
    doubted = () if synced else ledger.doubted(crm, desired.kind, desired.key)
    return operations_of(desired, synced, job.config.fields.get(desired.kind, {}), doubted, approvals)


# ── the value ──


def plan_of(job: Session, mark: str, operations: Collection[Operation], held: Collection[Held]) -> Plan:
    """Operations and what waits, as a plan that knows which limits it passes."""
    ordered = tuple(sorted(operations, key=_order))
    ours = Ours(job.store.ledger, job.config.target)
    return Plan(
        version=PLAN_VERSION,
        now=job.now.isoformat(timespec="seconds"),
        clinic=job.config.clinic,
        target=job.config.target,
        config=job.config.digest,
        mark=mark,
        digest=plan_digest(ordered, job.config.digest),
        operations=ordered,
        held=tuple(held),
        refusals=plan_refusals(without_approved(job, ordered), ours, job.config.safety, job.now),
    )


def plan_digest(operations: tuple[Operation, ...], config: str) -> str:
    """Eight hex digits that name exactly these operations under this configuration."""
    return digest_of(operations, config)[:8]


def _somebody(person: Person) -> Somebody:
    return Somebody(person.key, person.card, person.name_key)


def _order(operation: Operation) -> tuple[bool, bool]:
    """Silent creations first, contacts before deals: they travel in requests of their own. The rest keeps its order."""
    silent = operation.silent and operation.action == "create"
    return (not silent, silent and operation.kind == "deal")
