"""The main job on a fresh machine: three days of an invented clinic into a local Bitrix24."""

import os
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from dentsync.config import preset_text
from dentsync.errors import ConfigError, ExitCode
from dentsync.lang import _
from dentsync.runs.main_job import Options, sync
from dentsync.sandbox.server import Running, running
from dentsync.show import show_report

SAMPLES = Path(__file__).parent / "samples" / "helix"
MARKER = ".dentsync-demo"
ZONE = ZoneInfo("Europe/Moscow")


def run_demo(folder: Path, *, keep: bool) -> int:
    """Run every drop of the samples through ``sync``, with people working in the CRM in between."""
    _prepare(folder)
    with running(folder / "sandbox") as box, _webhook(box.webhook):
        codes = [_drop(folder, box, drop) for drop in _drops()]
        click.secho("\n" + _("the same files once more"), bold=True)
        last = _drops()[-1]
        codes.append(_run(folder, last))
        _show_board(box)
        _farewell(folder, box, keep=keep or (sys.stdin.isatty() and sys.stdout.isatty()))
    return max(codes, default=ExitCode.DONE)


def _prepare(folder: Path) -> None:
    if folder.exists() and not (folder / MARKER).exists():
        raise ConfigError(_("{folder}: is there and is not a demo's; choose another --folder").format(folder=folder))
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "inbox").mkdir(parents=True)
    (folder / MARKER).touch()
    (folder / "config.toml").write_text(preset_text("helix-bitrix24"), encoding="utf-8")


@contextmanager
def _webhook(secret: str) -> Iterator[None]:
    before = os.environ.get("DENTSYNC_WEBHOOK")
    os.environ["DENTSYNC_WEBHOOK"] = secret
    try:
        yield
    finally:
        os.environ.pop("DENTSYNC_WEBHOOK")
        if before is not None:
            os.environ["DENTSYNC_WEBHOOK"] = before


def _drops() -> list[str]:
    """The sample drops, oldest first; each is named by the moment its files appear."""
    return sorted(item.name for item in SAMPLES.iterdir() if item.is_dir())


def drop_time(drop: str) -> datetime:
    """When the MIS dropped these files, in the clinic's zone."""
    return datetime.strptime(drop, "%Y-%m-%dT%H%M").replace(tzinfo=ZONE)


def put_files(drop: str, inbox: Path) -> None:
    """Copy a drop's files into an inbox as the MIS would have, time stamps included."""
    moment = drop_time(drop).timestamp()
    for file in sorted((SAMPLES / drop).iterdir()):
        target = inbox / file.name
        shutil.copyfile(file, target)
        os.utime(target, (moment, moment))


def _drop(folder: Path, box: Running, drop: str) -> int:
    click.secho(f"\n── {drop_time(drop):%d.%m.%Y %H:%M} " + "─" * 56, fg="blue", bold=True)
    for line in people_act(box, drop):
        click.secho("  ☺ " + line, fg="magenta")
    put_files(drop, folder / "inbox")
    return _run(folder, drop)


def _run(folder: Path, drop: str) -> int:
    report = sync(Options(folder / "config.toml", now=drop_time(drop).isoformat()))
    show_report(report, values=True, limit=5)
    return report.code


# ── people ──


def people_act(box: Running, drop: str) -> Iterator[str]:
    """What the clinic's people do in the CRM before the second morning; says what they did."""
    if drop != "2026-10-06T0830":
        return
    state = _state(box)
    reminders = [deal["id"] for deal in state["deals"] if deal["pipeline"] == "Оповещение о визите"]
    for deal, stage in zip(reminders, ("Запись подтверждена", "Запись подтверждена", "Уточнить"), strict=False):
        box.admin("POST", "act", {"do": "move", "deal": deal, "stage": stage})
    yield _("patients answered the reminders: two confirmed, one to be called")
    waiting = next(
        d["id"] for d in state["deals"] if str(d["title"]).startswith("Тарасова") and d["stage"] == "Ожидает"
    )
    box.admin("POST", "act", {"do": "move", "deal": waiting, "stage": "Отказался"})
    yield _("an operator closed a deal of the waiting list, which the MIS is about to call booked")
    contact = next(c["id"] for c in state["contacts"] if "+79815552819" in _list(c["phones"]))
    box.admin("POST", "act", {"do": "add_phone", "contact": contact, "phone": "8 900 555-01-99"})
    box.admin("POST", "act", {"do": "edit", "contact": contact, "fields": {"secondName": "Тимурыч"}})
    yield _("an operator added a phone to a contact and corrected its patronymic")


def _list(value: object) -> list[object]:
    assert isinstance(value, list)
    return value


def _state(box: Running) -> dict[str, list[dict[str, object]]]:
    state: dict[str, list[dict[str, object]]] = box.admin("GET", "state")
    return state


# ── the board ──


def _show_board(box: Running) -> None:
    from rich.table import Table

    from dentsync.load.console import console

    out = console()
    deals = _state(box)["deals"]
    for pipeline in dict.fromkeys(str(deal["pipeline"]) for deal in deals):
        table = Table(title=pipeline, title_justify="left", title_style="bold", expand=True)
        stages: dict[str, list[str]] = {}
        for deal in deals:
            if deal["pipeline"] == pipeline:
                stages.setdefault(str(deal["stage"]), []).append(str(deal["title"]))
        for stage, titles in stages.items():
            table.add_column(f"{stage} ({len(titles)})", ratio=1, no_wrap=True, overflow="ellipsis")
        for row in range(min(5, max(map(len, stages.values())))):
            table.add_row(*(titles[row] if row < len(titles) else "" for titles in stages.values()))
        out.print(table)


def _farewell(folder: Path, box: Running, *, keep: bool) -> None:
    counters = box.admin("GET", "counters")
    click.echo(_("requests {requests}, messages the CRM would have sent {messages}").format(**counters))
    if keep:
        click.secho(_("the board: {url} (Ctrl-C ends)").format(url=box.board), bold=True)
        with suppress(KeyboardInterrupt):
            threading.Event().wait()
    else:
        command = f"dentsync sandbox serve --data {folder / 'sandbox'}"
        click.echo(_("the board is at {url} while this runs: {command}").format(url=box.board, command=command))
