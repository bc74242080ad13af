"""Reports on a terminal: tables with bars, as wide as it is. Russian, as the workbook: the director reads them.

Without a terminal there are no bars and no colours, and as much room as the tables need.
"""

import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import click

from dentsync.load.report_page import LIST_HEAD, Cover, Entry, Number, Page, PageTable, percent

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_PARTS = " ▏▎▍▌▋▊▉"
_LEAST, _MOST = 6, 24
"""Widths of the longest bar."""
_ROOM = 200


def bar(value: float, most: float, width: int) -> str:
    """A bar of eighths of a character."""
    eighths = round(value * width * 8 / most) if most else 0
    return "█" * (eighths // 8) + _PARTS[eighths % 8].strip()


def shown(number: Number) -> str:
    """«12», «12 35,2%»; a share of nothing is a dash."""
    return f"{number.n}" if number.of is None else f"{number.n} {percent(number.percent)}"


def show_pages(cover: Cover, pages: Iterable[Page]) -> None:
    """The figures of reports."""
    from rich.text import Text

    on_terminal = sys.stdout.isatty()
    out = _console(on_terminal)
    out.print(Text(cover.line, style="bold"))
    for page in pages:
        for table in page.tables:
            out.print()
            out.print(Text(f"{page.title}. {table.title}", style="bold"))
            out.print(_table(table, out.width if on_terminal else None) if table.entries or table.rows else "нет строк")
        for note in (*dict.fromkeys(note for table in page.tables for note in table.notes), *page.notes):
            out.print(Text(f"· {note}", style="dim"))


def _console(on_terminal: bool) -> "Console":
    from rich.console import Console

    return Console(file=sys.stdout, highlight=False, width=None if on_terminal else _ROOM)


def _table(table: PageTable, width: int | None) -> "Table":
    from rich import box
    from rich.table import Table
    from rich.text import Text

    body = [(row.label, *map(shown, row.numbers)) for row in table.rows]
    foot = ("всего", *map(shown, table.total)) if table.total else ("",) * (1 + len(table.titles))
    grid = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, show_footer=table.total is not None, padding=0)
    widths, longest = _widths((table.head, *table.titles), [*body, foot], width)
    for index, (name, last) in enumerate(zip((table.head, *table.titles), foot, strict=True)):
        least = _longest_word(name, last, *(row[index] for row in body))
        grid.add_column(
            Text(name), Text(last, style="bold"), justify="right" if index else "left", overflow="fold",
            min_width=least, width=widths[index] if widths else None,
        )  # fmt: skip
    if longest:
        grid.add_column("", no_wrap=True, style="cyan")
    heights = table.heights
    for cells, height in zip(body, heights, strict=True):
        drawn = (bar(height, max(heights), longest),) if longest else ()
        grid.add_row(*map(Text, (*cells, *drawn)))
    return grid


def _widths(titles: Sequence[str], rows: Sequence[Sequence[str]], room: int | None) -> tuple[list[int], int]:
    """Of the columns, so that nothing is cut and no word is broken, and of the bar; nothing where that cannot be.

    Titles may have several lines, then labels, then figures with their shares; a bar has what is left.
    """
    cells = list(zip(*rows, strict=True))
    label = max(_longest_word(titles[0]), *map(len, cells[0]))
    whole = [max(_longest_word(title), *map(len, cell)) for title, cell in zip(titles[1:], cells[1:], strict=True)]
    if room is None:
        return [label, *whole], 0
    broken = [_longest_word(title, *cell) for title, cell in zip(titles[1:], cells[1:], strict=True)]
    for figures in (whole, broken):
        left = room - sum(figures) - len(figures)
        if left >= _longest_word(titles[0], *cells[0]):
            rest = left - label - 1
            return [min(label, left), *figures], min(rest, _MOST) if rest >= _LEAST else 0
    return [], 0


def _longest_word(*texts: str) -> int:
    return max(len(word) for text in texts for word in text.split(" "))


def show_list(lines: Iterable[tuple[PageTable, Entry]]) -> None:
    """The lines behind figures, for people and for ``grep``: tabs between the cells off a terminal."""
    apart = "  " if sys.stdout.isatty() else "\t"
    click.echo(apart.join((*LIST_HEAD[:2], "Строка", *LIST_HEAD[2:])))
    for _table_of, entry in lines:
        card, at, *words = entry.cells
        when = f"{at:%d.%m.%Y %H:%M}" if isinstance(at, datetime) else "—"
        click.echo(apart.join((str(card), when, entry.label, *map(str, words))))
