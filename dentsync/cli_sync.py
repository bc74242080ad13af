"""The main job: commands that read files, plan and push."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dentsync.cli_help import Command
from dentsync.cli_options import ALL, APPROVE, CONFIG, DEADLINE, FEEDS, JSON, LOG, NOW, REPORT, STRICT, VALUES
from dentsync.cli_run import carried_out, show, shown
from dentsync.errors import ExitCode

if TYPE_CHECKING:
    from dentsync.model import Plan
    from dentsync.runs.main_job import Options, Report
    from dentsync.runs.online import Survey


@click.command(cls=Command)
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

    return shown(carried_out(lambda options: main_job.sync(options, feeds), **given), as_json, values, every)


@click.command(cls=Command)
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

    report = carried_out(lambda options: main_job.diff(options, feeds, online=online), **given)
    assert report.plan is not None
    if out:
        from dentsync.runs import plan_file

        plan_file.write(out, report.plan)
    if as_json:
        click.echo(_diff_json(report.plan, report.seen))
    else:
        show(report, values if values is not None else sys.stdout.isatty(), every)
    found = report.plan.operations or (report.seen and report.seen.drift)
    if detailed_exitcode and report.code is ExitCode.DONE and found:
        return ExitCode.CHANGES
    return report.code


@click.command(cls=Command)
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

    return shown(carried_out(action, **given), as_json, values, every=False)


@click.command(cls=Command)
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

    return shown(carried_out(ticking.tick, **given), as_json, values, every=False)


@click.command(cls=Command)
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

    report = carried_out(lambda options: main_job.extract(options, feeds), **given)
    return shown(report, as_json, values=False, every=False)


@click.command("import", cls=Command)
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

    report = carried_out(lambda options: main_job.import_file(options, file, feed), **given)
    return shown(report, as_json, values=False, every=False)


def _diff_json(plan: "Plan", seen: "Survey | None") -> str:
    if seen is not None:
        from dentsync.runs import online

        return online.dumps(plan, seen)
    from dentsync.runs import plan_file

    return plan_file.dumps(plan)
