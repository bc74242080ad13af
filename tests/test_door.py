"""The harness of `make bench-peers`: what it calls a leak, and what a wait."""

import json
from urllib.parse import quote

import pytest

from benchmarks.door.leaks import leaks
from benchmarks.door.trace import read

SOKOLOVA = {"fields": {"lastName": "Соколова"}, "phones": ["+79165550101"]}


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("2000 rows", "–"),
        ("https://portal/rest/1/s3cret/batch", "webhook"),
        ("NAME=Соколова", "patients"),
        (f"fields[lastName]={quote('Соколова')}", "patients"),
        (json.dumps("Соколова"), "patients"),
        ("tel 9165550101, s3cret", "webhook, patients"),
        ("operator Орлова", "–"),
    ],
)
def test_a_secret_or_a_patient_is_found_in_any_spelling(said: str, found: str) -> None:
    assert leaks(said, "s3cret", [SOKOLOVA, {"fields": {"lastName": "Орлова"}, "phones": []}]) == found


def test_a_wait_is_measured_from_the_reset_that_was_told_before_it() -> None:
    asked = [(0.0, 20.0, 600.0), (1.0, 21.0, 600.0), (22.0, 42.0, 600.0), (601.5, 620.0, 622.0)]
    lines = [
        json.dumps({"came": came, "left": left, "status": 200, "methods": {"m": 1}, "resets": {"m": reset}})
        for came, left, reset in asked
    ]
    trace = read([*lines, json.dumps({"connection": 1})])
    assert trace.waits("m") == [1.5]
    assert (trace.seconds, trace.sending, trace.silence, trace.connections) == (620.0, 601.5, 579.5, 1)
