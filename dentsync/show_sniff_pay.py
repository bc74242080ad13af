"""What ``sniff`` found in a file of pay. Nobody's name is shown, nor any amount."""

import sys
from typing import TYPE_CHECKING

import click

from dentsync.lang import _
from dentsync.redact import redact
from dentsync.show import dumps

if TYPE_CHECKING:
    from dentsync.runs.pay_sniffing import PaySniffed

ROLES = {
    "rates": "pay: the rate directory", "plan": "pay: planned shifts", "time": "pay: worked time",
    "absences": "pay: absences",
}  # fmt: skip


def show_sniffed_pay(found: "PaySniffed") -> None:
    """What it is, what cannot be used, and the lines to paste."""
    size = _("{size} bytes").format(size=f"{found.size:,}".replace(",", " "))
    _say(f"{found.path.name} · {size} · {_(ROLES[found.role])}")
    if found.sheets:
        _say(f"  {_('sheet')}  {', '.join(found.sheets)}")
    _say(f"  {_('contents')}  {found.contents}\n")
    for fault in found.faults:
        _say(fault)
    if found.faults:
        click.echo(_("cells that cannot be used: {count}; mend them").format(count=len(found.faults)) + "\n")
    _say(f"{found.section}\n")
    click.echo(_("into [payroll] of config.toml, which stands there once, with the path from its folder"))
    click.echo(_("then: dentsync payroll --month 2026-10; all of it: docs/pay.md"))


def sniffed_pay_json(found: "PaySniffed") -> str:
    """The same as one object."""
    names = ("size", "role", "sheets", "contents", "faults", "codes", "section")
    return dumps(redact.each({"file": found.path.name} | {name: getattr(found, name) for name in names}))


def _say(line: str) -> None:
    """Names of files and sheets are people's choice; on a terminal they are shown as they are."""
    click.echo(line if sys.stdout.isatty() else redact(line))
