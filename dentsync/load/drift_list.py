"""What people did in the CRM, on a terminal: grouped by kind, the item's id in the CRM first."""

from collections.abc import Iterator, Sequence

from dentsync.lang import _
from dentsync.load.console import GROUP_LIMIT, Piece, show, text_of
from dentsync.model import Drift, DriftKind, Kind

ORDER: tuple[DriftKind, ...] = (
    "deleted", "merged", "duplicate", "unkeyed", "relinked", "moved", "edited", "added",
)  # fmt: skip
"""What needs an eye comes first, what is everybody's right last."""

HIDDEN = "•"


def show_drift(drift: Sequence[Drift], *, values: bool, limit: int | None = GROUP_LIMIT) -> None:
    """Each thing that people did: item, field, ours → theirs, and the file and line behind our last word."""
    show(drift_table(drift, values=values, limit=limit))


def drift_table(
    drift: Sequence[Drift], *, values: bool, limit: int | None = GROUP_LIMIT
) -> Iterator[list[Piece]]:  # fmt: skip
    """What ``show_drift`` shows. ``limit``: lines of a group, None for all."""
    width = max((len(_item(one)) for one in drift), default=0)
    for what in ORDER:
        group = [one for one in drift if one.what == what]
        if group:
            yield [("\n" + _title(what), "bold"), (f"   {len(group)}", "yellow")]
        for one in group[:limit]:
            yield [(f"  {_item(one):<{width}}  ", ""), *_words(one, values), *_origin(one)]
        if len(group) > len(group[:limit]) > 0:
            yield [("    " + _("… and {count} more (--all shows them)").format(count=len(group) - (limit or 0)), "")]


def _title(what: DriftKind) -> str:
    titles: dict[DriftKind, str] = {
        "deleted": _("deleted by people"),
        "merged": _("merged by people"),
        "duplicate": _("our key is on several items"),
        "unkeyed": _("our key is gone from the item"),
        "relinked": _("deals with another contact"),
        "moved": _("moved by people"),
        "edited": _("edited by people"),
        "added": _("phones added by people"),
    }
    return titles[what]


def _item(drift: Drift) -> str:
    number = f"{drift.ours} → {drift.theirs}" if drift.what == "merged" else str(drift.crm_id)
    words: dict[Kind, str] = {"contact": _("contact"), "deal": _("deal"), "task": _("task")}
    return f"{words[drift.kind]} {number}"


def _words(drift: Drift, values: bool) -> Iterator[Piece]:
    match drift.what:
        case "deleted":
            yield drift.key, ""
        case "merged":
            yield _followed(drift), ""
        case "duplicate":
            yield _("also {ids}: merge them in the CRM").format(ids=text_of(drift.theirs)), ""
        case "relinked":
            yield _("contact") + " ", ""
            yield from _change(drift, values=True)
        case "moved" | "unkeyed":
            yield from _change(drift, values=True)
        case "added":
            yield f"{drift.field:<14} ", ""
            yield text_of(_added(drift)) if values else HIDDEN, "green"
        case _:
            yield f"{drift.field:<14} ", ""
            yield from _change(drift, values)


def _followed(drift: Drift) -> str:
    if drift.crm_id == drift.theirs:
        return _("has our key: followed from now on")
    return _("has its name and phone: followed at its next news")


def _added(drift: Drift) -> tuple[str, ...]:
    ours, theirs = (value if isinstance(value, tuple) else () for value in (drift.ours, drift.theirs))
    return tuple(one for one in theirs if one not in ours)


def _change(drift: Drift, values: bool) -> Iterator[Piece]:
    yield text_of(drift.ours) if values else HIDDEN, "red"
    yield " → ", ""
    yield text_of(drift.theirs) if values else HIDDEN, "green"


def _origin(drift: Drift) -> list[Piece]:
    return [(f"  ({drift.origin})", "dim")] if drift.origin else []
