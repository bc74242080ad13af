"""The order in which a file is typed, learned from its certain names."""

from functools import reduce

import pytest

from dentsync.transform.name_prior import ENOUGH, EXCEPTIONS, OrderPrior
from dentsync.transform.names import parse_name

TYPED = {
    "last_first": ["Петров Иван", "Соколова Анна Викторовна", "Котова Ольга"],
    "first_last": ["Иван Петров", "Анна Викторовна Соколова", "Ольга Котова"],
}


def learned(texts: list[str]) -> OrderPrior:
    return reduce(OrderPrior.seen, map(parse_name, texts), OrderPrior())


@pytest.mark.parametrize("order", TYPED)
def test_enough_certain_names_say_how_a_file_is_typed(order: str) -> None:
    assert learned(TYPED[order] * (ENOUGH // 3)).lean == order
    assert learned(TYPED[order] * (ENOUGH // 3 - 1)).lean == ""


def test_names_that_tell_no_order_count_for_nothing() -> None:
    assert learned(["Роман Мартын", "Ким Ли", "Анна Сергеевна", "Петров И. И.", "Резерв", "Иванов"]) == OrderPrior()


def test_a_mixed_file_leans_nowhere() -> None:
    half = learned(TYPED["last_first"] * ENOUGH)
    assert (half + learned(TYPED["first_last"] * ENOUGH)).lean == ""
    assert (OrderPrior(EXCEPTIONS, 1)).lean == "last_first"
    assert (OrderPrior(EXCEPTIONS, 2)).lean == ""


@pytest.mark.parametrize(
    ("text", "lean", "parts"),
    [
        ("Мартын Роман", "last_first", ("Мартын", "Роман", "")),
        ("Мартын Роман", "first_last", ("Роман", "Мартын", "")),
        ("Вальтер Герман", "last_first", ("Вальтер", "Герман", "")),
        ("Абрамович Роман", "last_first", ("Абрамович", "Роман", "")),
    ],
)
def test_names_in_doubt_follow_the_file(text: str, lean: str, parts: tuple[str, str, str]) -> None:
    assert parse_name(text).action == "propose"
    assert (parse_name(text, "", lean).parts, parse_name(text, "", lean).action in ("keep", "auto")) == (parts, True)


def test_what_the_words_say_outweighs_the_file() -> None:
    assert parse_name("Иван Петров", "", "last_first").last == "Петров"
    assert parse_name("Петров Иван", "", "first_last").last == "Петров"
    assert parse_name("Петров Иван Сергеевич", "", "first_last").sms_name == "Иван Сергеевич"


def test_a_name_shows_the_same_order_whatever_the_file_leans_to() -> None:
    for text in (*TYPED["last_first"], *TYPED["first_last"], "Мартын Роман", "Пейсах Гирш"):
        assert len({parse_name(text, "", lean).order for lean in ("", "last_first", "first_last")}) == 1
