"""Who is who, and what an hour of theirs costs: the rate directory, asked."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from dentsync.transform.pay.facts import Job, Rate
from dentsync.transform.words import fold


@dataclass(frozen=True)
class Staff:
    """The directory. Employees are known by their id and by the name as it stands there, letter case and ё aside."""

    rates: tuple[Rate, ...]

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Name to be shown, by id."""
        return {rate.job.employee: rate.name or rate.job.employee for rate in sorted(self.rates, key=_row_order)}

    @cached_property
    def _ids(self) -> Mapping[str, set[str]]:
        found: defaultdict[str, set[str]] = defaultdict(set)
        for rate in self.rates:
            for text in filter(None, (rate.name, rate.job.employee)):
                found[fold(text)].add(rate.job.employee)
        return found

    @cached_property
    def _rows(self) -> Mapping[str, list[Rate]]:
        found: defaultdict[str, list[Rate]] = defaultdict(list)
        for rate in self.rates:
            found[rate.job.employee].append(rate)
        return found

    def find(self, text: str) -> str | None:
        """The id of whoever is written so; None for anybody who is only alike, and for namesakes."""
        ids = self._ids.get(fold(text), set())
        return next(iter(ids)) if len(ids) == 1 else None

    def near(self, text: str) -> tuple[str, ...]:
        """Ids of employees who may be meant: initials, another order, a patronymic more or less."""
        return tuple(sorted(employee for employee, name in self.names.items() if are_alike(text, name)))

    def jobs(self, written: Job) -> tuple[Job, ...]:
        """The jobs that may be meant; one where it is clear. What the directory leaves open is as it is written."""
        fitting = {rate.job for rate in self._rows.get(written.employee, ()) if fits(rate.job, written)}
        return tuple(sorted({_filled(job, written) for job in fitting}))

    def rate(self, job: Job, day: date) -> Rate | None:
        """The row in force: the one that names the job most closely, of these the latest. None where that has ended:
        nobody said that an earlier one holds again.
        """
        rows = [rate for rate in self._rows.get(job.employee, ()) if rate.since <= day and fits(rate.job, job)]
        row = max(rows, key=lambda row: (bool(row.job.position) + bool(row.job.branch), *_row_order(row)), default=None)
        return None if row and row.until and row.until < day else row

    def first_day(self, job: Job) -> date:
        """The day from which the directory knows the job; long ago where it does not."""
        return min((rate.since for rate in self._rows.get(job.employee, ()) if fits(rate.job, job)), default=date.min)


def fits(one: Job, other: Job) -> bool:
    """Whether both may be the same job; what one of them leaves open fits anything."""
    pairs = ((one.position, other.position), (one.branch, other.branch))
    return one.employee == other.employee and all(not a or not b or fold(a) == fold(b) for a, b in pairs)


def _filled(job: Job, written: Job) -> Job:
    return Job(job.employee, job.position or written.position, job.branch or written.branch)


def _row_order(rate: Rate) -> tuple[date, str, str]:
    return rate.since, rate.job.position, rate.job.branch


def are_alike(one: str, other: str) -> bool:
    """Whether two names may be one person's: «Котова А. И.», «Анна Котова» and «Котова Анна Ильинична» may be."""
    short, long = sorted((_words(one), _words(other)), key=len)
    rest = list(long)
    equal = [word for word in short if word in rest]
    for word in equal:
        rest.remove(word)
    for word in (word for word in short if word not in equal):
        begun = next((other for other in rest if _is_initial(word, other)), None)
        if begun is None:
            return False
        rest.remove(begun)
    return any(len(word) > 1 for word in equal)


def _words(name: str) -> list[str]:
    return fold(name.replace(".", " ")).split()


def _is_initial(one: str, other: str) -> bool:
    return min(len(one), len(other)) == 1 and one[0] == other[0]


def names_alike(names: Iterable[str]) -> list[tuple[str, str]]:
    """Pairs of different names that may be one person's."""
    known = sorted(set(names))
    pairs = ((one, other) for index, one in enumerate(known) for other in known[index + 1 :])
    return [(one, other) for one, other in pairs if fold(one) != fold(other) and are_alike(one, other)]
