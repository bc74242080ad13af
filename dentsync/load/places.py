"""Pipelines and stages of a CRM, found by the names that the clinic's configuration uses. Names are compared folded."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

import msgspec

from dentsync.lang import _
from dentsync.model import Operation, Route, StageRef

Ends = Literal["won", "lost"]


class Unwritable(ValueError):
    """What the CRM cannot take. The text names the field or the place and never the value."""


class Stage(msgspec.Struct, frozen=True):
    """A stage: ``id`` is the CRM's own, such as ``C3:WON`` or ``142``."""

    id: str
    name: str
    ends: Ends | None = None


class Pipeline(msgspec.Struct, frozen=True):
    """A pipeline of deals with its stages in order."""

    id: int
    name: str
    stages: tuple[Stage, ...] = ()


def pipelines_named(pipelines: Iterable[Pipeline], name: str) -> list[Pipeline]:
    """Pipelines of that name: more than one where the CRM has namesakes."""
    return [one for one in pipelines if fold(one.name) == fold(name)]


def stages_named(pipeline: Pipeline, name: str) -> list[Stage]:
    """Stages of that name."""
    return [one for one in pipeline.stages if fold(one.name) == fold(name)]


def fold(name: str) -> str:
    """Names as people compare them: case, spaces and ё do not matter."""
    return " ".join(name.casefold().replace("ё", "е").split())


def quoted(names: Iterable[str]) -> str:
    """Names for a message."""
    return ", ".join(f"«{name}»" for name in names) or "—"


def place_wanted(operation: Operation, pipelines: Iterable[Pipeline], crm: str) -> tuple[Pipeline | None, Stage | None]:
    """Where an operation wants its deal to stand. Raises Unwritable where that is not exactly one place."""
    if operation.pipeline is None:
        return None, None
    found = pipelines_named(pipelines, operation.pipeline)
    if len(found) != 1:
        raise Unwritable(
            _("no one pipeline «{name}» in {crm}; run `dentsync check`").format(name=operation.pipeline, crm=crm)
        )
    if operation.stage is None:
        return found[0], None
    stages = stages_named(found[0], operation.stage.name)
    if len(stages) != 1:
        raise Unwritable(
            _("no one stage «{stage}» in the pipeline «{name}» of {crm}; run `dentsync check`").format(
                stage=operation.stage.name, name=operation.pipeline, crm=crm
            )
        )
    return found[0], stages[0]


# ── what the configuration names ──────────────────────────────────────────────────────────────


def problems_of_route(route: Route, pipelines: Sequence[Pipeline], crm: str) -> Iterator[str]:
    """What a route names and the CRM lacks, a line each."""
    where = {"where": route.name if "." in route.name else f"routes.{route.name}", "crm": crm}
    found = pipelines_named(pipelines, route.pipeline)
    if not found:
        yield _("{where}: {crm} has no pipeline «{name}»; it has {names}").format(
            name=route.pipeline, names=quoted(one.name for one in pipelines), **where
        )
    elif len(found) > 1:
        yield _("{where}: {crm} has {count} pipelines «{name}»; rename one of them").format(
            name=route.pipeline, count=len(found), **where
        )
    else:
        refs = [*route.stages.values(), *(StageRef(name) for name in route.people)]
        for ref in dict.fromkeys(refs):
            yield from _problems_of_stage(where, ref, found[0])


def _problems_of_stage(where: Mapping[str, str], ref: StageRef, pipeline: Pipeline) -> Iterator[str]:
    found = stages_named(pipeline, ref.name)
    place = {**where, "name": ref.name, "pipeline": pipeline.name}
    if not found:
        yield _("{where}: the pipeline «{pipeline}» has no stage «{name}»; it has {names}").format(
            names=quoted(one.name for one in pipeline.stages), **place
        )
    elif len(found) > 1:
        yield _("{where}: the pipeline «{pipeline}» has several stages «{name}»; rename all but one").format(**place)
    elif ref.ends is not None and found[0].ends != ref.ends:
        yield _(
            "{where}: the stage «{name}» of the pipeline «{pipeline}» is {is_} in {crm}, but the route says {says}"
        ).format(is_=found[0].ends or _("open"), says=ref.ends, **place)
