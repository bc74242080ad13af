"""From a text to a name: its words, and who is who among them."""

from collections.abc import Sequence

from dentsync.transform import name_script
from dentsync.transform.name_bent import straightened
from dentsync.transform.name_case import capitalised
from dentsync.transform.name_checks import is_crowd
from dentsync.transform.name_dictionary import entry_of
from dentsync.transform.name_draft import Draft, Note, Reading
from dentsync.transform.name_odds import odds_of
from dentsync.transform.name_order import INITIAL, Lean, Seats, seated, seats_of
from dentsync.transform.name_placeholders import (
    NO_PATRONYMIC,
    NO_SURNAME,
    RESERVED,
    blank_code,
    whole_placeholder,
    without_placeholders,
)
from dentsync.transform.name_result import named
from dentsync.transform.name_text import words_of
from dentsync.transform.name_translit import in_cyrillic, is_transliterated
from dentsync.transform.name_words import is_asian, surname_gender
from dentsync.transform.names import Parts, PersonName
from dentsync.transform.words import fold


def read_name(text: str, sex: str = "", lean: Lean = "") -> PersonName:
    """The name in a text, by all rules."""
    code = whole_placeholder(text)
    if code:
        return named(Reading([], Draft(text, {code})), Parts(), Parts(), sex, judged=False)
    words, draft = words_of(text)
    return _read(Reading(words, draft, lean), sex)


def read_columns(last: str, first: str, patronymic: str, sex: str = "") -> PersonName:
    """The name in three columns."""
    columns = [" ".join(column.split()) for column in (last, first, patronymic)]
    emptied = fold(columns[2]).strip("-—") in NO_PATRONYMIC
    texts = _unrepeated([*columns[:2], "" if emptied else columns[2]])
    code = whole_placeholder(" ".join(filter(None, texts)))
    if code:
        return named(Reading([], Draft("", {code})), Parts(), Parts(), sex, judged=False)
    reading = _of_columns(texts)
    if texts[:2] != columns[:2]:
        reading.codes.add("field_shift")
    if emptied and columns[2]:
        reading.codes.add("patronymic_placeholder")
        reading.draft.notes.append(Note("placeholder", columns[2]))
    return _read(reading, sex)


def _unrepeated(texts: list[str]) -> list[str]:
    """«Морозов Илья Петрович» | «Илья» | «Петрович»: what the next column says, too, is said once."""
    last, first, father = ([fold(word) for word in text.split()] for text in texts)
    if len(last) == 3 and last[1:] == first + father:
        return [texts[0].split()[0], *texts[1:]]
    if len(first) > 1 and first[-1:] == father:
        return [texts[0], texts[1].rsplit(maxsplit=1)[0], texts[2]]
    return texts


def _of_columns(texts: Sequence[str]) -> Reading:
    """The words of all columns, with the pattern that their headers say."""
    whole = words_of(" ".join(filter(None, texts)))
    each = [words_of(text)[0] if text else [] for text in texts]
    if [word for words in each for word in words] != whole[0]:
        return Reading(*whole)
    pattern = "".join(letter * len(words) for letter, words in zip("SGP", each, strict=True))
    return Reading(*whole, columns=pattern)


# ── the words ─────────────────────────────────────────────────────────────────────────────────


def _read(reading: Reading, sex: str) -> PersonName:
    without_placeholders(reading)
    _without_slash(reading)
    blank = blank_code(reading)
    if blank:
        reading.codes.add(blank)
        return named(reading, Parts(), Parts(), sex, judged=False)
    typed = list(reading.words)
    _in_cyrillic(reading)
    straight = straightened(reading.words)
    if straight:
        reading.words = straight
        reading.codes.add("oblique_case")
    pattern = _pattern_of(reading)
    places = (pattern, reading.columns)
    parts = _placed(reading.words, *places)
    if len(reading.words) > 2 and not (NO_SURNAME | RESERVED).isdisjoint(map(fold, parts)):
        reading.codes.add("surname_or_nothing")
    return named(reading, parts, _placed(typed, *places), sex)


def _without_slash(reading: Reading) -> None:
    """«Петрова/Сидорова»: which of them she bears now, a person knows."""
    for index, word in enumerate(reading.words):
        now, slash, before = word.partition("/")
        if slash:
            reading.codes.add("ambiguous")
            if surname_gender(fold(now)) and surname_gender(fold(before)):
                reading.words[index] = now
                reading.draft.notes.append(Note("maiden_name", before))
                reading.codes.add("maiden_name")


def _in_cyrillic(reading: Reading) -> None:
    """Latin words of a Russian name in Russian letters: a proposal."""
    if "latin" not in reading.codes:
        return
    latin = [word for word in reading.words if not name_script.CYRILLIC.search(word)]
    whole = len(latin) == len(reading.words)
    if whole and not is_transliterated(latin):
        reading.codes.add("latin_name")
        if name_script.may_be_typed(latin):
            reading.codes.add("unsure_layout")
        return
    reading.codes.add("translit")
    reading.words = [in_cyrillic(word) if word in latin and len(word) > 2 else word for word in reading.words]


# ── who is who ────────────────────────────────────────────────────────────────────────────────


