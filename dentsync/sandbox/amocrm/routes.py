"""The routes of API v4, and what is at each of them."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from dentsync.sandbox.amocrm import (
    about,
    complex_leads,
    event_list,
    field_methods,
    links,
    notes,
    pipeline_methods,
    tag_methods,
    tasks,
    unsorted,
    writing,
)
from dentsync.sandbox.amocrm.call import Answer, Call
from dentsync.sandbox.amocrm.problems import Problem
from dentsync.sandbox.amocrm.storage import KINDS

Method = Callable[..., Answer]

_OF_EVERY_KIND: dict[str, dict[str, Method]] = {
    "": {"GET": writing.listed, "POST": writing.add, "PATCH": writing.change},
    "/custom_fields": {"GET": field_methods.listed, "POST": field_methods.add, "PATCH": field_methods.change},
    "/custom_fields/{id}": {
        "GET": field_methods.one,
        "PATCH": field_methods.change_one,
        "DELETE": field_methods.delete,
    },
    "/tags": {"GET": tag_methods.listed, "POST": tag_methods.add},
    "/notes": {"GET": notes.listed, "POST": notes.add, "PATCH": notes.change},
    "/notes/{id}": {"GET": notes.one, "PATCH": notes.change_one},
    "/links": {"GET": links.listed_of_many},
    "/link": {"POST": links.link},
    "/unlink": {"POST": links.unlink},
    "/{id}": {"GET": writing.one, "PATCH": writing.change_one},
    "/{id}/notes": {"GET": notes.listed, "POST": notes.add},
    "/{id}/links": {"GET": links.listed},
    "/{id}/link": {"POST": links.link},
    "/{id}/unlink": {"POST": links.unlink},
}


def _no_right_to_delete(_call: Call, _number: int) -> Answer:
    raise Problem(403, "Invalid scope")  # measured


def _of_kind(method: Method, kind: str) -> Method:
    return lambda call, *rest: method(call, kind, *rest)


ROUTES: dict[str, dict[str, Method]] = {
    "account": {"GET": about.account},
    "users": {"GET": about.users},
    "users/{id}": {"GET": about.user},
    "leads/complex": {"POST": complex_leads.add},
    "leads/loss_reasons": {"GET": about.reasons, "POST": about.add_reasons},
    "leads/loss_reasons/{id}": {"GET": about.reason},
    "leads/pipelines": {"GET": pipeline_methods.listed, "POST": pipeline_methods.add},
    "leads/pipelines/{id}": {
        "GET": pipeline_methods.one,
        "PATCH": pipeline_methods.change,
        "DELETE": pipeline_methods.delete,
    },
    "leads/pipelines/{id}/statuses": {"GET": pipeline_methods.statuses, "POST": pipeline_methods.add_statuses},
    "leads/pipelines/{id}/statuses/{id}": {
        "GET": pipeline_methods.status,
        "PATCH": pipeline_methods.change_status,
        "DELETE": pipeline_methods.delete_status,
    },
    "leads/unsorted": {"GET": unsorted.listed},
    "leads/unsorted/summary": {"GET": unsorted.summary},
    "leads/unsorted/forms": {"POST": partial(unsorted.add, category="forms")},
    "leads/unsorted/sip": {"POST": partial(unsorted.add, category="sip")},
    "leads/unsorted/{uid}": {"GET": unsorted.one},
    "leads/unsorted/{uid}/accept": {"POST": unsorted.accept},
    "leads/unsorted/{uid}/decline": {"DELETE": unsorted.decline},
    "tasks": {"GET": tasks.listed, "POST": tasks.add, "PATCH": tasks.change},
    "tasks/{id}": {"GET": tasks.one, "PATCH": tasks.change_one, "DELETE": _no_right_to_delete},
    "events": {"GET": event_list.listed},
    "events/{uid}": {"GET": event_list.one},
}
for _kind in KINDS:
    for _path, _verbs in _OF_EVERY_KIND.items():
        ROUTES[_kind + _path] = {verb: _of_kind(method, _kind) for verb, method in _verbs.items()}

_PATTERNS = [
    (re.compile(template.replace("{id}", r"(\d+)").replace("{uid}", r"([0-9a-z]+)")), template) for template in ROUTES
]


def find(path: str) -> tuple[str, list[Any]] | None:
    """The template of a path below ``/api/v4/`` and what stands in its places."""
    for pattern, template in _PATTERNS:
        found = pattern.fullmatch(path)
        if found:
            return template, [int(part) if part.isdigit() and len(part) < 18 else part for part in found.groups()]
    return None


def run(call: Call, template: str, parts: list[Any]) -> Answer:
    """Run the method of a route. Raises Problem."""
    method = ROUTES[template].get(call.request.verb)
    if method is None:
        raise Problem(405, "Method Not Allowed")
    return method(call, *parts)
