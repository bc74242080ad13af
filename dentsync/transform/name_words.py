"""What one word of a name can be: patronymic, surname by its ending, a common given name, a placeholder.

The lists are short on purpose: they decide only what a rule may decide alone. Words are compared folded.
"""

import re
from functools import lru_cache
from typing import Literal

from dentsync.transform.words import listed

Gender = Literal["M", "F"]

MALE = listed(
    """абрам авдей адам азамат азат азиз айдар айрат александр алексей али алмаз альберт альфред амир анатолий андрей
    ансар антон арам аркадий армен арнольд арон арсен арсений артак артем артемий артур архип афанасий ахмад
    ахмед ашот бахром бахтияр богдан борис булат ваган вадим вадут валентин валериан валерий валерьян вартан
    васил василий вениамин виктор виталий влад владимир владислав всеволод вугар вячеслав гавриил гагик газиз
    галим гарик гарник геннадий генрих георг георгий герман гиви гия глеб грант григорий гурген гусейн давид
    давит дамир даниель даниил данил данила даниэль демид демьян денис джамал джон дилшод дмитрий евгений егор
    елисей емельян ефим жан жасур захар зураб ибрагим иван игнат игорь израиль ильгиз ильдар ильнар ильнур
    ильфат ильшат илья ильяс иннокентий иннокентин инсаф иосиф ираклий исаак ислам исмаил камиль карен карим
    карл кирилл клим константин кристиан кузьма лаврентий лазарь лев левон леонид леопольд лука людвиг магомед
    макар максим мамед марат мариан марк маркел марсель мартин мартын мартьян матвей мидхат минзагит мирон
    михаил мкртыч моисей мурат муса мухаммед назар наиль наум никита никифор николай нияз нодар нурлан ованес
    олег олексий осип отар отто павел парфен петр платон порфирий прокофий прохор равиль радик размик рамзан
    рамиль рамис расим расул ратмир рауф рафаил рафаэль рафик рашид реваз ренат ринальд ринат рифат ришат роберт
    родион роман рональд ростислав руслан рустам рустем рустэм руфат савва савватий савелий салават самвел
    святослав себастьян севастьян семен сергей сильвестр соломон спартак станислав степан султан сурен талгат
    тарас тариел тахир теймураз тигран тимофей тимур тихон томас трифон фаддей фаниль фанис фарид фарит фархад
    федор феликс феодор ферапонт филипп фома фридрих хамит харитон хачик христиан шалва шамил шамиль шухрат
    эдгар эдик эдмунд эдуард эльдар эльмир эльнур эльшан эмилий эмиль эраст эрик эрнест эрнст юлиан юлий юрий юст юсуп
    якоб яков якуб ян янис яромир ярослав"""
)
FEMALE = listed(
    """агафья агния аграфена ада аделина адель аида айгерим айгуль айжан айнур аксинья акулина алевтина александра
    александрина алена алеся алина алиса алия алла алтынай альберта альбина альфия амалия амина анаит анастасия
    ангелина анжела анжелика анжелина анисья анна антонида антонина ануш анфиса арина армине арсения артемида
    артемия асель асия асмик ася аурика бакыт валентина валерия варвара василида василина василиса василя вера
    вероника виктория виолетта виталина виталия влада владислава галина гаухар гаяне георгина глафира гликерия
    гузал гузель гульназ гульнара гульсина гульфия гульшат дана даниела даниэла дарина дарья диана дилара
    дилноза дильбар диляра дина динара динора домна дорофея ева евгения евдокия евфросиния екатерина елена
    елизавета ефросинья жанар жанна зарина зинаида зиновия злата зоя зульфия изабелла ильмира ильнара ильсия
    инга инесса инна иоанна ираида ирина иулиания ия каллиста камила камилла камиля капитолина карина карине
    карлыгаш каролина кетеван кира клавдия клара клеопатра кристин кристина ксения лада лана ландыш лариса лейла
    лейсан лиана лидия лилия лиля лина лия лолита луиза лукерья лусине любовь людмила ляйсан мавра мадина майя
    мальвина манана манефа маргарита мариам мариана марианна марина мария марта марфа марьям марьяна матрена мая
    медея мелания меланья мила милана милена минзифа мирослава мирра надежда назгуль наиля нана наргиза нарине
    натали наталина наталия наталья нателла нелли неонила нигора ника николина николь нина нинель нино нонна
    нунэ нурия оксана олена олеся олимпиада ольга павлина параскева пелагея перизат платонида полина прасковья
    рада раиса рамзия рамиля рашида регина резеда рената римма рипсиме роза розалия роксана роксолана рузана
    рузанна руслана руфина рушания сабина сабрина сания сарвиноз сауда сауле светлана севара серафима снежана
    сона софия софья степанида стефанида стефания сусанна таисия таисья тамар тамара тамари татиана татьяна
    тинатин тогжан улита ульяна ульяния устинья фаина фарида фатима федора федосья фекла фелиция феодосия фируза
    флюра фотиния халида харитина хатуна хиония христина циала чулпан шахло шушаник эвелин эвелина элеонора
    элина элла эльвира эльза эльмира эльнара эмилия эмма эрика этери юлдуз юлиана юлия ядвига яна яника янина
    ярослава"""
)
# Their patronymics are well known as surnames: Абрамович, Адамович, Богданович, Маркович.
_ALSO_IN_SURNAMES = listed("абрам адам арон богдан давид исаак лазарь марк мартын моисей наум якуб")
# Given names that end like surnames; those of the lists above are known anyway.
_LIKE_SURNAMES = listed(
    """августин августина аделин айдын айсина аксин акулина алевтин бэлина вазген джамалудин жозефина иванна илиян
    камалудин касьян кипрян лукьян магдалина магомедэмин маркелин мартын насрудин нева никодимин паулина руслин
    саладин себастьян севастьян северин снежин устина хосров шамсудин эдвин эльчин эмин юстин юстина"""
)

