"""What people should know of a file that was used: in what it differs from the last one, and what had to be bent."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from dentsync.config import Feed
from dentsync.extract.export import Export
from dentsync.lang import _
from dentsync.transform.file_guards import Contents, disagreeing

PARTS = ("format", "encoding", "delimiter", "sheet", "header", "width", "declared", "sheets")
"""How a file is read; of each the store remembers the last, and what it was before it last changed."""

FEW = 20
MOST = 90
"""Percent of at least so many patients who want no messages: does the column mean the opposite?"""


def layout_of(export: Export) -> dict[str, str]:
    """How a file is read, in words that can be shown."""
    layout = export.layout
    parts = {
        "format": layout.format,
        "encoding": layout.encoding,
        "delimiter": {"\t": "tab"}.get(layout.delimiter, layout.delimiter),
        "sheet": layout.sheet,
        "header": str(layout.header_line) if layout.format != "xml" else "",
        "width": str(len(layout.header)) if layout.format != "xml" else "",
        "declared": "yes" if export.bent.get("declared") else "",
        "sheets": str(export.bent.get("sheets", "")),
    }
    return {name: text for name, text in parts.items() if text}


@dataclass(frozen=True, slots=True)
class Diary:
    """How the feed's files are read. ``since`` is ISO 8601; ``before`` is empty until something has changed."""

    now: Mapping[str, str]
    since: str = ""
    before: Mapping[str, str] | None = None

    @classmethod
    def of(cls, stored: Mapping[str, str]) -> "Diary":
        """As the store keeps it."""
        now = {name: stored[name] for name in PARTS if name in stored}
        before = {name: stored[f"was {name}"] for name in PARTS if f"was {name}" in stored}
        return cls(now, stored.get("since", ""), before or None)

    def entry(self, layout: Mapping[str, str], now: datetime) -> dict[str, str]:
        """What to keep after a file that is read so; nothing where nothing has changed."""
        if not self.changes(layout) and self.now:
            return {}
        was = {f"was {name}": text for name, text in self.now.items()}
        return {**layout, **was, "since": now.isoformat(timespec="seconds")}

    def changes(self, layout: Mapping[str, str]) -> str:
        """What is read otherwise than before, on one line."""
        return _changes(self.now, layout) if self.now else ""

    @property
    def changed(self) -> str:
        """What is read otherwise since the last change, on one line."""
        return _changes(self.before, self.now) if self.before else ""


def _changes(before: Mapping[str, str], now: Mapping[str, str]) -> str:
    differing = [name for name in PARTS if before.get(name) != now.get(name)]
    return ", ".join(f"{_named(name)} {before.get(name, '—')} → {now.get(name, '—')}" for name in differing)


def _named(part: str) -> str:
    names = {
        "format": _("format"),
        "encoding": _("encoding"),
        "delimiter": _("delimiter"),
        "sheet": _("sheet"),
        "header": _("header row"),
        "width": _("columns"),
        "declared": _("wrong declaration"),
        "sheets": _("other sheets"),
    }
    return names[part]


def remarks_of(feed: Feed, export: Export, contents: Contents, diary: Diary) -> Iterator[str]:
    """A line for each thing; nothing of what stands in the cells."""
    layout, bent = layout_of(export), export.bent
    if changes := diary.changes(layout):
        yield _("read otherwise than the last file: {changes}").format(changes=changes)
    if not diary.now and "declared" in layout:
        yield _("the encoding that the XML declares is not the one it is written in; {encoding} was read").format(
            encoding=export.layout.encoding
        )
    if not diary.now and "sheets" in layout:
        yield _("sheet {sheet!r} was read, {count} others were not; sheet = names another one").format(
            sheet=export.layout.sheet, count=layout["sheets"]
        )
    yield from _bent(bent)
    for number in disagreeing(contents):
        yield _("line {line} says something else of the rows than they come to").format(line=number)
    if contents.repaired:
        yield _("rows whose letters were put right: {count}").format(count=contents.repaired)
    if contents.asked >= FEW and contents.opted_out * 100 > MOST * contents.asked:
        text = _("{count} of {asked} want no messages; if {column} asks for consent, put sms_opt_out into inverted")
        named = feed.aliases.get("sms_opt_out", ("sms_opt_out",))[0]
        yield text.format(count=contents.opted_out, asked=contents.asked, column=f"«{named}»")


def _bent(bent: Mapping[str, int]) -> Iterator[str]:
    texts = {
        "quotes": _("rows whose quotes are not doubled: {count}"),
        "rejoined": _("rows put together of broken lines: {count}"),
        "control": _("control characters taken away: {count}"),
        "hidden": _("hidden rows that were read, too: {count}"),
    }
    for name, text in texts.items():
        if bent.get(name):
            yield text.format(count=bent[name])
