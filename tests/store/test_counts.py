"""What the limits of a plan are measured against, counted in the store."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dentsync.model import Plain, Status, Synced
from dentsync.store import Ledger, Store

CRM = "bitrix24"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Store(tmp_path / "state" / "dentsync.db") as store:
        yield store.ledger


def put(ledger: Ledger, *many: Plain, field: str = "doctor", **given: Any) -> None:
    """A deal of ours for each value of the field."""
    first = ledger.item_counts(CRM).get("deal", 0)
    for number, value in enumerate(many, start=first):
        ledger.put_item(CRM, Synced("deal", f"reminder:{number}", number, {field: value, "title": "Приём"}, **given))


def test_only_values_count_not_empty_places(ledger: Ledger) -> None:
    put(ledger, "Петров", None, "", ())
    put(ledger, False, 0, ("+79165550101",), 'сказал: "doctor":null')
    put(ledger, "x", field="specialty")
    assert ledger.holding_count(CRM, "deal", "doctor", None) == 4 + 1
    assert ledger.holding_count(CRM, "contact", "doctor", None) == 0


def test_deals_that_ended_do_not_make_a_change_of_open_ones_look_small(ledger: Ledger) -> None:
    put(ledger, *["Петров"] * 5, status=Status.BOOKED)
    put(ledger, *["Петров"] * 50, status=Status.COMPLETED)
    put(ledger, *["Петров"] * 50, status=Status.NO_SHOW)
    put(ledger, *["Петров"] * 3)
    assert ledger.holding_count(CRM, "deal", "doctor", None) == 8


def test_counting_stops_when_it_is_enough(ledger: Ledger) -> None:
    put(ledger, *["Петров"] * 9)
    assert ledger.holding_count(CRM, "deal", "doctor", 4) == 4


def test_the_contact_of_a_deal_counts_as_a_value(ledger: Ledger) -> None:
    put(ledger, "Петров", "Петров", contact="patient/main/101")
    put(ledger, "Петров")
    assert ledger.holding_count(CRM, "deal", "contact", None) == 2


def test_deals_are_counted_by_the_stage_where_we_left_them(ledger: Ledger) -> None:
    put(ledger, "Петров", "Петров", pipeline="NPS", stage="Отправить опрос")
    put(ledger, "Петров", pipeline="NPS", stage="Ответил")
    put(ledger, "Петров", pipeline="Профосмотр", stage="Пригласить")
    assert ledger.stage_counts(CRM, "NPS") == {"Отправить опрос": 2, "Ответил": 1}
