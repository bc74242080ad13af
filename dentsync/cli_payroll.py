"""Commands about pay: a month of everybody, and where an amount comes from."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dentsync.cli_help import Group
from dentsync.cli_options import CONFIG, JSON, NOW
from dentsync.errors import ConfigError, ExitCode
from dentsync.lang import _

if TYPE_CHECKING:
    from dentsync.runs.pay_month import PayMonth

BRANCH = click.option("--branch", metavar="NAME", help="Only what belongs to this branch.")
MONTH = click.option("--month", metavar="YYYY-MM", help="2026-10, or last.")


@click.group(cls=Group, invoke_without_command=True)
@MONTH
@BRANCH
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the workbook: totals, questions, evidence."
)
@click.option("--email", is_flag=True, help="Send it to payroll.mail, once for each month and version.")
@click.option("--dry-run", is_flag=True, help="With --email: write the letter as payroll-YYYY-MM.eml instead.")
@click.option("--again", is_flag=True, help="With --email: also if it was, or may have been, sent.")
@CONFIG
@NOW
@JSON
@click.pass_context
def payroll(
    context: click.Context,
    month: str | None,
    branch: str | None,
    out: Path | None,
    email: bool,
    dry_run: bool,
    again: bool,
    config: Path,
    now: str | None,
    as_json: bool,
) -> int:
    """Compute the pay of a month from rates, shifts, worked time and bookings, and say what is open.

    Exit 4 while a question is open. The workbook comes back with answers: payroll decide FILE.

    \b
    Example:  dentsync payroll --month 2026-10 --out october.xlsx
              dentsync payroll --month last --email
    """
    if context.invoked_subcommand:
        return ExitCode.DONE
    if (dry_run or again) and not email:
        raise ConfigError(_("--dry-run and --again go with --email"))
    if branch and (email or out):
        raise ConfigError(_("--branch is for the screen; the workbook and the letter are of the whole month"))
    from dentsync.runs.pay_issue import look

    if email:
        if out:
            look(config, _month(month), now, out)
        return _mail(config, _month(month), now, again=again, dry_run=dry_run)
    seen = look(config, _month(month), now, out)
    _show(seen, branch, as_json)
    if out and not as_json:
        click.echo(_("written: {file}").format(file=out))
    return ExitCode.DONE if seen.found.may_close else ExitCode.PARTIAL


def _mail(config: Path, month: str, now: str | None, *, again: bool, dry_run: bool) -> int:
    """Say what became of the letter, and no more: under cron nobody's pay is printed."""
    from dentsync.runs.pay_mailing import mail

    done = mail(config, month, now, again=again, dry=Path() if dry_run else None)
    click.echo(done.line)
    if count := len(done.month.found.questions):
        click.echo(_("questions {count}: the month cannot be closed before they are answered").format(count=count))
    return ExitCode.DONE if done.good else ExitCode.PARTIAL


def _show(month: "PayMonth", branch: str | None, as_json: bool) -> None:
    from dentsync.runs.payroll import part_of

    part = part_of(month.found, branch, month.settings)
    if as_json:
        from dentsync.show_payroll_json import payroll_json

        click.echo(payroll_json(part, month.found, branch or ""))
        return
    from dentsync.show_payroll import show_branch, show_payroll, show_version

    show_payroll(part)
    if branch:
        show_branch(part, month.found, branch)
    show_version(month.found, month.closed, is_frozen=month.is_frozen)


@payroll.command()
@MONTH
@BRANCH
@click.option("--employee", required=True, metavar="NAME", help="As in the rate directory, or the code.")
@CONFIG
@NOW
@JSON
def explain(month: str | None, branch: str | None, employee: str, config: Path, now: str | None, as_json: bool) -> int:
    """Show every line of an employee's pay with its minutes, patients, rate and rule, and where each of them stands.

    \b
    Example:  dentsync payroll explain --month 2026-10 --employee "Котова Анна"
    """
    from dentsync.runs.pay_issue import look
    from dentsync.runs.payroll import part_of, pay_of_employee

    seen = look(config, _month(month), now)
    pay = pay_of_employee(part_of(seen.found, branch, seen.settings), employee)
    if as_json:
        from dentsync.show_payroll_json import explained_json

        click.echo(explained_json(pay))
    else:
        from dentsync.show_payroll import show_explained

        show_explained(pay)
    return ExitCode.DONE


@payroll.command("pull")
@MONTH
@CONFIG
@NOW
@JSON
def pull_command(month: str | None, config: Path, now: str | None, as_json: bool) -> int:
    """Fetch worked time, planned shifts and rates of a month from Bitrix24 and keep them, beside earlier versions.

    Exit 4 if the portal does not tell something of somebody: that is asked about, never taken for "did not work".

    \b
    Example:  dentsync payroll pull --month 2026-10
    """
    from dentsync.runs.pay_pull import pull

    found = pull(config, _month(month), now)
    if as_json:
        import msgspec

        click.echo(msgspec.json.encode(found).decode())
    else:
        from dentsync.show_pull import show_pull

        show_pull(found)
    return ExitCode.PARTIAL if found.unknown else ExitCode.DONE


@payroll.command()
@click.argument("book", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@CONFIG
@NOW
def decide(book: Path, config: Path, now: str | None) -> int:
    """Take the answers of a workbook that came back. Exit 4 if one was refused: each is listed with its cell.

    \b
    Example:  dentsync payroll decide october.xlsx
    """
    from dentsync.cli_review import show_applied
    from dentsync.runs.pay_deciding import decide as take

    done = take(config, book, now)
    show_applied(done)
    return ExitCode.PARTIAL if done.refused else ExitCode.DONE


@payroll.command()
@MONTH
@CONFIG
@NOW
def close(month: str | None, config: Path, now: str | None) -> int:
    """Freeze a month; refused while a question is open. What changes later is paid with a month that is not closed yet.

    \b
    Example:  dentsync payroll close --month 2026-10
    """
    from dentsync.runs.pay_closing import close as freeze

    click.echo(freeze(config, _month(month), now))
    return ExitCode.DONE


@payroll.command()
@click.argument("folder", default="pay", type=click.Path(path_type=Path, file_okay=False))
def example(folder: Path) -> int:
    """Write the files of an invented clinic for May 2026 into FOLDER (pay): to try it, and to fill in with your own.

    \b
    Example:  dentsync payroll example && dentsync payroll --month 2026-05
    """
    from dentsync.runs.pay_example import SECTION, write_example

    written = write_example(folder)
    click.echo(_("written: {file}").format(file=", ".join(path.as_posix() for path in written)))
    click.echo("\n" + SECTION.format(folder=folder.as_posix()))
    click.echo(
        _("these lines go to the end of config.toml; the patients, with the preset helix-bitrix24, into its inbox:")
    )
    click.echo(f"cp -p {folder}/primary_*.csv {folder}/waiting_*.csv inbox/ && dentsync extract primary waiting")
    click.echo("dentsync payroll --month 2026-05")
    return ExitCode.DONE


def _month(text: str | None) -> str:
    if text is None:
        raise ConfigError(_("--month is missing; for example --month 2026-10, or --month last"))
    return text
