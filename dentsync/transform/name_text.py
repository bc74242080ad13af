"""From a name field to the words of the name: repairs that are certain, notes set aside, nothing thrown away.

Every repair leaves a code in the draft.
"""

import html
import re
import unicodedata
from collections.abc import Callable, Sequence

from dentsync.transform import name_script
from dentsync.transform.name_case import ENDINGS, PARTICLES, cased, joined
from dentsync.transform.name_dictionary import entry_of
from dentsync.transform.name_draft import Draft, Note
from dentsync.transform.name_notes import RULES, WORD_RULES
from dentsync.transform.name_odds import odds_of
from dentsync.transform.name_placeholders import PLACEHOLDERS
from dentsync.transform.name_words import is_asian, patronymic_gender, surname_gender
from dentsync.transform.words import fold

# ── characters ────────────────────────────────────────────────────────────────────────────────

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufe0e\ufe0f]")
_ORDINARY = re.compile(r"[\u0400-\u0481\u048a-\u052f\x20-\x7e]*")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-") | dict.fromkeys("’‘ʼ´′ʹ", "'") | dict.fromkeys("_|\\", " "))
_EDGES = re.compile(r"^[\s*.,;:!?\-\"«»“”'#/\\|=~+]+|[\s*,;:!?\-\"«»“”#/\\|=~+]+$")
_LONG_DASH = re.compile("-{2,}")
_QUOTES = re.compile('["«»“”„]')
_STRAY_DOT = re.compile(r"(?<=\w{2})\.(?=\s|$)")
_DOTS = re.compile(r"(?<=\w{2})\.(?=\w{2})")
_DOTTED = re.compile(r"(?<![^\W\d_])([^\W\d_])\.(\s*)(?=[^\W\d_])")


_TAG = re.compile(r"</?(?:br|p|b|i|u|em|strong|font|span|div|nobr|td|tr)\s?/?>", re.IGNORECASE)


def _entities(draft: Draft) -> None:
    if "&" not in draft.text and "<" not in draft.text:
        return
    plain = _TAG.sub(" ", html.unescape(draft.text))
    if plain != draft.text:
        draft.text = " ".join(plain.split("\u00a0"))
        draft.codes.add("html_entity")


def _encoding(draft: Draft) -> None:
    if not name_script.is_lost(draft.text):
        return
    guess = name_script.recoded(draft.text)
    draft.codes.add("mojibake" if guess else "lost")
    draft.text = guess or draft.text


def _unmarked(text: str) -> str:
    """Composed, and without the stress marks that are left over."""
    composed = unicodedata.normalize("NFC", text)
    if _ORDINARY.fullmatch(composed):
        return composed
    return "".join(char for char in composed if unicodedata.category(char) != "Mn")


def _characters(draft: Draft) -> None:
    marked = _unmarked(draft.text)
    if marked != draft.text:
        draft.codes.add("decomposed")
    seen = _INVISIBLE.sub("", marked)
    if seen != marked:
        draft.codes.add("zero_width")
    spaced = " ".join(seen.split())
    if spaced != seen:
        draft.codes.add("extra_space")
    draft.text = " ".join(_LONG_DASH.sub("-", spaced.translate(_DASHES)).split())
    if draft.text != spaced:
        draft.codes.add("punctuation")


def _layout(draft: Draft) -> None:
    guess = name_script.typed_in_cyrillic(draft.text) or name_script.typed_in_latin(draft.text)
    if guess:
        draft.text = guess
        draft.codes.add("keyboard_layout")
    elif "`" in draft.text:  # the key of «ё» in the other layout
        draft.text = draft.text.replace("`", "'")
        draft.codes.add("punctuation")


def _latin_layout(draft: Draft) -> None:
    guess = name_script.typed_in_latin(draft.text)
    if guess:
        draft.text = guess
        draft.codes.add("keyboard_layout")


def _edges(draft: Draft) -> None:
    trimmed = _DOTS.sub(" ", _STRAY_DOT.sub("", _EDGES.sub("", _QUOTES.sub("", draft.text))))
    if trimmed != draft.text:
        draft.codes.add("punctuation")
    draft.text = " ".join(trimmed.split())


_LOOSE_DASH = re.compile(r"([^\s-]+)( -|- | - )([^\s-]+)")


def _dashes(draft: Draft) -> None:
    """«Иванова - Петрова» is one surname when both halves are surnames; otherwise a person has to look."""
    if " " not in draft.text:
        _split(draft)
    found = _LOOSE_DASH.search(draft.text)
    if found is None:
        return
    both = found[2] != " - " or (surname_gender(fold(found[1])) and surname_gender(fold(found[3])))
    draft.text = _LOOSE_DASH.sub(r"\1-\3" if both else r"\1 \3", draft.text)
    if not both:
        draft.codes.add("ambiguous")
    elif "punctuation" not in draft.codes:
        draft.codes.add("extra_space")


