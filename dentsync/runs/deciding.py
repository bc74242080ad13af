"""A review workbook that came back: each decision is checked by itself, the good ones are journalled, all at once."""

import getpass
import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dentsync.errors import DentsyncError, SourceError
from dentsync.extract.book_texts import book_texts
from dentsync.extract.files import opened as opened_file
from dentsync.lang import _
from dentsync.load.review_book import (
    COLUMNS,
    CORRECTED,
    DECISION,
    FORMAT,
    HIDDEN,
    KEY,
    OURS,
    PRINT,
    PROPOSED,
    SHEET,
    SOURCE,
    WORDS,
    BookFacts,
    print_of,
)
from dentsync.model import Decision, Verdict
from dentsync.runs.main_job import Options
from dentsync.runs.reviewing import Met, met_in
from dentsync.runs.session import Session, opened, wall_time
from dentsync.store.decisions import Entry, Journal, Workbook
from dentsync.transform.name_decisions import EVERYBODY, adds, corrected
from dentsync.transform.names import Parts
from dentsync.transform.version import RULES_VERSION
from dentsync.transform.words import fold


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


@dataclass(frozen=True, slots=True)
class Answer:
    """One row with a decision. ``key``: the hash of the source value; ``patient``: a hash too, or empty."""

    row: int
    key: str
    patient: str
    decision: Decision = field(repr=False)


def apply(options: Options, path: Path) -> Applied:
    """Take the decisions of a workbook. Raises DentsyncError where it is none, or another clinic's."""
    with opened_file(path) as file:
        sha256 = hashlib.sha256(file.read()).hexdigest()
    sheets = book_texts(path)
    facts = _facts(path, sheets)
    with opened(options.config, options.now) as job:
        if facts.clinic != job.config.clinic:
            line = _("{file}: is the review workbook of another clinic; nothing of it was taken")
            raise DentsyncError(line.format(file=path.name))
        workbook = Workbook(facts.book, sha256, _user(), wall_time(), RULES_VERSION)
        applying = _Applying(job, facts, workbook)
        with job.store.transaction():
            applying.take(_rows(path, sheets))
    return applying.applied


def _user() -> str:
    """Who works at this machine, as the operating system says."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "?"


# ── the book ──────────────────────────────────────────────────────────────────────────────────


def _facts(path: Path, sheets: Mapping[str, Sequence[Sequence[str]]]) -> BookFacts:
    said = {row[0]: row[1] for row in sheets.get(OURS, ()) if len(row) == 2}
    try:
        if SHEET in sheets and said["формат"] == FORMAT:
            return BookFacts(said["clinic"], said["book"], int(said["seen"]), int(said["rules"]))
    except (KeyError, ValueError):
        pass
    line = _("{file}: is no review workbook; take the one that `dentsync clean --review` wrote, saved as .xlsx")
    raise SourceError(line.format(file=path.name))


def _rows(path: Path, sheets: Mapping[str, Sequence[Sequence[str]]]) -> list[tuple[int, list[str]]]:
    """Rows below the header, each with its number and all its cells."""
    titles = list(map(_bare, (*COLUMNS, *HIDDEN)))
    rows = [[*row, *[""] * (len(titles) - len(row))] for row in sheets[SHEET]]
    for number, row in enumerate(rows, start=1):
        if list(map(_bare, row[: len(titles)])) == titles:
            return list(enumerate(rows[number:], start=number + 1))
    line = _("{file}: columns of sheet {sheet!r} are gone or moved; write the decisions into a new workbook")
    raise SourceError(line.format(file=path.name, sheet=SHEET))


def _bare(title: str) -> str:
    return "".join(title.split())


# ── a row ─────────────────────────────────────────────────────────────────────────────────────


class _Refused(Exception):
    """This row's decision is not taken: the column (from 0) that the reason is about."""

    def __init__(self, column: int, reason: str) -> None:
        super().__init__(reason)
        self.column, self.reason = column, reason


_VERDICTS: Mapping[str, Verdict] = {fold(word): verdict for verdict, word in WORDS.items()}
_EDITED = (
    "значение, предложение или служебный столбец изменены, или строки сдвинуты: исправления пишут в столбцы «Верная"
    " фамилия», «Верное имя», «Верное отчество»"
)


