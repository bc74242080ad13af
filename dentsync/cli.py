"""The command line: parse, call one function of ``runs``, show, return an exit code.

What a command needs is imported when it is asked for: ``--version``, ``--help`` and completion cost next to nothing.
"""

import errno
import gc
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import NoReturn

import click

from dentsync import __version__, lang
from dentsync.cli_help import Group, usage_line_of
from dentsync.cli_look import clean, status, whois
from dentsync.cli_payroll import payroll
from dentsync.cli_people import duplicates
from dentsync.cli_report import report
from dentsync.cli_sandbox import demo, sandbox
from dentsync.cli_sniff import sniff, statuses
from dentsync.cli_start import check, init, setup
from dentsync.cli_state import prune, state
from dentsync.cli_sync import diff, extract, import_, push, sync, tick
from dentsync.errors import DentsyncError, ExitCode, Terminated
from dentsync.lang import _
from dentsync.redact import redact
from dentsync.runs.telling import Telling

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""Output that goes into a file on a full disk."""


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="dentsync")
@click.option(
    "--lang", type=click.Choice(["en", "ru"]), help="Default: the locale's.",
    is_eager=True, expose_value=False, callback=lambda _context, _option, language: lang.choose(language),
)  # fmt: skip
def cli() -> None:
    """Carry a dental clinic's MIS exports into its CRM.

    \b
    First evening:   dentsync init --preset helix-bitrix24 && dentsync check
    What would be:   dentsync diff
    Do it:           dentsync sync
    Try it all:      dentsync demo
    """


for command in (
    *(sync, diff, push, tick, extract, import_),
    *(clean, status, whois, duplicates, report, payroll),
    *(init, setup, check, sniff, statuses),
    *(state, prune, sandbox, demo),
):
    cli.add_command(command)


def run(argv: Sequence[str]) -> int:
    """Run the command line, tell whoever wants to know how it ended, and return its exit code."""
    telling = Telling()
    code = _code_of(argv, telling)
    try:
        if telling.owes_json:
            from dentsync.show import cut_short_json

            with suppress(BrokenPipeError):
                click.echo(cut_short_json(telling, code))
        telling.end(code)
    except (KeyboardInterrupt, Terminated):
        pass  # the run is over and recorded; nobody has to wait for a mail server
    except Exception:
        from dentsync.bug import report_bug

        report_bug()
    return code


def _code_of(argv: Sequence[str], telling: Telling) -> int:
    """Run the command line: the only place that turns exceptions into codes."""
    lang.choose()  # until --lang is read: what is wrong before that is said, too
    try:
        result = cli.main(args=list(argv), prog_name="dentsync", standalone_mode=False, obj=telling)
        telling.owes_json = False
        return int(result or 0)
    except click.ClickException as error:
        _show_usage(error)
        return ExitCode.USAGE
    except click.exceptions.Abort:
        return _interrupted()
    except (KeyboardInterrupt, Terminated) as interrupt:
        return _interrupted(ExitCode.TERMINATED if isinstance(interrupt, Terminated) else ExitCode.INTERRUPTED)
    except DentsyncError as error:
        telling.error = redact(str(error))
        click.echo(f"dentsync: {telling.error}", err=True)
        return error.exit_code
    except BrokenPipeError:
        telling.owes_json = False
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.FAILED
    except OSError as error:
        if error.errno not in FULL:
            return _bug(telling)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left of it would fail again
        telling.error = _("no space is left to write to; what was done is recorded: make room, and run it again")
        click.echo(f"dentsync: {telling.error}", err=True)
        return ExitCode.FAILED
    except Exception:
        return _bug(telling)


def _bug(telling: Telling) -> int:
    from dentsync.bug import report_bug

    telling.error = report_bug()
    return ExitCode.BUG


def _show_usage(error: click.ClickException) -> None:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):  # which is our own help
        return error.show()
    return click.echo(f"dentsync: {redact(usage_line_of(error))}", err=True)


def _interrupted(code: ExitCode = ExitCode.INTERRUPTED) -> int:
    click.echo(_("dentsync: interrupted; what was done is recorded, the next run continues"), err=True)
    return code


def _terminate(_number: int, _frame: object) -> NoReturn:
    raise Terminated


def main() -> NoReturn:
    """Entry point of the ``dentsync`` script."""
    # A run is short and makes hardly any cycles: collecting them costs a tenth of a large plan and frees nothing.
    gc.disable()
    signal.signal(signal.SIGTERM, _terminate)
    code = run(sys.argv[1:])
    with suppress(BrokenPipeError):
        sys.stdout.flush()
        sys.stderr.flush()
    # Everything is closed by now; taking the interpreter apart would be a fifth of a quiet run.
    os._exit(code)


if __name__ == "__main__":
    main()
