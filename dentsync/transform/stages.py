"""Stages: whether news from the MIS may move a deal, given where it stands and who put it there."""

from dentsync.model import STRENGTH, Operation, Present, Route, Status
from dentsync.transform.words import fold

_ENDED = STRENGTH[Status.COMPLETED]
_CORRECTIONS = {
    (Status.NO_SHOW, Status.COMPLETED),
    (Status.NO_SHOW, Status.CANCELLED),
    (Status.CANCELLED, Status.BOOKED),
    (Status.CANCELLED, Status.CONFIRMED),
    (Status.CANCELLED, Status.COMPLETED),
    (Status.CANCELLED, Status.NO_SHOW),
}
"""Ends that the next morning may correct."""


def setback(old: Status | None, new: Status | None) -> str:
    """Why this change of status needs a person, or nothing. An end is taken back only in the usual corrections."""
    if old is None or new is None or STRENGTH[old] < _ENDED or (old, new) in _CORRECTIONS or old == new:
        return ""
    return f"в МИС был «{RUSSIAN[old]}», стал «{RUSSIAN[new]}»: старый файл или исправление, подтвердите вручную"


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