def _answer(row: int, cells: Sequence[str]) -> Answer | None:
    """What was decided in a row; None where nothing was. Raises _Refused."""
    word, parts = fold(cells[DECISION]), [text.strip() for text in cells[CORRECTED]]
    if not word and not any(parts):
        return None
    if not word:
        raise _Refused(DECISION, "исправление вписано, а решение не выбрано")
    if word not in _VERDICTS:
        raise _Refused(DECISION, f"нет такого решения; выберите из списка: {', '.join(WORDS.values())}")
    if cells[PRINT] != print_of(cells[KEY], cells[SOURCE], cells[PROPOSED]):
        raise _Refused(SOURCE, _EDITED)
    verdict = _VERDICTS[word]
    if verdict != "correct" and any(parts):
        reason = f"выбрано «{WORDS[verdict]}», а исправление вписано: сотрите его или выберите «исправить»"
        raise _Refused(CORRECTED.start, reason)
    key, _sep, patient = cells[KEY].partition(":")
    return Answer(row, key, patient, _decision(verdict, cells))


def _decision(verdict: Verdict, cells: Sequence[str]) -> Decision:
    if verdict == "accept":
        parts = cells[PROPOSED]
        if not any(parts):
            raise _Refused(DECISION, "принять нечего: предложения нет; исправьте или выберите «в карантин»")
        return Decision(verdict, *parts)
    if verdict == "correct":
        try:
            return Decision(verdict, *corrected(*cells[CORRECTED]))
        except ValueError as error:
            raise _Refused(CORRECTED.start, str(error)) from None
    return Decision(verdict)


# ── all of them ───────────────────────────────────────────────────────────────────────────────

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
            except _Refused as refused:
                self._refuse(answer.row, refused)
        self.applied.refused.sort(key=lambda one: int(one.cell.rpartition("!")[2][1:]))

    def _answers(self, rows: Sequence[tuple[int, list[str]]]) -> Iterator[Answer]:
        for number, cells in rows:
            try:
                answer = _answer(number, cells)
            except _Refused as refused:
                self._refuse(number, refused)
                continue
            if answer:
                yield answer
            else:
                self.applied.left += cells[KEY] != ""

    def _refuse(self, row: int, refused: _Refused) -> None:
        self.applied.refused.append(Refusal(f"{SHEET}!{chr(ord('A') + refused.column)}{row}", refused.reason))

    def _take(self, answer: Answer, answers: Sequence[Answer]) -> None:
        if not (met := self.met.get(answer.key)):
            raise _Refused(SOURCE, _CHANGED)
        first, *others = (one for one in answers if (one.key, one.patient) == (answer.key, answer.patient))
        if any(other.decision != first.decision for other in others):
            raise _Refused(DECISION, _TWICE)
        decision = self._whole(answer, met)
        patients = self._patients(answer, met)
        if answer.row != first.row or self._stands(answer.key, patients, decision):
            self.applied.unchanged += 1
            return
        if decision.verdict == "reopen" and not any(p in self.decisions.get(answer.key, {}) for p in patients):
            raise _Refused(DECISION, _UNDECIDED)
        if any(entry.number > self.facts.seen and entry.book != self.facts.book for entry in self.entries[answer.key]):
            raise _Refused(DECISION, _MEANWHILE)
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
            raise _Refused(DECISION, _UNSHOWABLE)
        return Decision("keep", *typed)

    def _patients(self, answer: Answer, met: Mapping[str, Met]) -> Sequence[str]:
        """Whom it is about: everybody with the value, unless it adds to a value that could be anybody's."""
        if answer.patient:
            return [answer.patient]
        one, said = next(iter(met.values())), answer.decision
        if said.verdict != "correct" or not adds(one.asked.name, Parts(said.last, said.first, said.patronymic)):
            return [EVERYBODY]
        before = [entry.patient for entry in self.entries[answer.key] if entry.book == self.facts.book]
        if mine := [patient for patient in dict.fromkeys(before) if patient]:
            return mine
        one = met.get(EVERYBODY, one)
        if one.count > 1:
            raise _Refused(CORRECTED.start, _SHARED.format(count=one.count))
        if not one.patients:
            raise _Refused(CORRECTED.start, _NOBODYS)
        return one.patients

    def _stands(self, source: str, patients: Sequence[str], decision: Decision) -> bool:
        """Whether this is what counts already."""
        about = self.decisions.get(source, {})
        if decision.verdict == "reopen":
            last = self.entries[source][-1] if self.entries[source] else None
            return not about and last is not None and last.decision.verdict == "reopen"
        return all(patient in about and _same(about[patient], decision) for patient in patients)


def _same(before: Decision, now: Decision) -> bool:
    if before.verdict == now.verdict == "keep":
        return True
    return before == now
