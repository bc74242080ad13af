"""From a name field to the words of the name: repairs that are certain, notes set aside, nothing thrown away.

Every rule leaves a flag. Patterns need a boundary on their left: «Лебедев» contains «дев», «Мамаева» «мама».
"""

import html
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field

from dentsync.transform.name_case import cased, in_one_script, joined
from dentsync.transform.name_words import patronymic_gender, surname_gender
from dentsync.transform.words import fold


@dataclass(slots=True)
class Draft:
    """A name being read: what is left of the text, flags of what was found, notes set aside."""

    text: str = field(repr=False)
    flags: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list, repr=False)


def words_of(text: str) -> tuple[list[str], Draft]:
    """The words of the name, each in its proper case, particles and Turkic endings joined to their word."""
    draft = Draft(text)
    for rule in _WORD_RULES if _ONLY_WORDS.fullmatch(text) else _RULES:
        rule(draft)
    words = [in_one_script(word, draft.text, draft.flags) for word in draft.text.split()]
    words = joined(cased(words, draft.flags), draft.flags)
    if any("ё" in word.lower() for word in words):
        draft.flags.add("has_yo")
    return words, draft


# ── characters ────────────────────────────────────────────────────────────────────────────────

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
_ORDINARY = re.compile(r"[\u0400-\u0481\u048a-\u052f\x20-\x7e]*")
_LOST = re.compile("\ufffd|\\?{2,}|[\u0080-\u009f]|[ÐÑ].?[ÐÑ]")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-") | dict.fromkeys("’‘ʼ`´′", "'") | {"_": " "})
_EDGES = re.compile(r"^[\s*.,;:!?\-\"«»'#]+|[\s*,;:!\-\"«»#]+$")
_STRAY = re.compile(r"(?<=\w{2})\.(?=\s|$)")
_DOTTED = re.compile(r"(?<![^\W\d_])([^\W\d_])\.\s*(?=[^\W\d_])")


def _entities(draft: Draft) -> None:
    if "&" in draft.text and (plain := html.unescape(draft.text)) != draft.text:
        draft.text = plain
        draft.flags.add("html_entity")


def _lost(draft: Draft) -> None:
    if _LOST.search(draft.text):
        draft.flags.add("mojibake")


def _unmarked(text: str) -> str:
    """Composed, and without the stress marks that are left over."""
    composed = unicodedata.normalize("NFC", text)
    if _ORDINARY.fullmatch(composed):
        return composed
    return "".join(char for char in composed if unicodedata.category(char) != "Mn")


def _characters(draft: Draft) -> None:
    marked = _unmarked(draft.text)
    if marked != draft.text:
        draft.flags.add("decomposed")
    seen = _INVISIBLE.sub("", marked)
    if seen != marked:
        draft.flags.add("zero_width")
    spaced = " ".join(seen.split())
    if spaced != seen:
        draft.flags.add("extra_space")
    draft.text = spaced.translate(_DASHES)
    if draft.text != spaced:
        draft.flags.add("punctuation")


def _edges(draft: Draft) -> None:
    trimmed = _STRAY.sub("", _EDGES.sub("", draft.text))
    if trimmed != draft.text:
        draft.flags.add("punctuation")
    draft.text = " ".join(trimmed.split())


# ── what is not a name ────────────────────────────────────────────────────────────────────────

_BRACKETS = re.compile(r"[(\[{]([^)\]}]*)[)\]}]?")
_MAIDEN = re.compile(r"(?<=\s)(?:дев(?:ичья)?|урожд(?:енная)?|до брака)(?:\.\s*|\s+)([^\W\d_-]{3,})\s*$", re.IGNORECASE)
_MAIDEN_PREFIX = re.compile(r"^(?:дев(?:ичья)?|урожд(?:енная)?|бывш(?:ая)?|ранее|до брака)(?:\.\s*|\s+)", re.IGNORECASE)
_INACTIVE = re.compile(r"^(?:[яЯ]{2,}|[zZ]{2,})[\s._-]*(?=[А-ЯЁ][а-яё])")
_EXTRAS = (
    ("email_in_name", re.compile(r"\S+@\S+")),
    ("phone_in_name", re.compile(r"(?:тел\.?\s*)?\+?\d(?:[\s()-]*\d){9,}", re.IGNORECASE)),
    ("date_in_name", re.compile(r"(?<!\d)\d{1,2}\.\d{1,2}\.\d{2,4}(?:\s*г\.?(?:\s*р\.?)?)?(?![\d\w])", re.IGNORECASE)),
    ("date_in_name", re.compile(r"(?<!\d)(?:19|20)\d\d\s*(?:г\.?\s*р?\.?|год\w*)?(?![\d\w])", re.IGNORECASE)),
    (
        "note",
        re.compile(r"(?:№|#)\s*\d+|(?<!\w)карта\s*\d+|(?<!\S)\d{1,3}\s*(?:лет|года?|мес\w*)(?!\w)", re.IGNORECASE),
    ),
    ("digits", re.compile(r"(?<!\S)\d+(?!\S)")),
)


_HAS_EXTRA = re.compile(r"[\d@]")


def _mark(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{words})(?![\w-])[.!]*", re.IGNORECASE)


_MARKS = (
    ("deceased", _mark(r"умер(?:ла)?|скончал(?:ся|ась)|покойн(?:ый|ая)")),
    ("do_not_contact", _mark(r"не (?:звонить|беспокоить|писать)|отказ от (?:смс|sms|рассыл\w+)")),
    ("duplicate_mark", _mark(r"дубль(?:\s*\d+)?|дубликат")),
    ("deleted_mark", _mark(r"удал[её]н(?:а|о)?|удалить|архив|в архиве")),
    (
        "namesake",
        re.compile(r"(?<![\w-])(?:мл|ст)\.(?!\w)|(?<![\w-])(?:младш(?:ий|ая)|старш(?:ий|ая))(?!\w)", re.IGNORECASE),
    ),
    ("note", _mark(r"vip|вип|new|скидка(?:\s*\d+\s*%)?|долг|должник|льгота|сотрудник|дмс|омс|первичный|повторный")),
)
_ANY_MARK = re.compile("|".join(pattern.pattern for _, pattern in _MARKS), re.IGNORECASE)
_RELATIVE = _mark(
    r"мама|папа|мать|отец|сын|дочь|дочка|муж|жена|бабушка|дедушка|брат|сестра|т[её]тя|дядя|внук|внучка|опекун|реб[её]нок"
)
_DEGREE = re.compile(
    r"[\s,]*(?<!\w)(?:[дк]\.?\s?м\.?\s?н\.?|проф\.|акад\.|доц\.|профессор|академик)(?!\w)[\s,]*", re.IGNORECASE
)
_TITLE = re.compile(r"^(?:доктор|врач|д-р|г-н|г-жа|господин|госпожа)\.?\s+(?=\S+\s+\S)", re.IGNORECASE)
_COMPANY = re.compile(r"(?<!\w)(?:ООО|ИП|ОАО|ЗАО|ПАО|АО|ЧП)(?!\w)")


def _brackets(draft: Draft) -> None:
    if not any(bracket in draft.text for bracket in "([{"):
        return
    for found in _BRACKETS.finditer(draft.text):
        _bracket(found[1].strip(), draft)
    draft.text = " ".join(_BRACKETS.sub(" ", draft.text).split())


def _bracket(content: str, draft: Draft) -> None:
    word = _MAIDEN_PREFIX.sub("", content)
    draft.notes.append(content)
    if surname_gender(fold(word)) and (word != content or word[:1].isupper()):
        draft.flags.add("maiden_name")
        return
    draft.flags.add("note")
    inner = Draft(content)
    for rule in (_company, _extras, _marks, _relative):
        rule(inner)
    draft.flags |= inner.flags
    if inner.flags <= {"note"} and inner.text.strip(" !.?,;"):
        draft.flags.add("unknown_note")


def _maiden(draft: Draft) -> None:
    found = _MAIDEN.search(draft.text)
    if found:
        draft.text = draft.text[: found.start()].rstrip(" ,")
        draft.notes.append(found[1])
        draft.flags.add("maiden_name")


def _inactive(draft: Draft) -> None:
    draft.text, count = _INACTIVE.subn("", draft.text)
    if count:
        draft.flags |= {"deleted_mark", "note"}


def _take(draft: Draft, pattern: re.Pattern[str], *flags: str) -> None:
    found = [match[0].strip() for match in pattern.finditer(draft.text)]
    if found:
        draft.text = " ".join(pattern.sub(" ", draft.text).split())
        draft.notes += found
        draft.flags.update(flags)


def _extras(draft: Draft) -> None:
    if not _HAS_EXTRA.search(draft.text):
        return
    for flag, pattern in _EXTRAS:
        _take(draft, pattern, flag)


def _marks(draft: Draft) -> None:
    if not _ANY_MARK.search(draft.text):
        return
    for flag, pattern in _MARKS:
        _take(draft, pattern, flag, "note")


def _relative(draft: Draft) -> None:
    """«Анна мама Пети»: from the word on it is about somebody else."""
    found = _RELATIVE.search(draft.text)
    if found:
        draft.notes.append(draft.text[found.start() :])
        draft.text = draft.text[: found.start()].rstrip(" ,-")
        draft.flags |= {"representative", "note"}


_PATIENT = re.compile(r"^(?:пациент(?:ка)?|клиент(?:ка)?)\s+(?=\S+\s+\S)", re.IGNORECASE)


def _titles(draft: Draft) -> None:
    """A title goes when a whole name is left without it: «Доктор Илья» is a surname."""
    _take(draft, _PATIENT, "note")
    _take(draft, _DEGREE, "title")
    rest = _TITLE.sub("", draft.text)
    last = fold(rest.rpartition(" ")[2])
    if (
        rest != draft.text
        and (patronymic_gender(last) or len(last) <= 3)
        and len(rest.split()) >= 2 + ("." not in rest)
    ):
        draft.notes.append(draft.text[: -len(rest)].strip())
        draft.text = rest
        draft.flags.add("title")


def _company(draft: Draft) -> None:
    _take(draft, _COMPANY, "company")


_TWO = re.compile(r"(?<=\w)\s+(?:и|&|\+)\s+(?=\w)|\s*[;&+]\s*(?=\w)", re.IGNORECASE)


def _people(draft: Draft) -> None:
    """Two people in one field, or «Фамилия, Имя Отчество»."""
    before, comma, after = draft.text.partition(",")
    if _TWO.search(draft.text) or "," in after or (comma and " " in before.strip()):
        draft.flags.add("two_people")
    elif comma:
        draft.text = f"{before.strip()} {after.strip()}"
        draft.flags.add("punctuation")


_LOOSE_DASH = re.compile(r"([^\s-]+)(?: -|- | - )([^\s-]+)")


def _dashes(draft: Draft) -> None:
    """«Иванова - Петрова» is one surname when both halves are surnames; otherwise a person has to look."""
    found = _LOOSE_DASH.search(draft.text)
    if found is None:
        return
    both = surname_gender(fold(found[1])) and surname_gender(fold(found[2]))
    draft.text = _LOOSE_DASH.sub(r"\1-\2" if both else r"\1 \2", draft.text)
    draft.flags.add("punctuation" if both else "ambiguous")


def _initials(draft: Draft) -> None:
    """«И.С.», «И. С.» become words of their own."""
    spaced = _DOTTED.sub(r"\1. ", draft.text)
    draft.text = " ".join(spaced.split())


_RULES: tuple[Callable[[Draft], None], ...] = (
    _entities,
    _lost,
    _characters,
    _inactive,
    _brackets,
    _maiden,
    _extras,
    _company,
    _marks,
    _titles,
    _relative,
    _edges,
    _people,
    _dashes,
    _initials,
)

# Most names are words and single spaces: nothing but words can be wrong with them.
_ONLY_WORDS = re.compile(r"[А-Яа-яЁё]+(?: [А-Яа-яЁё]+)*")
_WORD_RULES = tuple(
    rule for rule in _RULES if rule in (_inactive, _maiden, _company, _marks, _titles, _relative, _people)
)
