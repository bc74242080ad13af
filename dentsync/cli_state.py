"""Commands that look after the state: backup, check, restore, unlock, retention."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dentsync.cli_help import Command, Group
from dentsync.cli_options import CONFIG, NOW
from dentsync.errors import ConfigError, ExitCode
from dentsync.lang import _

if TYPE_CHECKING:
    from dentsync.runs.restoring import Restored
    from dentsync.store.copies import Contents

FILE = click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
MEGABYTE = 1_000_000


@click.group(cls=Group)
def state() -> None:
    """Look after the state store: backup, check, restore, unlock."""


@state.command()
@FILE
@click.option("--keep", type=click.IntRange(min=1), help="Keep so many of the copies that were given no name.")
@CONFIG
def backup(file: Path | None, keep: int | None, config: Path) -> int:
    """Copy the store to FILE, or beside it under the present time; also while a run is at work.

    The copy is read back before it gets its name, and never replaces a file. It holds patients' data.

    \b
    Example:  dentsync state backup --keep 14
    """
    from dentsync.runs.keeping import backup as make

    if file and keep:
        raise ConfigError(_("--keep is for copies without a name of their own; leave out one of the two"))
    made = make(config, file, keep)
    size = f"{made.size / MEGABYTE:.1f}"
    click.echo(
        _("written: {file}, {size} MB; {contents}").format(file=made.path, size=size, contents=_text(made.contents))
    )
    if made.dropped:
        click.echo(_("older copies deleted: {count}").format(count=made.dropped))
    return ExitCode.DONE


@state.command()
@FILE
@CONFIG
def check(file: Path | None, config: Path) -> int:
    """Look through the store, or through a copy of it: is it whole, and does it make sense?

    \b
    Example:  dentsync state check
    """
    from dentsync.runs.keeping import examine

    found = examine(config, file)
    for problem in found.problems:
        click.echo(problem, err=True)
    if found.problems or found.contents is None:
        return ExitCode.FAILED
    click.echo(_("{file} is whole: {contents}").format(file=found.path, contents=_text(found.contents)))
    return ExitCode.DONE


@state.command()
@FILE
@click.option("--lineage", default="", metavar="NAME", help="The copy is of another store, and yet this clinic's.")
@click.option("--as-was", is_flag=True, help="Forget also what was done in the CRM since the copy was made.")
@CONFIG
@NOW
def restore(file: Path | None, lineage: str, as_was: bool, config: Path, now: str | None) -> int:
    """Put a copy (by default the newest backup) in the store's place; what was there is set aside.

    What was done in the CRM since is taken over from the store that was there. Where that cannot be read, nothing is
    created without looking it up, and what was written is written again at the next news. Files that were read since
    the copy was made are laid into the inbox again.

    \b
    Example:  dentsync state restore
    """
    from dentsync.runs.restoring import restore as put

    _show_restored(put(config, file, now=now, lineage=lineage, as_was=as_was, wait=_wait))
    return ExitCode.DONE


@state.command()
@click.option("--yes", is_flag=True, help="Do it.")
@CONFIG
def new(yes: bool, config: Path) -> int:
    """Begin with an empty store where one was lost and there is no copy; what is there is set aside.

    \b
    Example:  dentsync state new --yes
    """
    if not yes:
        raise ConfigError(
            _(
                "an empty store forgets who was held, adopted and linked; contacts and deals are found again by their "
                "keys; a backup is better: dentsync state restore; to begin anew: dentsync state new --yes"
            )
        )
    from dentsync.runs.restoring import begin_anew

    aside = begin_anew(config)
    if aside:
        click.echo(_("set aside: {file}").format(file=aside))
    click.echo(_("an empty store is in place; look before you push: dentsync diff"))
    return ExitCode.DONE


@state.command()
@click.option("--host", metavar="NAME", help="The holder was on this machine, and nothing runs there any more.")
@CONFIG
def unlock(host: str | None, config: Path) -> int:
    """Free the state of a run that is gone and still holds it. A run that is alive keeps it.

    \b
    Example:  dentsync state unlock
    """
    from dentsync.config_reader import load
    from dentsync.runs.lock import unlock as free

    freed = free(load(config).state, host)
    click.echo(_("unlocked; the next run continues") if freed else _("nobody holds the state; nothing to do"))
    return ExitCode.DONE


@click.command(cls=Command)
@click.option("--dry-run", is_flag=True, help="Only count.")
@CONFIG
def prune(dry_run: bool, config: Path) -> int:
    """Forget what is older than [retention] says, and wipe it from the store's file.

    `dentsync sync` does the same once a day; this also makes the file smaller.

    \b
    Example:  dentsync prune --dry-run
    """
    from dentsync.runs.retention import prune as forget

    found = forget(config, rehearse=dry_run)
    line = _(
        "journal lines without data {journal}, runs {runs}, rejects {rejects}, seen changes {drift}, archived files "
        "{archived}, backups {backups}, stores set aside {aside}"
    )
    counts = {name: getattr(found.store, name) for name in ("journal", "runs", "rejects", "drift")}
    counts |= {name: getattr(found, name) for name in ("archived", "backups", "aside")}
    click.echo((_("would go: {what}") if dry_run else _("gone: {what}")).format(what=line.format(**counts)))
    if not dry_run:
        sizes = {name: f"{getattr(found, name) / MEGABYTE:.1f}" for name in ("before", "after")}
        click.echo(_("the store was {before} MB, is {after} MB").format(**sizes))
    return ExitCode.DONE


# ── showing ───────────────────────────────────────────────────────────────────────────────────


def _text(contents: "Contents") -> str:
    line = _(
        "rows {rows} of {files} files, contacts {contacts}, deals {deals}, journal {journal} (open {open}), "
        "last run {at}"
    )
    names = ("rows", "files", "contacts", "deals", "journal", "open")
    counts = {name: getattr(contents, name) for name in names}
    return line.format(**counts, at=contents.last_at[:16].replace("T", " ") or "—")


def _wait(seconds: int) -> None:
    line = _("waiting {seconds} s, until the CRM shows what may have been created a moment ago")
    click.echo(line.format(seconds=seconds), err=True)


def _show_restored(done: "Restored") -> None:
    click.echo(_("restored from {file}: {contents}").format(file=done.source, contents=_text(done.contents)))
    if done.aside:
        click.echo(_("set aside: {file}").format(file=done.aside))
    if done.doubted is None:
        click.echo(_("what was done in the CRM since is known from the store that was there"))
    else:
        line = _("what was done in the CRM since is not known: {count} items will be written again at their next news")
        click.echo(line.format(count=done.doubted))
        line = _("pay that was closed, decided or mailed since the copy was made is not known; closed in it: {months}")
        click.echo(line.format(months=", ".join(done.closed) or "—"))
    for file in done.reread.back:
        click.echo(_("in the inbox again: {name}").format(name=file.name))
    for file in done.reread.late:
        line = _("too old to be read by itself; if it is missed: dentsync import {file} --feed {feed}")
        click.echo(line.format(file=file.path, feed=file.feed))
    click.echo(_("look before you push: dentsync diff"))
