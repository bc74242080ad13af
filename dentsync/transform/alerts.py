"""Who has to be told what about a line of cron: once when it starts to fail, again when it fails otherwise, once when
it works again.

Pure: what was told is a value, and so is what has to be said. Texts are Russian: they go to people of the clinic.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from dentsync.errors import ExitCode

PASSING = (ExitCode.LOCKED, ExitCode.TERMINATED)
"""Ends that mean little by themselves: another run was at work, the machine was shut down."""
LASTING = 3
"""So many passing ends in a row are a failure."""
SILENT = (ExitCode.INTERRUPTED,)
"""A person stopped it, and knows."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Of one line of cron. ``code``: how it stands, 0 for well. ``since``: when it stopped being well.

    ``told``: the code each place (mail, webhook) knows of. ``passing``: passing ends in a row, from ``passing_since``.
    """

    code: int = 0
    since: datetime | None = None
    error: str = ""
    told: Mapping[str, int] = field(default_factory=dict)
    passing: int = 0
    passing_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended: exit code, when, and its error line."""

    code: int
    at: datetime
    error: str = ""


def after(standing: Standing, ending: Ending) -> Standing:
    """How the line stands after another run."""
    if ending.code in SILENT:
        return standing
    if ending.code in PASSING:
        since = standing.passing_since or ending.at
        standing = replace(standing, passing=standing.passing + 1, passing_since=since)
        return standing if standing.passing < LASTING else _stands(standing, replace(ending, at=since))
    return _stands(replace(standing, passing=0, passing_since=None), ending)


def _stands(standing: Standing, ending: Ending) -> Standing:
    code = 0 if ending.code == ExitCode.CHANGES else ending.code
    since = standing.since if standing.code or not code else ending.at
    return replace(standing, code=code, since=since, error=ending.error if code else "")


def due(standing: Standing, places: Iterable[str]) -> tuple[str, ...]:
    """The places that do not know yet how the line stands."""
    return tuple(place for place in places if standing.told.get(place, 0) != standing.code)


def knows(standing: Standing, place: str) -> Standing:
    """After a place was told."""
    return replace(standing, told={**standing.told, place: standing.code})


# ── what is said ──────────────────────────────────────────────────────────────────────────────

Event = Literal["failing", "changed", "recovered", "expiring", "trial"]

_ENDS: Mapping[int, tuple[str, str]] = {
    ExitCode.FAILED: (
        "не выполнено",
        "Если в строке назван файл, проверьте выгрузку МИС; если CRM или сеть, ничего: следующий запуск повторит сам.",
    ),
    ExitCode.USAGE: ("ошибка настройки", "Исправьте то, что названо, и проверьте: dentsync check"),
    ExitCode.BUG: (
        "ошибка в программе",
        "Запустите ту же команду вручную и пришлите разработчику её сообщение: личных данных в нём нет.",
    ),
    ExitCode.PARTIAL: (
        "выполнено не полностью",
        "Что ждёт решения человека, покажет: dentsync status. Остальное следующий запуск повторит сам.",
    ),
    ExitCode.REFUSED: (
        "остановлено предохранителем, ничего не отправлено",
        "Проверьте выгрузку. Если в ней всё верно, повторите команду с --approve и кодом из сообщения.",
    ),
    ExitCode.LOCKED: (
        "другой запуск не заканчивается",
        "Посмотрите на процесс, который назван в сообщении. Если он завис, завершите его.",
    ),
    ExitCode.TERMINATED: (
        "останавливают раньше, чем он закончит",
        "Проверьте, кто останавливает запуск: время, память, планировщик.",
    ),
}
_OTHERWISE = ("не выполнено", "Запустите ту же команду вручную и посмотрите, что она скажет.")


@dataclass(frozen=True, slots=True)
class Notice:
    """What is said to one place."""

    event: Event
    subject: str
    text: str


def event_of(standing: Standing, place: str) -> Event:
    """What is news to this place."""
    if standing.code == 0:
        return "recovered"
    return "changed" if standing.told.get(place, 0) else "failing"


def notice_of(event: Event, standing: Standing, *, clinic: str, line: str, at: datetime, run: str) -> Notice:
    """The subject and the text for people. ``line``: command and feeds; moments are in the zone they are given in."""
    end, way_out = _ENDS.get(standing.code, _OTHERWISE)
    end = "снова работает" if event == "recovered" else end
    facts = {
        "Клиника": clinic,
        "Команда": f"dentsync {line}",
        "Что случилось": f"{end}, код {standing.code}" if standing.code else end,
        "Сообщение": standing.error,
        "Не в порядке было с" if event == "recovered" else "С какого времени": _moment(standing.since),
        "Сейчас": _moment(at),
        "Что делать": way_out
        if standing.code
        else "Ничего. Ждёт ли что-нибудь решения человека, покажет: dentsync status",
        "Запуск": run,
    }
    text = "\n".join(f"{name}: {value}" for name, value in facts.items() if value)
    subject = ": ".join(filter(None, ("dentsync", clinic, f"{line} — {end}")))
    return Notice(event, subject, text + "\n")


def expiry_notice(standing: Standing, *, clinic: str) -> Notice:
    """What is said before the token of the CRM ends, and when it has. ``since``: its end, in the clinic's zone."""
    subject = f"dentsync: {clinic}: токен CRM действует до {_moment(standing.since)}"
    way_out = (
        "Создайте новый токен в ключах интеграции и положите на место прежнего. С истёкшим в CRM не попадёт ничего."
    )
    facts = {"Клиника": clinic, "Токен CRM действует до": _moment(standing.since), "Что делать": way_out}
    return Notice("expiring", subject, "".join(f"{name}: {value}\n" for name, value in facts.items() if value))


def _moment(at: datetime | None) -> str:
    return f"{at:%d.%m.%Y %H:%M}" if at else ""
