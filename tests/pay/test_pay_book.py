"""The director's workbook: its values are ours, with and without recalculation; a changed rate goes through."""

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from dentsync.config_payroll import pay_settings
from dentsync.load.pay_book import pay_book
from dentsync.model import Status
from dentsync.runs.pay_book import book_of
from dentsync.runs.pay_month import PayMonth
from dentsync.transform.pay.facts import Correction
from dentsync.transform.pay.journals import Journals
from dentsync.transform.pay.payroll import Payroll, payroll
from tests.pay.build import CALENDAR, MAY, RULES, ZONE, booking, clock, month, rate, shift
from tests.pay.test_cases import worked_month
from tests.pay.test_command import Desk, desk

__all__ = ["desk"]
BEFORE = "апрель 2026, версия 1", {"E1": {"name": "", "total": "41000.50", "lines": []}}
SOFFICE = shutil.which("soffice")
needs_office = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")


@pytest.fixture
def make(desk: Desk) -> Callable[[Payroll], bytes]:
    settings = pay_settings(desk.folder / "config.toml")

    def made(found: Payroll) -> bytes:
        seen = PayMonth(settings, found, datetime(2026, 6, 1, 8, tzinfo=ZONE), None, Journals(None))
        return pay_book(book_of(seen, "Ваша улыбка", BEFORE))

    return made


def corrected_month() -> Payroll:
    """The worked month with a correction, and rates whose kopecks are awkward."""
    facts = worked_month().facts
    rates = tuple(replace(one, hour=one.hour + Decimal("0.01")) for one in facts.rates)
    more = Correction("E1", Decimal("-100.50"), "апрель 2026, версия 2")
    return payroll(MAY, replace(facts, rates=rates, corrections=(more,)), [RULES], CALENDAR)


def totals_of(content: bytes | Path) -> dict[str, tuple[Any, ...]]:
    """Rows of the first page by name, in kopecks from the columns of money on."""
    source = content if isinstance(content, Path) else BytesIO(content)
    sheet = openpyxl.load_workbook(source, data_only=True)["Итоги"]
    rows = {str(row[0]): row for row in sheet.iter_rows(min_row=6, values_only=True) if row[0]}
    return {name: row[1:19] for name, row in rows.items()}


def ours_of(found: Payroll) -> dict[str, str]:
    return {pay.name: str(pay.total) for pay in found.pays} | {"Всего": str(found.total)}


def shown(totals: dict[str, tuple[Any, ...]]) -> dict[str, str]:
    return {name: f"{row[15]:.2f}" for name, row in totals.items()}


def test_values_without_recalculation_are_ours_to_the_kopeck(make: Callable[[Payroll], bytes]) -> None:
    for found in (worked_month(), corrected_month()):
        assert shown(totals_of(make(found))) == ours_of(found)
    anna = totals_of(make(worked_month()))["Анна К. (вымышлена)"]
    assert [value.total_seconds() for value in anna[:2]] == [9860 * 60, 90 * 60]
    assert anna[4:8] == (20, 16, 0.8, 4)
    assert anna[16:] == (41000.5, 3407.83)


def test_a_month_of_nobody_is_a_book_without_rows(make: Callable[[Payroll], bytes]) -> None:
    assert totals_of(make(month())) == {}


