"""Questions of a month as rows for the people who answer them."""

from collections.abc import Iterator, Mapping

from dentsync.load.pay_rows import QuestionRow
from dentsync.runs.pay_words import MEANWHILE, WHAT, word_of, words_of
from dentsync.show_payroll import hours
from dentsync.transform.pay.facts import Decision
from dentsync.transform.pay.payroll import Payroll
from dentsync.transform.pay.questions import Kind, Question


def people_of(found: Payroll) -> Mapping[str, str]:
    """How employees are written in a list to choose from, by id: namesakes with their codes."""
    names = found.terms.staff.names
    every = list(names.values())
    return {one: f"{name} ({one})" if every.count(name) > 1 else name for one, name in names.items()}


def shown_card(card: str) -> str:
    """A patient as the clinic knows one: by card number, or as somebody without a card."""
    branch, sep, number = card.rpartition("/")
    return f"{branch}{sep}без карты {number}" if number.startswith("~") else card


def question_rows(found: Payroll) -> Iterator[QuestionRow]:
    """What is open first, then what was answered, to be looked at and changed."""
    given = {one.question: one for one in found.facts.decisions}
    for question in found.questions:
        yield _row(found, question, None)
    for question in found.answered:
        yield _row(found, question, given.get(question.id))


def _row(found: Payroll, question: Question, decision: Decision | None) -> QuestionRow:
    """A question as its row, with what was decided."""
    people = people_of(found)
    facts = [f"{hours(question.minutes)} ч"] if question.minutes else []
    facts += [question.detail] if question.detail else []
    facts += [f"карты: {', '.join(map(shown_card, question.cards))}"] if question.cards else []
    facts += ["может быть: " + ", ".join(people[one] for one in question.candidates)] if question.candidates else []
    by = f" (решил: {decision.by})" if decision and decision.by else ""
    return QuestionRow(
        id=question.id,
        evidence=question.evidence,
        what=WHAT[question.kind],
        who=people.get(question.employee, question.employee),
        on=question.on,
        proof="; ".join([*facts, *question.places]),
        meanwhile=f"по решению{by}" if decision else _meanwhile(found, question),
        answers=words_of(question.kind),
        answer=word_of(question.kind, decision.answer) if decision else "",
        start=f"{decision.start:%H:%M}" if decision and decision.start else "",
        end=f"{decision.end:%H:%M}" if decision and decision.end else "",
        same=people.get(decision.employee, "") if decision else "",
    )


def _meanwhile(found: Payroll, question: Question) -> str:
    if question.kind is Kind.UNCLOSED_DAY and found.rules.unclosed == "by_schedule":
        return "до конца смены"
    return MEANWHILE.get(question.kind, "не считается")


def employee_called(found: Payroll, text: str) -> str | None:
    """The id of whoever is written so in the list to choose from."""
    wanted = " ".join(text.split())
    return next((one for one, name in people_of(found).items() if wanted in (" ".join(name.split()), one)), None)
