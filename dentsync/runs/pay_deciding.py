"""A pay workbook that came back with answers: each is checked by itself, the good ones are journalled, all at once."""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from pathlib import Path

from dentsync.errors import ConfigError, DentsyncError, SourceError
from dentsync.extract.book_texts import book_texts
from dentsync.extract.files import opened as opened_file
from dentsync.lang import _
from dentsync.load import pay_questions as sheet
from dentsync.load.pay_places import FORMAT, OURS
from dentsync.model import cell_name
from dentsync.runs.answers import NotTaken, Sheets
from dentsync.runs.deciding import Applied, Refusal, user_name
from dentsync.runs.pay_month import PayMonth, pay_month
from dentsync.runs.pay_question_rows import employee_called
from dentsync.runs.pay_words import parse_answer, word_of
from dentsync.runs.session import Session, opened, wall_time
from dentsync.store.pay import PayEntry, PayJournal
from dentsync.transform.dates import parse_time
from dentsync.transform.pay.facts import Answer, Clock, Shift
from dentsync.transform.pay.questions import ANSWERS, Question

_EDITED = "вопрос или служебный столбец изменены, или строки сдвинуты: пишут только в зелёные столбцы"
_CHANGED = "данные с тех пор изменились, это другой вопрос; ответьте в новой книге"
_GONE = "так больше не спрашивается: данные исправлены, решать нечего"
_MEANWHILE = "за это время решено иначе; возьмите новую книгу"
_TWICE = "на этот вопрос в книге отвечено дважды и по-разному"


@dataclass(frozen=True, slots=True)
class Signed:
    """What the book says of itself."""

    clinic: str
    month: str
    book: str
    seen: int


def decide(config: Path, path: Path, now: str | None) -> Applied:
    """Take the answers of a workbook. Raises DentsyncError where it is none, or another clinic's."""
    sheets = book_texts(path)
    signed, rows = _signed(path, sheets), _rows(path, sheets)
    with opened_file(path) as file:
        sha256 = hashlib.sha256(file.read()).hexdigest()
    with opened(config, now) as job:
        if signed.clinic != job.config.clinic:
            line = _("{file}: is the pay workbook of another clinic; nothing of it was taken")
            raise DentsyncError(line.format(file=path.name))
        month = pay_month(job, config, signed.month)
        at = wall_time().astimezone(job.config.zone).isoformat(timespec="seconds")
        entry = PayEntry(signed.month, "", "", "", book=signed.book, sha256=sha256, made_by=user_name(), made_at=at)
        taking = _Taking(PayJournal(job.store.db).put, month, signed, entry)
        with job.store.transaction():
            taking.take(rows)
    return taking.applied


def check_taken(job: Session, config: Path, path: Path) -> None:
    """A workbook may be written over unless it has answers that nobody took. Raises ConfigError."""
    try:
        sheets = book_texts(path)
        signed, rows = _signed(path, sheets), _rows(path, sheets)
    except SourceError:
        return
    entry = PayEntry(signed.month, "", "", "", book=signed.book)
    taking = _Taking(lambda _answer: None, pay_month(job, config, signed.month), signed, entry)
    taking.take(rows)
    # An answer to what is not asked so any more is of no use in the next book either.
    wrong = [one for one in taking.applied.refused if one.reason not in (_GONE, _CHANGED)]
    if taking.applied.taken or wrong:
        line = _("{file}: has answers that were not taken; first: dentsync payroll decide FILE, or name another one")
        raise ConfigError(line.format(file=path.name))


def _signed(path: Path, sheets: Sheets) -> Signed:
    said = {row[0]: row[1] for row in sheets.get(OURS, ()) if len(row) > 1}
    try:
        if sheet.SHEET in sheets and said["формат"] == FORMAT:
            return Signed(said["clinic"], said["month"], said["book"], int(said["seen"]))
    except (KeyError, ValueError):
        pass
    line = _("{file}: is no pay workbook; take the one that `dentsync payroll --out` wrote, saved as .xlsx")
    raise SourceError(line.format(file=path.name))


def _rows(path: Path, sheets: Sheets) -> list[tuple[int, list[str]]]:
    """Rows below the header, with their numbers from 1. Raises SourceError."""
    titles = [column.title for column in sheet.COLUMNS]
    rows = [[*row, *[""] * (len(titles) - len(row))] for row in sheets[sheet.SHEET]]
    for number, row in enumerate(rows, start=1):
        if row[: len(titles)] == titles:
            return list(enumerate(rows[number:], start=number + 1))
    line = _("{file}: columns of sheet {sheet!r} are gone or moved; write the decisions into a new workbook")
    raise SourceError(line.format(file=path.name, sheet=sheet.SHEET))


