"""The director's letter about the reports of a month: the figures that are asked for first, beside the month before."""

from collections.abc import Mapping, Sequence

from dentsync.load.letter_page import page_of, row_of
from dentsync.load.report_page import Cover, Number, Page, percent

_FIRST: tuple[tuple[str, str, str | None, str], ...] = (
    ("Приёмов состоялось", "primary", None, "visits"),
    ("Пациентов", "primary", None, "patients"),
    ("Первичных (новые + вернулись)", "primary", None, "primary"),
    ("из них новых", "primary", None, "new"),
    ("Доведение первичных", "conversion", "записи → визиты (доведение)", "reached"),
    ("Не пришли", "no-shows", None, "no_show"),
    ("Потеряно визитов", "losses", None, "lost"),
    ("Кому позвонить", "calls", None, "calls"),
)
"""A line of the summary: its words; the report, the row of its first table (None: all together) and the column."""


def subject_of(cover: Cover) -> str:
    """«Ваша улыбка: отчёты за октябрь 2026»."""
    return f"{cover.clinic}: отчёты за {cover.period}" + (f", {cover.branch}" if cover.branch else "")


def text_of(cover: Cover, pages: Sequence[Page], before: Sequence[Page]) -> str:
    """The summary as plain text."""
    rows = _rows(pages, before)
    width = max(len(name) for name, _now, _then in rows)
    lines = [f"{name:<{width}}  {now:>14}  {then:>14}" for name, now, then in rows]
    head = f"{'':<{width}}  {'за месяц':>14}  {'месяцем раньше':>14}"
    return "\n".join(
        [cover.line, "", head, *lines, "", "Подробно, со списками пациентов по номерам карт, — во вложении.", ""]
    )


def html_of(cover: Cover, pages: Sequence[Page], before: Sequence[Page]) -> str:
    """The same as a page."""
    rows = [row_of(*row) for row in _rows(pages, before)]
    return page_of(subject_of(cover), cover.line, ("", "за месяц", "месяцем раньше"), rows, ())


def _rows(pages: Sequence[Page], before: Sequence[Page]) -> list[tuple[str, str, str]]:
    now, then = ({page.name: page for page in some} for some in (pages, before))
    return [
        (words, _said(_number(now, name, row, column)), _said(_number(then, name, row, column)))
        for words, name, row, column in _FIRST
    ]


def _number(pages: Mapping[str, Page], name: str, row: str | None, column: str) -> Number:
    found = pages[name].tables[0]
    numbers = found.total if row is None else next(one.numbers for one in found.rows if one.label == row)
    assert numbers
    return numbers[found.keys.index(column)]


def _said(number: Number) -> str:
    if number.of is None or number.of == number.n:
        return str(number.n)
    return f"{number.n} ({percent(number.percent)})"