def _split(draft: Draft) -> None:
    """«Зуева-Кира-Львовна», «Зуева/Кира/Львовна»: three words."""
    for sign, code in (("-", "glued"), ("/", "punctuation")):
        parts = draft.text.split(sign)
        if len(parts) == 3 and any(patronymic_gender(fold(part)) for part in parts):
            draft.text = " ".join(parts)
            draft.codes.add(code)


_GLUED_INITIAL = re.compile(r"(?<=[а-яё]{2})(?=[А-ЯЁ]\.)")


def _initials(draft: Draft) -> None:
    """«И.С.» become words of their own; «И. С.» are so already."""
    if "." not in draft.text:
        return
    apart = _GLUED_INITIAL.sub(" ", draft.text)
    if apart != draft.text:
        draft.codes.add("glued")
    spaced = _DOTTED.sub(r"\1. ", apart)
    if re.search(r"(?<![^\W\d_])[^\W\d_]\.\s+[^\W\d_]\.", draft.text):
        draft.codes.add("extra_space")
    draft.text = " ".join(spaced.split())


_FIRST: tuple[Callable[[Draft], None], ...] = (_entities, _encoding, _characters, _layout)
_LAST: tuple[Callable[[Draft], None], ...] = (_edges, _dashes, _initials)
# Most names are words and single spaces: nothing but words can be wrong with them.
_ONLY_WORDS = re.compile(r"[А-Яа-яЁё]+(?: [А-Яа-яЁё]+)*")


def draft_of(text: str) -> Draft:
    """The field with its characters repaired and all set aside that is no name."""
    draft = Draft(text)
    if _ONLY_WORDS.fullmatch(text):
        rules = (_encoding, _latin_layout, *WORD_RULES)
    else:
        rules = (*_FIRST, *RULES, *_LAST)
    for rule in rules:
        rule(draft)
    return draft


# ── words ─────────────────────────────────────────────────────────────────────────────────────


def words_of(text: str) -> tuple[list[str], Draft]:
    """The words of the name, each in one script and in its proper case, particles joined to their word."""
    draft = draft_of(text)
    draft.text = " ".join(_unstrayed(draft))
    words = [_lettered(word, draft) for word in _trimmed(draft)]
    words = joined(cased(words, draft.codes), draft.codes)
    if "keyboard_layout" in draft.codes:
        draft.codes.discard("odd_case")  # the key of «ж» has no case in the other layout
    return words, draft


_RIM = re.compile(r"^[^\w]+|[^\w.]+$|(?<=\w{2})\.+$")


def _trimmed(draft: Draft) -> list[str]:
    """The words without the signs around them; what is no word is none."""
    words = [_RIM.sub("", word) for word in draft.text.split()]
    if " ".join(words) != draft.text:
        draft.codes.add("punctuation")
    return [word for word in words if word.strip(".")]


def _unstrayed(draft: Draft) -> list[str]:
    words = draft.text.split()
    one_case = draft.text.isupper() or draft.text.islower()
    asked = len(words) > (3 if one_case else 2) and "two_people" not in draft.codes
    stray = [i for i in range(len(words)) if _is_stray(words, i)] if asked else []
    if stray:
        draft.notes.append(Note("note", " ".join(words[i] for i in stray)))
        draft.codes |= {"note", "unknown_note"}
    return [word for i, word in enumerate(words) if i not in stray]


def _may_be_given(folded: str) -> bool:
    return odds_of(folded).given > -4.0 or patronymic_gender(folded) is not None or is_asian(folded)


def _is_stray(words: Sequence[str], at: int) -> bool:
    """A word of the language behind a name or in other letters: «Котов Иван звонить», «Котов Иван Ильич Брекеты»."""
    word, folded = words[at], fold(words[at])
    if folded in PARTICLES | ENDINGS or _may_be_given(folded) or (word[0].isupper() and word[1:] == "."):
        return False
    others, many = [*words[:at], *words[at + 1 :]], len(words) > 3
    entry = entry_of(folded)
    small = word.islower() and any(map(str.istitle, others))
    if folded in PLACEHOLDERS:
        return at == len(words) - 1 and many
    if surname_gender(folded) is not None and not (small and many and entry.word and entry.surname is None):
        return False
    if small:
        return entry.word or many
    loud = len(word) > 2 and word.isupper() and not any(map(str.isupper, others))
    odd = loud if at == 0 else at == len(words) - 1 and (loud or entry.word)
    return many and odd and entry.surname is None


def _lettered(word: str, draft: Draft) -> str:
    if word.isalpha() and not word.isascii() and not name_script.LATIN.search(word):
        return word
    repaired, code = name_script.in_one_script(word, draft.text)
    if code:
        draft.codes.add(code)
        draft.codes |= {"unsure_script"} if name_script.LATIN.search(repaired) else set()
    if code != "mixed_script" and not name_script.CYRILLIC.search(repaired) and name_script.LATIN.search(repaired):
        draft.codes.add("latin")
    if any(char.isdigit() for char in repaired):
        draft.codes.add("digits")
        return name_script.with_letters_for_digits(repaired) or repaired
    return repaired
