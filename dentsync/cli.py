"""The command line: parse, call one function of ``runs``, show, return an exit code.

Every command is imported when it is asked for: ``--version``, ``--help`` and completion cost next to nothing.
"""

import gc
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from dentsync import __version__, lang
from dentsync.cli_options import ALL, APPROVE, CONFIG, DEADLINE, FEEDS, JSON, LOG, NOW, REPORT, STRICT, VALUES
from dentsync.cli_payroll import payroll
from dentsync.cli_people import duplicates
from dentsync.cli_report import report
from dentsync.cli_sandbox import demo, sandbox
from dentsync.cli_sniff import sniff, statuses
from dentsync.cli_state import prune, state
from dentsync.errors import ConfigError, DentsyncError, ExitCode, Terminated
from dentsync.lang import _
from dentsync.redact import redact
from dentsync.runs.telling import Telling

if TYPE_CHECKING:
    from dentsync.load.progress import Tick
    from dentsync.model import Plan
    from dentsync.runs.main_job import Options, Report
    from dentsync.runs.online import Survey


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="dentsync")
@click.option("--lang", "language", type=click.Choice(["en", "ru"]), help="Default: the locale's.")
def cli(language: str | None) -> None:
    """Carry a dental clinic's MIS exports into its CRM.

    \b
    First evening:   dentsync init --preset helix-bitrix24 && dentsync check
    What would be:   dentsync diff
    Do it:           dentsync sync
    Try it all:      dentsync demo
    """
    lang.choose(language)


# ── the main job ──────────────────────────────────────────────────────────────────────────────


@cli.command()
@FEEDS
@CONFIG
@NOW
@APPROVE
@DEADLINE
@STRICT
@JSON
@VALUES
@ALL
@REPORT
@LOG
def sync(feeds: tuple[str, ...], as_json: bool, values: bool | None, every: bool, **given: Any) -> int:
    """Read new files, plan, push: the line for cron.

    \b
    Example:  dentsync sync reminders
    """
    from dentsync.runs import main_job

    return _shown(_carried_out(lambda options: main_job.sync(options, feeds), **given), as_json, values, every)


@cli.command()
@FEEDS
@CONFIG
@NOW
@APPROVE
@JSON
@VALUES
@ALL
@REPORT
@LOG
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Save the plan for `dentsync push FILE`.")
@click.option("--online", is_flag=True, help="Look at all our items in the CRM: what did people change there?")
@click.option("--detailed-exitcode", is_flag=True, help="Exit 10 if there is something to do, or people changed items.")
def diff(
    feeds: tuple[str, ...], as_json: bool, values: bool | None, every: bool, out: Path | None, online: bool,
    detailed_exitcode: bool, **given: Any,
) -> int:  # fmt: skip
    """Show what sync would do, field by field. Changes nothing. --json and --out hold patients' data.

    --online reads our contacts and deals from the CRM, 2,400 a request, and lists what people did to them: merged,
    deleted, moved, edited. It changes nothing in the CRM; the state store keeps what was seen (`dentsync status`
    counts it), and follows an item that was merged to the only one that carries its key.

    \b
    Example:  dentsync diff --out plan.json
              dentsync diff --online --all
    """
    from dentsync.runs import main_job

    report = _carried_out(lambda options: main_job.diff(options, feeds, online=online), **given)
    assert report.plan is not None
    if out:
        from dentsync.runs import plan_file

        plan_file.write(out, report.plan)
    if as_json:
        click.echo(_diff_json(report.plan, report.seen))
    else:
        _show(report, values if values is not None else sys.stdout.isatty(), every)
    found = report.plan.operations or (report.seen and report.seen.drift)
    if detailed_exitcode and report.code is ExitCode.DONE and found:
        return ExitCode.CHANGES
    return report.code


@cli.command()
@click.argument("plan", required=False, type=click.Path(path_type=Path, dir_okay=False))
@CONFIG
@NOW
@APPROVE
@DEADLINE
@JSON
@VALUES
@REPORT
@LOG
def push(plan: Path | None, as_json: bool, values: bool | None, **given: Any) -> int:
    """Push a saved plan exactly, or what the store already knows.

    \b
    Example:  dentsync push plan.json
    """
    from dentsync.runs import main_job

    def action(options: "Options") -> "Report":
        return main_job.push_plan(options, plan) if plan else main_job.push_stored(options)

    return _shown(_carried_out(action, **given), as_json, values, every=False)


@cli.command()
@CONFIG
@NOW
@APPROVE
@DEADLINE
@JSON
@VALUES
@REPORT
@LOG
def tick(as_json: bool, values: bool | None, **given: Any) -> int:
    """Make the deals that follow from what people did in the CRM, as [follows.*] says.

    \b
    Example:  dentsync tick --deadline 10m
    """
    from dentsync.runs import ticking

    return _shown(_carried_out(ticking.tick, **given), as_json, values, every=False)