def test_texts_are_no_formulas(make: Callable[[Payroll], bytes]) -> None:
    found = month(rate(name="=1+1"), shift("2026-05-04"), clock("2026-05-04"))
    cell = openpyxl.load_workbook(BytesIO(make(found)))["Итоги"]["A6"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


def test_a_price_that_is_missing_is_a_question_mark_and_no_total(make: Callable[[Payroll], bytes]) -> None:
    found = month(rate(overtime=None), shift("2026-05-04"), clock("2026-05-04", end="22:00"))
    assert totals_of(make(found))["E1"][15] == "?"


def recalculated(folder: Path, **books: bytes) -> dict[str, Path]:
    """The books as LibreOffice computes them anew: a copy by openpyxl holds formulas without values."""
    assert SOFFICE
    for name, content in books.items():
        openpyxl.load_workbook(BytesIO(content)).save(folder / f"{name}.xlsx")
    command = [SOFFICE, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to", "xlsx"]
    files = [str(folder / f"{name}.xlsx") for name in books]
    subprocess.run([*command, "--outdir", str(folder / "out"), *files], check=True, capture_output=True, timeout=120)
    return {name: folder / "out" / f"{name}.xlsx" for name in books}


def with_cell(content: bytes, sheet: str, cell: str, value: float) -> bytes:
    book, target = openpyxl.load_workbook(BytesIO(content)), BytesIO()
    book[sheet][cell] = value
    book.save(target)
    return target.getvalue()


@needs_office
def test_libreoffice_computes_the_same_and_a_changed_rate_or_rule_goes_through(
    make: Callable[[Payroll], bytes], tmp_path: Path
) -> None:
    plain, odd = worked_month(), corrected_month()
    halves = month(  # 150.015 roubles, which binary fractions round down, and a share of exactly 80 %
        rate("100.01", "101.50"), shift("2026-05-04", "08:00", "09:30"), clock("2026-05-04", "08:00", "09:30"),
        *(booking("2026-05-15", card=str(n)) for n in range(4)), booking("2026-05-15", card="5", status=Status.NO_SHOW),
    )  # fmt: skip
    book = make(plain)
    raised = payroll(
        MAY,
        replace(
            plain.facts,
            rates=tuple(replace(r, hour=Decimal("311.11")) if r.hour == 250 else r for r in plain.facts.rates),
        ),
        [replace(RULES, waitlist_per_visit=Decimal(250))],
        CALENDAR,
    )
    sheet = openpyxl.load_workbook(BytesIO(book))["Ставки"]
    [row] = [number for number in range(3, 10) if sheet.cell(number, 6).value == 250]
    changed = with_cell(with_cell(book, "Ставки", f"F{row}", 311.11), "Правила", "B7", 250)
    books = recalculated(tmp_path, plain=book, odd=make(odd), halves=make(halves), changed=changed)
    for name, found in {"plain": plain, "odd": odd, "halves": halves, "changed": raised}.items():
        assert shown(totals_of(books[name])) == ours_of(found), name
    assert str(halves.pay("E1").lines[0].amount) == "150.02"
    for row_number, values in enumerate(zip(*map(_cells, (book, books["plain"])), strict=True)):
        assert values[0] == pytest.approx(values[1]), row_number


def _cells(content: bytes | Path) -> list[float]:
    """All numbers of the sheets of amounts."""
    source = content if isinstance(content, Path) else BytesIO(content)
    book = openpyxl.load_workbook(source, data_only=True)
    sheets = (book[name] for name in ("Итоги", "Расчёт"))
    every = (value for sheet in sheets for row in sheet.iter_rows(values_only=True) for value in row)
    return [value for value in every if isinstance(value, int | float)]


@pytest.mark.slow
@needs_office
def test_no_cell_of_the_printed_pages_is_too_narrow(make: Callable[[Payroll], bytes], tmp_path: Path) -> None:
    (tmp_path / "book.xlsx").write_bytes(make(corrected_month()))
    command = [SOFFICE, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to", "pdf"]
    subprocess.run(
        [*map(str, command), "--outdir", str(tmp_path), str(tmp_path / "book.xlsx")],
        check=True,
        timeout=120,
        capture_output=True,
    )
    subprocess.run(["pdftotext", "-layout", str(tmp_path / "book.pdf")], check=True, timeout=60)
    text = (tmp_path / "book.txt").read_text(encoding="utf-8")
    pages = text.split("\f")
    assert "##" not in text
    assert "Err:" not in text
    assert all("Итоги" not in page.splitlines()[-1] for page in pages[1:] if page.strip())
