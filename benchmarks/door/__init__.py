"""At the CRM's door: dentsync and the clients others have written, the same work, the same sandbox, the same faults.

S1 changes, S3 one bad row among creations, S4 one reply in ten lost, S5 half the working time, S6 more than the burst.
"""
