"""What was decided about pay, which months are closed: journals that only grow."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from typing import Any

import msgspec

_json = msgspec.json.Encoder(order="deterministic")


@dataclass(frozen=True, slots=True)
class PayEntry:
    """An answer to a question of a month («2026-10») as it was given; ``start`` and ``end`` are ISO 8601 with offset.

    ``evidence``: the fingerprint of what the question hung on; ``book``: the workbook that it was typed into.
    """

    month: str
    question: str
    evidence: str
    answer: str
    start: str = ""
    end: str = ""
    employee: str = ""
    book: str = ""
    sha256: str = ""
    made_by: str = ""
    made_at: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class Version:
    """A month as it was closed. ``frozen``: every employee's name, total and lines; ``paid_in``: the month that pays
    what it differs by from the version before it.
    """

    month: str
    number: int
    frozen: Mapping[str, Any] = field(repr=False)
    paid_in: str
    closed_at: str
    closed_by: str

    def total(self, employee: str) -> Decimal:
        """Of one employee; nothing for who is not in it."""
        return Decimal(self.frozen[employee]["total"]) if employee in self.frozen else Decimal(0)


@dataclass(frozen=True, slots=True)
class Difference:
    """What a version of ``month`` owes an employee beyond the version before it: their lines then and now."""

    month: str
    number: int
    employee: str
    amount: Decimal
    was: Sequence[Mapping[str, Any]] = field(default=(), repr=False)
    now: Sequence[Mapping[str, Any]] = field(default=(), repr=False)


class PayJournal:
    """Every method is one statement or runs inside the caller's transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db

    # ── decisions ──

    def entries(self, month: str) -> Iterator[PayEntry]:
        """Of the months up to this one, oldest first."""
        sql = (
            'SELECT month, question, evidence, answer, start, "end", employee, book, sha256, made_by, made_at, id'
            " FROM pay_decisions WHERE month <= ? ORDER BY id"
        )
        return (PayEntry(*row) for row in self.db.execute(sql, (month,)))

    def newest(self) -> int:
        """The number of the last decision; 0 before there was one."""
        return int(self.db.execute("SELECT coalesce(max(id), 0) FROM pay_decisions").fetchone()[0])

    def put(self, entry: PayEntry) -> None:
        """Enter a decision."""
        self.db.execute(
            "INSERT INTO pay_decisions(month, question, evidence, answer, start, \"end\", employee, book, sha256,"
            " made_by, made_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                entry.month, entry.question, entry.evidence, entry.answer, entry.start, entry.end, entry.employee,
                entry.book, entry.sha256, entry.made_by, entry.made_at,
            ),
        )  # fmt: skip

    # ── closed months ──

    def versions(self, month: str) -> list[Version]:
        """Of one month, oldest first."""
        sql = (
            "SELECT month, version, frozen, paid_in, closed_at, closed_by FROM pay_versions WHERE month = ? ORDER BY id"
        )
        return [
            Version(month, number, msgspec.json.decode(frozen), *rest)
            for month, number, frozen, *rest in self.db.execute(sql, (month,))
        ]

    def book(self, month: str, number: int) -> bytes:
        """The workbook as the month was closed with it."""
        sql = "SELECT book FROM pay_versions WHERE month = ? AND version = ?"
        return bytes(self.db.execute(sql, (month, number)).fetchone()[0])

    def closed(self) -> tuple[str, ...]:
        """Every month that has a version."""
        return tuple(row[0] for row in self.db.execute("SELECT DISTINCT month FROM pay_versions ORDER BY month"))

    def is_closed(self, month: str) -> bool:
        """Whether the month has a version."""
        return self.db.execute("SELECT 1 FROM pay_versions WHERE month = ?", (month,)).fetchone() is not None

    def close(self, version: Version) -> None:
        """Freeze a month; its workbook comes with ``keep_book``."""
        values = (
            version.month, version.number, _json.encode(version.frozen).decode(), version.paid_in, version.closed_at,
            version.closed_by,
        )  # fmt: skip
        sql = (
            "INSERT INTO pay_versions(month, version, frozen, paid_in, closed_at, closed_by, book)"
            " VALUES (?, ?, ?, ?, ?, ?, x'')"
        )
        self.db.execute(sql, values)

    def keep_book(self, version: Version, book: bytes) -> None:
        """The workbook that goes with a version that was just made."""
        sql = "UPDATE pay_versions SET book = ? WHERE month = ? AND version = ?"
        self.db.execute(sql, (book, version.month, version.number))

    def differences(self, paid_in: str) -> Iterator[Difference]:
        """What later versions of other months leave to be paid, or kept back, in this one."""
        sql = "SELECT DISTINCT month FROM pay_versions WHERE paid_in = ? AND version > 1 ORDER BY month"
        for (month,) in self.db.execute(sql, (paid_in,)).fetchall():
            versions = self.versions(month)
            for before, after in pairwise(versions):
                if after.paid_in == paid_in:
                    yield from _differences(before, after)


def _differences(before: Version, after: Version) -> Iterator[Difference]:
    for employee in sorted({*before.frozen, *after.frozen}):
        amount = after.total(employee) - before.total(employee)
        if amount:
            was, now = (version.frozen.get(employee, {}).get("lines", ()) for version in (before, after))
            yield Difference(after.month, after.number, employee, amount, was, now)
