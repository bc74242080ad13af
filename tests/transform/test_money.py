"""Sums and counts."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dentsync.transform.money import parse_money, parse_number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1234,50", "1234.50"),
        ("1 234,50", "1234.50"),
        ("1\u00a0234\u00a0567,5 ₽", "1234567.50"),
        ("1\u202f234 руб.", "1234.00"),
        ("1\u2009234.50 р.", "1234.50"),
        ("12.345,00", "12345.00"),
        ("12,345.00", "12345.00"),
        ("1.234.567", "1234567.00"),
        ("(500,00)", "-500.00"),
        ("(1 000 руб.)", "-1000.00"),
        ("-500", "-500.00"),
        ("−500", "-500.00"),
        ("+500", "500.00"),
        ("0", "0.00"),
        ("₽ 1'234,50", "1234.50"),
        ("1’234’567", "1234567.00"),
        ("1234.5000", "1234.50"),
        ("0.500", "0.50"),
        ("1234.5600000000001", "1234.56"),
        ("0,005", "0.01"),
    ],
)
def test_sums_are_exact_whatever_the_spelling(text: str, value: str) -> None:
    assert str(parse_money(text)) == value


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2), st.sampled_from([" ", "\u00a0", "\u202f", ""]))
def test_what_1c_writes_is_read_back(value: Decimal, group: str) -> None:
    assert parse_money(f"{value:,.2f}".replace(",", group).replace(".", ",")) == value


@pytest.mark.parametrize("text", ["12.345", "12,345", "1.000"])
def test_a_sum_with_two_readings_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="двояко"):
        parse_money(text)


@pytest.mark.parametrize(
    "text", ["1 23", "12 3456", "5-", "1e5", "сто", "1,2,3", "100 $", "10%", "1.2345.67", "--5", "inf", "nan"]
)
def test_what_is_no_sum_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="не похоже на сумму"):
        parse_money(text)


@pytest.mark.parametrize(
    ("text", "value"), [("5", 5), ("5,00", 5), ("5.0", 5), ("1\u00a0234", 1234), ("-3", -3), ("0", 0)]
)
def test_whole_numbers(text: str, value: int) -> None:
    assert parse_number(text) == value


@pytest.mark.parametrize("text", ["5,5", "пять", "12.345", "Да", "5 визитов"])
def test_what_is_no_whole_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="целое число"):
        parse_number(text)
