"""The workbook of a month: pay as it was computed, as rows for the people who read it."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import uuid4

from dentsync import __version__
from dentsync.load.pay_rows import (
    Code,
    LeastRow,
    LineRow,
    PatientRow,
    PayBook,
    PayRules,
    PieceRow,
    RateRow,
    RemarkRow,
    TotalRow,
)
from dentsync.runs.pay_month import PayMonth, key_of, paid_before, title_of
from dentsync.runs.pay_question_rows import people_of, question_rows, shown_card
from dentsync.runs.pay_words import RULES, remark_of
from dentsync.runs.session import Session
from dentsync.show_payroll_json import minutes_of
from dentsync.store.pay import PayJournal
from dentsync.transform.pay.calendar import Calendar
from dentsync.transform.pay.facts import Booking, Job, Rate
from dentsync.transform.pay.labour_code import leasts
from dentsync.transform.pay.lines import CODES, Line
from dentsync.transform.pay.payroll import Pay, Payroll
from dentsync.transform.pay.rules import Rules


def book_in(job: Session, month: PayMonth) -> PayBook:
    """The workbook of a month, beside what the month before it paid."""
    return book_of(month, job.config.clinic, paid_before(job, month), PayJournal(job.store.db).newest())


def book_of(month: PayMonth, clinic: str, before: tuple[str, Mapping[str, Any]], seen: int = 0) -> PayBook:
    """Everything that the workbook shows.

    ``before``: what the month before is called, and its pay by employee; ``seen``: the number of the last decision.
    """
    found = month.found
    rates = list(dict.fromkeys(rate for pay in found.pays for line in pay.lines for rate in line.rates))
    jobs = {one: number for number, one in enumerate(_jobs(found), start=1)}
    called, paid = before
    people = {pay.employee: f"p{number}" for number, pay in enumerate(found.pays, start=1)}
    return PayBook(
        clinic=clinic,
        title=f"зарплата администраторов и операторов за {title_of(found.month)}",
        state=state_of(month),
        made_at=month.present,
        total=found.total,
        before=called,
        totals=tuple(_total(pay, people, paid) for pay in found.pays),
        lines=tuple(_line(pay, line, people, jobs, rates) for pay in found.pays for line in pay.lines),
        pieces=tuple(_pieces(found, people, jobs, rates)),
        patients=tuple(_patients(found, people)),
        questions=tuple(question_rows(found)),
        staff=tuple(sorted(people_of(found).values())),
        rates=tuple(_rate(rate) for rate in rates),
        rules=_rules(month),
        leasts=tuple(_leasts(found)),
        remarks=tuple(RemarkRow(pay.name, remark_of(one)) for pay in found.pays for one in pay.remarks),
        sign={
            "clinic": clinic,
            "month": key_of(found.month),
            "book": uuid4().hex[:12],
            "seen": str(seen),
        },
    )


def state_of(month: PayMonth) -> str:
    """Whether this is a draft, and of which version."""
    made = f"посчитано {month.present:%d.%m.%Y %H:%M}"
    if month.is_frozen:
        assert month.closed is not None
        return f"Закрыт, версия {month.number}; {made}"
    open_ = len(month.found.questions)
    wait = f"вопросов: {open_}, ответы на листе «Вопросы»" if open_ else "вопросов нет, месяц можно закрыть"
    return f"Черновик версии {month.number}: {wait}; {made}"


def _jobs(found: Payroll) -> list[Job]:
    return list(dict.fromkeys(piece.job for pay in found.pays for piece in pay.pieces))


def _total(pay: Pay, people: Mapping[str, str], paid: Mapping[str, Any]) -> TotalRow:
    normal, overtime, night, holiday = minutes_of(pay).values()
    primary = next((count for count in pay.counts if count.journal == "primary"), None)
    waiting = next((count for count in pay.counts if count.journal == "waitlist"), None)
    before = paid.get(pay.employee)
    return TotalRow(
        employee=people[pay.employee],
        name=pay.name,
        minutes=(normal, overtime, night, holiday),
        primary=(len(primary.booked), len(primary.came)) if primary else (0, 0),
        waitlist=len(waiting.came) if waiting else 0,
        amounts={code: _sum([line for line in pay.lines if line.code == code]) for code in CODES},
        total=pay.total,
        before=Decimal(before["total"]) if before and before["total"] is not None else None,
    )


def _sum(lines: Sequence[Line]) -> Decimal | None:
    amounts = [line.amount for line in lines]
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if len(known) == len(amounts) else None


def _line(pay: Pay, line: Line, people: Mapping[str, str], jobs: Mapping[Job, int], rates: Sequence[Rate]) -> LineRow:
    code: Code = line.code
    return LineRow(
        employee=people[pay.employee],
        name=pay.name,
        code=code,
        position=line.job.position if line.job else "",
        branch=line.job.branch if line.job else "",
        quantity=line.quantity,
        booked=len(line.count.booked) if line.count else 0,
        price=line.price,
        factor=line.factor,
        amount=line.amount,
        rule="; ".join([RULES.get(line.rule, line.rule), *filter(None, line.places)]),
        job=jobs[line.job] if line.job else 0,
        rates=tuple(rates.index(rate) for rate in line.rates),
    )


def _pieces(
    found: Payroll, people: Mapping[str, str], jobs: Mapping[Job, int], rates: Sequence[Rate]
) -> Iterator[PieceRow]:
    for pay in found.pays:
        for one in pay.pieces:
            yield PieceRow(
                employee=people[pay.employee],
                name=pay.name,
                position=one.job.position,
                branch=one.job.branch,
                start=one.start.replace(tzinfo=None),
                minutes=one.minutes,
                overtime=one.overtime,
                night=one.night,
                holiday=one.holiday,
                shift_on=one.shift_on,
                job=jobs[one.job],
                rate=rates.index(one.rate) if one.rate in rates else None,
                place="; ".join(one.places),
            )


def _patients(found: Payroll, people: Mapping[str, str]) -> Iterator[PatientRow]:
    booked: dict[tuple[str, str], list[Booking]] = {}
    for one in found.facts.bookings:
        booked.setdefault((one.journal, one.patient), []).append(one)
    for pay in found.pays:
        for count in pay.counts:
            for card in count.booked:
                own = booked[count.journal, card]
                yield PatientRow(
                    journal=count.journal,
                    employee=people[pay.employee],
                    name=pay.name,
                    card=shown_card(card),
                    on=max(one.visit_on for one in own),
                    came=card in count.came,
                    place="; ".join(sorted({one.place for one in own} - {""})),
                )


def _rate(rate: Rate) -> RateRow:
    job = rate.job
    return RateRow(
        rate.name or job.employee, job.position, job.branch, rate.since, rate.hour, rate.overtime_hour, rate.place
    )


# ── terms ─────────────────────────────────────────────────────────────────────────────────────


def _rules(month: PayMonth) -> PayRules:
    rules = month.found.rules
    primary = rules.primary
    return PayRules(
        night=rules.night_surcharge,
        holiday=rules.holiday_multiplier - 1,
        small_booked=primary.small_booked,
        small_per_visit=primary.small_per_visit,
        waitlist=rules.waitlist_per_visit,
        tiers=tuple(sorted((tier.from_percent, tier.per_visit) for tier in primary.tiers)),
        words=_in_words(rules, month.found.terms.calendar),
    )


def _in_words(rules: Rules, calendar: Calendar) -> tuple[tuple[str, str], ...]:
    overtime, breaks, primary = rules.overtime, rules.breaks, rules.primary
    basis = {"shift": "смены", "month": "месяца", "period": f"учётного периода, месяцев: {overtime.months}"}
    norm = "по графику" if overtime.norm == "schedule" else "по производственному календарю"
    gap = "никогда не приходил" + (
        f" или последний раз {primary.gap_months} мес. назад и раньше" if primary.gap_months else ""
    )
    return (
        ("Правила действуют с", f"{rules.since:%d.%m.%Y}"),
        ("Программа", f"dentsync {__version__}"),
        ("Переработка", f"сверх нормы {basis[overtime.basis]}, {norm}, от {overtime.threshold} мин"),
        ("Ночь", f"{rules.night_from:%H:%M}-{rules.night_to:%H:%M}"),
        ("Перерыв", f"{breaks.minutes} мин в смене от {breaks.at_least} мин; ночью {breaks.night_minutes} мин"),
        ("Время до начала смены", "не оплачивается" if rules.clip_early_start else "оплачивается"),
        ("Незакрытый день", "до конца смены" if rules.unclosed == "by_schedule" else "не оплачивается"),
        ("Первичный пациент", gap),
        ("Кому засчитан", "чья запись состоялась" if primary.credit == "fulfilled_booking" else "кто записал первым"),
        ("Первичный из листа ожидания", "оплачен дважды" if rules.stack else "оплачен один раз"),
        ("Календарь", "свой файл" if calendar.years else "производственный календарь РФ"),
    )


def _leasts(found: Payroll) -> Iterator[LeastRow]:
    for pay in found.pays:
        for one in leasts(found, pay):
            yield LeastRow(
                name=pay.name,
                position=one.job.position,
                reading="за весь месяц" if one.reading == "period" else "в каждой смене",
                bonuses="есть" if one.with_bonuses else "нет",
                norm=one.norm,
                worked=one.worked,
                least=one.least,
                paid=one.paid,
                short=one.short,
            )
