"""Pay of administrators and operators: from rates, shifts, time and visits to lines of money with evidence.

The order of the calculation, every rule with its setting and its source: docs/pay.md.
"""