@cli.command()
@FEEDS
@CONFIG
@NOW
@APPROVE
@STRICT
@JSON
@REPORT
@LOG
def extract(feeds: tuple[str, ...], as_json: bool, **given: Any) -> int:
    """Read new files into the state store; plan and send nothing.

    \b
    Example:  dentsync extract patients
    """
    from dentsync.runs import main_job

    report = _carried_out(lambda options: main_job.extract(options, feeds), **given)
    return _shown(report, as_json, values=False, every=False)


@cli.command()
@CONFIG
@NOW
@click.option("--rejects", type=click.Path(path_type=Path, dir_okay=False), help="Write them to a workbook.")
@click.option(
    "--review", type=click.Path(path_type=Path, dir_okay=False), help="Write doubtful names to a workbook to decide."
)
@click.option("--all", "every", is_flag=True, help="With --review: also what was decided before.")
@click.option(
    "--apply", "decided", type=click.Path(path_type=Path, dir_okay=False), help="Take the decisions of that workbook."
)
@STRICT
@VALUES
def clean(
    rejects: Path | None, review: Path | None, every: bool, decided: Path | None, values: bool | None, **given: Any
) -> int:
    """List the rows and fields that could not be used, with reasons in Russian.

    Names that are in doubt go to the clinic as a workbook (--review) and come back with decisions (--apply); these
    hold in every later run.

    \b
    Example:  dentsync clean --rejects rejects.xlsx
              dentsync clean --review names.xlsx
              dentsync clean --apply names.xlsx
    """
    from dentsync.runs import looking

    options = _options(**given)
    if sum(map(bool, (rejects, review, decided))) > 1:
        raise ConfigError(_("one of --rejects, --review and --apply at a time"))
    if review or decided:
        from dentsync.cli_review import apply_review, write_review

        return write_review(options, review, every=every) if review else apply_review(options, Path(decided or ""))
    faults = looking.status(options).faults
    shown = sys.stdout.isatty() if values is None else values
    for line in faults:
        mark = "×" if line.lost else "·"
        for fault in line.faults:
            raw = f" «{fault.raw}»" if shown and fault.raw else ""
            text = f"{mark} {line.feed}  {line.origin}  {fault.field}: {fault.reason}{raw}"
            click.echo(text if shown else redact(text))
    lost = sum(line.lost for line in faults)
    click.echo(
        _("{lost} rows rejected, {fields} rows with unusable fields").format(lost=lost, fields=len(faults) - lost)
    )
    if rejects:
        looking.write_rejects(faults, rejects)
        click.echo(_("written: {file}").format(file=rejects))
    return ExitCode.PARTIAL if lost and options.strict else ExitCode.DONE


@cli.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--feed", required=True, help="Which feed this file is one of.")
@CONFIG
@NOW
@APPROVE
@DEADLINE
@STRICT
@JSON
@REPORT
@LOG
def import_(file: Path, feed: str, as_json: bool, **given: Any) -> int:
    """Load one file silently: no robot or message of the CRM is started by it.

    \b
    Example:  dentsync import patients_2026.csv --feed patients
    """
    from dentsync.runs import main_job

    report = _carried_out(lambda options: main_job.import_file(options, file, feed), **given)
    return _shown(report, as_json, values=False, every=False)


# ── looking ───────────────────────────────────────────────────────────────────────────────────


@cli.command()
@CONFIG
@NOW
@JSON
def status(as_json: bool, **given: Any) -> int:
    """Feeds and their last files, runs, what waits for a person, rejects.

    \b
    Example:  dentsync status
    """
    from dentsync.runs import looking
    from dentsync.show import overview_json, show_overview

    overview = looking.status(_options(**given))
    if as_json:
        click.echo(overview_json(overview))
    else:
        show_overview(overview)
    return ExitCode.DONE


@cli.command()
@click.argument("phone")
@CONFIG
@NOW
@JSON
def whois(phone: str, as_json: bool, **given: Any) -> int:
    """Who calls: name, card number, status, nearest visit.

    \b
    Example:  dentsync whois +79161234567
    """
    from dentsync.runs import looking
    from dentsync.show import callers_json, show_callers

    callers = looking.whois(_options(**given), phone)
    if as_json:
        click.echo(callers_json(callers))
    else:
        show_callers(callers)
    return ExitCode.DONE if callers else ExitCode.FAILED


