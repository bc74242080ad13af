"""The words of a phone cell: whose number it is, whether it still is theirs, and who wants no calls."""

import re
from collections.abc import Sequence

from dentsync.transform.phone_text import shown

_EDGE = " :;,.-()[]{}'\"?!+/\\_*=&#~|<>«»…☎☏📞📱✆"
_NOISE = re.compile(
    r"(?:(?:м|моб(?:ильный)?|сот(?:овый)?|конт(?:актный)?|р|раб|д|дом)?[\s.]*(?:т|тел|телефон|телефоны|номер|ном|tel|phone)"
    r"(?:[\s.]*(?:т|тел|телефона|моб|сот))?[\s№.]*\d?|№\s?\d|или|либо|и)\.?",
    re.IGNORECASE,
)
_JOINT = re.compile(r"^(?:или|либо|и)\s+|\s+(?:или|либо|и)$", re.IGNORECASE)
_OUTDATED = re.compile(
    r"\b(?:стар(?:ый|ая|ое)|не ?актуал|не работает|недействител|бывш|сменил|устарел|неактивн|отключ[её]н)",
    re.IGNORECASE,
)
_WRONG = re.compile(
    r"\b(?:чужо|неверн|неправильн|ошиб(?:оч|к|с|л)|не (?:тот|его|е[её]|наш|верн|существ|обслуж|зарегистр|принадлеж)"
    r"|несуществ|заблокир|левый)",
    re.IGNORECASE,
)
_SILENT = re.compile(
    r"\bне ?(?:надо |нужно |хочет |хотел[аи]? )?(?:по|на|от|о)?"
    r"(?:звон|зван|беспоко|пис|тревож|слать|рассыл|правл|напомин|смс|sms)"
    r"|\bбез (?:звонк|смс|sms|рассыл|сообщ|напомин)|\b(?:смс|sms|сообщени[яй]|рассылк\w) не\b"
    r"|\b(?:отказ|отказал\w+) от (?:звонк|смс|sms|рассыл|сообщ)|\bзвонки? (?:запрещ|не )"
    r"|\bзапрет\w* (?:на )?(?:звон|смс|рассыл)",
    re.IGNORECASE,
)
# «Не звонить до 12:00», «не звонить, только смс»: about when and how, not about whether.
_SOFTENED = re.compile(
    r"\b(?:до|после|раньше|позже|с|утром|днем|днём|вечером|ночью|рано|поздно)\b"
    r"|\bв (?:выходн|рабоч|суббот|воскрес|обед)|\bна (?:работу|домашний|дом)\b"
    r"|\b(?:только|лучше)\b|\b(?:можно|писать в|пишите)\b",
    re.IGNORECASE,
)
_PLACE = re.compile(r"(?:д|дом\w*|раб\w*|гор|город\w*|квартирн\w*|офис\w*|факс)\b", re.IGNORECASE)
_RELATIVE = re.compile(
    r"\b(?:муж\w{0,2}|супруг\w?|жен[аые]|мам[аыу]|пап[аы]|мать|матери|отец|отца|родител\w*|опекун\w*|сын\w?|доч\w*|брат\w?"
    r"|сестр\w|баб\w*|дед\w*|т[её]т\w|дяд\w|внук\w?|внучк\w|свекров\w|т[её]щ\w|представител\w*)\b",
    re.IGNORECASE,
)


def words_of(text: str) -> str:
    """What people wrote in a piece between numbers, "" where it only says that a number follows."""
    plain = " ".join(shown(text).split()).strip(_EDGE)
    if plain.count("(") > plain.count(")"):
        plain += ")"
    plain = _JOINT.sub("", plain).strip(_EDGE[:-5]) if plain[-1:] != ")" else _JOINT.sub("", plain)
    return "" if _NOISE.fullmatch(plain) else plain


def note_of(text: str, numbers: Sequence[tuple[int, int]]) -> str:
    """The words around the numbers, whose places are given, pieces divided by «; »."""
    edges = [0, *(edge for span in numbers for edge in span), len(text)]
    pieces = (words_of(text[start:end]) for start, end in zip(edges[::2], edges[1::2], strict=True))
    return "; ".join(filter(None, pieces))


def labels_of(text: str, numbers: Sequence[tuple[int, int]]) -> tuple[list[str], bool]:
    """Whose each number is: the words before it (true) where the text begins with words, else the words after it."""
    edges = [0, *(edge for span in numbers for edge in span), len(text)]
    pieces = [words_of(text[start:end]) for start, end in zip(edges[::2], edges[1::2], strict=True)]
    return (pieces[:-1], True) if pieces[0] else (pieces[1:], False)


def flags_of(note: str, count: int) -> set[str]:
    """What the words say of the cell with so many numbers."""
    found = {"comment"} if note else set()
    if is_outdated(note) or is_wrong(note):
        found.add("outdated_mark")
    if _SILENT.search(note):
        found.add("do_not_contact")
    if count > 1 and _RELATIVE.search(note):
        found.add("representative")
    return found


def is_outdated(words: str) -> bool:
    """Whether the number was theirs once."""
    return bool(_OUTDATED.search(words))


def is_wrong(words: str) -> bool:
    """Whether the number is known to be somebody else's, or nobody's."""
    return bool(_WRONG.search(words))


def is_place(words: str) -> bool:
    """Whether the words are those of a telephone that stands somewhere: at home, at work."""
    return bool(_PLACE.match(words))


def is_refusal(words: str) -> bool:
    """Whether they want to be left in peace altogether: not only in the morning, not only by telephone."""
    return bool(_SILENT.search(words)) and not _SOFTENED.search(words)


_NAMED = re.compile(r"(?:тел|телефон|номер|моб|сот|tel|phone)[\s.:№-]+", re.IGNORECASE)


def unnamed(text: str) -> str:
    """The cell without «тел.» at its beginning: what is said of it may be that there is none."""
    return _NAMED.sub("", text, count=1) if _NAMED.match(text) else text
