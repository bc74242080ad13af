"""The letter about a month of pay: once for each month and version, whatever cron does and wherever a run dies.

The intention is on the disk before the letter goes; a letter of which nobody knows what became is told, not repeated.
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from dentsync.config import secret_at
from dentsync.errors import ConfigError, DentsyncError
from dentsync.lang import _
from dentsync.load.mail import Account, Attachment, Delivery, Letter, message_of, send
from dentsync.load.pay_book import pay_book
from dentsync.load.pay_letter import html_of, subject_of, text_of
from dentsync.runs.pay_book import book_in
from dentsync.runs.pay_issue import write
from dentsync.runs.pay_month import PayMonth, forgotten_at, pay_month
from dentsync.runs.session import Session, opened, wall_time
from dentsync.store.pay import PayJournal, PostedLetter

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


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
        account = _account(job, seen, with_secret=dry is None)
        journal = PayJournal(job.store.db)
        before = None if again or dry else journal.letter(seen.issue)
        if before:
            return Mailed(seen, _told(before), before.result == "sent")
        at = forgotten_at(job, seen.found.month)
        if at and not (again or dry):
            line = _("unknown whether the letter about {issue} went out before the store was restored on {at}; --again")
            return Mailed(seen, line.format(issue=seen.issue, at=at), False)
        letter = _letter(job, seen)
        if dry:
            target = dry / f"payroll-{seen.key}.eml"
            write(target, message_of(letter, account).as_bytes())
            return Mailed(seen, _("written: {file}").format(file=target), True)
        delivery = _sent(job, journal, seen, letter, account)
    return Mailed(seen, _outcome(delivery), delivery.result == "sent" and not delivery.refused)


def _told(before: PostedLetter) -> str:
    at = before.began_at[:16].replace("T", " ")
    if before.result == "sent":
        return _("the letter about {issue} went out on {at}; not sent again").format(issue=before.issue, at=at)
    line = _(
        "the letter about {issue}, begun on {at}: unknown whether it arrived; ask the director, or send it: --again"
    )
    return line.format(issue=before.issue, at=at)


def _sent(job: Session, journal: PayJournal, seen: PayMonth, letter: Letter, account: Account) -> Delivery:
    with job.store.durably(), job.store.transaction():
        number = journal.begin_letter(seen.issue, wall_time().astimezone(job.config.zone).isoformat(timespec="seconds"))
    delivery = send(letter, account)
    with job.store.durably(), job.store.transaction():
        journal.end_letter(number, delivery.result)
    if delivery.result == "refused":
        line = _("the letter was not sent: {why}; mend it and run again")
        raise DentsyncError(line.format(why=delivery.why))
    return delivery


def _outcome(delivery: Delivery) -> str:
    if delivery.result == "unknown":
        line = _("unknown whether the letter arrived: {why}; it is not repeated; ask the director, or send it: --again")
        return line.format(why=delivery.why)
    if delivery.refused:
        return _("the letter is sent, but addresses refused: {count}").format(count=len(delivery.refused))
    return _("the letter is sent")


def _account(job: Session, seen: PayMonth, *, with_secret: bool) -> Account:
    """The mailbox. Raises ConfigError where there is none, or nobody to write to."""
    known = job.config.mail
    if not seen.settings.mail or known is None:
        line = _("{file}: to send letters write [mail], and the director's address into payroll.mail")
        raise ConfigError(line.format(file=job.config.path.name))
    needed = with_secret and known.user
    password = secret_at(known.password, "mail.password", job.config.path, os.environ) if needed else ""
    return Account(known.host, known.port, known.security, known.sender, known.user, password)


def _letter(job: Session, seen: PayMonth) -> Letter:
    book = book_in(job, seen)
    content = PayJournal(job.store.db).book(seen.key, seen.number) if seen.is_frozen else pay_book(book)
    news = "\x1f".join((job.config.clinic, seen.issue, *seen.settings.mail))
    return Letter(
        to=seen.settings.mail,
        subject=subject_of(book),
        body=text_of(book),
        html=html_of(book),
        attachments=(Attachment(f"Зарплата {seen.key}.xlsx", content, _XLSX),),
        id=hashlib.sha256(news.encode()).hexdigest()[:32],
    )