@cli.command()
@CONFIG
@NOW
@click.option("--tell", is_flag=True, help="Also send a trial message to every place of [alerts].")
def check(tell: bool, **given: Any) -> int:
    """Prove that files, configuration and CRM are in place before the first night.

    \b
    Example:  dentsync check
    """
    from dentsync.runs import alerting, looking

    options = _options(**given)
    found, soon = looking.check(options)
    problems = [*found, *(alerting.try_out(options.config) if tell else alerting.lacking(options.config))]
    for problem in problems:
        click.echo(redact(problem), err=True)
    if soon:
        click.echo(soon, err=True)
    if not problems:
        click.echo(_("all in place"))
    return ExitCode.USAGE if problems else ExitCode.DONE


@cli.command()
@CONFIG
@NOW
def setup(**given: Any) -> int:
    """Make the fields that dentsync itself needs in the CRM. What is there already is left alone.

    \b
    Example:  dentsync setup && dentsync check
    """
    from dentsync.runs.looking import setup as set_up

    for line in set_up(_options(**given)) or (_("nothing to set up"),):
        click.echo(redact(line))
    return ExitCode.DONE


@cli.command()
@click.option(
    "--preset", default="helix-bitrix24", show_default=True, help="helix-bitrix24, ident-amocrm, ident-bitrix24."
)
@click.option("--to", type=click.Path(path_type=Path, dir_okay=False), default=Path("config.toml"), show_default=True)
def init(preset: str, to: Path) -> int:
    """Write a commented config.toml from a preset.

    \b
    Example:  dentsync init --preset helix-bitrix24
    """
    from dentsync.config import next_step, write_preset

    write_preset(preset, to)
    click.echo(_("written: {file}; {next}").format(file=to, next=next_step(preset)))
    return ExitCode.DONE


cli.add_command(sandbox)
cli.add_command(demo)
cli.add_command(state)
cli.add_command(prune)
cli.add_command(duplicates)
cli.add_command(report)
cli.add_command(sniff)
cli.add_command(statuses)
cli.add_command(payroll)


# ── showing ───────────────────────────────────────────────────────────────────────────────────


def _options(
    config: Path,
    now: str | None = None,
    approved: tuple[str, ...] = (),
    strict: bool = False,
    tick: "Tick | None" = None,
    deadline: float | None = None,
) -> "Options":
    from dentsync.runs.main_job import Options

    return Options(config, now, approved, strict, tick, deadline)


def _carried_out(
    action: "Callable[[Options], Report]", report: Path | None = None, log: Path | None = None, **given: Any
) -> "Report":
    from dentsync.load.progress import progress

    telling = _begun(given["config"], report, log)
    with progress() as tick:
        options = replace(_options(**given, tick=telling.ticking(tick)), watch=telling.watch)
        telling.watch(done := action(options))
    return done


def _begun(config: Path, report: Path | None, log: Path | None) -> Telling:
    context = click.get_current_context()
    telling = context.ensure_object(Telling)
    feeds = context.params.get("feeds") or [context.params.get("feed")]
    telling.begin(str(context.info_name), [name for name in feeds if name], config, report, log)
    return telling


def _diff_json(plan: "Plan", seen: "Survey | None") -> str:
    if seen is not None:
        from dentsync.runs import online

        return online.dumps(plan, seen)
    from dentsync.runs import plan_file

    return plan_file.dumps(plan)


def _shown(report: "Report", as_json: bool, values: bool | None, every: bool) -> int:
    if as_json:
        from dentsync.show import report_json

        click.echo(report_json(report))
    else:
        _show(report, bool(values) if values is not None else sys.stdout.isatty(), every)
    return int(report.code)


def _show(report: "Report", values: bool, every: bool) -> None:
    from dentsync.load.console import GROUP_LIMIT
    from dentsync.show import show_report

    # Under cron a mail should say what happened, not repeat the plan.
    usual = GROUP_LIMIT if report.command == "diff" or sys.stdout.isatty() else 0
    show_report(report, values=values, limit=None if every else usual)


def run(argv: Sequence[str]) -> int:
    """Run the command line, tell whoever wants to know how it ended, and return its exit code."""
    telling = Telling()
    code = _code_of(argv, telling)
    try:
        telling.end(code)
    except (KeyboardInterrupt, Terminated):
        pass  # the run is over and recorded; nobody has to wait for a mail server
    except Exception:
        from dentsync.bug import report_bug

        report_bug()
    return code


def _code_of(argv: Sequence[str], telling: Telling) -> int:
    """Run the command line: the only place that turns exceptions into codes."""
    try:
        result = cli.main(args=list(argv), prog_name="dentsync", standalone_mode=False, obj=telling)
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
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.FAILED
    except Exception:
        from dentsync.bug import report_bug

        telling.error = report_bug()
        return ExitCode.BUG


def _show_usage(error: click.ClickException) -> None:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):  # which is our own help
        return error.show()
    said = StringIO()
    error.show(said)
    return click.echo(redact(said.getvalue()), err=True, nl=False)


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
