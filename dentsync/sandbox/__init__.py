"""A local server that speaks a CRM's protocol, for rehearsal, for the demo and for tests.

It is written from the CRM's public documentation and from observations of real portals, and imports nothing of
``dentsync.load``: a simulator built from the client's own code proves nothing.
"""