def _pattern_of(reading: Reading) -> str:
    """A letter for each word: S, G, P, or ``i`` and ``j`` for the initials of the given name and the patronymic."""
    words, codes = reading.words, reading.codes
    if len(reading.columns) != len(words):
        reading.columns = ""
    initials = [i for i, word in enumerate(words) if INITIAL.fullmatch(word) and (i > 0 or word.endswith("."))]
    if initials:
        return _pattern_with_initials(reading, initials)
    if len(words) == 1:
        codes.add("single_token")
        return _pattern_of_one(words[0], codes)
    seats = seats_of(words, reading.lean, reading.columns)
    reading.order = seats.shows if not reading.columns else ""
    reading.others = tuple(_placed(words, pattern) for pattern in seats.others)
    codes |= _order_codes(reading, seats)
    return "S" + "G" * (len(words) - 1) if "asian_name" in codes and not reading.columns else seats.pattern


def _order_codes(reading: Reading, seats: Seats) -> set[str]:
    if seats.pattern == "SP":
        return {"no_given"}
    if reading.columns and seats.pattern == reading.columns:
        return _asian(reading.words, seats, sure=True)
    said_twice = len(set(reading.words)) < len(reading.words)
    found = set() if seats.is_sure and not said_twice else {"ambiguous"}
    if is_crowd(reading.words):
        found = {"two_people"}
    elif not seats.is_sure and not any(map(_is_of_a_name, reading.words)):
        found = {"no_name"}
    found |= _column_codes(reading.columns, seats) if reading.columns else set()
    if not reading.columns and not seats.is_typed:
        found.add("order_swapped")
    if found == {"ambiguous"} and seats.pattern == "SG":
        found.add("order_assumed")
    return _asian(reading.words, seats, sure=False) or found


def _is_of_a_name(word: str) -> bool:
    """Not only a word of the language: «Стоматология Улыбка» is nobody."""
    return odds_of(fold(word)).known or not entry_of(fold(word)).word


def _column_codes(columns: str, seats: Seats) -> set[str]:
    """Single words that changed places were swapped; otherwise a column held more than its header says."""
    swapped = len(set(columns)) == len(columns) and columns[0] != "G" and sorted(columns) == sorted(seats.pattern)
    return {"field_shift", "order_swapped"} if swapped else {"field_shift"}


def _asian(words: Sequence[str], seats: Seats, *, sure: bool) -> set[str]:
    syllables = [is_asian(fold(word)) for word in words]
    if "P" in seats.pattern or not syllables[0] or sum(syllables) < 2 or len(words) > 4:
        return set()
    if sure:
        return {"asian_name"}
    return {"asian_name", "asian_order"} if len(words) > 2 else {"asian_name", "ambiguous"}


def _pattern_of_one(word: str, codes: set[str]) -> str:
    if INITIAL.fullmatch(word):
        codes.add("initials")
        return "-"
    if not _is_of_a_name(word):
        codes.add("no_name")
    odds = odds_of(fold(word))
    return max((("S", odds.surname), ("G", odds.given), ("P", odds.patronymic)), key=lambda item: item[1])[0]


def _pattern_with_initials(reading: Reading, initials: Sequence[int]) -> str:
    words, codes = reading.words, reading.codes
    codes.add("initials")
    full = [i for i in range(len(words)) if i not in initials]
    if "representative" in codes or not full:
        codes.add("unsure_initials" if full else "single_token")
    if len(full) == 1 and len(initials) <= 2:
        return _surname_and_initials(reading, full[0])
    if len(full) == 2 and len(initials) == 1:
        return _name_and_initial(reading, full, initials[0])
    codes.add("ambiguous")
    return "".join("-" if i in initials else "S" for i in range(len(words)))


def _surname_and_initials(reading: Reading, surname: int) -> str:
    odds = odds_of(fold(reading.words[surname]))
    if odds.listed and odds.given > odds.surname:
        reading.codes.add("ambiguous")
    if len(reading.words[surname]) == 1:  # «А Б»: a Korean surname needs more than that beside it
        reading.codes.add("unsure_initials")
    letters = iter("ij")
    pattern = "".join("S" if i == surname else next(letters) for i in range(len(reading.words)))
    if pattern[0] != "S":
        reading.codes.add("order_swapped")
    return pattern


def _name_and_initial(reading: Reading, full: Sequence[int], initial: int) -> str:
    """«Орлов Евгений В.», «Евгений В. Орлов», «Орлов Е. Викторович»."""
    pair = [reading.words[i] for i in full]
    fathers = [i for i in full if odds_of(fold(reading.words[i])).patronymic > -1.0]
    if fathers:
        father = fathers[0]
        if len(fathers) > 1 or all(odds_of(fold(word)).surname < -4.0 for word in pair):
            reading.codes.add("ambiguous")
        return "".join("P" if i == father else "i" if i == initial else "S" for i in range(3))
    seats = seats_of(pair, reading.lean)
    if not seats.is_sure:
        reading.codes.add("ambiguous")
    if not seats.is_typed:
        reading.codes.add("order_swapped")
    letters = iter(seats.pattern)
    return "".join("j" if i == initial else next(letters) for i in range(3))


def _placed(words: Sequence[str], pattern: str, columns: str = "") -> Parts:
    """The words in their places; in columns two surnames stay as they were typed."""
    hyphen = " " if columns == pattern else "-"
    dotted = [capitalised(word[0]) + "." if place in "ij" else word for word, place in zip(words, pattern, strict=True)]
    whole = pattern.replace("i", "G").replace("j", "P")
    kept = [(word, place) for word, place in zip(dotted, whole, strict=True) if place != "-"]
    return Parts(*seated([word for word, _ in kept], "".join(place for _, place in kept), hyphen))
