"""The main job on a fresh machine: three days of an invented clinic into a local CRM."""

import json
import os
import shutil
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import zip_longest
from pathlib import Path
from typing import Any

import click

from dentsync.config import preset_text
from dentsync.config_reader import load
from dentsync.demo_stories import STORIES, Story, drop_time
from dentsync.errors import ConfigError, ExitCode
from dentsync.lang import _
from dentsync.runs import looking
from dentsync.runs.main_job import Options, sync
from dentsync.runs.ticking import tick
from dentsync.sandbox.server import Running, running
from dentsync.show import show_report

MARKER = ".dentsync-demo"


def run_demo(folder: Path, *, crm: str = "bitrix24", keep: bool) -> int:
    """Run every drop of the samples through ``sync``, with people working in the CRM in between."""
    story = STORIES[crm]
    _prepare(folder)
    with running(folder / "sandbox", crm=crm) as box, _secret(story, box):
        _configure(folder, story, box)
        codes = [_drop(folder, story, box, drop) for drop in story.drops]
        click.secho("\n" + _("the same files once more"), bold=True)
        codes.append(_run(folder, story.drops[-1]))
        _show_board(box)
        _farewell(folder, story, box, keep=keep or (sys.stdin.isatty() and sys.stdout.isatty()))
    return max(codes, default=ExitCode.DONE)


def _prepare(folder: Path) -> None:
    if folder.exists() and not (folder / MARKER).exists():
        raise ConfigError(_("{folder}: is there and is not a demo's; choose another --folder").format(folder=folder))
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "inbox").mkdir(parents=True)
    (folder / MARKER).touch()


@contextmanager
def _secret(story: Story, box: Running) -> Iterator[None]:
    before = os.environ.get(story.variable)
    os.environ[story.variable] = box.doors[0].keys.get("token", box.webhook)
    try:
        yield
    finally:
        os.environ.pop(story.variable)
        if before is not None:
            os.environ[story.variable] = before


def _configure(folder: Path, story: Story, box: Running) -> None:
    text = preset_text(story.preset).replace("example.amocrm.ru", box.url)
    (folder / "config.toml").write_text(text, encoding="utf-8")
    for line in looking.setup(Options(folder / "config.toml")):
        click.echo(line)


def _drop(folder: Path, story: Story, box: Running, drop: str) -> int:
    click.secho(f"\n── {drop_time(drop):%d.%m.%Y %H:%M} " + "─" * 56, fg="blue", bold=True)
    for line in story.people_act(box, drop):
        click.secho("  ☺ " + line, fg="magenta")
    followed = _followed(folder, drop)
    story.put_files(drop, folder / "inbox")
    return max(followed, _run(folder, drop))


def _followed(folder: Path, drop: str) -> int:
    """What follows from what people did, where the clinic has rules for it: cron would have looked meanwhile."""
    if not load(folder / "config.toml").follows:
        return ExitCode.DONE
    report = tick(Options(folder / "config.toml", now=drop_time(drop).isoformat()))
    if report.plan and report.plan.operations:
        show_report(report, values=True, limit=5)
    return report.code


def _run(folder: Path, drop: str) -> int:
    report = sync(Options(folder / "config.toml", now=drop_time(drop).isoformat()))
    show_report(report, values=True, limit=5)
    return report.code


# ── the board ──


def _show_board(box: Running) -> None:
    """Each pipeline that has deals: how many stand at a stage, and the first of them."""
    from rich.table import Table

    from dentsync.load.console import console

    out = console()
    for pipeline in _board(box)["pipelines"]:
        if not pipeline["count"]:
            continue
        table = Table(title=pipeline["name"], title_justify="left", title_style="bold", expand=True)
        cards = _board(box, pipeline["id"])["cards"]
        stages = [stage for stage in pipeline["stages"] if stage["count"]]
        for stage in stages:
            table.add_column(f"{stage['count']} · {stage['name']}", ratio=1, no_wrap=True, overflow="ellipsis")
        for row in zip_longest(*([card["title"] for card in cards[stage["code"]][:5]] for stage in stages)):
            table.add_row(*(title or "" for title in row))
        out.print(table)


def _board(box: Running, pipeline: int | None = None) -> Any:
    """What the board draws."""
    query = f"?pipeline={pipeline}" if pipeline is not None else ""
    with urllib.request.urlopen(f"{box.board}/data{query}") as reply:  # noqa: S310
        return json.loads(reply.read())


def _farewell(folder: Path, story: Story, box: Running, *, keep: bool) -> None:
    counters = box.admin("GET", "counters")
    click.echo(_("requests {requests}, messages the CRM would have sent {messages}").format(**counters))
    if keep:
        click.secho(_("the board: {url} (Ctrl-C ends)").format(url=box.board), bold=True)
        _open(box.board)
        with suppress(KeyboardInterrupt):
            threading.Event().wait()
    else:
        command = f"dentsync sandbox serve --crm {story.crm} --data {folder / 'sandbox'}"
        click.echo(_("to look at the board: {command}").format(command=command))


def _open(url: str) -> None:
    """In the browser, where there is a screen for one: on a server it would take the terminal."""
    if sys.stdout.isatty() and (
        sys.platform in ("darwin", "win32") or {"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys()
    ):
        click.launch(url)
