"""An invented IDENT of two branches, day by day: it writes the files of the preset ``ident-amocrm``, every column."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.clinic import Clinic

ADULTS, KIDS = "TopSmile", "TopSmile kids"
CARDS = (
    "ФИО;Телефон;Представитель;Возраст;Пол;Дата и время последнего приема;Дата и время будущего ближайшего приема;"
    "Общая сумма за все визиты;Номер медкарты;Дата рождения;Комментарий;Доп. комментарий;Скидки;"
    "Отказ об смс оповещении;Причина списания в архив;Статус пациента;Информация о санации;Откуда узнал;Завершено;"
    "Первый;Дата создания пациента;СНИЛС;ИНН;Филиал;Порядковый номер пациента в IDENT;Аванс/долг"
)
VISITS = (
    "Номер медкарты;ФИО;Имя и фамилия администратора создавшего запись;Дата и время создания записи;"
    "Дата и время приема;ФИО врача к которому записан пациент;Статус записи;Сумма к оплате;Коды оказанных услуг;"
    "Тема обращения;Комментарий;Тип приема;Филиал;ID Приема;ID Обращения;Скидка;Фактически полученная сумма ДС;"
    "Сумма оказанных услуг;Врач;Актуально с;Комментарий;ID Профосмотра;Перенесен с;Причина отмены;"
    "Дата и время изменения"
)
TASKS = "Номер медкарты;ФИО;Врач;Актуально с;Комментарий;ID Профосмотра;Дата закрытия профосмотра;Филиал"
BOOKED, DONE = "Записан", "Завершен"


@dataclass
class Card:
    """A patient. ``done``: visits before the story begins."""

    number: str
    name: str
    phone: str
    done: int = 0
    branch: str = ADULTS
    born: str = "01.05.1985"
    speaks: str = ""
    no_sms: str = "Нет"


@dataclass
class Visit:
    """A visit as IDENT has it now."""

    number: int
    card: Card
    at: str
    status: str = BOOKED
    doctor: str = "Смоляков А.В."
    moved_from: str = ""
    reason: str = ""
    changed: str = ""
    due: str = "2500,00"

    @property
    def start(self) -> datetime:
        return datetime.fromisoformat(self.at)


@dataclass
class Mis:
    """What IDENT knows, and the moment of its clock."""

    cards: list[Card]
    visits: list[Visit] = field(default_factory=list)
    now: datetime = datetime(2026, 10, 5, 8, 30)

    def at(self, moment: str) -> str:
        """Go on to a moment."""
        self.now = datetime.fromisoformat(moment)
        return moment

    def book(self, number: int, card: Card, at: str, **more: str) -> Visit:
        visit = Visit(number, card, at, changed=self._stamp, **more)
        self.visits.append(visit)
        return visit

    def say(self, visit: Visit, status: str, **more: str) -> None:
        """Somebody marks a visit."""
        visit.status, visit.changed = status, self._stamp
        for name, value in more.items():
            setattr(visit, name, value)

    @property
    def _stamp(self) -> str:
        return self.now.isoformat(" ", "minutes")

    def drop(self, clinic: Clinic, *, cards: bool = True) -> None:
        """The scheduled export: all patients, and the visits from yesterday on or changed since."""
        at = self.now.isoformat(timespec="minutes")
        stamp = at.replace(":", "-")
        if cards:
            clinic.drop(
                f"patients_{stamp}.csv", *map(self._card, self.cards), header=CARDS, at=at, encoding="utf-8-sig"
            )
        clinic.drop(f"appointments_{stamp}.csv", *self.lines(), header=VISITS, at=at)

    def lines(self) -> Iterable[str]:
        since = self.now - timedelta(days=1)
        recent = (one for one in self.visits if max(one.start, datetime.fromisoformat(one.changed)) >= since)
        return [self._visit(one) for one in recent]

    def _card(self, card: Card) -> str:
        own = sorted((one for one in self.visits if one.card is card), key=lambda one: one.start)
        came = [one for one in own if one.status == DONE]
        ahead = [one for one in own if one.status in (BOOKED, "Подтвержден") and one.start > self.now]
        number = str(self.cards.index(card) + 1001)
        return ";".join((
            card.name, card.phone, card.speaks, "41", "Ж", came[-1].at if came else "", ahead[0].at if ahead else "",
            f"{2500 * (card.done + len(came))},00", card.number, card.born, "боится уколов", "", "", card.no_sms, "",
            "Постоянный" if card.done else "Новый", "", "Сайт", str(card.done + len(came)), "", "2026-09-01 12:00", "",
            "", card.branch, number, "0,00",
        ))  # fmt: skip

    def _visit(self, visit: Visit) -> str:
        paid = "2500,00" if visit.status == DONE else "0"
        return ";".join((
            visit.card.number, visit.card.name, "Белкина Татьяна", "2026-10-05 10:00", visit.at, visit.doctor,
            visit.status, visit.due, "A16.07.002", "Терапия", "острая боль", "Первичный", visit.card.branch,
            str(visit.number), str(500 + visit.number), "0", paid, paid, "", "", "", "", visit.moved_from, visit.reason,
            visit.changed,
        ))  # fmt: skip
