"""Values between our words and a CRM's: what both CRMs need, whatever the field is."""

from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from dentsync.load.places import fold
from dentsync.model import FieldType, Plain

YES = ("да", "yes", "y", "1", "true")
NO = ("нет", "no", "n", "0", "false")
_DAY = "%d.%m.%Y"
_MINUTE = "%d.%m.%Y %H:%M"

Scalar = str | int | bool


def for_people(kind: FieldType, value: Scalar, zone: ZoneInfo) -> str:
    """In a text field a date stands as people write it."""
    match kind:
        case FieldType.FLAG:
            return YES[0] if flag(value) else NO[0]
        case FieldType.DATE:
            return date.fromisoformat(str(value)[:10]).strftime(_DAY)
        case FieldType.DATETIME:
            return moment_of(str(value), zone).strftime(_MINUTE)
        case _:
            return str(value)


def cast(kind: FieldType, value: Scalar, zone: ZoneInfo, *, moment: bool) -> Plain:
    """A value of the CRM as our words have it; ``moment``: it is an instant. Raises ValueError, InvalidOperation."""
    text = moment_of(str(value), zone).isoformat() if moment else str(value)
    match kind:
        case FieldType.FLAG:
            answer = flag(value)
            return text if answer is None else answer
        case FieldType.NUMBER:
            number = Decimal(text)
            return int(number) if number % 1 == 0 else text
        case FieldType.MONEY:
            return amount(text)
        case FieldType.DATE:
            return _iso(text, zone)[:10]
        case FieldType.DATETIME:
            return _iso(text, zone)
        case _:
            return value if isinstance(value, bool) else text


def _iso(text: str, zone: ZoneInfo) -> str:
    """ISO as it is; a date as people write it turned back into ISO."""
    if "." not in text[:10]:
        return text
    if len(text) == len("01.01.2026"):
        return datetime.strptime(text, _DAY).date().isoformat()  # noqa: DTZ007
    return datetime.strptime(text, _MINUTE).replace(tzinfo=zone).isoformat()


def amount(value: Scalar) -> str:
    """Money without trailing zeros, as it is compared everywhere else."""
    return f"{Decimal(str(value)).normalize():f}"


def flag(value: object) -> bool | None:
    """Yes or no, as people write it; None for anything else."""
    word = fold(str(value))
    return True if word in YES else False if word in NO else None


def moment_of(text: str, zone: ZoneInfo) -> datetime:
    """An instant in the clinic's zone; a text without offset is the clinic's own time."""
    if len(text) == len("2026-01-01"):
        return datetime.combine(date.fromisoformat(text), time(), zone)
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)
