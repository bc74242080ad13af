"""Plans and reports on a terminal: readable at 80 columns, without colour, and by a program that greps.

Values of patients are shown only where the caller says so; otherwise a line has keys, fields and origins.
"""

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import click

from dentsync.lang import _
from dentsync.model import NAME_WAITS, Change, Drift, Operation, Outcome, Plain, Plan, Result
from dentsync.redact import redact

if TYPE_CHECKING:
    from rich.console import Console

SIGNS = {"create": ("+", "green"), "update": ("~", "yellow"), "move": ("→", "cyan")}
GROUP_LIMIT = 20
"""Operations shown of each group unless all (None) or none (0) are asked for."""


def console() -> "Console":
    """rich on standard output: colour and width of the terminal."""
    from rich.console import Console

    return Console(file=sys.stdout, highlight=False, soft_wrap=False, width=None if sys.stdout.isatty() else 100)


Piece = tuple[str, str]
"""Text and its style; a line is a list of these."""


def show(lines: Iterable[list[Piece]]) -> None:
    """Print lines: with styles, cut to its width, on a terminal; plain and whole anywhere else, without rich."""
    if not sys.stdout.isatty():
        for line in lines:
            click.echo("".join(text for text, _style in line))
        return
    from rich.text import Text

    out = console()
    for line in lines:
        out.print(Text.assemble(*line), overflow="ellipsis", no_wrap=True)


def show_plan(plan: Plan, *, values: bool, limit: int | None = GROUP_LIMIT) -> None:
    """The plan, grouped by pipeline: each change with old → new, and the file and line behind it."""
    lines = plan_lines(plan, values=values, limit=limit, brief=sys.stdout.isatty())
    show(lines if values else ([(redact(text), style) for text, style in line] for line in lines))


def plan_lines(
    plan: Plan, *, values: bool, limit: int | None = GROUP_LIMIT, brief: bool = False
) -> Iterator[list[Piece]]:
    """What ``show_plan`` shows. ``limit``: operations of a group, None for all. ``brief``: a file's name once."""
    for name, operations in _groups(plan.operations):
        yield _heading(name, operations)
        shown = operations[:limit]
        file = ""
        for operation in shown:
            if brief and operation.origin.file != file:
                file = operation.origin.file
                yield [(f"  {file}", "dim")]
            yield from _lines(operation, values, brief)
        if len(operations) > len(shown) > 0:
            yield [("    " + _("… and {count} more (--all shows them)").format(count=len(operations) - len(shown)), "")]
    for held in plan.held:
        if limit is None or held.reason != NAME_WAITS:
            yield [(f"  ? {held.key}  {held.reason}  ({held.origin})", "")]
    if limit is not None and (names := sum(held.reason == NAME_WAITS for held in plan.held)):
        line = _("  ? held for their names {n}; decide them: dentsync clean --review FILE.xlsx")
        yield [(line.format(n=names), "")]
    yield [(_totals(plan), "bold")]


def _groups(operations: Sequence[Operation]) -> Iterator[tuple[str, list[Operation]]]:
    groups: defaultdict[str, list[Operation]] = defaultdict(list)
    for operation in operations:
        name = {"contact": _("contacts"), "task": _("tasks")}.get(operation.kind, operation.pipeline or operation.rule)
        groups[name].append(operation)
    order = list(SIGNS)
    for name, members in groups.items():
        yield name, sorted(members, key=lambda one: (order.index(one.action), one.origin.file, one.origin.line))


def _heading(name: str, operations: Sequence[Operation]) -> list[Piece]:
    counts = {action: sum(operation.action == action for operation in operations) for action in SIGNS}
    marks = [(f"   {sign} {counts[action]}", colour) for action, (sign, colour) in SIGNS.items() if counts[action]]
    rules = ", ".join(dict.fromkeys(operation.rule for operation in operations))
    return [(f"\n{name}", "bold"), *marks, (f"   {rules}", "dim")]


def _lines(operation: Operation, values: bool, brief: bool) -> Iterator[list[Piece]]:
    """Sign, place in the file and stage come first: a narrow terminal cuts the end of the title, not these."""
    sign, colour = SIGNS[operation.action]
    stage = operation.stage.name if operation.stage else ""
    before = f"{operation.from_pipeline}: {operation.from_stage}" if operation.from_pipeline else operation.from_stage
    where = f"{before or '?'} → {stage}" if operation.action == "move" else stage
    place = f":{operation.origin.line:<5}" if brief else f"{operation.origin} "
    yield [
        (f"  {sign} ", colour),
        (f"{place} ", "dim"),
        (f"{where} · " if where else "", colour),
        (_subject(operation, values), ""),
    ]
    if operation.action == "update":
        yield from (_change(change, values) for change in operation.changes)


def _subject(operation: Operation, values: bool) -> str:
    if not values or not operation.label:
        return operation.key
    phones = next((change.new for change in operation.changes if change.field == "phones"), None)
    numbers = "  " + ", ".join(phones) if operation.action == "create" and isinstance(phones, tuple) else ""
    return operation.label + numbers


def _change(change: Change, values: bool) -> list[Piece]:
    old, new = (text_of(change.old), text_of(change.new)) if values else ("•", "•")
    return [
        (f"      {change.field:<14} ", ""),
        (old if change.known else "?", "red"),
        (" → ", ""),
        (new, "green"),
    ]


def text_of(value: Plain) -> str:
    """A value for people: dates as they are written in Russia, nothing as a dash."""
    match value:
        case None | "" | ():
            return "—"
        case bool():
            return _("yes") if value else _("no")
        case tuple():
            return ", ".join(value)
        case str() if len(value) > 15 and value[4] == "-" and value[10] == "T":
            return f"{datetime.fromisoformat(value):%d.%m.%Y %H:%M}".removesuffix(" 00:00")
        case _:
            return str(value)


def _totals(plan: Plan) -> str:
    counts = {action: sum(o.action == action for o in plan.operations) for action in SIGNS}
    if not plan.operations:
        return "\n" + _("nothing to do")
    line = _("plan {digest}: create {create}, update {update}, move {move}").format(digest=plan.digest, **counts)
    return "\n" + line + (_(", held {held}").format(held=len(plan.held)) if plan.held else "")


def outcome_lines(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """What did not simply succeed, with its reason and origin; no personal data. What was not sent is only counted."""
    words = {
        Result.FAILED: _("failed"),
        Result.UNKNOWN: _("unknown"),
        Result.KEPT: _("kept"),
        Result.HELD: _("held"),
    }
    left = 0
    for outcome in outcomes:
        if outcome.result is Result.HELD and outcome.reason == _("not sent"):
            left += 1
        elif outcome.result in words:
            operation = outcome.operation
            yield f"  {words[outcome.result]}: {operation.id}: {outcome.reason} ({operation.origin})"
    if left:
        yield _("  held: {n} not sent; the next run sends them").format(n=left)


def drift_lines(drift: Iterable[Drift], *, values: bool) -> Iterator[str]:
    """What people changed in the CRM, and what stays so."""
    for item in drift:
        theirs = f": {text_of(item.theirs)}" if values or item.field == "stage" else ""
        line = _("  kept as people left it: {kind} {crm_id}, {field}{theirs}")
        yield line.format(kind=item.kind, crm_id=item.crm_id, field=item.field, theirs=theirs)
