"""The letter about the reports of a month: all of them as one book, once for each month (``runs.posting``)."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from dentsync.errors import ConfigError, DentsyncError
from dentsync.lang import _
from dentsync.load.mail import Attachment, Letter
from dentsync.load.report_book import report_book
from dentsync.load.report_letter import html_of, subject_of, text_of
from dentsync.runs.pay_month import forgotten_at
from dentsync.runs.posting import XLSX, Told, account_of, post, sent_before, written
from dentsync.runs.report_pages import cover_of, pages_of
from dentsync.runs.reporting import Asked, Reported, report
from dentsync.runs.session import Session, opened


def mail(
    path: Path, names: Sequence[str], asked: Asked, now: str | None, *, again: bool = False, dry: Path | None = None
) -> Told:
    """Send the reports of a month that is over, unless that was done; with ``dry`` write the letter into that folder.

    Raises DentsyncError where the letter was certainly not sent.
    """
    with opened(path, now) as job:
        account = account_of(job, job.config.reports.mail, "reports.mail", with_secret=dry is None)
        found = report(path, now, names, asked, lists=True)
        _check_month(found)
        month = f"{found.period.first:%Y-%m}"
        issue = " ".join(filter(None, ("reports", month, found.branch)))
        told = None if again or dry else sent_before(job, issue, forgotten_at(job, found.period.first))
        if told:
            return told
        before = f"{found.period.first - timedelta(days=1):%Y-%m}"
        earlier = report(path, now, names, Asked(before, branch=asked.branch))
        letter = _letter(job, found, earlier, issue, month)
        return written(dry / f"reports-{month}.eml", letter, account) if dry else post(job, issue, letter, account)


def _check_month(found: Reported) -> None:
    """A letter goes once: not before the month is over, and not about a month of which nothing was read."""
    if found.period.last >= found.now.date():
        raise ConfigError(_("{month} is not over yet: its reports are sent after it").format(month=found.period))
    if not any(lines for one in found.reports for table in one.tables for lines in table.lines.values()):
        raise DentsyncError(_("nothing of {month} was read: no letter is sent").format(month=found.period))


def _letter(job: Session, found: Reported, earlier: Reported, issue: str, month: str) -> Letter:
    cover, pages, before = cover_of(found), pages_of(found), pages_of(earlier)
    to = job.config.reports.mail
    return Letter(
        to=to,
        subject=subject_of(cover),
        body=text_of(cover, pages, before),
        html=html_of(cover, pages, before),
        attachments=(Attachment(f"Отчёты {month}.xlsx", report_book(cover, pages), XLSX),),
        id=hashlib.sha256("\x1f".join((job.config.clinic, issue, *to)).encode()).hexdigest()[:32],
    )
