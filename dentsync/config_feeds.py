"""``[feeds.*]``: the kinds of files, with the columns and words of the program that writes them."""

import re
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from itertools import chain
from typing import Any

from dentsync.config import PRESETS, Feed
from dentsync.config_checks import Checks
from dentsync.config_tables import ClinicTable, ExpectTable, FeedTable, MovedTable, PartTable
from dentsync.lang import _
from dentsync.model import FIELDS, CleanRules, FeedKind, FieldType, FileRules, MovedRules, Status

_MERGED = (FieldType.MONEY, FieldType.NUMBER, FieldType.TEXT)
_MIN_SHARE: Mapping[FeedKind, str] = {"snapshot": "50%", "window": "20%", "append": "20%"}
"""Everybody is as many as yesterday; who comes tomorrow is not."""


class FeedReader(Checks):
    """Reads ``[feeds.*]``."""

    def _feed(self, name: str, data: Any, clinic: ClinicTable) -> Feed:
        where = f"feeds.{name}"
        table = self.table(data, FeedTable, where)
        for part in ("key", "required", "columns", "defaults", "inverted", "groups", "fill_down", "merge", "parts"):
            for field in getattr(table, part):
                self._field(f"{where}.{part}", field)
        for field in table.merge:
            if FIELDS[field] not in _MERGED:
                self.fail(f"{where}.merge", _("{field!r} is neither a sum nor a text").format(field=field))
        for sign in chain.from_iterable(table.status_from.values()):
            for field in sign.split("+"):
                self._field(f"{where}.status_from", field.strip())
        if not table.key:
            self.fail(f"{where}.key", _('name the fields that make a row unique, for example ["card_number"]'))
        source = self._source(where, table.source)
        return Feed(
            name=name,
            files=table.files,
            kind=table.kind,
            aliases=_aliases(source, table),
            rules=_clean_rules(source, table, clinic),
            expect=self._expect(f"{where}.expect", table.expect, table.kind),
            silent=table.silent,
            sheet=table.sheet,
            encoding=table.encoding,
            pad=table.pad,
            rejoin=table.rejoin,
            groups=table.groups,
            fill_down=table.fill_down,
            parts={field: self._part(f"{where}.parts.{field}", part) for field, part in table.parts.items()},
            moved=self._moved(f"{where}.moved", table.moved) if table.moved else None,
            no_show_after=self._span(f"{where}.no_show_after", table.no_show_after),
        )

    def _moved(self, where: str, table: MovedTable) -> MovedRules:
        within = self._hours(f"{where}.within", table.within or "0")
        assert within is not None
        return MovedRules(timedelta(hours=within), table.same_doctor)

    def _part(self, where: str, part: PartTable) -> tuple[str, str]:
        try:
            groups = re.compile(part.take).groups
        except re.error as error:
            self.fail(where, _("not a regular expression: {reason}").format(reason=error))
        if groups != 1:
            self.fail(where, _("the regular expression needs one group in parentheses: what to take"))
        return part.column, part.take

    def _source(self, where: str, name: str) -> dict[str, Any]:
        if "-" in name or not (PRESETS / f"{name}.toml").is_file():
            self.fail(f"{where}.source", _("no source {name!r}").format(name=name))
        return vocabulary(name)

    def _expect(self, where: str, table: ExpectTable, kind: FeedKind) -> FileRules:
        low, high = table.rows or (None, None)
        for field in table.optional:
            self._field(f"{where}.optional", field)
        return FileRules(
            max_age_hours=self._hours(f"{where}.max_age", table.max_age),
            min_percent=self._percent(
                f"{where}.min_share", _MIN_SHARE[kind] if table.min_share is None else table.min_share
            ),
            max_percent=self._percent(f"{where}.max_share", table.max_share),
            min_known=self._percent(f"{where}.min_known", table.min_known),
            min_rows=low,
            max_rows=high,
            max_rejects=self._percent(f"{where}.max_rejects", table.max_rejects),
            max_faulty=self._percent(f"{where}.max_faulty", table.max_faulty),
            max_garbled=self._percent(f"{where}.max_garbled", table.max_garbled),
            optional=table.optional,
            whole=table.whole,
            allow_empty=table.allow_empty,
            totals=table.totals,
            new_owners=table.new_owners,
        )


@cache
def vocabulary(name: str) -> dict[str, Any]:
    """Columns and words of a source, as its file has them."""
    return tomllib.loads((PRESETS / f"{name}.toml").read_text(encoding="utf-8"))


def _aliases(source: Mapping[str, Any], table: FeedTable) -> dict[str, tuple[str, ...]]:
    """Names of columns by field; the feed's own come first, also where the source means another field by the name."""
    known = {field: tuple(names) for field, names in source["columns"].items()}
    own = {field: names + known.get(field, ()) for field, names in table.columns.items()}
    return own | {field: names for field, names in known.items() if field not in own}


def _clean_rules(source: Mapping[str, Any], table: FeedTable, clinic: ClinicTable) -> CleanRules:
    words = {word: Status(status) for status, names in source["statuses"].items() for word in names}
    words |= {word: status for status, names in table.statuses.items() for word in names}
    return CleanRules(
        timezone=clinic.timezone,
        branch=table.branch or clinic.branch,
        region=clinic.phone.region,
        area_code=clinic.phone.area_code,
        statuses=words,
        required=table.required,
        key=table.key,
        entity=table.entity,
        defaults=({"branch": table.branch} if table.branch else {}) | table.defaults,
        dates=tuple(source.get("dates", ())) + table.dates,
        inverted=table.inverted,
        merge=table.merge,
        fix_garbled=table.fix_garbled,
        status_from=table.status_from,
    )
