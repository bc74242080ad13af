"""The patterns of what stands in a name field and is no name. They say what it is; ``name_notes`` says what is done.

A pattern needs a boundary on its left: «Лебедев» contains «дев», «Мамаева» «мама».
"""

import re
from typing import NamedTuple

from dentsync.transform.name_draft import NoteKind


class Mark(NamedTuple):
    """What is looked for, what sort of note it is, and the codes that it leaves."""

    kind: NoteKind
    codes: frozenset[str]
    pattern: re.Pattern[str]


def _pattern(*alternatives: str) -> re.Pattern[str]:
    """Whole words, with the comma before them."""
    return re.compile(rf"[,;]?\s*(?<![\w-])(?:{'|'.join(alternatives)})(?![\w-])[.!]*", re.IGNORECASE)


# ── brackets, maiden names ────────────────────────────────────────────────────────────────────

BRACKETS = re.compile(r"[(\[{]([^)\]}]*)[)\]}]?|(?<!\S)/([^/]+)/(?!\S)")
_MAIDEN_WORDS = (
    r"(?:(?:(?:в )?дев(?:ич\w+)?|прежняя|[дб](?=\.)|урожд(?:енная)?|урожд[её]нная|бывш(?:ая)?|быв|ранее"
    r"|до брака|до замужества)(?:\.\s*|\s+)(?:фам(?:илия)?(?:\.\s*|\s+))?)"
)
MAIDEN = re.compile(rf"(?<=\s){_MAIDEN_WORDS}([^\W\d_-]{{3,}}(?:-[^\W\d_]+)?)(?=[\s,]|$)", re.IGNORECASE)
MAIDEN_PREFIX = re.compile(rf"^{_MAIDEN_WORDS}", re.IGNORECASE)

# ── numbers ───────────────────────────────────────────────────────────────────────────────────

HAS_NUMBER = re.compile(r"[\d@]")
PHONE = re.compile(r"[,;]?\s*(?:(?:моб|тел)\w*\.?:?\s*)?\+?\(?\d(?:[\s()-]*\d){9,}", re.IGNORECASE)
_EMAIL = re.compile(r"[,;]?\s*[^\s,;]+@[^\s,;]+")
_DATE = re.compile(
    r"[,;]?\s*(?<!\d)\d{1,2}[./]\d{1,2}[./]\d{2,4}(?:\s*г\.?(?:\s*р\.?)?)?(?![\d\w])"
    r"|[,;]?\s*(?<!\d)(?:19|20)\d\d\s*(?:г\.?\s*р?\.?|год\w*)?(?:\s*рожд\w*)?(?![\d\w])",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"[,;]?\s*(?:(?:№|#|N)\s*\d+|(?<!\w)(?:карт[аы]|к/?к|а/?к|договор|дог\.|полис)\s*(?:№|N)?\s*\d+"
    r"|(?<!\S)\d{1,3}\s*(?:лет|л\.?|года?|мес\w*|г\.)(?!\w)|(?<!\S)\d+\s*%)",
    re.IGNORECASE,
)
NUMBERS = (
    Mark("email", frozenset({"email_in_name"}), _EMAIL),
    Mark("phone", frozenset({"phone_in_name"}), PHONE),
    Mark("date", frozenset({"date_in_name"}), _DATE),
    Mark("note", frozenset({"note"}), _NUMBER),
    Mark("note", frozenset({"note"}), re.compile(r"^\d{1,4}[.)]+(?=\s)|(?<!\S)[^\W\d]{1,4}\.\s?№?\d+(?!\S)")),
    Mark("note", frozenset({"digits"}), re.compile(r"(?<!\S)\d+(?!\S)")),
    # «15:30», «2-й», «12.2023»: whatever it is, it is no name.
    Mark(
        "note",
        frozenset({"note", "unknown_note"}),
        re.compile(r"(?<!\S)\W?\d[\d.,:/-]*(?:[^\W\d]|-[^\W\d]{1,3})?[.)]?(?!\S)"),
    ),
)

# ── marks ─────────────────────────────────────────────────────────────────────────────────────

