"""The dictionary: opened when it is needed, and only an adviser."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from dentsync.transform import name_bent, name_dictionary, name_odds, name_spelling, names
from dentsync.transform.name_dictionary import bent_forms, entry_of
from tests.transform.test_names_cases import HELD_OUT, KNOWN, is_right, read

ORDINARY = [
    "Соколова Анна Викторовна",
    "ПЕТРОВ ИВАН СЕРГЕЕВИЧ",
    "Иван Петров",
    "ковалёв пётр",
    "Ольга Ильинична Лебедева",
]


def test_ordinary_names_do_not_open_the_dictionary() -> None:
    code = f"import sys; from dentsync.transform.names import parse_name; list(map(parse_name, {ORDINARY}))"
    told = f"{code}; print('pymorphy3' in sys.modules); parse_name('Гусь Пейсах'); print('pymorphy3' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["False", "True"]


@pytest.fixture
def no_dictionary(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    caches = (entry_of, bent_forms, name_odds.odds_of, name_spelling.slips_of, names.parse_name, names.join_name)
    monkeypatch.setattr(name_dictionary, "_parses", lambda word: [])
    for cached in caches:
        cached.cache_clear()
    yield
    for cached in caches:
        cached.cache_clear()


@pytest.mark.usefixtures("no_dictionary")
def test_without_the_dictionary_more_is_asked_and_nothing_is_wrong() -> None:
    wrong = [case["id"] for case in KNOWN + HELD_OUT if not is_right(case)]
    assert 0 < len(wrong) < 15
    assert all(read(case).action in ("propose", "quarantine") for case in KNOWN + HELD_OUT if not is_right(case))


def test_guesses_of_the_library_are_never_used() -> None:
    for word in ("матусевич", "абырвалгов", "гиршбейн", "кутавизна"):
        assert entry_of(word) == name_dictionary.UNKNOWN
    assert entry_of("кузнецов").surname == "M"


@pytest.mark.parametrize("word", ["сергевна", "сергеич", "smith", "и.", "", "ооо-", "\ufffd"])
def test_wrong_and_foreign_words_are_unknown(word: str) -> None:
    assert entry_of(word) == name_dictionary.UNKNOWN


def test_e_finds_yo_as_well() -> None:
    assert entry_of("алена").given == entry_of("алёна").given == "F"


def test_a_name_in_another_case_has_its_nominative() -> None:
    assert name_bent.straightened(["Петрову", "Ивану", "Сергеевичу"]) == ["Петров", "Иван", "Сергеевич"]
    assert name_bent.straightened(["Орловой", "Анне", "Сергеевне"]) == ["Орлова", "Анна", "Сергеевна"]
    assert name_bent.straightened(["Орлова", "Анна", "Сергеевна"]) is None
