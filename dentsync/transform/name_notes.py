"""What stands in a name field and is no name: notes, marks, titles, companies, relatives. Set aside, never thrown away.

What leaves no name behind is put back: «Старший Олег Иванович» bears the surname Старший.
"""

import re
from collections.abc import Callable

from dentsync.transform.name_draft import Draft, Note, NoteKind
from dentsync.transform.name_marks import (
    ANY_MARK,
    BRACKETS,
    COMPANY,
    CROSS,
    DEGREE,
    FAMILY,
    HAS_NUMBER,
    INACTIVE,
    LISTED_WORDS,
    MAIDEN,
    MAIDEN_PREFIX,
    MARKS,
    NUMBERS,
    PATIENT,
    PHONE,
    RANK,
    RELATIVE,
    RELATIVES_AND_SURNAMES,
    SELF_EMPLOYED,
    SENDER,
    SHORT_TITLE,
    TITLE,
    TWO_PEOPLE,
)
from dentsync.transform.name_odds import odds_of
from dentsync.transform.name_words import patronymic_gender, surname_gender
from dentsync.transform.words import fold

# ── brackets, maiden names ────────────────────────────────────────────────────────────────────


def _cross(draft: Draft) -> None:
    _take(draft, CROSS, "deceased", "deceased", "do_not_contact", "note")


def _phones(draft: Draft) -> None:
    """Before the brackets: «+7 (900) 000-00-02»."""
    if HAS_NUMBER.search(draft.text):
        _take(draft, PHONE, "phone", "phone_in_name")


def _brackets(draft: Draft) -> None:
    if not any(bracket in draft.text for bracket in "([{/"):
        return
    for found in BRACKETS.finditer(draft.text):
        inside = (found[1] or found[2] or "").strip()
        if any(map(str.isalnum, inside)):
            _bracket(inside, draft)
        else:
            draft.codes.add("punctuation")
    draft.text = " ".join(BRACKETS.sub(" ", draft.text).replace(" ,", ",").split())


def _bracket(content: str, draft: Draft) -> None:
    word = MAIDEN_PREFIX.sub("", content)
    if _is_surname(word) and (word != content or word[:1].isupper()):
        draft.notes.append(Note("maiden_name", word))
        draft.codes.add("maiden_name")
        return
    inner = Draft(content)
    for rule in (_company, _marks, _numbers, _relative):
        rule(inner)
    draft.notes.append(Note(inner.notes[0].kind if inner.notes else "note", content))
    draft.codes |= inner.codes | {"note"}
    if inner.text.strip(" !.?,;") and inner.codes <= {"note"}:
        draft.codes.add("unknown_note")


def _is_surname(word: str) -> bool:
    odds = odds_of(fold(word)) if word.replace("-", "").isalpha() else None
    return odds is not None and (surname_gender(fold(word)) is not None or (odds.known and odds.given < -6.0))


def _maiden(draft: Draft) -> None:
    found = MAIDEN.search(draft.text)
    if found and _is_surname(found[1]):
        draft.text = f"{draft.text[: found.start()].rstrip(' ,')} {draft.text[found.end() :].lstrip(' ,')}".strip()
        draft.notes.append(Note("maiden_name", found[1]))
        draft.codes.add("maiden_name")


# ── marks ─────────────────────────────────────────────────────────────────────────────────────


def _inactive(draft: Draft) -> None:
    found = INACTIVE.match(draft.text)
    if found:
        draft.text = draft.text[found.end() :]
        draft.notes.append(Note("deleted", found[1]))
        draft.codes |= {"deleted_mark", "note"}


def _take(draft: Draft, pattern: re.Pattern[str], kind: NoteKind, *codes: str) -> None:
    found = [match[0].strip(" ,;") for match in pattern.finditer(draft.text)]
    rest = " ".join(pattern.sub(" ", draft.text).split())
    if found:
        draft.text = rest
        draft.notes += [Note(kind, text.lower() if kind == "title" else text) for text in found]
        draft.codes.update(codes)


def _numbers(draft: Draft) -> None:
    if not HAS_NUMBER.search(draft.text):
        return
    for mark in NUMBERS:
        _take(draft, mark.pattern, mark.kind, *mark.codes)


def _marks(draft: Draft) -> None:
    """A mark that is a whole surname stays where no other surname is left: «Старший Олег Иванович»."""
    if not ANY_MARK.search(draft.text):
        return
    for mark in MARKS:
        found = mark.pattern.match(draft.text)
        if found and _is_name_without_surname(draft.text[found.end() :]):
            draft.codes |= set() if mark.kind == "namesake" else {"surname_or_mark"}
        else:
            _take(draft, mark.pattern, mark.kind, *mark.codes)


