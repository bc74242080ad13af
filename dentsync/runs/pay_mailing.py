"""The letter about a month of pay: once for each month and version (``runs.posting``)."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from dentsync.load.mail import Attachment, Letter
from dentsync.load.pay_book import pay_book
from dentsync.load.pay_letter import html_of, subject_of, text_of
from dentsync.runs.pay_book import book_in
from dentsync.runs.pay_month import PayMonth, forgotten_at, pay_month
from dentsync.runs.posting import XLSX, account_of, post, sent_before, written
from dentsync.runs.session import Session, opened
from dentsync.store.pay import PayJournal


@dataclass(frozen=True, slots=True)
class Mailed:
    """What to tell, and whether all of it went well."""

    month: PayMonth
    line: str
    good: bool


def mail(path: Path, month: str, now: str | None, *, again: bool = False, dry: Path | None = None) -> Mailed:
    """Send a month to the director, unless that was done; with ``dry`` write it into that folder instead.

    Raises DentsyncError where the letter was certainly not sent.
    """
    with opened(path, now) as job:
        seen = pay_month(job, path, month)
        account = account_of(job, seen.settings.mail, "payroll.mail", with_secret=dry is None)
        told = None if again or dry else sent_before(job, seen.issue, forgotten_at(job, seen.found.month))
        if told is None:
            letter = _letter(job, seen)
            if dry:
                told = written(dry / f"payroll-{seen.key}.eml", letter, account)
            else:
                told = post(job, seen.issue, letter, account)
    return Mailed(seen, told.line, told.good)


def _letter(job: Session, seen: PayMonth) -> Letter:
    book = book_in(job, seen)
    content = PayJournal(job.store.db).book(seen.key, seen.number) if seen.is_frozen else pay_book(book)
    news = "\x1f".join((job.config.clinic, seen.issue, *seen.settings.mail))
    return Letter(
        to=seen.settings.mail,
        subject=subject_of(book),
        body=text_of(book),
        html=html_of(book),
        attachments=(Attachment(f"Зарплата {seen.key}.xlsx", content, XLSX),),
        id=hashlib.sha256(news.encode()).hexdigest()[:32],
    )
