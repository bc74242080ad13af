"""Pay on a terminal. The director asks for it by name: names and card numbers are shown on purpose."""

import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import groupby

from dentsync.lang import _, is_russian
from dentsync.load.console import Piece as Text
from dentsync.load.console import show
from dentsync.load.pay_places import LABELS
from dentsync.runs.pay_words import RULES, remark_of, words_of
from dentsync.show_payroll_json import minutes_of
from dentsync.store.pay import Version
from dentsync.transform.pay.lines import Line
from dentsync.transform.pay.payroll import Pay, Payroll
from dentsync.transform.pay.pieces import Piece
from dentsync.transform.pay.questions import ANSWERS, Kind, Question
from dentsync.transform.pay.visits import Count

WIDTHS = (20, 6, 6, 6, 6, 6, 5, 4, 12)
"""Of the columns of the table: a terminal of 80 characters has room for them, a wider one for whole names."""
DAY = len("04.05  09:00    8:00  ")
HEADINGS = ("employee", "hours", "over", "night", "hol.", "prim.", "%", "list", "total")
CODES = {
    "hours": "hours", "holiday_extra": "for a holiday", "night_extra": "for the night", "overtime": "overtime",
    "primary": "primary patients", "waitlist": "waiting list", "correction": "correction",
}  # fmt: skip
KINDS = {
    Kind.UNCLOSED_DAY: "a day that was not closed",
    Kind.UNCLOSED_EXTRA: "a day that was not closed and stands in no plan",
    Kind.NO_CLOCK: "a shift that nobody clocked",
    Kind.UNSCHEDULED_WORK: "work that stands in no plan",
    Kind.WORK_IN_ABSENCE: "work during an absence",
    Kind.OVERLAP: "minutes in two shifts, paid once",
    Kind.NO_RATE: "no rate in the directory",
    Kind.NO_OVERTIME_RATE: "no price of overtime in the directory",
    Kind.UNKNOWN_EMPLOYEE: "an employee who is not in the directory",
    Kind.NAMED_TWO_WAYS: "an employee written in another way",
    Kind.UNCLEAR_JOB: "which of the positions is not clear",
    Kind.EARLIER_OVERTIME: "overtime of months that were paid as hours",
    Kind.OPEN_VISIT: "a visit without a result",
    Kind.NO_AUTHOR: "bookings without an author",
    Kind.NOT_KNOWN: "worked time that the portal does not tell",
    Kind.PLAN_NOT_KNOWN: "planned shifts that the portal does not tell",
    Kind.ODD_RECORD: "a time record that contradicts itself",
    Kind.UNAPPROVED: "time that was changed and not confirmed by the head",
}

REMARKS = {
    "late": "late", "left_early": "left early", "early_start_clipped": "came before the shift, not paid",
    "overtime_below_threshold": "overtime below the threshold, not paid", "rate_change": "another rate from here on",
    "month_boundary": "a shift over the month's bound, its part here", "small_n": "few booked, a price of their own",
    "absent": "absent", "sick": "sick", "vacation": "on holiday", "leave": "leave without pay", "trip": "business trip",
}  # fmt: skip


def show_payroll(found: Payroll) -> None:
    """The table of everybody, what is open and how it may be answered."""
    show(payroll_lines(found, _width()))


def show_branch(part: Payroll, whole: Payroll, branch: str) -> None:
    """What the table of a branch leaves out."""
    show(branch_lines(part, whole, branch, _width()))


def branch_lines(part: Payroll, whole: Payroll, branch: str, width: int | None = None) -> Iterator[list[Text]]:
    """What ``show_branch`` shows: who has pay elsewhere, too, and that the month is one."""
    yield []
    for pay in part.pays:
        every = whole.pay(pay.employee)
        if len(every.lines) > len(pay.lines) or every.total != pay.total:
            line = _("{name}: {part} of {whole}, the rest is of other branches or of none")
            text = line.format(name=pay.name, part=roubles(pay.total), whole=roubles(every.total))
            yield from _wrapped(text, 0, width, "dim")
    line = _("branch {branch}: {part} of {whole}; questions in all {count}; a month is closed and mailed whole")
    facts = {"part": roubles(part.total), "whole": roubles(whole.total), "count": len(whole.questions)}
    yield from _wrapped(line.format(branch=branch, **facts), 0, width)


