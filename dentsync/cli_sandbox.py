"""Commands to rehearse with: the sandbox and the demo."""

import gc
from pathlib import Path

import click

from dentsync.cli_help import Command, Group
from dentsync.cli_options import DATA
from dentsync.errors import ExitCode
from dentsync.lang import _

CRM = click.option(
    "--crm", type=click.Choice(["bitrix24", "amocrm"]), default="bitrix24", show_default=True, help="Which CRM it is."
)


@click.group(cls=Group)
def sandbox() -> None:
    """A local Bitrix24 or amoCRM to rehearse on."""


@sandbox.command()
@DATA
@CRM
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8024, show_default=True, help="On 127.0.0.1, nowhere else."
)
@click.option("--speed", default=1.0, show_default=True, help="How many times faster its clock runs.")
def serve(data: Path, crm: str, port: int, speed: float) -> int:
    """Run the sandbox until Ctrl-C.

    \b
    Example:  dentsync sandbox serve --port 8024
              dentsync sandbox serve --crm amocrm
    """
    from dentsync.sandbox.server import Running
    from dentsync.sandbox.server import serve as run_server

    gc.enable()  # this one lives long

    def ready(box: Running) -> None:
        click.echo(_("board:   {url}").format(url=box.board))
        if crm == "bitrix24":
            click.echo(f"webhook: export DENTSYNC_WEBHOOK={box.webhook}")
            return
        for door in box.doors:
            click.echo(_("account: {name} at {url}, its token:").format(name=door.name, url=door.url))
            click.echo(door.keys["token"])

    run_server(data, port, speed=speed, crm=crm, ready=ready)
    return ExitCode.DONE


@sandbox.command()
@DATA
@CRM
def reset(data: Path, crm: str) -> int:
    """Empty the sandbox's portal, or its accounts.

    \b
    Example:  dentsync sandbox reset
    """
    from dentsync.sandbox.server import reset as empty

    empty(data, crm=crm)
    click.echo(_("the sandbox is as new"))
    return ExitCode.DONE


@click.command(cls=Command)
@click.option(
    "--folder", type=click.Path(path_type=Path, file_okay=False), default=Path("demo"), show_default=True,
    help="Where the demo works; emptied first.",
)  # fmt: skip
@CRM
@click.option("--keep", is_flag=True, help="Leave the sandbox running at the end, to look at its board.")
def demo(folder: Path, crm: str, keep: bool) -> int:
    """Three days of an invented clinic into a local Bitrix24 or amoCRM.

    \b
    Example:  dentsync demo --keep
              dentsync demo --crm amocrm
    """
    from dentsync.demo import run_demo

    return run_demo(folder, crm=crm, keep=keep)
