"""What all vocabularies together know: names of columns and words of statuses."""

from collections import defaultdict
from functools import cache

from dentsync.config import Config, sources
from dentsync.config_feeds import vocabulary
from dentsync.extract.columns import fold_header
from dentsync.model import Status
from dentsync.transform.sniff import Knowledge
from dentsync.transform.status_words import KnownWords
from dentsync.transform.words import fold


@cache
def knowledge() -> Knowledge:
    """What the vocabularies of all sources know."""
    names: dict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    statuses: dict[str, dict[str, str]] = {}
    for source in sources():
        table = vocabulary(source)
        for name, aliases in [*table["columns"].items(), *table["sensitive"].items()]:
            for alias in aliases:
                folded = fold_header(alias.partition("#")[0])
                names[folded][source] = (*names[folded].get(source, ()), name)
        statuses[source] = {fold(word): status for status, words in table["statuses"].items() for word in words}
    return Knowledge(names, statuses, known_words())


def known_words(config: Config | None = None) -> KnownWords:
    """The status words of all vocabularies, and those of the clinic."""
    named = (vocabulary(name)["statuses"] for name in sources())
    words = [(word, Status(status)) for table in named for status, names in table.items() for word in names]
    for feed in config.feeds.values() if config else ():
        words += feed.rules.statuses.items()
    return KnownWords(words)
