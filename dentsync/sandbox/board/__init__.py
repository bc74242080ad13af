"""The board: one self-contained page that shows the portal as a person in the clinic would see it."""

from typing import Any

from dentsync.sandbox.world import World


def page(world: World) -> str:
    """The page."""
    return "<!DOCTYPE html><title>" + world.portal_name + "</title>"


def data(world: World, query: dict[str, str]) -> dict[str, Any]:
    """Pipelines, counts and the cards of one pipeline."""
    return {}


def contact(world: World, number: int) -> dict[str, Any]:
    """A contact's details."""
    return {}
