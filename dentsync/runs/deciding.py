"""A review workbook that came back: each decision is checked by itself, the good ones are journalled, all at once."""

import getpass
import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dentsync.errors import DentsyncError
from dentsync.extract.book_texts import book_texts
from dentsync.extract.files import opened as opened_file
from dentsync.lang import _
from dentsync.load.review_book import CORRECTED, DECISION, KEY, SHEET, SOURCE, BookFacts
from dentsync.model import Decision
from dentsync.runs.answers import Answer, NotTaken, answer_of, facts_of, rows_of
from dentsync.runs.main_job import Options
from dentsync.runs.reviewing import Met, met_in
from dentsync.runs.session import Session, opened, wall_time
from dentsync.store.decisions import Entry, Journal, Workbook
from dentsync.transform.name_decisions import EVERYBODY, adds
from dentsync.transform.names import Parts


@dataclass(frozen=True, slots=True)
class Refusal:
    """A decision that was not taken: the cell, and why, in Russian. Names nobody."""

    cell: str
    reason: str


@dataclass(slots=True)
class Applied:
    """What became of a workbook's decisions, in rows; ``left`` are those that nothing was decided in."""

    taken: int = 0
    unchanged: int = 0
    left: int = 0
    refused: list[Refusal] = field(default_factory=list)


def apply(options: Options, path: Path) -> Applied:
    """Take the decisions of a workbook. Raises DentsyncError where it is none, or another clinic's."""
    sheets = book_texts(path)
    facts, rows = facts_of(path, sheets), rows_of(path, sheets)
    with opened_file(path) as file:
        sha256 = hashlib.sha256(file.read()).hexdigest()
    with opened(options.config, options.now) as job:
        if facts.clinic != job.config.clinic:
            line = _("{file}: is the review workbook of another clinic; nothing of it was taken")
            raise DentsyncError(line.format(file=path.name))
        at = wall_time().astimezone(job.config.zone)
        applying = _Applying(job, facts, Workbook(facts.book, sha256, user_name(), at, facts.rules))
        with job.store.transaction():
            applying.take(rows)
    return applying.applied


def user_name() -> str:
    """Who works at this machine, as the operating system says."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "?"


_CHANGED = "этого значения в прочитанных выгрузках больше нет: в МИС оно исправлено, решать нечего"
_MEANWHILE = "за это время решено иначе; выгрузите книгу заново: dentsync clean --review FILE --all"
_SHARED = "так записано пациентов: {count}, а в исправлении больше, чем в МИС; исправьте имя каждого в МИС"
_NOBODYS = "у строки нет ни карты, ни телефона: исправьте имя в МИС"
_UNSHOWABLE = "оставить нечего: записанное не похоже на имя; исправьте или выберите «в карантин»"
_UNDECIDED = "спросить снова можно только о том, что было решено"
_TWICE = "то же значение решено в книге дважды и по-разному"


class _Applying:
    """Takes the decisions of one workbook, inside the caller's transaction."""

    def __init__(self, job: Session, facts: BookFacts, workbook: Workbook) -> None:
        self.job, self.facts, self.workbook = job, facts, workbook
        self.journal = Journal(job.store.db)
        self.decisions = self.journal.decisions()
        self.applied = Applied()

    def take(self, rows: Sequence[tuple[int, list[str]]]) -> None:
        """Check each row, journal what is good, list what is not."""
        answers = list(self._answers(rows))
        self.entries: defaultdict[str, list[Entry]] = defaultdict(list)
        for entry in self.journal.entries():
            self.entries[entry.source].append(entry)
        self.met: defaultdict[str, dict[str, Met]] = defaultdict(dict)
        for (source, patient), one in met_in(self.job, {answer.key for answer in answers}).items():
            self.met[source][patient] = one
        for answer in answers:
            try:
                self._take(answer, answers)
            except NotTaken as refused:
                self._refuse(answer.row, refused)
        self.applied.refused.sort(key=lambda one: int(one.cell.rpartition("!")[2][1:]))

    def _answers(self, rows: Sequence[tuple[int, list[str]]]) -> Iterator[Answer]:
        for number, cells in rows:
            try:
                answer = answer_of(number, cells)
            except NotTaken as refused:
                self._refuse(number, refused)
                continue
            if answer:
                yield answer
            else:
                self.applied.left += cells[KEY] != ""

    def _refuse(self, row: int, refused: NotTaken) -> None:
        self.applied.refused.append(Refusal(f"{SHEET}!{chr(ord('A') + refused.column)}{row}", refused.reason))

    def _take(self, answer: Answer, answers: Sequence[Answer]) -> None:
        met = self.met.get(answer.key, {})
        if not met or (answer.patient and not any(answer.patient in one.patients for one in met.values())):
            raise NotTaken(SOURCE, _CHANGED)
        first, *others = (one for one in answers if (one.key, one.patient) == (answer.key, answer.patient))
        if any(other.decision != first.decision for other in others):
            raise NotTaken(DECISION, _TWICE)
        decision = self._whole(answer, met)
        patients = self._patients(answer, met)
        if answer.row != first.row or self._stands(answer.key, patients, decision):
            self.applied.unchanged += 1
            return
        if decision.verdict == "reopen" and not any(p in self.decisions.get(answer.key, {}) for p in patients):
            raise NotTaken(DECISION, _UNDECIDED)
        if any(entry.number > self.facts.seen and entry.book != self.facts.book for entry in self.entries[answer.key]):
            raise NotTaken(DECISION, _MEANWHILE)
        for patient in patients:
            self.journal.put(answer.key, patient, decision, self.workbook)
        for one in met.values():
            self.journal.wake(one.rows, one.lost)
        self.applied.taken += 1

    def _whole(self, answer: Answer, met: Mapping[str, Met]) -> Decision:
        """What is left as it is, is what stands there today: a later rule changes nothing about it."""
        if answer.decision.verdict != "keep":
            return answer.decision
        typed = next(iter(met.values())).asked.name.typed
        if typed is None or not any(typed):
            raise NotTaken(DECISION, _UNSHOWABLE)
        return Decision("keep", *typed)

    def _patients(self, answer: Answer, met: Mapping[str, Met]) -> Sequence[str]:
        """Whom it is about: everybody with the value, unless it adds to a value that could be anybody's."""
        if answer.patient:
            return [answer.patient]
        before = [entry.patient for entry in self.entries[answer.key] if entry.book == self.facts.book]
        if mine := [patient for patient in dict.fromkeys(before) if patient]:  # whom this row was about the last time
            return mine
        one, said = next(iter(met.values())), answer.decision
        if said.verdict != "correct" or not adds(one.asked.name, Parts(said.last, said.first, said.patronymic)):
            return [EVERYBODY]
        one = met.get(EVERYBODY, one)
        if one.count > 1:
            raise NotTaken(CORRECTED.start, _SHARED.format(count=one.count))
        if not one.patients:
            raise NotTaken(CORRECTED.start, _NOBODYS)
        return one.patients

    def _stands(self, source: str, patients: Sequence[str], decision: Decision) -> bool:
        """Whether this is what counts already."""
        about = self.decisions.get(source, {})
        if decision.verdict == "reopen":
            forgotten = {one.patient for one in self.entries[source] if one.decision.verdict == "reopen"}
            return forgotten.issuperset(patients) and about.keys().isdisjoint(patients)
        return all(patient in about and _same(about[patient], decision) for patient in patients)


def _same(before: Decision, now: Decision) -> bool:
    if before.verdict == now.verdict == "keep":
        return True
    return before == now
