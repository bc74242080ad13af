"""A month as it is given to people: computed, or as it was closed, with its workbook."""

from functools import partial
from pathlib import Path

from dentsync.load.sheets import save_file
from dentsync.runs.pay_deciding import check_taken
from dentsync.runs.pay_month import PayMonth, pay_month
from dentsync.runs.session import Session, looked_into
from dentsync.store.pay import PayJournal


def look(path: Path, month: str, now: str | None, out: Path | None = None) -> PayMonth:
    """Compute a month, and write its workbook if asked; nothing is stored. Raises DentsyncError."""
    with looked_into(path, now) as job:
        seen = pay_month(job, path, month)
        if out:
            if out.exists():
                check_taken(job, path, out)
            write(out, content_of(job, seen))
    return seen


def content_of(job: Session, month: PayMonth) -> bytes:
    """The workbook: of a closed month the one that it was closed with."""
    if month.is_frozen:
        return PayJournal(job.store.db).book(month.key, month.number)
    return made_of(job, month)


def made_of(job: Session, month: PayMonth) -> bytes:
    """The workbook, made now."""
    from dentsync.load.pay_book import pay_book
    from dentsync.runs.pay_book import book_in

    return pay_book(book_in(job, month))


def write(path: Path, content: bytes) -> None:
    """Write a workbook for its owner only. Raises DentsyncError."""
    save_file(path, partial(_write, content))


def _write(content: bytes, name: str) -> None:
    Path(name).write_bytes(content)
