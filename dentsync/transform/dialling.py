"""One telephone number: from the digits as typed to E.164, judged by ``phonenumbers``.

Digits are never cut and never added, apart from a country code and an area code that the clinic configured.
Validity and type come from the metadata of libphonenumber; what it cannot know (which prefix a Russian typist lost)
is decided by the length of the whole number, and left to a person where two readings exist.
"""

import re
from dataclasses import dataclass, field, replace

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberType


@dataclass(frozen=True, slots=True)
class Phone:
    """One number. ``how``: flags of what was done to read it; ``label``: the words that say whose it is.

    ``sure``: the digits are not in doubt. ``asks``: a person should look, sure or not. ``sms``: may get a message.
    """

    e164: str = field(repr=False)
    kind: str  # mobile, fixed, fixed_or_mobile, toll_free, other
    region: str
    extension: str = field(default="", repr=False)
    sms: bool = False
    sure: bool = True
    asks: bool = False
    how: tuple[str, ...] = ()
    label: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Unread:
    """Digits that are no number; ``why`` is a flag of ``phones.REASONS``."""

    why: str


_KINDS = {
    PhoneNumberType.MOBILE: "mobile",
    PhoneNumberType.FIXED_LINE: "fixed",
    PhoneNumberType.FIXED_LINE_OR_MOBILE: "fixed_or_mobile",
    PhoneNumberType.TOLL_FREE: "toll_free",
}
_NOT_PERSONAL = frozenset({PhoneNumberType.TOLL_FREE, PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST})
_SEVEN = frozenset({"RU", "KZ"})  # the regions of +7
# Codes that lose their plus in Russian exports; with the whole length they cannot be anything else.
_LOST_PLUS = {"375": 12, "380": 12, "992": 12, "994": 12, "995": 12, "996": 12, "998": 12}
_LOST_PLUS |= {"373": 11, "374": 11, "993": 11}
_FAMOUS = frozenset({"1234567890", "8005553535"})
_KEY_TAILS = ("1234567", "7654321")
_TAILS = (*_KEY_TAILS, "123456789", "9876543210")
_KEYS = "01234567890123456789", "98765432109876543210"
_LOCAL_GROUPS = frozenset({(7,), (3, 2, 2), (3, 4), (6,), (2, 2, 2), (3, 3), (5,), (1, 2, 2), (2, 3)})
_KAZAKH = re.compile("7")  # `leading_digits` of region KZ in the metadata
_DIGITS = re.compile(r"\d+")


def read_number(typed: str, region: str, area_codes: tuple[str, ...]) -> Phone | Unread:
    """The one number that ``typed`` (digits and punctuation) holds, or why there is none."""
    digits = "".join(_DIGITS.findall(typed))
    if is_dummy(digits):
        return Unread("dummy")
    if typed.lstrip("( ").startswith("+"):
        return _with_plus(digits, typed, region)
    if digits.startswith("00") and len(digits) > 10:
        return _abroad(digits[2:], region, ("intl_prefix",))
    if region not in _SEVEN:
        return _elsewhere(typed, region)
    return _of_seven(digits, typed, region, area_codes)


def is_dummy(digits: str) -> bool:
    """Whether the digits only fill a field: all equal, the last seven equal, a row of keys, the famous jingle."""
    national = digits[-10:]
    if len(digits) < 3:
        return False
    if len(set(national)) == 1 or national in _FAMOUS or digits in _KEY_TAILS:
        return True
    if len(digits) < 7 or national == "9876543210":  # that one is somebody's
        return False
    return len(set(digits[-7:])) == 1 or (len(digits) > 7 and any(digits in row for row in _KEYS))


def can_get_message(e164: str) -> bool:
    """Whether a number in E.164 is a mobile that may get an SMS."""
    read = checked(e164, "RU")
    return isinstance(read, Phone) and read.sms


def checked(e164: str, region: str, how: tuple[str, ...] = (), *, sure: bool = True) -> Phone | Unread:
    """The number if the library calls it valid. An unsure one asks a person, and so does a suspicious one."""
    number = _number(e164)
    kind = PhoneNumberType.UNKNOWN if number is None else phonenumbers.number_type(number)
    if number is None or kind == PhoneNumberType.UNKNOWN:
        return Unread("not_valid")
    country = _country(number)
    suspect = e164.endswith(_TAILS)
    personal = kind not in _NOT_PERSONAL
    extra = (
        ("foreign_region",) * (country != region) + ("dummy_suspect",) * suspect + ("not_personal",) * (not personal)
    )
    return Phone(
        e164=e164,
        kind=_KINDS.get(kind, "other"),
        region=country,
        sms=kind == PhoneNumberType.MOBILE and not suspect,
        sure=sure and not suspect and personal,
        asks=not sure or suspect or not personal,
        how=how + extra,
    )


def _number(e164: str) -> PhoneNumber | None:
    if e164.startswith("+7"):  # the library's parser is five times slower than its judgement
        return PhoneNumber(country_code=7, national_number=int(e164[2:])) if len(e164) == 12 else None
    try:
        return phonenumbers.parse(e164, None)
    except NumberParseException:
        return None


def _country(number: PhoneNumber) -> str:
    """The region of a valid number. Of the two of +7, Kazakhstan has leading digits in the metadata; asking the library
    would judge the number a second and a third time."""
    if number.country_code == 7:
        return "KZ" if _KAZAKH.match(str(number.national_number)) else "RU"
    return phonenumbers.region_code_for_number(number) or ""


