"""Reports as pages for the terminal, the workbook and programs."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from dentsync.load.report_page import Cover, Entry, Number, Page, PageRow, PageTable, chosen
from dentsync.runs.reporting import Reported
from dentsync.transform.reports.clinic import NOT_NAMED
from dentsync.transform.reports.tables import Figure, Report, Table
from dentsync.transform.reports.visits import WORDS, Visit

_KINDS = {"new": "новый", "returned": "вернувшийся", "repeat": "повторный", "unknown": "неясно"}


def cover_of(found: Reported) -> Cover:
    """Whose reports they are, and of when."""
    return Cover(found.clinic, str(found.period), found.branch, found.now)


def pages_of(found: Reported) -> tuple[Page, ...]:
    """Every report as a page."""
    return tuple(
        Page(one.name, one.title, tuple(_table(table, found) for table in one.tables), one.notes)
        for one in found.reports
    )


def _table(table: Table, found: Reported) -> PageTable:
    keys = tuple(column.key for column in table.columns)
    return PageTable(
        title=table.title,
        head=table.head,
        keys=keys,
        titles=tuple(column.title for column in table.columns),
        rows=tuple(PageRow(label, _numbers(figures, keys)) for label, figures in table.rows.items()),
        total=_numbers(table.total, keys) if table.totals else None,
        bar=keys.index(table.bar),
        entries=tuple(_entries(table, found)) if found.lists else (),
        notes=tuple(f"{column.title}: {column.note}" for column in table.columns if column.note),
    )


def _numbers(figures: dict[str, Figure], keys: tuple[str, ...]) -> tuple[Number, ...]:
    return tuple(Number(figures[key].n, figures[key].of) for key in keys)


def _entries(table: Table, found: Reported) -> Iterator[Entry]:
    """Each line once. A patient or a day that a column counts once is marked at its first line only."""
    whole = [{id(line) for line in table.lines_of(None, column.key)} for column in table.columns]
    for label, lines in table.lines.items():
        first = [{id(line) for line in table.lines_of(label, column.key)} for column in table.columns]
        for line in lines:
            case = line.case
            words = (_KINDS[case.kind], WORDS[case.outcome])
            counts, firsts = (tuple(id(line) in marked for marked in some) for some in (first, whole))
            yield Entry(label, _cells(case.visit, words, found), counts, firsts)


def _cells(visit: Visit, words: tuple[str, str], found: Reported) -> tuple[str | datetime | None, ...]:
    start = visit.start.replace(tzinfo=None) if visit.start else visit.booked_on
    moment = start if isinstance(start, datetime) or start is None else datetime.combine(start, datetime.min.time())
    said = (visit.doctor, visit.specialty, visit.source, visit.operator)
    return (found.card_of(visit), moment, *words, *(text or NOT_NAMED for text in said))


# ── for programs ──


def as_data(
    found: Reported, report: Report, page: Page, wanted: tuple[str | None, str | None] | None
) -> dict[str, Any]:
    """A report as JSON-able values. ``wanted``: which lines to add; None adds none."""
    data: dict[str, Any] = {
        "report": report.name,
        "clinic": found.clinic,
        "from": found.period.first.isoformat(),
        "to": found.period.last.isoformat(),
        "branch": found.branch or None,
        "now": found.now.isoformat(),
        "tables": [_table_data(table) for table in page.tables],
        "notes": list(page.notes),
    }
    if wanted:
        data["list"] = [
            {"table": table.title, "row": entry.label, "card": entry.cells[0], "at": _iso(entry.cells[1]),
             "columns": [key for key, counts in zip(table.keys, entry.counts, strict=True) if counts]}
            for table, entry in chosen(page, *wanted)
        ]  # fmt: skip
    return data


def _iso(value: object) -> str | None:
    return value.isoformat() if isinstance(value, datetime) else None


def _table_data(table: PageTable) -> dict[str, Any]:
    def figures(numbers: tuple[Number, ...]) -> dict[str, Any]:
        return {
            key: {"n": one.n} | ({"of": one.of, "percent": one.percent} if one.of is not None else {})
            for key, one in zip(table.keys, numbers, strict=True)
        }

    rows = [{"row": row.label, "figures": figures(row.numbers)} for row in table.rows]
    total = figures(table.total) if table.total else None
    return {
        "title": table.title,
        "columns": dict(zip(table.keys, table.titles, strict=True)),
        "rows": rows,
        "total": total,
    }
