"""Limits of a plan: one that looks like the work of a broken export is refused, with the reason and the way out.

Shares are compared exactly, by cross-multiplication, and a limit that has nothing to compare with trips. Where nobody
can lose anything there is no limit: for creations of contacts (a new clinic starts with nothing else), and for values
of fields that were never written (a new line in the configuration is no broken export).
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from dentsync.lang import _
from dentsync.model import Change, Kind, Limit, Operation, Origin, SafetyRules
from dentsync.transform.plain import is_nothing

EXAMPLES = 3


class Known(Protocol):
    """What is ours in the CRM, counted when a limit asks."""

    def items(self, kind: Kind) -> int:
        """All contacts, or all deals."""
        ...

    def holding(self, kind: Kind, field: str, most: int | None) -> int:
        """Those that still go on and have a value in the field; counted no further than ``most``."""
        ...

    def standing(self, pipeline: str, leaving: Collection[str]) -> Mapping[str, int]:
        """Deals of a pipeline by stage, except the stages that are being left."""
        ...


class Group(NamedTuple):
    """What one limit counts together: ``of`` is a field, or the stage of a ``pipeline``."""

    limit: str
    kind: Kind
    of: str = ""
    pipeline: str = ""


@dataclass(frozen=True, slots=True)
class Base:
    """What a count is a share of. ``usual``: so many of how many are normal; ``None`` where that is not asked."""

    count: int
    usual: tuple[int, int] | None = None


def plan_refusals(operations: Iterable[Operation], known: Known, rules: SafetyRules, now: datetime) -> tuple[str, ...]:
    """Every limit that the plan passes, whatever the order of its operations. ``now`` is the moment of the plan."""
    groups: defaultdict[Group, list[Operation]] = defaultdict(list)
    for operation in operations:
        for group in _groups(operation, now):
            groups[group].append(operation)
    moves = Counter(operation.pipeline for group in groups if group.limit == "moves" for operation in groups[group])
    found = (_refusals(group, groups[group], known, rules, moves) for group in sorted(groups))
    return tuple(refusal for refusals in found for refusal in refusals)


# ── what counts for what ──────────────────────────────────────────────────────────────────────


def _groups(operation: Operation, now: datetime) -> Iterator[Group]:
    match operation.action:
        case "create":
            if not operation.silent and operation.kind != "contact":
                yield Group("creates", operation.kind)
        case "update":
            yield from _updated(operation, now)
        case "move":
            yield Group("moves", operation.kind)
            if operation.stage and operation.stage.ends == "lost":
                yield Group("lost", operation.kind)
            if operation.stage:
                yield Group("stage", operation.kind, operation.stage.name, operation.pipeline or "")


def _updated(operation: Operation, now: datetime) -> Iterator[Group]:
    written = [change for change in operation.changes if change.known and not _has_passed(change, now)]
    if written:
        yield Group("updates", operation.kind)
    for change in written:
        if not is_nothing(change.old):
            yield Group("field", operation.kind, change.field)
            if is_nothing(change.new):
                yield Group("cleared", operation.kind, change.field)


def _has_passed(change: Change, now: datetime) -> bool:
    """The nearest visit that was yesterday's is replaced by the clock, not by an export."""
    if change.field != "next_visit_at" or not isinstance(change.old, str):
        return False
    try:
        return datetime.fromisoformat(change.old) < now
    except (ValueError, TypeError):
        return False


# ── whether it is too much ────────────────────────────────────────────────────────────────────


def _refusals(
    group: Group, operations: Sequence[Operation], known: Known, rules: SafetyRules, moves: Mapping[str | None, int]
) -> Iterator[str]:
    limit, count = _limit(group, rules), len(operations)
    what, examples = _what(group), _examples(operations)
    if limit.count is not None and count > limit.count:
        yield _("{count} {what}: more than the {limit} of safety.{name} (for example {examples})").format(
            count=count, what=what, limit=limit.count, name=_name(group, rules), examples=examples
        )
    if limit.percent is None or count <= rules.free:
        return
    base = _base(group, operations, known, limit.percent, moves)
    if count * 100 > limit.percent * base.count and _is_unusual(count, base):
        yield _("{count} {what} of {base}: more than the {limit}% of safety.{name} (for example {examples})").format(
            count=count, what=what, base=base.count, limit=limit.percent, name=_name(group, rules), examples=examples
        )


def _limit(group: Group, rules: SafetyRules) -> Limit:
    limit: Limit = getattr(rules, group.limit)
    return rules.fields.get(group.of, limit) if group.limit == "field" else limit


def _name(group: Group, rules: SafetyRules) -> str:
    return f"fields.{group.of}" if group.limit == "field" and group.of in rules.fields else group.limit


def _base(
    group: Group, operations: Sequence[Operation], known: Known, percent: int, moves: Mapping[str | None, int]
) -> Base:
    match group.limit:
        case "field" | "cleared":
            enough = -(-len(operations) * 100 // percent) if percent else None
            return Base(known.holding(group.kind, group.of, enough))
        case "stage":
            left = {operation.from_stage for operation in operations if operation.from_stage}
            standing = known.standing(group.pipeline, left)
            return Base(moves[group.pipeline or None], (standing.get(group.of, 0), sum(standing.values())))
        case _:
            return Base(known.items(group.kind))


def _is_unusual(count: int, base: Base) -> bool:
    """More than twice the usual share. Without anything usual, everything is unusual."""
    if base.usual is None:
        return True
    here, everywhere = base.usual
    return count * everywhere > 2 * here * base.count or not everywhere


# ── how it is said ────────────────────────────────────────────────────────────────────────────


def _what(group: Group) -> str:
    words: Mapping[tuple[str, Kind], str] = {
        ("creates", "deal"): _("new deals"),
        ("creates", "task"): _("new tasks"),
        ("updates", "contact"): _("contact updates"),
        ("updates", "deal"): _("deal updates"),
        ("updates", "task"): _("task updates"),
        ("moves", "deal"): _("deal moves"),
        ("lost", "deal"): _("deals closed as lost"),
        ("stage", "deal"): _("moves to the stage «{stage}» of «{pipeline}»"),
        ("field", "contact"): _("values of {field} replaced in contacts"),
        ("field", "deal"): _("values of {field} replaced in deals"),
        ("field", "task"): _("values of {field} replaced in tasks"),
        ("cleared", "contact"): _("values of {field} emptied in contacts"),
        ("cleared", "deal"): _("values of {field} emptied in deals"),
        ("cleared", "task"): _("values of {field} emptied in tasks"),
    }
    text = words.get((group.limit, group.kind), group.limit)
    return text.format(field=group.of, stage=group.of, pipeline=group.pipeline)


def _examples(operations: Iterable[Operation]) -> str:
    """The first places in the files: no personal data."""
    places = sorted({operation.origin for operation in operations}, key=_place)
    return ", ".join(map(str, places[:EXAMPLES]))


def _place(origin: Origin) -> tuple[str, int, str]:
    return origin.file, origin.line, origin.sha256
