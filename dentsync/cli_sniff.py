"""Commands for what nobody has told dentsync yet: a kind of file, a status word."""

import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dentsync.cli_help import Command
from dentsync.cli_options import CONFIG, FEEDS, JSON, NOW
from dentsync.errors import ExitCode
from dentsync.lang import _
from dentsync.redact import redact

if TYPE_CHECKING:
    from dentsync.runs.statuses import Statuses, UnknownWord


@click.command(cls=Command)
@click.argument("file", type=click.Path(path_type=Path))
@JSON
def sniff(file: Path, as_json: bool) -> int:
    """Say what a file is, and write the section of config.toml that reads it: an export of the MIS, or a file of pay.

    Format, encoding, header, which column is which of our fields and how certain that is, dates, status words, the key.
    Cells are shown by their shape only. Nothing is stored or sent, and no configuration is needed.

    \b
    Example:  dentsync sniff export.csv
    """
    from dentsync.runs.pay_sniffing import sniff_pay
    from dentsync.runs.sniffing import sniff as examine

    if pay := sniff_pay(file):
        from dentsync.show_sniff_pay import show_sniffed_pay, sniffed_pay_json

        if as_json:
            click.echo(sniffed_pay_json(pay))
        else:
            show_sniffed_pay(pay)
        return ExitCode.DONE
    found = examine(file)
    if as_json:
        from dentsync.show_sniff_json import sniffed_json

        click.echo(sniffed_json(found))
    else:
        from dentsync.show_sniff import show_sniffed

        show_sniffed(found)
    return ExitCode.DONE


@click.command(cls=Command)
@FEEDS
@CONFIG
@NOW
@JSON
def statuses(feeds: tuple[str, ...], config: Path, now: str | None, as_json: bool) -> int:
    """Status words that are not known, what they may mean, and the line for config.toml.

    From the rows that were read, and from files that wait in the inbox. Once the line is in its place, rejected rows
    are judged again by the next run.

    \b
    Example:  dentsync statuses visits
    """
    from dentsync.runs.main_job import Options
    from dentsync.runs.statuses import unknown_words

    found = unknown_words(Options(config, now), feeds)
    if as_json:
        from dentsync.show import dumps

        click.echo(dumps(redact.each(_plain(found))))
    else:
        _show(found)
    return ExitCode.DONE


def _plain(found: "Statuses") -> dict[str, object]:
    return {
        "words": [
            {
                "feed": word.feed,
                "word": word.word,
                "is_word": word.is_word,
                "rows": word.count,
                "origins": list(word.origins),
                "status": word.guess.status.value if word.guess else None,
                "percent": word.guess.percent if word.guess else 0,
                "like": word.guess.like if word.guess else "",
            }
            for word in found.words
        ],
        "lines": dict(found.lines),
    }


def _show(found: "Statuses") -> None:
    rows = sum(word.count for word in found.words)
    if not found.words:
        return click.echo(_("every status word is known"))
    line = _("status words that are not known: {words}, in {rows} rows")
    _say(line.format(words=len(found.words), rows=rows))
    width = min(max(len(word.word) for word in found.words), 32)
    for feed in dict.fromkeys(word.feed for word in found.words):
        _say(f"\n{feed}")
        for word in found.words:
            if word.feed == feed:
                _say(f"{word.count:>7} × {word.word:<{width}}  {_meaning(word)}")
                _say(" " * 10 + _places(word))
    _show_lines(found)
    return None


def _places(word: "UnknownWord") -> str:
    """The name of a file once, its lines after it."""
    shown: list[str] = []
    last = ""
    for origin in word.origins:
        name, _colon, line = origin.rpartition(":")
        shown.append(origin if name != last else f":{line}")
        last = name
    return ", ".join(shown) + (" …" if word.count > len(word.origins) else "")


def _meaning(word: "UnknownWord") -> str:
    if not word.is_word:
        return _("looks like no status: has a column shifted?")
    if word.guess is None:
        return _("what it means is for you to say")
    line = _("{status}? {percent}%, like «{like}»")
    return line.format(status=word.guess.status.value, percent=word.guess.percent, like=word.guess.like)


def _show_lines(found: "Statuses") -> None:
    for feed, line in found.lines.items():
        _say("\n" + _("for [feeds.{feed}] of config.toml, in place of its statuses, if it has any:").format(feed=feed))
        _say(line)
    if any(word.is_word for word in found.words):
        from dentsync.model import Status

        _say("\n" + _("the statuses:") + "\n" + textwrap.fill(", ".join(status.value for status in Status), 78))
        _say(_("check every word, write the line, look: dentsync diff"))


def _say(line: str) -> None:
    """Names of files are people's choice; on a terminal they are shown as they are."""
    click.echo(line if sys.stdout.isatty() else redact(line))
