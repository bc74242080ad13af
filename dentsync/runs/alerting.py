"""Alerts: reads whom to tell and what they know, sends what is news to them, remembers it.

What was told is kept in a small file beside the state store, not in it: an alert has to go out, once, also when the
store is damaged, locked by another run, or its disk is full. The last good ``[alerts]`` are kept there too, for the run
that finds a broken configuration.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from filelock import FileLock, Timeout

from dentsync.config import Alerts, secret_at
from dentsync.config_checks import toml_of
from dentsync.config_reader import Reader
from dentsync.errors import ConfigError
from dentsync.lang import _
from dentsync.load.expiry import end_of, stage_of
from dentsync.redact import redact
from dentsync.store.private import make_folder, write_file
from dentsync.transform.alerts import (
    PASSING,
    SILENT,
    Ending,
    Event,
    Notice,
    Standing,
    after,
    due,
    event_of,
    expiry_notice,
    knows,
    notice_of,
)

NAME = "alerts.json"
EXPIRING = "crm.token"
"""Stands among the lines of cron; the code is how near its end the token is."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run that has ended. ``line``: command and feeds; ``beats``: it gives the sign of life."""

    id: str
    line: str
    ending: Ending
    beats: bool = False


class Memory(msgspec.Struct, frozen=True):
    """What was told, by line of cron, and the last good ``[alerts]``."""

    version: int = 1
    alerts: Alerts | None = None
    lines: dict[str, Standing] = {}


def tell(config: Path, run: Run) -> Iterator[str]:
    """Tell those who do not know yet how this line stands. Yields why something could not be told."""
    state, alerts = _settings(config)
    if alerts is None:
        return
    before = _recalled(state)
    standing = after(before.lines.get(run.line, Standing()), run.ending)
    for place in due(standing, _places(alerts)):
        notice = _notice(event_of(standing, place), standing, alerts, run)
        problem = _sent(place, notice, standing, alerts, config, run)
        if problem:
            yield problem
        else:
            standing = knows(standing, place)
    if alerts != before.alerts or standing != before.lines.get(run.line, Standing()):
        yield from _remembered(state, run.line, standing, alerts)
    yield from _tell_of_token(config, state, alerts, before.lines.get(EXPIRING, Standing()), run)
    if run.beats and alerts.heartbeat and run.ending.code not in (*SILENT, *PASSING):
        yield from _beat(alerts, config, run)


def _tell_of_token(config: Path, state: Path, alerts: Alerts, before: Standing, run: Run) -> Iterator[str]:
    """Tell that the token of the CRM ends soon, at each moment to warn at. A new one is no news to who made it."""
    end = end_of(_token(config))
    stage = stage_of(end, run.ending.at) if end else 0
    known = before.told if before.since == end else {}
    standing = Standing(stage, end, told=known) if stage else Standing()
    about = replace(run, line=EXPIRING)
    for place in due(standing, _places(alerts)):
        local = replace(standing, since=end.astimezone(_zone(alerts.timezone))) if end else standing
        problem = _sent(place, expiry_notice(local, clinic=alerts.clinic), standing, alerts, config, about)
        if problem:
            yield problem
        else:
            standing = knows(standing, place)
    if standing != before:
        yield from _remembered(state, EXPIRING, standing, alerts)


def _token(config: Path) -> str:
    """What opens the CRM, where that is a token; empty where it cannot be had."""
    try:
        crm = toml_of(config).get("crm")
        place = crm.get("token", "") if isinstance(crm, dict) else ""
        return secret_at(place, EXPIRING, config, os.environ) if isinstance(place, str) and place else ""
    except ConfigError:
        return ""


def lacking(config: Path) -> Iterator[str]:
    """Why a secret of ``[alerts]`` cannot be had."""
    alerts = Reader(config).alerts(toml_of(config))
    if alerts is None:
        return
    places = {"alerts.webhook": alerts.webhook, "alerts.heartbeat": alerts.heartbeat}
    if alerts.account and alerts.account.user:
        places["mail.password"] = alerts.account.password
    for key, place in places.items():
        try:
            secret_at(place, key, config, os.environ) if place else None
        except ConfigError as error:
            yield str(error)


def try_out(config: Path) -> Iterator[str]:
    """Send a trial to every place, whatever they know. Yields why something did not arrive."""
    alerts = Reader(config).alerts(toml_of(config))
    if alerts is None:
        yield _("there is no [alerts] in {file}").format(file=config.name)
        return
    at = datetime.now(UTC)
    run = Run("check", "check", Ending(0, at))
    notice = Notice("trial", f"dentsync: {alerts.clinic}: проверка", "Проверка: сообщения dentsync доходят сюда.\n")
    for place in _places(alerts):
        if problem := _sent(place, notice, Standing(since=at), alerts, config, run):
            yield problem
    if alerts.heartbeat:
        yield from _beat(alerts, config, run)


# ── whom to tell ──────────────────────────────────────────────────────────────────────────────


def _settings(config: Path) -> tuple[Path, Alerts | None]:
    """The state directory and ``[alerts]``; where the configuration cannot be read, those of the last run."""
    root = config.resolve().parent
    state = root / "state"
    try:
        data = toml_of(config)
        state = root / _folder(data)
        return state, Reader(config).alerts(data)
    except ConfigError:
        return state, _recalled(state).alerts


def _folder(data: Mapping[str, Any]) -> str:
    files = data.get("files")
    folder = files.get("state") if isinstance(files, dict) else None
    return folder if isinstance(folder, str) and folder else "state"


