"""Stages: whether news from the MIS may move a deal, given where it stands and who put it there."""

import hashlib

from dentsync.model import STRENGTH, Kind, Lies, Operation, Present, Route, Status
from dentsync.transform.words import fold

_ENDED = STRENGTH[Status.COMPLETED]
_CORRECTIONS = {
    (Status.NO_SHOW, Status.COMPLETED),
    (Status.NO_SHOW, Status.CANCELLED),
    (Status.CANCELLED, Status.BOOKED),
    (Status.CANCELLED, Status.CONFIRMED),
    (Status.CANCELLED, Status.COMPLETED),
    (Status.CANCELLED, Status.NO_SHOW),
    (Status.RESCHEDULED, Status.BOOKED),
    (Status.RESCHEDULED, Status.CONFIRMED),
    (Status.RESCHEDULED, Status.COMPLETED),
}
"""Ends that the next morning may correct."""
_AHEAD = {(Status.NO_SHOW, Status.BOOKED), (Status.NO_SHOW, Status.CONFIRMED)}
"""Of a visit that is still to come: the patient was not there at another time, and the same visit was moved."""
_ALWAYS = {(Status.NO_SHOW, Status.RESCHEDULED), (Status.CANCELLED, Status.RESCHEDULED)}
"""Who did not come is called and booked anew, whenever that is: the visit stays lost."""


def setback(old: Status | None, new: Status | None, lies: Lies = "recent") -> str:
    """Why this change of status needs a person, or nothing. An end is taken back only in the usual corrections.

    ``lies``: where the visit lies in time; what is past is not corrected without asking.
    """
    if old is None or new is None or STRENGTH[old] < _ENDED or old == new or (old, new) in _ALWAYS:
        return ""
    usual = (old, new) in _CORRECTIONS
    if (usual and lies != "past") or ((old, new) in _AHEAD and lies == "ahead"):
        return ""
    why = "приём давно прошёл" if usual else "старый файл или исправление"
    return f"в МИС был «{RUSSIAN[old]}», стал «{RUSSIAN[new]}»: {why}"


def approval_of(kind: Kind, key: str, status: Status | None) -> str:
    """Eight hex digits by which a person lets exactly this item follow exactly this status."""
    return hashlib.blake2b(f"{kind}:{key}>{status}".encode(), digest_size=4).hexdigest()


def way_out(reason: str, approval: str) -> str:
    """The reason of what waits for a person, with what to type."""
    return f"{reason}; если это верно: dentsync sync --approve {approval}"


RUSSIAN = {
    Status.WAITING: "ожидает",
    Status.BOOKED: "записан",
    Status.CONFIRMED: "подтверждён",
    Status.ARRIVED: "пришёл",
    Status.IN_PROGRESS: "на приёме",
    Status.COMPLETED: "завершён",
    Status.NO_SHOW: "неявка",
    Status.CANCELLED: "отменён",
    Status.RESCHEDULED: "перенесён",
}


def objection(operation: Operation, present: Present, route: Route | None) -> str:
    """Why a person's choice outweighs this move, or nothing. ``present`` is the deal as the CRM has it now.

    Where we left it, it moves. Where somebody else put it, it moves only by news stronger than a booking, never out
    of an end that a person set, and never back from a stage that stands for at least as much as the news.
    """
    if stands_at(present, operation.from_pipeline or operation.pipeline, operation.from_stage):
        return ""
    if operation.stage and stands_at(present, operation.pipeline, operation.stage.name):
        return ""
    where = f"«{present.stage}»"
    if present.ends:
        return f"закрыта человеком на стадии {where}"
    if operation.status is None or STRENGTH[operation.status] <= STRENGTH[Status.BOOKED]:
        return f"человек поставил стадию {where}"
    if route and _stands_for(route, present.stage) >= STRENGTH[operation.status]:
        return f"уже на стадии {where}"
    return ""


def stands_at(present: Present, pipeline: str | None, stage: str | None) -> bool:
    """Names as the CRM compares them: case and ё do not matter."""
    pairs = ((present.pipeline, pipeline), (present.stage, stage))
    return all(fold(there or "") == fold(ours or "") for there, ours in pairs)


def _stands_for(route: Route, stage: str | None) -> int:
    """The strongest status whose stage this is; -1 for a stage that is not in the route's map."""
    named = [status for status, ref in route.stages.items() if fold(ref.name) == fold(stage or "")]
    return max((STRENGTH[Status(status)] for status in named if status != "default"), default=-1)
