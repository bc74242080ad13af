"""What a pull came to, on a terminal: figures, and who is not known by code."""

from collections.abc import Iterator

from dentsync.lang import _
from dentsync.load.console import Piece, show
from dentsync.runs.pay_pull import PullDone

METHODS = {
    "user.get": "people", "lists.element.get": "rate directory", "calendar.event.get": "planned shifts",
    "timeman.record.list": "worked time", "timeman.timecontrol.reports.get": "worked time, older reports",
    "timeman.timecontrol.reports.settings.get": "settings of the older reports",
}  # fmt: skip


def show_pull(done: PullDone) -> None:
    """A line for each sort of answer, then what is not known."""
    show(pull_lines(done))


def pull_lines(done: PullDone) -> Iterator[list[Piece]]:
    """What ``show_pull`` shows."""
    line = _("{month:%Y-%m}: version {version}; requests {requests}")
    yield [(line.format(month=done.month, version=done.version, requests=done.requests), "bold")]
    for method, count in done.answers.items():
        yield [(f"  {_(METHODS[method])}: {count}", "")]
    for method, count in sorted(done.changed.items()):
        line = _("  changed since the version before: {what}, {count}")
        yield [(line.format(what=_(METHODS[method]), count=count), "yellow")]
    if done.changed and done.over:
        line = _("! the month is over: version {version} counts now, the earlier ones are kept")
        yield [(line.format(version=done.version), "yellow")]
    for employee, why in done.unknown:
        yield [(_("? not known: employee {code}: {why}").format(code=employee, why=why), "yellow")]
    if done.strangers:
        codes = ", ".join(done.strangers)
        line = _("  no user of the portal has these codes of the directory: {codes}; their time comes from files")
        yield [(line.format(codes=codes), "")]
