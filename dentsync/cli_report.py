"""``dentsync report``: what the director asks, from what was read."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dentsync.cli_help import Command
from dentsync.cli_options import CONFIG, JSON, NOW
from dentsync.errors import ConfigError, ExitCode
from dentsync.lang import _

if TYPE_CHECKING:
    from dentsync.load.report_page import Page

_NAMES = ("primary", "specialisations", "sources", "conversion", "no-shows", "losses", "staff", "calls")


@click.command(cls=Command)
@click.argument("name", type=click.Choice((*_NAMES, "all", "month")), metavar="REPORT")
@click.option("--month", metavar="YYYY-MM", help="2026-10, last or this. Without any days: this month.")
@click.option("--from", "first", metavar="DAY", help="First day: 2026-10-05 or 05.10.2026.")
@click.option("--to", "last", metavar="DAY", help="Last day, included. Default: today.")
@click.option("--branch", default="", metavar="NAME", help="Visits of one branch. Default: all.")
@click.option(
    "--xlsx", type=click.Path(path_type=Path, dir_okay=False), help="Write a workbook: tables, charts, lists."
)
@click.option("--list", "listed", is_flag=True, help="Show the visits behind the figures, by card number.")
@click.option("--row", metavar="LABEL", help="With --list: of one row only.")
@click.option("--column", metavar="KEY", help="With --list: of one column only; its key stands in --json.")
@click.option("--email", is_flag=True, help="With month: send the book to reports.mail, once for each month.")
@click.option("--dry-run", is_flag=True, help="With --email: write the letter as reports-YYYY-MM.eml instead.")
@click.option("--again", is_flag=True, help="With --email: also if it was, or may have been, sent.")
@CONFIG
@NOW
@JSON
def report(
    name: str, month: str | None, first: str | None, last: str | None, branch: str, xlsx: Path | None, listed: bool,
    row: str | None, column: str | None, email: bool, dry_run: bool, again: bool, config: Path, now: str | None,
    as_json: bool,
) -> int:  # fmt: skip
    """Count visits: who came first, why others did not come, what brought them, whose work it was.

    From the state store alone: nothing is asked of the CRM. The words and the numbers are explained in docs/reports.md.
    "month" is every report of last month, as one book for the director.

    \b
    Reports:  primary, specialisations, sources, conversion, no-shows, losses,
              staff, calls, all, month

    \b
    Example:  dentsync report primary --month 2026-10
              dentsync report all --month last --xlsx october.xlsx
              dentsync report losses --list --row "не пришёл: причина не указана"
              dentsync report month --email
    """
    if (dry_run or again) and not email:
        raise ConfigError(_("--dry-run and --again go with --email"))
    if name == "month" and not (first or last):
        month = month or "last"
    if email:
        if name != "month" or first or last or xlsx or listed or as_json:
            raise ConfigError(_("--email sends the book of a month: dentsync report month --email [--month YYYY-MM]"))
        return _mail(config, month, branch, now, again=again, dry_run=dry_run)
    from dentsync.runs.report_pages import as_data, cover_of, pages_of
    from dentsync.runs.reporting import Asked
    from dentsync.runs.reporting import report as reported

    listed = listed or row is not None or column is not None
    names, lists = _NAMES if name in ("all", "month") else (name,), listed or xlsx is not None
    found = reported(config, now, names, Asked(month, first, last, branch), lists=lists)
    pages = pages_of(found)
    if found.remark:
        click.echo(f"dentsync: {found.remark}", err=True)
    elif listed:
        _check_choice(pages, row, column)
    if xlsx:
        from dentsync.load.report_book import write_reports

        write_reports(xlsx, cover_of(found), pages)
        click.echo(_("written: {file}").format(file=xlsx), err=as_json)
    if as_json:
        import msgspec

        wanted = (row, column) if listed else None
        data = [as_data(found, one, page, wanted) for one, page in zip(found.reports, pages, strict=True)]
        click.echo(msgspec.json.format(msgspec.json.encode(data[0] if len(data) == 1 else data), indent=1).decode())
    elif listed:
        from dentsync.load.report_page import chosen
        from dentsync.load.report_show import show_list

        show_list(line for page in pages for line in chosen(page, row, column))
    elif not xlsx:
        from dentsync.load.report_show import show_pages

        show_pages(cover_of(found), pages)
    return ExitCode.DONE


def _mail(config: Path, month: str | None, branch: str, now: str | None, *, again: bool, dry_run: bool) -> int:
    """Say what became of the letter, and no more: under cron no figure is printed."""
    from dentsync.runs.report_mailing import mail
    from dentsync.runs.reporting import Asked

    told = mail(config, _NAMES, Asked(month, branch=branch), now, again=again, dry=Path() if dry_run else None)
    click.echo(told.line)
    return ExitCode.DONE if told.good else ExitCode.PARTIAL


def _check_choice(pages: "tuple[Page, ...]", row: str | None, column: str | None) -> None:
    """A row or a column that is nowhere is a slip, not an empty list."""
    tables = [table for page in pages for table in page.tables]
    labels = dict.fromkeys(one.label for table in tables for one in table.rows)
    keys = dict.fromkeys(key for table in tables for key in table.keys)
    if row is not None and row.casefold() not in map(str.casefold, labels):
        raise ConfigError(_("--row: no row {text!r} (there are: {names})").format(text=row, names="; ".join(labels)))
    if column is not None and column not in keys:
        line = _("--column: no column {text!r} (there are: {names})")
        raise ConfigError(line.format(text=column, names=", ".join(keys)))
