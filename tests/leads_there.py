"""Three hundred leads that stood in an amoCRM before dentsync came, each with what is right to do with it.

What is right is said here by hand, scenario by scenario: nothing of the product is asked.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count, cycle, product
from typing import Literal

PRIMARY, REPEAT = "Первичные пациенты", "Повторные приемы"

Decision = Literal["lead taken", "contact taken", "left alone", "person held", "deal held"]
"""``contact taken``: its leads are left alone, and the visit has a new deal. ``left alone``: contact and lead, too."""

SPELLINGS = (
    "+7{a}{b}{c}{d}", "8{a}{b}{c}{d}", "7{a}{b}{c}{d}", "{a}{b}{c}{d}", "+7 {a} {b} {c} {d}", "8 {a} {b} {c} {d}",
    "+7({a}){b}-{c}-{d}", "+7 ({a}) {b}-{c}-{d}", "8({a}){b}-{c}-{d}", "8 ({a}) {b}-{c}-{d}", "8-{a}-{b}-{c}-{d}",
    "+7-{a}-{b}-{c}-{d}", "8 {a} {b}-{c}-{d}", "+7 {a} {b}-{c}-{d}", "8{a} {b}-{c}-{d}", "({a}) {b}-{c}-{d}",
    "({a}){b}{c}{d}", "{a}-{b}-{c}-{d}", "{a} {b} {c} {d}", "8 ({a}) {b}{c}{d}", "8({a}){b}{c}{d}", "+7({a}){b}{c}{d}",
    "+7 ({a}) {b} {c} {d}", "8 ({a}) {b} {c} {d}", "8.{a}.{b}.{c}.{d}", "+7.{a}.{b}.{c}.{d}", "8 {a} {b} {c}{d}",
    "8-{a}-{b}-{c}{d}", "8 ({a}) {b}-{c}{d}", "+8 {a} {b}-{c}-{d}", "+8{a}{b}{c}{d}", "tel:+7-{a}-{b}-{c}-{d}",
    "тел. 8 {a} {b}-{c}-{d}", "8{a}{b}{c}{d} мама", "WhatsApp +7{a}{b}{c}{d}", "8 ({a}) {b}-{c}-{d} доб. 12",
    "8{a}{b}{c}{d} вн 5", "+7{a}{b}{c}{d} ext. 3", "+7{a}{b}{c}{d};12", "8 {a} {b}-{c}-{d} (после 18)",
    "8{a}{b}{c}{d}, 84951112233", "8 (495) 111-22-33, 8 ({a}) {b}-{c}-{d}", "84951112233/8{a}{b}{c}{d}",
    "8 ({a}) {b}-{c}-{d}; 8 (495) 111-22-33", "8 495 111-22-33 8 {a} {b}-{c}-{d}", "8\u00a0({a})\u00a0{b}-{c}-{d}",
    " 8 ({a}) {b}-{c}-{d} ", "8 {a}{b}{c}{d}", "+7 {a}{b}{c}{d}",
)  # fmt: skip
"""Of ten digits in four groups; where two numbers stand in a field, the other one is somebody's at work."""

RARE = ("+7 {a} {b} {c}-{d}", "8 {a} {b}{c}-{d}")
"""No piece of these is what the search is asked for: they are found where all contacts are read, as in a first load."""

NAMES = (
    "{first} {last}", "{last} {first}", "{last} {first} {middle}", "{first} {middle} {last}", "{LAST} {FIRST}",
    "{last} {f}.", "{last} {f}. {m}.", "{first}", "{first} {middle}", "Входящий звонок", "+7{digits}", "Новый контакт",
)  # fmt: skip
"""What stands in the card of somebody who called or wrote."""

CODES = ("WORK", "MOB", "WORKDD", "HOME", "FAX", "OTHER")
EARLY = tuple(product((PRIMARY, REPEAT), ("Новый лид", "Взяли в работу")))
LATER = (
    (PRIMARY, "Записан на прием"), (REPEAT, "Посетил"), ("Продажа лечения", "План лечения подготовлен"),
    ("Профосмотры", "Пригласить"), ("Возврат лидов", "Отложено"), ("NPS", "Ждём оценку"),
)  # fmt: skip
ENDED = tuple(product((PRIMARY, REPEAT), ("Успешно реализовано", "Закрыто и не реализовано")))

_WOMEN = (
    ("Соколова", "Орлова", "Зимина", "Белова", "Громова", "Крылова", "Лебедева", "Новикова", "Морозова", "Павлова",
     "Семёнова", "Тарасова", "Фёдорова", "Королёва", "Киселёва", "Макарова"),
    ("Анна", "Мария", "Ольга", "Елена", "Наталья", "Алёна", "Светлана", "Ирина", "Татьяна", "Полина", "Дарья", "Вера"),
    ("Викторовна", "Ивановна", "Петровна", "Семёновна", "Олеговна"),
)  # fmt: skip
_MEN = (
    ("Соколов", "Орлов", "Зимин", "Белов", "Громов", "Крылов", "Лебедев", "Новиков", "Морозов", "Павлов",
     "Семёнов", "Тарасов", "Фёдоров", "Королёв", "Киселёв", "Макаров"),
    ("Пётр", "Иван", "Семён", "Олег", "Виктор", "Артём", "Сергей", "Андрей", "Дмитрий", "Роман", "Антон", "Павел"),
    ("Викторович", "Иванович", "Петрович", "Семёнович", "Олегович"),
)  # fmt: skip