CROSS = re.compile("[†✝☦✞]+")
INACTIVE = re.compile(r"^([яЯ]{2,}|[zZ]{2,})(?:[\s._-]+(?=\w)|(?=[А-ЯЁ][а-яё]))")
MARKS = (
    Mark(
        "representative",
        frozenset({"representative", "note"}),
        re.compile(
            r"\s*(?:\+|(?<!\S)(?:и|с|со)(?=\s))\s*(?:реб[её]н\w*|дет\w+|муж\w*|жен[аой]+|сын\w*|доч\w+|мам\w+)(?![\w-])",
            re.IGNORECASE,
        ),
    ),
    Mark(
        "deceased",
        frozenset({"deceased", "do_not_contact", "note"}),
        _pattern(
            "умер(?:ла|ший|шая)?", "скончал(?:ся|ась)", "покойн(?:ый|ая|ик)", "погиб(?:ла)?", r"смерть|ум\.(?=\s*\d)"
        ),
    ),
    Mark(
        "do_not_contact",
        frozenset({"do_not_contact", "note"}),
        _pattern(
            "(?:просьба |просит |больше )?не (?:звонить|беспокоить|писать|тревожить|напоминать|слать|отправлять)"
            "(?: (?:смс|sms|рассылки))?",
            "без (?:смс|sms|звонков|рассылки|рассылок)",
            r"отказ(?:алась|ался)? от (?:смс|sms|рассыл\w+|звонков)",
            "ч[её]рный список|чс|стоп[- ]лист",
        ),
    ),
    Mark(
        "duplicate",
        frozenset({"duplicate_mark", "note"}),
        _pattern(r"дубл(?:ь|икат|и)(?:\s*№?\s*\d+)?", "double|duplicate"),
    ),
    Mark(
        "deleted",
        frozenset({"deleted_mark", "note"}),
        _pattern(
            "удал[её]н(?:а|о|ный|ная)?|удалить|deleted",
            "(?:в )?архиве?|архивн(?:ый|ая)",
            "не активен|неактив(?:ен|на|ный|ная)|яя+|zz+",
        ),
    ),
    Mark(
        "namesake",
        frozenset({"namesake", "note"}),
        re.compile(
            r"[,;]?\s*(?<![\w-])(?:(?:мл|ст)\.(?!\w)|(?:младш(?:ий|ая)|старш(?:ий|ая)|(?:jr|sr)\.?)(?!\w))",
            re.IGNORECASE,
        ),
    ),
    Mark(
        "note",
        frozenset({"note"}),
        _pattern(
            r"(?:vip|вип|в\.?и\.?п)(?:[\s-]*(?:клиент|пациент)(?:ка)?)?|new",
            r"нов(?:ый|ая) (?:пациент(?:ка)?|клиент(?:ка)?)|первичн(?:ый|ая)|повторн(?:ый|ая)",
            r"скидка(?:\s*\d+\s*%?)?|(?:долг|должни(?:к|ца))(?:\s*\d+(?:\s*р(?:уб)?\w*)?)?|дмс|омс",
            "льгот(?:а|ник|ница)|пенсионер(?:ка)?|инвалид(?:\\s*\\d)?|сотрудни(?:к|ца)|сотр(?=\\.)|иногородн(?:ий|яя)",
            r"реб(?:[её]нок)?\.?|детский|школьни(?:к|ца)|беременная|аллергия|аллергик|ортодонтия|имплантация",
            "конфликтн(?:ый|ая)|скандальн(?:ый|ая)|остр(?:ая|ой) бол(?:ь|и|ью)",
            "админ(?:истратор)?|ассистент(?:ка)?|медсестра|санитарка|директор|бухгалтер",
        ),
    ),
    # «не записывать»: what somebody is told not to do. «Не» is a surname in Korea.
    Mark("note", frozenset({"note", "unknown_note"}), _pattern("не [а-яё]+ть(?:ся)?")),
)
ANY_MARK = re.compile("|".join(mark.pattern.pattern for mark in MARKS), re.IGNORECASE)

# ── other people ──────────────────────────────────────────────────────────────────────────────

RELATIVE = _pattern(
    "мама|мамы|папа|папы|мать|отец|родитель|сын|сына|дочь|дочка|дочки|дочери|муж|мужа|жена|жены|супруг|супруга",
    "бабушка|дедушка|брат|сестра|т[её]тя|дядя|внук|внучка|невестка|зять|свекровь|т[её]ща",
    "опекун|законный представитель|представитель",
)
RELATIVES_AND_SURNAMES = frozenset({"брат", "дядя", "внук", "сын", "муж", "зять", "тетя"})
# «из Ростова», «на имплантацию»: what a small preposition begins is no name.
SENDER = re.compile(r"\s+(?:от|для|через|из|на|по|после|за|при|под|со|во)\s+\S.*$|,\s*(?:г|гор|ул|обл|пос|дер)\.\s.*$")
TWO_PEOPLE = re.compile(
    r"(?<=[\w.])\s+(?:и|&|\+)\s+(?=\w)|(?<=\w\w)\s+И\s+(?=\w{2,}\s+\w)|\s*[&+]\s*(?=\w)"
    r"|(?<=\w\s\w)\w*\s*/\s*(?=\w+\s+\w)"
)
FAMILY = re.compile(r"(?:семья|супруги|дети|близнецы|двойняшки)\s", re.IGNORECASE)
LISTED_WORDS = re.compile(r"\w[\w'-]*(?:\s*[;,]\s*\w[\w'-]*){1,2}[;,]?")

# ── titles, companies ─────────────────────────────────────────────────────────────────────────

PATIENT = re.compile(r"^(?:пациент(?:ка)?|клиент(?:ка)?|ф\.?и\.?о\.?:)\s+(?=\S+\s+\S)", re.IGNORECASE)
DEGREE = re.compile(
    r"(?<![\w.])[\s,]*(?:[дк]\.?\s?(?:м|т|п|ф|э|ю|б|х)\.?\s?н\.?|проф\.|акад\.|доц\.|ph\.?d\.?|md)(?![\w])[\s,]*",
    re.IGNORECASE,
)
RANK = re.compile(r"[\s,]+(?:профессор|академик|доцент)$", re.IGNORECASE)
TITLE = re.compile(
    r"^(?:доктор|врач|господин|госпожа|гражданин|гражданка|товарищ|профессор|академик|доцент|мистер|миссис)\s+",
    re.IGNORECASE,
)
SHORT_TITLE = re.compile(
    r"^(?:д-р|г-н|г-жа|гр-н|гр-ка|гр\.|тов\.|др\.|mr|mrs|ms|dr|herr|frau)\.?\s+(?=\S{2})", re.IGNORECASE
)
SELF_EMPLOYED = re.compile(r"^(?:ИП|ЧП|ПБОЮЛ|самозанят(?:ый|ая))\s+|[\s,]+(?:ИП|ЧП)$")
COMPANY = re.compile(
    r"[,;]?\s*(?<!\w)(?:ООО|ОАО|ЗАО|ПАО|НПАО|АО|НКО|АНО|ТОО|ГБУЗ|ГАУЗ|ГУП|МУП|МБОУ|ФГБУ|ФГУП|LLC|Ltd|GmbH)(?!\w)\.?"
    r"\s*(?:[«\"“][^»\"”]*[»\"”]?|\S+)?"
)
