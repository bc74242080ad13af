"""Whatever is sent gets an answer of the API, never a crash."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dentsync.sandbox.amocrm.house import AmoCrm
from dentsync.sandbox.exchange import Request

PATHS = [
    ("POST", "contacts"), ("PATCH", "contacts"), ("PATCH", "contacts/51200001"), ("POST", "leads"), ("PATCH", "leads"),
    ("PATCH", "leads/61200001"), ("POST", "leads/complex"), ("POST", "leads/unsorted/sip"), ("POST", "tasks"),
    ("PATCH", "tasks"), ("PATCH", "tasks/71200001"), ("POST", "leads/notes"), ("PATCH", "leads/notes"),
    ("POST", "leads/61200001/link"), ("POST", "leads/61200001/unlink"), ("POST", "leads/link"),
    ("POST", "contacts/custom_fields"), ("PATCH", "contacts/custom_fields"), ("POST", "contacts/tags"),
    ("POST", "leads/pipelines"), ("PATCH", "leads/pipelines/5000001"), ("POST", "leads/pipelines/5000001/statuses"),
    ("POST", "leads/loss_reasons"),
]  # fmt: skip
KEYS = [
    "id", "request_id", "name", "first_name", "price", "status_id", "pipeline_id", "responsible_user_id", "created_by",
    "created_at", "closed_at", "loss_reason_id", "custom_fields_values", "field_id", "field_code", "values", "value",
    "enum_id", "enum_code", "enums", "code", "type", "sort", "color", "statuses", "tags", "tags_to_add",
    "tags_to_delete", "_embedded", "contacts", "companies", "leads", "metadata", "category", "source_uid",
    "source_name", "text", "complete_till", "task_type_id", "entity_id", "entity_type", "is_completed", "result",
    "duration", "note_type", "params", "to_entity_id", "to_entity_type", "is_main", "is_unsorted_on", "is_api_only",
]  # fmt: skip
scalars = (
    st.none() | st.booleans() | st.integers(-5, 10**20) | st.floats(allow_nan=False) | st.text(max_size=4)
    | st.sampled_from(
        [142, 143, 45000001, 45000002, 5000001, 51200001, 61200001, 71200001, 700102, 700106, 900301, "PHONE", "leads",
         "contacts", "select", "common", "forms", "2026-01-01T00:00:00+03:00"]
    )
)  # fmt: skip
bodies = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=12,
)
values = st.lists(st.dictionaries(st.sampled_from(["value", "enum_id", "enum_code"]), scalars, max_size=2), max_size=2)
fields = st.builds(
    lambda number, kept: {"custom_fields_values": [{"field_id": number, "values": kept}]},
    st.integers(700_101, 700_150), values,
)  # fmt: skip
items = st.lists(st.dictionaries(st.sampled_from(KEYS), bodies, max_size=6), min_size=1, max_size=3)
cards = st.lists(fields | st.builds(dict.__or__, fields, st.just({"id": 61_200_001})), min_size=1, max_size=2)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AmoCrm]:
    house = AmoCrm(tmp_path_factory.mktemp("amocrm"), "clinic", 1.0)
    house.doors("http://127.0.0.1")
    house.administer("POST", "settings", {}, {"rate": 0, "account_rate": 0})
    for kind in ("contacts", "leads"):
        ask(house, "POST", kind, [{"name": "A"}])
    ask(house, "POST", "tasks", [{"text": "t", "complete_till": 1}])
    yield house
    # Whatever got in can be looked at.
    house.board({})
    house.administer("GET", "state", {}, None)
    house.close()


def ask(house: AmoCrm, verb: str, path: str, body: Any, query: str = "") -> int:
    headers = {"authorization": f"Bearer {house.doors('')[0].keys['token']}"}
    sent = json.dumps(body).encode()
    request = Request(verb, f"/api/v4/{path}", query, "application/json", sent, headers=headers)
    reply = house.answer(request)
    if reply.body:
        json.loads(reply.body)
    return reply.status


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(route=st.sampled_from(PATHS), body=bodies | items | cards)
def test_any_body_is_answered(house: AmoCrm, route: tuple[str, str], body: Any) -> None:
    assert ask(house, *route, body) in (200, 201, 204, 400, 404, 405, 422)


words = st.sampled_from(
    ["id", "from", "to", "0", "", "statuses", "pipeline_id", "status_id", "leads_statuses", "700102"]
)
names = st.sampled_from(["filter", "order", "page", "limit", "query", "with"])
filters = st.sampled_from(
    ["id", "name", "created_at", "statuses", "custom_fields_values", "entity_id", "entity", "type", "value_after",
     "uid", "is_completed", "task_type_id", "created_by"]
)  # fmt: skip
pairs = st.builds(
    lambda name, first, more, value: f"{name}[{first}]" + "".join(f"[{one}]" for one in more) + f"={value}",
    names, filters, st.lists(words, max_size=3),
    st.sampled_from(["1", "", "abc", "1e9", "-5", "asc", "99999999999999999999"]),
)  # fmt: skip


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    path=st.sampled_from(
        ["contacts", "leads", "tasks", "events", "leads/unsorted", "leads/notes", "leads/links", "contacts/tags",
         "contacts/custom_fields", "users", "leads/pipelines", "leads/61200001/links"]
    ),
    query=st.lists(pairs, max_size=4).map("&".join),
)  # fmt: skip
def test_any_query_is_answered(house: AmoCrm, path: str, query: str) -> None:
    assert ask(house, "GET", path, None, query) in (200, 204, 400)
