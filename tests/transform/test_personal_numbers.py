import pytest

from dentsync.transform.personal_numbers import check_inn, check_snils


@pytest.mark.parametrize("text", ["112-233-445 95", "11223344595", "087-654-303 00", "001–001–998 12"])
def test_a_snils_with_the_right_check_passes(text: str) -> None:
    check_snils(text)


@pytest.mark.parametrize("text", ["112-233-445 96", "087-654-303 01"])
def test_a_mistyped_snils_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="не сходится"):
        check_snils(text)


@pytest.mark.parametrize("text", ["112-233-445", "112-233-445 955", "1122334459x", "²²²²²²²²²²²", "нет"])
def test_what_is_no_snils_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="одиннадцать"):
        check_snils(text)


@pytest.mark.parametrize("text", ["7707083893", "500100732259"])
def test_an_inn_with_the_right_checks_passes(text: str) -> None:
    check_inn(text)


@pytest.mark.parametrize("text", ["7707083894", "500100732258", "500100732249"])
def test_a_mistyped_inn_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="не сходится"):
        check_inn(text)


def test_an_inn_of_another_length_is_told() -> None:
    with pytest.raises(ValueError, match="десять или двенадцать"):
        check_inn("77070838931")
