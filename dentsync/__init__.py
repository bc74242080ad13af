"""dentsync carries a dental clinic's MIS exports into the CRM its staff works in."""

__version__ = "0.1.0"