def _with_plus(digits: str, typed: str, region: str) -> Phone | Unread:
    if digits.startswith("00"):
        return _abroad(digits[2:], region, ("intl_prefix",))
    if digits.startswith("7"):
        return _plus_seven(digits, typed, region)
    if digits.startswith(("89", "87", "84", "83", "9")) and region in _SEVEN:
        return _plus_slip(digits, typed, region)
    return _abroad(digits, region, _respelt(digits, typed))


def _respelt(digits: str, typed: str) -> tuple[str, ...]:
    return ("reformatted",) * (typed != "+" + digits)


def _plus_seven(digits: str, typed: str, region: str) -> Phone | Unread:
    if len(digits) == 12 and digits[1] in "78":
        return _twice(digits, region)
    if len(digits) == 13 and _LOST_PLUS.get(digits[1:4]) == 12:
        return checked("+" + digits[1:], region, ("double_prefix",), sure=False)
    if len(digits) != 11:
        return Unread("too_short" if len(digits) < 11 else "too_long")
    return checked("+" + digits, region, _respelt(digits, typed))


def _twice(digits: str, region: str) -> Phone | Unread:
    """Twelve digits with two prefixes: «+7 8 916…» is certain, «+7 7 916…» and «8 8 916…» may have a digit too many."""
    certain = digits[0] != digits[1] and digits[2] in ("7" if region == "KZ" else "349")
    read = checked("+7" + digits[2:], region, ("double_prefix",), sure=certain)
    return read if isinstance(read, Phone) else Unread("too_long")


def _plus_slip(digits: str, typed: str, region: str) -> Phone | Unread:
    """A plus before a Russian number without its 7: «+8 916 …», «+916 …». Two readings are nobody's number."""
    if digits.startswith("810"):
        return _abroad(digits[3:], region, ("intl_prefix",))
    abroad = _abroad(digits, region, _respelt(digits, typed))
    home: Phone | Unread = Unread("not_valid")
    if len(digits) == 11 and digits[0] == "8":
        home = checked("+7" + digits[1:], region, ("reformatted",))
    elif len(digits) == 10 and digits[0] == "9":
        home = checked("+7" + digits, region, ("prefix_added",))
    if isinstance(home, Phone) and isinstance(abroad, Phone):
        return Unread("country_unclear")
    return home if isinstance(home, Phone) else abroad


def _abroad(digits: str, region: str, how: tuple[str, ...]) -> Phone | Unread:
    return checked("+" + digits, region, how)


def _elsewhere(typed: str, region: str) -> Phone | Unread:
    """A national number of a region that is not of +7: the library knows its prefixes."""
    try:
        number = phonenumbers.parse(typed, region)
    except NumberParseException:
        return Unread("not_valid")
    return checked(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), region, ("reformatted",))


def _of_seven(digits: str, typed: str, region: str, area_codes: tuple[str, ...]) -> Phone | Unread:
    """Without a plus, by length: the only evidence there is."""
    code = digits[:3]
    match len(digits), digits[:1]:
        case 11, "8" if digits[1] == "0":
            return _belarus(digits, region)
        case 11, "7" | "8":
            return checked("+7" + digits[1:], region, ("reformatted",))
        case ((11 | 12), _) if _LOST_PLUS.get(code) == len(digits):
            return _abroad(digits, region, ("prefix_added",))
        case 12, "7" | "8" if digits[1] in "78":
            return _twice(digits, region)
        case 10, "9" | "3" | "4":
            return checked("+7" + digits, region, ("prefix_added",))
        case 10, "7":
            return _kazakh(digits, region)
        case ((13 | 14 | 15), "8") if code == "810":
            return _abroad(digits[3:], region, ("intl_prefix",))
        case 13, "7" | "8" if _LOST_PLUS.get(digits[1:4]) == 12:
            return checked("+" + digits[1:], region, ("double_prefix",), sure=False)
        case 10, "0":
            return Unread("country_unclear")
        case ((5 | 6 | 7), _):
            return _local(digits, typed, region, area_codes)
    return Unread("too_short" if len(digits) < 11 else "too_long")


def _belarus(digits: str, region: str) -> Phone | Unread:
    """«8 029 555-01-23»: the Belarusian domestic form, or a Russian one mistyped."""
    return checked("+375" + digits[2:], region, ("belarus_domestic",), sure=False)


def _kazakh(digits: str, region: str) -> Phone | Unread:
    """Ten digits that start with 7: a Kazakh number, or a Russian one that lost a digit."""
    read = checked("+7" + digits, region, ("prefix_added",), sure=region == "KZ")
    return read if isinstance(read, Phone) else Unread("too_short")


def _local(digits: str, typed: str, region: str, area_codes: tuple[str, ...]) -> Phone | Unread:
    """A city number with the configured code that makes ten digits of it.

    Sure only when it is grouped as city numbers are: «916 555 0» is a mobile that lost its end. No city number starts
    with 0 or 8.
    """
    code = next((code for code in area_codes if len(code) + len(digits) == 10), None)
    if code is None:
        return Unread("too_short" if area_codes else "no_area_code")
    usual = tuple(map(len, _DIGITS.findall(typed))) in _LOCAL_GROUPS and digits[0] not in "08"
    read = checked(
        "+7" + code + digits, region, ("local_number",) if usual else ("local_number", "too_short"), sure=usual
    )
    return read if isinstance(read, Unread) else replace(read, asks=True)
