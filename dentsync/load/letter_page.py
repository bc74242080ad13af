"""A table in a letter, as a page. Words of people are data: nothing in them becomes markup."""

from collections.abc import Iterable, Sequence
from html import escape

_STYLE = "border:1px solid #c9ced3;padding:4px 10px"


def page_of(title: str, below: str, head: Sequence[str], rows: Iterable[str], notes: Iterable[str]) -> str:
    """The whole page; ``rows`` as ``row_of`` makes them."""
    titles = "".join(f'<th style="{_STYLE}">{escape(word)}</th>' for word in head)
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in notes)
    return (
        f'<html lang="ru"><body style="font-family:sans-serif"><h3>{escape(title)}</h3><p>{escape(below)}</p>'
        f'<table style="border-collapse:collapse"><tr>{titles}</tr>{"".join(rows)}</table>{paragraphs}'
        "<p>Подробно — во вложении.</p></body></html>"
    )


def row_of(name: str, *numbers: str, tag: str = "td") -> str:
    """A row: a name, and what is counted."""
    cells = "".join(f'<{tag} style="{_STYLE};text-align:right">{escape(text)}</{tag}>' for text in numbers)
    return f'<tr><{tag} style="{_STYLE};text-align:left">{escape(name)}</{tag}>{cells}</tr>'
