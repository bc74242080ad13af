"""Reports, status and callers on a terminal or as JSON."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click
import msgspec

from dentsync.lang import _
from dentsync.load.console import GROUP_LIMIT, drift_lines, outcome_lines, show_plan, text_of
from dentsync.model import NAME_WAITS, Result
from dentsync.redact import redact

if TYPE_CHECKING:
    from dentsync.runs.files import FileReport
    from dentsync.runs.looking import Caller, FeedStatus, Overview
    from dentsync.runs.main_job import Report
    from dentsync.runs.online import Survey
    from dentsync.runs.telling import Telling


def show_report(report: "Report", *, values: bool, limit: int | None = GROUP_LIMIT) -> None:
    """What a run did: files, plan, outcomes, and one closing line."""
    click.echo(f"{report.clinic} · {report.now:%d.%m.%Y %H:%M} · {report.command}")
    for line in file_lines(report.files, values=values):
        click.echo(line if values else redact(line))
    plan = report.plan
    if plan and (plan.operations or plan.held or report.command == "diff"):
        show_plan(plan, values=values, limit=limit)
    for line in result_lines(report, values=values):
        click.echo(line if values else redact(line))
    if report.seen is not None:
        show_seen(report.seen, values=values, limit=limit)


def show_seen(seen: "Survey", *, values: bool, limit: int | None) -> None:
    """What people did in the CRM, and how much was looked at."""
    from dentsync.load.drift_list import show_drift

    show_drift(seen.drift, values=values, limit=limit)
    line = _("looked at in the CRM: contacts {contacts}, deals {deals}; changed by people {drift}; requests {requests}")
    counts = {name: getattr(seen, name) for name in ("contacts", "deals", "requests")}
    click.echo("\n" + line.format(**counts, drift=len(seen.drift)))
    if seen.blind:
        click.echo(_("! most of our items are not to be seen in the CRM: has the webhook lost rights? dentsync check"))


def file_lines(files: "Sequence[FileReport]", *, values: bool) -> Iterator[str]:
    """One line a file: its counts, which add up, or the reason why it was not used."""
    read = [file for file in files if file.state == "read"]
    width = max((len(file.name) for file in read), default=0)
    if read:
        yield f"  {'':<{width}}{_sum(_('read'), _('loaded'), _('rejected'), _('ignored'), _('new'))}"
    for file in read:
        yield f"  {file.name:<{width}}{_sum(file.read, file.loaded, file.rejected, file.ignored, file.fresh)}"
        if file.missing:
            yield "    " + _("gone from the file, kept in the CRM: {n}").format(n=file.missing)
        if file.unknown:
            yield "    " + _("columns not used: {names}").format(names=", ".join(file.unknown))
        if file.vanished:
            yield "    " + _("columns gone since the last file: {names}").format(names=", ".join(file.vanished))
        for remark in file.remarks:
            yield f"    {remark}"
    for file in files:
        if file.state != "read":
            said = f"{file.name} {file.message}" if values and not file.feed else file.said
            yield f"  {'!' if file.state in ('failed', 'refused') else '·'} {said}"


def _sum(read: object, loaded: object, rejected: object, ignored: object, new: object) -> str:
    return f"{read:>6} ={loaded:>7} +{rejected:>9} +{ignored:>8}{new:>6}"


def result_lines(report: "Report", *, values: bool) -> Iterator[str]:
    """Outcomes, drift, refusals and the closing line."""
    plan, pushed = report.plan, report.pushed
    if plan and plan.refusals and not pushed:
        yield from (f"  ! {refusal}" for refusal in plan.refusals)
        line = _("refused, nothing sent; look: dentsync diff; if it is right: dentsync {command} --approve {digest}")
        yield line.format(command=_pushing(report.command), digest=plan.digest)
    if pushed and pushed.outcomes:
        yield from outcome_lines(pushed.outcomes)
        yield from drift_lines(pushed.drift, values=values)
        counts = {result.value: pushed.count(result) for result in Result}
        line = _("applied {applied}, failed {failed}, unknown {unknown}, held {held}, kept {kept}; requests {requests}")
        yield line.format(**counts, requests=pushed.requests)
    if pushed and pushed.error:
        yield f"dentsync: {pushed.error}"
    elif report.command == "extract":
        yield _("nothing was sent")
    elif report.command != "diff" and not (plan and plan.operations):
        yield _("nothing to do, no request made")


def _pushing(command: str) -> str:
    """The command that pushes what this one planned: a plan for other feeds would be another plan."""
    context = click.get_current_context(silent=True)
    given = context.params if context else {}
    named = [*given.get("feeds", ()), *(str(given[name]) for name in ("plan", "file") if given.get(name))]
    of_feed = ["--feed", given["feed"]] if given.get("feed") else []
    return " ".join(["sync" if command == "diff" else command, *named, *of_feed])


def report_json(report: "Report") -> str:
    """Counts and reasons, no personal data."""
    return dumps(redact.each(report.summary()))


def cut_short_json(telling: "Telling", code: int) -> str:
    """The same of a run that ended with an error, which may not have come far enough for a report."""
    known = telling.done.summary() if telling.done else {"command": telling.command}
    return dumps(redact.each(known | {"exit_code": code, "error": telling.error or known.get("error", "")}))


def dumps(value: Any) -> str:
    """JSON for people and programs."""
    return msgspec.json.format(msgspec.json.encode(value), indent=1).decode()


# ── status ──


def show_overview(overview: "Overview") -> None:
    """Feeds, runs, what waits, rejects."""
    _say(f"{overview.clinic} · {overview.now:%d.%m.%Y %H:%M}")
    width = max(len(feed.name) for feed in overview.feeds)
    for feed in overview.feeds:
        _say(f"  {feed.name:<{width}}  {_feed(feed)}")
        if feed.diary.before is not None:
            line = _("read otherwise since {day}: {changes}")
            day = ".".join(reversed(feed.diary.since[:10].split("-")))
            _say(f"  {'':<{width}}  {line.format(day=day, changes=feed.diary.changed)}")
    line = _(
        "in {target}: contacts {contacts}, deals {deals}; rows with news {unsettled}; kept as people left it {drift}"
    )
    _say(line.format(**{n: getattr(overview, n) for n in ("target", "contacts", "deals", "unsettled", "drift")}))
    if overview.deleted:
        _say(_("  deleted in the CRM by people {n}; list them: dentsync diff --online").format(n=overview.deleted))
    if overview.crowds:
        numbers = ", ".join(f"{number} ({people})" for number, people in overview.crowds[:5])
        line = _("  numbers of many patients {n}, nobody is found by them; correct them in the MIS: {numbers}")
        _say(line.format(n=len(overview.crowds), numbers=numbers))
    for item in overview.held:
        if item["reason"] != NAME_WAITS:
            _say(_("  held: {key}: {reason} ({origin})").format(**item))
    if waiting := sum(item["reason"] == NAME_WAITS for item in overview.held):
        _say(_("  ? held for their names {n}; decide them: dentsync clean --review FILE.xlsx").format(n=waiting))
    if overview.expiring:
        _say(f"  ! {overview.expiring}")
    lost = sum(fault.lost for fault in overview.faults)
    if overview.faults:
        line = _(
            "rejected rows {lost}, rows with unusable fields {fields}; list them: dentsync clean --rejects FILE.xlsx"
        )
        _say(line.format(lost=lost, fields=len(overview.faults) - lost))
    if overview.names:
        line = _("rows with a doubtful name {n}, in no message; decide them: dentsync clean --review FILE.xlsx")
        _say(line.format(n=overview.names))
    for run in overview.runs[:5]:
        code = run["exit_code"] if run["exit_code"] is not None else _("not finished")
        shown = {**run, "now": run["now"][:16], "code": code, "command": _command_of(run, overview.target)}
        _say(_("  run {id}: {command} at {now}: {code}").format(**shown))


def _command_of(run: Mapping[str, Any], target: str) -> str:
    """What ran, and for which CRM if that is another one."""
    of = msgspec.json.decode(run["summary"] or "{}").get("target", target)
    return str(run["command"]) if of == target else f"{run['command']} ({of})"


def _say(line: str) -> None:
    """Names of files are people's choice; on a terminal they are shown as they are."""
    click.echo(line if sys.stdout.isatty() else redact(line))