class _Taking:
    """Takes the answers of one workbook, inside the caller's transaction."""

    def __init__(self, put: Callable[[PayEntry], object], month: PayMonth, signed: Signed, entry: PayEntry) -> None:
        self.put, self.month, self.signed, self.entry = put, month, signed, entry
        found = month.found
        self.asked: Mapping[str, Question] = {one.id: one for one in (*found.questions, *found.answered)}
        self.known = {one.question: one for one in month.decided}
        self.read: dict[str, PayEntry] = {}
        self.applied = Applied()

    def take(self, rows: Sequence[tuple[int, list[str]]]) -> None:
        """Check each row, journal what is good, list what is not."""
        for number, cells in rows:
            try:
                self._take(cells)
            except NotTaken as refused:
                cell = cell_name(number - 1, refused.column)
                self.applied.refused.append(Refusal(f"{sheet.SHEET}!{cell}", str(refused)))

    def _take(self, cells: list[str]) -> None:
        answered = [cells[place].strip() for place in (sheet.DECISION, sheet.START, sheet.END, sheet.SAME)]
        if not cells[sheet.ID].strip():
            if any(answered):
                raise NotTaken(sheet.DECISION, _EDITED)
            return
        question = self.asked.get(cells[sheet.ID])
        is_asked = question is None or ANSWERS[question.kind]
        if not is_asked or not any(answered):  # some are answered by the directory alone
            self.applied.left += 1
            return
        if cells[sheet.PRINT] != sheet.row_print(cells):
            raise NotTaken(sheet.WHAT, _EDITED)
        if question is None:
            raise NotTaken(sheet.WHAT, _GONE)
        if question.evidence != cells[sheet.EVIDENCE]:
            raise NotTaken(sheet.PROOF, _CHANGED)
        self._put(self._entry(question, *answered), question)

    def _put(self, entry: PayEntry, question: Question) -> None:
        first = self.read.setdefault(question.id, entry)
        if _said(first) != _said(entry):
            raise NotTaken(sheet.DECISION, _TWICE)
        before = self.known.get(question.id)
        if first is not entry or (before is not None and _said(before) == _said(entry)):
            self.applied.unchanged += 1
            return
        if before is not None and before.number > self.signed.seen and before.book != self.signed.book:
            raise NotTaken(sheet.DECISION, _MEANWHILE)
        self.put(entry)
        self.applied.taken += 1

    def _entry(self, question: Question, word: str, start: str, end: str, same: str) -> PayEntry:
        if not word:
            raise NotTaken(sheet.DECISION, "время или сотрудник вписаны, а решение не выбрано")
        try:
            answer = parse_answer(question.kind, word)
        except ValueError as error:
            raise NotTaken(sheet.DECISION, str(error)) from None
        entry = replace(self.entry, question=question.id, evidence=question.evidence, answer=answer)
        if answer == "times":
            began, ended = self._times(question, start, end)
            entry = replace(entry, start=began.isoformat(), end=ended.isoformat())
        elif start or end:
            place = sheet.START if start else sheet.END
            raise NotTaken(place, _stray(question, answer, "время вписано"))
        if answer == "same":
            return replace(entry, employee=self._employee(same))
        if same:
            raise NotTaken(sheet.SAME, _stray(question, answer, "сотрудник выбран"))
        return entry

    def _times(self, question: Question, start: str, end: str) -> tuple[datetime, datetime]:
        """On the day of the question; an end that is not later is of the day after."""
        assert question.on is not None
        began, ended = (_time(text, place) for text, place in ((start, sheet.START), (end, sheet.END)))
        zone = self.month.found.rules.zone_of(self._branch(question))
        first = datetime.combine(question.on, began, zone)
        last = datetime.combine(question.on + timedelta(days=ended <= began), ended, zone)
        return first, last

    def _branch(self, question: Question) -> str:
        """Where the question's shift was: in a branch with a zone of its own the hours are that zone's."""
        facts: tuple[Shift | Clock, ...] = (*self.month.found.facts.shifts, *self.month.found.facts.clocks)
        jobs = (one.job for one in facts if one.place and one.place in question.places)
        return next((job.branch for job in jobs if job.branch), "")

    def _employee(self, text: str) -> str:
        if not text:
            raise NotTaken(sheet.SAME, "не выбрано, кто это")
        employee = employee_called(self.month.found, text)
        if employee is None:
            raise NotTaken(sheet.SAME, "такого сотрудника нет в справочнике ставок; выберите из списка")
        return employee


def _said(entry: PayEntry) -> tuple[str, ...]:
    return entry.answer, entry.start, entry.end, entry.employee, entry.evidence


def _stray(question: Question, answer: Answer, what: str) -> str:
    return f"выбрано «{word_of(question.kind, answer)}», а {what}: сотрите или выберите другое решение"


_MOMENT = re.compile(r"(?:.*[ T])?(\d{1,2}:\d{2})(?::00)?")


def _time(text: str, place: int) -> time:
    """«8:05», also as a sheet's own time, which comes back with seconds."""
    found = _MOMENT.fullmatch(text)
    try:
        return parse_time(found[1] if found else text)
    except ValueError:
        raise NotTaken(place, "не похоже на время: ожидается вида 8:05") from None
