"""How commands are written into a batch and how its reply is read, in every shape it can take."""

import re
from typing import Any
from urllib.parse import unquote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dentsync.load.bitrix24.wire import (
    Answer,
    Command,
    Done,
    Missing,
    Ref,
    Rejected,
    decode,
    encode,
    rejection,
    resolve,
)

# ── writing ──


def php_parse(line: str) -> tuple[str, Any]:
    """What PHP makes of ``method?query`` (parse_str), written apart from our encoder: lists are maps 0, 1, 2…"""
    method, _, query = line.partition("?")
    found: dict[str, Any] = {}
    for pair in filter(None, query.split("&")):
        name, _, value = pair.partition("=")
        name, value = unquote_plus(name), unquote_plus(value)
        first, rest = re.fullmatch(r"([^\[]*)((?:\[[^\]]*\])*)", name, re.DOTALL).groups()  # type: ignore[union-attr]
        steps = [first, *re.findall(r"\[([^\]]*)\]", rest, re.DOTALL)]
        place = found
        for step in steps[:-1]:
            place = place.setdefault(step, {})
        place[steps[-1]] = value
    return method, found


def as_php(value: Any) -> Any:
    """The same value as PHP would hold it."""
    match value:
        case dict():
            return {str(key): as_php(inner) for key, inner in value.items() if inner not in ({}, [])}
        case list():
            return {str(index): as_php(inner) for index, inner in enumerate(value)}
        case bool():
            return "Y" if value else "N"
        case _:
            return str(value)


TEXT = st.text(st.characters(codec="utf-8")) | st.text("&=+%[]{}\"'`?#/\\ \n\r\t;,|$абвёЖ🦷", min_size=1)
NAME = st.from_regex(r"[A-Za-z_@%!<>=][A-Za-z0-9_@=%]{0,8}", fullmatch=True)
SCALAR = TEXT | st.integers() | st.booleans()
VALUE = st.recursive(
    SCALAR, lambda inner: st.lists(inner, min_size=1, max_size=3) | st.dictionaries(NAME, inner, min_size=1, max_size=3)
)


@settings(deadline=None)
@given(st.dictionaries(NAME, VALUE, max_size=4))
def test_any_text_survives_a_batch(params: dict[str, Any]) -> None:
    assert php_parse(encode(Command("crm.item.add", params))) == ("crm.item.add", as_php(params))


def test_reference_stays_readable_for_the_portal() -> None:
    line = encode(Command("crm.item.add", {"fields": {"contactIds": [Ref("c1", ("item", "id"))]}}))
    assert line == "crm.item.add?fields%5BcontactIds%5D%5B0%5D=$result[c1][item][id]"


def test_nothing_cannot_be_written_as_the_word_none() -> None:
    with pytest.raises(TypeError):
        encode(Command("crm.item.add", {"fields": {"comments": None}}))


@pytest.mark.parametrize(
    ("text", "single"),
    [("$result[x]", True), ("см. $result[c1][item]", True), ("$result", False), ("result[x]", False)],
)
def test_text_that_looks_like_a_reference_must_travel_alone(text: str, single: bool) -> None:
    assert Command("crm.item.add", {"fields": {"a": [{"b": text}]}}).single is single


def test_real_reference_does_not_make_a_command_travel_alone() -> None:
    command = Command("crm.item.add", {"a": Ref("c1", ("item", "id"))})
    assert not command.single
    assert command.refers == {"c1"}


def test_references_are_filled_in_from_results() -> None:
    params = {"fields": {"contactIds": [Ref("c1", ("item", "id")), 5]}, "x": Ref("c9", ("id",))}
    assert resolve(params, {"c1": {"item": {"id": 88}}}) == {"fields": {"contactIds": [88, 5]}, "x": Ref("c9", ("id",))}


@pytest.mark.parametrize("result", [[], {"item": []}, {"item": {}}, None, True, {"items": []}])
def test_reference_to_what_is_not_there_is_an_error(result: Any) -> None:
    with pytest.raises(LookupError):
        resolve(Ref("c1", ("item", "id")), {"c1": result})


# ── reading ──


def batch(**maps: Any) -> dict[str, Any]:
    return {
        name: maps.get(name, []) for name in ("result", "result_error", "result_total", "result_next", "result_time")
    }


def read(**maps: Any) -> dict[str, Answer] | None:
    return decode(batch(**maps), ["c1", "d1"])


def test_done_refused_and_told_nothing_of() -> None:
    found = read(
        result={"c1": {"item": {"id": 1}}}, result_error={"d1": {"error": "NOT_FOUND", "error_description": "x"}}
    )
    assert found == {"c1": Done({"item": {"id": 1}}), "d1": Rejected("NOT_FOUND", "x")}
    assert read(result={"c1": True}) == {"c1": Done(True), "d1": Missing()}


def test_empty_maps_are_lists() -> None:
    assert read() == {"c1": Missing(), "d1": Missing()}
    assert read(result_error={"c1": {"error": "X"}}) == {"c1": Rejected("X"), "d1": Missing()}


def test_empty_results_are_results() -> None:
    """``crm.item.delete`` and a look-up that finds nobody answer ``[]``."""
    assert read(result={"c1": [], "d1": None}) == {"c1": Done([]), "d1": Done(None)}


def test_lists_that_lost_their_keys_prove_nothing() -> None:
    assert read(result=[{"item": {"id": 1}}], result_error=[{"error": "X"}]) == {"c1": Missing(), "d1": Missing()}
    assert decode(batch(result=[{"id": 1}]), ["0"]) == {"0": Done({"id": 1})}


def test_command_that_is_both_done_and_refused_is_not_known() -> None:
    assert read(result={"c1": {"item": {}}}, result_error={"c1": {"error": "X"}})["c1"] == Missing()  # type: ignore[index]


def test_totals_pages_and_times_belong_to_their_command() -> None:
    found = read(
        result={"c1": [], "d1": []},
        result_total={"c1": 7},
        result_next={"d1": 50},
        result_time={"c1": {"operating": 1}},
    )
    assert found == {"c1": Done([], {"operating": 1}, total=7), "d1": Done([], next=50)}


@pytest.mark.parametrize("result", [[], None, "ok", 1, {}, {"items": []}])
def test_what_is_no_reply_to_a_batch_is_not_taken_for_one(result: Any) -> None:
    assert decode(result, ["c1"]) is None


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ({"error": "NOT_FOUND"}, "NOT_FOUND"),
        ({"error": ""}, ""),
        ({"error": 0}, "0"),
        ({"error": "0"}, "0"),
        ({"error": 100}, "100"),
        ({"error": "-"}, "-"),
        ({"error": None}, ""),
        ({"error": "Invalid parameters."}, ""),
        ({"error": "Телефон +79165550101 занят"}, ""),
        ({"error": {"code": "BITRIX_REST_V3_EXCEPTION_X", "message": "m"}}, "BITRIX_REST_V3_EXCEPTION_X"),
        ("NOT_FOUND", "NOT_FOUND"),
    ],
)
def test_code_is_a_word_or_nothing(error: Any, code: str) -> None:
    assert rejection(error).code == code


def test_description_of_an_error_is_in_no_repr() -> None:
    assert "Соколова" not in repr(rejection({"error": "X", "error_description": "Соколова"}))
