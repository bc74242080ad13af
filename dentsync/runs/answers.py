"""The answers in a review workbook that came back: each row is understood by itself, or refused with its cell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dentsync.errors import SourceError
from dentsync.lang import _
from dentsync.load import review_book as book
from dentsync.load.review_book import CORRECTED, DECISION, SHEET, SOURCE, WORDS, BookFacts
from dentsync.model import Decision, Verdict
from dentsync.transform.name_decisions import corrected
from dentsync.transform.words import fold, visible

Sheets = Mapping[str, Sequence[Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Answer:
    """One row with a decision. ``key``: the hash of the source value; ``patient``: a hash too, or empty."""

    row: int
    key: str
    patient: str
    decision: Decision = field(repr=False)


# ── the book ──────────────────────────────────────────────────────────────────────────────────


def facts_of(path: Path, sheets: Sheets) -> BookFacts:
    """What the book says of itself. Raises SourceError where it is none of ours."""
    said = {row[0]: row[1] for row in sheets.get(book.OURS, ()) if len(row) == 2}
    try:
        if SHEET in sheets and said["формат"] == book.FORMAT:
            return BookFacts(said["clinic"], said["book"], int(said["seen"]), int(said["rules"]))
    except (KeyError, ValueError):
        pass
    line = _("{file}: is no review workbook; take the one that `dentsync clean --review` wrote, saved as .xlsx")
    raise SourceError(line.format(file=path.name))


def rows_of(path: Path, sheets: Sheets) -> list[tuple[int, list[str]]]:
    """Rows below the header, each with its number and all its cells. Raises SourceError."""
    titles = list(map(_bare, (*book.COLUMNS, *book.HIDDEN)))
    rows = [[*row, *[""] * (len(titles) - len(row))] for row in sheets[SHEET]]
    for number, row in enumerate(rows, start=1):
        if list(map(_bare, row[: len(titles)])) == titles:
            return list(enumerate(rows[number:], start=number + 1))
    line = _("{file}: columns of sheet {sheet!r} are gone or moved; write the decisions into a new workbook")
    raise SourceError(line.format(file=path.name, sheet=SHEET))


def _bare(title: str) -> str:
    return "".join(title.split())


# ── a row ─────────────────────────────────────────────────────────────────────────────────────


class NotTaken(Exception):
    """This row's decision is not taken: the column (from 0) that the reason is about."""

    def __init__(self, column: int, reason: str) -> None:
        super().__init__(reason)
        self.column, self.reason = column, reason


_VERDICTS: Mapping[str, Verdict] = {fold(word): verdict for verdict, word in WORDS.items()}
_EDITED = (
    "значение, предложение или служебный столбец изменены, или строки сдвинуты: исправления пишут в столбцы «Верная"
    " фамилия», «Верное имя», «Верное отчество»"
)


def answer_of(row: int, cells: Sequence[str]) -> Answer | None:
    """What was decided in a row; None where nothing was. Raises NotTaken."""
    word, parts = fold(cells[DECISION]), [text.strip() for text in cells[CORRECTED]]
    if not word and not any(parts):
        return None
    if not word:
        raise NotTaken(DECISION, "исправление вписано, а решение не выбрано")
    if word not in _VERDICTS:
        raise NotTaken(DECISION, f"нет такого решения; выберите из списка: {', '.join(WORDS.values())}")
    if cells[book.PRINT] != book.print_of(cells[book.KEY], cells[SOURCE], cells[book.PROPOSED]):
        raise NotTaken(SOURCE, _EDITED)
    verdict = _VERDICTS[word]
    if verdict != "correct" and any(parts):
        reason = f"выбрано «{WORDS[verdict]}», а исправление вписано: сотрите его или выберите «исправить»"
        raise NotTaken(CORRECTED.start, reason)
    key, _sep, patient = cells[book.KEY].partition(":")
    return Answer(row, key, patient, _decision(verdict, cells))


def _decision(verdict: Verdict, cells: Sequence[str]) -> Decision:
    if verdict == "accept":
        parts = list(map(visible, cells[book.PROPOSED]))
        if not any(parts):
            raise NotTaken(DECISION, "принять нечего: предложения нет; исправьте или выберите «в карантин»")
        return Decision(verdict, *parts)
    if verdict == "correct":
        try:
            return Decision(verdict, *corrected(*cells[CORRECTED]))
        except ValueError as error:
            raise NotTaken(CORRECTED.start, str(error)) from None
    return Decision(verdict)
