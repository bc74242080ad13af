"""A letter to the director: once for each issue, whatever cron does and wherever a run dies.

The intention is on the disk before the letter goes; a letter of which nobody knows what became is told, not repeated.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from dentsync.config import secret_at
from dentsync.errors import ConfigError, DentsyncError
from dentsync.lang import _
from dentsync.load.mail import Account, Delivery, Letter, message_of, send
from dentsync.load.sheets import save_file
from dentsync.runs.session import Session, wall_time
from dentsync.store.letters import Letters, PostedLetter

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Told:
    """What to tell of a letter, and whether all of it went well."""

    line: str
    good: bool


def account_of(job: Session, to: tuple[str, ...], key: str, *, with_secret: bool = True) -> Account:
    """The mailbox. Raises ConfigError where there is none, or nobody to write to in ``key`` of the configuration."""
    known = job.config.mail
    if not to or known is None:
        line = _("{file}: to send letters write [mail], and the director's address into {key}")
        raise ConfigError(line.format(file=job.config.path.name, key=key))
    needed = with_secret and known.user
    password = secret_at(known.password, "mail.password", job.config.path, os.environ) if needed else ""
    return Account(known.host, known.port, known.security, known.sender, known.user, password)


def sent_before(job: Session, issue: str, forgotten: str) -> Told | None:
    """What is known of a letter about this issue that went out, or may have.

    ``forgotten``: when a store was put in place that may have forgotten it; empty: none was.
    """
    if before := Letters(job.store.db).last(issue):
        return Told(_said(before), before.result == "sent")
    if not forgotten:
        return None
    line = _("unknown whether the letter about {issue} went out before the store was restored on {at}; --again")
    return Told(line.format(issue=issue, at=forgotten), good=False)


def _said(before: PostedLetter) -> str:
    at = before.began_at[:16].replace("T", " ")
    if before.result == "sent":
        return _("the letter about {issue} went out on {at}; not sent again").format(issue=before.issue, at=at)
    line = _(
        "the letter about {issue}, begun on {at}: unknown whether it arrived; ask the director, or send it: --again"
    )
    return line.format(issue=before.issue, at=at)


def post(job: Session, issue: str, letter: Letter, account: Account) -> Told:
    """Send it. Raises DentsyncError where it was certainly not sent."""
    letters = Letters(job.store.db)
    with job.store.durably(), job.store.transaction():
        number = letters.begin(issue, wall_time().astimezone(job.config.zone).isoformat(timespec="seconds"))
    delivery = send(letter, account)
    with job.store.durably(), job.store.transaction():
        letters.end(number, delivery.result)
    if delivery.result == "refused":
        line = _("the letter was not sent: {why}; mend it and run again")
        raise DentsyncError(line.format(why=delivery.why))
    return Told(_outcome(delivery), delivery.result == "sent" and not delivery.refused)


def _outcome(delivery: Delivery) -> str:
    if delivery.result == "unknown":
        line = _("unknown whether the letter arrived: {why}; it is not repeated; ask the director, or send it: --again")
        return line.format(why=delivery.why)
    if delivery.refused:
        return _("the letter is sent, but addresses refused: {count}").format(count=len(delivery.refused))
    return _("the letter is sent")


def written(target: Path, letter: Letter, account: Account) -> Told:
    """The letter as a file instead, for its owner only."""
    content = message_of(letter, account).as_bytes()
    save_file(target, lambda name: Path(name).write_bytes(content))
    return Told(_("written: {file}").format(file=target), True)
