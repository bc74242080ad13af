import pytest

from dentsync.extract.columns import fold_header, match_columns, missing, words_of
from tests.extract.build import ALIASES


@pytest.mark.parametrize(
    "spelling",
    [
        "Дата приёма",
        "ДАТА ПРИЕМА",
        "Дата\nприема *:",
        "\ufeff«Дата\xa0приёма»",
        "Дата  приема.",
        "Дaтa пpиeмa",  # Latin a, p, e
        "Дата_приема",
        "ДатаПриема",
    ],
)
def test_spellings_of_one_header_fold_to_one_name(spelling: str) -> None:
    assert fold_header(spelling) == "датаприема"


@pytest.mark.parametrize("name", ["Phone", "ID", "Comment", "E-mail"])
def test_latin_headers_stay_latin(name: str) -> None:
    assert fold_header(name) == name.casefold().replace("-", "")


def test_names_that_differ_in_a_percent_sign_or_a_digit_stay_apart() -> None:
    names = ["Скидка", "Скидка, %", "Телефон", "Телефон 2"]
    assert len(set(map(fold_header, names))) == len(names)


def test_second_column_of_a_name_is_meant_by_its_number() -> None:
    header = ["Комментарий", "ФИО", "Комментарий"]
    columns = match_columns(header, {"comment": ["Комментарий#2"], "full_name": ["ФИО"]}, feed="f", file="f.csv")
    assert columns.indexes == {"comment": (2,), "full_name": (1,)}
    assert columns.unknown == ("Комментарий",)


def test_name_without_number_is_the_first_of_two() -> None:
    columns = match_columns(["Врач", "Врач"], {"doctor": ["Врач"]}, feed="f", file="f.csv")
    assert columns.indexes == {"doctor": (0,)}


def test_number_beyond_the_last_column_of_the_name_matches_nothing() -> None:
    for alias in ("Врач#2", "Врач#0"):
        assert not match_columns(["Врач"], {"doctor": [alias]}, feed="f", file="f.csv").indexes


def test_phones_take_all_their_columns_in_the_order_of_aliases() -> None:
    header = ["Домашний телефон", "Телефон", "Мобильный", "Телефон"]
    aliases = {"phones": ["Мобильный", "Телефон", "Домашний телефон"]}
    columns = match_columns(header, aliases, feed="f", file="f.csv")
    assert columns.indexes == {"phones": (2, 1, 3, 0)}
    assert columns.pick(["473 255-01-23", "", "8 916 555-01-23", "нет"]) == {
        "phones": "8 916 555-01-23\nнет\n473 255-01-23"
    }


def test_earlier_alias_wins_and_the_other_column_is_reported() -> None:
    columns = match_columns(
        ["Примечание", "Комментарий", ""], {"comment": ["Комментарий", "Примечание"]}, feed="f", file="f.csv"
    )
    assert columns.indexes == {"comment": (1,)}
    assert columns.unknown == ("Примечание",)


def test_a_column_serves_one_field_only() -> None:
    columns = match_columns(["Телефон"], {"phones": ["Телефон"], "comment": ["Телефон"]}, feed="f", file="f.csv")
    assert columns.indexes == {"phones": (0,)}


def test_absent_column_is_absent_and_empty_cell_is_empty() -> None:
    columns = match_columns(["ФИО", "Комментарий"], ALIASES, feed="f", file="f.csv")
    assert columns.pick(["Котова", ""]) == {"full_name": "Котова", "comment": ""}


def test_missing_column_is_named_with_its_spellings_the_header_and_the_way_out() -> None:
    header = ["ФИО", "Тел\nмамы", "Комментарий"]
    columns = match_columns(header, ALIASES, feed="reminders", file="reminders_2026-10-05.csv")
    assert str(missing(columns, ["full_name", "phones"])) == (
        "reminders_2026-10-05.csv: no column for phones («Телефон», «Контакт»); the file has: «ФИО», «Тел мамы», "
        "«Комментарий»; add its name to feeds.reminders.columns.phones"
    )


def test_nothing_is_missing_when_all_required_columns_are_there() -> None:
    assert missing(match_columns(["ФИО"], ALIASES, feed="f", file="f.csv"), ["full_name"]) is None


@pytest.mark.parametrize("comment", ["", "Комментарий"])
def test_first_row_of_a_file_without_header_is_not_shown(comment: str) -> None:
    columns = match_columns(["Котова Анна", "8 916 555-01-23", comment], ALIASES, feed="f", file="f.csv")
    error = str(missing(columns, ["full_name", "phones"]))
    assert "Котова" not in error + repr(columns)
    assert "feeds.f.columns" in error


def test_words_are_folded_and_without_numbers() -> None:
    assert words_of({"comment": ["Комментарий#2", "Доп. комментарий", "***"]}) == {"комментарий", "допкомментарий"}