_PATRONYMIC_M = re.compile(
    r"(?:[\w']{2,}[оеєйі]вич|ильич|лукич|кузьмич|фомич|никитич|саввич|фокич|ионич|[\w']{3,}(?:оглы|оглу|угли|улы|ұлы))"
)
_PATRONYMIC_F = re.compile(
    r"(?:[\w']{2,}[оеєії]вна|[\w']{2,}(?:инична|тична|вична|кична|нична)|[\w']{3,}(?:кызы|қызы|гызы|кизи))"
)
TURKIC_SON = frozenset({"оглы", "оглу", "угли", "улы", "ұлы"})
TURKIC_DAUGHTER = frozenset({"кызы", "қызы", "гызы", "кизи"})
_SURNAME_M = re.compile(r"[\w']{2,}(?:ов|ев|ин|ын|ский|цкий|ской|цкой)")
_SURNAME_F = re.compile(r"[\w']{2,}(?:ова|ева|ина|ына|ская|цкая)")
_SURNAME = re.compile(r"[\w']{2,}(?:енко|чук|щук|юк|дзе|швили|янц|[а-я]ян|ых|зода|заде)")
_SOFT = "рлжцчшщьйаеёиоуыэюяіїє"  # what may stand before -евич, -евна
_BEFORE_SOFT = re.compile(rf"(?:[{_SOFT}]|яковл)[еє]в(?:ич|на)$")
_VOWEL_BEFORE_HARD = re.compile(r"[аеёиуыэюяьй]ов(?:ич|на)$")
_LOOSE_PATRONYMIC = re.compile(r"\w{3,}(?:ич|ыч|[оеа]вна|ишна|[оеи]вич[ауе]|[оеи]вичем|[ое]вн[ыеу]|[ое]вной)")

TEST = listed(
    """patient test testov testova клиент пациент пациентка проба пробная пробный проверка тест тестов тестова тестовая
    тестович тестовна тестовое тестовый"""
)
PLACEHOLDERS = listed(
    """asdf asdfgh nan none null qwerty zxcv аноним анонимно б/и б/н б/о безымянная безымянный бн бронь выходной гость
    занято имя йцу йцукен н/д неизвестен неизвестная неизвестно неизвестный нет новый обед окно отпуск
    отсутствует отчество перерыв планерка прочее пусто резерв резервный ремонт свободно технический уборка
    фамилия фио фыв фыва фывап цукен ячс ячсм ячсмит"""
)
PLACEHOLDER_PHRASES = frozenset(
    {
        "не указано",
        "не указан",
        "не указана",
        "без имени",
        "без фамилии",
        "без фио",
        "нет имени",
        "нет данных",
        "нет фио",
    }
    | {
        "неизвестный пациент",
        "неизвестная пациентка",
        "новый пациент",
        "первичный пациент",
        "не записан",
        "не занимать",
    }
    | {"технический перерыв", "не определено", "не известно", "новая запись"}
)


