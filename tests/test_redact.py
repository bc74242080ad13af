"""The redactor: what it hides in any surroundings, what it leaves readable, and that redacting twice is once."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dentsync.redact import MASK, Redactor
from dentsync.transform.phones import parse_phones

SPELLINGS = [
    "+7 (916) 555-01-01", "8(916)555-01-01", "89165550101", "8 916 555 01 01", "+79165550101", "79165550101",
    "9165550101", "8-916-555-0101", "+7.916.555.01.01", "8/916/5550101", "8 (47354) 2-10-10", "(473) 255-01-02",
    "473 2550102", "255-01-02", "255-0102", "+375 29 555-01-23", "+7\u00a0916\u00a0555\u201101\u201101",
    "８９１６５５５０１０１", "8916555О101", "8_916_555_01_01", "8 ( 916 ) 555 - 01 - 01", "tel:+79165550101",
    "8916555010189165550102", "89165550101 доб. 12", "%2B79165550101",
]  # fmt: skip
HARMLESS = [
    "2026-10-05T14:00:00+03:00", "05.10.2026 14:00", "31.12.2026 14:00:59", "recommendations_2026-10-05_1400.xml:3",
    "2026-10-05T14:00:00.123456+00:00", "patient/main/~9165550101234567", "patient/main/101", "export_26-10-05.csv",
    "export_20261005140000.csv", "127.0.0.1:8080", "applied 12, failed 3, unknown 0; requests 40",
    "30000 = 29990 + 10 + 0", "https://<portal>/rest/<number>/<secret>/", "10daaac0", "RuntimeError ← OSError",
    "Max retries exceeded", "process 12345 on server", "3:45", "1 234 567,00", "--approve 12345678", "HTTP 503",
]  # fmt: skip
URL = "https://x.bitrix24.ru/rest/1/s3cr3t"


def digits_of(text: str) -> str:
    return re.sub(r"\D", "", text)


@pytest.fixture
def redact() -> Redactor:
    return Redactor()


@pytest.mark.parametrize("phone", SPELLINGS)
@pytest.mark.parametrize(
    "around", ["{}", "CRM: «{}» не принят", "url?phone={}&x=1", "12, {}, 3", '{{"value": "{}"}}', "{} 2026-10-05"]
)
def test_a_phone_number_in_any_spelling_is_hidden(redact: Redactor, phone: str, around: str) -> None:
    shown = redact(around.format(phone))
    assert parse_phones(shown, "RU", "473").numbers == ()
    assert not re.search(r"555|550101|255|0101$", digits_of(shown.replace("2026-10-05", "")))


def test_every_number_that_cleaning_can_read_is_hidden(redact: Redactor) -> None:
    cases = (Path(__file__).parent / "cases" / "phones.jsonl").read_text(encoding="utf-8").splitlines()
    raw = [json.loads(line)["raw"] for line in cases]
    assert [text for text in raw if parse_phones(redact(text), "RU", "473").numbers] == []


@pytest.mark.parametrize("text", HARMLESS)
def test_what_runs_say_of_themselves_stays_readable(redact: Redactor, text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Max retries exceeded with url: /rest/1/s3cr3t/batch (Caused by X)", "/rest/*** (Caused by X)"),
        (f"{URL}/crm.item.add.json?auth=1", "/rest/***"),
        (r'"url":"https:\/\/x.bitrix24.ru\/rest\/1\/s3cr3t\/"', '"url":"/rest/***"'),
        ("https%3A%2F%2Fx.bitrix24.ru%2Frest%2F1%2Fs3cr3t", "/rest/***"),
        ("https://anna:s3cr3t@clinic.example/x", "https://***@clinic.example/x"),
        ("Authorization: Bearer s3cr3t.s3cr3t", "Authorization: ***"),
        ("got Bearer s3cr3t", "got Bearer ***"),
        ("?a=1&auth=s3cr3t&b=2", "?a=1&auth=***&b=2"),
        ('{"access_token": "s3cr3t", "n": 1}', '{"access_token": "***", "n": 1}'),
        ("550 5.1.1 <anna.s3cr3t@clinic.example>: unknown", "550 5.1.1 <***>: unknown"),
        ("пишите на анна.s3cr3t@клиника.рф!", "пишите на ***!"),
    ],
)  # fmt: skip
def test_secrets_are_known_by_their_looks(redact: Redactor, text: str, shown: str) -> None:
    assert shown in redact(text)
    assert "s3cr3t" not in redact(text)
    assert "bitrix24" not in redact(text)


def test_a_registered_address_is_hidden_whole_and_in_parts(redact: Redactor) -> None:
    redact.register("https://hooks.example/services/T00AA11/abcdefghijklmnop?key=k3yk3y")
    assert redact("to https://hooks.example/services/T00AA11/abcdefghijklmnop?key=k3yk3y now") == "to *** now"
    for part in ("/services/T00AA11/abcdefghijklmnop", "ABCDEFGHIJKLMNOP", "k3yk3y", "T00AA11%2Fabcdefghijklmnop"):
        assert part.casefold() not in redact(f"error: {part}, again").casefold()
    assert redact("services of hooks.example") == "services of hooks.example"


def test_a_registered_password_is_hidden_also_in_json_and_addresses(redact: Redactor) -> None:
    redact.register("pa/ss word")
    assert redact(r"pa/ss word, pa%2Fss%20word, pa\/ss word") == "***, ***, ***"


def test_a_secret_too_short_to_be_told_from_text_is_left(redact: Redactor) -> None:
    redact.register("ab")
    assert redact("a table") == "a table"


def test_values_of_json_are_redacted_and_numbers_stay(redact: Redactor) -> None:
    value = {"key": "patient/main/89165550101", "n": 89165550101, "list": ["a@b.ru", None, True], "89165550101": 1}
    assert redact.each(value) == {"key": f"patient/main/{MASK}", "n": 89165550101, "list": [MASK, None, True], MASK: 1}


# ── laws ──────────────────────────────────────────────────────────────────────────────────────

TEXT = st.text(max_size=40)
BITS = st.sampled_from(
    [
        *SPELLINGS,
        *HARMLESS,
        "@",
        "a@b.ru",
        "://",
        "/rest/1/x/",
        "auth=",
        "Bearer ",
        '"token":"',
        "8",
        " ",
        "s3cr3t",
        "/",
    ]
)


@given(st.lists(st.one_of(TEXT, BITS), max_size=8).map("".join))
def test_redacting_twice_is_once(text: str) -> None:
    redact = Redactor()
    redact.register("s3cr3t")
    redact.register("https://h.example/a1b2c3/x?key=9165550101")
    once = redact(text)
    assert redact(once) == once


@given(before=TEXT, after=TEXT, secret=st.text(st.characters(codec="ascii", min_codepoint=33), min_size=6, max_size=30))
def test_a_registered_secret_is_never_shown(before: str, after: str, secret: str) -> None:
    redact = Redactor()
    redact.register(secret)
    shown = redact(before + secret + after)
    assert secret not in shown or len(secret.replace("*", "")) < 4


@given(
    before=st.text(max_size=20).filter(lambda text: not any(map(str.isdecimal, text[-6:]))),
    after=st.text(max_size=20).filter(lambda text: not any(map(str.isdecimal, text[:6]))),
    number=st.integers(3000000000, 4999999999) | st.integers(8000000000, 9999999999),
    code=st.sampled_from(["+7", "8", "7", ""]),
    dividers=st.lists(
        st.sampled_from(["", " ", "-", ".", "(", ") ", " - ", "\u00a0", "\u2011", "\u200b"]), min_size=10, max_size=10
    ),
)
def test_ten_digits_however_divided_are_hidden(
    before: str, after: str, number: int, code: str, dividers: list[str]
) -> None:
    spelled = code + "".join(divider + digit for divider, digit in zip(dividers, str(number), strict=True))
    shown = Redactor()(before + spelled + after)
    assert digits_of(spelled) not in digits_of(shown)
