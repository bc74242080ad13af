"""Limits: plans and files that look like a broken export are refused, with the reason and the way out.

Shares are compared exactly, by cross-multiplication. Creations of contacts are not limited: a new clinic starts with
nothing else.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from dentsync.lang import _
from dentsync.model import FileRules, Kind, Limit, Operation, SafetyRules


def plan_refusals(operations: Iterable[Operation], known: Mapping[Kind, int], rules: SafetyRules) -> tuple[str, ...]:
    """Every limit the plan passes. ``known`` counts the contacts and deals that are already ours."""
    counts = _counts(operations)
    found = []
    for (name, kind), count in sorted(counts.items()):
        limit: Limit = getattr(rules, name)
        base = known.get(kind, 0)
        if limit.count is not None and count > limit.count:
            found.append(_("{count} {what}: more than the {limit} of safety.{name}").format(
                count=count, what=_what(name, kind), limit=limit.count, name=name))  # fmt: skip
        if (
            limit.percent is not None
            and name != "creates"
            and count > rules.free
            and count * 100 > limit.percent * base
        ):
            found.append(_("{count} {what} of {base}: more than the {limit}% of safety.{name}").format(
                count=count, what=_what(name, kind), base=base, limit=limit.percent, name=name))  # fmt: skip
    return tuple(found)


def _counts(operations: Iterable[Operation]) -> dict[tuple[str, Kind], int]:
    counts: dict[tuple[str, Kind], int] = {}
    for operation in operations:
        for name in _names(operation):
            counts[name, operation.kind] = counts.get((name, operation.kind), 0) + 1
    return counts


def _names(operation: Operation) -> tuple[str, ...]:
    match operation.action:
        case "create":
            return () if operation.silent or operation.kind == "contact" else ("creates",)
        case "update":
            return ("updates",)
        case "move":
            return ("moves", "lost") if operation.stage and operation.stage.ends == "lost" else ("moves",)


def _what(name: str, kind: Kind) -> str:
    words = {
        ("creates", "deal"): _("new deals"),
        ("updates", "contact"): _("contact updates"),
        ("updates", "deal"): _("deal updates"),
        ("moves", "deal"): _("deal moves"),
        ("lost", "deal"): _("deals closed as lost"),
    }
    return words.get((name, kind), name)


def age_refusal(modified_at: datetime, now: datetime, rules: FileRules) -> str:
    """Why a file is too old to act on, or nothing."""
    if rules.max_age_hours is None or now - modified_at <= timedelta(hours=rules.max_age_hours):
        return ""
    hours = int((now - modified_at).total_seconds() // 3600)
    return _("is {hours} h old, expected at most {limit} h: the export may have stopped").format(
        hours=hours, limit=rules.max_age_hours
    )


def size_refusal(rows: int, usual: Sequence[int], rules: FileRules) -> str:
    """Why a file has too few or too many rows, or nothing. ``usual``: rows of the last good files."""
    if rows == 0 and not rules.allow_empty and usual:
        return _("has no rows; usually {usual}").format(usual=_median(usual))
    if rules.min_rows is not None and rows < rules.min_rows:
        return _("has {rows} rows, expected at least {limit}").format(rows=rows, limit=rules.min_rows)
    if rules.max_rows is not None and rows > rules.max_rows:
        return _("has {rows} rows, expected at most {limit}").format(rows=rows, limit=rules.max_rows)
    if usual and len(usual) >= 3 and rows * 100 < rules.min_percent * _median(usual):
        return _("has {rows} rows, usually {usual}: cut short?").format(rows=rows, usual=_median(usual))
    return ""


def _median(counts: Sequence[int]) -> int:
    return sorted(counts)[len(counts) // 2]
