"""The words of dentsync for what an export says: fields and their kinds, entities, statuses."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

Value = str | int | bool | Decimal | date | datetime | tuple[str, ...] | None
"""A clean value of a field. ``None`` is an empty cell; an absent column has no entry at all."""

Plain = str | int | bool | tuple[str, ...] | None
"""A value as it is compared, stored and written to a plan: datetimes in ISO 8601 with offset, dates as
``YYYY-MM-DD``, money as a decimal string, phones as a tuple of E.164 strings."""


class FieldType(StrEnum):
    """How the text of a cell becomes a value. ``transform.clean`` has one parser for each."""

    NAME = "name"  # a whole name in one cell
    PHONES = "phones"  # one or several numbers in one cell
    TEXT = "text"
    ID = "id"  # digits and letters kept verbatim: leading zeros matter
    DATE = "date"
    TIME = "time"
    DATETIME = "datetime"
    MONEY = "money"
    NUMBER = "number"
    FLAG = "flag"
    STATUS = "status"


FIELDS: Mapping[str, FieldType] = {
    # the patient
    "full_name": FieldType.NAME,
    "last_name": FieldType.TEXT,
    "first_name": FieldType.TEXT,
    "patronymic": FieldType.TEXT,
    "sms_name": FieldType.TEXT,  # «Имя Отчество» or «Имя» for messages: made from a name that is certain, else empty
    "phones": FieldType.PHONES,
    "phone_note": FieldType.TEXT,  # the words in the cell of the phones: «мама», «раб.»
    "card_number": FieldType.ID,
    "patient_id": FieldType.ID,
    "patient_status": FieldType.TEXT,
    "representative": FieldType.TEXT,
    "representative_phones": FieldType.PHONES,
    "sex": FieldType.TEXT,
    "birth_date": FieldType.DATE,
    "email": FieldType.TEXT,
    "branch": FieldType.TEXT,
    "lead_source": FieldType.TEXT,
    "sms_opt_out": FieldType.FLAG,
    "do_not_contact": FieldType.FLAG,  # also what «не звонить» beside a name or a phone says
    "completed_visits": FieldType.NUMBER,
    "last_visit_at": FieldType.DATETIME,
    "next_visit_at": FieldType.DATETIME,
    "balance": FieldType.MONEY,
    "lifetime_total": FieldType.MONEY,
    "discount": FieldType.TEXT,
    "archive_reason": FieldType.TEXT,
    "age": FieldType.NUMBER,  # changes by itself: a birth date is better
    "first_visit_at": FieldType.DATETIME,
    "is_new": FieldType.FLAG,
    "patient_created_at": FieldType.DATETIME,
    "sanation": FieldType.TEXT,
    "patient_comment": FieldType.TEXT,
    "extra_comment": FieldType.TEXT,
    "address": FieldType.TEXT,
    "snils": FieldType.ID,
    "inn": FieldType.ID,
    # the appointment (also a request, a line of the waiting list)
    "appointment_id": FieldType.ID,
    "start_at": FieldType.DATETIME,
    "start_on": FieldType.DATE,  # with start_time: the two halves of start_at in two columns
    "start_time": FieldType.TIME,
    "doctor": FieldType.TEXT,
    "specialty": FieldType.TEXT,
    "status": FieldType.STATUS,
    "recommendation": FieldType.FLAG,
    "complex_treatment": FieldType.FLAG,  # set by people on a deal: the patient is to be offered a plan
    "service": FieldType.TEXT,
    "amount": FieldType.MONEY,
    "operator": FieldType.TEXT,
    "booked_at": FieldType.DATETIME,
    "changed_at": FieldType.DATETIME,  # of two rows of one key the later one counts
    "cancel_reason": FieldType.TEXT,
    "comment": FieldType.TEXT,
    "end_at": FieldType.DATETIME,
    "visit_type": FieldType.TEXT,
    "request_topic": FieldType.TEXT,
    "request_id": FieldType.ID,
    "service_codes": FieldType.TEXT,
    "amount_due": FieldType.MONEY,
    "amount_rendered": FieldType.MONEY,
    "amount_received": FieldType.MONEY,
    # what says a status where there is no word for it (``CleanRules.status_from``)
    "confirmed_at": FieldType.DATETIME,
    "arrived_at": FieldType.DATETIME,
    "started_at": FieldType.DATETIME,
    "ended_at": FieldType.DATETIME,
    "receipt_at": FieldType.DATETIME,
    "is_notified": FieldType.FLAG,  # a reminder was sent: no confirmation by itself
    "is_confirmed": FieldType.FLAG,
    "cancelled_at": FieldType.DATETIME,
    "is_rescheduled": FieldType.FLAG,
    "rescheduled_from": FieldType.ID,
    "is_deleted": FieldType.FLAG,
    # the task of a check-up
    "task_id": FieldType.ID,
    "task_doctor": FieldType.TEXT,
    "task_from_at": FieldType.DATETIME,
    "task_comment": FieldType.TEXT,
    "task_closed_at": FieldType.DATETIME,
}
"""Every field dentsync knows, by name. Columns, conditions, titles and CRM fields are configured in these words."""

PATIENT_FIELDS: tuple[str, ...] = tuple(FIELDS)[: tuple(FIELDS).index("appointment_id")]
"""The fields that describe the person, whichever feed carries them."""

SENSITIVE: frozenset[str] = frozenset(
    {"address", "comment", "extra_comment", "inn", "patient_comment", "snils", "task_comment"}
)
"""Fields that no vocabulary and no preset takes by itself: a clinic has to name their column, and where they go."""


DRIFTING: frozenset[str] = frozenset({"age"})
"""Fields that change by themselves: by default no reason to change anything in a CRM (``CrmField.quiet``)."""


class Entity(StrEnum):
    """What one row of a feed describes."""

    PATIENT = "patient"
    APPOINTMENT = "appointment"
    TASK = "task"


class Status(StrEnum):
    """Of an appointment, as the MIS knows it. A CRM *stage* is something else."""

    WAITING = "waiting"  # on the waiting list, no time yet
    BOOKED = "booked"
    CONFIRMED = "confirmed"
    ARRIVED = "arrived"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"
    RESCHEDULED = "rescheduled"


STRENGTH: Mapping[Status, int] = {
    Status.WAITING: 0,
    Status.BOOKED: 1,
    Status.CONFIRMED: 2,
    Status.ARRIVED: 3,
    Status.IN_PROGRESS: 3,
    Status.COMPLETED: 4,
    Status.NO_SHOW: 4,
    Status.CANCELLED: 4,
    Status.RESCHEDULED: 4,
}
"""How much a status weighs against a stage that a person chose: plain booking never outweighs a person."""

SIGNS = (
    Status.RESCHEDULED,
    Status.CANCELLED,
    Status.COMPLETED,
    Status.NO_SHOW,
    Status.IN_PROGRESS,
    Status.ARRIVED,
    Status.CONFIRMED,
    Status.BOOKED,
    Status.WAITING,
)
"""Where several columns each say a status: what ended a visit counts before how far it had come."""
