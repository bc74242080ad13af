"""Codes of what was found in a name, what each means for the record, and how a person is told, in Russian."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import Literal, NamedTuple

Action = Literal["keep", "auto", "propose", "quarantine"]

QUARANTINED: Mapping[str, str] = {
    "placeholder": "вместо имени заглушка",
    "test_record": "тестовая запись",
    "single_token": "только одно слово: нет имени или фамилии",
    "no_given": "нет имени",
    "no_name": "не похоже на имя",
    "unsure_initials": "неясно, чьи инициалы",
    "lost": "буквы имени потеряны при выгрузке",
    "two_people": "в поле два человека",
    "deceased": "пациент отмечен как умерший",
    "parent_mismatch": "имя и отчество разного рода",
    "spelling_lost": "русские и украинские буквы вперемешку",
    "only_company": "организация, а не человек",
    "only_representative": "указан родственник, а не пациент",
    "dismissed": "решено: это не имя пациента",
}
"""Codes that keep a name away from the CRM."""

PROPOSED: Mapping[str, str] = {
    "ambiguous": "неясно, где фамилия, имя и отчество",
    "gender_mismatch": "род имени, отчества, фамилии или пол в карточке не сходятся",
    "typo_suspect": "похоже на опечатку",
    "oblique_case": "имя не в именительном падеже",
    "glued": "слова имени слиты",
    "digits": "в имени цифры",
    "odd_characters": "в имени посторонние знаки",
    "translit": "имя записано латиницей",
    "unsure_script": "похожие буквы другого алфавита заменены",
    "mixed_script": "в слове смешаны латиница и кириллица",
    "mixed_spelling": "русские и украинские буквы вперемешку",
    "unsure_layout": "набрано в другой раскладке",
    "mojibake": "имя прочитано в неверной кодировке",
    "representative": "в имени упомянут родственник",
    "surname_or_relative": "фамилия или степень родства",
    "surname_or_mark": "фамилия или пометка",
    "surname_or_nothing": "фамилия или заглушка",
    "duplicate_mark": "отмечен как дубль",
    "deleted_mark": "отмечен как удалённый",
    "namesake": "отмечен тёзка: мл., ст.",
    "do_not_contact": "просит не беспокоить",
    "company": "упомянута организация",
    "unknown_note": "в имени посторонние слова",
    "test_suspect": "похоже на тестовую запись",
    "asian_order": "неясно, где имя: китайское, корейское или вьетнамское",
}
"""Codes that a person should look at before the name stands in a message."""

REPAIRED: Mapping[str, str] = {
    "html_entity": "код HTML заменён знаком",
    "decomposed": "буквы собраны из частей, ударения убраны",
    "zero_width": "невидимые знаки убраны",
    "extra_space": "лишние пробелы убраны",
    "punctuation": "лишние знаки препинания убраны",
    "homoglyph": "похожие буквы другого алфавита заменены",
    "keyboard_layout": "набрано в другой раскладке",
    "all_caps": "было заглавными буквами",
    "all_lower": "было строчными буквами",
    "odd_case": "заглавные и строчные буквы исправлены",
    "order_swapped": "порядок слов: фамилия, имя, отчество",
    "field_shift": "слова стояли не в своих столбцах",
    "initials": "инициалы вместо имени",
    "note": "пометка вынесена из имени",
    "title": "звание вынесено из имени",
    "maiden_name": "прежняя фамилия вынесена из имени",
    "phone_in_name": "телефон вынесен из имени",
    "email_in_name": "адрес почты вынесен из имени",
    "date_in_name": "дата вынесена из имени",
    "patronymic_placeholder": "заглушка вместо отчества убрана",
    "decided": "решено человеком",
}
"""Codes of what was certain and is done."""

BLANK = frozenset(
    {"test_record", "lost", "no_name", "two_people", "parent_mismatch", "spelling_lost"}
    | {"only_company", "only_representative"}
)
"""Codes with which no part of the name is worth proposing."""

_HIDDEN = frozenset(
    {
        "no_given",
        "order_assumed",
        "no_name",
        "deceased",
        "only_company",
        "only_representative",
        "unsure_layout",
        "unsure_script",
        "unsure_initials",
        "surname_or_relative",
        "asian_order",
    }
    | {"surname_or_mark", "surname_or_nothing", "unknown_note", "mixed_spelling", "spelling_lost", "latin"}
)
_SHOWN_AS: Mapping[str, str] = {
    "lost": "mojibake",
    "no_name": "ambiguous",
    "parent_mismatch": "gender_mismatch",
    "unsure_layout": "keyboard_layout",
    "unsure_script": "homoglyph",
    "surname_or_mark": "note",
    "surname_or_relative": "representative",
    "surname_or_nothing": "placeholder",
}

ORDER: tuple[str, ...] = (*QUARANTINED, *PROPOSED, *REPAIRED)


def asks(reason: str) -> bool:
    """Whether a fault's reason is a doubt that a person can settle: not damage, and not what was settled."""
    return any(part in _DOUBTS for part in reason.split("; "))


_DOUBTS = frozenset({**QUARANTINED, **PROPOSED}.values()) - {QUARANTINED["dismissed"]}


class Findings(NamedTuple):
    """All codes of a name, those shown, and what the record does with it."""

    codes: frozenset[str]
    flags: tuple[str, ...]
    action: Action


@lru_cache(maxsize=4096)
def findings_of(codes: frozenset[str]) -> Findings:
    """Names are many, sets of codes few: a first load keeps each once."""
    return Findings(codes, flags_of(codes), action_of(codes))


def action_of(codes: AbstractSet[str]) -> Action:
    """What the record does with such a name."""
    if not codes.isdisjoint(QUARANTINED):
        return "quarantine"
    if not codes.isdisjoint(PROPOSED):
        return "propose"
    return "auto" if not codes.isdisjoint(REPAIRED) else "keep"


def flags_of(codes: AbstractSet[str]) -> tuple[str, ...]:
    """The codes as they are shown, in alphabetical order."""
    return tuple(sorted({_SHOWN_AS.get(code, code) for code in codes if code in _SHOWN_AS or code not in _HIDDEN}))


def reasons_of(codes: AbstractSet[str], *, doubts: bool) -> tuple[str, ...]:
    """Sentences for a person, the gravest first; ``doubts``: only what asks for a decision."""
    if doubts and "decided" in codes:
        return ()
    told = {**QUARANTINED, **PROPOSED} if doubts else {**QUARANTINED, **PROPOSED, **REPAIRED}
    return tuple(dict.fromkeys(told[code] for code in ORDER if code in codes and code in told))
