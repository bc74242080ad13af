"""When a token ends, read from the token itself."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest

from dentsync.load.expiry import end_of, stage_of, warning_of

END = datetime(2027, 3, 1, 12, tzinfo=UTC)


def token(**claims: object) -> str:
    """A JWT whose signature nobody looks at."""
    parts = ({"typ": "JWT", "alg": "RS256"}, claims)
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*encoded, "c2lnbmF0dXJl"])


def test_a_token_says_when_it_ends() -> None:
    assert end_of(token(sub="5", exp=END.timestamp())) == END


@pytest.mark.parametrize(
    "text", ["", "abc", "a.b.c", "a.b", token(), token(exp="soon"), token(exp=1e300), token(exp=None), "я.я.я", "..",
             "https://portal.example/rest/1/secret/"],
)  # fmt: skip
def test_what_says_nothing_about_its_end_warns_of_nothing(text: str) -> None:
    assert end_of(text) is None
    assert warning_of(text, END) == ""


@pytest.mark.parametrize(("days", "stage"), [(31, 0), (30, 1), (8, 1), (7, 2), (0.1, 2), (0, 3), (-5, 3)])
def test_thirty_and_seven_days_before_its_end_are_worth_a_word(days: float, stage: int) -> None:
    assert stage_of(END, END - timedelta(days=days)) == stage


def test_the_line_shows_a_day_and_nothing_of_the_token() -> None:
    secret = token(exp=END.timestamp())
    line = warning_of(secret, END - timedelta(days=5, hours=1))
    assert "01.03.2027" in line
    assert "5 days" in line
    assert not any(part in line for part in secret.split("."))
