"""The workbook of a month's pay. Amounts are formulas over the sheets of shifts, patients, rates and rules.

Each formula is stored with its value, so that a program that does not recalculate shows ours. Texts are never formulas.
The roundings multiply whole numbers before they divide: a sheet's binary fractions then round as ours do.
"""

from io import BytesIO

from dentsync.load.pay_details import write_lines, write_patients, write_pieces
from dentsync.load.pay_places import FORMAT, LABOUR, LINES, OURS, PATIENTS, PIECES, RATES, REMARKS, RULES, TOTALS
from dentsync.load.pay_questions import SHEET as QUESTIONS
from dentsync.load.pay_questions import write_questions, write_remarks
from dentsync.load.pay_rows import PayBook
from dentsync.load.pay_sheets import Page, Pages
from dentsync.load.pay_terms import write_leasts, write_rates, write_rules
from dentsync.load.pay_totals import write_totals
from dentsync.load.sheets import writable


def pay_book(book: PayBook) -> bytes:
    """The file."""
    from xlsxwriter import Workbook

    target = BytesIO()
    made = Workbook(target, {"in_memory": True, "strings_to_numbers": False, "strings_to_formulas": False})
    made.set_properties({"title": book.title, "company": book.clinic, "created": book.made_at.replace(tzinfo=None)})
    made.set_calc_mode("auto")
    pages = Pages(made)
    names = TOTALS, QUESTIONS, REMARKS, LINES, PIECES, PATIENTS, RATES, RULES, LABOUR, OURS
    sheets = {name: Page(pages, name) for name in names}
    write_totals(sheets[TOTALS], book)
    write_questions(sheets[QUESTIONS], book)
    write_remarks(sheets[REMARKS], book)
    write_lines(sheets[LINES], book)
    write_pieces(sheets[PIECES], book.pieces)
    write_patients(sheets[PATIENTS], book.patients)
    write_rates(sheets[RATES], book)
    write_rules(sheets[RULES], book)
    write_leasts(sheets[LABOUR], book)
    _sign(sheets[OURS], book)
    made.close()
    return target.getvalue()


def _sign(page: Page, book: PayBook) -> None:
    for number, (name, text) in enumerate({"формат": FORMAT, **book.sign}.items()):
        page.sheet.write_string(number, 0, name)
        page.sheet.write_string(number, 1, str(writable(text)))
    for number, name in enumerate(book.staff):
        page.sheet.write_string(number, 3, str(writable(name)))
    page.sheet.hide()
