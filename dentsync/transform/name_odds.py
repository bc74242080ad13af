"""How often a word is typed as a given name, as a surname, as a patronymic: what its order in a name is weighed by."""

import re
from functools import lru_cache
from typing import NamedTuple

from dentsync.transform.name_dictionary import Entry, Gender, entry_of
from dentsync.transform.name_fathers import is_loose_patronymic, is_of_listed_name
from dentsync.transform.name_lists import COMMON_FEMALE, COMMON_MALE, RARE
from dentsync.transform.name_words import (
    KYRGYZ_SON,
    TURKIC_DAUGHTER,
    TURKIC_SON,
    given_gender,
    is_turkic,
    latin_gender,
    patronymic_gender,
    short_gender,
    surname_gender,
)
from dentsync.transform.words import listed

# Endings that are seen on surnames a hundred times as often as on given names, but on some of those, too.
_FAMILIAR = re.compile(
    r"[\w']{2,}(?:[^й]ер|ик|ак|як|ец|ук|нг|ич|иц|йс|их|аум|ейн|рг|ман|манн|сон|сен|зен|[шьнйвеч]ко|ый|ой|льд|ынь|ун|еску"
    r"|ис|ава|ули)"
)
_COMMON = frozenset({*COMMON_MALE, *COMMON_FEMALE})
# Surnames in some language as well: of peoples whose surnames have no endings of their own.
_ALSO_SURNAMES = listed(
    """аарон абрам адам адольф альберт альбрехт амброз арнольд аскар бернард богдан борис вагнер вальтер вернер викул
    вильгельм винсент вольф ганс генрих георг герман гильман гордон густав давид даниэль дуглас залман зельман
    игнат исаак казбек каспар клаус клим конрад курт лукас людвиг макс марк мартин мартын мендель мориц назар
    натан наум отто панас паул пауль пер петер прокоп рейн рейнгольд ричард рихард роберт роман рудольф симон
    скотт соломон теодор томас урбан франклин франц фридрих фриц хамза шахин эльчин эрик эрнст юст юргис якоб якуб
    ян янис ясин"""
)

_KAZAKH = re.compile("[әғқңөұүһў]")
_AS_RUSSIAN = str.maketrans("әғқңөұүһіў", "агкноуухиу")

# No family is called by these: the names they come from are younger than surnames.
_NO_SURNAME = listed(
    """сергеевич андреевич алексеевич дмитриевич анатольевич владимирович викторович юрьевич олегович игоревич
    евгеньевич геннадьевич валерьевич вячеславович витальевич константинович эдуардович аркадьевич львович
    леонидович ильич никитич валентинович вадимович ярославович русланович артурович ринатович ильдарович
    рустамович маратович альбертович рамилевич станиславович владиславович вениаминович всеволодович ростиславович
    анатолиевич валериевич виталиевич геннадиевич евгениевич аркадиевич родионович кириллович эльдарович тимурович
    робертович"""
)


class Odds(NamedTuple):
    """How often such a word is typed as a given name, as a surname, as a patronymic: natural logarithms.

    Counted on a list of 4,000 people of a hundred years ago, so rare names and strange surnames weigh more than today.
    The genders are those that the word tells in that role, "" for none.
    """

    given: float = -4.1
    surname: float = -1.9
    patronymic: float = -40.0
    given_gender: Gender | None = None
    surname_gender: Gender | None = None
    patronymic_gender: Gender | None = None
    listed: bool = False  # a given name that needs no dictionary
    known: bool = False  # something at least is known about the word


def is_common(word: str) -> bool:
    """A given name that is common, and nobody's surname."""
    return word in _COMMON and word not in _ALSO_SURNAMES


@lru_cache(maxsize=65536)
def odds_of(word: str) -> Odds:
    """What a folded word (or two that belong together: «фон Берг», «Рашид оглы») is typed as, how often."""
    if " " in word:
        return _odds_of_phrase(word)
    if _KAZAKH.search(word):
        return odds_of(word.translate(_AS_RUSSIAN))
    if "-" in word.strip("-") and not patronymic_gender(word):
        return _odds_of_parts(word)
    if len(word) == 1:
        return Odds(-14.0, -2.0, surname_gender="U")
    gender = given_gender(word)
    if gender:
        return _listed_odds(word, gender)
    short = short_gender(word)
    if short:
        return Odds(-2.0, -7.0, given_gender=short, listed=True, known=True)
    latin = latin_gender(word)
    if latin:
        return Odds(-0.2, -5.0, given_gender=latin, listed=True, known=True)
    father = patronymic_gender(word)
    return _patronymic_odds(word, father) if father else _other_odds(word, entry_of(word))


