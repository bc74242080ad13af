"""The CRM of the configuration, opened with what earlier runs learned about it."""

import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from dentsync.config import Config, access_of, digest_of, secret_of
from dentsync.errors import ConfigError
from dentsync.lang import _
from dentsync.load.target import Clock, FastClock, Target, TargetSettings, WallClock
from dentsync.load.targets import TARGETS
from dentsync.model import Follow, Route, StageRef
from dentsync.runs.session import Session, wall_time
from dentsync.store import Store

DIRECTORY_LIVES = timedelta(hours=12)
"""How long pipelines, stages and fields of the CRM are believed without asking again."""


def target_of(config: Config, store: Store, clock: Clock | None = None) -> tuple[Target, bool]:
    """The CRM of the configuration, and whether what the last check learned about it is still good."""
    directory = _known_directory(config, store)
    pace = store.ledger.cached(config.target, "pace")
    secret = secret_of(config, os.environ)
    settings = TargetSettings(
        secret=secret,
        access=access_of(config, os.environ),
        originator=config.originator,
        timezone=str(config.zone),
        fields=config.fields,
        routes=(*config.routes.values(), *_places_of(config.follows.values())),
        limits=config.limits,
        directory=directory,
        pace=pace[0] if pace else None,
    )
    return TARGETS[config.target](settings, clock or clock_of(config)), directory is not None


def _places_of(follows: Iterable[Follow]) -> Iterator[Route]:
    """Pipelines and stages that the rules of ``[follows]`` name, as routes nobody takes: they have to be there."""
    for follow in follows:
        name = f"follows.{follow.name}"
        ends = {stage: StageRef(stage, follow.ends) for stage in follow.stages}
        for pipeline in follow.pipelines:
            yield Route(
                name,
                (),
                pipeline,
                follow.title,
                ends | ({follow.stage: StageRef(follow.stage)} if pipeline == follow.pipeline else {}),
            )
        there = {follow.pipeline: follow.stage} if follow.pipeline not in ("", *follow.pipelines) else {}
        for pipeline, stage in (there | dict(follow.places)).items():
            yield Route(name, (), pipeline, follow.title, {"default": StageRef(stage)})


def clock_of(config: Config) -> Clock:
    """Real time, or the sandbox's. Raises ConfigError."""
    if config.speed == 1.0:
        return WallClock()
    address = config.access.get("address") or secret_of(config, os.environ)
    if urlsplit(address).hostname not in ("127.0.0.1", "::1", "localhost"):
        raise ConfigError(_("{file}: crm.speed is for the sandbox only; remove it").format(file=config.path.name))
    return FastClock(config.speed)


def _known_directory(config: Config, store: Store) -> Mapping[str, Any] | None:
    cached = store.ledger.cached(config.target, "directory")
    if cached is None or cached[0]["config"] != _portal_digest(config) or wall_time() - cached[1] > DIRECTORY_LIVES:
        return None
    directory: Mapping[str, Any] = cached[0]["directory"]
    return directory


def _portal_digest(config: Config) -> str:
    """Changes when the portal, the fields or the routes do: then the CRM is checked again."""
    return digest_of(secret_of(config, os.environ), config.digest)


def check_target(job: Session, target: Target) -> tuple[str, ...]:
    """Ask the CRM for everything the configuration names; remember the answer if it is all there."""
    checked = target.check()
    if not checked.problems:
        value = {"config": _portal_digest(job.config), "directory": checked.directory}
        job.store.ledger.cache(job.config.target, "directory", value, wall_time())
    return checked.problems
