from dentsync.model import Entity, Status
from dentsync.transform.contacts import contact_of
from tests.builders import NOW, days, patient, record

MASTERS = frozenset({"patients"})
WANTED = ("card_number", "patient_status", "next_visit_at", "branch")


def fields_of(*records, now=NOW):  # type: ignore[no-untyped-def]
    return contact_of("patient/main/101", records, MASTERS, WANTED, now).fields


def test_the_patients_own_row_outweighs_what_visits_say() -> None:
    fields = fields_of(patient(patient_status="VIP"), record(phones=("+79165550199",)))
    assert fields["phones"] == ("+79165550101",)
    assert fields["patient_status"] == "VIP"


def test_the_snapshot_outweighs_a_later_list_of_patients() -> None:
    later = record(Entity.PATIENT, "checkups", phones=("+79165550199",))
    assert fields_of(patient(), later)["phones"] == ("+79165550101",)


def test_the_nearest_visit_comes_from_the_visits_known() -> None:
    visits = [record(start_at=days(offset), status=Status.BOOKED) for offset in (5, 1, -1)]
    assert fields_of(*visits)["next_visit_at"] == days(1).isoformat()


def test_a_visit_that_passed_or_was_cancelled_is_no_nearest_visit_and_clears_it() -> None:
    visits = [record(start_at=days(-1), status=Status.BOOKED), record(start_at=days(2), status=Status.CANCELLED)]
    assert fields_of(*visits)["next_visit_at"] is None


def test_the_nearest_visit_of_the_mis_wins_even_when_it_is_empty() -> None:
    visit = record(start_at=days(1), status=Status.BOOKED)
    assert fields_of(patient(next_visit_at=None), visit)["next_visit_at"] is None


def test_a_field_no_file_has_is_absent() -> None:
    assert "patient_status" not in fields_of(record())


def test_a_visit_without_a_phone_does_not_erase_the_patients() -> None:
    assert fields_of(record(), record(phones=()))["phones"] == ("+79165550101",)


def test_a_nearest_visit_of_the_mis_that_has_passed_gives_way_to_the_next_one_known() -> None:
    visit = record(start_at=days(1), status=Status.BOOKED)
    assert fields_of(patient(next_visit_at=days(-0.1)))["next_visit_at"] is None
    assert fields_of(patient(next_visit_at=days(-0.1)), visit)["next_visit_at"] == days(1).isoformat()
