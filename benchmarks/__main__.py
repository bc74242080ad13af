"""`python -m benchmarks`: the quick set, or one scenario at the sizes that are asked for."""

import platform
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import click

from benchmarks import (
    amoload,
    cleaning,
    dirty,
    exports,
    loading,
    names,
    online,
    phones,
    quiet,
    reports,
    starting,
    traffic,
)
from benchmarks.report import Table

WORK = Path(__file__).with_name(".work")
RUNS = click.option("--runs", default=5, show_default=True, help="Measured runs; the median is shown.")


def rows(*default: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """How many rows the exports have."""
    return click.option("--rows", "counts", multiple=True, type=int, default=default, show_default=True)


@click.group(invoke_without_command=True, context_settings={"show_default": True})
@click.pass_context
def cli(context: click.Context) -> None:
    """Measure dentsync. Without a scenario: all of them, small; about three minutes."""
    WORK.mkdir(exist_ok=True)
    if context.invoked_subcommand is None:
        _say(f"{date.today():%Y-%m-%d}, CPython {platform.python_version()}, {platform.system()}")
        _show(lambda: exports.measured(WORK, (30_000,), 5))
        _show(lambda: quiet.measured(WORK, 30_000, 5))
        _show(lambda: starting.measured(WORK, 9))
        _show(lambda: traffic.measured(WORK, (10, 1000)))
        _show(lambda: loading.measured(WORK, 30_000))
        _show(lambda: cleaning.measured(WORK, 30_000, 3))


@cli.command()
@rows(30_000)
@RUNS
def diff(counts: tuple[int, ...], runs: int) -> None:
    """Two exports compared: `dentsync diff` and csv-diff. Try --rows 300000 --rows 1000000."""
    _show(lambda: exports.measured(WORK, counts, runs))


@cli.command("quiet")
@click.option("--rows", "count", default=30_000)
@RUNS
def quiet_(count: int, runs: int) -> None:
    """`dentsync sync` with nothing new."""
    _show(lambda: quiet.measured(WORK, count, runs))


@cli.command()
@RUNS
def start(runs: int) -> None:
    """`--version`: dentsync, csv-diff, sqlite-utils."""
    _show(lambda: starting.measured(WORK, runs))


@cli.command()
@click.option("--each", "counts", multiple=True, default=(10, 1000), help="So many contacts and as many deals.")
def requests(counts: tuple[int, ...]) -> None:
    """Requests that a day's changes take."""
    _show(lambda: traffic.measured(WORK, counts))


@cli.command("online")
@click.option("--each", "count", default=30_000, help="So many contacts and as many deals.")
def online_(count: int) -> None:
    """What people did in the CRM, looked up."""
    _show(lambda: online.measured(WORK, count))


@cli.command()
@click.option("--rows", "count", default=30_000)
def load(count: int) -> None:
    """The first load of a clinic's patients, and 1 % changed after it."""
    _show(lambda: loading.measured(WORK, count))


@cli.command("amoload")
@click.option("--rows", "count", default=30_000, help="So many contacts and as many leads.")
def amoload_(count: int) -> None:
    """The first load into amoCRM, 1 % changed after it, and what others need. About eight minutes."""
    _show(lambda: amoload.measured(WORK, count))


@cli.command()
@click.option("--rows", "count", default=30_000)
@RUNS
def clean(count: int, runs: int) -> None:
    """Rows that were never seen, judged."""
    _show(lambda: cleaning.measured(WORK, count, runs))


@cli.command("reports")
@click.option("--patients", default=30_000)
@click.option("--a-day", default=300, help="Visits.")
@RUNS
def reports_(patients: int, a_day: int, runs: int) -> None:
    """Every report over a year of visits."""
    _show(lambda: reports.measured(WORK, patients, a_day, runs))


@cli.command("phones")
@click.option("--rows", "count", default=20_000)
@RUNS
def phones_(count: int, runs: int) -> None:
    """Phone cells: how many are read right, and how many a second."""
    _show(phones.accuracy)
    _show(lambda: phones.speed(count, runs))


@cli.command("cleaning")
@click.option("--rows", "count", default=30_000, help="Names, phone cells, and patients of the dirty file.")
@RUNS
def cleaning_(count: int, runs: int) -> None:
    """Names and phones: right by category, beside others; how many a second; a dirty file. About ten minutes."""
    _show(lambda: names.accuracy(WORK))
    _show(phones.accuracy)
    _show(lambda: names.speed(WORK, count, runs))
    _show(lambda: phones.speed(count, runs))
    _show(lambda: names.dictionary(runs))
    _show(lambda: dirty.measured(WORK, count, runs))


@cli.command()
@click.option("--only", "names", multiple=True, default=("S1", "S3", "S4", "S5", "S6"), help="Scenarios.")
@click.option(
    "--client", "clients", multiple=True, default=("fast_bitrix24", "b24pysdk", "one call per record", "dentsync")
)
@click.option("--runs", default=3, help="Of S1, for dentsync and fast_bitrix24.")
def peers(names: tuple[str, ...], clients: tuple[str, ...], runs: int) -> None:
    """The clients of others beside dentsync: changes, creations, lost replies, limits. About twelve minutes."""
    from benchmarks.door import table

    _show(lambda: table.measured(WORK, names, clients, runs))


def _show(measured: Callable[[], Table]) -> None:
    _say("measuring…")
    click.echo(str(measured()))


def _say(line: str) -> None:
    if sys.stderr.isatty():
        click.echo(line, err=True)


if __name__ == "__main__":
    cli()
