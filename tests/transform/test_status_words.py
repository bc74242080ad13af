"""What an unknown status word may stand for, and whether it may be shown."""

import pytest

from dentsync.config import sources
from dentsync.config_feeds import vocabulary
from dentsync.model import Status
from dentsync.runs.vocabularies import known_words
from dentsync.transform.masks import masked
from dentsync.transform.status_shown import looks_like_status, shown
from dentsync.transform.status_words import KnownWords
from dentsync.transform.words import fold

KNOWN = known_words()
WORDS = {
    (word, Status(status))
    for name in sources()
    for status, words in vocabulary(name)["statuses"].items()
    for word in words
    if not word.lstrip("-").isdigit()
}


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Лечение завершено", Status.COMPLETED),
        ("Подтвержднен", Status.CONFIRMED),
        ("подтверждаю", Status.CONFIRMED),
        ("Визит подтверждён по смс", Status.CONFIRMED),
        ("Пациент не пришёл", Status.NO_SHOW),
        ("Не явилась на приём", Status.NO_SHOW),
        ("Отменил сам пациент", Status.CANCELLED),
        ("Прием перенесен врачом", Status.RESCHEDULED),
        ("Записан(а)", Status.BOOKED),
        ("Ждёт звонка врача", Status.WAITING),
    ],
)
def test_a_word_is_guessed_by_what_it_shares_with_known_ones(word: str, status: Status) -> None:
    guess = KNOWN.guess(word)
    assert guess is not None
    assert (guess.status, 50 <= guess.percent <= 95) == (status, True)


@pytest.mark.parametrize(
    "word",
    [
        "Не завершён", "Явка", "Отказ", "Отказ от лечения", "Приём", "Уточнить", "Нет дозвона",
        "Дожать на запись", "Перезвонить", "Счёт выставлен", "Опоздал", "", "   ", "!!!", "12",
    ],
)  # fmt: skip
def test_what_may_mean_two_things_is_not_guessed(word: str) -> None:
    assert KNOWN.guess(word) is None


def test_a_known_word_that_is_left_out_is_guessed_back_or_not_at_all() -> None:
    meanings: dict[str, set[Status]] = {}
    for word, status in WORDS:
        meanings.setdefault(fold(word), set()).add(status)
    wrong, right = [], 0
    for word, (status, *more) in meanings.items():
        if not more:
            guess = KnownWords([(other, of) for other, of in WORDS if fold(other) != word]).guess(word)
            right += guess is not None and guess.status is status
            wrong += [word] if guess and guess.status is not status else []
    assert right > 60
    assert set(wrong) <= {"ожидается", "ожидание"}  # «ожидает» is of the waiting list


@pytest.mark.parametrize("word", sorted({word for word, _status in WORDS}))
def test_every_known_word_may_be_shown(word: str) -> None:
    assert shown(word, KNOWN) == word


@pytest.mark.parametrize("word", ["Лечение завершено", "Опоздал", "Готов к приёму", "Врач заболел", "В работе", "Долг"])
def test_words_that_are_no_names_are_shown(word: str) -> None:
    assert looks_like_status(word, KNOWN)


@pytest.mark.parametrize(
    "text",
    [
        "Иванова", "ИВАНОВА", "иванова анна", "Иванова Анна Петровна", "Анна", "Петров П.П.", "Ким", "Цой Виолетта",
        "Каплан", "Позвонить Ивановой", "Ждёт звонка от Марии", "8(916)555-01-01", "Кабинет 3", "a@b.ru", "12.05.2026",
        "Мамедов Али оглы", "Записана, но просила перезвонить после обеда, если врач освободится пораньше", "x", "",
    ],
)  # fmt: skip
def test_what_may_be_a_person_is_not_shown(text: str) -> None:
    assert not looks_like_status(text, KNOWN)


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("8(916)555-01-23", "8(916)555-01-23".translate(str.maketrans("0123456789", "9" * 10))),
        ("Ёлкин-Цой Пётр", "Ххххх-Ххх Хххх"),
        ("anna@clinic.ru", "хххх@хххххх.хх"),
        ("  А\n б ", "Х х"),
        ("а" * 40, "х" * 23 + "…"),
    ],
)
def test_a_mask_keeps_the_shape_and_nothing_else(text: str, shape: str) -> None:
    assert masked(text) == shape
