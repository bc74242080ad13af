"""PHP's view of parameters."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dentsync.sandbox import php
from dentsync.sandbox.bitrix24 import naming
from tests.sandbox.conftest import brackets


@pytest.mark.parametrize(
    ("query", "parsed"),
    [
        ("a=1&b=2&a=3", {"a": "3", "b": "2"}),
        ("a[]=1&a[]=2", {"a": ["1", "2"]}),
        ("a[2]=x&a[]=y", {"a": {"2": "x", "3": "y"}}),
        ("a[0][b]=1&a[1][b]=2", {"a": [{"b": "1"}, {"b": "2"}]}),
        ("a[431][value]=1", {"a": {"431": {"value": "1"}}}),
        ("a.b=1&c d=2", {"a_b": "1", "c_d": "2"}),
        ("a=1+2%2B3%26", {"a": "1 2+3&"}),
        ("a=1&a[b]=2", {"a": {"b": "2"}}),
        ("filter%5B%3D%25name%5D=x", {"filter": {"=%name": "x"}}),
        ("a", {"a": ""}),
        ("", {}),
    ],
)
def test_brackets_are_parsed_like_php_does(query: str, parsed: dict[str, Any]) -> None:
    assert php.parse_query(query) == parsed


trees = st.recursive(
    st.text(),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=4)
        | st.dictionaries(st.text("abcXYZ_%=>@!", min_size=1), inner, min_size=1, max_size=4)
    ),
    max_leaves=20,
)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.text("abcXYZ_", min_size=1), trees, max_size=4))
def test_any_tree_survives_the_brackets(tree: dict[str, Any]) -> None:
    assert php.parse_query(brackets(tree)) == tree


def test_empty_maps_and_numbered_maps_are_lists() -> None:
    assert php.dumps({"a": {}, "b": {"0": 1, "1": 2}, "c": {"1": 1}}) == b'{"a":[],"b":[1,2],"c":{"1":1}}'


@pytest.mark.parametrize(
    ("original", "camel"),
    [
        ("UF_CRM_3_DIGIT", "ufCrm3Digit"),
        ("UF_CRM_MIS_ID", "ufCrmMisId"),
        ("UF_CRM_3_1747309727", "ufCrm3_1747309727"),
        ("UF_CRM_3_DIGIT10", "ufCrm_3_DIGIT10"),
        ("UF_CRM_1747309879", "ufCrm_1747309879"),
    ],
)
def test_names_of_user_fields_follow_the_three_rules(original: str, camel: str) -> None:
    assert naming.camel_of(original) == camel


def test_taken_name_stays_as_it_was() -> None:
    assert naming.rest_names(["UF_CRM_A_B", "UF_CRM_TITLE"], {"ufCrmTitle"}) == {
        "UF_CRM_A_B": "ufCrmAB",
        "UF_CRM_TITLE": "UF_CRM_TITLE",
    }
