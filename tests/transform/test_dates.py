"""Dates and times."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dentsync.transform.dates import parse_date, parse_datetime, parse_time

MOSCOW = ZoneInfo("Europe/Moscow")
NINE = datetime(2026, 3, 5, 9, 0, tzinfo=MOSCOW)


@pytest.mark.parametrize(
    "text",
    [
        "05.03.2026 9:00",
        "05.03.2026 9:00:00",
        "5.3.2026 09:00",
        "05.03.2026\u00a09:00:00",
        "05.03.2026  9.00",
        "05.03.2026 г. 9:00",
        "05.03.2026, 9:00",
        "5 марта 2026\u00a0г. 9:00:00",
        "2026-03-05T09:00:00",
        "2026-03-05 09:00",
        "2026-03-05 09:00:00.000",
        "2026-03-05T09:00:00,0000000",
    ],
)
def test_every_written_form_of_a_moment_is_read_in_the_zone_of_the_clinic(text: str) -> None:
    moment = parse_datetime(text, MOSCOW)
    assert (moment, moment.utcoffset()) == (NINE, NINE.utcoffset())


@pytest.mark.parametrize(
    "text",
    ["2026-03-05T06:00:00Z", "2026-03-05T06:00:00+00:00", "2026-03-05 13:00:00.000 +0700", "2026-03-05T03:00:00-03:00"],
)
def test_a_written_offset_wins_and_the_result_is_in_the_zone_of_the_clinic(text: str) -> None:
    moment = parse_datetime(text, MOSCOW)
    assert moment == NINE
    assert moment.tzinfo is MOSCOW


def test_the_same_text_is_another_moment_in_another_branch() -> None:
    there = parse_datetime("05.03.2026 9:00", ZoneInfo("Asia/Novosibirsk"))
    assert there.astimezone(UTC).hour == 2


def test_a_date_alone_is_its_midnight() -> None:
    assert parse_datetime("05.03.2026", MOSCOW) == datetime(2026, 3, 5, tzinfo=MOSCOW)


@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2100, 12, 31)))
def test_what_1c_writes_is_read_back(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    text = f"{moment:%d.%m.%Y} {moment.hour}:{moment:%M:%S}"
    assert parse_datetime(text, MOSCOW).replace(tzinfo=None) == moment
    assert parse_date(text) == moment.date()
    assert parse_datetime(moment.isoformat(), MOSCOW).replace(tzinfo=None) == moment


def test_iso_dates_are_never_read_day_first() -> None:
    assert parse_date("2026-04-03") == date(2026, 4, 3)


@pytest.mark.parametrize(
    "text",
    ["05.03.26", "05/03/2026", "2026.03.05", "03-05-2026", "45721", "05.03", "завтра", "05.03.20269:00", "2026-3-5"],
)
def test_other_forms_are_not_guessed(text: str) -> None:
    with pytest.raises(ValueError, match="не похоже на дату"):
        parse_date(text)


@pytest.mark.parametrize("text", ["31.02.2026", "32.01.2026", "05.13.2026", "2026-02-30"])
def test_impossible_dates_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="нет в календаре"):
        parse_date(text)


@pytest.mark.parametrize("text", ["05.03.2026 24:00", "05.03.2026 9:60", "2026-03-05T09:00:00+25:00"])
def test_impossible_times_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="не бывает"):
        parse_datetime(text, MOSCOW)


@pytest.mark.parametrize("text", ["01.01.0001 9:00", "31.12.1899", "05.03.2205"])
def test_years_outside_a_life_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="1900"):
        parse_date(text)


@pytest.mark.parametrize("text", ["05.03.2026 9:00-10:30", "2026-03-05 09:00-10:30"])
def test_the_end_of_an_interval_is_not_taken_for_an_offset(text: str) -> None:
    with pytest.raises(ValueError, match="не похоже"):
        parse_datetime(text, MOSCOW)


def test_midnight_in_utc_is_not_taken_for_a_birthday() -> None:
    with pytest.raises(ValueError, match="неоднозначен"):
        parse_date("1980-03-04T21:00:00Z")
    assert parse_date("1980-03-05T00:00:00+03:00") == date(1980, 3, 5)


def test_configured_formats_are_tried_in_order_after_the_known_ones() -> None:
    formats = ("%d/%m/%Y", "%m/%d/%Y", "%d.%m.%y")
    assert parse_date("05/03/2026", formats) == date(2026, 3, 5)
    assert parse_date("03/25/2026", formats) == date(2026, 3, 25)
    assert parse_date("05.03.26", formats) == date(2026, 3, 5)


@pytest.mark.parametrize(
    "text", ["9:30", "09:30", "9.30", "9-30", "09:30:00", " 9:30 ", "01.01.0001 9:30:00", "30.12.1899 9:30"]
)
def test_a_time_of_day_in_its_spellings(text: str) -> None:
    assert parse_time(text) == time(9, 30)


@pytest.mark.parametrize("text", ["9", "930", "9:3", "9:30-10:00", "утро", "02.01.1900 9:30"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="не похоже на время"):
        parse_time(text)


def test_a_day_has_24_hours() -> None:
    with pytest.raises(ValueError, match="не бывает"):
        parse_time("24:00")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("46086", datetime(2026, 3, 5)),
        ("46086,375", datetime(2026, 3, 5, 9)),
        ("46086.3958333333", datetime(2026, 3, 5, 9, 30)),
    ],
)
def test_days_of_a_workbook_are_a_date_where_that_is_configured(text: str, moment: datetime) -> None:
    assert parse_datetime(text, MOSCOW, ("excel",)) == moment.replace(tzinfo=MOSCOW)


@pytest.mark.parametrize(
    ("text", "way_out"), [("46086", "excel"), ("03/05/2026", "%d/%m/%Y"), ("05.03.26", "%d.%m.%y")]
)
def test_spelling_that_is_not_read_comes_with_what_to_configure(text: str, way_out: str) -> None:
    with pytest.raises(ValueError, match=way_out):
        parse_date(text)


@pytest.mark.parametrize("text", ["9", "89165550123", "1,5"])
def test_not_every_number_is_a_day_of_a_workbook(text: str) -> None:
    with pytest.raises(ValueError, match="не похоже на дату"):
        parse_date(text, ("excel",))
