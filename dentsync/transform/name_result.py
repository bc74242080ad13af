"""From words in their places to a name: what does not go together, what is proposed, what is to be done."""

import re
from collections.abc import Sequence

from dentsync.transform import name_script
from dentsync.transform.name_checks import genders_of, is_gendered, spelling_codes, surname_for
from dentsync.transform.name_draft import Reading
from dentsync.transform.name_fathers import corrected_patronymic, is_loose, is_misspelt_patronymic
from dentsync.transform.name_order import INITIAL
from dentsync.transform.name_reasons import BLANK, findings_of
from dentsync.transform.name_spelling import corrected_given
from dentsync.transform.name_words import (
    TURKIC_DAUGHTER,
    TURKIC_SON,
    given_gender,
    is_turkic,
    patronymic_gender,
    sex_of,
    short_gender,
)
from dentsync.transform.names import Parts, PersonName
from dentsync.transform.words import fold


def named(reading: Reading, parts: Parts, typed: Parts, sex: str, *, judged: bool = True) -> PersonName:
    """The name, after everything was found: what goes together, what is proposed, what is done with it."""
    codes = reading.codes
    if any("ё" in part.lower() for part in parts):
        codes.add("has_yo")
    if judged:
        parts = _judged(reading, parts, sex)
    if not codes.isdisjoint(BLANK) or (not reading.words and "placeholder" in codes):
        parts, typed = Parts(), Parts()
    shown = typed if not codes & {"mojibake"} and any(typed) else None
    found = findings_of(frozenset(codes))
    action = found.action
    gender = "U" if "representative" in codes and "initials" in codes else genders_of(*parts).person
    gender = gender if gender != "U" or not any(parts) else sex_of(sex)
    sms = sms_name_of(parts) if action in ("keep", "auto") else None
    notes = tuple((note.kind, note.text) for note in reading.draft.notes)
    others = tuple(dict.fromkeys(other for other in (*reading.others, typed) if other != parts and any(other)))
    return PersonName(
        *parts, found.flags, action, gender, sms, parts if action in ("keep", "auto") else shown,
        others if action in ("propose", "quarantine") else (), notes, reading.order, found.codes,
    )  # fmt: skip


def _judged(reading: Reading, parts: Parts, sex: str) -> Parts:
    codes = reading.codes
    codes |= spelling_codes(parts.full) | _described(parts, codes)
    if "keyboard_layout" in codes and not name_script.is_sure_name(parts.full):
        codes.add("unsure_layout")
    if any(not _is_spelt(part) for part in parts):
        codes.add("odd_characters")
    head, dash, ending = parts.patronymic.rpartition("-")
    if dash and ending in TURKIC_SON | TURKIC_DAUGHTER:
        codes |= {"punctuation", "turkic_patronymic"}
        parts = parts._replace(patronymic=f"{head} {ending}")
    parts = _corrected(reading, parts)
    return _in_accord(codes, parts, sex)


_SPELT = re.compile("[A-Za-zÀ-ÖØ-öø-ɏ\u0400-\u052f' .-]*")


def _is_spelt(part: str) -> bool:
    return _SPELT.fullmatch(part) is not None


def _described(parts: Parts, codes: set[str]) -> set[str]:
    found = set()
    if parts.last and parts.first and not parts.patronymic and "initials" not in codes:
        found.add("no_patronymic")
    if not parts.last and parts.first and parts.patronymic:
        found.add("no_surname")
    if "-" in parts.last.strip("-"):
        found.add("double_surname")
    if short_gender(fold(parts.first)):
        found.add("diminutive")
    if is_turkic(fold(parts.patronymic)):
        found.add("turkic_patronymic")
    elif "turkic_patronymic" in codes and " " in parts.last:
        codes.discard("turkic_patronymic")
        found.add("turkic_surname")
    return found


def _corrected(reading: Reading, parts: Parts) -> Parts:
    """The parts with the likely spelling of a misspelt given name or patronymic: a proposal."""
    if is_turkic(fold(parts.patronymic)) or not parts.first or reading.codes & {"initials", "latin_name"}:
        return parts
    father = corrected_patronymic(parts.patronymic) if _is_doubtful(parts.patronymic) else ()
    given = _fitting(corrected_given(parts.first), parts.patronymic)
    if father or given or _is_misspelt(parts.patronymic):
        reading.codes.add("typo_suspect")
    best = Parts(parts.last, given[0] if given else parts.first, father[0] if father else parts.patronymic)
    if best != parts:
        reading.others = (*(Parts(parts.last, name, best.patronymic) for name in given[1:3]), *reading.others)
    return best


def _fitting(names: Sequence[str], patronymic: str) -> tuple[str, ...]:
    father = patronymic_gender(fold(patronymic)) if patronymic else None
    return tuple(name for name in names if father is None or given_gender(fold(name)) in (father, "U"))


def _is_doubtful(patronymic: str) -> bool:
    return bool(patronymic) and not INITIAL.fullmatch(patronymic) and patronymic.isalpha()


def _is_misspelt(patronymic: str) -> bool:
    return _is_doubtful(patronymic) and (is_misspelt_patronymic(fold(patronymic)) or is_loose(patronymic))


def _in_accord(codes: set[str], parts: Parts, sex: str) -> Parts:
    """Genders that contradict each other: a proposal where two agree against the surname, otherwise nothing."""
    genders = genders_of(*parts)
    if genders.given and genders.father and genders.given != genders.father:
        sure = given_gender(fold(parts.first)) is not None
        codes.add("parent_mismatch" if sure else "gender_mismatch")
        return parts
    if _says(genders.family) and genders.person != genders.family and is_gendered(parts.last):
        codes.add("gender_mismatch")
        return Parts(surname_for(parts.last, genders.person) or parts.last, parts.first, parts.patronymic)
    known = sex_of(sex)
    if _says(known) and _says(genders.person) and known != genders.person:
        codes.add("gender_mismatch")
    return parts


def _says(gender: str | None) -> bool:
    return gender in ("M", "F")


def sms_name_of(parts: Parts) -> str | None:
    """How a message may address the patient: «Имя Отчество», «Имя», or nothing."""
    first, patronymic = parts.first, parts.patronymic
    if (
        not first
        or INITIAL.fullmatch(first)
        or first.endswith(".")
        or any(short_gender(fold(word)) for word in first.split())
    ):
        return None
    if not patronymic or patronymic.endswith(".") or is_turkic(fold(patronymic)):
        return first
    return f"{first} {patronymic}"
