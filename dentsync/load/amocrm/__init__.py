"""amoCRM over its API v4, with a long-lived token or with tokens that change daily."""

from dentsync.load.amocrm.target import AmoCrm

__all__ = ["AmoCrm"]
