"""Every figure of the small clinic, counted by hand; and what holds between reports."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from dentsync.model import Status
from dentsync.transform.pay.visits import is_primary as pay_is_primary
from dentsync.transform.reports.clinic import Known, Terms, known
from dentsync.transform.reports.history import Card, history_of, kind_of, long_ago
from dentsync.transform.reports.period import Period, day_of, month_of, months_after, steps_of
from dentsync.transform.reports.registry import REPORTS
from dentsync.transform.reports.tables import Table
from dentsync.transform.reports.visits import Visit, appointments
from tests.builders import ZONE
from tests.reports.clinic import NOW, OCTOBER, VISITS, at, october, visit


def tables(name: str, here: Known | None = None) -> list[Table]:
    return list(REPORTS[name](here or october()).tables)


def numbers(table: Table, label: str) -> dict[str, int]:
    return {key: figure.n for key, figure in table.rows[label].items() if figure.n}


def totals(table: Table) -> dict[str, int]:
    return {key: figure.n for key, figure in table.total.items() if figure.n}


def test_primary_patients_are_new_or_returned_and_both_are_shown() -> None:
    (table,) = tables("primary")
    assert list(table.rows) == ["01.10–04.10", "05.10–11.10", "12.10–18.10", "19.10–25.10", "26.10–31.10"]
    assert numbers(table, "05.10–11.10") == {
        "visits": 3, "days": 2, "patients": 2, "new": 1, "returned": 1, "primary": 2,
    }  # fmt: skip
    assert numbers(table, "12.10–18.10") == {"visits": 1, "days": 1, "patients": 1, "repeat": 1}
    assert totals(table) == {"visits": 4, "days": 3, "patients": 2, "new": 1, "returned": 1, "primary": 2, "repeat": 1}
    assert (table.total["primary"].of, table.total["primary"].percent) == (3, 66.7)


def test_a_day_with_two_doctors_is_one_first_visit_of_the_earlier_one() -> None:
    (table,) = tables("specialisations")
    assert numbers(table, "Терапия") == {
        "visits": 2,
        "days": 2,
        "patients": 1,
        "returned": 1,
        "primary": 1,
        "repeat": 1,
    }
    assert numbers(table, "Хирургия") == {"visits": 1, "days": 1, "patients": 1}
    assert numbers(table, "не указана") == {"visits": 1, "days": 1, "patients": 1, "new": 1, "primary": 1}


def test_a_doctor_stands_where_the_clinics_table_puts_him_and_who_is_missing_is_shown() -> None:
    (table,) = tables("specialisations", october(specialisations={"смоляков": "Имплантация"}))
    assert numbers(table, "Имплантация")["visits"] == 2
    assert list(table.rows)[-1] == "нет в таблице: Терапия"


def test_the_first_source_counts_and_nobody_without_one_is_dropped() -> None:
    (table,) = tables("sources")
    assert numbers(table, "Вывеска") == {
        "primary": 1,
        "returned": 1,
        "visits": 3,
        "days": 2,
        "patients": 1,
        "repeat": 1,
    }
    assert numbers(table, "не указан") == {"primary": 1, "new": 1, "visits": 1, "days": 1, "patients": 1}
    assert table.rows["не указан"]["primary"].percent == 50.0


def test_each_step_of_the_conversion_has_its_own_denominator() -> None:
    primary, everybody = tables("conversion")
    shown = {label: (row["reached"].n, row["base"].n) for label, row in primary.rows.items()}
    # asked: Anna, Boris, Dina; to come: Anna, Boris, Vera; Gleb's visit was cancelled by the clinic; nobody paid
    assert shown == {"заявки → записи": (2, 3), "записи → визиты (доведение)": (2, 3), "визиты → оплаты": (0, 0)}
    assert everybody.rows["записи → визиты (доведение)"]["reached"].percent == 66.7
    assert primary.rows["визиты → оплаты"]["reached"].percent is None


def test_a_cancellation_of_the_last_hours_is_as_good_as_a_no_show_and_is_told_apart() -> None:
    kinds, _groups, doctors = tables("no-shows")
    assert totals(kinds) == {"scheduled": 6, "came": 4, "no_show": 1, "broken": 2, "cancelled": 1}
    assert numbers(kinds, "новые") == {"scheduled": 3, "came": 1, "no_show": 1, "broken": 2, "cancelled": 1}
    assert numbers(kinds, "вернулись") == {"scheduled": 2, "came": 2}
    assert totals(doctors) == totals(kinds)


def test_losses_have_their_reason_and_who_is_back() -> None:
    (table,) = tables("losses")
    assert numbers(table, "не пришёл: причина не указана") == {"lost": 1, "patients": 1, "primary": 1, "again": 1}
    assert numbers(table, "отменил меньше чем за сутки: заболела") == {"lost": 1, "patients": 1, "primary": 1}
    # Gleb's seven visits are older than the store, and so at least eight months ago: he would have returned
    assert numbers(table, "отменила клиника: врач заболел") == {"lost": 1, "patients": 1, "primary": 1, "again": 1}
    assert totals(table)["lost"] == 3


def test_a_primary_patient_is_credited_to_the_author_of_the_booking_that_was_fulfilled() -> None:
    (table,) = tables("staff")
    assert numbers(table, "Белова") == {"first": 2, "first_came": 2, "bookings": 4, "came": 4}
    assert numbers(table, "Котова") == {"bookings": 1, "no_show": 1}  # Boris came on Белова's booking
    assert numbers(table, "не указан") == {"first": 1, "bookings": 1, "cancelled": 1}


def test_the_call_list_has_each_patient_once_and_respects_a_refusal() -> None:
    (table,) = tables("calls")
    assert {label: [line.case.visit.person for line in lines] for label, lines in table.lines.items() if lines} == {
        "не подтвердил запись": ["gleb"], "отменил и не записан снова": ["vera"], "ждёт записи": ["dina"],
    }  # fmt: skip
    from dentsync.transform.reports.losses import calls

    (refused,) = calls(october(), {"vera"}.__contains__).tables
    assert numbers(refused, "просит не звонить") == {"calls": 1}


def test_every_figure_is_as_long_as_its_list() -> None:
    for name in REPORTS:
        for table in tables(name):
            for label, row in table.rows.items():
                for key, figure in row.items():
                    assert len(table.lines_of(label, key)) == figure.n, (name, label, key)


def test_only_visits_of_the_branch_count_but_the_past_is_everybodys() -> None:
    elsewhere = (*VISITS, visit("boris", "2026-09-01T10:00", branch="Северный"))
    (table,) = tables("primary", october(elsewhere, branch="ЦЕНТРАЛЬНЫЙ"))
    assert (table.total["visits"].n, table.total["new"].n, table.total["repeat"].n) == (4, 0, 2)


def listed(rows: list[Visit]) -> list[Visit]:
    return [one for here in appointments(rows).moments.values() for one in here]


def test_two_files_about_one_appointment_are_one_and_the_stronger_word_counts() -> None:
    booked = visit("anna", "2026-10-05T10:00", "booked", operator="Котова", id="7")
    came = visit("anna", "2026-10-05T10:00", operator="")
    (one,) = listed([came, booked])
    assert (one.status, one.operator, one.id) == (Status.COMPLETED, "Котова", "7")
    assert len(listed([booked, replace(came, id="8")])) == 2


@pytest.mark.parametrize(
    ("day", "card", "expected"),
    [
        ("2026-07-15", None, "returned"),  # January 15 + 6 months, that day included
        ("2026-07-14", None, "repeat"),
    ],
)
def test_half_a_year_is_six_calendar_months_that_day_included(day: str, card: None, expected: str) -> None:
    past = history_of([at("2026-01-15T10:00")], card)
    assert kind_of(date.fromisoformat(day), past, 6, date(2026, 1, 15)) == expected


@pytest.mark.parametrize("gap", [1, 6, 12])
def test_long_ago_is_the_last_day_that_is_so_many_months_before(gap: int) -> None:
    days = [date(2023, 1, 1) + timedelta(days=number) for number in range(1200)]
    for day in days[500:]:
        assert long_ago(day, gap) == max(one for one in days if months_after(one, gap) <= day)


def test_what_was_before_the_store_is_not_guessed() -> None:
    since, soon, late = date(2026, 9, 1), date(2026, 10, 5), date(2027, 4, 1)
    came = [at("2026-10-05T10:00")]
    assert kind_of(soon, history_of(came, None), 6, since) == "unknown"
    assert kind_of(soon, history_of(came, Card(completed=1, told_at=NOW)), 6, since) == "new"
    assert kind_of(soon, history_of(came, Card(completed=3, told_at=NOW)), 6, since) == "unknown"
    assert kind_of(late, history_of([], Card(completed=3, told_at=NOW)), 6, since) == "returned"
    assert kind_of(late, history_of([], Card(completed=3, told_at=NOW)), 0, since) == "repeat"
    assert kind_of(soon, history_of(came, Card(created_on=date(2026, 9, 20))), 6, since) == "new"
    assert kind_of(soon, history_of(came, Card(first_on=date(2020, 1, 1))), 6, since) == "unknown"


@given(st.dates(date(2024, 1, 1), date(2027, 1, 1)), st.integers(1, 900), st.sampled_from([0, 6, 12]))
def test_pay_and_reports_call_the_same_visit_primary(previous: date, later: int, gap: int) -> None:
    day = previous + timedelta(days=later)
    past = history_of([datetime(previous.year, previous.month, previous.day, tzinfo=ZONE)], None)
    assert (kind_of(day, past, gap, previous) == "returned") == pay_is_primary(day, previous, gap or None)


people = st.sampled_from([f"p{number}" for number in range(6)])
moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 10, 31)).map(
    lambda moment: moment.replace(minute=0, second=0, microsecond=0, tzinfo=ZONE)
)
words = st.sampled_from(["", "Сайт", "сайт", "Вывеска"])
clinics = st.lists(
    st.builds(
        Visit, people, st.tuples(st.just(1), st.integers(1, 99)), moments, st.sampled_from(list(Status)),
        doctor=words, specialty=words, operator=words, source=words, reason=words, own=st.booleans(),
        cancelled_at=st.one_of(st.none(), moments),
        booked_on=st.one_of(st.none(), st.dates(date(2026, 9, 1), date(2026, 10, 31))),
    ), max_size=30,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(clinics)
def test_reports_reconcile(visits: list[Visit]) -> None:
    here = known(visits, {}, OCTOBER, NOW, Terms())
    found = {name: list(make(here).tables) for name, make in REPORTS.items()}
    (primary,), (groups,), (sources,) = found["primary"], found["specialisations"], found["sources"]
    for key in ("visits", "days", "patients", "new", "returned", "primary", "repeat", "unknown"):
        assert primary.total[key].n == groups.total[key].n == sources.total[key].n
    for table in (primary, groups, sources):
        for key in ("visits", "new", "returned", "primary", "repeat", "unknown"):
            assert sum(row[key].n for row in table.rows.values()) == table.total[key].n
        assert sum(table.total[key].n for key in ("new", "returned", "repeat", "unknown")) == table.total["days"].n
    kinds, by_group, by_doctor = found["no-shows"]
    assert totals(kinds) == totals(by_group) == totals(by_doctor)
    assert kinds.total["came"].n == primary.total["visits"].n
    (losses,), (staff,) = found["losses"], found["staff"]
    own = sum(case.outcome == "clinic" for case in here.cases)
    lost = kinds.total["no_show"].n + kinds.total["cancelled"].n
    assert losses.total["lost"].n == lost + own
    assert staff.total["bookings"].n == kinds.total["scheduled"].n
    step = found["conversion"][0].rows["записи → визиты (доведение)"]
    assert (staff.total["first"].n, staff.total["first_came"].n) == (step["base"].n, step["reached"].n)


def test_periods() -> None:
    today = date(2026, 3, 15)
    assert str(month_of("last", today)) == "февраль 2026"
    assert (month_of("2026-12", today).last, day_of("05.10.2026")) == (date(2026, 12, 31), date(2026, 10, 5))
    for wrong in ("2026-13", "2026", "октябрь", "2026-1"):
        with pytest.raises(ValueError):  # noqa: PT011
            month_of(wrong, today)
    steps = steps_of(Period(date(2026, 1, 20), date(2026, 4, 2)))
    assert [name for name, _days in steps] == ["01.2026", "02.2026", "03.2026", "04.2026"]
    assert len(steps_of(Period(date(2026, 1, 1), date(2026, 1, 5)))) == 5
