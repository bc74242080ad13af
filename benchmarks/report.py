"""Results as Markdown tables: what `docs/benchmarks.md` has."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """One scenario: its command, column heads, rows of text, and what has to be said about it."""

    title: str
    command: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    remarks: Sequence[str] = ()

    def __str__(self) -> str:
        lines = [f"### {self.title}", "", f"`{self.command}`", ""]
        lines += [_line(self.head), _line(["---"] * len(self.head)), *map(_line, self.rows)]
        return "\n".join([*lines, *(f"\n{remark}" for remark in self.remarks), ""])


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def seconds(value: float) -> str:
    """«0.15 s», «12.5 s»."""
    return f"{value:.1f} s" if value >= 10 else f"{value:.2f} s"


def milliseconds(value: float) -> str:
    """«87 ms»."""
    return f"{value * 1000:.0f} ms"


def megabytes(value: float) -> str:
    """«21 MB»."""
    return f"{value:.0f} MB"


def times(value: float) -> str:
    """«3.4×»."""
    return f"{value:.1f}×"


def thousands(value: int) -> str:
    """«300 000»."""
    return f"{value:,}".replace(",", " ")


def aim(value: float, most: float, shown: str) -> str:
    """An aim, and whether it is reached."""
    return f"{shown} {'✓' if value <= most else '— missed'}"
