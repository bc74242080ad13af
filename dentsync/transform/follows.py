"""What follows from what people did in the CRM: a deal that came to a stage or an end wants another deal elsewhere."""

from collections.abc import Mapping
from datetime import datetime

from dentsync.model import FOLLOWED, Desired, Follow, Origin, Plain, Present, StageRef, Value
from dentsync.transform.routes import holds, title_of
from dentsync.transform.words import fold, is_among


def origin_of(deal: Present) -> Origin:
    """Where such news comes from: no file, and for a line the deal's number."""
    return Origin("CRM", "", deal.crm_id)


def fits(follow: Follow, deal: Present, now: datetime) -> bool:
    """Whether the deal stands where the rule looks. A stage is compared as the CRM compares names."""
    ended = follow.ends is None or deal.ends == follow.ends
    there = not follow.stages or is_among(deal.stage, follow.stages)
    right = all(holds(condition, deal.fields, now) for condition in follow.when)
    return ended and there and right and is_among(deal.pipeline, follow.pipelines)


def spares(follow: Follow, known: Mapping[str, Value], now: datetime) -> bool:
    """Whether the rule leaves this patient alone; ``known`` is what the rows of the MIS say."""
    return any(holds(condition, known, now) for condition in follow.unless)


def stage_in(follow: Follow, pipeline: str) -> str:
    """Where in a pipeline the deal begins that comes back there."""
    return next((stage for name, stage in follow.places.items() if fold(name) == fold(pipeline)), follow.stage)


def follower_key(follow: Follow, deal: Present) -> str:
    """One deal for each deal that it follows, however often that one comes there."""
    return f"{follow.name}{FOLLOWED}{deal.crm_id}"


def followed_by(key: str) -> tuple[str, int] | None:
    """The rule and the CRM id of the deal that a key names; None for other keys."""
    name, _sep, number = key.rpartition(FOLLOWED)
    return (name, int(number)) if number.isdigit() else None


def follower_of(follow: Follow, deal: Present, contact: str, pipeline: str) -> Desired:
    """The deal that is wanted. ``contact`` is the key of its patient."""
    values: Mapping[str, Plain] = deal.fields
    return Desired(
        kind="deal",
        key=follower_key(follow, deal),
        origin=origin_of(deal),
        rule=f"follows.{follow.name}",
        fields={"title": title_of(follow.title, values)}
        | {name: values[name] for name in follow.fields if name in values},
        contact=contact,
        pipeline=pipeline,
        stage=StageRef(stage_in(follow, pipeline)),
    )
