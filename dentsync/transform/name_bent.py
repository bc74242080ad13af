"""Names in another case than the nominative: «Петрову Ивану Сергеевичу»."""

from collections.abc import Iterator, Sequence

from dentsync.transform.name_dictionary import Bent, Gender, bent_forms
from dentsync.transform.name_fathers import is_bent_patronymic
from dentsync.transform.name_odds import is_common, odds_of
from dentsync.transform.name_words import given_gender, patronymic_gender, surname_gender
from dentsync.transform.words import fold


def straightened(words: Sequence[str]) -> list[str] | None:
    """«Петрову Ивану Сергеевичу» in the nominative; ``None`` where the words are not all in one other case."""
    folded = [fold(word) for word in words]
    if not _may_be_bent(folded):
        return None
    for case, gender in _cases_of(folded):
        straight = [_nominative(word, case, gender) for word in folded]
        if all(straight):
            return [_like(word, new or "") for word, new in zip(words, straight, strict=True)]
    return None


def _may_be_bent(words: Sequence[str]) -> bool:
    """A bent patronymic, or no given name at all in the nominative but a common one in another case."""
    if any(map(is_bent_patronymic, words)):
        return True
    if any(odds_of(word).listed or patronymic_gender(word) for word in words) or len(words) > 3:
        return False
    return any(bent.role == "given" and is_common(fold(bent.nominative)) for word in words for bent in bent_forms(word))


def _is_listed(bent: Bent) -> bool:
    return bent.role == "given" and given_gender(bent.nominative.replace("ё", "е")) is not None


def _cases_of(words: Sequence[str]) -> Iterator[tuple[str, Gender]]:
    found = {(bent.case, bent.gender) for word in words for bent in bent_forms(word)}
    order = ("datv", "gent", "accs", "ablt", "loct")
    yield from sorted(found, key=lambda item: (order.index(item[0]), item[1]))


def _nominative(word: str, case: str, gender: Gender) -> str | None:
    forms = {bent.role: bent.nominative for bent in bent_forms(word) if (bent.case, bent.gender) == (case, gender)}
    for role in ("patronymic", "surname", "given"):
        if role in forms and (role != "given" or _is_listed(Bent("given", case, gender, forms[role]))):
            return forms[role]
    return _unbent_surname(word, case, gender)


_BENT_SURNAMES = {
    ("gent", "M"): (("ова", "ов"), ("ева", "ев"), ("ина", "ин"), ("ского", "ский"), ("цкого", "цкий")),
    ("accs", "M"): (("ова", "ов"), ("ева", "ев"), ("ина", "ин"), ("ского", "ский"), ("цкого", "цкий")),
    ("datv", "M"): (("ову", "ов"), ("еву", "ев"), ("ину", "ин"), ("скому", "ский"), ("цкому", "цкий")),
    ("ablt", "M"): (("овым", "ов"), ("евым", "ев"), ("иным", "ин"), ("ским", "ский"), ("цким", "цкий")),
    ("loct", "M"): (("ове", "ов"), ("еве", "ев"), ("ине", "ин"), ("ском", "ский"), ("цком", "цкий")),
    ("accs", "F"): (("ову", "ова"), ("еву", "ева"), ("ину", "ина"), ("скую", "ская"), ("цкую", "цкая")),
    **dict.fromkeys(
        (("gent", "F"), ("datv", "F"), ("ablt", "F"), ("loct", "F")),
        (("овой", "ова"), ("евой", "ева"), ("иной", "ина"), ("ской", "ская"), ("цкой", "цкая")),
    ),
}


def _unbent_surname(word: str, case: str, gender: Gender) -> str | None:
    for bent, plain in _BENT_SURNAMES.get((case, gender), ()):
        if word.endswith(bent):
            return word.removesuffix(bent) + plain
    if surname_gender(word) == "U":
        return word  # surnames that are not declined; of a woman all that end in a consonant
    told = surname_gender(word) or bent_forms(word) or word.endswith(("а", "я"))
    return word if gender == "F" and not told else None


def _like(word: str, new: str) -> str:
    """The new word in the case of the old one; ё stays as it was typed."""
    plain = new if "ё" in word.lower() else new.replace("ё", "е")
    return plain.title() if word[:1].isupper() else plain
