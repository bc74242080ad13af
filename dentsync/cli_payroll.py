"""Commands about pay: a month of everybody, and where an amount comes from."""

from pathlib import Path

import click

from dentsync.cli_options import CONFIG, JSON, NOW
from dentsync.errors import ConfigError, ExitCode
from dentsync.lang import _

MONTH = click.option("--month", metavar="YYYY-MM", help="2026-10, or last.")


@click.group(invoke_without_command=True)
@MONTH
@CONFIG
@NOW
@JSON
@click.pass_context
def payroll(context: click.Context, month: str | None, config: Path, now: str | None, as_json: bool) -> int:
    """Compute the pay of a month from rates, planned shifts and worked time, and say what is open.

    Exit 4 while a question is open. Nothing is stored or sent.

    \b
    Example:  dentsync payroll --month 2026-10
              dentsync payroll explain --month 2026-10 --employee "Котова Анна"
    """
    if context.invoked_subcommand:
        return ExitCode.DONE
    from dentsync.runs.payroll import compute

    found = compute(config, _month(month), now)
    if as_json:
        from dentsync.show_payroll_json import payroll_json

        click.echo(payroll_json(found))
    else:
        from dentsync.show_payroll import show_payroll

        show_payroll(found)
    return ExitCode.DONE if found.may_close else ExitCode.PARTIAL


@payroll.command()
@MONTH
@click.option("--employee", required=True, metavar="NAME", help="As in the rate directory, or the code.")
@CONFIG
@NOW
@JSON
def explain(month: str | None, employee: str, config: Path, now: str | None, as_json: bool) -> int:
    """Show every line of an employee's pay with its minutes, patients, rate and rule, and where each of them stands.

    \b
    Example:  dentsync payroll explain --month 2026-10 --employee "Котова Анна"
    """
    from dentsync.runs.payroll import compute, pay_of_employee

    pay = pay_of_employee(compute(config, _month(month), now), employee)
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


def _month(text: str | None) -> str:
    if text is None:
        raise ConfigError(_("--month is missing; for example --month 2026-10, or --month last"))
    return text
