"""A clinic with IDENT on the Bitrix24 sandbox: its files, and one deal for each visit."""

from dataclasses import dataclass

from dentsync.config import preset_text
from tests.clinic import DAY, SPEED, Clinic

VISITS = (
    "Номер медкарты;ФИО;Дата и время приема;ФИО врача к которому записан пациент;Статус записи;ID Приема;"
    "Перенесен с;Дата и время создания записи;Дата и время изменения"
)
PATIENTS = "Номер медкарты;ФИО;Телефон;Завершено"
ANNA = "0101;Соколова Анна Викторовна"
ROUTE = """
[routes.primary]
group    = "visit"
feeds    = ["appointments"{feeds}]
pipeline = "Первичные пациенты"
title    = "{{full_name}}, {{start_at:%d.%m %H:%M}}"

[routes.primary.stages]
booked      = "Записан на приём"
confirmed   = "Записан на приём"
completed   = {{ won = "Визит состоялся" }}
no_show     = {{ lost = "Записался, но не пришел" }}
cancelled   = {{ lost = "Записался, но не пришел" }}
rescheduled = {{ lost = "Отменил запись" }}
"""
BOOKED, CAME, NOT_COME = "Записан на приём", "Визит состоялся", "Записался, но не пришел"
MOVED = "Отменил запись"
"""In this pipeline the stage of visits that were moved."""


def configured(clinic: Clinic, routes: str = ROUTE.format(feeds="")) -> Clinic:
    """The clinic with IDENT's feeds and these routes."""
    text = preset_text("ident-bitrix24").replace('target = "bitrix24"', f'target = "bitrix24"\nspeed = {SPEED}')
    before = text.partition("# Задачи «Профосмотр»")[0] + "# ── Маршруты\n\n"
    _routes, after = text.split("[safety]")
    (clinic.folder / "config.toml").write_text(before + routes + "\n[safety]" + after, encoding="utf-8")
    clinic.drop("patients_1.csv", f"{ANNA};8(916)555-01-01;0", header=PATIENTS)
    return clinic


@dataclass
class Visit:
    """A line of the export of visits. Times are ``YYYY-MM-DD HH:MM``."""

    number: int
    at: str
    status: str = "Записан"
    source: str = ""
    booked: str = ""
    changed: str = ""
    doctor: str = "Петров"

    @property
    def line(self) -> str:
        return ";".join(
            (ANNA, self.at, self.doctor, self.status, str(self.number), self.source, self.booked, self.changed)
        )


def visits(clinic: Clinic, *lines: Visit, at: str = DAY, feed: str = "appointments") -> None:
    """The MIS drops the visits as they are at a moment."""
    name = f"{feed}_{at.replace(':', '-')}_{len(list((clinic.folder / 'inbox').iterdir()))}.csv"
    clinic.drop(name, *(one.line for one in lines), header=VISITS, at=at)


def stages(clinic: Clinic) -> dict[str, str]:
    """Stage by the time of the visit in the deal's title."""
    return {deal["title"].rpartition(", ")[2]: deal["stage"] for deal in clinic.deals()}
