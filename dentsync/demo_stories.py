"""What the demo tells: the exports of two invented clinics, and what their people do in the CRM in between."""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from dentsync.lang import _
from dentsync.sandbox.server import Running

ZONE = ZoneInfo("Europe/Moscow")
SAMPLES = Path(__file__).parent / "samples"

Item = dict[str, Any]


@dataclass(frozen=True)
class Story:
    """A clinic's days. ``variable`` is where its preset looks for the secret of the CRM."""

    crm: str
    preset: str
    samples: Path
    variable: str
    people_act: Callable[[Running, str], Iterator[str]]

    @property
    def drops(self) -> list[str]:
        """The sample drops, oldest first; each is named by the moment its files appear."""
        return sorted(item.name for item in self.samples.iterdir() if item.is_dir())

    def put_files(self, drop: str, inbox: Path) -> None:
        """Copy a drop's files into an inbox as the MIS would have, time stamps included."""
        moment = drop_time(drop).timestamp()
        for file in sorted((self.samples / drop).iterdir()):
            target = inbox / file.name
            shutil.copyfile(file, target)
            os.utime(target, (moment, moment))


def drop_time(drop: str) -> datetime:
    """When the MIS dropped these files, in the clinic's zone."""
    return datetime.strptime(drop, "%Y-%m-%dT%H%M").replace(tzinfo=ZONE)


def _act(box: Running, do: str, **given: object) -> int:
    number: int = box.admin("POST", "act", {"do": do, **given})["id"]
    return number


def _named(items: Iterable[Item], title: str) -> int:
    """The id of the deal whose title begins so."""
    return next(int(item["id"]) for item in items if str(item.get("title") or item["name"]).startswith(title))


def _holder(contacts: Iterable[Item], phone: str) -> int:
    return next(int(contact["id"]) for contact in contacts if phone in contact["phones"])


# ── Helix and Bitrix24 ────────────────────────────────────────────────────────────────────────


def _in_bitrix24(box: Running, drop: str) -> Iterator[str]:
    """Before the second morning; says what they did."""
    if drop != "2026-10-06T0830":
        return
    state = box.admin("GET", "state")
    reminders = [deal["id"] for deal in state["deals"] if deal["pipeline"] == "Оповещение о визите"]
    for deal, stage in zip(reminders, ("Запись подтверждена", "Запись подтверждена", "Уточнить"), strict=False):
        _act(box, "move", deal=deal, stage=stage)
    yield _("patients answered the reminders: two confirmed, one to be called")
    waiting = _named((deal for deal in state["deals"] if deal["stage"] == "Ожидает"), "Тарасова")
    _act(box, "move", deal=waiting, stage="Отказался")
    yield _("an operator closed a waiting deal, which the MIS is about to call booked")
    contact = _holder(state["contacts"], "+79815552819")
    _act(box, "add_phone", contact=contact, phone="8 900 555-01-99")
    _act(box, "edit", contact=contact, fields={"secondName": "Тимурыч"})
    yield _("an operator added a phone to a contact and corrected its patronymic")


# ── IDENT and amoCRM ──────────────────────────────────────────────────────────────────────────

PRIMARY = "Первичные пациенты"


def _in_amocrm(box: Running, drop: str) -> Iterator[str]:
    """Before a drop; says what they did. The search has known it for a minute when the files come."""
    acts = {
        "2026-10-05T0830": _weekend,
        "2026-10-06T0830": _tuesday,
        "2026-10-07T0830": _visits_won,
        "2026-10-07T1400": _wednesday,
    }
    if drop in acts:
        yield from acts[drop](box)
        box.admin("POST", "settings", {"advance": 60})


def _caller(box: Running, name: str, phone: str, status: str) -> None:
    contact = _act(box, "create_contact", name=name, phones=[phone])
    _act(box, "create_lead", name=f"Звонок: {name}", contact=contact, pipeline=PRIMARY, status=status)


def _weekend(box: Running) -> Iterator[str]:
    _caller(box, "Сергей Мальцев", "8 (961) 555-62-59", "Взяли в работу")
    _caller(box, "Нечаева Виктория", "9625556364", "Новый лид")
    yield _("two callers, not yet booked in the MIS: an operator made a lead for each")
    _act(box, "call", phone="+7 999 555-00-77")
    yield _("a call was missed: it waits among the incoming leads")
    _act(box, "create_contact", name="Кузьмина Ольга Николаевна", phones=["8-952-555-07-81"])
    yield _("a patient has been in the CRM for years, without a card number")


def _visits_won(box: Running) -> Iterator[str]:
    visited = [lead["id"] for lead in box.admin("GET", "state")["leads"] if lead["status"] == "Посетил"]
    for lead in visited:
        _act(box, "move", lead=lead, status="Успешно реализовано")
    yield _("operators closed the deals of visits as won: {n}").format(n=len(visited))


def _tuesday(box: Running) -> Iterator[str]:
    yield from _visits_won(box)
    state = box.admin("GET", "state")
    _act(box, "move", lead=_named(state["leads"], "Савельев Антон"), status="Взяли в работу")
    yield _("an operator took a deal back to work on: the MIS still says booked")
    contact = _holder(state["contacts"], "+79815552819")
    _act(box, "add_phone", contact=contact, phone="8 900 555-01-99")
    yield _("an operator added a phone to a contact; the MIS changes its own one")


def _wednesday(box: Running) -> Iterator[str]:
    _caller(box, "Фомин Георгий", "8 908 555 70 46", "Новый лид")
    yield _("one more called; he is booked in the MIS before anybody works on his lead")


HELIX = Story("bitrix24", "helix-bitrix24", SAMPLES / "helix", "DENTSYNC_WEBHOOK", _in_bitrix24)
IDENT = Story("amocrm", "ident-amocrm", SAMPLES / "ident-amocrm", "DENTSYNC_TOKEN", _in_amocrm)
STORIES = {story.crm: story for story in (HELIX, IDENT)}
