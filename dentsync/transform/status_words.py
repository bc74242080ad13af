"""Status words that nobody has told the meaning of: which known word they are like.

A guess is for a person to confirm; it never decides about a row. «Не» belongs to the word after it, so that «не пришёл»
is nothing like «пришёл».
"""

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from dentsync.model import Status
from dentsync.transform.words import fold, listed

LIKELY = 50
"""Percent from which a guess is made."""

_AHEAD = 1.3
_NOBODY = (Status.WAITING, 0.0)
_STEM = 5
_LONG_STEM = 8
"""Of words with «пере-»: «перенос» and «перезвонить» have little in common."""
_DONE = "+"
_UNKNOWN = 0.7
"""What a word that is in no known phrase weighs against the others."""
WORD = re.compile(r"[^\W\d_]+")
NOT = listed("не нет без")
SMALL = listed("а в во и на но по от с со у за для до из к")
# A verb or a participle tells what became of the visit; a noun only what it is about: «лечение завершено».
TELLING = re.compile(
    r"(?:(?:ен|[иы]сан|азан|ован|[оз]дан|нят)[аоы]?|[аеиоы]л[аои]?|л(?:ся|ась|ось|ись)|шел|шл[аи]|ть|ться)$"
)
_BOTH_WAYS = listed("отказ отказы")  # of the booking, or of the treatment
_SAYS_NOTHING = listed("прием приема приеме визит визита пациент пациента")
CRM_STAGES = frozenset({"уточнить", "нет дозвона", "не подтвердил", "не подтвердила", "дожать на запись", "дожать"})
"""Words that say what people in the CRM are doing about a visit, not what became of it."""


@dataclass(frozen=True, slots=True)
class Guess:
    """The status that a word may stand for; ``like`` is a known word for it, ``percent`` how likely it is."""

    status: Status
    percent: int
    like: str


class KnownWords:
    """All status words of all vocabularies, each with what it stands for there."""

    def __init__(self, words: Iterable[tuple[str, Status]]) -> None:
        self._words = [(fold(word), word, status) for word, status in dict.fromkeys(words)]

    @cached_property
    def _meanings(self) -> Mapping[str, Mapping[Status, float]]:
        """Stem -> how much of the known phrases of each status it is."""
        found: dict[str, dict[Status, float]] = defaultdict(lambda: defaultdict(float))
        for folded, _word, status in self._words:
            stems = {stem for part, stem in _parts(folded) if part not in _SAYS_NOTHING}
            for stem in stems:
                found[stem][status] += 1 / len(stems)
        return found

    @cached_property
    def _by_word(self) -> Mapping[str, str]:
        """Every single word of the known phrases -> its stem, to find slips of the finger by."""
        return {word: stem for folded, _word, _status in self._words for word, stem in _parts(folded)}

    def knows(self, word: str) -> bool:
        """Whether some part of it stands in a known phrase, or in the name of a stage."""
        stems = _stems(fold(word))
        return any(stem in self._meanings or stem.removesuffix(_DONE) in self._meanings for stem in stems)

    def guess(self, word: str) -> Guess | None:
        """What it may stand for, or ``None`` where that is not likely enough, or it may be two things."""
        folded = fold(word)
        if folded in CRM_STAGES or not _BOTH_WAYS.isdisjoint(WORD.findall(folded)):
            return None
        ranks = self._ranks(folded)
        (best, rank), (_other, second), *_rest = [*sorted(ranks.items(), key=lambda one: -one[1]), _NOBODY, _NOBODY]
        if rank < LIKELY or rank < _AHEAD * second:
            return None
        return Guess(best, min(round(rank), 95), self._likest(folded, best))

    def _ranks(self, folded: str) -> dict[Status, float]:
        whole = 0.0
        ranks: dict[Status, float] = defaultdict(float)
        for part, stem in _parts(folded):
            meanings, weight = self._meaning(part, stem)
            total = sum(meanings.values())
            whole += weight
            for status, share in meanings.items():
                ranks[status] += weight * share / total
        return {status: 100 * rank / whole for status, rank in ranks.items()}

    def _meaning(self, part: str, stem: str) -> tuple[Mapping[Status, float], float]:
        weight = 2.0 if TELLING.search(part) else 1.0
        if part in _SAYS_NOTHING:
            return {}, 0.5
        for same in (stem, stem.removesuffix(_DONE), stem + _DONE):
            if same in self._meanings:
                return self._meanings[same], weight
        alike = [word for word in self._by_word if word.startswith("не") == part.startswith("не")]
        near = difflib.get_close_matches(part, alike, n=1, cutoff=0.8)
        meanings = self._meanings.get(self._by_word[near[0]]) if near else None
        return (meanings, weight) if meanings else ({}, _UNKNOWN * weight)

    def _likest(self, folded: str, status: Status) -> str:
        words = [(known, word) for known, word, meaning in self._words if meaning is status]
        return max(words, key=lambda pair: difflib.SequenceMatcher(None, folded, pair[0]).ratio())[1]


def _parts(folded: str) -> list[tuple[str, str]]:
    """The telling words of a phrase, «не» with the word after it, each with its stem."""
    found = []
    negated = ""
    for word in WORD.findall(folded):
        if word in NOT:
            negated = "не "
        elif word not in SMALL:
            found.append((negated + word, negated + _stem(word)))
            negated = ""
    return found


def _stem(word: str) -> str:
    """«Записан» and «записался» are one, «запись» is another: it stands in phrases of all kinds."""
    return word[: _LONG_STEM if word.startswith("пере") else _STEM] + _DONE * bool(TELLING.search(word))


def _stems(folded: str) -> list[str]:
    return [stem for _word, stem in _parts(folded)]
