"""Two cards of one person, and two people who look like one."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dentsync.transform.duplicates import REASONS, Card, duplicates, is_one_slip

BORN = date(1987, 5, 3)
PHONE = frozenset({"+79165550123"})


def card(key: str, name: str = "соколова анна викторовна", born: date | None = BORN, **given: Any) -> Card:
    last, first, patronymic = (name.split() + [""] * 3)[:3]
    return Card(key, last, first, patronymic, born, **{"phones": PHONE, **given})


def found(*cards: Card) -> list[tuple[str, str]]:
    return [(one.confidence, one.rule) for one in duplicates(cards)]


@pytest.mark.parametrize(
    ("other", "verdict"),
    [
        ("соколова анна викторовна", [("same", "born_and_name")]),
        ("соколовa анна викторовна", [("same", "born_and_typo")]),
        ("соколова анна виктровна", [("same", "born_and_typo")]),
        ("соклова анна викторовна", [("same", "born_and_typo")]),
        ("соклова анна виктровна", []),  # two slips are no slip
        ("соколова анан викторовна", [("ask", "given_name_typo")]),
        ("соколова а викторовна", [("ask", "given_name_typo")]),
        ("соколова анна", [("ask", "no_patronymic")]),
        ("соколова алла викторовна", []),  # twins
        ("соколова инна викторовна", []),
        ("белова анна викторовна", [("ask", "married")]),
        ("белова анна петровна", []),
        ("белова инна викторовна", []),
    ],
)
def test_one_birth_date_and_the_parts_of_the_name(other: str, verdict: list[tuple[str, str]]) -> None:
    assert found(card("a"), card("b", other)) == verdict


def test_spellings_of_one_given_name_are_one() -> None:
    assert found(card("a", "орлова наталья ивановна"), card("b", "орлова наталия ивановна")) == [
        ("same", "born_and_name")
    ]
    assert found(card("a", "орлова мария ивановна"), card("b", "орлова марина ивановна")) == []


def test_another_surname_without_the_phone_is_another_woman_and_a_mans_is_another_man() -> None:
    assert found(card("a"), card("b", "белова анна викторовна", phones=frozenset())) == []
    assert found(card("a", "орлов лев ильич"), card("b", "белов лев ильич")) == []


def test_other_birth_dates_are_other_people_unless_day_and_month_changed_places() -> None:
    assert found(card("a"), card("b", born=date(1987, 3, 5))) == [("ask", "day_and_month")]
    assert found(card("a"), card("b", born=date(1987, 5, 4))) == []
    assert found(card("a"), card("b", "белова анна викторовна", born=date(1987, 3, 5))) == []


def test_a_card_without_a_birth_date_is_the_one_on_its_phone_with_its_name() -> None:
    assert found(card("a"), card("b", born=None)) == [("same", "phone_and_name")]
    assert found(card("a"), card("b", born=None, phones=frozenset({"+79165550199"}))) == []
    assert found(card("a"), card("b", "соколова анна", born=None)) == []
    assert found(card("a", born=None), card("b", born=None)) == [("ask", "no_dates")]


def test_a_grandfather_and_his_grandson_are_asked_about() -> None:
    name = "орлов лев ильич"
    verdicts = found(
        card("old", name, date(1950, 1, 20)), card("young", name, date(2015, 7, 21)), card("?", name, None)
    )
    assert verdicts == [("ask", "namesakes")] * 2


def test_a_phone_alone_is_nobody() -> None:
    assert found(card("a"), card("b", "белов лев ильич", None), card("c", "соколов иван викторович", None)) == []


def test_a_nameless_card_is_like_nobody() -> None:
    assert found(card("a", ""), card("b", ""), card("c", "соколова"), card("d", "соколова")) == []


@pytest.mark.parametrize(
    ("a", "b", "slip"),
    [
        ("анна", "ана", True),
        ("анна", "анан", True),
        ("анна", "алла", False),
        ("анна", "анна", True),
        ("анна", "аннаа", True),
        ("", "а", False),
        ("иван", "ивна", True),
        ("иван", "навиж", False),
    ],
)
def test_one_slip_of_the_typist(a: str, b: str, slip: bool) -> None:
    assert is_one_slip(a, b) is slip
    assert is_one_slip(b, a) is slip


LASTS = st.sampled_from(["орлов", "орлова", "орлво", "белов"])
FIRSTS = st.sampled_from(["лев", "анна", "анан", "", "а"])
PATRONYMICS = st.sampled_from(["ильич", "ильичь", "", "львовна"])
DAYS = st.sampled_from([None, BORN, date(1987, 3, 5), date(1990, 1, 1)])
PHONES = st.frozensets(st.sampled_from(["+79165550123", "+79165550124"]))
CARDS = st.lists(st.tuples(LASTS, FIRSTS, PATRONYMICS, DAYS, PHONES), max_size=6)


@given(CARDS)
def test_pairs_are_told_once_and_different_days_are_never_the_same(given_cards: list[Any]) -> None:
    cards = [Card(str(number), *parts) for number, parts in enumerate(given_cards)]
    by_key = {one.key: one for one in cards}
    pairs = duplicates(cards)
    assert len({frozenset((one.a, one.b)) for one in pairs}) == len(pairs)
    for one in pairs:
        a, b = by_key[one.a], by_key[one.b]
        assert one.reason == REASONS[one.rule]
        assert one.confidence == "ask" or a.born == b.born or None in (a.born, b.born)
        assert a.last == b.last or one.rule in ("born_and_typo", "married")