@dataclass(frozen=True)
class Who:
    """A patient of the MIS. ``digits``: the ten of the phone."""

    number: int
    last: str
    first: str
    middle: str
    digits: str

    @property
    def name(self) -> str:
        return f"{self.last} {self.first} {self.middle}"

    @property
    def done(self) -> int:
        """Completed visits: every third patient is no new one."""
        return 2 if self.number % 3 == 0 else 0

    def called(self, form: str) -> str:
        return form.format(
            last=self.last, first=self.first, middle=self.middle, LAST=self.last.upper(), FIRST=self.first.upper(),
            f=self.first[0], m=self.middle[0], digits=self.digits,
        )  # fmt: skip

    def spelled(self, form: str) -> str:
        digits = self.digits
        return form.format(a=digits[:3], b=digits[3:6], c=digits[6:8], d=digits[8:])


@dataclass
class There:
    """A contact in the CRM with its leads; a lead is its pipeline and status. ``waits``: a call in «Неразобранное»."""

    name: str
    phones: list[str]
    leads: list[tuple[str, str]]
    waits: bool = False


@dataclass
class Case:
    """Patients of the MIS, all with a visit tomorrow, what is in the CRM of them, and what is right."""

    patients: list[Who]
    there: list[There] = field(default_factory=list)
    right: Decision = "lead taken"
    what: str = ""


def cases() -> list[Case]:
    """Three hundred leads."""
    people, early = _people(), cycle(EARLY)
    found = [*_odd(people, early)]
    left = 300 - sum(len(one.leads) or one.waits for case in found for one in case.there)
    for number in range(left):
        who = next(people)
        name = who.called(NAMES[number % len(NAMES)])
        # The name is spelled without ё by every other operator.
        name = name if number % 2 else name.replace("ё", "е").replace("Ё", "Е")
        spelling = (*SPELLINGS, *RARE)[number % (len(SPELLINGS) + len(RARE))]
        there = There(name, [who.spelled(spelling)], [next(early)])
        found.append(Case([who], [there], what=f"{NAMES[number % len(NAMES)]} / {spelling}"))
    return found


def _odd(people: Iterator[Who], early: Iterator[tuple[str, str]]) -> Iterator[Case]:
    plain = SPELLINGS[9]
    for number in range(20):
        who = next(people)
        mother = There(f"{'Галина' if number % 2 else 'Мама'} {who.last}", [who.spelled(plain)], [next(early)])
        yield Case([who], [mother], "left alone", "somebody else's name on the phone")
    for _ in range(20):
        who, other = next(people), next(people)
        namesake = There(who.called(NAMES[0]), [other.spelled(plain)], [next(early)])
        yield Case([who], [namesake], "left alone", "a namesake with another phone")
    for number in range(10):
        who = next(people)
        twice = [There(who.called(NAMES[one]), [who.spelled(plain)], [next(early)]) for one in (0, 1 + number % 4)]
        yield Case([who], twice, "person held", "two contacts of that name and phone")
    for _ in range(10):
        who = next(people)
        both = There(who.called(NAMES[0]), [who.spelled(plain)], [next(early), next(early)])
        yield Case([who], [both], "deal held", "two open leads of one contact")
    for number in range(24):
        who = next(people)
        ended = There(who.called(NAMES[0]), [who.spelled(plain)], [ENDED[number % len(ENDED)]])
        yield Case([who], [ended], "contact taken", "a lead that has ended")
    for number in range(18):
        who = next(people)
        later = There(who.called(NAMES[0]), [who.spelled(plain)], [LATER[number % len(LATER)]])
        yield Case([who], [later], "contact taken", "a lead in another stage")
    for number in range(12):
        who = next(people)
        ended_too = There(who.called(NAMES[0]), [who.spelled(plain)], [ENDED[number % len(ENDED)], next(early)])
        yield Case([who], [ended_too], "lead taken", "an open lead beside one that has ended")
    for _ in range(12):
        who = next(people)
        yield Case([who], [There(who.called(NAMES[0]), [], [next(early)])], "left alone", "a lead without a phone")
    for _ in range(12):
        who = next(people)
        yield Case([who], [There(who.called(NAMES[0]), [who.spelled(plain)], [])], "contact taken", "no lead")
    for _ in range(12):
        who = next(people)
        second = There(who.called(NAMES[0]), ["8 (495) 111-22-33", who.spelled(plain)], [next(early)])
        yield Case([who], [second], "lead taken", "the second phone of a card")
    for number in range(6):
        one, other = next(people), next(people)
        family = [one, Who(other.number, other.last, other.first, other.middle, one.digits)]
        nobody = There(NAMES[-1 - 2 * (number % 2)], [one.spelled(plain)], [next(early)])
        yield Case(family, [nobody], "person held", "no whole name, two patients")
    for _ in range(6):
        who = next(people)
        relative = There("Галина " + who.last, [who.spelled(plain)], [])
        nameless = There(who.first, [who.spelled(plain)], [next(early)])
        yield Case([who], [relative, nameless], "person held", "no whole name, two contacts")
    for _ in range(6):
        who = next(people)
        yield Case([who], [There(who.name, [f"+7{who.digits}"], [], waits=True)], "left alone", "in «Неразобранное»")


def _people() -> Iterator[Who]:
    """Everybody has a name and a phone of their own."""
    numbers = count(1)
    for given in range(12):
        for surname in range(16):
            for surnames, firsts, middles in (_WOMEN, _MEN):
                number = next(numbers)
                middle = middles[(given + surname) % len(middles)]
                yield Who(
                    number, surnames[surname], firsts[given], middle, f"9{16 + number % 8}{1002003 + number * 7919}"
                )
