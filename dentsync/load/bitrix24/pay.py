"""What a portal knows of a month's work: people, records of time, planned shifts, a list of rates. Nothing is written.

Answers are kept as they came; what they mean is for ``transform.pay`` to say. Sources: timeman/, calendar/, lists/ and
user/ of bitrix24/b24restdocs.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from dentsync.errors import ConfigError
from dentsync.lang import _
from dentsync.load.bitrix24.portal import ATTEMPTS, Portal, no_answer, result_of, strange_answer
from dentsync.load.bitrix24.target import read_pace
from dentsync.load.bitrix24.webhook import parse_webhook
from dentsync.load.bitrix24.wire import Command, Done, Rejected
from dentsync.load.target import Clock
from dentsync.model import PortalAnswer

PAGE = 50
RECORDS = "timeman.record.list"
REPORT = "timeman.timecontrol.reports.get"
REPORT_SETTINGS = "timeman.timecontrol.reports.settings.get"
NO_METHOD = "ERROR_METHOD_NOT_FOUND"
EDGE = timedelta(days=1)
"""A night shift reaches into the next month."""

_FIELDS = ["id", "userId", "startTime", "endTime", "duration", "breakLength", "state", "isApproved"]
_COLUMNS = ["ID", "ACTIVE", "NAME", "LAST_NAME", "SECOND_NAME", "WORK_POSITION", "UF_DEPARTMENT"]


@dataclass(frozen=True, slots=True)
class Month:
    """From the first moment of a month up to the first of the next, aware. ``now``: the future has no reports."""

    first: datetime
    end: datetime
    now: datetime

    @property
    def reports(self) -> list[datetime]:
        """A moment of each calendar month whose days may belong to it."""
        return [one for one in (self.first - EDGE, self.first, self.end) if one <= self.now]


class PayReader:
    """Reads one portal through the door that all requests take: its limits, its retries, its secret."""

    def __init__(
        self, secret: str, clock: Clock, pace: Mapping[str, Any] | None, limits: Path | None, certificates: str = ""
    ) -> None:
        webhook = parse_webhook(secret)
        known = read_pace(pace, webhook.host)
        self._portal = Portal(webhook, clock, known, host=known.host, limits=limits, certificates=certificates)

    @property
    def requests(self) -> int:
        """HTTP requests sent so far."""
        return self._portal.requests

    def pace(self) -> Mapping[str, Any]:
        """State of the limits, for the next run."""
        pace: Mapping[str, Any] = msgspec.to_builtins(self._portal.pace())
        return pace

    def check(self, needed: Iterable[str]) -> None:
        """Of «user|user_basic» one is enough. Raises ConfigError where a scope is not ticked, and TargetError."""
        granted = result_of(self._portal.ask({"scope": Command("scope", {})})["scope"], "scope")
        if not isinstance(granted, list):
            raise strange_answer("scope")
        if missing := sorted(one for one in needed if not set(one.split("|")) & set(map(str, granted))):
            line = _("the webhook has no access to {scopes}; open it in Bitrix24 and tick them")
            raise ConfigError(line.format(scopes=", ".join(missing)))

    def people(self) -> PortalAnswer:
        """Everybody, the dismissed too: they are paid for the days they worked."""
        rows = self._pages("user.get", {"sort": "ID", "order": "ASC", "select": _COLUMNS})
        return PortalAnswer("user.get", "", rows)

    def rates(self, number: int, kind: str, columns: Sequence[str]) -> PortalAnswer:
        """All elements of a list."""
        params = {
            "IBLOCK_TYPE_ID": kind, "IBLOCK_ID": number, "SELECT": ["ID", "NAME", *columns],
            "ELEMENT_ORDER": {"ID": "ASC"},
        }  # fmt: skip
        return PortalAnswer("lists.element.get", str(number), self._pages("lists.element.get", params))

    def _pages(self, method: str, params: Mapping[str, Any]) -> list[Any]:
        """Rows of a list, each with its ID."""
        rows: list[Any] = []
        start: int | None = 0
        while start is not None:
            answer = self._portal.ask({"l0": Command(method, {**params, "start": start})})["l0"]
            page = result_of(answer, method)
            following = answer.next if isinstance(answer, Done) else None
            if not isinstance(page, list) or (following is not None and following <= start):
                raise strange_answer(method)
            if not all(isinstance(row, Mapping) and str(row.get("ID")).isdigit() for row in page):
                raise strange_answer(method)
            rows += page
            start = following
        return rows

    def shifts(self, users: Sequence[str], month: Month, word: str, sections: Sequence[int]) -> list[PortalAnswer]:
        """Events of each employee's calendar whose name begins with ``word``; the rest of it is nobody's business."""
        window = {"from": f"{month.first - EDGE:%Y-%m-%d}", "to": f"{month.end:%Y-%m-%d}"}
        params = {"type": "user", **window, **({"section": [*sections]} if sections else {})}
        answers = self._each("calendar.event.get", "ownerId", users, params)
        return [replace(one, body=_named(one.body, word)) for one in answers]

    def time(self, users: Sequence[str], month: Month) -> list[PortalAnswer]:
        """Records of each employee; of an old portal, which has none, the reports of its time control."""
        answers: list[PortalAnswer] = []
        for user in users:
            answer = self._records(user, month)
            if answer.error == NO_METHOD:
                return self._reports(users, month)
            answers.append(answer)
        return answers

    def _records(self, user: str, month: Month) -> PortalAnswer:
        """One employee's: the method takes no more, and no batch."""
        bounds = [(month.first - EDGE).isoformat(), (month.end + EDGE).isoformat()]
        rows: list[Any] = []
        for number in range(1, 1000):
            payload = {
                "filter": [["userId", int(user)], ["startTime", "between", bounds]],
                "select": _FIELDS,
                "order": {"startTime": "ASC"},
                "pagination": {"page": number, "limit": PAGE},
            }
            answer = self._post(RECORDS, payload)
            if isinstance(answer, Rejected):
                return PortalAnswer(RECORDS, user, error=answer.code or "refused")
            page = answer.result.get("items") if isinstance(answer.result, Mapping) else None
            if not isinstance(page, list):
                raise strange_answer(RECORDS)
            rows += page
            if len(page) < PAGE:
                break
        return PortalAnswer(RECORDS, user, {"items": rows})

    def _post(self, method: str, payload: Mapping[str, Any]) -> Done | Rejected:
        for attempt in range(ATTEMPTS):
            if attempt:
                self._portal.clock.sleep(2.0**attempt)
            heard = self._portal.calls.post(method, payload)
            if isinstance(heard, Done | Rejected):
                return heard
        raise no_answer()

    def _reports(self, users: Sequence[str], month: Month) -> list[PortalAnswer]:
        answers = [_told(REPORT_SETTINGS, "", self._portal.ask({"s": Command(REPORT_SETTINGS, {})})["s"])]
        for one in month.reports:
            asked = {"MONTH": one.month, "YEAR": one.year}
            answers += map(_report_alone, self._each(REPORT, "USER_ID", users, asked, f"{one:%Y-%m}"))
        return answers

    def _each(
        self, method: str, key: str, users: Sequence[str], params: Mapping[str, Any], month: str = ""
    ) -> list[PortalAnswer]:
        """One command for each employee, fifty in a request; a refusal is one employee's."""
        commands = {f"u{user}": Command(method, {**params, key: int(user)}) for user in users}
        heard = self._portal.ask(commands) if commands else {}
        return [_told(method, user, heard[f"u{user}"], month) for user in users]


def _told(method: str, about: str, heard: Done | Rejected, month: str = "") -> PortalAnswer:
    if isinstance(heard, Rejected):
        return PortalAnswer(method, about, error=heard.code or "refused", month=month)
    return PortalAnswer(method, about, heard.result, month=month)


def _report_alone(answer: PortalAnswer) -> PortalAnswer:
    """Without what it says of the person: that has the last time somebody was seen, and would be news each time."""
    body = answer.body
    return replace(answer, body={"report": body.get("report")}) if isinstance(body, Mapping) else answer


def _named(rows: object, word: str) -> object:
    """What has no name stays, to be asked about."""
    if not isinstance(rows, list):
        return rows
    return [row for row in rows if not isinstance(row, Mapping) or _fold(str(row.get("NAME"))).startswith(_fold(word))]


def _fold(text: str) -> str:
    return " ".join(text.casefold().replace("ё", "е").split())