def _feed(feed: "FeedStatus") -> str:
    if feed.last is None:
        return _("no file yet")
    late = _(" LATE") if feed.late else ""
    line = _("{name}, {rows} rows, {age} h old{late}")
    return line.format(name=feed.last.name, rows=feed.last.read, age=feed.age_hours, late=late)


def overview_json(overview: "Overview") -> str:
    """The same as one object; faults without the cells they are about."""
    faults = [
        {"feed": f.feed, "origin": str(f.origin), "lost": f.lost, "faults": [[x.field, x.reason] for x in f.faults]}
        for f in overview.faults
    ]
    fields = (
        "clinic",
        "target",
        "now",
        "feeds",
        "runs",
        "held",
        "contacts",
        "deals",
        "drift",
        "deleted",
        "unsettled",
        "crowds",
        "names",
        "expiring",
    )
    shown: dict[str, Any] = msgspec.to_builtins({name: getattr(overview, name) for name in fields})
    return dumps(redact.each(shown | {"faults": faults}))


# ── whois ──


def show_callers(callers: "Sequence[Caller]") -> None:
    """A card a caller."""
    if not callers:
        click.echo(_("nobody known by this number"))
    for caller in callers:
        fields = dict(caller.fields)
        name = " ".join(str(fields.pop(part, None) or "") for part in ("last_name", "first_name", "patronymic")).strip()
        click.echo(name or caller.key)
        for label, value in fields.items():
            click.echo(f"  {label:<15} {text_of(value)}")
        click.echo(f"  {'crm_id':<15} {caller.crm_id or '—'}")


def callers_json(callers: "Sequence[Caller]") -> str:
    """A list of objects, personal data included: it was asked for."""
    return dumps([{"key": c.key, "crm_id": c.crm_id, **c.fields} for c in callers])