@lru_cache(maxsize=32768)
def patronymic_gender(word: str) -> Gender | None:
    """The gender that a patronymic tells, ``None`` for any other word. A male one may be a surname (Абрамович)."""
    last = word.rpartition(" ")[2]
    if last != word:
        return "M" if last in TURKIC_SON else "F" if last in TURKIC_DAUGHTER else None
    if _PATRONYMIC_F.fullmatch(word):
        return "F"
    return "M" if _PATRONYMIC_M.fullmatch(word) else None


@lru_cache(maxsize=32768)
def surname_gender(word: str) -> Gender | Literal["U"] | None:
    """What the ending says when it can hardly be anything but a surname: the gender, ``U`` for both, or ``None``."""
    last = word.rpartition("-")[2].rpartition(" ")[2]
    if given_gender(word) or last in _LIKE_SURNAMES or patronymic_gender(last):
        return None
    if _SURNAME_M.fullmatch(last):
        return "M"
    if _SURNAME_F.fullmatch(last):
        return "F"
    return "U" if _SURNAME.fullmatch(last) else None


def given_gender(word: str) -> Gender | None:
    """The gender of a common given name (all parts of a hyphenated one), or ``None``."""
    if "-" not in word:
        return "M" if word in MALE else "F" if word in FEMALE else None
    parts = word.split("-")
    if all(part in MALE for part in parts):
        return "M"
    return "F" if all(part in FEMALE for part in parts) else None


def is_loose_patronymic(word: str) -> bool:
    """Colloquial (Сергеич) or bent (Сергеевичу): meant as a patronymic, but not one to write down."""
    return _LOOSE_PATRONYMIC.fullmatch(word) is not None


def is_misspelt_patronymic(word: str) -> bool:
    """«Сергевна»: the ending does not fit the letter before it."""
    if word.endswith(("евич", "евна", "євич", "євна")):
        return _BEFORE_SOFT.search(word) is None
    return _VOWEL_BEFORE_HARD.search(word) is not None and not word.endswith(("йович", "йовна"))


def is_of_common_name(patronymic: str) -> bool:
    """Whether a patronymic comes from a common given name: Иванович does, Абрамович (a surname too) does not."""
    return patronymic in _COMMON_PATRONYMICS


@lru_cache(maxsize=32768)
def is_misspelt_given(word: str) -> bool:
    """One slip away from a common given name of six letters or more. Only ever a question to a person."""
    if len(word) < 5 or given_gender(word) or "-" in word:
        return False
    return any(_one_slip(word, name) for key in (word, *_shorter(word)) for name in _NEAR.get(key, ()))


def _shorter(word: str) -> set[str]:
    return {word[:i] + word[i + 1 :] for i in range(len(word))}


def _one_slip(a: str, b: str) -> bool:
    """One letter missing, extra, wrong, or two neighbours swapped."""
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    rest_a, rest_b = a[start:], b[start:]
    if abs(len(a) - len(b)) == 1:
        return rest_a[1:] == rest_b or rest_b[1:] == rest_a
    swapped = rest_a[1:2] + rest_a[:1] + rest_a[2:]
    return len(a) == len(b) and (rest_a[1:] == rest_b[1:] or swapped == rest_b)


def _near() -> dict[str, tuple[str, ...]]:
    index: dict[str, tuple[str, ...]] = {}
    for name in sorted(MALE | FEMALE):
        if len(name) >= 6:
            for key in {name, *_shorter(name)}:
                index[key] = (*index.get(key, ()), name)
    return index


def _patronymics() -> frozenset[str]:
    found = set()
    for name in MALE - _ALSO_IN_SURNAMES:
        stems = (name[:-1] + "е", name[:-2] + "ье") if name.endswith("й") else (name[:-1] + "е", name + "о")
        found |= {stem + ending for stem in stems for ending in ("вич", "вна")}
    return frozenset(found | {"яковлевич", "яковлевна", "павлович", "павловна", "львович", "львовна", "петрович"})


_NEAR = _near()
_COMMON_PATRONYMICS = _patronymics()
