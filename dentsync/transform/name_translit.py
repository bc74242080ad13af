"""Russian names in Latin letters, and back: Yuliya, Julia, Iuliia. Always a proposal."""

import re
from collections.abc import Iterable
from functools import cache

from dentsync.transform.name_dictionary import entry_of
from dentsync.transform.name_fathers import patronymics_from
from dentsync.transform.name_lists import COMMON_FEMALE, COMMON_MALE, FEMALE, MALE
from dentsync.transform.name_words import latin_gender
from dentsync.transform.words import fold

_PAIRS = (
    ("shch", "щ"), ("sch", "щ"), ("zh", "ж"), ("kh", "х"), ("ts", "ц"), ("ch", "ч"), ("sh", "ш"), ("yu", "ю"),
    ("ju", "ю"), ("iu", "ю"), ("ya", "я"), ("ja", "я"), ("ia", "ия"), ("yo", "ё"), ("jo", "ё"), ("ye", "е"),
    ("je", "е"), ("iy", "ий"), ("yi", "ый"), ("yy", "ый"), ("ij", "ий"), ("ay", "ай"), ("ey", "ей"), ("oy", "ой"),
    ("uy", "уй"), ("ai", "ай"), ("ei", "ей"), ("oi", "ой"), ("x", "кс"), ("w", "в"), ("q", "к"), ("'", "ь"),
)  # fmt: skip
_SINGLE = str.maketrans("abcdefghijklmnoprstuvyz", "абцдефгхийклмнопрстувыз")
_PATRONYMIC = re.compile(r"[a-z]{3,}(?:[oey]vi(?:ch|c|tch)|[oey]vna|ichna|inichna)")
_SURNAME = re.compile(r"[a-z]{2,}(?:ov|ev|yov|ova|eva|yova|skiy|sky|skij|skii|skaya|skaia|enko|chuk|in|ina)")


def _skeleton(word: str) -> str:
    """What the many ways to write a name in Latin letters have in common: Yuliya, Julia, Iuliia."""
    plain = fold(word).translate(str.maketrans("j'w", "y v"))
    for long, short in (("shch", "sch"), ("kh", "h"), ("ts", "c"), ("x", "ks"), ("ph", "f"), ("y", "i"), ("ck", "k")):
        plain = plain.replace(long, short)
    return re.sub(r"(.)\1+", r"\1", re.sub(r"ie|io", lambda pair: pair[0][1], plain.replace(" ", "")))


_ROMAN = str.maketrans(
    dict(zip("абвгдезийклмнопрстуфцыэ", "abvgdeziiklmnoprstufcie", strict=True))
    | {"ж": "zh", "х": "h", "ч": "ch", "ш": "sh", "щ": "sch", "ю": "iu", "я": "ia", "ь": "", "ъ": ""}
)


@cache
def _romanised() -> dict[str, str]:
    """Skeletons of the names, the common ones first."""
    found: dict[str, str] = {}
    for name in (*COMMON_MALE, *COMMON_FEMALE, *sorted(MALE | FEMALE)):
        found.setdefault(_skeleton(_softened(name).translate(_ROMAN)), name)
    return found


@cache
def _romanised_fathers() -> dict[str, str]:
    """Skeletons of the patronymics that come from common names."""
    found: dict[str, str] = {}
    for name in COMMON_MALE:
        for father in patronymics_from(name):
            found.setdefault(_skeleton(_softened(father).translate(_ROMAN)), father)
    return found


def _softened(name: str) -> str:
    return re.sub(r"ь(?=[еяюё])", "и", name)


def in_cyrillic(word: str) -> str:
    """A Latin word as a Russian one was probably transliterated; capitals as a title."""
    plain = fold(word)
    known = _romanised_fathers().get(_skeleton(word)) or _romanised().get(_skeleton(word))
    if known:
        return known.title()
    spelled = re.sub(r"(?<=[a-z])(?:sky|skiy|skij|skii|skyi)$", "ский", plain)
    spelled = re.sub(r"(?<=[a-z])(?:skaya|skaia|skaja)$", "ская", spelled)
    for latin, cyrillic in _PAIRS:
        spelled = spelled.replace(latin, cyrillic)
    spelled = re.sub(r"(?<=[aeiouаеиоуюяё])y", "й", spelled)
    spelled = re.sub(r"c(?=h)", "ч", spelled).translate(_SINGLE)
    return "-".join(part[:1].upper() + part[1:] for part in spelled.split("-"))


def is_transliterated(words: Iterable[str]) -> bool:
    """Whether Latin words are a Russian name: by a patronymic, or by a surname beside a given name."""
    folded = [fold(word) for word in words]
    if any(_PATRONYMIC.fullmatch(word) or _skeleton(word) in _romanised_fathers() for word in folded):
        return True
    given = [word for word in folded if _romanised().get(_skeleton(word))]
    rest = [word for word in folded if word not in given[:1]]
    if given and any(_SURNAME.fullmatch(word) for word in rest):
        return True
    # «Viktor» and «Evgeniya» are nobody's but ours.
    ours = [word for word in given if latin_gender(word) is None]
    return bool(ours) and any(entry_of(fold(in_cyrillic(word))).surname for word in rest)