# One in a hundred people has a male given name for a surname, but hardly ever one of the common ones.
def _listed_odds(word: str, gender: Gender) -> Odds:
    common = word in _COMMON
    if gender == "F":
        return Odds(-0.7 if common else -2.0, -9.0, given_gender="F", surname_gender="U", listed=True, known=True)
    given, surname = (-1.4, -4.2) if word in _ALSO_SURNAMES else (-0.5, -8.0) if common else (-1.4, -6.7)
    return Odds(given, surname, -40.0, gender, "U", None, True, True)


def _patronymic_odds(word: str, gender: Gender) -> Odds:
    if gender == "F":
        return Odds(-14.0, -14.0, -0.1, patronymic_gender="F", known=True)
    if word in _NO_SURNAME:
        return Odds(-14.0, -10.0, -0.1, None, "U", "M", known=True)
    if is_turkic(word):
        return Odds(-14.0, -3.0, -0.3, None, "U", "M", known=True)
    entry = entry_of(word)
    surname = -4.2 if entry.surname else -4.6
    if entry.patronymic:
        return Odds(-14.0, surname, -0.1, patronymic_gender="M", surname_gender="U", known=True)
    of_name = is_of_listed_name(word)
    father = -0.5 if of_name else -8.0 if entry.surname else -6.0
    return Odds(-14.0, surname if of_name else -3.4, father, None, "U", "M", known=True)


def _other_odds(word: str, entry: Entry) -> Odds:
    ending = surname_gender(word)
    if ending:
        if entry.given:
            return Odds(-6.0, -6.5 if not entry.surname else -5.0, -40.0, entry.given, ending, known=True)
        return Odds(-9.0 if entry.surname else -7.2, -1.2, surname_gender=ending, known=True)
    if entry.given or word in RARE:
        surname = -4.5 if entry.surname else -5.2
        return Odds(-5.5 if entry.surname else -3.9, surname, -40.0, entry.given, entry.surname or "U", known=True)
    if entry.surname:
        return Odds(-7.0, -3.1, surname_gender=entry.surname, known=True)
    if is_loose_patronymic(word):
        return Odds(-9.0, -6.5, -5.0, None, "U", "F" if word.endswith("а") else "M")
    if _FAMILIAR.fullmatch(word):
        return Odds(-6.6, -2.0, surname_gender="U")
    return Odds(-6.2, -3.5, surname_gender="U") if entry.word else Odds(surname_gender="U")


def _odds_of_phrase(word: str) -> Odds:
    last = word.rpartition(" ")[2]
    father = patronymic_gender(word)
    if father:  # Azeris end with it, Kyrgyz begin with it
        return Odds(-15.0, -1.0 if last in ("кызы", "кизи") else -4.0, -0.1, None, father, father, known=True)
    if last == KYRGYZ_SON:
        return Odds(-15.0, -0.1, surname_gender="M", known=True)
    return Odds(-8.0, -0.5, surname_gender=odds_of(last).surname_gender, known=True)


def _odds_of_parts(word: str) -> Odds:
    """Hyphened words: two given names (Анна-Мария), otherwise a surname. «Мамин-Сибиряк» is declined at its end."""
    if word.rpartition("-")[2] in TURKIC_SON | TURKIC_DAUGHTER:
        return Odds(-15.0, -2.5, -2.5, surname_gender="U", known=True)
    parts = [odds_of(part) for part in word.split("-") if part]
    genders = {part.given_gender for part in parts}
    if all(part.given_gender and part.given > part.surname for part in parts):
        sure = all(part.listed for part in parts)
        gender = genders.pop() if len(genders) == 1 else "U"
        return Odds(-1.0 if sure else -2.0, -6.0, -40.0, gender, "U", None, sure, True)
    if surname_gender(word):
        return Odds(-9.5, -3.0, surname_gender=parts[-1].surname_gender, known=True)
    return Odds(-8.0 if any(part.known for part in parts) else -6.5, -3.0, surname_gender="U", known=True)