def show_version(found: Payroll, closed: Version | None, *, is_frozen: bool) -> None:
    """Whether the month is closed, and what has changed since."""
    if closed is None:
        return
    facts = {"number": closed.number, "at": closed.closed_at[:16].replace("T", " "), "by": closed.closed_by}
    line = _("closed on {at} by {by} as version {number}")
    show([[(line.format(**facts), "green" if is_frozen else "yellow")]])
    if not is_frozen:
        total = sum((closed.total(employee) for employee in closed.frozen), Decimal(0))
        difference = "?" if found.total is None else roubles(found.total - total)
        line = _("changed since: difference {difference}; pay it with the next month: dentsync payroll close")
        show([[(line.format(difference=difference), "yellow")]])


def _width() -> int | None:
    """Of a terminal; anywhere else lines stay whole, for programs that search."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def payroll_lines(found: Payroll, width: int | None = None) -> Iterator[list[Text]]:
    """What ``show_payroll`` shows."""
    heading = _("pay of {month:%m.%Y}, rules of {since:%d.%m.%Y}")
    yield [(heading.format(month=found.month, since=found.rules.since), "bold")]
    room = max((width or 0) - sum(WIDTHS[1:]) - len(WIDTHS), WIDTHS[0])
    name = min(room, max([WIDTHS[0], *(len(pay.name) for pay in found.pays)]))
    yield [(_row(map(_, HEADINGS), name), "dim")]
    for pay in found.pays:
        yield [(_row(_cells(pay), name), "")]
    yield [(_row([_("total"), *[""] * 7, roubles(found.total)], name), "bold")]
    for question in found.questions:
        yield []
        evidence = _evidence(question, found.terms.staff.names)
        yield from _wrapped(f"? {_(KINDS[question.kind])}{evidence}", 2, width, "yellow")
        yield from _wrapped(question.id, 4, width)
        yield from _wrapped(_answers(question), 4, width, "dim")
    for decision in found.unused:
        yield [(_("decision {id} answers nothing that is asked").format(id=decision.question), "red")]
    if found.questions:
        count = len(found.questions)
        yield []
        yield [(_("questions {count}: the month cannot be closed before they are answered").format(count=count), "")]
        line = _("answer in the workbook: dentsync payroll --month {month:%Y-%m} --out FILE, then: payroll decide FILE")
        yield from _wrapped(line.format(month=found.month), 0, width, "dim")


def _wrapped(text: str, indent: int, width: int | None, style: str = "", hang: int = 0) -> Iterator[list[Text]]:
    """A text in lines that fit; ``hang``: how much further in all but the first begin."""
    lines = textwrap.wrap(text, max(width - indent, 30), subsequent_indent=" " * hang) if width else [text]
    return ([(" " * indent + line, style)] for line in lines)


def _row(cells: Iterable[str], size: int) -> str:
    first, *others = cells
    name = first if len(first) <= size else f"{first[: size - 1]}…"
    shown = [f"{text:>{width}}" for text, width in zip(others, WIDTHS[1:], strict=True)]
    return " ".join([f"{name:<{size}}", *shown]).rstrip()


def _cells(pay: Pay) -> list[str]:
    primary = next((count for count in pay.counts if count.journal == "primary"), None)
    waiting = next((count for count in pay.counts if count.journal == "waitlist"), None)
    return [
        pay.name,
        *map(hours, minutes_of(pay).values()),
        f"{len(primary.came)}/{len(primary.booked)}" if primary else "—",
        f"{primary.percent:.1f}" if primary and primary.percent is not None else "—",
        str(len(waiting.came)) if waiting else "—",
        roubles(pay.total),
    ]


def hours(minutes: int) -> str:
    """«164:20»; a dash for nothing."""
    return f"{minutes // 60}:{minutes % 60:02}" if minutes else "—"


def roubles(amount: Decimal | None) -> str:
    """«44 408.33»; a question mark while it is not known."""
    return "?" if amount is None else f"{amount:,.2f}".replace(",", " ")


def _evidence(question: Question, names: Mapping[str, str]) -> str:
    facts = [hours(question.minutes)] if question.minutes else []
    facts += (
        [_("may be {names}").format(names=", ".join(names[one] for one in question.candidates))]
        if question.candidates
        else []
    )
    facts += [_("cards {cards}").format(cards=", ".join(question.cards))] if question.cards else []
    return "".join(f"; {fact}" for fact in (*facts, *question.places))


def _answers(question: Question) -> str:
    answers = ANSWERS[question.kind]
    if answers and is_russian():
        return _("decide: {answers}").format(answers=", ".join(words_of(question.kind)))
    if answers:
        return _("decide: {answers}").format(answers=", ".join(answers))
    return _("mend the rate directory or the plan")


# ── one employee ──────────────────────────────────────────────────────────────────────────────


def show_explained(pay: Pay) -> None:
    """Every line with what it was made of."""
    show(explained_lines(pay, _width()))


def explained_lines(pay: Pay, width: int | None = None) -> Iterator[list[Text]]:
    """What ``show_explained`` shows."""
    yield [(f"{pay.name}: {roubles(pay.total)}", "bold")]
    for line in pay.lines:
        yield []
        yield from _wrapped(f"{_code(line)} {roubles(line.amount)} = {_formula(line)}", 0, width, "bold")
        for place in filter(None, (*(rate.place for rate in line.rates), *line.places)):
            yield from _wrapped(place, 2, width, "dim")
        for day in _days(line.pieces):
            yield from _wrapped(day, 2, width, hang=DAY)
        if line.count:
            yield from _cards(line.count, width)
    if pay.remarks:
        yield []
    for remark in pay.remarks:
        text = remark_of(remark) if is_russian() else remark_of(remark, REMARKS, "min")
        yield from _wrapped(f"· {text}", 0, width, "dim")


def _formula(line: Line) -> str:
    price = roubles(line.price)
    if line.code == "correction":
        return line.rule
    if line.count:
        return f"{line.quantity} × {price} ({_rule(line)})"
    factor = "" if line.factor == 1 else f" × {line.factor}"
    text = _("{minutes} min × {price}{factor} / 60 ({rule})")
    return text.format(minutes=line.quantity, price=price, factor=factor, rule=_rule(line))


def _code(line: Line) -> str:
    return LABELS[line.code].lower() if is_russian() else CODES[line.code]


def _rule(line: Line) -> str:
    """As a key of the rules; for people who read Russian as the workbook says it."""
    key, comma, more = line.rule.partition(",")
    return RULES.get(key, key) + comma + more if is_russian() else line.rule


def _days(pieces: Iterable[Piece]) -> Iterator[str]:
    """A row for each day and shift, with the place of its plan and clock."""
    for _shift, some in groupby(pieces, key=lambda piece: (piece.on, piece.shift_on, piece.places)):
        every = list(some)
        minutes = sum(piece.minutes for piece in every)
        yield f"{every[0].start:%d.%m  %H:%M}  {hours(minutes):>6}  {'; '.join(every[0].places)}"


def _cards(count: Count, width: int | None) -> Iterator[list[Text]]:
    share = _("came {came} of {booked}").format(came=len(count.came), booked=len(count.booked))
    yield [(f"  {share}" + ("" if count.percent is None else f", {count.percent} %"), "")]
    missing = [card for card in count.booked if card not in count.came]
    yield from _wrapped(_("came: {cards}").format(cards=", ".join(count.came) or "—"), 2, width, hang=2)
    yield from _wrapped(_("did not come: {cards}").format(cards=", ".join(missing) or "—"), 2, width, hang=2)
