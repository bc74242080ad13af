"""Visits that did not take place: how many, why, and who is to be called."""

from collections.abc import Callable, Sequence

from dentsync.transform.reports.clinic import Known, Spellings, is_primary, is_unmapped, specialisation_of
from dentsync.transform.reports.history import KINDS
from dentsync.transform.reports.tables import TOTAL, Case, Column, Line, Report, Table, by_label
from dentsync.transform.reports.visits import LOST, SCHEDULED, WORDS

_SHOWS = (
    Column("scheduled", "назначено"),
    Column("came", "пришли", share="scheduled"),
    Column("no_show", "не пришли", share="scheduled", note="статус «не пришёл»; доля — от назначенных"),
    Column("broken", "сорвано", share="scheduled", note="не пришли или отменили меньше чем за сутки"),
    Column("cancelled", "отменили"),
    Column("open", "без итога"),
)


def no_shows(known: Known) -> Report:
    """Dental Intelligence: broken less than 24 h before = no-show, earlier = cancellation, of scheduled appointments.

    Where the moment of cancelling is not exported, a no-show is the status alone. The clinic's own cancellations are
    excluded; primary no-shows are told apart (ACT Dental).
    """
    doctor, group = Spellings(), Spellings()
    tables = (
        Table("Кто не пришёл", "Пациенты", _SHOWS, _shows(known, _kind, tuple(KINDS.values())), bar="no_show"),
        Table(
            "По специализациям", "Специализация", _SHOWS,
            _shows(known, lambda case: group(specialisation_of(case.visit, known.terms))), bar="no_show",
        ),
        Table("По врачам", "Врач", _SHOWS, _shows(known, lambda case: doctor(case.visit.doctor)), bar="no_show"),
    )  # fmt: skip
    own = sum(case.outcome == "clinic" for case in known.cases)
    notes = [f"Не входят: отмены клиникой ({own}), переносы ({_moved(known)}), визиты впереди."]
    if not any(case.visit.cancelled_at for case in known.cases):
        notes.append("Момент отмены в выгрузках не указан: поздние отмены не отличить, «сорвано» = «не пришли».")
    return Report("no-shows", "Неявки", tables, tuple(notes))


def _moved(known: Known) -> int:
    return sum(case.outcome == "moved" for case in known.cases)


def _kind(case: Case) -> str:
    return KINDS[case.kind]


def _shows(known: Known, label: Callable[[Case], str], order: Sequence[str] = ()) -> dict[str, list[Line]]:
    counted = {
        "came": frozenset({"scheduled", "came"}),
        "no_show": frozenset({"scheduled", "no_show", "broken"}),
        "late": frozenset({"scheduled", "broken", "cancelled"}),
        "cancelled": frozenset({"scheduled", "cancelled"}),
        "open": frozenset({"scheduled", "open"}),
    }
    cases = [case for case in known.cases if case.outcome in SCHEDULED]
    return by_label(cases, label, lambda case: counted[case.outcome], last=is_unmapped, order=order)


_LOSSES = (
    Column("lost", "потеряно", share=TOTAL),
    Column("patients", "пациенты", "patient"),
    Column("primary", "первичные"),
    Column("again", "снова записаны", share="lost", note="пришли позже или записаны на будущее"),
)
NO_REASON = "причина не указана"


def losses(known: Known) -> Report:
    """Document 004: «анализ неуспешных сделок помогает понять, почему пациенты отменяют»: the end, and the reason."""
    reason = Spellings()

    def label(case: Case) -> str:
        why = reason(case.visit.reason) if case.visit.reason else NO_REASON
        return f"{WORDS[case.outcome]}: {why}"

    def counts(case: Case) -> frozenset[str]:
        marks = {"lost", "patients"} | ({"primary"} if is_primary(case) else set())
        return frozenset(marks | ({"again"} if is_back(case, known) else set()))

    lines = by_label(
        (case for case in known.cases if case.outcome in LOST),
        label,
        counts,
        last=lambda name: name.endswith(NO_REASON),
    )
    table = Table("Почему визит не состоялся", "Итог и причина", _LOSSES, lines, bar="lost")
    note = f"Перенесено: {_moved(known)}; перенос — не потеря."
    return Report("losses", "Потери", (table,), (note,))


def is_back(case: Case, known: Known) -> bool:
    """Whether the patient came on a later day, or is booked for one that is ahead."""
    start, back = case.visit.start, known.back.get(case.visit.person)
    return start is not None and back is not None and back > start


_CALLS = (Column("calls", "пациенты", "patient"),)
UNCONFIRMED, MISSED, CANCELLED, WAITS = (
    "не подтвердил запись", "не пришёл и не записан снова", "отменил и не записан снова", "ждёт записи",
)  # fmt: skip
REFUSES = "просит не звонить"


def calls(known: Known, refuses: Callable[[str], bool] = lambda _person: False) -> Report:
    """Document 004, «лист обзвона»: who did not confirm, who was lost and is not booked again, who waits.

    Each patient once, for the first of these; who ``refuses`` to be called is shown, and counted apart.
    """
    wanted = _calls(known)
    found: dict[str, list[Line]] = {label: [] for label in (*wanted, REFUSES)}
    seen: set[str] = set()
    for label, cases in wanted.items():
        for case in cases:
            if case.visit.person not in seen:
                seen.add(case.visit.person)
                where = REFUSES if refuses(case.visit.person) else label
                found[where].append(Line(case, frozenset({"calls"})))
    table = Table("Кому позвонить", "Почему", _CALLS, found, bar="calls")
    note = "Записи и срывы — по дню визита, лист ожидания — по дню заявки. Номера и имена: dentsync whois, карта в МИС."
    return Report("calls", "Лист обзвона", (table,), (note,))


def _calls(known: Known) -> dict[str, list[Case]]:
    found: dict[str, list[Case]] = {label: [] for label in (UNCONFIRMED, MISSED, CANCELLED, WAITS)}
    for case in known.cases:
        match case.outcome:
            case "came":
                continue
            case "ahead" if case.visit.status == "booked":
                found[UNCONFIRMED].append(case)
            case "no_show" | "late" | "cancelled" | "clinic" if not is_back(case, known):
                found[MISSED if case.outcome == "no_show" else CANCELLED].append(case)
    found[WAITS] += [case for case in known.requests if case.outcome == "waiting" and not _is_booked(case, known)]
    return found


def _is_booked(case: Case, known: Known) -> bool:
    """Whether a patient of the waiting list has an appointment of the day of the request or later."""
    return any(visit.start and visit.start.date() >= case.day for visit in known.people[case.visit.person])
