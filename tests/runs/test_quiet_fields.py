"""Fields that change by themselves: a birthday alone is no reason to write to the CRM."""

import pytest

from tests.clinic import Clinic
from tests.ident import configured

HEADER = "Номер медкарты;ФИО;Телефон;Возраст;Дата и время последнего приема"


def card(clinic: Clinic, age: int, last: str = "2026-09-01 10:00", number: int = 2) -> dict[str, object]:
    row = f"0101;Соколова Анна Викторовна;8(916)555-01-01;{age};{last}"
    clinic.drop(f"patients_{number}.csv", row, header=HEADER)
    return clinic.sync()


def shown(clinic: Clinic) -> tuple[str, str]:
    [contact] = clinic.contacts()
    return contact["UF_CRM_PATIENT_STATUS"], contact["UF_CRM_LAST_VISIT"][:10]


@pytest.fixture
def ident(clinic: Clinic) -> Clinic:
    ident = configured(clinic)
    ident.configure('patient_status = "UF_CRM_PATIENT_STATUS"', 'age = "UF_CRM_PATIENT_STATUS"')
    card(ident, 41)
    assert shown(ident) == ("41", "2026-09-01")
    return ident


def test_an_age_alone_is_no_news_and_travels_along_with_other_news(ident: Clinic) -> None:
    assert card(ident, 42, number=3)["requests"] == 0
    assert ident.sync()["requests"] == 0
    assert shown(ident) == ("41", "2026-09-01")
    card(ident, 42, "2026-10-01 10:00", number=4)
    assert shown(ident) == ("42", "2026-10-01")


def test_the_configuration_says_which_fields_are_quiet(ident: Clinic) -> None:
    ident.configure('age = "UF_CRM_PATIENT_STATUS"', 'age = { field = "UF_CRM_PATIENT_STATUS", quiet = false }')
    ident.configure('= "UF_CRM_LAST_VISIT"', '= { field = "UF_CRM_LAST_VISIT", quiet = true }')
    assert card(ident, 41, "2026-10-01 10:00", number=3)["requests"] == 0
    card(ident, 42, "2026-10-01 10:00", number=4)
    assert shown(ident) == ("42", "2026-10-01")