def _places(alerts: Alerts) -> tuple[str, ...]:
    return ("mail",) * bool(alerts.to) + ("webhook",) * bool(alerts.webhook)


# ── what they know ────────────────────────────────────────────────────────────────────────────


def _files(state: Path) -> tuple[Path, Path]:
    """Where it is kept, and where it is kept while that cannot be written: a full or read-only disk fails every run."""
    name = hashlib.sha256(str(state).encode()).hexdigest()[:16]
    return state / NAME, Path(tempfile.gettempdir()) / f"dentsync-{os.getuid()}-{name}.json"


def _recalled(state: Path) -> Memory:
    """What is remembered; nothing of a file that is not ours or not readable."""
    found = [memory for file in _files(state) if (memory := _read(file))]
    return max(found, key=lambda one: one[0])[1] if found else Memory()


def _read(file: Path) -> tuple[int, Memory] | None:
    try:
        status = file.lstat()
        if status.st_uid != os.getuid() or file.is_symlink():
            return None
        return status.st_mtime_ns, msgspec.json.decode(file.read_bytes(), type=Memory)
    except (OSError, msgspec.MsgspecError):
        return None


def _remembered(state: Path, line: str, standing: Standing, alerts: Alerts) -> Iterator[str]:
    reason: object = ""
    kept, spare = _files(state)
    for file in (kept, spare):
        try:
            with _alone(kept) if file == kept else nullcontext():
                memory = _recalled(state)  # another line may have written meanwhile
                write_file(file, msgspec.json.encode(Memory(1, alerts, {**memory.lines, line: standing})))
                if file == kept:
                    spare.unlink(missing_ok=True)
            return
        except OSError as error:
            reason = reason or error.strerror
        except Timeout:
            reason = reason or _("another program holds it")
    yield _("what was told cannot be remembered, and will be told again: {reason}").format(reason=reason)


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    make_folder(file.parent)
    with FileLock(f"{file}.lock", timeout=5, mode=0o600):
        yield


# ── telling ───────────────────────────────────────────────────────────────────────────────────


def _notice(event: Event, standing: Standing, alerts: Alerts, run: Run) -> Notice:
    zone = _zone(alerts.timezone)
    local = replace(standing, since=standing.since.astimezone(zone) if standing.since else None)
    at = run.ending.at.astimezone(zone)
    return notice_of(event, local, clinic=alerts.clinic, line=run.line, at=at, run=run.id)


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        return None


def _sent(place: str, notice: Notice, standing: Standing, alerts: Alerts, config: Path, run: Run) -> str:
    """Send a notice; nothing, or why the place does not know it."""
    send: dict[str, Callable[[Notice, Standing, Alerts, Path, Run], str]] = {"mail": _mailed, "webhook": _posted}
    try:
        problem = send[place](notice, standing, alerts, config, run)
    except ConfigError as error:
        problem = str(error)
    return f"{place}: {problem}" if problem else ""


def _mailed(notice: Notice, standing: Standing, alerts: Alerts, config: Path, run: Run) -> str:
    from dentsync.load.mail import Account, Letter, send

    account = alerts.account
    assert account is not None
    password = secret_at(account.password, "mail.password", config, os.environ) if account.user else ""
    letter = Letter(alerts.to, redact(notice.subject), redact(notice.text), id=_id(alerts, run.line, notice, standing))
    mailbox = Account(account.host, account.port, account.security, account.sender, account.user, password)
    return send(letter, mailbox).why


def _id(alerts: Alerts, line: str, notice: Notice, standing: Standing) -> str:
    """The same for the same news: a server that took the letter without our knowing can drop the second one."""
    news = (alerts.clinic, line, notice.event, standing.code, standing.since)
    return hashlib.sha256(msgspec.json.encode(news)).hexdigest()[:32]


def _posted(notice: Notice, standing: Standing, alerts: Alerts, config: Path, run: Run) -> str:
    from dentsync.load.webhook import post

    message = {
        "version": 1,
        "event": notice.event,
        "clinic": alerts.clinic,
        "command": run.line,
        "exit_code": run.ending.code if notice.event == "expiring" else standing.code,
        "error": standing.error,
        "since": standing.since.isoformat(timespec="seconds") if standing.since else None,
        "at": run.ending.at.isoformat(timespec="seconds"),
        "run": run.id,
        "text": f"{notice.subject}\n\n{notice.text}",
    }
    return post(secret_at(alerts.webhook, "alerts.webhook", config, os.environ), redact.each(message))


def _beat(alerts: Alerts, config: Path, run: Run) -> Iterator[str]:
    from dentsync.load.webhook import ping

    try:
        address = secret_at(alerts.heartbeat, "alerts.heartbeat", config, os.environ)
        problem = ping(address_of(address, run.line, run.ending.code))
    except ConfigError as error:
        problem = str(error)
    if problem:
        yield f"heartbeat: {problem}"


def address_of(heartbeat: str, line: str, code: int) -> str:
    """Where a run reports: the address, followed by the exit code where it is not 0; empty for what is no address.

    ``{line}`` in it becomes the line of cron (``sync-reminders``): one secret, a check for each line.
    """
    try:
        parts = urlsplit(heartbeat.replace("{line}", line.replace(" -c ", " ").replace(" ", "-")))
    except ValueError:
        return ""
    path = parts.path.rstrip("/") + f"/{code}" if code else parts.path
    return urlunsplit(parts._replace(path=path))