def _is_name_without_surname(text: str) -> bool:
    """«Олег Иванович»: a given name and a patronymic, and nothing else."""
    words = fold(text).split()
    return len(words) == 2 and odds_of(words[0]).given > -3.5 and patronymic_gender(words[1]) is not None


def _is_named_in_full(text: str) -> bool:
    """«Ершова Майя Глебовна», «Ершова Майя»: in the nominative, so it is the one who was named before."""
    words = [fold(word) for word in text.split()]
    given = [word for word in words if odds_of(word).listed]
    others = [word for word in words if surname_gender(word) or patronymic_gender(word)]
    return len(given) == 1 and len(given) + len(others) == len(words) in (2, 3)


# ── people around the patient ─────────────────────────────────────────────────────────────────


def _relative(draft: Draft) -> None:
    """«Анна мама Пети»: from the word on it is about somebody else."""
    found = RELATIVE.search(draft.text)
    if found is None:
        return
    word, rest = fold(found[0].strip(" ,;")), draft.text[found.end() :]
    alone = _is_name_without_surname(rest)
    if found.start() == 0 and (alone or _is_named_in_full(rest)):
        if alone and word in RELATIVES_AND_SURNAMES:
            draft.codes.add("surname_or_relative")
            return
        draft.notes.append(Note("representative", found[0].strip(" ,;")))
        draft.text = rest.strip()
    else:
        draft.notes.append(Note("representative", draft.text[found.start() :].strip(" ,;-")))
        draft.text = draft.text[: found.start()].rstrip(" ,-")
    draft.codes |= {"representative", "note"}


def _sender(draft: Draft) -> None:
    """«Котов Иван от Ивановой»."""
    found = SENDER.search(draft.text)
    if found:
        draft.notes.append(Note("note", found[0].strip()))
        draft.text = draft.text[: found.start()]
        draft.codes |= {"note", "unknown_note"}


def _people(draft: Draft) -> None:
    """Two people in one field; «Фамилия, Имя Отчество» and «Фамилия; Имя; Отчество» are one."""
    if TWO_PEOPLE.search(draft.text) or FAMILY.match(draft.text):
        draft.codes.add("two_people")
        return
    if "," not in draft.text and ";" not in draft.text:
        return
    pieces = [piece.strip() for piece in re.split("[,;]", draft.text) if piece.strip()]
    if len(pieces) < 2:
        return
    if LISTED_WORDS.fullmatch(draft.text) or (len(pieces) == 2 and " " not in pieces[0]):
        draft.text = " ".join(pieces)
        draft.codes.add("punctuation")
    else:
        draft.codes.add("two_people")


# ── titles, companies ─────────────────────────────────────────────────────────────────────────


def _titles(draft: Draft) -> None:
    """A title goes when a whole name is left without it: «Доктор Илья» is a surname."""
    _take(draft, PATIENT, "note", "note")
    if "." in draft.text or "," in draft.text:
        draft.text = _without_degree(draft)
    _take(draft, RANK, "title", "title")
    _take(draft, SHORT_TITLE, "title", "title")
    found = TITLE.match(draft.text)
    if found and _is_whole_name(draft.text[found.end() :]):
        draft.notes.append(Note("title", found[0].strip().lower()))
        draft.text = draft.text[found.end() :]
        draft.codes.add("title")


def _without_degree(draft: Draft) -> str:
    found = [match[0].strip(" ,") for match in DEGREE.finditer(draft.text)]
    if found:
        draft.notes.append(Note("title", ", ".join(found)))
        draft.codes.add("title")
    return DEGREE.sub(" ", draft.text).strip(" ,") if found else draft.text


def _is_whole_name(text: str) -> bool:
    words = [fold(word) for word in text.split()]
    if len(words) < 2:
        return bool(words) and surname_gender(words[0]) is not None
    if len(words) == 2 and patronymic_gender(words[1]):
        return False
    families = [word for word in words if surname_gender(word)]
    others = [word for word in words if odds_of(word).given > -3.0 or patronymic_gender(word) or len(word) <= 2]
    return "." in text or len(words) >= 3 or bool(families and others)


def _company(draft: Draft) -> None:
    _take(draft, SELF_EMPLOYED, "title", "company", "title")
    _take(draft, COMPANY, "company", "company", "note")


RULES: tuple[Callable[[Draft], None], ...] = (
    _cross, _phones, _inactive, _brackets, _maiden, _marks, _numbers, _company, _titles, _relative, _sender,
    _people,
)  # fmt: skip
"""In the order in which they are applied to a text of repaired characters."""

WORD_RULES = tuple(rule for rule in RULES if rule not in (_cross, _phones, _brackets, _numbers))
"""Those that a text of nothing but letters and single spaces can need."""
