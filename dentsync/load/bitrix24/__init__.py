"""Bitrix24 over an inbound webhook, by the public documentation of its REST (bitrix24/b24restdocs)."""

from dentsync.load.bitrix24.target import Bitrix24

__all__ = ["Bitrix24"]
