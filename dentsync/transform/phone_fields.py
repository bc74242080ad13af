"""What cells with telephones say beside the numbers: whose they are, who wants no calls, who speaks for the patient."""

from collections.abc import Mapping, MutableMapping

from dentsync.model import FieldType, Value
from dentsync.transform.words import is_empty


def put_told(values: MutableMapping[str, Value], cells: Mapping[str, str], region: str, area_code: str) -> None:
    """Fields that no column gives by itself, added to the clean values of a row.

    ``phone_note``: the words of the phone cell. ``do_not_contact``: true where it asks to be left in peace, whatever
    a column of that name says; empty where nobody asks. ``representative_phones``: of a representative who is written
    with a number; it stands in for the phone of a patient who has none.
    """
    if "phones" in cells:
        from dentsync.transform.phones import parse_phones

        cell = parse_phones(cells["phones"], region, area_code)
        if "phone_note" not in cells:
            values["phone_note"] = cell.note or None
        values["do_not_contact"] = cell.refuses or values.get("do_not_contact")
    if "representative" in cells:
        _put_representative(values, cells, region, area_code)
    if not values.get("phones") and values.get("representative_phones"):
        values["phones"] = values["representative_phones"]


def _put_representative(
    values: MutableMapping[str, Value], cells: Mapping[str, str], region: str, area_code: str
) -> None:
    """«Орлова Мария (мать) 8-916-555-01-23»: a name and a number in one cell."""
    text = cells["representative"]
    if is_empty(text, FieldType.TEXT) or not any(map(str.isdigit, text)):
        return
    from dentsync.transform.phones import parse_phones

    cell = parse_phones(text, region, area_code)
    if cell.usable:
        values["representative"] = cell.note or None
        if not values.get("representative_phones"):
            values["representative_phones"] = cell.usable
