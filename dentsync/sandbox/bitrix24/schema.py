"""The fields of contacts and deals (api-reference/crm/universal/object-fields.md and crm-item-fields.md)."""

from dataclasses import dataclass, field
from typing import Any

from dentsync.sandbox.bitrix24 import naming
from dentsync.sandbox.bitrix24.answers import ApiError
from dentsync.sandbox.bitrix24.storage import Storage

KINDS = {2: "deal", 3: "contact"}
TYPE_IDS = {"deal": 2, "contact": 3}
KNOWN_BUT_ABSENT = {1, 4, 5, 7, 31}
"""Types of Bitrix24 that this sandbox does not keep."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field. ``name`` is the key it is stored under: camelCase, or UF_CRM_… for a user field."""

    name: str
    upper: str
    type: str
    title: str = ""
    readonly: bool = False
    multiple: bool = False
    dictionary: str = ""  # ENTITY_ID of crm.status.list
    custom: bool = False
    mandatory: bool = False
    precision: int = 2
    number: int = 0  # of the user field
    options: dict[int, str] = field(default_factory=dict)
    import_only: bool = False  # an administrator may set it in an import


@dataclass(frozen=True, slots=True)
class Schema:
    """All fields of a kind by stored name, and both spellings of the user fields."""

    kind: str
    fields: dict[str, Field]
    camel: dict[str, str]  # stored name of a user field -> REST name by default

    def stored(self, name: str, originals: bool) -> str | None:
        """The stored name for a name in a request, or None: unknown. ``originals`` is useOriginalUfNames."""
        if name in self.fields and (originals or not self.fields[name].custom or self.camel[name] == name):
            return name
        if originals:
            return None
        return next((original for original, rest in self.camel.items() if rest == name), None)

    def shown(self, name: str, originals: bool) -> str:
        """The name in an answer."""
        return name if originals else self.camel.get(name, name)


_SYSTEM = """
id integer ID ro
createdTime datetime DATE_CREATE import
updatedTime datetime DATE_MODIFY import
createdBy user CREATED_BY_ID import
updatedBy user MODIFY_BY_ID import
assignedById user ASSIGNED_BY_ID
opened boolean OPENED
lastActivityBy user LAST_ACTIVITY_BY ro
lastActivityTime datetime LAST_ACTIVITY_TIME ro
sourceId crm_status SOURCE_ID =SOURCE
sourceDescription text SOURCE_DESCRIPTION
comments text COMMENTS
originatorId string ORIGINATOR_ID
originId string ORIGIN_ID
webformId integer WEBFORM_ID ro
observers user OBSERVERS many
utmSource string UTM_SOURCE
utmMedium string UTM_MEDIUM
utmCampaign string UTM_CAMPAIGN
utmContent string UTM_CONTENT
utmTerm string UTM_TERM
leadId integer LEAD_ID
companyId integer COMPANY_ID
"""

_DEAL = """
movedTime datetime MOVED_TIME import
movedBy user MOVED_BY_ID import
title string TITLE
typeId crm_status TYPE_ID =DEAL_TYPE
categoryId crm_category CATEGORY_ID
stageId crm_status STAGE_ID =DEAL_STAGE
stageSemanticId string STAGE_SEMANTIC_ID ro
previousStageId string PREVIOUS_STAGE_ID ro
isNew boolean IS_NEW ro
closed boolean CLOSED ro
begindate date BEGINDATE
closedate date CLOSEDATE
contactId integer CONTACT_ID
contactIds integer CONTACT_IDS many
quoteId integer QUOTE_ID ro
opportunity double OPPORTUNITY
isManualOpportunity boolean IS_MANUAL_OPPORTUNITY
taxValue double TAX_VALUE
currencyId string CURRENCY_ID
probability integer PROBABILITY
additionalInfo text ADDITIONAL_INFO
locationId string LOCATION_ID
isRecurring boolean IS_RECURRING ro
isReturnCustomer boolean IS_RETURN_CUSTOMER
isRepeatedApproach boolean IS_REPEATED_APPROACH
"""

_CONTACT = """
honorific crm_status HONORIFIC =HONORIFIC
name string NAME
secondName string SECOND_NAME
lastName string LAST_NAME
photo file PHOTO ro
birthdate date BIRTHDATE
birthdaySort integer BIRTHDAY_SORT ro
typeId crm_status TYPE_ID =CONTACT_TYPE
categoryId integer CATEGORY_ID ro
companyIds integer COMPANY_IDS many
post string POST
address string ADDRESS
export boolean EXPORT
hasPhone boolean HAS_PHONE ro
hasEmail boolean HAS_EMAIL ro
hasImol boolean HAS_IMOL ro
faceId integer FACE_ID ro
originVersion string ORIGIN_VERSION
"""


def _system_field(line: str) -> Field:
    name, type_, upper, *marks = line.split()
    return Field(
        name=name,
        upper=upper,
        type=type_,
        title=name,
        readonly="ro" in marks or "import" in marks,
        multiple="many" in marks,
        dictionary=next((mark[1:] for mark in marks if mark.startswith("=")), ""),
        import_only="import" in marks,
    )


def _parsed(text: str) -> dict[str, Field]:
    fields = [_system_field(line) for line in text.strip().splitlines()]
    return {item.name: item for item in fields}


SYSTEM_FIELDS = {"deal": _parsed(_SYSTEM + _DEAL.strip()), "contact": _parsed(_SYSTEM + _CONTACT.strip())}


def read(storage: Storage, kind: str) -> Schema:
    """The schema of a kind as the portal has it now."""
    custom = {item.name: item for item in _user_fields(storage, kind)}
    system = SYSTEM_FIELDS[kind]
    return Schema(kind, {**system, **custom}, naming.rest_names(list(custom), set(system)))


def _user_fields(storage: Storage, kind: str) -> list[Field]:
    sql = "SELECT id, name, type, multiple, mandatory, label, precision FROM user_fields WHERE kind = ? ORDER BY id"
    fields: list[Field] = []
    for number, name, type_, multiple, mandatory, label, precision in storage.rows(sql, (kind,)):
        options: Any = storage.rows("SELECT id, value FROM options WHERE field = ? ORDER BY sort, id", (number,))
        fields.append(
            Field(
                name=name,
                upper=name,
                type=type_,
                title=label,
                multiple=bool(multiple),
                custom=True,
                mandatory=bool(mandatory),
                precision=precision,
                number=number,
                options=dict(options),
            )
        )
    return fields


def kind_of(entity_type: int) -> str:
    """The kind for an entityTypeId. Raises ApiError for one the sandbox does not keep."""
    if entity_type in KINDS:
        return KINDS[entity_type]
    if entity_type in KNOWN_BUT_ABSENT:
        raise ApiError("ENTITY_TYPE_NOT_SUPPORTED", f"Entity type {entity_type} is not supported")
    raise ApiError("NOT_FOUND", "Smart process not found")
