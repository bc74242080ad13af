"""Guards of a file: an export that looks broken is refused whole, with the reason and the way out.

Shares are compared exactly, by cross-multiplication. Like is compared with like: rows of data with rows of data, and
what is usual for a feed with what its last good files were, so that a feed with many faults is not refused every day.
Messages name lines and our fields, never what stands in them.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from dentsync.lang import _
from dentsync.model import FileRules

if TYPE_CHECKING:
    from dentsync.transform.totals import Verdict

FEW = 5
"""Fewer rows than this prove nothing about a file."""
FREE_ROWS = 50
"""So many rows more than usual are no absurd growth: a list of four may be a list of forty after a holiday."""
HISTORY = 3
"""What is usual is known from so many good files on."""
CLOCKS_DIFFER = timedelta(hours=1)
"""So far ahead of us the clock of the MIS may be."""

Counts = tuple[int | None, int | None]
"""Rows of data and rejected rows of one file; ``None`` where the state store does not tell."""


@dataclass(slots=True)
class Tally:
    """How many rows have something, and the lines of the first of them."""

    count: int = 0
    lines: list[int] = field(default_factory=list)

    def add(self, line: int) -> None:
        """One more."""
        self.count += 1
        if len(self.lines) < 3:
            self.lines.append(line)


@dataclass(slots=True)
class Contents:
    """What is in a file. ``rejected_for``: in how many rejected rows a field is at fault; ``faulty``: loaded rows in
    which a field could not be read; ``broken_off``: the line that ends in the middle, 0 for none. ``totals``: what the
    lines below the rows say of them, by line; ``zeros_lost``: new numbers that an older one has with zeros before it;
    ``others``: rows whose number belonged to somebody else; ``known``: how many of the feed's rows are here still, of a
    list that has them all; ``repaired``: rows with letters that were put right;
    ``opted_out`` of those that were ``asked`` want no messages."""

    rows: int = 0
    rejected: Tally = field(default_factory=Tally)
    rejected_for: Counter[str] = field(default_factory=Counter)
    faulty: dict[str, Tally] = field(default_factory=dict)
    garbled: Tally = field(default_factory=Tally)
    broken_off: int = 0
    totals: Mapping[int, "Verdict"] = field(default_factory=dict)
    zeros_lost: Tally = field(default_factory=Tally)
    others: Tally = field(default_factory=Tally)
    known: int | None = None
    repaired: int = 0
    asked: int = 0
    opted_out: int = 0


@dataclass(frozen=True, slots=True)
class Past:
    """What the feed was: its last good files, newest first; its stored rows, and how many have a fault in a field."""

    files: Sequence[Counts] = ()
    rows: int = 0
    faulty: Mapping[str, int] = field(default_factory=dict)


# ── when it was written ───────────────────────────────────────────────────────────────────────


def age_refusal(written_at: datetime, now: datetime, rules: FileRules) -> str:
    """Why a file is too old to act on, or nothing."""
    if rules.max_age_hours is None or now - written_at <= timedelta(hours=rules.max_age_hours):
        return ""
    return _("is {hours} h old, expected at most {limit} h: the export may have stopped").format(
        hours=_hours(now - written_at), limit=rules.max_age_hours
    )


def future_refusal(written_at: datetime, clock: datetime, rules: FileRules) -> str:
    """Why the age of a file cannot be told, or nothing. ``clock``: the latest that it can be."""
    if rules.max_age_hours is None or written_at - clock <= CLOCKS_DIFFER:
        return ""
    return _("is dated {hours} h ahead of this machine's clock, so its age cannot be told: correct the clock").format(
        hours=_hours(written_at - clock)
    )


def _hours(span: timedelta) -> int:
    return int(span.total_seconds() // 3600)


# ── how much of it there is ───────────────────────────────────────────────────────────────────


def size_refusal(rows: int, files: Sequence[Counts], rules: FileRules) -> str:
    """Why a file has too few or too many rows, or nothing. ``files``: the last good ones, newest first."""
    if rules.min_rows is not None and rows < rules.min_rows:
        return _("has {rows} rows, expected at least {limit}").format(rows=rows, limit=rules.min_rows)
    if rules.max_rows is not None and rows > rules.max_rows:
        return _("has {rows} rows, expected at most {limit}").format(rows=rows, limit=rules.max_rows)
    counts = [count for count, _rejected in files if count is not None]
    if files and not counts:
        return _("has {rows} rows; what is usual cannot be read from the state store").format(rows=rows)
    if rows == 0 and counts and not rules.allow_empty:
        return _("has no rows; usually {usual}").format(usual=_median(counts))
    return _share_refusal(rows, _median(counts), rules) if len(counts) >= HISTORY else ""


def _share_refusal(rows: int, usual: int, rules: FileRules) -> str:
    empty = rows == 0 and rules.allow_empty
    if rules.min_percent is not None and rows * 100 < rules.min_percent * usual and not empty:
        text = _("has {rows} rows, usually {usual}, expected at least {limit}% of that: cut short?")
        return text.format(rows=rows, usual=usual, limit=rules.min_percent)
    if rules.max_percent is not None and rows * 100 > rules.max_percent * usual and rows > usual + FREE_ROWS:
        text = _("has {rows} rows, usually {usual}, expected at most {limit}% of that: exported several times over?")
        return text.format(rows=rows, usual=usual, limit=rules.max_percent)
    return ""


def _median(counts: Sequence[int]) -> int:
    return sorted(counts)[len(counts) // 2]


# ── what stands in it ─────────────────────────────────────────────────────────────────────────


def content_refusals(contents: Contents, past: Past, rules: FileRules) -> tuple[str, ...]:
    """Why what stands in a file cannot be right; nothing when it can."""
    found = (
        _broken_off(contents.broken_off, rules),
        _garbled(contents, rules),
        _totals(contents, rules),
        _zeros_lost(contents.zeros_lost),
        _others(contents.others),
        _strangers(contents, past, rules),
        _rejects(contents, past, rules),
        *(_faulty(name, tally, contents.rows, past, rules) for name, tally in sorted(contents.faulty.items())),
    )
    return tuple(filter(None, found))


def _broken_off(line: int, rules: FileRules) -> str:
    if not line or not rules.whole:
        return ""
    return _("breaks off in the middle of line {line}: export it again (or whole = false)").format(line=line)


def _garbled(contents: Contents, rules: FileRules) -> str:
    """Letters that are all wrong need no large file to be believed."""
    tally = contents.garbled
    if tally.count < FEW and tally.count * 2 <= contents.rows:
        return ""
    if rules.max_garbled is None or tally.count * 100 <= rules.max_garbled * contents.rows:
        return ""
    text = _("has letters of a wrong encoding in {count} of {rows} rows ({lines}), more than {limit}% (max_garbled):")
    way_out = _("export it in UTF-8 or cp1251, or name its encoding")
    return f"{_filled(text, tally, contents.rows, rules.max_garbled)} {way_out}"


def _totals(contents: Contents, rules: FileRules) -> str:
    """Why the rows are not those that were exported. A sum cannot be compared where rows could not be read."""
    line = next(iter(disagreeing(contents)), 0)
    if line and rules.totals in ("check", "require"):
        text = _('has rows that do not come to what line {line} says of them: export it again (or totals = "report")')
        return text.format(line=line)
    if rules.totals == "require" and not contents.totals:
        return _("has no line below its rows that says what they come to: has it been cut short?")
    return ""


def disagreeing(contents: Contents) -> tuple[int, ...]:
    """The lines below the rows that say something else of them."""
    return tuple(line for line, verdict in contents.totals.items() if verdict in ("rows", "sum"))


def _zeros_lost(tally: Tally) -> str:
    if not tally.count:
        return ""
    text = _(
        "has {count} numbers without the zeros that they began with ({lines}): export the column as text, not numbers"
    )
    return _filled(text, tally, 0, 0)


def _others(tally: Tally) -> str:
    """A few may have been given a new owner; their rows are rejected. Many mean that the MIS counts from 1 again."""
    if tally.count < FEW:
        return ""
    text = _(
        "has {count} numbers that belonged to somebody else, with another name and birth date ({lines}): are numbers"
        " given anew? then new_owners = true"
    )
    return _filled(text, tally, 0, 0)


def _strangers(contents: Contents, past: Past, rules: FileRules) -> str:
    """People come and go, but hardly all of them in a night."""
    least = min(past.rows, contents.rows)
    if contents.known is None or rules.min_known is None or least < FEW or contents.zeros_lost.count:
        return ""
    if contents.known * 100 >= rules.min_known * least:
        return ""
    text = _("has {known} of the {rows} that were known (min_known {limit}%): is it another clinic's or branch's list?")
    return text.format(known=contents.known, rows=past.rows, limit=rules.min_known)


def _rejects(contents: Contents, past: Past, rules: FileRules) -> str:
    tally = contents.rejected
    if rules.max_rejects is None or tally.count < FEW or tally.count * 100 <= rules.max_rejects * contents.rows:
        return ""
    usual = _usual_rejects(past.files)
    if usual and tally.count * usual[0] <= 2 * usual[1] * contents.rows:
        return ""
    text = _("has {count} of {rows} rows rejected ({lines}), more than {limit}% (max_rejects), because of {fields}:")
    way_out = _("has a column shifted, or are there new words?")
    worst = sorted(contents.rejected_for.items(), key=lambda item: (-item[1], item[0]))[:3]
    fields = ", ".join(f"{name or _('cells')} {count}" for name, count in worst) or "—"
    return f"{_filled(text, tally, contents.rows, rules.max_rejects, fields=fields)} {way_out}"


def _usual_rejects(files: Iterable[Counts]) -> tuple[int, int] | None:
    """Rows and rejects of the file in the middle, by the share of its rejects."""
    known = [(rows, rejected) for rows, rejected in files if rows and rejected is not None]
    known.sort(key=lambda file: file[1] / file[0])
    return known[len(known) // 2] if known else None


def _faulty(name: str, tally: Tally, rows: int, past: Past, rules: FileRules) -> str:
    if rules.max_faulty is None or tally.count < FEW or tally.count * 100 <= rules.max_faulty * rows:
        return ""
    if past.rows and tally.count * past.rows <= 2 * past.faulty.get(name, 0) * rows:
        return ""
    text = _("has {field} unreadable in {count} of {rows} rows ({lines}), more than {limit}% (max_faulty):")
    way_out = _("has a column shifted, or is it written in another way?")
    return f"{_filled(text, tally, rows, rules.max_faulty, field=name)} {way_out}"


def _filled(text: str, tally: Tally, rows: int, limit: int, **more: str) -> str:
    lines = ", ".join(f":{line}" for line in tally.lines)
    return text.format(count=tally.count, rows=rows, limit=limit, lines=lines, **more)


# ── its columns ───────────────────────────────────────────────────────────────────────────────

_INSTEAD: Mapping[str, frozenset[str]] = {
    "full_name": frozenset({"last_name", "first_name"}),
    **dict.fromkeys(("last_name", "first_name", "patronymic"), frozenset({"full_name"})),
    "start_at": frozenset({"start_on"}),
    **dict.fromkeys(("start_on", "start_time"), frozenset({"start_at"})),
}
"""One column may become its parts, and parts one column."""


def vanished(before: Collection[str], now: Collection[str]) -> tuple[str, ...]:
    """Fields whose column earlier files had and this one has not, nor anything that says the same."""
    here = frozenset(now)
    gone = (name for name in before if name not in here)
    return tuple(sorted(name for name in gone if not (name in _INSTEAD and _INSTEAD[name] <= here)))


def column_refusal(names: Collection[str], headers: Mapping[str, Sequence[str]]) -> str:
    """Why a file without these columns is not used. ``headers``: what the columns may be called."""
    if not names:
        return ""
    shown = ", ".join(f"{name} («{headers[name][0]}»)" if headers.get(name) else name for name in sorted(names))
    text = _("has no column for {fields} any more: add its new name to columns, or the field to expect.optional")
    return text.format(fields=shown)
