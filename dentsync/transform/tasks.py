"""The task of a deal: what somebody has to do about it, by when, and whether it is done in the MIS."""

from dentsync.model import Desired, Plain, Record, Route
from dentsync.transform.groups import has_ended
from dentsync.transform.plain import plain
from dentsync.transform.routes import text_of


def task_of(route: Route, record: Record, deal: Desired) -> Desired | None:
    """The task that goes with a deal of this row, under the deal's key; None where the route has none.

    A task that is done in the MIS already is not made, and one without a deadline neither.
    """
    if route.task is None:
        return None
    deadline, done = plain(record.values.get(route.task.deadline)), has_ended(record)
    fields: dict[str, Plain] = {
        "type": route.task.type,
        "deadline": deadline,
        "text": text_of(route.task.text, record.values),
        "done": done,
    }
    if deadline is None:  # a CRM has no task without one: what stands there stays
        del fields["deadline"]
    wanted = deal.creates and deadline is not None and not done
    return Desired("task", deal.key, record.origin, f"routes.{route.name}.task", fields, creates=wanted)
