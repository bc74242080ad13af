"""Which label of a CRM's list is meant."""

import pytest

from dentsync.load.labels import label_meant, several_meant

BRANCHES = ("Терапия", "Ортопедия", "Хирургия, имплантация")


@pytest.mark.parametrize(
    ("value", "labels", "meant"),
    [
        ("ж", ("Мужской", "Женский"), "Женский"), ("Женский", ("М", "Ж"), "Ж"), ("М", ("м", "Мужской"), "м"),
        ("не указан", ("Мужской", "Женский"), None), ("Ж", ("Терапия",), None), (True, ("Нет", "Да"), "Да"),
        ("ТЕРАПИЯ ", BRANCHES, "Терапия"), ("Тер", BRANCHES, None), ("", ("М", "Ж"), None),
    ],
)  # fmt: skip
def test_a_label_is_meant_by_its_text_and_a_sex_by_any_of_its_words(
    value: str | bool, labels: tuple[str, ...], meant: str | None
) -> None:
    assert label_meant(value, labels) == meant


@pytest.mark.parametrize(
    ("value", "labels", "several"),
    [
        ("Терапия; Ортопедия", BRANCHES, ("Терапия", "Ортопедия")),
        ("Хирургия, имплантация", BRANCHES, ("Хирургия, имплантация",)),
        ("Терапия, Ортопедия", (), ("Терапия, Ортопедия",)),
        (("Терапия", "Ортопедия"), BRANCHES, ("Терапия", "Ортопедия")), (",", BRANCHES, (",",)), (None, BRANCHES, ()),
    ],
)  # fmt: skip
def test_a_text_names_several_labels_only_where_there_are_some_and_it_is_none_itself(
    value: str | tuple[str, ...] | None, labels: tuple[str, ...], several: tuple[str, ...]
) -> None:
    assert several_meant(value, labels) == several
