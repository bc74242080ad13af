"""Pay by hand: every minute is looked at, one after the other. Slow and obvious, and no code of dentsync's pay.

A minute is a UTC datetime; what it is worth is asked in the branch's local time. Only the facts' types are shared.
"""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Any

from dentsync.transform.pay.facts import Clock, Facts, Job, Rate, Shift
from dentsync.transform.pay.rules import Rules

MINUTE = timedelta(minutes=1)
HOLIDAYS = {(1, n) for n in range(1, 9)} | {(2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4)}
SHORT_2026 = {date(2026, 4, 30), date(2026, 5, 8), date(2026, 6, 11), date(2026, 11, 3)}
OFF_2026 = {date(2026, 1, 9), date(2026, 3, 9), date(2026, 5, 11), date(2026, 12, 31)}


class Walk:
    """One month. ``amounts``: (employee, code, job, price) -> minutes and roubles; ``asked``: kinds of questions."""

    def __init__(self, month: date, facts: Facts, rules: Rules) -> None:
        self.month, self.facts, self.rules = month, facts, rules
        self.asked: Counter[str] = Counter()
        self.amounts: dict[tuple[str, str, Job, Decimal | None], tuple[int, Decimal | None]] = {}
        self.walk()

    # ── what a minute is ──

    def local(self, job: Job, minute: datetime) -> datetime:
        return minute.astimezone(self.rules.zones.get(job.branch, self.rules.zone))

    def is_holiday(self, job: Job, minute: datetime) -> bool:
        local = self.local(job, minute)
        return (local.month, local.day) in HOLIDAYS

    def is_night(self, job: Job, minute: datetime) -> bool:
        clock = self.local(job, minute).time()
        if self.rules.night_from > self.rules.night_to:
            return not self.rules.night_to <= clock < self.rules.night_from
        return self.rules.night_from <= clock < self.rules.night_to

    def rate(self, job: Job, minute: datetime) -> Rate | None:
        found = None
        for row in sorted(self.facts.rates, key=lambda row: row.since):
            if row.job == job and row.since <= self.local(job, minute).date():
                found = row if row.until is None or self.local(job, minute).date() <= row.until else None
        return found

    def first_of_span(self) -> date:
        first = self.month
        if self.rules.overtime.basis == "period" and self.month.month in (3, 6, 9, 12):
            for _month in range(2):
                first = (first - timedelta(days=1)).replace(day=1)
        return first

    def end(self) -> date:
        return (self.month + timedelta(days=31)).replace(day=1)

    # ── which minutes ──

    @staticmethod
    def minutes(start: datetime, end: datetime) -> list[datetime]:
        minute = start.astimezone(UTC).replace(second=0, microsecond=0)
        result = []
        while minute < end.astimezone(UTC).replace(second=0, microsecond=0):
            result.append(minute)
            minute += MINUTE
        return result

    def is_absent(self, employee: str, day: date) -> bool:
        return any(one.employee == employee and one.first <= day <= one.last for one in self.facts.absences)

    def touches(self, job: Job, start: datetime, end: datetime) -> bool:
        last = end if end == start else end - MINUTE
        return self.local(job, last).date() >= self.first_of_span() and self.local(job, start).date() < self.end()

    def shifts(self) -> list[Shift]:
        """Planned shifts of people who are there; two of a job that touch are one."""
        present = [
            one
            for one in self.facts.shifts
            if self.touches(one.job, one.start, one.end)
            and not self.is_absent(one.job.employee, self.local(one.job, one.start).date())
        ]
        result: list[Shift] = []
        for one in sorted(present, key=lambda one: (one.job, one.start, one.end)):
            if result and result[-1].job == one.job and result[-1].end == one.start:
                one = Shift(one.job, result.pop().start, one.end)
            result.append(one)
        return result

    def automatic_break(self, job: Job, minutes: list[datetime]) -> int:
        if not minutes:
            return 0
        row = self.rate(job, minutes[0])
        night = sum(self.is_night(job, minute) for minute in minutes)
        breaks = self.rules.breaks
        if 2 * night >= len(minutes):
            usual = breaks.night_minutes
        elif len(minutes) < breaks.at_least:
            return 0
        else:
            usual = breaks.minutes
        if row is not None and row.break_minutes is not None:
            usual = row.break_minutes
        return min(usual, len(minutes))

    @staticmethod
    def without_middle(minutes: list[datetime], count: int) -> list[datetime]:
        first = (len(minutes) - count) // 2
        return minutes[:first] + minutes[first + count :] if first >= 0 else []

    # ── the walk ──

    def walk(self) -> None:
        shifts = self.shifts()
        clocks: dict[int, list[Clock]] = {number: [] for number in range(len(shifts))}
        known = [one for one in self.facts.clocks if self.touches(one.job, one.start, one.end or one.start)]
        belongs = {clock: self.nearest(clock, shifts) for clock in known}
        for _again in known:  # what touches the time of a shift goes on with it
            for before in known:
                for behind in known:
                    if before.end == behind.start and before.job == behind.job and belongs[behind] is None:
                        belongs[behind] = belongs[before]
        for _again in known:
            for before in known:
                for behind in known:
                    if before.end == behind.start and before.job == behind.job and belongs[before] is None:
                        belongs[before] = belongs[behind]
        for clock, number in belongs.items():
            if number is None:
                absent = self.is_absent(clock.job.employee, self.local(clock.job, clock.start).date())
                if clock.end is None:
                    self.asked["unclosed_extra"] += 1
                else:
                    self.asked["work_in_absence" if absent else "unscheduled_work"] += 1
            else:
                clocks[number].append(clock)
        spells = [self.spell(shift, clocks[number]) for number, shift in enumerate(shifts)]
        self.take_out_doubles(spells)
        for job in sorted({spell["job"] for spell in spells}):
            own = [spell for spell in spells if spell["job"] == job]
            for group in [[one] for one in own] if self.rules.overtime.basis == "shift" else [own]:
                self.count(job, group)

    def nearest(self, clock: Clock, shifts: list[Shift]) -> int | None:
        best: tuple[timedelta, datetime, int] | None = None
        for number, shift in enumerate(shifts):
            if shift.job.employee != clock.job.employee or shift.job != clock.job:
                continue
            if clock.end is None:
                fits = shift.start - timedelta(hours=4) <= clock.start < shift.end
            else:
                fits = clock.start < shift.end and shift.start < clock.end
            rank = (abs(shift.start - clock.start), shift.start, number)
            if fits and (best is None or rank < best):
                best = rank
        return best[2] if best else None

    def spell(self, shift: Shift, clocks: list[Clock]) -> dict[str, Any]:
        """One shift: its planned minutes, those somebody was there, and how many of these were pauses."""
        plan = self.minutes(shift.start, shift.end)
        there: Counter[datetime] = Counter()
        for clock in clocks:
            end = clock.end
            if end is None:
                self.asked["unclosed_day"] += 1
                if self.rules.unclosed == "nothing":
                    continue
                end = shift.end
            for minute in self.minutes(clock.start, end):
                if not (self.rules.clip_early_start and minute < plan[0]):
                    there[minute] += 1
        if not clocks:
            self.asked["no_clock"] += 1
        if any(times > 1 for times in there.values()):
            self.asked["overlap"] += 1
        present = sorted(there)
        holes = any(b - a != MINUTE for a, b in pairwise(present))
        pause = sum(clock.pause_minutes for clock in clocks)
        return {
            "job": shift.job,
            "start": present[0] if present else plan[0],
            "end": present[-1] if present else plan[-1],
            "plan": self.without_middle(plan, self.automatic_break(shift.job, plan)),
            "there": present,
            "pause": pause if pause or holes else None,
        }

    def take_out_doubles(self, spells: list[dict[str, Any]]) -> None:
        taken: set[tuple[str, datetime]] = set()
        for spell in sorted(spells, key=lambda one: (one["start"], one["end"], one["job"])):
            employee = spell["job"].employee
            left = [minute for minute in spell["there"] if (employee, minute) not in taken]
            if len(left) < len(spell["there"]):
                self.asked["overlap"] += 1
            taken |= {(employee, minute) for minute in spell["there"]}
            pause = spell["pause"]
            if pause is None:
                pause = self.automatic_break(spell["job"], left)
            elif not self.rules.breaks.pauses_replace:
                pause += self.automatic_break(spell["job"], left)
            spell["worked"] = self.without_middle(left, pause)

    def norm(self, job: Job, group: list[dict[str, Any]]) -> int:
        overtime = self.rules.overtime
        if overtime.basis != "shift" and overtime.norm == "calendar":
            return self.calendar_norm(job)
        days: Counter[date] = Counter()
        weeks = {}
        for spell in group:
            for minute in spell["plan"]:
                day = self.local(job, minute).date()
                in_span = overtime.basis == "shift" or self.first_of_span() <= day < self.end()
                if in_span and not self.is_holiday(job, minute):
                    days[day] += 1
                    row = self.rate(job, minute)
                    weeks[day] = row.week_hours if row else None
        return sum(
            min(minutes, 420) if weeks[day] == 40 and day in SHORT_2026 else minutes for day, minutes in days.items()
        )

    def calendar_norm(self, job: Job) -> int:
        total, day = 0, self.first_of_span()
        since = min(row.since for row in self.facts.rates if row.job == job)
        while day < self.end():
            bare = (day.month, day.day) in HOLIDAYS or day in OFF_2026 or day.weekday() > 4
            if not bare and day >= since and not self.is_absent(job.employee, day):
                total += 420 if day in SHORT_2026 else 480
            day += timedelta(days=1)
        return total

    def count(self, job: Job, group: list[dict[str, Any]]) -> None:
        norm = self.norm(job, group)
        worked = sorted(minute for spell in group for minute in spell["worked"])
        if self.rules.overtime.basis != "shift":
            worked = [
                minute for minute in worked if self.first_of_span() <= self.local(job, minute).date() < self.end()
            ]
        counting = [minute for minute in worked if not self.is_holiday(job, minute)]
        beyond = set(counting[norm:])
        if self.rules.overtime.basis == "period" and self.month.month not in (3, 6, 9, 12):
            beyond = set()
        unpaid = beyond if len(beyond) < self.rules.overtime.threshold else set()
        paid = any(self.local(job, minute).date() < self.month for minute in beyond - unpaid)
        if self.rules.overtime.basis == "period" and paid:
            self.asked["earlier_overtime"] += 1
        for minute in worked:
            local = self.local(job, minute)
            if minute in unpaid or (local.year, local.month) != (self.month.year, self.month.month):
                continue
            row = self.rate(job, minute)
            hour = row.hour if row else None
            over = row.overtime_hour if row else None
            self.add("overtime" if minute in beyond else "hours", job, over if minute in beyond else hour)
            if self.is_night(job, minute):
                self.add("night_extra", job, hour)
            if self.is_holiday(job, minute):
                self.add("holiday_extra", job, hour)

    def add(self, code: str, job: Job, price: Decimal | None) -> None:
        key = job.employee, code, job, price
        minutes = self.amounts.get(key, (0, None))[0] + 1
        self.amounts[key] = minutes, None if price is None else self.roubles(code, minutes, price)

    def roubles(self, code: str, minutes: int, price: Decimal) -> Decimal:
        share = {"night_extra": self.rules.night_surcharge, "holiday_extra": self.rules.holiday_multiplier - 1}
        exact = minutes * price * share.get(code, Decimal(1)) / 60
        return exact.quantize(Decimal("0.01"), ROUND_HALF_UP)
